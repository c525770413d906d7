"""Which points are inside closed solids: how often a line from below passes into them and out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

AT_ONCE = 4_000_000
"""Pairs of a column and a triangle that are looked at together."""


def grid_inside(
    triangles: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """[x, y, z]: which points of a grid are inside solids [triangle, 3, 3]; solids may overlap. z rises evenly."""
    step = z[1] - z[0] if len(z) > 1 else 1.0
    columns = np.stack(np.meshgrid(x, y, indexing="ij"), axis=2).reshape(-1, 2)
    low, high = triangles[:, :, :2].min(axis=1), triangles[:, :, :2].max(axis=1)
    over = (low <= columns.max(axis=0)).all(axis=1) & (high >= columns.min(axis=0)).all(axis=1)
    steps_in = np.zeros((len(columns), len(z) + 1), np.int32)
    near = triangles[over]
    for part in np.array_split(near, len(near) * len(columns) // AT_ONCE + 1):
        column, height, sign = _crossings(part, columns)
        at = np.clip(np.ceil((height - z[0]) / step), 0, len(z)).astype(np.int64)
        np.add.at(steps_in, (column, at), sign)
    return (steps_in.cumsum(axis=1)[:, :-1] > 0).reshape(len(x), len(y), len(z))


def _crossings(
    triangles: NDArray[np.float64], columns: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int32]]:
    """Where upright lines cross triangles: the line, the height, and 1 on the way in or -1 on the way out."""
    a, b, c = (triangles[:, i, :2] for i in range(3))
    twice_area = _cross(b - a, c - a)
    upright = np.abs(twice_area) < 1e-12
    weights = np.stack(
        [_cross(second - columns[:, None], third - columns[:, None]) for second, third in ((b, c), (c, a), (a, b))]
    )
    weights = weights / np.where(upright, 1.0, twice_area)
    line, face = np.nonzero((weights >= 0).all(axis=0) & ~upright)
    height = (weights[:, line, face].T * triangles[face, :, 2]).sum(axis=1)
    return line, height, np.where(twice_area[face] < 0, 1, -1).astype(np.int32)


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]


def points_inside(triangles: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[point]: which points [point, 3] are inside solids."""
    line, height, sign = _crossings(triangles, points[:, :2])
    below = height < points[line, 2]
    return np.bincount(line[below], sign[below], len(points)) > 0.5
