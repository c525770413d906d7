"""Which points lie in the solids that a mesh bounds."""

import math

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from geo3d.kernels import crossings as kernel
from geo3d.ops.threads import in_threads
from geo3d.ops.winding import check_mesh, check_points

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
    check_points(points)
    if points.device.type != "cpu":
        return _crossings_reference(points.double(), vertices.double()[faces.long()])
    counts = torch.zeros(3, len(points), dtype=torch.int32)
    if len(points) == 0 or len(faces) == 0:
        return counts[0], counts[1], counts[2]
    order, low, scale, starts = _into_cells(points.double().numpy())
    sorted_counts = [np.zeros(len(points), np.int32) for _ in range(3)]
    mesh = vertices.double().numpy(), faces.long().numpy()
    to_all = low, scale, points.double().numpy()[order], starts, *mesh, *sorted_counts
    each = torch.get_num_threads()  # parts: every one looks at all faces
    in_threads(len(starts), lambda first, last: kernel.cross_cells(first, last, *to_all), each)
    for count, ordered in zip(counts, sorted_counts, strict=True):
        count.numpy()[order] = ordered
    return counts[0], counts[1], counts[2]


def _into_cells(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """An order by cells of about four points; the cells' lowest corner, how many there are to a metre, their firsts."""
    side = min(MOST_CELLS, max(1, math.isqrt(len(points)) // 2))
    low, extent = points[:, :2].min(axis=0), np.ptp(points[:, :2], axis=0)
    scale = side / np.maximum(extent, 1e-300)
    cells = np.clip((points[:, :2] - low) * scale, 0, side - 0.5).astype(np.int64)
    numbers = cells[:, 1] * side + cells[:, 0]
    order = np.argsort(numbers, kind="stable")
    ends = np.searchsorted(numbers[order], np.arange(side * side + 1))
    return order, low, scale, ends[np.arange(side)[:, None] * side + np.arange(side + 1)]


def _crossings_reference(points: Tensor, triangles: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One face after the other, for all points at once."""
    winding, below, above = (torch.zeros(len(points), dtype=torch.int32, device=points.device) for _ in range(3))
    x, y, z = points.unbind(dim=1)
    for triangle in triangles:
        ups, downs = (
            torch.full((len(points), 2), math.nan).to(points),
            torch.full((len(points), 2), math.nan).to(points),
        )
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
