"""Depth images."""

import torch
from jaxtyping import Float
from torch import Tensor

from geo3d.kernels import depth as kernel


def fit_planes(
    depth: Float[Tensor, "height width"], intrinsics: Float[Tensor, "3 3"], reach: int = 1, least: float = 0.0
) -> Float[Tensor, "height width 4"]:
    """For each pixel the plane its surface lies in: depth, its change a pixel to the right and down, and n . r.

    n . r is the surface's unit normal times the pixel's ray (x, y, 1). It turns a distance along z into one
    perpendicular to the surface, is near 1 for a surface seen squarely and near 0 for one seen from the side. Slopes
    are taken over `reach` pixels on each side, across no edge; things too thin to have a slope face the camera. All
    four are 0 where there is no depth, where n . r is less than `least`, and on the rim of what bends away.
    """
    if depth.device.type != "cpu":
        return _fit_planes_reference(depth, intrinsics, reach, least)
    K = intrinsics.to(depth.dtype)
    planes = depth.new_empty(*depth.shape, 4)
    camera = torch.stack([K[0, 0], K[1, 1], K[0, 2], K[1, 2]]).numpy()
    kernel.fit_planes(depth.numpy(), camera, reach, depth.new_tensor(least).numpy()[()], planes.numpy())
    return planes


def _fit_planes_reference(depth: Tensor, intrinsics: Tensor, reach: int, least: float) -> Tensor:
    K = intrinsics.to(depth)
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
