"""A contact sheet of a made scene: each room seen from a corner."""

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


def draw_sheet(scene: ModelledScene, description: SceneDescription) -> Image.Image:
    """A row for each room; beside them the plan, without ceilings."""
    import torch

    from geo3d.scene.kinds import CameraPath

    places = torch.stack([_from_corner(room) for room in description.rooms])
    focal = 0.5 * SIZE[1]
    intrinsics = torch.tensor([[focal, 0, (SIZE[1] - 1) / 2], [0, focal, (SIZE[0] - 1) / 2], [0, 0, 1]]).double()
    return sheet.draw_sheet(scene, CameraPath(places, intrinsics, SIZE), len(places))


def _from_corner(room: Room) -> Tensor:
    """``world_from_camera`` near the room's first corner, towards its middle."""
    import torch

    from geo3d.ops.orbit import looking_at

    outline = torch.tensor(room.outline).double()
    low, high = outline.amin(dim=0), outline.amax(dim=0)
    eye, target = low + 0.35, 0.35 * low + 0.65 * high
    up = torch.tensor([0.0, 0.0, 1.0]).double()
    return looking_at(torch.cat([eye, up[2:] * 1.75]), torch.cat([target, up[2:] * 0.7]), up).inverse()
