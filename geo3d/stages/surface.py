"""What stages ask of a volume's surface: its extent, its cells, and which way is up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo3d.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import PointCloud, TsdfVolume

MOST_VOXELS = 1 << 20
"""Along a side, of the grid that a cloud lies on."""


@dataclass(frozen=True)
class CloudGrid:
    """Where the voxels of a cloud lie: as those of a :class:`geo3d.scene.kinds.TsdfVolume`."""

    origin: Tensor
    voxel_size: float


def surface_of(volume: TsdfVolume, min_weight: float, option: str) -> tuple[Tensor, Tensor, Tensor]:
    """Vertices in voxels, their normals, and faces; raises InputError, naming the option, where there are no faces."""
    from geo3d.ops.marching_cubes import extract_surface
    from geo3d.ops.mesh import vertex_normals

    vertices, faces, _ = extract_surface(volume.blocks, volume.tsdf, weights_of(volume), None, min_weight)
    if len(faces) == 0:
        raise InputError(f"no surface was seen {min_weight:g} times; see {option}")
    return vertices, vertex_normals(vertices, faces), faces


def weights_of(volume: TsdfVolume) -> Tensor:
    """Observations of each voxel, the most there can be where it was inferred, so that it takes part in any surface."""
    return volume.weight if volume.inferred is None else volume.weight.maximum(255 * volume.inferred)


def up_of(volume: TsdfVolume, normals: Tensor) -> Tensor:
    """The format's up, or else what suits the surface's `normals` [cell, 3] best near the rough one; float64."""
    from geo3d.ops.planes import refine_up

    return volume.up.double() if volume.up_known else refine_up(normals, volume.up.double())


def up_of_cloud(cloud: PointCloud, normals: Tensor) -> Tensor:
    """The format's up, or else what suits the surface's `normals` [cell, 3] best near z; float64."""
    from geo3d.ops.planes import refine_up

    rough = normals.new_tensor([0, 0, 1]).double()
    return refine_up(normals.double(), rough) if cloud.up is None else cloud.up.double()


def voxel_size_of(cloud: PointCloud) -> float:
    """The usual distance between its points, in metres."""
    return 1.0 if cloud.spacing is None else float(cloud.spacing.median())


def grid_around(cloud: PointCloud, voxel_size: float) -> CloudGrid:
    """A grid that begins at the cloud's lowest corner; raises InputError where its voxels are too small for it."""
    low, high = cloud.points.double().amin(dim=0), cloud.points.double().amax(dim=0)
    if (longest := float((high - low).max())) > (MOST_VOXELS - 64) * voxel_size:
        fits = 2 * longest / MOST_VOXELS
        raise InputError(
            f"voxels of {voxel_size:g} m are too small for points {longest:.0f} m apart; {fits:.2g} m fits"
        )
    return CloudGrid((low / voxel_size).floor() * voxel_size, voxel_size)
