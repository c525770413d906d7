"""Cameras around something."""

from math import radians, tan

import torch
from jaxtyping import Float
from torch import Tensor

from geo3d.ops.camera import rotation_between

FIELD_OF_VIEW = radians(40)


def looking_at(
    eye: Float[Tensor, "*batch 3"], target: Float[Tensor, "3"], up: Float[Tensor, "3"]
) -> Float[Tensor, "*batch 4 4"]:
    """``camera_from_world`` of cameras at `eye` that look at `target`, with `up` upwards in the image; float64."""
    forward = torch.nn.functional.normalize(target.double() - eye.double(), dim=-1)
    right = torch.nn.functional.normalize(torch.linalg.cross(forward, up.double().expand_as(forward)), dim=-1)
    axes = torch.stack([right, torch.linalg.cross(forward, right), forward], dim=-2)
    camera_from_world = torch.eye(4, dtype=torch.float64).repeat(*eye.shape[:-1], 1, 1)
    camera_from_world[..., :3, :3] = axes
    camera_from_world[..., :3, 3] = -(axes @ eye.double()[..., None])[..., 0]
    return camera_from_world


def orbit(
    points: Float[Tensor, "point 3"], up: Float[Tensor, "3"], elevation: float, size: tuple[int, int], count: int
) -> tuple[Float[Tensor, "count 4 4"], Float[Tensor, "3 3"]]:
    """``camera_from_world`` of `count` cameras around points, and their intrinsics, so that the points fill the image.

    They go round `up` (a unit vector) at `elevation` degrees above the horizon, and look at the middle of the points,
    of which one in a hundred at each end of each axis may be out of view. `size` is height and width.
    """
    axes = rotation_between(up, up.new_tensor([0.0, 0.0, 1.0]))
    upright = points.double() @ axes.T
    ranked = upright.sort(dim=0).values
    low, high = ranked[len(points) // 100], ranked[-1 - len(points) // 100]
    middle = (low + high) / 2
    inner = upright[((upright >= low) & (upright <= high)).all(dim=1)]
    angles = torch.arange(count, dtype=torch.float64) * 2 * torch.pi / count
    tilt = torch.full_like(angles, radians(elevation))
    towards = torch.stack([tilt.cos() * angles.cos(), tilt.cos() * angles.sin(), tilt.sin()], dim=1)
    half = tan(FIELD_OF_VIEW / 2)
    at_middle = looking_at(middle + towards, middle, axes.new_tensor([0.0, 0.0, 1.0]))
    distance = max(_distance(inner, camera, half) for camera in at_middle)
    cameras = looking_at((middle + distance * towards) @ axes, middle @ axes, up)
    focal = 0.5 * min(size) / half
    intrinsics = [[focal, 0, (size[1] - 1) / 2], [0, focal, (size[0] - 1) / 2], [0, 0, 1]]
    return cameras, torch.tensor(intrinsics, dtype=torch.float64)


def _distance(points: Tensor, camera_from_world: Tensor, half: float) -> float:
    """How far from its target a camera, now 1 m from it, sees all points; `half` is the tangent of half its view."""
    x, y, z = (points @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]).unbind(dim=1)
    return max(1.05 * float((torch.maximum(x.abs(), y.abs()) / half - (z - 1)).max()), 1e-2)
