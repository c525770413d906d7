"""The rasteriser against exact ray casting, its own slow twin, and Open3D's ray casting."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
import trimesh
from torch import Tensor

from geo3d.ops import raster
from geo3d.ops.raster import barycentrics, interpolate, rasterize
from tests.scenes import box, depth_of, in_a_room, looking_at, sphere

SIZE = (120, 160)
INTRINSICS = torch.tensor([[150.0, 0, 79.5], [0, 150.0, 59.5], [0, 0, 1]], dtype=torch.float64)


def tensors(mesh: Any) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(np.array(mesh.vertices, np.float32)), torch.from_numpy(np.array(mesh.faces, np.int32))


def camera(eye: tuple[float, ...], target: tuple[float, ...] = (0.0, 0.0, 0.0)) -> tuple[np.ndarray, Tensor]:
    """``world_from_camera``, and its inverse."""
    world_from_camera = looking_at(np.array(eye, float), np.array(target, float))
    return world_from_camera, torch.from_numpy(np.linalg.inv(world_from_camera))


def soup(seed: int, count: int = 900) -> tuple[Tensor, Tensor]:
    """Triangles all around the camera, small and large, some without area."""
    random = torch.Generator().manual_seed(seed)
    middles = torch.randn(count, 1, 3, generator=random) * 4
    corners = middles + torch.randn(count, 3, 3, generator=random) * torch.rand(count, 1, 1, generator=random) ** 6 * 2
    corners[::17, 1] = corners[::17, 0]
    return corners.reshape(-1, 3), torch.arange(3 * count, dtype=torch.int32).reshape(-1, 3)


def test_boxes_are_where_exact_rays_meet_them():
    room = in_a_room(box(0.5, yaw=0.4), half=2.0)
    inner = trimesh.creation.box((1, 1, 1), trimesh.transformations.rotation_matrix(0.4, (0, 0, 1)))
    outer = trimesh.creation.box((4, 4, 4))
    vertices, faces = tensors(trimesh.util.concatenate([inner, outer]))
    for eye in ((1.8, 0.3, 0.9), (-1.2, -1.3, -1.9), (0.2, 1.7, 1.0)):
        world_from_camera, camera_from_world = camera(eye)
        depth, _ = rasterize(vertices, faces, camera_from_world, INTRINSICS, SIZE)
        exact = depth_of(room, world_from_camera, INTRINSICS.numpy(), SIZE).float()
        near_edges = exact.diff(dim=0, prepend=exact[:1]).abs() + exact.diff(dim=1, prepend=exact[:, :1]).abs() > 0.1
        near_edges |= torch.roll(near_edges, (-1, 0), (0, 1)) | torch.roll(near_edges, (0, -1), (0, 1))
        assert near_edges.float().mean() < 0.1
        torch.testing.assert_close(depth[~near_edges], exact[~near_edges], atol=1e-4, rtol=0)


def test_a_sphere_is_within_its_chords():
    ball = trimesh.creation.icosphere(subdivisions=5)
    world_from_camera, camera_from_world = camera((2.5, 0.5, 1.0))
    depth, _ = rasterize(*tensors(ball), camera_from_world, INTRINSICS, SIZE)
    exact = depth_of(sphere(1.0), world_from_camera, INTRINSICS.numpy(), SIZE).float()
    longest = float(np.linalg.norm(np.diff(ball.vertices[ball.edges_unique], axis=1), axis=2).max())
    chord = 1 - (1 - longest**2 / 3) ** 0.5  # of a cap over an equilateral triangle
    facing = (exact > 0) & (exact < exact[exact > 0].min() + 0.2)
    assert (depth - exact)[facing].min() > -1e-5
    assert (depth - exact)[facing].max() < 2 * chord  # seen at up to 60 degrees


@pytest.mark.parametrize("front_only", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_kernel_sees_what_its_slow_twin_sees(seed: int, front_only: bool):
    vertices, faces = soup(seed)
    view = camera((0.1, -0.2, 0.3), (1.0, 0.5, 0.2))[1]
    skewed = INTRINSICS.clone()
    skewed[0, 1] = 3.0
    depth, triangle = rasterize(vertices, faces, view, skewed, SIZE, front_only=front_only)
    slow_depth, slow_triangle = raster._rasterize_reference(
        vertices, faces, view, skewed, SIZE, raster.NEAR, front_only
    )
    assert len(triangle.unique()) > 15
    assert (triangle != slow_triangle).float().mean() < 1e-3  # pixels on the line where two triangles cross
    same = triangle == slow_triangle
    torch.testing.assert_close(depth[same], slow_depth[same], atol=0, rtol=1e-5)
    weights = barycentrics(vertices, faces, view, skewed, triangle)
    slow_weights = raster._barycentrics_reference(vertices, faces, view, skewed, triangle)
    torch.testing.assert_close(weights, slow_weights, atol=1e-6, rtol=1e-5)


def test_a_triangle_through_the_near_plane_is_cut_there():
    wall = torch.tensor([[-50.0, 1, -50], [50.0, 1, -50], [0.0, 1, 80]])  # a floor 1 m below, from behind to far ahead
    depth, _ = rasterize(wall, torch.tensor([[0, 1, 2]]).int(), torch.eye(4), INTRINSICS, SIZE, near=1.0)
    v = torch.arange(SIZE[0], dtype=torch.float64) - 59.5
    exact = torch.where(v > 0, 150 / v, 0)
    exact = torch.where((exact >= 1) & (exact < 79), exact, 0).float()
    torch.testing.assert_close(depth[:, 79][exact > 0], exact[exact > 0], atol=0, rtol=1e-5)
    assert (depth[v < 0] == 0).all()
    assert depth[depth > 0].min() >= 1


def test_no_pixel_falls_between_triangles():
    random = np.random.default_rng(0)
    points = np.concatenate([random.uniform(-3, 3, (400, 2)), [(-9, -9), (-9, 9), (9, -9), (9, 9)]])
    from scipy.spatial import Delaunay

    faces = torch.from_numpy(Delaunay(points).simplices.astype(np.int32))
    vertices = torch.from_numpy(np.column_stack([points, random.uniform(3, 5, len(points))])).float()
    depth, triangle = rasterize(vertices, faces, torch.eye(4), INTRINSICS, SIZE)
    assert (depth > 0).all()
    assert len(triangle.unique()) > 100


def test_from_outside_only_the_far_walls_of_a_room_face_the_camera():
    vertices, faces = tensors(trimesh.creation.box((2, 2, 2)))
    view = camera((4.0, 0.0, 0.0))[1]
    near, _ = rasterize(vertices, faces, view, INTRINSICS, SIZE, front_only=True)
    far, _ = rasterize(vertices, faces.flip(1), view, INTRINSICS, SIZE, front_only=True)
    assert near[60, 80] == pytest.approx(3)
    assert far[60, 80] == pytest.approx(5)


def test_of_two_equal_triangles_the_first_is_seen_however_the_work_is_shared(monkeypatch: pytest.MonkeyPatch):
    vertices, faces = soup(9)
    view = camera((0.1, -0.2, 0.3), (1.0, 0.5, 0.2))[1]
    results = []
    for bands in (1, 3, 8, 500):
        monkeypatch.setattr(raster, "BANDS", bands)
        results.append(rasterize(vertices, torch.cat([faces, faces]), view, INTRINSICS, SIZE))
    assert results[0][1].max() < len(faces)
    for one, other in pairwise(results):
        torch.testing.assert_close(one, other, atol=0, rtol=0)


def test_triangles_are_those_of_open3d():
    o3d = pytest.importorskip("open3d")
    random = np.random.default_rng(1)
    balls = [trimesh.creation.icosphere(3, random.uniform(0.1, 0.6)) for _ in range(30)]
    for ball in balls:
        ball.apply_translation(random.uniform(-2, 2, 3))
    vertices, faces = tensors(trimesh.util.concatenate([*balls, trimesh.creation.box((6, 6, 6))]))
    world_from_camera, camera_from_world = camera((2.7, 2.6, 1.0))
    depth, triangle = rasterize(vertices, faces, camera_from_world, INTRINSICS, SIZE)
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(o3d.core.Tensor(vertices.numpy()), o3d.core.Tensor(faces.numpy().astype(np.uint32)))
    v, u = np.mgrid[: SIZE[0], : SIZE[1]]
    rays = (
        np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(INTRINSICS.numpy()).T @ world_from_camera[:3, :3].T
    )
    rays = np.concatenate([np.broadcast_to(world_from_camera[:3, 3], rays.shape), rays], axis=-1).astype(np.float32)
    hits = scene.cast_rays(o3d.core.Tensor(rays))
    same = hits["primitive_ids"].numpy().astype(np.int64) == triangle.numpy()
    assert same.mean() > 0.999
    np.testing.assert_allclose(depth.numpy()[same], hits["t_hit"].numpy()[same], rtol=1e-4)


def test_positions_come_back_from_weights_and_gradients_are_the_weights():
    vertices, faces = soup(3)
    _, view = camera((0.1, -0.2, 0.3), (1.0, 0.5, 0.2))
    depth, triangle = rasterize(vertices, faces, view, INTRINSICS, SIZE)
    weights = barycentrics(vertices, faces, view, INTRINSICS, triangle)
    values = vertices.double().requires_grad_()
    image = interpolate(values, faces, triangle, weights)
    v, u = (triangle >= 0).nonzero(as_tuple=True)
    torch.testing.assert_close(interpolate(vertices.double(), faces, triangle, weights), image.detach())
    in_camera = image[v, u] @ view[:3, :3].T + view[:3, 3]
    pixels = in_camera @ INTRINSICS.T
    torch.testing.assert_close(in_camera[:, 2].float().detach(), depth[v, u], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(
        (pixels[:, :2] / pixels[:, 2:]).detach(), torch.stack([u, v], 1).double(), atol=0.01, rtol=0
    )
    (gradient,) = torch.autograd.grad(image[..., 0].sum(), values)
    wanted = torch.zeros(len(vertices)).index_add_(
        0, faces[triangle[v, u].long()].reshape(-1).int(), weights[v, u].reshape(-1)
    )
    torch.testing.assert_close(gradient[:, 0].float(), wanted, atol=1e-4, rtol=1e-4)


def test_what_cannot_be_drawn_is_refused_or_empty():
    vertices, faces = soup(0)
    view = torch.eye(4)
    with pytest.raises(ValueError, match="0 x 160 pixels"):
        rasterize(vertices, faces, view, INTRINSICS, (0, 160))
    with pytest.raises(ValueError, match="near plane must lie before"):
        rasterize(vertices, faces, view, INTRINSICS, SIZE, near=0.0)
    with pytest.raises(ValueError, match="faces name vertices from 0 to 2699; there are 10"):
        rasterize(vertices[:10], faces, view, INTRINSICS, SIZE)
    for nothing in (faces[:0], faces[::17]):  # no faces; only faces without area
        depth, triangle = rasterize(vertices, nothing, view, INTRINSICS, SIZE)
        assert (depth == 0).all()
        assert (triangle == -1).all()
    assert (rasterize(torch.full((3, 3), -1.0), faces[:1], view, INTRINSICS, SIZE)[0] == 0).all()
