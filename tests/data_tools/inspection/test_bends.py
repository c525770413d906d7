"""A frame beside a smooth way is found without any other that sees the same; hands that shake are no fault."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geo3d.data_tools.inspection.agreement import APART
from geo3d.data_tools.inspection.bends import beside_the_way
from geo3d.data_tools.inspection.path import jumps

COUNT = 40


def round_walk(shake: float = 0.0, turn: float = 0.2) -> np.ndarray:
    """Cameras that go round and look ahead, a fifth of a radian further each; shaking by metres and radians."""
    dice = np.random.default_rng(0)
    angles = turn * np.arange(COUNT)
    transforms = np.repeat(np.eye(4)[None], COUNT, axis=0)
    turns = np.outer(angles, [0.0, 1.0, 0.0]) + shake * dice.normal(size=(COUNT, 3))
    transforms[:, :3, :3] = Rotation.from_rotvec(turns).as_matrix()
    transforms[:, :3, 3] = 0.5 * np.stack([np.sin(angles), 0 * angles, np.cos(angles)], axis=1)
    transforms[:, :3, 3] += shake * dice.normal(size=(COUNT, 3))
    return transforms


def turned(transforms: np.ndarray, row: int, degrees: float = 40.0) -> np.ndarray:
    given = transforms.copy()
    given[row, :3, :3] = Rotation.from_euler("y", degrees, degrees=True).as_matrix() @ given[row, :3, :3]
    return given


def moved(transforms: np.ndarray, row: int, metres: float = 1.0) -> np.ndarray:
    given = transforms.copy()
    given[row, 1, 3] += metres
    return given


@pytest.mark.parametrize("row", [0, 1, 2, 17, COUNT - 2, COUNT - 1])
@pytest.mark.parametrize("spoil", [turned, moved])
@pytest.mark.parametrize("shake", [0.0, 0.01])
def test_a_frame_that_leaps_is_the_only_one_told(row: int, spoil, shake: float):
    given = spoil(round_walk(shake), row)
    assert beside_the_way(given, range(COUNT)) == [row]
    unseen = np.full(COUNT - 1, np.nan)
    (finding,) = jumps(given, range(COUNT), unseen, lambda first, second: APART)
    assert finding.frames == (row,)


@pytest.mark.parametrize("shake", [0.0, 0.01, 0.1])
def test_a_way_that_shakes_or_has_gaps_is_none(shake: float):
    given = round_walk(shake)
    assert beside_the_way(given, range(COUNT)) == []
    some = [row for row in range(COUNT) if row % 7 not in (3, 4)]
    assert beside_the_way(given[some], some) == []


def test_what_others_see_rightly_is_no_jump():
    """A hand that truly leaps: depth of frames around agrees with it."""
    given = moved(round_walk(), 17)
    assert beside_the_way(given, range(COUNT)) == [17]
    assert jumps(given, range(COUNT), np.full(COUNT - 1, 0.003), lambda first, second: 0.003) == []


def test_few_frames_say_nothing():
    assert beside_the_way(moved(round_walk(), 2)[:5], range(5)) == []
