"""Depth images."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from geo3d.kernels import depth as kernel
from geo3d.ops.camera import pixel_grid
from geo3d.ops.implementations import implementation

AXIAL_NOISE = 0.0012, 0.0019, 0.4
"""Of a structured-light camera: metres at the near end, more per square metre beyond, and that end, in metres."""
LEAST_FACTOR = 1e-3


def fit_planes(
    depth: Float[Tensor, "height width"],
    intrinsics: Float[Tensor, "3 3"],
    reach: int = 1,
    least: float = 0.0,
    within: tuple[float, float] = (0.0, math.inf),
    out: Float[Tensor, "height width 4"] | None = None,
) -> Float[Tensor, "height width 4"]:
    """For each pixel the plane its surface lies in: depth, its change a pixel to the right and down, and n . r.

    n . r is the surface's unit normal times the pixel's ray (x, y, 1). It turns a distance along z into one
    perpendicular to the surface, is near 1 for a surface seen squarely and near 0 for one seen from the side. Slopes
    are taken over `reach` pixels on each side, across no edge; things too thin to have a slope face the camera. All
    four are 0 where there is no depth, where n . r is less than `least`, and on the rim of what bends away. Depth that
    is not `within` these bounds, in metres, counts as none. On the CPU they are written into `out`, if given: memory
    that was just obtained costs as much as the planes.
    """
    if implementation(depth.device) != "numba":
        return _fit_planes_reference(depth, intrinsics, reach, least, within)
    K = intrinsics.to(depth.dtype)
    planes = depth.new_empty(*depth.shape, 4) if out is None else out
    camera = torch.stack([K[0, 0], K[1, 1], K[0, 2], K[1, 2]]).numpy()
    least, nearest, farthest = depth.new_tensor([least, *within]).numpy()
    kernel.fit_planes(depth.numpy(), camera, reach, least, nearest, farthest, planes.numpy())
    return planes


def facing_planes(
    depth: Float[Tensor, "height width"], within: tuple[float, float] = (0.0, math.inf)
) -> Float[Tensor, "height width 4"]:
    """For each pixel the plane that faces the camera at its depth, as :func:`fit_planes` has it: depth, 0, 0, 1.

    A distance to it is one along the camera's axis. Depth that is not `within` these bounds, in metres, counts as none.
    """
    kept = (depth > 0) & (depth >= within[0]) & (depth <= within[1])
    planes = depth.new_zeros(*depth.shape, 4)
    planes[..., 0], planes[..., 3] = depth.where(kept, 0), kept
    return planes


def _fit_planes_reference(
    depth: Tensor,
    intrinsics: Tensor,
    reach: int = 1,
    least: float = 0.0,
    within: tuple[float, float] = (0.0, math.inf),
) -> Tensor:
    K, depth = intrinsics.to(depth), depth.masked_fill((depth < within[0]) | (depth > within[1]), 0)
    height, width = depth.shape
    padded = torch.nn.functional.pad(depth, [reach] * 4)
    left, right = padded[reach:-reach, : -2 * reach], padded[reach:-reach, 2 * reach :]
    above, below = padded[: -2 * reach, reach:-reach], padded[2 * reach :, reach:-reach]
    du = _slope_reference(depth, left, right, kernel.STEEPEST * depth * reach / K[0, 0]) / reach
    dv = _slope_reference(depth, above, below, kernel.STEEPEST * depth * reach / K[1, 1]) / reach
    u = torch.arange(width, dtype=depth.dtype, device=depth.device) - K[0, 2]
    v = torch.arange(height, dtype=depth.dtype, device=depth.device)[:, None] - K[1, 2]
    length = torch.stack([K[0, 0] * du, K[1, 1] * dv, depth + u * du + v * dv]).norm(dim=0)
    planes = torch.stack([depth, du, dv, depth / length], dim=-1)
    kept = (depth > 0) & (length < torch.inf) & (depth >= depth.new_tensor(least) * length)
    return torch.where(kept[..., None], planes, 0)


def _slope_reference(here: Tensor, before: Tensor, after: Tensor, most: Tensor) -> Tensor:
    back, ahead = here - before, after - here
    has_back, has_ahead = (before > 0) & (back.abs() < most), (after > 0) & (ahead.abs() < most)
    rim = ((before > 0) & (back > 0)) | ((after > 0) & (ahead < 0))
    alone = torch.where(rim, torch.inf, 0.0)
    one_side = torch.where(has_back, back, torch.where(has_ahead, ahead, alone))
    return torch.where(has_back & has_ahead, (back + ahead) / 2, one_side)


def vote_factors(
    planes: Float[Tensor, "height width 4"], intrinsics: Float[Tensor, "3 3"], by_angle: bool, by_range: bool
) -> Float[Tensor, "height width"]:
    """What a pixel's measurement is worth beside one that is seen squarely and from near; 1 where there is none.

    By angle: the cosine between normal and ray, as Newcombe et al. 2011 have it (section 3.3). By range: the
    inverse variance of a structured-light camera's depth, 1.2 mm + 1.9 mm (z / m - 0.4)^2 (Nguyen, Izadi and Lovell
    2012, equation 2), beside that at 0.4 m. At least 0.001, so that what is seen badly is still seen.
    """
    depth, facing = planes[..., 0], planes[..., 3]
    factors = torch.ones_like(depth)
    if by_angle:
        rays = pixel_grid(depth.shape[0], depth.shape[1]).to(planes) - intrinsics[:2, 2].to(planes)
        rays = rays / intrinsics.diagonal()[:2].to(planes)
        factors = factors * facing / (1 + rays.square().sum(dim=-1)).sqrt()
    if by_range:
        noise = AXIAL_NOISE[0] + AXIAL_NOISE[1] * (depth - AXIAL_NOISE[2]).clamp(min=0).square()
        factors = factors * (AXIAL_NOISE[0] / noise).square()
    return torch.where(depth > 0, factors.clamp(min=LEAST_FACTOR), 1)
