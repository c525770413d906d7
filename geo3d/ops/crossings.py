"""Which points lie in the solids that a mesh bounds."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from geo3d.kernels import crossings as kernel
from geo3d.ops.winding import check_mesh

MOST_CELLS = 2048
"""Along a side, of the cells that points are sorted into."""


def crossings_along_z(
    points: Float[Tensor, "point 3"], vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"]
) -> tuple[Int[Tensor, " point"], Int[Tensor, " point"], Int[Tensor, " point"]]:
    """How often a mesh winds around each point, and how many faces the line along z through it passes below and above.

    The first is 1 in a closed solid whose faces look outwards, -1 in one turned inside out, and 0 outside, but only
    for closed meshes. A line through edges and corners still counts right: a face holds its left and lower rim and not
    the right and upper one, and both faces of an edge are cut at the same numbers. A face at a point's own height is
    above it.
    """
    check_mesh(vertices, faces)
    check_mesh(points, faces[:0])
    if points.device.type != "cpu":
        return _crossings_reference(points.double(), vertices.double()[faces.long()])
    counts = tuple(torch.zeros(len(points), dtype=torch.int32) for _ in range(3))
    if len(points) == 0 or len(faces) == 0:
        return counts
    order, placed, starts, low, scale = _into_cells(points.double().numpy())
    corners = vertices.double().numpy().copy()
    corners[:, :2] = (corners[:, :2] - low) * scale
    rows, sorted_counts = faces.long().numpy(), [np.zeros(len(points), np.int32) for _ in range(3)]
    to_all = placed, starts, corners, rows, *sorted_counts
    _in_threads(len(starts), lambda first, last: kernel.cross_cells(first, last, *to_all))
    for count, ordered in zip(counts, sorted_counts, strict=True):
        count[order] = torch.from_numpy(ordered)
    return counts


def _into_cells(points: np.ndarray) -> tuple[torch.Tensor, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """An order by cells of about four points, the points in it and in cells, each cell's first; corner and scale."""
    side = min(MOST_CELLS, max(1, math.isqrt(len(points)) // 2))
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    scale = side / np.maximum(high - low, 1e-300)
    scale = np.where(np.isfinite(scale) & (high > low), scale, 1.0)
    placed = points.copy()
    placed[:, :2] = (points[:, :2] - low) * scale
    cells = np.minimum(placed[:, :2].astype(np.int64), side - 1)
    numbers = cells[:, 1] * side + cells[:, 0]
    order = np.argsort(numbers, kind="stable")
    ends = np.searchsorted(numbers[order], np.arange(side * side + 1))
    starts = ends[np.arange(side)[:, None] * side + np.arange(side + 1)]
    return torch.from_numpy(order), placed[order], starts, low, scale


def _in_threads(count: int, work: Callable[[int, int], None]) -> None:
    parts = min(count, torch.get_num_threads())
    cuts = [count * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(work, cuts[:-1], cuts[1:]))


def _crossings_reference(points: Tensor, triangles: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One face after the other, for all points at once."""
    winding, below, above = (torch.zeros(len(points), dtype=torch.int32, device=points.device) for _ in range(3))
    x, y, z = points.unbind(dim=1)
    for triangle in triangles:
        ups, downs = torch.full((len(points), 2), math.nan).to(points), torch.full((len(points), 2), math.nan).to(points)
        for a, b in zip(triangle, triangle.roll(-1, dims=0), strict=True):
            for lower, upper, ends in ((a, b, ups), (b, a, downs)):
                on = (lower[1] <= y) & (y < upper[1])
                share = ((y[on] - lower[1]) / (upper[1] - lower[1]))[:, None]
                ends[on] = lower[[0, 2]] + share * (upper - lower)[[0, 2]]
        hit = (torch.minimum(ups[:, 0], downs[:, 0]) <= x) & (x < torch.maximum(ups[:, 0], downs[:, 0]))
        height = ups[:, 1] + (x - ups[:, 0]) / (downs[:, 0] - ups[:, 0]) * (downs[:, 1] - ups[:, 1])
        over = hit & (height >= z)
        winding += torch.where(over, torch.where(downs[:, 0] < ups[:, 0], 1, -1), 0).int()
        above += over.int()
        below += (hit & ~over).int()
    return winding, below, above
