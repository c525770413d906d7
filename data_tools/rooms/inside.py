"""Which points are inside closed solids: how often a line from below passes into them and out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Crossings = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int32]]
    """Of each crossing: the line, the height, and 1 on the way in or -1 on the way out."""
    Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
    """Of each pair: the line and the triangle."""

AT_ONCE = 1_000_000
"""Pairs of a line and a triangle that are looked at together."""


def grid_inside(
    triangles: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """[x, y, z]: which points of a grid are inside solids [triangle, 3, 3]; solids may overlap. z rises evenly."""
    step = z[1] - z[0] if len(z) > 1 else 1.0
    columns = np.stack(np.meshgrid(x, y, indexing="ij"), axis=2).reshape(-1, 2)
    steps_in = np.zeros((len(columns), len(z) + 1), np.int32)
    for part in _parts(triangles, columns):
        column, height, sign = _crossed(part, columns, *_under_grid(part, x, y))
        at = np.clip(np.ceil((height - z[0]) / step), 0, len(z)).astype(np.int64)
        np.add.at(steps_in, (column, at), sign)
    return (steps_in.cumsum(axis=1)[:, :-1] > 0).reshape(len(x), len(y), len(z))


def points_inside(triangles: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[point]: which points [point, 3] are inside solids."""
    entered = np.zeros(len(points))
    for part in _parts(triangles, points[:, :2]):
        line, height, sign = _crossed(part, points[:, :2], *_under_points(part, points[:, :2]))
        below = height < points[line, 2]
        entered += np.bincount(line[below], sign[below], len(points))
    return entered > 0.5


def _parts(triangles: NDArray[np.float64], columns: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Triangles that upright lines [line, 2] may cross, some at a time."""
    low, high = triangles[:, :, :2].min(axis=1), triangles[:, :, :2].max(axis=1)
    near = triangles[(low <= columns.max(axis=0)).all(axis=1) & (high >= columns.min(axis=0)).all(axis=1)]
    return np.array_split(near, len(near) * len(columns) // AT_ONCE + 1)


def _under_grid(triangles: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]) -> Pairs:
    """Columns of a grid and triangles, in pairs: those in the box about the triangle."""
    low, high = triangles[:, :, :2].min(axis=1), triangles[:, :, :2].max(axis=1)
    first = np.stack([np.searchsorted(line, low[:, axis]) for axis, line in enumerate((x, y))])
    last = np.stack([np.searchsorted(line, high[:, axis], "right") for axis, line in enumerate((x, y))])
    wide, deep = last - first
    count = wide * deep
    face = np.repeat(np.arange(len(triangles)), count)
    place = np.arange(len(face)) - np.repeat(count.cumsum() - count, count)
    i, j = first[0, face] + place // deep[face], first[1, face] + place % deep[face]
    return i * len(y) + j, face


def _under_points(triangles: NDArray[np.float64], points: NDArray[np.float64]) -> Pairs:
    """Points and triangles, in pairs: those in the box about the triangle."""
    low, high = triangles[:, :, :2].min(axis=1), triangles[:, :, :2].max(axis=1)
    within = np.ones((len(points), len(triangles)), bool)
    for axis in (0, 1):
        at = points[:, axis, None]
        within &= (at >= low[:, axis]) & (at <= high[:, axis])
    line, face = np.nonzero(within)
    return line, face


def _crossed(
    triangles: NDArray[np.float64], columns: NDArray[np.float64], line: NDArray[np.int64], face: NDArray[np.int64]
) -> Crossings:
    """Where lines cross triangles, of these pairs of both."""
    a, b, c = (triangles[:, i, :2] for i in range(3))
    twice_area = _cross(b - a, c - a)
    upright = np.abs(twice_area) < 1e-12
    line, face = line[~upright[face]], face[~upright[face]]
    at = columns[line]
    corners = [corner[face] - at for corner in (a, b, c)]
    weights = np.stack([_cross(corners[1], corners[2]), _cross(corners[2], corners[0]), _cross(*corners[:2])])
    weights /= twice_area[face]
    crossed = (weights >= 0).all(axis=0)
    line, face = line[crossed], face[crossed]
    height = (weights[:, crossed].T * triangles[face, :, 2]).sum(axis=1)
    return line, height, np.where(twice_area[face] < 0, 1, -1).astype(np.int32)


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]


def share_a_cube(
    one: NDArray[np.float64],
    other: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    edge: float,
) -> bool:
    """Whether solids have a cube in common between two corners of the world.

    Seen on a grid of half the cube's edge: what is smaller is never found, what is half as large again always.
    """
    for x in _tiled(low[0], high[0], edge / 2):
        for y in _tiled(low[1], high[1], edge / 2):
            z = np.arange(low[2] + edge / 33, high[2], edge / 2)
            shared = grid_inside(one, x, y, z)
            if shared.any():
                shared &= grid_inside(other, x, y, z)
            for axis in range(3):
                first, second, third = (np.roll(shared, -k, axis) for k in range(3))
                shared = (first & second & third).take(range(max(shared.shape[axis] - 2, 0)), axis)
            if shared.any():
                return True
    return False


def _tiled(low: float, high: float, step: float) -> list[NDArray[np.float64]]:
    """Points between two ends, a hundred at once and two more that are the next's first."""
    points = np.arange(low + step / 17, high, step)
    return [points[start : start + 102] for start in range(0, max(len(points) - 2, 0), 100)]
