"""What stages ask of a volume's surface: its extent, its cells, and which way is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import TsdfVolume


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
