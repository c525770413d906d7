"""Frames that stand beside the way between those around them: on a smooth path even a short leap shows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np

from geo3d.data_tools.inspection.misread import angle_between

CERTAIN, STEPS = 10.0, 2.0
"""Times the median bend, and the median step, that a frame must stand beside the way to be told without a witness."""
LEAST_BEND, LEAST_TURN = 0.01, np.radians(1.0)
"""Metres and radians that the median bend is taken to be at least."""
OF_NEIGHBOURS = 1.5
"""A frame that leaps makes its neighbours' ways bend, too, by half as much."""
LEAST_FRAMES = 6


def beside_the_way(transforms: np.ndarray, rows: Sequence[int]) -> list[int]:
    """Which of [n, 4, 4] stand, alone, far beside where the frames before and after say; `rows` are their times."""
    if len(transforms) < LEAST_FRAMES:
        return []
    bends = np.array([_bend(transforms, np.asarray(rows, float), i) for i in range(len(transforms))])
    usual = np.maximum(np.median(bends, axis=0), [LEAST_BEND, LEAST_TURN])
    steps = np.median([_apart(*pair) for pair in pairwise(transforms)], axis=0)
    unusual = (bends / usual).max(axis=1)
    far = ((bends > CERTAIN * usual) & (bends > STEPS * steps)).any(axis=1)
    around = np.pad(unusual, 1)
    return np.flatnonzero(far & (unusual > OF_NEIGHBOURS * np.maximum(around[:-2], around[2:]))).tolist()


def _bend(transforms: np.ndarray, times: np.ndarray, i: int) -> np.ndarray:
    """Metres and radians from a frame to where its neighbours, or at an end the best pair of the next three, say."""
    pairs, last = [(i - 1, i + 1)], len(transforms) - 1
    if i in (0, last):
        near = [1, 2, 3] if i == 0 else [last - 1, last - 2, last - 3]
        pairs = list(combinations(near, 2))
    return np.min([_apart(transforms[i], _between(transforms, times, *pair, times[i])) for pair in pairs], axis=0)


def _between(transforms: np.ndarray, times: np.ndarray, first: int, second: int, when: float) -> np.ndarray:
    """The transform at a time, at the speed from one frame to another."""
    from scipy.spatial.transform import Rotation

    share = (when - times[first]) / (times[second] - times[first])
    begin, end = transforms[first], transforms[second]
    turn = Rotation.from_matrix(end[:3, :3] @ begin[:3, :3].T).as_rotvec()
    made = np.eye(4)
    made[:3, :3] = Rotation.from_rotvec(share * turn).as_matrix() @ begin[:3, :3]
    made[:3, 3] = begin[:3, 3] + share * (end[:3, 3] - begin[:3, 3])
    return made


def _apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.array([np.linalg.norm(first[:3, 3] - second[:3, 3]), angle_between(first, second)])
