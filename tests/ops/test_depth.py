"""Planes fitted to depth images: kernel, reference and closed forms."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from geo3d.ops.camera import pixel_grid, unproject
from geo3d.ops.depth import _fit_planes_reference, fit_planes
from tests.scenes import depth_of, in_a_room, looking_at, sphere

SIZE = (30, 40)
K = torch.tensor([[300.0, 0, 18.3], [0, 280, 15.8], [0, 0, 1]], dtype=torch.float64)
fitters = pytest.mark.parametrize("fit", [fit_planes, _fit_planes_reference])
reaches = pytest.mark.parametrize("reach", [1, 3])


def plane_depth(normal: Tensor, distance: float) -> tuple[Tensor, Tensor]:
    """Depth of the plane ``normal . point = distance``, and n . r of its pixels."""
    pixels = pixel_grid(*SIZE)
    facing = unproject(pixels, torch.ones(SIZE, dtype=torch.float64), K) @ normal
    return distance / facing, facing


def unit(*direction: float) -> Tensor:
    return torch.nn.functional.normalize(torch.tensor(direction, dtype=torch.float64), dim=0)


def rough_depth(seed: int, dtype: torch.dtype) -> Tensor:
    """Waves with holes, steps, steep rows, lone pixels and pixels that are no number."""
    random = np.random.default_rng(seed)
    v, u = np.mgrid[: SIZE[0], : SIZE[1]]
    depth = 1.5 + 0.1 * np.sin(0.2 * u + random.normal()) + 0.01 * v
    depth += 0.3 * ((u // 7 + v // 9) % 3) + random.normal(size=SIZE) * random.choice([0, 0.002, 0.02], SIZE)
    depth[random.random(SIZE) < 0.3] = 0
    depth[random.random(SIZE) < 0.02] = np.nan
    return torch.from_numpy(depth).to(dtype)


@pytest.mark.parametrize(("dtype", "near"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("least", [0.0, 0.4])
@reaches
def test_kernel_and_reference_fit_alike(dtype: torch.dtype, near: float, seed: int, least: float, reach: int):
    depth = rough_depth(seed, dtype)
    ours, wanted = fit_planes(depth, K, reach, least), _fit_planes_reference(depth, K, reach, least)
    torch.testing.assert_close(ours, wanted, rtol=near, atol=near)
    assert ours.dtype == dtype
    assert 100 < int((ours[..., 0] > 0).sum()) < int((depth > 0).sum())


@fitters
@reaches
def test_depth_out_of_bounds_is_as_if_there_were_none(fit, reach: int):
    depth = rough_depth(0, torch.float64)
    low, high = depth[depth > 0].quantile(0.1).item(), depth[depth > 0].quantile(0.8).item()
    wanted = fit(depth.masked_fill((depth < low) | (depth > high), 0), K, reach)
    assert torch.equal(fit(depth, K, reach, 0.0, (low, high)), wanted)
    assert 100 < int((wanted[..., 0] > 0).sum()) < int((depth > 0).sum())


@fitters
@pytest.mark.parametrize("seed", range(2))
def test_what_faces_too_little_is_dropped_and_the_rest_stays(fit, seed: int):
    depth = rough_depth(seed, torch.float64)
    everything, some = fit(depth, K, 1, 0.0), fit(depth, K, 1, 0.4)
    kept = everything[..., 3] >= 0.4
    assert 0 < int(kept.sum()) < int((everything[..., 3] > 0).sum())
    assert torch.equal(some, torch.where(kept[..., None], everything, 0))


@fitters
@reaches
@pytest.mark.parametrize("normal", [unit(0, 0, 1), unit(0.5, 0, 1), unit(0, -1.5, 1), unit(-0.6, 0.8, 1)])
def test_a_tilted_plane_has_the_slopes_of_its_equation(fit, reach: int, normal: Tensor):
    depth, facing = plane_depth(normal, 1.3)
    planes = fit(depth, K, reach, 0.0)
    focal = torch.stack([K[0, 0], K[1, 1]])
    slopes = -(depth / facing)[..., None] * normal[:2] / focal  # depth = distance / (n . r), differentiated
    wanted = torch.cat([depth[..., None], slopes, facing[..., None]], dim=-1)
    inner = slice(reach, -reach)
    torch.testing.assert_close(planes[inner, inner], wanted[inner, inner], rtol=1e-3, atol=1e-6)
    torch.testing.assert_close(planes, wanted, rtol=0.03, atol=1e-6)  # the border knows one side only


@fitters
@reaches
@pytest.mark.parametrize("turned", [False, True])
def test_at_a_step_the_slopes_are_those_of_each_side(fit, reach: int, turned: bool):
    normals = (unit(0.3, 0.2, 1), unit(-0.4, 0.1, 1))
    sides = [plane_depth(normal, distance)[0] for normal, distance in zip(normals, (1.0, 1.6), strict=True)]
    near = torch.arange(SIZE[1]) < 17 if not turned else torch.arange(SIZE[0])[:, None] < 17
    planes = fit(torch.where(near, *sides), K, reach, 0.0)
    wanted = torch.where(near[..., None], *(fit(side, K, reach, 0.0) for side in sides))
    torch.testing.assert_close(planes, wanted, rtol=0.03, atol=0)
    jump = float((sides[0] - sides[1]).abs().min())
    assert float(planes[..., 1:3].abs().max()) < jump / 50


@fitters
@pytest.mark.parametrize("room", [False, True])
def test_the_rim_of_a_sphere_is_dropped_and_the_rest_has_its_normals(fit, room: bool):
    size, radius, distance = (140, 140), 0.5, 2.0
    K = torch.tensor([[250.0, 0, 69.3], [0, 250, 70.2], [0, 0, 1]], dtype=torch.float64)
    camera, ball = looking_at(np.array([0.0, -distance, 0.0]), np.zeros(3)), sphere(radius)
    alone = depth_of(ball, camera, K.numpy(), size)
    depth = depth_of(in_a_room(ball, 3.0), camera, K.numpy(), size) if room else alone
    planes = fit(depth, K, 1, 0.0)
    rays = unproject(pixel_grid(*size), torch.ones(size, dtype=torch.float64), K)
    facing = -((alone[..., None] * rays - torch.tensor([0, 0, distance])) / radius * rays).sum(dim=-1)
    on_ball = alone > 0
    inner = -torch.nn.functional.max_pool2d(-on_ball.double()[None], 3, stride=1, padding=1)[0] > 0
    dropped = on_ball & (planes[..., 3] == 0)
    assert not (dropped & inner).any()
    assert int(dropped.sum()) > 100
    errors = (planes[..., 3] - facing)[on_ball]
    assert float(errors.max()) < 0.2  # nothing at the rim is taken as facing the camera
    assert float(errors[facing[on_ball] > 0.4].abs().max()) < 0.01


@fitters
@pytest.mark.parametrize("behind", [0.0, 3.0])
def test_a_thin_line_faces_the_camera(fit, behind: float):
    depth = torch.full(SIZE, behind, dtype=torch.float64)
    depth[:, 20] = 1.0
    depth[11] = 1.0
    depth[3, 5] = 1.0
    line = depth == 1
    assert fit(depth, K, 1, 0.9)[line].unique(dim=0).tolist() == [[1.0, 0.0, 0.0, 1.0]]


@fitters
@reaches
@pytest.mark.parametrize("empty", [0.0, math.nan, -1.0])
def test_no_depth_has_no_plane_and_takes_no_part(fit, reach: int, empty: float):
    depth = plane_depth(unit(0.3, 0.2, 1), 1.3)[0]
    holes = torch.rand(SIZE, generator=torch.Generator().manual_seed(0)) < 0.3
    planes = fit(depth.masked_fill(holes, empty), K, reach, 0.0)
    assert not planes[holes].any()
    assert torch.equal(planes, fit(depth.masked_fill(holes, 0), K, reach, 0.0))
    assert not fit(torch.full(SIZE, empty, dtype=torch.float64), K, reach, 0.0).any()
