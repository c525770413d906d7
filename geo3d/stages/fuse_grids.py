"""Stage: RGB-D frames to what they tell of every voxel of whole grids: distances, and what was seen at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo3d.progress import track
from geo3d.stages.fuse import FuseConfig
from geo3d.stages.fuse_views import in_view, view_of

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.ops.fusion import View
    from geo3d.scene.kinds import DistanceVolume, RgbdScan, ScannedVolume


BYTES_PER_VOXEL = 34
"""Of the means while fusing, and of the volume that is made from them."""


@dataclass(frozen=True)
class WholeGrid:
    """A dense grid to fuse on, all of it; its origin must be a multiple of its voxel size."""

    shape: tuple[int, int, int]
    """Voxels along x, y and z."""
    origin: Tensor
    """As of a :class:`geo3d.scene.kinds.ScannedVolume`, and so the others."""
    voxel_size: float
    truncation: float
    up: Tensor
    world_from_volume: Tensor


def fuse_grids(scan: RgbdScan, volumes: Sequence[DistanceVolume], max_depth: float) -> list[ScannedVolume]:
    """Fuse a scan on the grids of volumes, with their truncations, in one pass over its frames."""
    grids = [
        WholeGrid(
            (volume.distance.shape[0], volume.distance.shape[1], volume.distance.shape[2]),
            volume.origin,
            volume.voxel_size,
            volume.truncation,
            volume.up,
            volume.world_from_volume,
        )
        for volume in volumes
    ]
    return fuse_whole_grids(scan, grids, max_depth)


def fuse_whole_grids(
    scan: RgbdScan, grids: Sequence[WholeGrid], max_depth: float, stride: int = 1
) -> list[ScannedVolume]:
    """Fuse a scan on dense grids in one pass over its frames.

    It is the fusion of :func:`geo3d.stages.fuse.fuse`, but for the blocks: all of a grid's take part, so that the free
    space that rays pass through counts as known, too. Of the depth images every `stride`-th pixel of every `stride`-th
    row is taken.
    """
    import torch

    from geo3d.scene.frames import stream_frames

    config, means = FuseConfig(max_depth=max_depth), [_Dense(grid) for grid in grids]
    thinner = 1 / torch.tensor([[stride], [stride], [1.0]], dtype=torch.float64)
    for frame in track(stream_frames(scan), "fuse", total=len(scan.depth), unit="frames"):
        depth = frame.depth[::stride, ::stride].contiguous()
        view = view_of(replace(frame, depth=depth, intrinsics=thinner * frame.intrinsics), config)
        for one in means:
            one.integrate(view, config)
    return [one.finish() for one in means]


class _Dense:
    """Running means over all blocks of a grid."""

    def __init__(self, whole: WholeGrid) -> None:
        import torch

        from geo3d.ops.fusion import Grid, Means

        self.whole = whole
        self.blocks = torch.cartesian_prod(*(torch.arange(-(-side // 8)) for side in whole.shape)).int()
        self.grid = Grid(whole.origin.double(), whole.voxel_size, whole.truncation)
        self.volume_from_world = torch.eye(4, dtype=torch.float64)
        self.volume_from_world[:3, :3] = whole.world_from_volume.double().T
        shape = (len(self.blocks), 8, 8, 8)
        self.means = Means(
            tsdf=torch.zeros(shape),
            weight=torch.zeros(shape),
            seen=torch.zeros(shape, dtype=torch.uint8),
            colour=torch.zeros(*shape, 4, dtype=torch.int16),
        )

    def integrate(self, view: View, config: FuseConfig) -> None:
        from geo3d.ops.fusion import integrate_

        view = replace(view, world_from_camera=self.volume_from_world @ view.world_from_camera.double())
        rows = in_view(self.blocks, view, self.grid)
        votes = config.weight_cap, config.free_weight
        integrate_(self.means, rows.int(), self.blocks[rows], view, self.grid, *votes)

    def finish(self) -> ScannedVolume:
        import torch

        from geo3d.scene.kinds import ScannedVolume

        whole, known = self.whole, self.means.seen > 0
        distance = torch.where(known, self.means.tsdf, 1.0) * whole.truncation
        where = whole.origin, whole.voxel_size, whole.truncation, whole.up, whole.world_from_volume
        return ScannedVolume(self._dense(distance), self._dense(known.to(torch.uint8)), *where)

    def _dense(self, values: Tensor) -> Tensor:
        """[x, y, z] of [block, 8, 8, 8]."""
        shape = self.whole.shape
        x, y, z = (-(-side // 8) for side in shape)
        whole = values.reshape(x, y, z, 8, 8, 8).permute(0, 3, 1, 4, 2, 5).reshape(8 * x, 8 * y, 8 * z)
        return whole[: shape[0], : shape[1], : shape[2]].contiguous()
