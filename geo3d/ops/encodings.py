"""What a network is given of a scanned volume; where nothing is known, each of these is 0."""

from typing import Literal

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

Encoding = Literal["occupancy", "ternary", "tsdf", "flipped", "log"]
CHANNELS: dict[Encoding, int] = {"occupancy": 1, "ternary": 1, "tsdf": 2, "flipped": 2, "log": 2}
"""How many channels each encoding has."""


def encode(
    distance: Float[Tensor, "x y z"],
    known: UInt8[Tensor, "x y z"],
    truncation: float,
    voxel_size: float,
    encoding: Encoding,
) -> Float[Tensor, "channel x y z"]:
    """Channels of an encoding: those below, and with the distances beside them `known`, 0 or 1.

    `distance`, `truncation` and `voxel_size` are in metres; distances are positive in free space.
    """
    if encoding == "occupancy":
        return occupancy(distance, known, voxel_size)[None]
    if encoding == "ternary":
        return ternary(distance, known, voxel_size)[None]
    if encoding == "tsdf":
        value = tsdf(distance, known, truncation)
    elif encoding == "flipped":
        value = flipped_tsdf(distance, known, truncation)
    else:
        value = torch.where(known > 0, signed_log(distance / voxel_size), 0)
    return torch.stack([value, known.to(value.dtype)])


def occupancy(
    distance: Float[Tensor, "*grid"], known: UInt8[Tensor, "*grid"], voxel_size: float
) -> Float[Tensor, "*grid"]:
    """1 at voxels that were seen nearer than a voxel to the surface, on either side of it."""
    return ((known > 0) & (distance.abs() < voxel_size)).to(distance.dtype)


def ternary(
    distance: Float[Tensor, "*grid"], known: UInt8[Tensor, "*grid"], voxel_size: float
) -> Float[Tensor, "*grid"]:
    """-1 in free space, 1 where something is, from a voxel before its surface on; 0 unknown (Wu et al. 2015)."""
    return torch.where(known > 0, torch.where(distance < voxel_size, 1.0, -1.0), 0.0).to(distance.dtype)


def tsdf(distance: Float[Tensor, "*grid"], known: UInt8[Tensor, "*grid"], truncation: float) -> Float[Tensor, "*grid"]:
    """Signed distance in units of the truncation, clipped to [-1, 1]."""
    return torch.where(known > 0, (distance / truncation).clamp(-1, 1), 0)


def flipped_tsdf(
    distance: Float[Tensor, "*grid"], known: UInt8[Tensor, "*grid"], truncation: float
) -> Float[Tensor, "*grid"]:
    """sign(d) (1 - |d| / truncation), which is steepest at the surface and 0 far from it (Song et al. 2017)."""
    near = (1 - distance.abs() / truncation).clamp(min=0)
    return torch.where(known > 0, torch.where(distance < 0, -near, near), 0)


def signed_log(voxels: Float[Tensor, "*grid"]) -> Float[Tensor, "*grid"]:
    """sign(d) log(|d| + 1) of distances in voxels (Dai et al. 2017, 3D-EPN, with the sign kept)."""
    return voxels.sign() * voxels.abs().log1p()
