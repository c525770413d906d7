"""Planes in noisy surfaces: cells, regions that grow over them, robust fits."""

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from torch import Tensor

from geo3d.ops.block_grid import find_rows, pack_blocks, unpack_blocks

NEIGHBOURS = torch.cartesian_prod(*[torch.arange(-1, 2)] * 3)


def mean_in_cells(
    points: Float[Tensor, "point 3"], normals: Float[Tensor, "point 3"], size: float
) -> tuple[Int[Tensor, "cell 3"], Float[Tensor, "cell 3"], Float[Tensor, "cell 3"], Int[Tensor, " point"]]:
    """Mean point and unit mean normal of each cell of edge `size` that holds a point.

    Returns cells (whole-number coordinates, sorted; cell 0 is centred on 0), means, normals, and each point's row.
    """
    keys, rows = pack_blocks((points / size).round().int()).unique(return_inverse=True)
    sums = torch.zeros(len(keys), 7, dtype=torch.float64)
    sums.index_add_(0, rows, torch.cat([points, normals, torch.ones(len(points), 1)], dim=1).double())
    means, directions = sums[:, :3] / sums[:, 6:], torch.nn.functional.normalize(sums[:, 3:6], dim=1)
    return unpack_blocks(keys), means.to(points.dtype), directions.to(points.dtype), rows


def neighbouring_cells(cells: Int[Tensor, "cell 3"]) -> tuple[Int[Tensor, " pair"], Int[Tensor, " pair"]]:
    """All pairs of rows whose cells touch, each pair once; `cells` are sorted, none twice."""
    keys, pairs = pack_blocks(cells), []
    for step in NEIGHBOURS[14:]:  # half of the 26: the others are the same pairs turned round
        at = find_rows(keys, cells + step.int())
        there = (at >= 0).nonzero()[:, 0]
        pairs.append(torch.stack([there, at[there]]))
    first, second = torch.cat(pairs, dim=1)
    return first, second


def grow_regions(
    cells: Int[Tensor, "cell 3"],
    points: Float[Tensor, "cell 3"],
    normals: Float[Tensor, "cell 3"],
    among: Bool[Tensor, " cell"],
    max_angle: float,
    max_step: float,
) -> Int[Tensor, " cell"]:
    """Join touching cells with normals within `max_angle` (radians) and offsets along them of at most `max_step`.

    The smoothness constraint of Rabbani et al. 2006. Returns a region's number for each cell, or -1 where not `among`.
    """
    first, second = neighbouring_cells(cells)
    between = torch.nn.functional.normalize(normals[first] + normals[second], dim=1)
    offset = ((points[second] - points[first]) * between).sum(1).abs()
    alike = (normals[first] * normals[second]).sum(1) >= np.cos(max_angle)
    kept = alike & (offset <= max_step) & among[first] & among[second]
    edges = (first[kept].numpy(), second[kept].numpy())
    graph = coo_array((np.ones(len(edges[0]), bool), edges), shape=(len(cells), len(cells)))
    regions = torch.from_numpy(connected_components(graph, directed=False)[1]).long()
    return torch.where(among, regions, -1)


def fit_plane(
    points: Float[Tensor, "point 3"], normals: Float[Tensor, "point 3"], upright: Float[Tensor, "3"] | None = None
) -> tuple[Float[Tensor, "3"], float]:
    """Unit normal and offset (n . p = offset) by least squares with Huber's weights, scaled by the median distance.

    With `upright` (a unit vector) the plane is kept parallel to it. The normal points to where `normals` do.
    """
    weights = torch.ones(len(points), dtype=points.dtype)
    normal = torch.nn.functional.normalize(normals.mean(0), dim=0)
    for _ in range(5):
        centre = (weights[:, None] * points).sum(0) / weights.sum()
        spread = points - centre
        if upright is not None:
            spread = spread - (spread @ upright)[:, None] * upright
        matrix = spread.T @ (weights[:, None] * spread)
        if upright is not None:  # so that the smallest axis is not the one that was taken out
            matrix = matrix + matrix.trace() * torch.outer(upright, upright)
        fitted = torch.linalg.eigh(matrix)[1][:, 0]
        normal = fitted if fitted @ normals.mean(0) >= 0 else -fitted
        distance = ((points - centre) @ normal).abs()
        scale = 1.5 * 1.4826 * distance.median().clamp(min=1e-4)
        weights = (scale / distance.clamp(min=1e-12)).clamp(max=1)
    return normal, float((weights[:, None] * points).sum(0) / weights.sum() @ normal)


def refine_up(normals: Float[Tensor, "cell 3"], rough: Float[Tensor, "3"], within: float = 0.5) -> Float[Tensor, "3"]:
    """The direction that floors and table tops face, and walls stand along, near a rough guess (`within`, radians).

    Alternates between taking the normals along and across the direction, within an angle that shrinks, and the
    direction that suits them best: least squares of 1 - (n . up)^2 of the first and of (n . up)^2 of the second.
    """
    up = torch.nn.functional.normalize(rough, dim=0)
    for angle in torch.linspace(within, 0.1, 8).tolist():
        along = (normals @ up).abs()
        level, standing = normals[along > np.cos(angle)], normals[along < np.sin(angle)]
        matrix = level.T @ level - standing.T @ standing
        if len(level) + len(standing) < 10:
            return torch.nn.functional.normalize(rough, dim=0)
        best = torch.linalg.eigh(matrix)[1][:, -1]
        if abs(float(best @ up)) < np.cos(2 * angle):
            return up
        up = best if best @ up > 0 else -best
    return up


def near_cells(
    points: Float[Tensor, "point 3"], cells: Float[Tensor, "cell 3"], radius: float
) -> Bool[Tensor, " point"]:
    """Which points have a cell's mean point within `radius`."""
    distance, _ = KDTree(cells.numpy()).query(points.numpy(), distance_upper_bound=radius)
    return torch.from_numpy(np.isfinite(distance))
