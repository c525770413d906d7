"""Whether a motion from one view to another is to be believed: a check against both depth images and their greys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.stages.registration.features import Matched
from geo3d.stages.registration.hold import information
from geo3d.stages.registration.libraries import open3d
from geo3d.stages.registration.views import REACH, View

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVERLAP, AGREEING, CONTRADICTING = 0.2, 0.8, 0.08
"""A step's least share of points in view of the other, of those on its surface, and its most in front of that."""
ALIKE, PLAIN = 0.75, 6.0
"""A step's least correlation of greys, and the least deviation of greys, of 255, that can be correlated."""
ALLOWED = 0.02
"""Metres that depths of one surface may differ by, at no distance; twice as many at a metre, and so on."""


@dataclass(frozen=True, eq=False)
class Step:
    """From a view to another."""

    target_from_source: NDArray[np.float64]
    """[4, 4], rigid, metres."""
    information: NDArray[np.float64]
    """[6, 6], what holds it in the target's space: turns about x, y, z, then ways along them."""
    overlap: float
    """Share of the points that the other view looks at, the lower of both ways."""
    agreeing: float
    """Share of those that lie on the other's surface."""
    contradicting: float
    """Share of those that lie in front of it, where the other sees through them: the higher of both ways."""
    likeness: float
    """Correlation of what both look like where they see the same surface; 1 where there is nothing to see."""

    @property
    def holds(self) -> bool:
        """Whether it is to be believed."""
        return (
            self.overlap >= OVERLAP
            and self.agreeing >= AGREEING
            and self.contradicting <= CONTRADICTING
            and self.likeness >= ALIKE
        )


def judged(
    source: View, target: View, clouds: tuple[Any, Any], motion: NDArray[np.float64], matched: Matched | None
) -> Step:
    """What both views say to a motion of one onto the other; `clouds` are their points."""
    there, back = _seen(source.points, target, motion), _seen(target.points, source, np.linalg.inv(motion))
    met = open3d().pipelines.registration.evaluate_registration(*clouds, REACH, motion)
    held = information(clouds[1], np.asarray(met.correspondence_set), motion, matched)
    overlap, agreeing = (min(pair) for pair in zip(there[:2], back[:2], strict=True))
    return Step(motion, held, overlap, agreeing, max(there[2], back[2]), _likeness(source, target, motion))


def _seen(points: NDArray[np.float32], view: View, view_from_points: NDArray[Any]) -> tuple[float, float, float]:
    """Shares of points in another view: where it has depth; of those, on its surface, and in front of it."""
    depth, ahead, _ = _at(points, view, view_from_points)
    measured = depth > 0
    count = max(1, int(measured.sum()))
    behind, allowed = (ahead - depth)[measured], ALLOWED * (1 + depth[measured])
    on = float((np.abs(behind) < allowed).sum()) / count
    return float(measured.mean()), on, float((behind < -2 * allowed).sum()) / count


def _likeness(source: View, target: View, motion: NDArray[np.float64]) -> float:
    """Correlation of what both views look like where they see the same surface; 1 where there is nothing to see."""
    depth, ahead, there = _at(source.points, target, motion)
    same = (depth > 0) & (np.abs(ahead - depth) < ALLOWED * (1 + depth))
    here = _at(source.points, source, np.eye(4))[2]
    shades = np.stack([here[same], there[same]]).astype(np.float64)
    if shades.shape[1] < 2 or min(shades.std(axis=1)) < PLAIN:
        return 1.0
    return float(np.corrcoef(*shades)[0, 1])


def _at(
    points: NDArray[np.float32], view: View, view_from_points: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Of points in a view [point]: its depth there (0 outside of it, or where it has none), theirs, and its grey."""
    moved = points @ view_from_points[:3, :3].T + view_from_points[:3, 3]
    ahead = np.maximum(moved[:, 2], 1e-6)
    column, row = np.rint((moved @ view.intrinsics.T)[:, :2] / ahead[:, None]).clip(-1, 1e6).astype(np.int64).T
    height, width = view.depth.shape
    inside = (moved[:, 2] > 0) & (row >= 0) & (row < height) & (column >= 0) & (column < width)
    row, column = row * inside, column * inside
    return np.where(inside, view.depth[row, column], 0), ahead, view.grey[row, column]
