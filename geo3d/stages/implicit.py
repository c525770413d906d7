"""Stage: points with normals to truncated signed distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.errors import InputError
from geo3d.progress import steps
from geo3d.scene.memory import available_memory
from geo3d.stages.cloud import CloudConfig
from geo3d.stages.surface import grid_around, up_of_cloud, voxel_size_of

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import PointCloud, TsdfVolume

BYTES_PER_BLOCK = 8**3 * 8 * 2
"""Of the volume, and of what it is copied from."""
FINEST = 0.2
"""Voxels of a distance between points, at least: finer ones would show nothing but the mean's own shape."""
TRUNCATION = 8
"""Voxels, as fused volumes have."""


def implicit(cloud: PointCloud, config: CloudConfig) -> TsdfVolume:
    """The signed distances of voxels near points, as implicit moving least squares give them, and their colours.

    A point is as wide as points lie apart around it, but at least a voxel. A voxel's weight is how many points it was
    made from. Raises InputError for voxels that are too small.
    """
    import torch

    from geo3d.ops.implicit import near_blocks, signed_distances
    from geo3d.scene.kinds import TsdfVolume

    assert cloud.normals is not None
    with steps("implicit", 2, "passes") as done:
        usual = voxel_size_of(cloud)
        size = config.voxel_size or usual
        if size < FINEST * usual:
            raise InputError(
                f"cloud.voxel_size {size:g} m shows nothing more of points {usual:.2g} m apart;"
                f" {FINEST * usual:.2g} m is the finest"
            )
        grid = grid_around(cloud, size)
        places, widths = (cloud.points.double() - grid.origin) / size, widths_of(cloud, size, config)
        _refuse_what_cannot_fit(len(near_blocks(places, widths)), size)
        done()
        found = signed_distances(places, cloud.normals.double(), widths, cloud.colours)
        done()
    tsdf = torch.where(found.count > 0, (found.distance / TRUNCATION).clamp(-1, 1), 1.0)
    up, known = up_of_cloud(cloud, cloud.normals[:0]), cloud.up is not None
    colour = None if cloud.colours is None else found.colour
    where = grid.origin, size, TRUNCATION * size
    return TsdfVolume(found.blocks, tsdf, found.count, colour, *where, up, known)


def widths_of(cloud: PointCloud, voxel_size: float, config: CloudConfig) -> Tensor:
    """How far each point's surface reaches, in voxels."""
    assert cloud.spacing is not None
    most = max(config.reach * voxel_size_of(cloud), voxel_size)
    return cloud.spacing.double().clamp(voxel_size, most) / voxel_size


def _refuse_what_cannot_fit(blocks: int, voxel_size: float) -> None:
    needed, free = blocks * BYTES_PER_BLOCK, available_memory()
    if needed > free:
        raise InputError(
            f"cloud.voxel_size {voxel_size:g} m would take about {needed / 2**30:.1f} GiB, and {free / 2**30:.1f} GiB"
            f" are free; {2 * voxel_size:.2g} m takes about a quarter"
        )
