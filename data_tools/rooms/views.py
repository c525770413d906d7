"""A modelled scene as cameras see it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.ops.render import View
    from geo3d.scene.kinds import ModelledScene


def view_scene(
    scene: ModelledScene, camera_from_world: Tensor, intrinsics: Tensor, size: tuple[int, int], samples: int = 2
) -> View:
    """One frame of `size` (height, width), with the scene's own materials and lamps."""
    from geo3d.ops.painting import Lamps, Surfaces
    from geo3d.ops.render import render_view

    surfaces = Surfaces(**{field.name: getattr(scene, field.name) for field in fields(Surfaces)})
    lamps = Lamps(scene.lights, scene.light_colours, scene.ambient)
    seen = scene.vertices, scene.faces, surfaces, lamps, scene.face_objects, scene.object_labels
    return render_view(*seen, camera_from_world, intrinsics, size, samples)
