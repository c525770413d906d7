"""Stage: RGB-D frames to truncated signed distances.

As in every stage's file, torch is imported inside, so that a pipeline can be planned without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import say, track
from geo3d.scene.memory import available_memory

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.ops.fusion import Grid, Means, View
    from geo3d.scene.frames import Frame
    from geo3d.scene.kinds import RgbdScan, TsdfVolume

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

BYTES_PER_BLOCK = 8**3 * (4 + 4 + 1 + 8 + 4 + 1 + 3)
"""Of the means while fusing (distance, weight, views, colour), and of the volume that is made from them."""

SLOPE_SHARE = 160
"""Slopes are taken over this share of the image's width: 4 pixels of 640, over which noise averages."""


@settings
class FuseConfig:
    """How frames become a volume."""

    voxel_size: Positive = 0.02
    """Edge length of a voxel, in metres."""
    truncation: Positive | None = None
    """Distance behind and in front of a surface within which voxels learn of it, in metres; None is 8 voxels."""
    max_depth: Positive = 4.0
    """Depth beyond which measurements are ignored, in metres."""
    min_facing: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Cosine between normal and ray below which a surface is seen too much from the side to be measured."""
    weight_cap: Annotated[float, Field(ge=1)] = 255.0
    """Votes after which a voxel stops getting slower to change."""
    free_weight: Annotated[float, Field(gt=0, le=1)] = 0.1
    """Vote of a ray that passes far in front of a surface, against 1 of a ray that ends at the voxel: a higher one
    clears away sooner what has moved, a lower one keeps thin and rounded things more exact."""


def fuse(scan: RgbdScan, config: FuseConfig) -> TsdfVolume:
    """Average the signed distances and colours that every frame gives to every voxel near what it saw."""
    import torch

    from geo3d.ops.block_grid import BlockTable
    from geo3d.ops.fusion import Grid, blocks_near_surface, integrate_
    from geo3d.scene.frames import stream_frames

    truncation = config.truncation or 8 * config.voxel_size
    grid = Grid(torch.zeros(3, dtype=torch.float64), config.voxel_size, truncation)
    _refuse_what_cannot_fit(scan, grid, config)
    table, pool, empty = BlockTable(), _Pool(available_memory()), 0
    for frame in track(stream_frames(scan), "fuse", total=len(scan.depth), unit="frames"):
        view = view_of(frame, config)
        blocks = _within_crop(blocks_near_surface(view, grid, _stride(view, grid)), grid, scan.crop)
        empty += not bool((view.depth > 0).any())
        rows = table.rows(blocks)
        if len(table) > pool.capacity:
            raise InputError(
                f"voxel size {config.voxel_size:g} m takes more than the {pool.limit / 2**30:.1f} GiB of memory"
                f" that were free; {2 * config.voxel_size:g} m takes about a quarter"
            )
        integrate_(pool.means, rows, blocks, view, grid, config.weight_cap, config.free_weight)
    if empty == len(scan.depth):
        raise InputError(f"no frame of {scan.source} has depth within {config.max_depth:g} m; see max_depth")
    if empty:
        say(f"fuse: {empty} of {len(scan.depth)} frames have no depth within {config.max_depth:g} m")
    return _make_volume(pool.means, table.blocks, grid, scan)


class _Pool:
    """Room for all blocks that memory can hold; the system provides a page of it when it is first written."""

    def __init__(self, limit: int) -> None:
        import numpy as np
        import torch

        from geo3d.ops.fusion import Means

        self.limit = limit
        self.capacity = max(limit // BYTES_PER_BLOCK, 1)
        # calloc, unlike torch.zeros, leaves the pages alone: memory grows with the surface, and nothing is copied.
        shape = (self.capacity, 8, 8, 8)
        self.means = Means(
            tsdf=torch.from_numpy(np.zeros(shape, np.float32)),
            weight=torch.from_numpy(np.zeros(shape, np.float32)),
            seen=torch.from_numpy(np.zeros(shape, np.uint8)),
            colour=torch.from_numpy(np.zeros((*shape, 4), np.int16)),
        )


def _make_volume(means: Means, blocks: Tensor, grid: Grid, scan: RgbdScan) -> TsdfVolume:
    """Sort the blocks, leaving out those never seen, and round what was precise for the sake of the means."""
    import torch

    from geo3d.ops.block_grid import pack_blocks
    from geo3d.ops.fusion import LEVEL
    from geo3d.scene.kinds import TsdfVolume

    seen = means.seen[: len(blocks)]
    if scan.crop is not None:
        seen *= _inside(blocks, grid, scan.crop)
    order = pack_blocks(blocks).argsort()
    order = order[seen.amax(dim=(1, 2, 3))[order] > 0]
    weight = seen[order]
    tsdf = torch.where(weight > 0, means.tsdf[order], 1.0)
    colour = torch.empty((*weight.shape, 3), dtype=torch.uint8)
    for begin in range(0, len(order), 1024):  # in parts, because a whole copy in float would be the memory's peak
        part = slice(begin, begin + 1024)
        known = (means.colour[order[part], ..., 3:] > 0) & (weight[part, ..., None] > 0)
        levels = (means.colour[order[part], ..., :3] + LEVEL // 2) // LEVEL
        colour[part] = levels.clamp(min=1).to(torch.uint8) * known
    where = (grid.origin, grid.voxel_size, grid.truncation)
    return TsdfVolume(blocks[order], tsdf, weight, colour, *where, *_up(scan))


def _up(scan: RgbdScan) -> tuple[Tensor, bool]:
    """The scan's up, or the mean of the cameras' own (z where they cancel out), and whether it is the scan's."""
    import torch

    if scan.up is not None:
        return scan.up, True
    mean = -scan.world_from_camera[:, :3, 1].mean(dim=0)
    rough = mean if mean.norm() > 0.1 else mean.new_tensor([0, 0, 1])
    return torch.nn.functional.normalize(rough, dim=0), False


