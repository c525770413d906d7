"""What holds a motion between two views: surfaces along their normals, features in all ways."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.stages.registration.features import Matched
from geo3d.stages.registration.libraries import open3d
from geo3d.stages.registration.views import LEAST_POINTS, REACH

if TYPE_CHECKING:
    from numpy.typing import NDArray

OF_FEATURES, SETTLING = 0.25, 8
"""Weight of a feature beside that of a cell of surface, and how often both are weighed."""


def settled(clouds: tuple[Any, Any], matched: Matched, motion: NDArray[np.float64]) -> NDArray[np.float64]:
    """The motion on which surfaces and features agree best: surfaces that can slide leave it to features how far.

    Gauss-Newton with Tukey's weights on distances along normals and between features, and what is far counts less.
    """
    points, onto, normals = (np.asarray(part) for part in (clouds[0].points, clouds[1].points, clouds[1].normals))
    for _ in range(SETTLING):
        met = open3d().pipelines.registration.evaluate_registration(*clouds, REACH, motion)
        pairs = np.asarray(met.correspondence_set)
        moved, ends = (part @ motion[:3, :3].T + motion[:3, 3] for part in (points[pairs[:, 0]], matched.source))
        facing = normals[pairs[:, 1]]
        rows = np.concatenate([_ways(moved, facing), *(_ways(ends, axis) for axis in np.eye(3))])
        left = np.concatenate([((onto[pairs[:, 1]] - moved) * facing).sum(axis=1), *(matched.target - ends).T])
        on_surfaces = _trust(onto[pairs[:, 1], 2]) * _tukey(left[: len(pairs)], REACH)
        of_features = OF_FEATURES * _trust(matched.target[:, 2]) * _tukey(matched.apart(motion), 2 * REACH)
        weights = np.concatenate([on_surfaces, *(of_features,) * 3])
        held = rows.T @ (weights[:, None] * rows) + 1e-6 * np.eye(6)
        motion = _small(np.linalg.solve(held, rows.T @ (weights * left))) @ motion
    return motion


def _ways(points: NDArray[np.float64], directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """[point, 6], how far points go in directions for a turn about x, y, z, then for a way along them."""
    return np.c_[np.cross(points, directions), np.broadcast_to(directions, points.shape)]


def _tukey(distances: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    return np.clip(1 - (distances / reach) ** 2, 0, 1) ** 2


def _trust(depth: NDArray[Any]) -> NDArray[Any]:
    """One over depth's variance, 1 up to a metre: errors grow with its square (Khoshelham and Elberink 2012)."""
    return np.maximum(1.0, depth) ** -4


def _small(change: NDArray[Any]) -> NDArray[np.float64]:
    """The rigid motion of a turn (axis times angle) and a way."""
    from scipy.spatial.transform import Rotation

    motion = np.eye(4)
    motion[:3, :3], motion[:3, 3] = Rotation.from_rotvec(change[:3]).as_matrix(), change[3:]
    return motion


def firmness(clouds: tuple[Any, Any], pairs: NDArray[np.int32]) -> float:
    """How much the surfaces resist the motion that they resist least, of 1 in all: 0 where they slide freely."""
    if len(pairs) < LEAST_POINTS:
        return 0.0
    points = np.asarray(clouds[1].points)[pairs[:, 1]]
    points = points - points.mean(axis=0)
    points /= np.sqrt((points**2).sum(axis=1).mean())
    resisted = _ways(points, np.asarray(clouds[1].normals)[pairs[:, 1]])
    return float(np.linalg.eigvalsh(resisted.T @ resisted / len(pairs))[0])


def information(
    target: Any, pairs: NDArray[np.int32], motion: NDArray[np.float64], matched: Matched | None
) -> NDArray[np.float64]:
    """How much the motion is held, about and along axes: by surfaces along their normals, by features in all ways.

    As Choi et al. 2015, equation 10, but that surfaces that can slide do not hold.
    """
    rows = [_ways(np.asarray(target.points)[pairs[:, 1]], np.asarray(target.normals)[pairs[:, 1]])]
    if matched is not None:
        ends = matched.target[matched.apart(motion) < REACH]
        rows += [math.sqrt(OF_FEATURES) * _ways(ends, axis) for axis in np.eye(3)]
    held = np.concatenate(rows)
    return held.T @ held
