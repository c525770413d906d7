"""Stage: RGB-D frames to what they tell of every voxel of an upright grid around the scanned surface."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.scene.memory import available_memory
from geo3d.stages.fuse_grids import BYTES_PER_VOXEL, WholeGrid, fuse_whole_grids
from geo3d.stages.mesh import MeshConfig
from geo3d.stages.surface import surface_of, up_of

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import RgbdScan, ScannedVolume, TsdfVolume

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
VOXELS_OF_TRUNCATION = 3
"""As the volumes are made that networks learn from."""
CELL = 0.05
"""Edge of the cells whose normals say which way is up, in metres."""
WIDTH = 320
"""Pixels of a row of depth that are enough: networks learned from images as wide."""
CRUMB = 0.05
"""Pieces of surface with less than so many square metres do not make the grid wider."""


@settings
class ScanGridConfig:
    """Which grid networks see a scan on."""

    voxel_size: Positive = 0.05
    """Edge length of a voxel, in metres: the one that the networks learned with."""
    margin: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.3
    """Metres of the grid around the scanned surface."""
    max_depth: Positive = 4.0
    """Depth beyond which measurements are ignored, in metres."""
    min_weight: Annotated[float, Field(gt=0)] | None = None
    """Observations that a voxel needs for the grid to reach around it; None is as many as the mesh needs."""


def scan_grid(scan: RgbdScan, volume: TsdfVolume, config: ScanGridConfig) -> ScannedVolume:
    """Fuse a scan on a dense grid in whose frame z is up, around the surface that its fine volume holds.

    The grid is turned against the world by the smallest angle; walls may stand at any angle in it. Raises InputError
    where no surface was seen, and where the grid does not fit into the memory that is free.
    """
    stride = max(1, scan.depth_size[1] // WIDTH)
    (scanned,) = fuse_whole_grids(scan, [upright_grid(volume, config)], config.max_depth, stride)
    return scanned


def upright_grid(volume: TsdfVolume, config: ScanGridConfig) -> WholeGrid:
    """The grid, before anything is fused on it."""
    from geo3d.ops.mesh import vertices_of_large_parts
    from geo3d.ops.planes import mean_in_cells

    least = config.min_weight or MeshConfig().min_weight
    vertices, normals, faces = surface_of(volume, least, "scan_grid.min_weight, by default mesh.min_weight")
    points = volume.origin + vertices * volume.voxel_size
    large = vertices_of_large_parts(points, faces, CRUMB)
    if bool(large.any()):
        points, normals = points[large], normals[large]
    return grid_over(points, up_of(volume, mean_in_cells(points, normals, CELL)[2]), config)


def grid_over(points: Tensor, up: Tensor, config: ScanGridConfig) -> WholeGrid:
    """The upright grid around points, in metres."""
    import torch

    from geo3d.ops.camera import rotation_between

    world_from_volume = rotation_between(up, up.new_tensor([0, 0, 1])).T.contiguous()
    turned, size = points @ world_from_volume, config.voxel_size
    low = ((turned.amin(dim=0) - config.margin) / size).floor()
    high = ((turned.amax(dim=0) + config.margin) / size).ceil()
    x, y, z = (int(side) + 1 for side in high - low)
    _refuse_what_cannot_fit((x, y, z), size)
    truncation = VOXELS_OF_TRUNCATION * size
    return WholeGrid((x, y, z), low * size, size, truncation, up.to(torch.float64), world_from_volume)


def _refuse_what_cannot_fit(shape: tuple[int, int, int], voxel_size: float) -> None:
    needed, free = BYTES_PER_VOXEL * prod(8 * -(-side // 8) for side in shape), available_memory()
    if needed > free:
        wide = " x ".join(f"{side * voxel_size:.4g}" for side in shape)
        raise InputError(
            f"a grid of {wide} m at scan_grid.voxel_size {voxel_size:g} m takes {needed / 2**30:.1f} GiB, and"
            f" {free / 2**30:.1f} GiB are free; a --crop needs less, and --complete off --segment planar none"
        )
