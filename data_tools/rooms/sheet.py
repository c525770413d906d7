"""A contact sheet of a made scene: each room seen from the corner that shows most of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rendered import sheet

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from geo3d.data_tools.rooms.description import Room, SceneDescription
    from geo3d.scene.kinds import ModelledScene

SIZE = (240, 320)
"""Height and width of each picture, in pixels."""
SMALL = 5
"""Times that the pictures are smaller in which things are counted."""
INSET, HIGH, LOW = 0.35, 1.75, 0.7
"""Metres from the walls and above the floor where cameras stand, and above the floor where they look."""


def draw_sheet(scene: ModelledScene, description: SceneDescription) -> Image.Image:
    """A row for each room; beside them the plan, without ceilings."""
    import torch

    from geo3d.scene.kinds import CameraPath

    places = torch.stack([_best_view(scene, room) for room in description.rooms])
    return sheet.draw_sheet(scene, CameraPath(places, _intrinsics(*SIZE), SIZE), len(places))


def _best_view(scene: ModelledScene, room: Room) -> Tensor:
    """``world_from_camera`` in the corner from which most things are seen: no cupboard is in the way there."""
    import torch

    from geo3d.ops.scene_view import view_scene

    size = SIZE[0] // SMALL, SIZE[1] // SMALL
    places = _from_corners(room)
    views = [view_scene(scene, place.inverse(), _intrinsics(*size), size, samples=1) for place in places]
    counts = [len(view.objects.unique()) * float((view.depth > 0.5).float().mean()) for view in views]
    return places[int(torch.tensor(counts).argmax())]


def _from_corners(room: Room) -> list[Tensor]:
    """Cameras in all corners, which look over the middle of the room."""
    import numpy as np
    import torch

    from geo3d.data_tools.cameras.walk import from_walls
    from geo3d.ops.orbit import looking_at

    outline, up = np.array(room.outline), torch.tensor([0.0, 0.0, 1.0]).double()
    sides = np.roll(outline, -1, axis=0) - outline
    along = sides / np.linalg.norm(sides, axis=1, keepdims=True)
    corners = outline + INSET * (along - np.roll(along, 1, axis=0))
    inwards = corners[from_walls(room.outline, corners) > INSET / 2]  # not those that jut into the room
    middle = (outline.min(axis=0) + outline.max(axis=0)) / 2
    return [
        looking_at(
            torch.tensor([*eye, HIGH]).double(), torch.tensor([*(0.35 * eye + 0.65 * middle), LOW]).double(), up
        ).inverse()
        for eye in inwards
    ]


def _intrinsics(height: int, width: int) -> Tensor:
    import torch

    focal = 0.5 * width
    return torch.tensor([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]]).double()
