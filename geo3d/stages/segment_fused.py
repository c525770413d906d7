"""Stage: labels that frames brought along, and that fusing has counted, to class probabilities of voxels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.errors import InputError
from geo3d.progress import steps
from geo3d.stages.surface import surface_of, up_of

if TYPE_CHECKING:
    from geo3d.scene.kinds import TsdfVolume, VoxelLabels
    from geo3d.stages.segment import SegmentConfig


def segment_fused(volume: TsdfVolume, config: SegmentConfig) -> VoxelLabels:
    """Shares of the votes that views gave to the voxels within one of the surface; zeros where no view had a label.

    Raises InputError where the volume has no labels, or no surface was seen.
    """
    import torch

    from geo3d.ops.block_grid import pack_blocks
    from geo3d.ops.label_votes import probabilities_of
    from geo3d.scene.kinds import VoxelLabels

    if volume.candidates is None or volume.votes is None:
        raise InputError("no frame of the scan has labels, which segment fused needs; planar and learned do not")
    with steps("segment", 2, "passes") as done:
        _, normals, _ = surface_of(volume, config.min_weight, "segment.min_weight")
        done()
        near = volume.tsdf.abs() * volume.truncation <= volume.voxel_size
        block, x, y, z = ((volume.weight >= config.min_weight) & near).nonzero(as_tuple=True)
        voxels = volume.blocks[block] * 8 + torch.stack([x, y, z], dim=1).int()
        at = (block, x, y, z)
        probabilities = probabilities_of(volume.candidates[at], volume.votes[at], len(volume.classes))
        order = pack_blocks(voxels).argsort()
        done()
    where = (volume.origin, volume.voxel_size, up_of(volume, normals))
    return VoxelLabels(voxels[order], probabilities[order], volume.classes, *where)