def view_of(frame: Frame, config: FuseConfig) -> View:
    """A frame as it is fused: a plane at each pixel that has depth within reach."""
    from geo3d.ops.depth import fit_planes
    from geo3d.ops.fusion import View

    depth = frame.depth.masked_fill(frame.depth > config.max_depth, 0)
    reach = max(1, round(depth.shape[1] / SLOPE_SHARE))
    planes = fit_planes(depth, frame.intrinsics, reach, config.min_facing)
    return View(planes, frame.colour, frame.intrinsics, frame.colour_intrinsics, frame.world_from_camera)


def _stride(view: View, grid: Grid) -> int:
    """Pixels that lie half a block apart at the farthest depth, at most 4."""
    apart = float(view.depth.max()) / float(view.intrinsics[[0, 1], [0, 1]].min())
    return max(1, min(4, int(grid.block_size / 2 / apart))) if apart > 0 else 4


def _within_crop(blocks: Tensor, grid: Grid, crop: Tensor | None) -> Tensor:
    if crop is None:
        return blocks
    low = grid.origin + (blocks.double() * 8 - 0.5) * grid.voxel_size
    return blocks[((low <= crop[1]) & (low + grid.block_size >= crop[0])).all(dim=1)]


def _inside(blocks: Tensor, grid: Grid, crop: Tensor) -> Tensor:
    """Which voxels [block, 8, 8, 8] have their centre in the crop."""
    import torch

    steps = torch.arange(8)
    flags = []
    for axis in range(3):
        centres = grid.origin[axis] + (blocks[:, axis, None].double() * 8 + steps) * grid.voxel_size
        flags.append((centres >= crop[0, axis]) & (centres <= crop[1, axis]))
    return flags[0][:, :, None, None] & flags[1][:, None, :, None] & flags[2][:, None, None, :]


def _refuse_what_cannot_fit(scan: RgbdScan, grid: Grid, config: FuseConfig) -> None:
    """Estimate the surface from a few frames on a coarse grid, and what its blocks would take on this one."""
    from geo3d.ops.block_grid import LIMIT, BlockTable
    from geo3d.ops.fusion import Grid, blocks_near_surface
    from geo3d.scene.frames import stream_frames

    reach = float(scan.world_from_camera[:, :3, 3].abs().max()) + config.max_depth + grid.truncation
    if reach > LIMIT * grid.block_size:
        raise InputError(f"voxel size {grid.voxel_size:g} m is too small for a world that reaches to {reach:.0f} m")
    coarse, table = Grid(grid.origin, 0.025, 1e-6), BlockTable()
    for frame in stream_frames(scan, range(0, len(scan.depth), -(-len(scan.depth) // 8))):
        table.rows(_within_crop(blocks_near_surface(view_of(frame, config), coarse, 2), coarse, scan.crop))
    area = len(table) * coarse.block_size**2 / 1.5  # a plane passes 1.5 blocks for each block face of its area

    def needed(voxel_size: float) -> float:
        size, truncation = 8 * voxel_size, grid.truncation * voxel_size / grid.voxel_size
        return area * (2 * truncation + 1.5 * size) / size**3 * BYTES_PER_BLOCK

    if needed(grid.voxel_size) > available_memory():
        fits = grid.voxel_size
        while needed(fits) > available_memory() / 2:
            fits *= 1.25
        raise InputError(
            f"voxel size {grid.voxel_size:g} m would take about {needed(grid.voxel_size) / 2**30:.1f} GiB for the"
            f" {area:.0f} m2 of surface in view, and {available_memory() / 2**30:.1f} GiB are free; {fits:.2g} m fits"
        )
