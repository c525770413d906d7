import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geo3d.metrics.trajectory import (
    STATISTICS,
    absolute_errors,
    pairs_by_distance,
    pairs_by_frames,
    relative_errors,
    statistics,
)


def path(count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    transforms = np.tile(np.eye(4), (count, 1, 1))
    transforms[:, :3, 3] = random.normal(size=(count, 3)).cumsum(axis=0)
    transforms[:, :3, :3] = Rotation.random(count, rng=random).as_matrix()
    return transforms


def test_steps_are_compared_as_in_the_paper():
    P, Q = path(12, 0), path(12, 1)
    pairs = pairs_by_frames(12, 3, every=True)
    lengths, angles = relative_errors(P, Q, pairs)
    for i in range(9):
        E = np.linalg.inv(np.linalg.inv(Q[i]) @ Q[i + 3]) @ (np.linalg.inv(P[i]) @ P[i + 3])
        assert lengths[i] == pytest.approx(np.linalg.norm(E[:3, 3]))
        assert angles[i] == pytest.approx(np.arccos((np.trace(E[:3, :3]) - 1) / 2), abs=1e-7)


def test_steps_do_not_depend_on_where_the_paths_begin():
    P, Q, moved = path(20, 0), path(20, 1), path(2, 2)
    pairs = pairs_by_frames(20, 1, every=True)
    for one, other in zip(
        relative_errors(P, Q, pairs), relative_errors(moved[0] @ P, moved[1] @ Q, pairs), strict=True
    ):
        assert one == pytest.approx(other)


def test_a_known_drift_is_measured():
    true, given = np.tile(np.eye(4), (2, 11, 1, 1))
    true[:, 0, 3], given[:, 0, 3] = np.arange(11), 1.1 * np.arange(11)
    given[:, :3, :3] = Rotation.from_rotvec(np.outer(np.arange(11), [0.02, 0, 0])).as_matrix()  # about the way ahead
    lengths, angles = relative_errors(given, true, pairs_by_frames(11, 2, every=True))
    assert lengths == pytest.approx(0.2)
    assert angles == pytest.approx(0.04)
    assert absolute_errors(given[:, :3, 3], true[:, :3, 3]) == pytest.approx(0.1 * np.arange(11))


def test_frames_are_paired_from_every_one_on_or_in_turn():
    assert pairs_by_frames(5, 2, every=True).tolist() == [[0, 2], [1, 3], [2, 4]]
    assert pairs_by_frames(5, 2, every=False).tolist() == [[0, 2], [2, 4]]
    assert pairs_by_frames(2, 2, every=True).shape == (0, 2)
    assert pairs_by_frames(1, 7, every=False).shape == (0, 2)


def test_metres_are_those_of_the_path_and_not_of_the_straight_line():
    corner = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 2, 0], [0, 2, 0.0]])
    assert pairs_by_distance(corner, 2.0, every=True).tolist() == [[0, 2], [1, 3], [2, 4]]
    assert pairs_by_distance(corner, 2.0, every=False).tolist() == [[0, 2], [2, 4]]


def test_steps_that_are_a_tenth_off_are_left_out_only_from_every_frame_on():
    line = np.array([0.0, 0.89, 1.79, 2.9])[:, None] * [1.0, 0, 0]
    assert pairs_by_distance(line, 1.0, every=True).tolist() == [[1, 2]]  # 0.89 is too short, 1.11 too long
    assert pairs_by_distance(line, 1.0, every=False).tolist() == [[0, 2], [2, 3]]


def test_what_a_step_in_turn_goes_too_far_is_not_kept_for_the_next():
    line = np.array([0.0, 1.6, 2.2, 3.0])[:, None] * [1.0, 0, 0]
    assert pairs_by_distance(line, 1.0, every=False).tolist() == [[0, 1], [1, 3]]


@pytest.mark.parametrize("every", [True, False])
def test_where_nothing_moves_no_metre_passes(every: bool):
    assert pairs_by_distance(np.ones((5, 3)), 1.0, every).shape == (0, 2)
    assert pairs_by_distance(np.ones((1, 3)), 1.0, every).shape == (0, 2)
    pairs = pairs_by_distance(np.ones((1, 3)), 1.0, every)
    assert [len(errors) for errors in relative_errors(path(1, 0), path(1, 1), pairs)] == [0, 0]


def test_statistics_by_hand():
    found = dict(zip(STATISTICS, statistics(np.array([1.0, 2.0, 3.0, 6.0])), strict=True))
    assert found == pytest.approx({"rmse": 12.5**0.5, "mean": 3, "median": 2.5, "std": 3.5**0.5, "min": 1, "max": 6})
    assert np.isnan(statistics(np.zeros(0))).all()
