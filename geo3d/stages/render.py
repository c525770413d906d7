"""Views of a modelled scene: what a perfect camera sees, and what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import ModelledScene

AMBIENT = 0.35
"""Light from everywhere, relative to a lamp's at about 0.8 m."""
NONE = 255
"""Label of a pixel that shows nothing."""


@dataclass(frozen=True)
class View:
    """One frame; tensors are indexed [row, column]."""

    colour: Tensor
    """[height, width, 3] uint8."""
    depth: Tensor
    """[height, width] float32, metres along z; 0 = none."""
    normals: Tensor
    """[height, width, 3] float32, world space, towards the camera; 0 where there is nothing."""
    labels: Tensor
    """[height, width] uint8, places in the scene's classes; 255 where there is nothing."""
    objects: Tensor
    """[height, width] int32, from 1 on: the row in the scene's ``object_labels`` plus 1; 0 where there is nothing."""


def render_view(
    scene: ModelledScene, camera_from_world: Tensor, intrinsics: Tensor, size: tuple[int, int], samples: int = 2
) -> View:
    """One frame of `size` (height, width), colour with `samples`^2 samples a pixel, all else at pixel centres."""
    import torch

    from geo3d.ops.mesh import face_normals
    from geo3d.ops.painting import Lamps, Surfaces, paint, srgb
    from geo3d.ops.raster import rasterize
    from geo3d.ops.shading import averaged, finer

    mesh = scene.vertices, scene.faces
    depth, triangle = rasterize(*mesh, camera_from_world, intrinsics, size)
    scaled, fine = finer(intrinsics, samples), triangle
    if samples > 1:
        _, fine = rasterize(*mesh, camera_from_world, scaled, (size[0] * samples, size[1] * samples))
    surfaces = Surfaces(scene.uv, scene.face_materials, scene.colours, scene.seconds, scene.patterns, scene.masks)
    lamps = Lamps(scene.lights, scene.light_colours, AMBIENT)
    light = averaged(paint(*mesh, surfaces, lamps, camera_from_world, scaled, fine), samples)
    seen, rows = triangle >= 0, triangle.clamp(min=0).long()
    objects = scene.face_objects[rows]
    across = face_normals(*mesh)
    middles = scene.vertices[scene.faces.long()].mean(dim=1)
    behind = (across * (middles - camera_from_world.inverse()[:3, 3].float())).sum(dim=1, keepdim=True) > 0
    normals = torch.nn.functional.normalize(torch.where(behind, -across, across), dim=1)
    return View(
        colour=srgb(light),
        depth=depth,
        normals=torch.where(seen[..., None], normals[rows], 0),
        labels=torch.where(seen, scene.object_labels[objects.long()], NONE).to(torch.uint8),
        objects=torch.where(seen, objects + 1, 0).int(),
    )
