"""A contact sheet: colour, depth, normals and labels of some views side by side, and the plan from above."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo3d.data_tools.labels import nyu40

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from geo3d.ops.render import View
    from geo3d.scene.kinds import CameraPath, ModelledScene

HEIGHT = 240
"""Of each picture, in pixels."""
ROWS = 4
"""Views that are shown, evenly from the path."""
APART = 8.0
"""How far from a scene the camera of its plan is, in lengths of the scene: nearly straight above all of it."""


def draw_sheet(scene: ModelledScene, cameras: CameraPath, rows: int = ROWS) -> Image.Image:
    """A row for each of some views; beside them the plan, without ceilings."""
    import numpy as np
    import torch
    from PIL import Image

    from geo3d.ops.scene_view import lamps_of, view_scene

    count = len(cameras.world_from_camera)
    numbers = np.unique(np.linspace(0, count - 1, min(rows, count)).round().astype(int))
    scale = HEIGHT / cameras.size[0]
    size = (HEIGHT, max(round(cameras.size[1] * scale), 1))
    intrinsics = torch.diag(torch.tensor([scale, scale, 1.0]).double()) @ cameras.intrinsics.double()
    panels, lamps = [], lamps_of(scene, shadows=True)
    for number in numbers:
        camera_from_world = cameras.world_from_camera[number].double().inverse()
        view = view_scene(scene, camera_from_world, intrinsics, size, lamps=lamps)
        panels.append(torch.cat(_panels(view, scene.classes), dim=1))
    tall = HEIGHT * len(panels)
    square = (tall, max(tall, size[1]))
    plan = view_scene(*_from_above(scene, square), square, lamps=lamps).colour
    sheet = torch.cat([torch.cat(panels), plan], dim=1)
    return Image.fromarray(np.ascontiguousarray(sheet.numpy()))


def _panels(view: View, classes: tuple[str, ...]) -> list[Tensor]:
    import torch

    seen = view.depth > 0
    near, far = (float(view.depth[seen].quantile(q)) for q in (0.01, 0.99)) if seen.any() else (0.0, 1.0)
    shade = 1 - 0.85 * ((view.depth - near) / max(far - near, 1e-6)).clamp(0, 1)
    depth = (255 * shade * seen).to(torch.uint8)
    shades = torch.from_numpy(nyu40.shades(classes))
    normals = torch.where(seen[..., None], (view.normals + 1) * 127.5, 0).to(torch.uint8)
    return [view.colour, depth[..., None].expand(-1, -1, 3), normals, shades[view.labels.long()]]


def _from_above(scene: ModelledScene, size: tuple[int, int]) -> tuple[ModelledScene, Tensor, Tensor]:
    """The scene without ceilings, and a camera so high that all of it is seen nearly from straight above."""
    import torch

    from geo3d.ops.camera import rotation_between
    from geo3d.ops.orbit import looking_at

    labels = scene.object_labels[scene.face_objects.long()]
    shown = labels != (scene.classes.index("ceiling") if "ceiling" in scene.classes else -1)
    shown = shown if shown.any() else torch.ones_like(shown)
    parts = {name: getattr(scene, name)[shown] for name in ("faces", "uv", "face_materials", "face_objects")}
    axes = rotation_between(torch.tensor([0.0, 0.0, 1.0]), scene.up)  # columns: the plan's x and y, and up
    points = scene.vertices[parts["faces"].long().unique()].double() @ axes
    low, high = points.amin(dim=0), points.amax(dim=0)
    away = APART * max(float((high - low).max()), 1e-6)
    eye, middle = (low + high) / 2, (low + high) / 2
    eye = torch.cat([eye[:2], high[2:] + away])
    camera = looking_at(axes @ eye, axes @ middle, axes[:, 1])
    extent = (high - low).clamp(min=1e-6)
    focal = 0.95 * away * min(size[1] / float(extent[0]), size[0] / float(extent[1]))
    intrinsics = torch.tensor([[focal, 0, (size[1] - 1) / 2], [0, focal, (size[0] - 1) / 2], [0, 0, 1]]).double()
    return replace(scene, **parts), camera, intrinsics
