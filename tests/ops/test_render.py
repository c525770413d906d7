"""Views of a scene of two boxes, of which every pixel is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import trimesh

from geo3d.ops import render
from geo3d.ops.orbit import looking_at
from geo3d.ops.painting import Lamps, Surfaces, linear, with_shadows
from geo3d.ops.raster import rasterize
from geo3d.ops.render import NONE, render_view
from geo3d.ops.scene_view import view_scene
from geo3d.scene.kinds import ModelledScene
from tests.ops.test_painting import some_surfaces, with_pictures
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


def soup() -> tuple:
    """Triangles around the camera under three lamps, with pictures and colours of vertices, and that camera."""
    random = torch.Generator().manual_seed(4)
    middles = 3 * torch.randn(600, 1, 3, generator=random)
    vertices = (middles + torch.randn(600, 3, 3, generator=random) / 3).reshape(-1, 3)
    faces = torch.arange(1800, dtype=torch.int32).reshape(-1, 3)
    surfaces = with_pictures(some_surfaces(600, random), 1800, random)
    lamps = Lamps(torch.randn(3, 3, generator=random), torch.rand(3, 3, generator=random), 0.2)
    objects, labels = torch.arange(600).int() // 7, torch.randint(40, (86,), generator=random).byte()
    eye, target = torch.tensor([0.3, -0.2, 0.1]).double(), torch.tensor([1.0, 0.4, 0.3]).double()
    return vertices, faces, surfaces, lamps, objects, labels, looking_at(eye, target, UP), INTRINSICS, SIZE


@pytest.mark.parametrize(("samples", "shadows"), [(1, False), (2, False), (3, False), (1, True), (2, True)])
def test_the_kernel_makes_the_view_that_its_slow_twin_makes(
    samples: int, shadows: bool, monkeypatch: pytest.MonkeyPatch
):
    vertices, faces, surfaces, lamps, *rest = soup()
    if shadows:
        lamps = with_shadows(lamps, vertices, faces, side=64)
    fast = render_view(vertices, faces, surfaces, lamps, *rest, samples=samples)
    monkeypatch.setattr(render, "_view_by_kernel", render._view_reference)
    slow = render_view(vertices, faces, surfaces, lamps, *rest, samples=samples)
    for field in ("depth", "labels", "objects"):
        torch.testing.assert_close(getattr(fast, field), getattr(slow, field), atol=0, rtol=0)
    torch.testing.assert_close(fast.normals, slow.normals, atol=1e-4, rtol=0)
    close = ((fast.colour.int() - slow.colour.int()).abs() <= 1).all(dim=2)
    assert close.float().mean() > 0.99  # texels' borders may fall on either side
    assert len(fast.objects.unique()) > 20


def test_all_but_colour_is_of_the_middles_of_pixels_whatever_the_samples():
    vertices, faces, *_, camera, _, _ = soup()
    depth, triangle = rasterize(vertices, faces, camera, INTRINSICS, SIZE)
    for samples in (1, 2, 5):
        view = render_view(*soup(), samples=samples)
        assert ((view.objects == torch.where(triangle >= 0, triangle // 7 + 1, 0)).float().mean()) > 0.9995
        same = (view.depth - depth).abs() < 1e-5
        assert same.float().mean() > 0.9995


def test_a_rim_is_as_grey_as_the_share_of_a_tent_that_it_covers():
    """White ends at u = 40 + offset; pixel 40 counts its middle half, and a quarter half a pixel to each side."""
    white, none = torch.full((1, 3), 255).byte(), torch.zeros(1).int()
    half = torch.tensor([[-900.0, -900, 60], [0, -900, 60], [0, 900, 60], [-900, 900, 60]])
    faces, mask = torch.tensor([[0, 1, 2], [0, 2, 3]]).int(), torch.zeros(1, 256, 256).byte()
    surfaces = Surfaces(torch.zeros(2, 3, 2), torch.zeros(2).int(), white, white, none, mask, **no_pictures(1))
    lamps = Lamps(torch.zeros(0, 3), torch.zeros(0, 3), 1.0)
    scene = half, faces, surfaces, lamps, torch.zeros(2).int(), torch.zeros(1).byte(), torch.eye(4)
    for offset, covered in ((0.6, 1), (0.4, 0.75), (-0.1, 0.25), (-0.6, 0)):
        intrinsics = torch.tensor([[60.0, 0, 40 + offset], [0, 60.0, 29.5], [0, 0, 1]], dtype=torch.float64)
        grey = linear(render_view(*scene, intrinsics, SIZE, 2).colour)[30, 40]
        assert grey.tolist() == pytest.approx([covered] * 3, abs=0.01)
