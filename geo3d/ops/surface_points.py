"""Points of a scanned surface and what a network is told of the voxels that hold them, in training as in use."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.ops.block_grid import split_blocks
from geo3d.ops.marching_cubes import extract_surface
from geo3d.ops.mesh import vertex_normals
from geo3d.ops.sparse import SparseTensor, voxelize

CHANNELS = 8
"""Normal (3), signed distance of the cell's centre, height above the floor, free and unknown share around it, and 1."""
AROUND = 5
"""Voxels along each side of the cube that shares are taken of."""
LEVEL = 0.9
"""Least cosine between up and the normal of a surface that may be floor."""


@dataclass(frozen=True)
class SurfacePoints:
    """Points all over a surface, nearer to each other than its voxels; z is up."""

    points: Float[Tensor, "point 3"]
    """Metres."""
    normals: Float[Tensor, "point 3"]
    """Unit vectors towards free space."""
    free: Float[Tensor, " point"]
    """Share of the voxels around that are known to be free."""
    unknown: Float[Tensor, " point"]
    """Share of the voxels around that no view saw."""


def surface_points(
    distance: Float[Tensor, "x y z"],
    known: UInt8[Tensor, "x y z"],
    origin: Float[Tensor, "3"],
    voxel_size: float,
    truncation: float,
    inferred: Float[Tensor, "x y z"] | None = None,
) -> tuple[SurfacePoints, Int[Tensor, "point 3"]]:
    """The surface of a scanned volume, and the voxel of each point; distances in metres, positive in free space.

    With `inferred` distances the surface goes on where nothing is known; what is around still counts as unknown. The
    zero crossings of marching cubes, not a band of small distances: those of a surface seen at a grazing angle are too
    large for a band.
    """
    there = distance if inferred is None else torch.where(known > 0, distance, inferred.to(distance.dtype))
    blocks, tsdf = split_blocks(there / truncation, 1.0)
    _, weight = split_blocks(known if inferred is None else torch.ones_like(known), 0)
    no_colour = torch.zeros(1, dtype=torch.uint8).expand(*weight.shape, 3)
    vertices, faces, _ = extract_surface(blocks, tsdf.contiguous(), weight, no_colour, 1.0)
    voxels = vertices.round().int()
    place = tuple(voxels.long().T)
    free, unknown = _share_around((known > 0) & (distance > 0))[place], _share_around(known == 0)[place]
    points = (origin.double() + vertices * voxel_size).float()
    return SurfacePoints(points, vertex_normals(vertices, faces).float(), free, unknown), voxels


def floor_height(surface: SurfacePoints, step: float = 0.05) -> float:
    """Height of the lowest level that has a fair part of the surfaces that face up, in metres; 0 without any point."""
    if not len(surface.points):
        return 0.0
    level = surface.points[surface.normals[:, 2] > LEVEL, 2]
    if len(level) < 10:
        return float(surface.points[:, 2].sort().values[len(surface.points) // 50])
    low = float(level.amin())
    counts = torch.bincount(((level - low) / step).long())
    enough = (counts + torch.nn.functional.pad(counts, (0, 1))[1:]) >= 0.04 * len(level)
    first = int(enough.nonzero()[0, 0])
    near = (level >= low + first * step) & (level < low + (first + 2) * step)
    return float(level[near].median())


def cell_features(
    surface: SurfacePoints, floor: float, voxel_size: float, corner: Float[Tensor, "3"], batch: int = 0
) -> tuple[SparseTensor, Int[Tensor, " point"]]:
    """What a network is told: CHANNELS features for each voxel that holds points, and the row of each point's voxel.

    Voxels begin at `corner`, in metres: networks must not learn from where on the grid a floor lies.
    """
    index = torch.full((len(surface.points),), batch, dtype=torch.int32)
    points = surface.points - corner.to(surface.points.dtype)
    centres = ((points / voxel_size).floor() + 0.5) * voxel_size
    behind = ((centres - points) * surface.normals).sum(dim=1, keepdim=True) / voxel_size
    height = surface.points[:, 2:] - floor
    shares = torch.stack([surface.free, surface.unknown], dim=1)
    features = torch.cat([surface.normals, behind, height, shares, torch.ones_like(height)], dim=1)
    return voxelize(points, index, features, voxel_size)


def _share_around(marked: Tensor) -> Tensor:
    values, side = marked.float()[None, None], AROUND // 2
    for axis in range(3):  # one axis after the other: a mean over a box is three means over lines
        kernel, padding = [1, 1, 1], [0, 0, 0]
        kernel[axis], padding[axis] = AROUND, side
        values = torch.nn.functional.avg_pool3d(values, kernel, 1, padding, count_include_pad=True)
    return values[0, 0]
