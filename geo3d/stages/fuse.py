"""Stage: RGB-D frames to truncated signed distances.

As in every stage's file, torch is imported inside, so that a pipeline can be planned without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import say
from geo3d.scene.device import Device, chosen_device, free_memory
from geo3d.scene.memory import available_memory, parse_size

if TYPE_CHECKING:
    from geo3d.ops.fusion import Grid
    from geo3d.scene.kinds import RgbdScan, TsdfVolume

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


@settings
class FuseConfig:
    """How frames become a volume."""

    voxel_size: Positive = 0.02
    """Edge length of a voxel, in metres."""
    truncation: Positive | None = None
    """Distance behind and in front of a surface within which voxels learn of it, in metres; None is 8 voxels."""
    min_depth: Annotated[float, Field(ge=0)] = 0.0
    """Depth below which measurements are ignored, in metres."""
    max_depth: Positive = 4.0
    """Depth beyond which measurements are ignored, in metres."""
    distance: Literal["plane", "axis"] = "plane"
    """What a voxel's distance is measured to. plane: the plane through its pixel's surface, perpendicular to it; axis:
    the pixel's depth, along the camera's axis, as most fusers have it (Open3D's among them): views from different sides
    then disagree about tilted surfaces; neither `min_facing` nor weighting by angle has a meaning there."""
    min_facing: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Cosine between normal and ray below which a surface is seen too much from the side to be measured."""
    weighting: Literal["even", "angle", "range", "angle-and-range"] = "even"
    """What a measurement counts for. angle: the cosine between normal and ray; range: the inverse variance of a
    structured-light camera's depth, (1.2 mm + 1.9 mm (z - 0.4)^2)^-2 (Nguyen et al. 2012)."""
    weight_cap: Annotated[float, Field(ge=1)] = 255.0
    """Votes after which a voxel stops getting slower to change."""
    free_weight: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Vote of a ray that passes far in front of a surface, against 1 of a ray that ends at the voxel: a higher one
    clears away sooner what has moved, a lower one keeps thin and rounded things more exact, and 0 clears nothing."""
    carve: bool = False
    """Let rays vote on their whole way, not only near the surfaces that they end at: clears away all that has moved
    and was seen through later; takes longer."""
    colour: bool = True
    """Average the frames' colours, too; without them the mesh has none."""
    max_memory: str | None = None
    """Most memory that fusing may take above the volume, such as 2GiB: it then goes over the frames several times, for
    a part of the volume each, with the same result, and the volume waits on the disk. None: what is free."""
    device: Device = "cpu"
    """Where frames are averaged; auto is the graphics card where there is one. A card rounds otherwise than the CPU, so
    that the volume has other last digits: cpu gives the same on a machine with a card and on one without. The card's
    kernels were checked in Triton's interpreter, and have never run on a card."""


def fuse(scan: RgbdScan, config: FuseConfig) -> TsdfVolume:
    """Average the signed distances, colours and labels that every frame gives to every voxel near what it saw."""
    from geo3d.stages.fuse_pool import as_volume, finish, fuse_frames, new_pool
    from geo3d.stages.fuse_tiles import fuse_in_tiles

    grid, device = grid_of(config), chosen_device(config.device)
    _refuse_too_far(scan, grid, config)
    if config.max_memory is not None:
        limit = parse_size(config.max_memory, "fuse.max-memory")
        return fuse_in_tiles(scan, config, grid, limit if device == "cpu" else min(limit, free_memory(device)))
    _refuse_what_cannot_fit(scan, grid, config)
    pool = new_pool(scan, config, free_memory(device))
    blocks, empty = fuse_frames(pool, scan, config, grid)
    tell_of_empty(scan, config, empty)
    return as_volume(finish(pool, blocks, grid, scan), grid, scan)


def grid_of(config: FuseConfig) -> Grid:
    """Where voxels lie: the first one's centre at the world's origin."""
    import torch

    from geo3d.ops.fusion import Grid

    return Grid(torch.zeros(3, dtype=torch.float64), config.voxel_size, config.truncation or 8 * config.voxel_size)


def tell_of_empty(scan: RgbdScan, config: FuseConfig, empty: int) -> None:
    """Say how many frames, or refuse a scan all of whose frames, have no depth within reach."""
    reach, options = f"within {config.max_depth:g} m", "max_depth"
    if config.min_depth > 0:
        reach, options = f"from {config.min_depth:g} to {config.max_depth:g} m", "min_depth and max_depth"
    if empty == len(scan.depth):
        raise InputError(f"no frame of {scan.source} has depth {reach}; see {options}")
    if empty:
        say(f"fuse: {empty} of {len(scan.depth)} frames have no depth {reach}")


def _refuse_too_far(scan: RgbdScan, grid: Grid, config: FuseConfig) -> None:
    from geo3d.ops.block_grid import LIMIT

    reach = float(scan.world_from_camera[:, :3, 3].abs().max()) + config.max_depth + grid.truncation
    if reach > LIMIT * grid.block_size:
        raise InputError(f"voxel size {grid.voxel_size:g} m is too small for a world that reaches to {reach:.0f} m")


def _refuse_what_cannot_fit(scan: RgbdScan, grid: Grid, config: FuseConfig) -> None:
    """Estimate the surface from a few frames on a coarse grid, and what its blocks would take on this one."""
    from geo3d.ops.block_grid import BlockTable
    from geo3d.ops.fusion import Grid
    from geo3d.stages.fuse_pool import block_bytes
    from geo3d.stages.fuse_views import views

    coarse, table = Grid(grid.origin, 0.025, 1e-6), BlockTable()
    some = range(0, len(scan.depth), -(-len(scan.depth) // 8))
    for _, _, blocks in views(scan, config, coarse, some, stride=2):
        table.rows(blocks)
    area = len(table) * coarse.block_size**2 / 1.5  # a plane passes 1.5 blocks for each block face of its area

    def needed(voxel_size: float) -> float:
        size, truncation = 8 * voxel_size, grid.truncation * voxel_size / grid.voxel_size
        return area * (2 * truncation + 1.5 * size) / size**3 * block_bytes(scan, config)

    free = min(available_memory(), free_memory(chosen_device(config.device)))
    if needed(grid.voxel_size) > free:
        fits = grid.voxel_size
        while needed(fits) > free / 2:
            fits *= 1.25
        raise InputError(
            f"voxel size {grid.voxel_size:g} m would take about {needed(grid.voxel_size) / 2**30:.1f} GiB for the"
            f" {area:.0f} m2 of surface in view, and {free / 2**30:.1f} GiB are free; {fits:.2g} m fits,"
            " and so does any with fuse.max_memory"
        )
