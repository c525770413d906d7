"""The space that a model takes, as boxes along its axes: one about each solid, several about a large hollow one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.model import Model

CELL = 0.08
"""Edge of the cells that a large hollow solid is cut into, in metres."""
LARGE = 0.3
"""Shortest side of the box about a solid from which on it is cut, if it fills less than FULL of that."""
FULL = 0.4


def solid_boxes(model: Model) -> NDArray[np.float64]:
    """[box, 2, 3]: lowest and highest corners of boxes that together hold the model, in its frame.

    A chair then fits under a table even where the table is one solid, as those of libraries are.
    """
    vertices, faces = model.vertices, model.faces
    solid, count = _solids(faces, len(vertices))
    order = np.argsort(solid, kind="stable")
    starts = np.searchsorted(solid[order], np.arange(count))
    low = np.minimum.reduceat(vertices[order], starts)
    high = np.maximum.reduceat(vertices[order], starts)
    size = high - low
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = vertices[faces].transpose(1, 2, 0)
    six = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
    volume = np.bincount(solid[faces[:, 0]], six / 6, count)
    hollow = (size.min(axis=1) > LARGE) & (volume < FULL * size.prod(axis=1))
    boxes = [np.stack([low, high], axis=1)[~hollow]]
    boxes += [_cut(vertices[faces[solid[faces[:, 0]] == number]]) for number in np.flatnonzero(hollow)]
    return _outermost(np.concatenate(boxes).round(4))


def _solids(faces: NDArray[np.int32], vertex_count: int) -> tuple[NDArray, int]:
    """Which solid each vertex is of, and how many there are: vertices joined by faces share one."""
    first = np.arange(vertex_count)
    while True:
        corners = first[faces]
        least = corners.min(axis=1)
        if (corners == least[:, None]).all():
            break
        np.minimum.at(first, corners.reshape(-1), least.repeat(3))
        first = first[first]
    roots, solid = np.unique(first, return_inverse=True)
    return solid, len(roots)


def _cut(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Boxes about the parts of a surface in runs of cells."""
    points = surface_points(triangles, CELL / 2)
    origin = points.min(axis=0)
    cells = ((points - origin) / CELL).astype(np.int64)
    low = np.full((*(cells.max(axis=0) + 1), 3), np.inf)
    high = -low
    np.minimum.at(low, tuple(cells.T), points)
    np.maximum.at(high, tuple(cells.T), points)
    left = np.isfinite(low[..., 0])
    boxes = []
    for cell in np.argwhere(left):
        if left[tuple(cell)]:
            block = _grown(left, cell)
            left[block] = False
            boxes.append((low[block].min(axis=(0, 1, 2)), high[block].max(axis=(0, 1, 2))))
    return np.array(boxes)


def _grown(free: NDArray[np.bool_], cell: NDArray) -> tuple[slice, ...]:
    """The block of marked cells that starts at this one, grown along x, then y, then z."""
    block = [slice(int(start), int(start) + 1) for start in cell]
    for axis in range(3):
        while block[axis].stop < free.shape[axis]:
            further = list(block)
            further[axis] = slice(block[axis].stop, block[axis].stop + 1)
            if not free[tuple(further)].all():
                break
            block[axis] = slice(block[axis].start, block[axis].stop + 1)
    return tuple(block)


def surface_points(triangles: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Points [point, 3] on triangles [triangle, 3, 3], at most `step` metres apart, corners among them."""
    longest = np.linalg.norm(triangles - np.roll(triangles, 1, axis=1), axis=2).max(axis=1)
    steps = np.maximum(np.ceil(longest / step), 1).astype(np.int64)
    points = [np.empty((0, 3))]
    for count in np.unique(steps):
        i, j = np.mgrid[: count + 1, : count + 1].reshape(2, -1)
        i, j = i[i + j <= count], j[i + j <= count]
        a, b, c = triangles[steps == count, :, None].transpose(1, 0, 2, 3)
        # Written out, as a product of matrices may differ in its last digit between machines.
        weighted = a * (i / count)[:, None] + b * (j / count)[:, None] + c * ((count - i - j) / count)[:, None]
        points.append(weighted.reshape(-1, 3))
    return np.concatenate(points)


def _outermost(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Those that no other box holds; of equal ones the first."""
    low, high = boxes[:, 0], boxes[:, 1]
    within = (low[:, None] >= low[None]).all(axis=2) & (high[:, None] <= high[None]).all(axis=2)
    equal = within & within.T
    first = np.tril(np.ones_like(within), -1)
    return boxes[~(within & (~equal | first)).any(axis=1)]
