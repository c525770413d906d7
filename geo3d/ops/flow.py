"""Optical flow between two views of a scene that does not move, from its depth."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from geo3d.kernels import flow as kernel
from geo3d.ops.camera import pixel_grid, project, transform, unproject

NEAREST = 1e-3
"""Metres before the other camera's plane; what is nearer, or behind it, goes nowhere."""
OFF = 1e-3
"""Share of the depth by which a point may lie off the plane that the other view sees there, and still be on it."""


class Flow(NamedTuple):
    """From a view to another."""

    moved: Float[Tensor, "height width 2"]
    """Where each pixel's point is in the other view, less where it is here (u, v), in pixels."""
    seen: Bool[Tensor, "height width"]
    """Whether the other view sees it."""


def optical_flow(
    depth: Float[Tensor, "height width"],
    other_depth: Float[Tensor, "height width"],
    other_normals: Float[Tensor, "height width 3"],
    other_from_camera: Float[Tensor, "4 4"],
    intrinsics: Float[Tensor, "3 3"],
) -> Flow:
    """Where each pixel's point goes in another view by the same camera, and whether it is seen there.

    Normals are in the other camera's space. Flow is 0 where there is no depth, and for points that are not before the
    other camera. A point is seen if it falls into the other image and onto the plane that one of the four pixels around
    it sees, to :data:`OFF`; so at outlines this errs by about a pixel. A pixel without depth hides nothing.
    """
    if depth.device.type != "cpu":
        return _optical_flow_reference(depth, other_depth, other_normals, other_from_camera, intrinsics)
    moved, visible = torch.empty(*depth.shape, 2), torch.empty(depth.shape, dtype=torch.bool)
    projection = intrinsics.double() @ other_from_camera.double()[:3]
    kernel.flow(
        depth.contiguous().numpy(),
        other_depth.contiguous().numpy(),
        other_normals.contiguous().numpy(),
        intrinsics.double().inverse().numpy(),
        other_from_camera.double().numpy(),
        projection.numpy(),
        NEAREST,
        OFF,
        moved.numpy(),
        visible.numpy(),
    )
    return Flow(moved, visible)


def _optical_flow_reference(
    depth: Tensor, other_depth: Tensor, other_normals: Tensor, other_from_camera: Tensor, intrinsics: Tensor
) -> Flow:
    pixels, camera = pixel_grid(depth.shape[0], depth.shape[1]).to(depth.device), intrinsics.double()
    points = transform(unproject(pixels, depth.double(), camera), other_from_camera.double())
    before = (depth > 0) & (points[..., 2] >= NEAREST)
    there = project(points, camera)
    moved = torch.where(before[..., None], there - pixels, 0)
    last = there.new_tensor([depth.shape[1] - 1, depth.shape[0] - 1])
    within = before & ((there >= 0) & (there <= last)).all(dim=2)
    left, top = torch.where(within[..., None], there, 0).long().unbind(dim=2)
    right, low = (left + 1).clamp(max=depth.shape[1] - 1), (top + 1).clamp(max=depth.shape[0] - 1)
    seen, surfaces = torch.zeros_like(within), unproject(pixels, other_depth.double(), camera)
    for v, u in ((top, left), (top, right), (low, left), (low, right)):
        off = ((points - surfaces[v, u]) * other_normals[v, u].double()).sum(dim=2).abs()
        seen |= (other_depth[v, u] <= 0) | (off <= OFF * points[..., 2])
    return Flow(moved.float(), within & seen)
