"""Where the voxels of a grid lie, which may be turned against the world."""

from jaxtyping import Float, Int
from torch import Tensor


def positions_of(
    voxels: Float[Tensor, "*batch 3"] | Int[Tensor, "*batch 3"],
    origin: Float[Tensor, "3"],
    voxel_size: float,
    world_from_volume: Float[Tensor, "3 3"],
) -> Float[Tensor, "*batch 3"]:
    """World positions of places given in voxels: ``world_from_volume @ (origin + voxel_size * voxel)``; float64."""
    return (origin.double() + voxel_size * voxels.double()) @ world_from_volume.double().T


def voxels_of(
    positions: Float[Tensor, "*batch 3"],
    origin: Float[Tensor, "3"],
    voxel_size: float,
    world_from_volume: Float[Tensor, "3 3"],
) -> Float[Tensor, "*batch 3"]:
    """Places in voxels of world positions: the inverse of :func:`positions_of`; float64."""
    return (positions.double() @ world_from_volume.double() - origin.double()) / voxel_size
