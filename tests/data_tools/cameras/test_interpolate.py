"""Cameras between those of a trajectory."""

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from geo3d.data_tools.cameras.interpolate import transforms_at

STAMPS = np.array([10.0, 11.0, 12.0, 20.0])


def cameras(seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    found = np.tile(np.eye(4), (4, 1, 1))
    found[:, :3, :3] = Rotation.random(4, rng=random).as_matrix()
    found[:, :3, 3] = random.normal(size=(4, 3))
    return found


def test_between_stamps_positions_are_linear_and_rotations_on_the_arc():
    given, times = cameras(), np.array([10.0, 10.25, 11.0, 11.999, 12.0])
    found = transforms_at(times, STAMPS, given, widest=1.0)
    arc = Slerp(STAMPS, Rotation.from_matrix(given[:, :3, :3]))(times).as_matrix()
    for i, transform in enumerate(found):
        assert transform is not None
        np.testing.assert_allclose(transform[:3, :3], arc[i], atol=1e-12)
        line = [np.interp(times[i], STAMPS, given[:, axis, 3]) for axis in range(3)]
        np.testing.assert_allclose(transform[:3, 3], line, atol=1e-12)
        assert transform[3].tolist() == [0, 0, 0, 1]


def test_beyond_the_ends_and_in_wide_gaps_there_is_none():
    times = np.array([9.999, 12.001, 16.0, 19.999, 20.0, 20.001, -1e308, 1e308])
    found = transforms_at(times, STAMPS, cameras(), widest=1.0)
    assert [transform is not None for transform in found] == [False] * 4 + [True] + [False] * 3
    assert transforms_at(times, STAMPS[:0], cameras()[:0], 1.0) == [None] * 8


def test_stamps_may_come_in_any_order_and_the_last_of_equal_ones_counts():
    given, order = cameras(), np.array([2, 0, 3, 1])
    times = np.array([10.5, 11.0, 20.0])
    wanted = transforms_at(times, STAMPS, given, 1.0)
    found = transforms_at(times, STAMPS[order], given[order], 1.0)
    np.testing.assert_array_equal(np.stack(found), np.stack(wanted))  # pyright: ignore[reportCallIssue, reportArgumentType]
    (twice,) = transforms_at(np.array([11.0]), np.array([11.0, 11.0]), given[:2], 1.0)
    np.testing.assert_array_equal(twice, given[1])
