"""Volumes of a whole scene, which no scan could see: signed distances, and the labels of surfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from geo3d.errors import InputError
from geo3d.scene.memory import available_memory

if TYPE_CHECKING:
    from geo3d.scene.kinds import DistanceVolume, ModelledScene, SemanticVolume

VoxelSizes = Annotated[tuple[Annotated[float, Field(ge=0.001, allow_inf_nan=False)], ...], Field(min_length=1)]
VOXEL_SIZES = (0.047, 0.094, 0.188, 0.05)
"""Metres: the three levels of ScanComplete (Dai et al. 2018), and ScanNet's 5 cm."""
MARGIN = 0.3
"""Metres of a volume around the scene."""
UNLABELLED = 255
BYTES = 40
"""Of memory that the volumes of a voxel take while they are made."""


def volume_name(voxel_size: float) -> str:
    """What the folder of a volume is called: its voxel size in millimetres."""
    return f"{1000 * voxel_size:03.0f}mm"


def distance_volume(scene: ModelledScene, voxel_size: float, truncation: float) -> DistanceVolume:
    """Signed distances of the whole scene; voxel (0, 0, 0) lies on a multiple of the size.

    Raises InputError where they would not fit into the memory that is free.
    """

    from geo3d.ops.distance import mesh_distance_volume
    from geo3d.scene.kinds import DistanceVolume

    used = scene.vertices[scene.faces.long().unique()].double()
    low, high = ((used.amin(dim=0) - MARGIN) / voxel_size).floor(), ((used.amax(dim=0) + MARGIN) / voxel_size).ceil()
    x, y, z = (int(side) + 1 for side in high - low)
    if BYTES * x * y * z > available_memory():
        wide = " x ".join(f"{side * voxel_size:.4g}" for side in (x, y, z))
        raise InputError(
            f"volumes of a scene of {wide} m at {voxel_size:g} m take {BYTES * x * y * z / 2**30:.3g} GiB, and "
            f"{available_memory() / 2**30:.3g} GiB are free; scale it to metres, or leave volumes away"
        )
    origin = low * voxel_size
    distance = mesh_distance_volume(scene.vertices, scene.faces, origin, voxel_size, (x, y, z), truncation)
    return DistanceVolume(distance, origin, voxel_size, truncation, scene.up)


def semantic_volume(scene: ModelledScene, volume: DistanceVolume) -> SemanticVolume:
    """Labels on the grid of a scene's distances, as far from surfaces as those are not clipped."""
    import torch

    from geo3d.ops.distance import distance_to_mesh
    from geo3d.scene.kinds import SemanticVolume

    near = (volume.distance.abs() < volume.truncation).nonzero()
    centres = volume.origin.double() + volume.voxel_size * near.double()
    _, face = distance_to_mesh(centres, scene.vertices.double(), scene.faces)
    labels = torch.full(volume.distance.shape, UNLABELLED, dtype=torch.uint8)
    labels[near.unbind(dim=1)] = scene.object_labels[scene.face_objects[face.long()].long()]
    return SemanticVolume(labels, scene.classes, volume.origin, volume.voxel_size, volume.truncation, scene.up)
