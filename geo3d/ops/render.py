"""Views of textured, labelled triangles: what a perfect camera sees, and what is there."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.ops.mesh import face_normals
from geo3d.ops.painting import Lamps, Surfaces, paint, srgb
from geo3d.ops.raster import rasterize
from geo3d.ops.shading import averaged, finer

NONE = 255
"""Label of a pixel that shows nothing."""


@dataclass(frozen=True)
class View:
    """One frame."""

    colour: UInt8[Tensor, "height width 3"]
    """sRGB."""
    depth: Float[Tensor, "height width"]
    """Metres along z; 0 = none."""
    normals: Float[Tensor, "height width 3"]
    """World space, towards the camera; 0 where there is nothing."""
    labels: UInt8[Tensor, "height width"]
    """Of the object that is seen; 255 where there is nothing."""
    objects: Int[Tensor, "height width"]
    """From 1 on: the object's row plus 1; 0 where there is nothing."""


def render_view(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    surfaces: Surfaces,
    lamps: Lamps,
    face_objects: Int[Tensor, " face"],
    object_labels: UInt8[Tensor, " object"],
    camera_from_world: Float[Tensor, "4 4"],
    intrinsics: Float[Tensor, "3 3"],
    size: tuple[int, int],
    samples: int = 2,
) -> View:
    """One frame of `size` (height, width): colour with `samples`^2 samples a pixel, all else at pixel centres."""
    depth, triangle = rasterize(vertices, faces, camera_from_world, intrinsics, size)
    scaled, fine = finer(intrinsics, samples), triangle
    if samples > 1:
        large = (size[0] * samples, size[1] * samples)
        _, fine = rasterize(vertices, faces, camera_from_world, scaled, large)
    light = paint(vertices, faces, surfaces, lamps, camera_from_world, scaled, fine)
    seen, rows = triangle >= 0, triangle.clamp(min=0).long()
    objects = face_objects[rows]
    normals = _towards(camera_from_world.inverse()[:3, 3], vertices, faces)
    return View(
        colour=srgb(averaged(light, samples)),
        depth=depth,
        normals=torch.where(seen[..., None], normals[rows], 0),
        labels=torch.where(seen, object_labels[objects.long()], NONE).to(torch.uint8),
        objects=torch.where(seen, objects + 1, 0).int(),
    )


def _towards(eye: Tensor, vertices: Tensor, faces: Tensor) -> Tensor:
    """Each face's unit normal on the side that `eye` sees."""
    across = face_normals(vertices, faces)
    away = vertices[faces[:, 0].long()] - eye.to(vertices)
    behind = (across * away).sum(dim=1, keepdim=True) > 0
    return torch.nn.functional.normalize(torch.where(behind, -across, across), dim=1)
