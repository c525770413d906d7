"""A whole scene as a camera sees it, with its own materials and lamps."""

from dataclasses import fields
from typing import Any

from jaxtyping import Float
from torch import Tensor

from geo3d.ops.painting import Lamps, Surfaces, with_shadows
from geo3d.ops.render import View, render_view


def lamps_of(scene: Any, shadows: bool) -> Lamps:
    """The lamps of a :class:`geo3d.scene.kinds.ModelledScene`; with `shadows` their light stops at surfaces."""
    lamps = Lamps(scene.lights, scene.light_colours, scene.ambient)
    return with_shadows(lamps, scene.vertices, scene.faces) if shadows and len(scene.lights) else lamps


def view_scene(
    scene: Any,
    camera_from_world: Float[Tensor, "4 4"],
    intrinsics: Float[Tensor, "3 3"],
    size: tuple[int, int],
    samples: int = 2,
    lamps: Lamps | None = None,
) -> View:
    """One frame of `size` (height, width) of a :class:`geo3d.scene.kinds.ModelledScene`.

    `lamps` are those of :func:`lamps_of`, which are worked out once for many frames; by default they cast no shadows.
    """
    surfaces = Surfaces(**{field.name: getattr(scene, field.name) for field in fields(Surfaces)})
    shown = scene.vertices, scene.faces, surfaces, lamps or lamps_of(scene, False)
    return render_view(*shown, scene.face_objects, scene.object_labels, camera_from_world, intrinsics, size, samples)
