"""Optical flow against a slow twin, exact visibility, and the colours it leads to."""

import torch

from geo3d.ops.camera import pixel_grid, transform, unproject
from geo3d.ops.flow import _optical_flow_reference, optical_flow
from geo3d.ops.orbit import looking_at
from geo3d.ops.raycast import Solids, cast_rays
from tests.scenes import in_a_room, sphere

SIZE = (240, 320)
INTRINSICS = torch.tensor([[240.0, 0, 159.5], [0, 240.0, 119.5], [0, 0, 1]], dtype=torch.float64)
FACING = torch.tensor([0.0, 0.0, -1.0]).expand(*SIZE, 3)
UP = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)


def camera(*eye: float) -> torch.Tensor:
    return looking_at(torch.tensor(eye).double(), torch.zeros(3).double(), UP)


def view_of(solids: Solids, camera_from_world: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Depth, and normals from a ball of 0.5 m about the origin, in camera space; the walls' from where they are."""
    world_from_camera = camera_from_world.inverse()
    rays = unproject(pixel_grid(*SIZE), torch.ones(SIZE).double(), INTRINSICS) @ world_from_camera[:3, :3].T
    distance = cast_rays(world_from_camera[:3, 3], rays.reshape(-1, 3), solids)[0].reshape(SIZE)
    points = world_from_camera[:3, 3] + distance[..., None] * rays.reshape(*SIZE, 3)
    walls = torch.nn.functional.one_hot(points.abs().argmax(dim=2), 3) * -points.sign()
    normals = torch.where((points.norm(dim=2) < 0.6)[..., None], points / 0.5, walls)
    return distance.float(), (normals @ camera_from_world[:3, :3].T).float()


def test_the_kernel_finds_the_flow_of_its_slow_twin():
    scene, (first, second) = in_a_room(sphere(0.5), 2.0), (camera(1.4, 0.2, 0.3), camera(1.2, 0.6, 0.2))
    (depth, _), other = view_of(scene, first), view_of(scene, second)
    depth[40:80, 40:80] = 0
    other[0][120:140, 40:280] = 0
    moved, seen = optical_flow(depth, *other, second @ first.inverse(), INTRINSICS)
    slow = _optical_flow_reference(depth, *other, second @ first.inverse(), INTRINSICS)
    torch.testing.assert_close(moved, slow.moved, atol=1e-4, rtol=1e-5)
    assert (seen != slow.seen).float().mean() < 1e-3
    assert (moved[40:80, 40:80] == 0).all()
    assert not seen[40:80, 40:80].any()


def test_what_the_other_view_sees_is_what_a_ray_reaches():
    scene, (first, second) = in_a_room(sphere(0.5), 2.0), (camera(1.4, 0.2, 0.3), camera(1.1, 0.9, 0.2))
    depth, _ = view_of(scene, first)
    moved, seen = optical_flow(depth, *view_of(scene, second), second @ first.inverse(), INTRINSICS)
    points = transform(unproject(pixel_grid(*SIZE), depth.double(), INTRINSICS), first.inverse()).reshape(-1, 3)
    eye = second.inverse()[:3, 3]
    reached = cast_rays(eye, points - eye, scene)[0].reshape(SIZE) > 1 - 1e-3
    there = pixel_grid(*SIZE) + moved
    within = ((there >= 0) & (there <= torch.tensor([319, 239]))).all(dim=2)
    before = transform(points, second)[:, 2].reshape(SIZE) > 0
    exact = reached & within & before
    assert 0.1 < float(exact.float().mean()) < 0.9  # so that there is something to tell apart
    assert float((exact & ~seen).float().mean()) < 0.004  # what is reached is seen, outlines apart
    assert float((seen & ~exact).float().mean()) < 0.006  # and errors are along outlines


def test_a_wall_before_a_camera_that_moves_sideways_flows_by_focal_length_over_depth():
    depth = torch.full(SIZE, 2.0)
    other_from_camera = torch.eye(4).double()
    other_from_camera[0, 3] = -0.1
    moved, seen = optical_flow(depth, depth, FACING, other_from_camera, INTRINSICS)
    torch.testing.assert_close(moved[..., 0], torch.full(SIZE, -0.1 * 240 / 2))
    torch.testing.assert_close(moved[..., 1], torch.zeros(SIZE))
    assert seen[:, 12:].all()
    assert not seen[:, :12].any()


def test_what_is_behind_the_other_camera_goes_nowhere():
    turned = torch.diag(torch.tensor([-1.0, 1, -1, 1])).double()
    moved, seen = optical_flow(torch.full(SIZE, 2.0), torch.full(SIZE, 2.0), FACING, turned, INTRINSICS)
    assert not seen.any()
    assert (moved == 0).all()
