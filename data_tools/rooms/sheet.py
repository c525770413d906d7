"""A contact sheet: for each room colour, depth, normals and labels side by side, and the plan from above."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo3d.data_tools.labels import nyu40

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from geo3d.data_tools.rooms.description import Room, SceneDescription
    from geo3d.ops.render import View
    from geo3d.scene.kinds import ModelledScene

SIZE = (240, 320)
"""Height and width of each picture, in pixels."""
FAR = 6.0
"""Metres at which a depth is black."""


def draw_sheet(scene: ModelledScene, description: SceneDescription) -> Image.Image:
    """A row for each room, seen from a corner; beside them the plan, without ceilings."""
    import numpy as np
    import torch
    from PIL import Image

    from geo3d.data_tools.rooms.views import view_scene

    height, width = SIZE
    rows = []
    for room in description.rooms:
        cameras, intrinsics = _from_corner(room)
        rows.append(torch.cat(_panels(view_scene(scene, cameras, intrinsics, SIZE), scene), dim=1))
    tall = height * len(rows)
    plan = view_scene(*_from_above(scene, (tall, max(tall, width))), (tall, max(tall, width))).colour
    sheet = torch.cat([torch.cat(rows), plan], dim=1)
    return Image.fromarray(np.ascontiguousarray(sheet.numpy()))


def _panels(view: View, scene: ModelledScene) -> list[Tensor]:
    import torch

    depth = (255 * (1 - view.depth / FAR).clamp(0, 1) * (view.depth > 0)).to(torch.uint8)
    shades = torch.from_numpy(nyu40.shades(scene.classes))
    normals = ((view.normals + 1) * 127.5).to(torch.uint8)
    return [view.colour, depth[..., None].expand(-1, -1, 3), normals, shades[view.labels.long()]]


def _from_corner(room: Room) -> tuple[Tensor, Tensor]:
    """``camera_from_world`` from near the room's first corner towards its middle, and intrinsics."""
    import torch

    from geo3d.ops.orbit import looking_at

    outline = torch.tensor(room.outline).double()
    low, high = outline.amin(dim=0), outline.amax(dim=0)
    eye, target = low + 0.35, 0.35 * low + 0.65 * high
    up = torch.tensor([0.0, 0.0, 1.0]).double()
    camera = looking_at(torch.cat([eye, up[2:] * 1.75]), torch.cat([target, up[2:] * 0.7]), up)
    focal = 0.5 * SIZE[1]
    return camera, torch.tensor([[focal, 0, (SIZE[1] - 1) / 2], [0, focal, (SIZE[0] - 1) / 2], [0, 0, 1]]).double()


def _from_above(scene: ModelledScene, size: tuple[int, int]) -> tuple[ModelledScene, Tensor, Tensor]:
    """The scene without ceilings, and a camera so high that all of it is seen nearly from straight above."""
    import torch

    shown = scene.object_labels[scene.face_objects.long()] != scene.classes.index("ceiling")
    parts = {name: getattr(scene, name)[shown] for name in ("faces", "uv", "face_materials", "face_objects")}
    low, high = scene.vertices.amin(dim=0).double(), scene.vertices.amax(dim=0).double()
    middle, high_up = (low + high) / 2, 30.0
    camera = torch.diag(torch.tensor([1.0, -1.0, -1.0, 1.0]).double())
    camera[:3, 3] = -camera[:3, :3] @ torch.tensor([middle[0], middle[1], high_up]).double()
    near = high_up - float(high[2])
    focal = 0.95 * near * min(size[1] / float(high[0] - low[0]), size[0] / float(high[1] - low[1]))
    intrinsics = torch.tensor([[focal, 0, (size[1] - 1) / 2], [0, focal, (size[0] - 1) / 2], [0, 0, 1]]).double()
    return replace(scene, **parts), camera, intrinsics
