"""Pictures of meshes for people to look at."""

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.ops.camera import pixel_grid, unproject
from geo3d.ops.raster import barycentrics, interpolate, rasterize

AMBIENT = 0.35
"""Share of the light that comes from everywhere; the rest comes from the camera."""


def headlight(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    normals: Float[Tensor, "vertex 3"],
    colours: Float[Tensor, "vertex 3"],
    camera_from_world: Float[Tensor, "4 4"],
    intrinsics: Float[Tensor, "3 3"],
    size: tuple[int, int],
    background: float = 1.0,
    samples: int = 2,
) -> UInt8[Tensor, "height width 3"]:
    """Fronts of a mesh, lit by a lamp at the camera, with `samples`^2 samples a pixel; colours are in [0, 1]."""
    large, scaled = (size[0] * samples, size[1] * samples), finer(intrinsics, samples)
    _, triangle = rasterize(vertices, faces, camera_from_world, scaled, large, front_only=True)
    weights = barycentrics(vertices, faces, camera_from_world, scaled, triangle)
    in_camera = normals @ camera_from_world[:3, :3].to(normals).T
    colour, normal = interpolate(torch.cat([colours, in_camera], dim=1), faces, triangle, weights).split(3, dim=2)
    rays = unproject(pixel_grid(*large), torch.ones(large).double(), scaled.double()).float()
    lengths = (normal.square().sum(dim=2) * rays.square().sum(dim=2)).sqrt().clamp(min=1e-12)
    facing = (-(normal * rays).sum(dim=2) / lengths).clamp(min=0)[..., None]
    lit = torch.where((triangle >= 0)[..., None], colour * (AMBIENT + (1 - AMBIENT) * facing), background)
    return (255 * averaged(lit, samples)).round().clamp(0, 255).to(torch.uint8)


def averaged(image: Float[Tensor, "_ _ channel"], samples: int) -> Float[Tensor, "height width channel"]:
    """One pixel for `samples`^2 of them."""
    return torch.nn.functional.avg_pool2d(image.permute(2, 0, 1), samples).permute(1, 2, 0)


def finer(intrinsics: Float[Tensor, "3 3"], samples: int) -> Float[Tensor, "3 3"]:
    """The same camera with `samples` pixels for each: the middle of the first was at 0, and is at (samples - 1) / 2."""
    scale = torch.tensor([[samples, 0, (samples - 1) / 2], [0, samples, (samples - 1) / 2], [0, 0, 1]])
    return scale.to(intrinsics) @ intrinsics
