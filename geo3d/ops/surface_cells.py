"""Cells of a scanned surface and what a network is told of each, the same in training as in use."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.ops.block_grid import split_blocks
from geo3d.ops.marching_cubes import extract_surface
from geo3d.ops.mesh import vertex_normals
from geo3d.ops.planes import mean_in_cells
from geo3d.ops.sparse import SparseTensor, voxelize

CHANNELS = 8
"""Normal (3), signed distance of the cell's centre, height above the floor, free and unknown share around it, and 1."""
AROUND = 5
"""Voxels along each side of the cube that shares are taken of."""
LEVEL = 0.9
"""Least cosine between up and the normal of a surface that may be floor."""


@dataclass(frozen=True)
class SurfaceCells:
    """Points of a surface, about one for each voxel that it passes through; z is up."""

    points: Float[Tensor, "cell 3"]
    """Metres."""
    normals: Float[Tensor, "cell 3"]
    """Unit vectors towards free space."""
    free: Float[Tensor, " cell"]
    """Share of the voxels around that are known to be free."""
    unknown: Float[Tensor, " cell"]
    """Share of the voxels around that no view saw."""


def surface_cells(
    distance: Float[Tensor, "x y z"],
    known: UInt8[Tensor, "x y z"],
    origin: Float[Tensor, "3"],
    voxel_size: float,
    truncation: float,
) -> tuple[SurfaceCells, Int[Tensor, "cell 3"]]:
    """The surface of a scanned volume, and the voxel that holds each cell; distances in metres, positive in free space.

    The zero crossings of marching cubes, not a band of small distances: those of a surface seen at a grazing angle are
    too large for a band. Voxels are sorted lexicographically, none twice.
    """
    blocks, tsdf = split_blocks(distance / truncation, 1.0)
    _, weight = split_blocks(known, 0)
    no_colour = torch.zeros(1, dtype=torch.uint8).expand(*weight.shape, 3)
    vertices, faces, _ = extract_surface(blocks, tsdf.contiguous(), weight, no_colour, 1.0)
    voxels, points, normals, _ = mean_in_cells(vertices, vertex_normals(vertices, faces), 1.0)
    free = _share_around((known > 0) & (distance > 0))[tuple(voxels.long().T)]
    unknown = _share_around(known == 0)[tuple(voxels.long().T)]
    where = (origin.double() + points * voxel_size).float()
    return SurfaceCells(where, normals.float(), free, unknown), voxels


def floor_height(cells: SurfaceCells, step: float = 0.05) -> float:
    """Height of the lowest level that has a fair part of the surfaces that face up, in metres; 0 without any cell."""
    if not len(cells.points):
        return 0.0
    level = cells.points[cells.normals[:, 2] > LEVEL, 2]
    if len(level) < 10:
        return float(cells.points[:, 2].quantile(0.02) if len(cells.points) < 1 << 24 else cells.points[:, 2].amin())
    low = float(level.amin())
    counts = torch.bincount(((level - low) / step).long())
    enough = (counts + torch.nn.functional.pad(counts, (0, 1))[1:]) >= 0.04 * len(level)
    first = int(enough.nonzero()[0, 0])
    near = (level >= low + first * step) & (level < low + (first + 2) * step)
    return float(level[near].median())


def cell_features(
    cells: SurfaceCells, floor: float, voxel_size: float, batch: int = 0
) -> tuple[SparseTensor, Int[Tensor, " cell"]]:
    """What a network is told: CHANNELS features for each voxel that holds cells, and the row of each cell's voxel."""
    index = torch.full((len(cells.points),), batch, dtype=torch.int32)
    centres = ((cells.points.double() / voxel_size).floor() + 0.5) * voxel_size
    behind = ((centres - cells.points) * cells.normals).sum(dim=1, keepdim=True).float() / voxel_size
    height = cells.points[:, 2:] - floor
    shares = torch.stack([cells.free, cells.unknown], dim=1)
    features = torch.cat([cells.normals, behind, height, shares, torch.ones_like(height)], dim=1)
    return voxelize(cells.points, index, features, voxel_size)


def _share_around(marked: Tensor) -> Tensor:
    values, side = marked.float()[None, None], AROUND // 2
    for axis in range(3):  # one axis after the other: a mean over a box is three means over lines
        kernel, padding = [1, 1, 1], [0, 0, 0]
        kernel[axis], padding[axis] = AROUND, side
        values = torch.nn.functional.avg_pool3d(values, kernel, 1, padding, count_include_pad=True)
    return values[0, 0]
