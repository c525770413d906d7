"""Whether depth images agree across views: points of one frame, carried into another by the transforms.

With the right transforms, intrinsics and depth unit a point seen by one camera has, seen from the next, the depth that
the next one measured. Which other reading of the numbers makes them agree tells what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

POINTS = 1500
"""Taken from a depth image: enough for a median to a few parts in a thousand."""
LEAST_SHARED = 0.3
"""Share of a frame's points that must fall into the other image: with less, the two are not said to overlap."""
LEAST_MEASURED_SHARE = 0.03
"""Share of them that must meet a measured depth there: a sparse sensor's images hit each other's pixels rarely."""
APART = 1.0
"""The error of views that do not overlap: worse than any that do."""


@dataclass(frozen=True)
class View:
    """What one frame says of the scene."""

    depth: np.ndarray
    """[height, width] metres along z; 0 = none."""
    intrinsics: np.ndarray
    """[3, 3], of the depth camera."""
    world_from_camera: np.ndarray
    """[4, 4]."""


@dataclass(frozen=True)
class Pair:
    """Points of one frame and the depth image of another that may see them, without saying how they are placed."""

    points: np.ndarray
    """[n, 3], in the first camera's space."""
    depth: np.ndarray
    """[height, width], the second's."""
    intrinsics: np.ndarray
    """[3, 3], the second's."""
    first: np.ndarray
    """``world_from_camera`` [4, 4] of the first, as the scan gives it."""
    second: np.ndarray
    """Of the second."""


def points_of(depth: np.ndarray, intrinsics: np.ndarray, most: int = POINTS) -> np.ndarray:
    """[n, 3] points in camera space, of pixels spread evenly over those that have a depth."""
    pixels = np.flatnonzero(depth > 0)
    if len(pixels) > most:
        pixels = pixels[np.linspace(0, len(pixels) - 1, most).astype(int)]
    rows, columns = np.divmod(pixels, depth.shape[1])
    along = depth[rows, columns].astype(np.float64)
    x = (columns - intrinsics[0, 2]) / intrinsics[0, 0] * along
    y = (rows - intrinsics[1, 2]) / intrinsics[1, 1] * along
    return np.stack([x, y, along], axis=1)


def pair_of(first: View, second: View) -> Pair:
    """Join two views."""
    points = points_of(first.depth, first.intrinsics)
    return Pair(points, second.depth, second.intrinsics, first.world_from_camera, second.world_from_camera)


Reading = Callable[[np.ndarray], np.ndarray]
"""From a transform [4, 4] as it is written to what ``world_from_camera`` it may stand for."""


def placed(pair: Pair, reading: Reading) -> np.ndarray:
    """``second_from_first`` [4, 4], where both transforms stand for what `reading` makes of them."""
    return np.linalg.inv(reading(pair.second)) @ reading(pair.first)


def disagreement(pair: Pair, second_from_first: np.ndarray, factor: float = 1.0) -> float:
    """Median of ``|z / depth - 1|``, all depths times `factor`, over the points whose depth the second frame measured.

    APART where it sees too few of them.
    """
    height, width = pair.depth.shape
    points = factor * pair.points @ second_from_first[:3, :3].T + second_from_first[:3, 3]
    points = points[points[:, 2] > 0]
    columns = points[:, 0] / points[:, 2] * pair.intrinsics[0, 0] + pair.intrinsics[0, 2] + 0.5
    rows = points[:, 1] / points[:, 2] * pair.intrinsics[1, 1] + pair.intrinsics[1, 2] + 0.5
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    if inside.sum() < LEAST_SHARED * len(pair.points):
        return APART
    measured = factor * pair.depth[rows[inside].astype(int), columns[inside].astype(int)]
    met = measured > 0
    if met.sum() < LEAST_MEASURED_SHARE * len(pair.points):
        return APART
    return float(np.median(np.abs(points[inside, 2][met] / measured[met] - 1)))
