"""Views of a scene of two boxes, of which every pixel is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import trimesh

from geo3d.data_tools.rooms.views import view_scene
from geo3d.ops.orbit import looking_at
from geo3d.ops.render import NONE
from geo3d.scene.kinds import ModelledScene
from tests.scenes import no_pictures

UP = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
INTRINSICS = torch.tensor([[60.0, 0, 39.5], [0, 60.0, 29.5], [0, 0, 1]], dtype=torch.float64)
SIZE = (60, 80)


def two_boxes() -> ModelledScene:
    """A cube of 2 m about the origin, and one of 1 m on it."""
    large, small = trimesh.creation.box((2, 2, 2)), trimesh.creation.box((1, 1, 1))
    small.apply_translation((0, 0, 1.5))
    vertices = torch.from_numpy(np.concatenate([large.vertices, small.vertices])).float()
    faces = torch.from_numpy(np.concatenate([large.faces, small.faces + 8])).int()
    return ModelledScene(
        vertices=vertices,
        faces=faces,
        uv=torch.zeros(24, 3, 2),
        face_materials=torch.tensor([0] * 12 + [1] * 12).int(),
        face_objects=torch.tensor([0] * 12 + [1] * 12).int(),
        object_labels=torch.tensor([1, 0]).byte(),
        object_names=("large", "small"),
        classes=("lamp", "table"),
        colours=torch.tensor([[200, 0, 0], [0, 0, 200]]).byte(),
        seconds=torch.tensor([[200, 0, 0], [0, 0, 200]]).byte(),
        patterns=torch.zeros(2).int(),
        masks=torch.zeros(1, 256, 256).byte(),
        lights=torch.tensor([[4.0, 0.0, 0.5]]),
        light_colours=torch.ones(1, 3),
        ambient=0.35,
        up=torch.tensor([0.0, 0.0, 1.0]),
        **no_pictures(2),
    )


def test_every_channel_shows_the_same_boxes():
    camera = looking_at(torch.tensor([4.0, 0.0, 0.5]).double(), torch.tensor([0.0, 0.0, 0.5]).double(), UP)
    view = view_scene(two_boxes(), camera, INTRINSICS, SIZE)
    large, small = view.objects == 1, view.objects == 2
    assert view.depth[45, 40] == pytest.approx(3.0)
    assert view.depth[15, 40] == pytest.approx(3.5)
    torch.testing.assert_close(view.depth[large], torch.full_like(view.depth[large], 3.0))
    assert (view.labels[large] == 1).all()
    assert (view.labels[small] == 0).all()
    nothing = ~(large | small)
    assert (view.labels[nothing] == NONE).all()
    assert (view.depth[nothing] == 0).all()
    assert (view.normals[nothing] == 0).all()
    facing = torch.tensor([1.0, 0.0, 0.0]).expand(int(large.sum()), 3)
    torch.testing.assert_close(view.normals[large], facing)
    assert (view.colour[45, 40, 0] > 100) & (view.colour[45, 40, 2] == 0)
    assert (view.colour[15, 40, 2] > 100) & (view.colour[15, 40, 0] == 0)
    width = large.sum(dim=1).max()  # 2 m at 3 m are 40 pixels
    assert abs(int(width) - 40) <= 1


def test_rims_are_smooth_with_samples_and_hard_without_and_backs_are_seen_with_normals_towards_the_camera():
    camera = looking_at(torch.tensor([4.0, 0.3, 0.7]).double(), torch.tensor([0.0, 0.1, 0.5]).double(), UP)
    scene = two_boxes()
    levels = [
        len(view_scene(scene, camera, INTRINSICS, SIZE, samples).colour.reshape(-1, 3).unique(dim=0))
        for samples in (1, 4)
    ]
    assert levels[1] > levels[0] + 20
    inside_out = replace(scene, faces=scene.faces.flip(1))
    seen = view_scene(inside_out, camera, INTRINSICS, SIZE)
    torch.testing.assert_close(seen.normals, view_scene(scene, camera, INTRINSICS, SIZE).normals)
