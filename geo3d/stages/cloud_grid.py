"""Stage: points with normals to what they tell of every voxel of an upright grid, as networks see scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.stages.cloud import CloudConfig
from geo3d.stages.implicit import widths_of
from geo3d.stages.scan_grid import CELL, ScanGridConfig, grid_over
from geo3d.stages.surface import up_of_cloud

if TYPE_CHECKING:
    from geo3d.scene.kinds import PointCloud, ScannedVolume


def cloud_grid(cloud: PointCloud, config: ScanGridConfig) -> ScannedVolume:
    """The signed distances of voxels near points, on a dense grid in whose frame z is up.

    What is known is what lies near points: in front of them, where they were seen from, and as far behind. Free space
    farther away, which rays of a camera pass through, is not known to have been seen; networks that label surfaces look
    no farther than that.
    """
    import torch

    from geo3d.ops.implicit import signed_distances
    from geo3d.ops.planes import mean_in_cells
    from geo3d.scene.kinds import ScannedVolume

    assert cloud.normals is not None
    points, normals = cloud.points.double(), cloud.normals.double()
    up = up_of_cloud(cloud, mean_in_cells(points - points.amin(dim=0), normals, CELL)[2])
    grid = grid_over(points, up, config)
    size, (x, y, z) = grid.voxel_size, grid.shape
    widths = widths_of(cloud, size, CloudConfig(reach=1))
    places = (points @ grid.world_from_volume - grid.origin) / size
    found = signed_distances(places, normals @ grid.world_from_volume, widths)
    steps = torch.cartesian_prod(*[torch.arange(8)] * 3)
    voxels = (8 * found.blocks.long()[:, None] + steps).reshape(-1, 3)
    known = (found.count > 0).reshape(-1)
    known &= ((voxels >= 0) & (voxels < torch.tensor(grid.shape))).all(dim=1)
    at = tuple(voxels[known].T)
    distance, seen = torch.full((x, y, z), grid.truncation), torch.zeros(x, y, z, dtype=torch.uint8)
    distance[at] = (found.distance.reshape(-1)[known] * size).clamp(-grid.truncation, grid.truncation)
    seen[at] = 1
    return ScannedVolume(distance, seen, grid.origin, size, grid.truncation, grid.up, grid.world_from_volume)
