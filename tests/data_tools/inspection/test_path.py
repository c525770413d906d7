"""Jumps of a path are found by speed and by what other frames see; fast hands and cuts are no faults."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geo3d.data_tools.inspection.agreement import APART
from geo3d.data_tools.inspection.findings import Finding
from geo3d.data_tools.inspection.path import jumps


def path(headings: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """``world_from_camera`` [n, 4, 4] from radians about the y axis and places [n, 3]."""
    transforms = np.repeat(np.eye(4)[None], len(headings), axis=0)
    transforms[:, :3, :3] = Rotation.from_rotvec(np.outer(headings, [0.0, 1.0, 0.0])).as_matrix()
    transforms[:, :3, 3] = positions
    return transforms


def straight(count: int, start: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> np.ndarray:
    return np.add(start, np.arange(count)[:, None] * [0.1, 0.0, 0.0])


def seen_from(true: np.ndarray, given: np.ndarray) -> Callable[[int, int], float]:
    """Disagreement of frames that overlap within half a metre and half a radian of the true path; a wall 2 m away."""

    def disagreement(first: int, second: int) -> float:
        apart = np.abs(true[first] - true[second])
        if apart[:3, 3].max() > 0.5 or apart[:3, :3].max() > 0.5:
            return APART
        relative = [np.linalg.inv(matrices[second]) @ matrices[first] for matrices in (given, true)]
        return 0.003 + float(np.linalg.norm(relative[0] - relative[1])) / 2

    return disagreement


def found(true: np.ndarray, given: np.ndarray) -> list[Finding]:
    between = seen_from(true, given)
    errors = np.array([between(i, i + 1) for i in range(len(true) - 1)])
    errors[errors == APART] = np.nan
    return jumps(given, range(len(true)), errors, between)


@pytest.mark.parametrize("fastest", [1.0, 2.5, 8.0])
def test_hands_that_slow_down_and_hurry_are_no_fault(fastest: float):
    steps = 0.05 * np.where(np.arange(60) % 20 == 7, fastest, 1 + 0.5 * np.sin(np.arange(60)))
    true = path(np.zeros(60), np.cumsum(steps)[:, None] * [1.0, 0, 0])
    assert found(true, true) == []


@pytest.mark.parametrize("rows", [[20], [0], [39], [20, 21, 22], [5, 30]])
def test_frames_that_stand_elsewhere_are_named(rows: list[int]):
    true = path(np.zeros(40), straight(40))
    given = true.copy()
    given[rows, 2, 3] += 0.8
    (finding,) = found(true, given)
    assert (finding.level, finding.frames) == ("error", tuple(rows))


def test_a_short_detour_is_named_though_nobody_sees_the_same_there():
    true = path(np.zeros(40), straight(40))
    given = true.copy()
    given[12:14, 1, 3] += 90
    (finding,) = found(true, given)
    assert (finding.level, finding.frames) == ("error", (12, 13))


def test_of_a_path_that_breaks_for_good_the_smaller_part_is_named():
    true = path(np.zeros(40), straight(40))
    given = true.copy()
    given[25:, 2, 3] += 0.6
    (finding,) = found(true, given)
    assert (finding.level, finding.frames) == ("error", tuple(range(25, 40)))


def test_a_recording_in_pieces_that_see_different_things_is_doubted_but_kept():
    true = path(np.repeat([0.0, 3.0], [30, 20]), np.concatenate([straight(30), straight(20, (0.0, 0.0, 60.0))]))
    (finding,) = found(true, true)
    assert (finding.level, finding.frames, finding.skip) == ("warning", (30,), "")


def test_a_jump_in_a_smaller_piece_is_found_too():
    true = path(np.repeat([0.0, 1.0], [30, 20]), np.concatenate([straight(30), straight(20, (2.9, 0.0, 0.0))]))
    given = true.copy()
    given[40, 2, 3] -= 0.8
    assert [(finding.level, finding.frames) for finding in found(true, given)] == [("error", (40,)), ("warning", (30,))]


def test_a_piece_that_comes_back_to_what_was_seen_is_no_fault():
    """Two pieces far from each other, and a third that sees both."""
    between = np.linspace([1.9, 0, 0], [1.9, 0, 2.5], 26)[1:-1]
    true = path(np.zeros(64), np.concatenate([straight(20), straight(20, (0.0, 0.0, 2.5)), between]))
    assert found(true, true) == []
