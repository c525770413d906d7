"""Pinhole cameras: x right, y down, z forward; pixel centres at whole numbers."""

import torch
from jaxtyping import Float
from torch import Tensor


def project(points: Float[Tensor, "*batch 3"], intrinsics: Float[Tensor, "3 3"]) -> Float[Tensor, "*batch 2"]:
    """Pixels of points in camera space; infinite or meaningless where z <= 0."""
    homogeneous = points @ intrinsics.T
    return homogeneous[..., :2] / homogeneous[..., 2:]


def unproject(
    pixels: Float[Tensor, "*batch 2"], depth: Float[Tensor, "*batch"], intrinsics: Float[Tensor, "3 3"]
) -> Float[Tensor, "*batch 3"]:
    """Lift pixels at known depth along z into camera space; the inverse of :func:`project`."""
    homogeneous = torch.cat([pixels, torch.ones_like(depth)[..., None]], dim=-1)
    return depth[..., None] * (homogeneous @ intrinsics.inverse().T)


def transform(points: Float[Tensor, "*batch 3"], target_from_source: Float[Tensor, "4 4"]) -> Float[Tensor, "*batch 3"]:
    """Apply a rigid transform to points."""
    return points @ target_from_source[:3, :3].T + target_from_source[:3, 3]


def pixel_grid(height: int, width: int, stride: int = 1, dtype: torch.dtype = torch.float64) -> Float[Tensor, "n m 2"]:
    """Pixel coordinates (u right, v down) of an image, indexed [row, column]."""
    v, u = torch.arange(0, height, stride, dtype=dtype), torch.arange(0, width, stride, dtype=dtype)
    return torch.stack(torch.meshgrid(v, u, indexing="ij")[::-1], dim=-1)


def rotation_between(source: Float[Tensor, "3"], target: Float[Tensor, "3"]) -> Float[Tensor, "3 3"]:
    """The rotation by the smallest angle that takes one unit vector to another (Rodrigues); float64."""
    a, b = source.double(), target.double()
    across, cosine = torch.linalg.cross(a, b), float(a @ b)
    if cosine < -1 + 1e-12:  # half a turn, about any axis across
        axis = torch.linalg.svd(a[None])[2][1]
        return 2 * torch.outer(axis, axis) - torch.eye(3, dtype=torch.float64)
    x, y, z = across.tolist()
    turn = torch.tensor([[0, -z, y], [z, 0, -x], [-y, x, 0]], dtype=torch.float64)
    return torch.eye(3, dtype=torch.float64) + turn + turn @ turn / (1 + cosine)
