"""Loops that the path bears out take its drift away; those that it does not are dropped."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geo3d.stages.registration.follow import Link
from geo3d.stages.registration.step import Step
from tests.walks import walk

pytest.importorskip("open3d")
pytestmark = pytest.mark.filterwarnings("ignore")  # open3d's imports warn
KEYS = 20


def link(source: int, target: int, motion: np.ndarray, closing: bool = False) -> Link:
    return Link(source, target, Step(motion, 500 * np.eye(6), 1.0, 1.0, 0.0, 1.0), closing)


def drifting(true: list[np.ndarray]) -> list[Link]:
    """Each to the one before, every step turned by half a degree too much, and half a centimetre too long."""
    off = np.eye(4)
    off[:3, :3] = Rotation.from_euler("y", 0.5, degrees=True).as_matrix()
    off[2, 3] = 0.005
    return [link(i, i - 1, np.linalg.inv(true[i - 1]) @ true[i] @ off) for i in range(1, len(true))]


def worst(placed: dict[int, np.ndarray], true: list[np.ndarray]) -> float:
    """Metres from the true places, the first camera's being known."""
    first = np.linalg.inv(true[0])
    return max(float(np.linalg.norm((first @ true[i])[:3, 3] - placed[i][:3, 3])) for i in placed)


def optimised(links: list[Link]) -> dict[int, np.ndarray]:
    from geo3d.stages.registration.loops import optimise

    return optimise(list(range(KEYS)), links)


def test_a_loop_that_is_closed_takes_the_drift_away():
    true = walk(KEYS, 0.3)
    links = drifting(true)
    closing = [link(i + 15, i, np.linalg.inv(true[i]) @ true[i + 15], closing=True) for i in (0, 2, 4)]
    before, after = worst(optimised(links), true), worst(optimised([*links, *closing]), true)
    assert before > 0.1
    assert after < before / 3


def test_a_loop_that_the_path_contradicts_is_dropped():
    true = walk(KEYS, 0.3)
    links = drifting(true)
    wrong = np.linalg.inv(true[4]) @ true[12]
    wrong[:3, 3] += [0.0, 0.0, 1.0]
    without, given = optimised(links), optimised([*links, link(12, 4, wrong, closing=True)])
    np.testing.assert_allclose([given[i] for i in range(KEYS)], [without[i] for i in range(KEYS)], atol=0.02)


def test_parts_that_nothing_joins_stay_apart():
    from geo3d.stages.registration.loops import joined

    links = [link(1, 0, np.eye(4)), link(3, 2, np.eye(4)), link(4, 2, np.eye(4), closing=True)]
    assert joined(6, links) == [[2, 3, 4], [0, 1], [5]]
