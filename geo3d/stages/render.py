"""Stage: a scene and cameras to frames in which everything is known about each pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from geo3d.config import settings

if TYPE_CHECKING:
    from geo3d.ops.flow import Flow
    from geo3d.ops.painting import Lamps
    from geo3d.ops.render import View
    from geo3d.scene.kinds import CameraPath, ModelledScene


@settings
class RenderConfig:
    """How frames are rendered."""

    samples: Annotated[int, Field(ge=1, le=4)] = 2
    """Samples of the colour along each side of a pixel; 1 is quickest, and has stairs along edges."""
    shadows: bool = True
    """Lamps cast shadows, and do not shine through walls."""
    flow: bool = False
    """Optical flow to the next frame and to the one before, with masks of what is seen there."""


@dataclass(frozen=True)
class RenderedFrame:
    """A view, and its flow where it was asked for and there is a frame to flow to."""

    number: int
    view: View
    forward: Flow | None
    backward: Flow | None


def render(scene: ModelledScene, cameras: CameraPath, config: RenderConfig, first: int = 0) -> Iterator[RenderedFrame]:
    """Render the frames of a path in order, from the frame `first` on."""
    from geo3d.ops.scene_view import lamps_of

    count = len(cameras.world_from_camera)
    if first >= count:
        return
    look = config.samples, lamps_of(scene, config.shadows)
    before = render_frame(scene, cameras, first - 1, *look) if first and config.flow else None
    here = render_frame(scene, cameras, first, *look)
    for number in range(first, count):
        after = render_frame(scene, cameras, number + 1, *look) if number + 1 < count else None
        forward = _flow(cameras, here, number, after, number + 1) if after and config.flow else None
        backward = _flow(cameras, here, number, before, number - 1) if before and config.flow else None
        yield RenderedFrame(number, here, forward, backward)
        if after:
            before, here = here, after


def render_frame(
    scene: ModelledScene, cameras: CameraPath, number: int, samples: int, lamps: Lamps | None = None
) -> View:
    """One frame of a path; `lamps` as for :func:`geo3d.ops.scene_view.view_scene`."""
    from geo3d.ops.scene_view import view_scene

    camera_from_world = cameras.world_from_camera[number].double().inverse()
    return view_scene(scene, camera_from_world, cameras.intrinsics, cameras.size, samples, lamps)


def _flow(cameras: CameraPath, view: View, number: int, other: View, other_number: int) -> Flow:
    from geo3d.ops.flow import optical_flow

    here, there = (cameras.world_from_camera[i].double() for i in (number, other_number))
    normals = other.normals @ there[:3, :3].float()  # in the other camera's space
    return optical_flow(view.depth, other.depth, normals, there.inverse() @ here, cameras.intrinsics)
