"""TSDF fusion: kernels, their torch references and a slow loop."""

import dataclasses
import math
from collections import Counter

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from geo3d.ops.fusion import (
    LEVEL,
    Grid,
    Means,
    View,
    _blocks_near_surface_reference,
    _integrate_reference_,
    blocks_near_surface,
    integrate_,
)

GRID = Grid(torch.tensor([0.013, -0.021, 0.034], dtype=torch.float64), 0.03, 0.1)
integrators = pytest.mark.parametrize("integrate", [integrate_, _integrate_reference_])


def random_view(seed: int, dtype: torch.dtype = torch.float64, holes: float = 0.2) -> View:
    """A wavy surface with holes and any slopes; colour and depth of different size and field of view."""
    random = np.random.default_rng(seed)
    v, u = np.mgrid[:24, :32]
    depth = 1.2 + 0.2 * np.sin(0.3 * u + random.normal()) + 0.01 * v
    slopes, facing = random.normal(size=(24, 32, 2)) * 0.01, random.uniform(0.3, 1, size=(24, 32))
    planes = np.dstack([depth, slopes, facing])
    planes[random.random(depth.shape) < holes] = 0
    planes[random.random(depth.shape) < 0.05, 0] = np.nan
    world_from_camera = np.eye(4)
    world_from_camera[:3, :3] = Rotation.random(rng=random).as_matrix()
    world_from_camera[:3, 3] = random.normal(size=3)
    return View(
        torch.from_numpy(planes).to(dtype),
        torch.from_numpy(random.integers(0, 256, (50, 40, 3), np.uint8)),
        torch.tensor([[30.0, 0, 15.2], [0, 31, 11.7], [0, 0, 1]], dtype=torch.float64),
        torch.tensor([[45.0, 0, 19.1], [0, 52, 24.2], [0, 0, 1]], dtype=torch.float64),
        torch.from_numpy(world_from_camera),
    )


def there(part: Tensor | None) -> Tensor:
    assert part is not None
    return part


def facing_wall(depth: float) -> View:
    """A wall straight ahead of a camera at the origin."""
    planes = torch.tensor([depth, 0, 0, 1], dtype=torch.float64).expand(24, 32, 4).contiguous()
    return dataclasses.replace(random_view(0), planes=planes, world_from_camera=torch.eye(4, dtype=torch.float64))


def no_means(count: int, dtype: torch.dtype = torch.float64) -> Means:
    shape = (count, 8, 8, 8)
    tsdf, weight = torch.zeros(2, *shape, dtype=dtype)
    return Means(tsdf, weight, torch.zeros(shape).byte(), torch.zeros(*shape, 4).short())


def fused(views: list[View], blocks: Tensor, integrate=integrate_, dtype=torch.float64, grid=GRID, votes=(255.0, 0.1)):
    """From nothing; `votes` are the cap and the free weight."""
    means = no_means(len(blocks), dtype)
    for view in views:
        integrate(means, torch.arange(len(blocks)).int(), blocks, view, grid, *votes)
    return means


def centres(blocks: Tensor) -> Tensor:
    """World positions [block, 8, 8, 8, 3] of voxels."""
    steps = torch.cartesian_prod(*[torch.arange(8).double()] * 3).reshape(8, 8, 8, 3)
    return GRID.origin + (blocks[:, None, None, None] * 8 + steps) * GRID.voxel_size


def observation(view: View, point: np.ndarray, truncation: float) -> tuple[float, list[int]] | None:
    """What a view tells of one point: distance to the plane of its pixel's surface, in truncations, and colour."""
    x, y, z = np.linalg.inv(view.world_from_camera.numpy()) @ [*point, 1.0] @ np.eye(4, 3)
    if z <= 0:
        return None
    pixels = []
    for K, image in ((view.intrinsics, view.planes), (view.colour_intrinsics, there(view.colour))):
        at = float(K[0, 0]) * x / z + float(K[0, 2]), float(K[1, 1]) * y / z + float(K[1, 2])
        u, v = (math.floor(place + 0.5) for place in at)
        if not (0 <= u < image.shape[1] and 0 <= v < image.shape[0]):
            return None
        pixels.append((at[0] - u, at[1] - v, image[v, u].tolist()))
    (right, down, (depth, du, dv, facing)), (_, _, shade) = pixels
    behind = depth + du * right + dv * down - z
    if not depth > 0 or behind < -truncation:
        return None
    return max(min(behind * facing / truncation, 1.0), -1.0), shade


@pytest.mark.parametrize("find", [blocks_near_surface, _blocks_near_surface_reference])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("holes", "stride"), [(0.9, 1), (0.5, 3), (1.0, 1)])
def test_blocks_are_those_that_a_ray_passes_near_its_depth(find, dtype: torch.dtype, holes: float, stride: int):
    view = random_view(5, dtype, holes)
    found = {tuple(block) for block in find(view, GRID, stride).tolist()}
    blocks = np.stack(np.meshgrid(*[np.arange(-10, 11)] * 3, indexing="ij"), -1).reshape(-1, 3)
    blocks += np.round(view.world_from_camera[:3, 3].numpy() / GRID.block_size).astype(int)
    low = GRID.origin.numpy() + (blocks * 8 - 0.5) * GRID.voxel_size
    surely, maybe = (np.zeros(len(blocks), bool) for _ in range(2))
    K, world_from_camera = view.intrinsics.numpy(), view.world_from_camera.numpy()
    for v in range(0, 24, stride):
        for u in range(0, 32, stride):
            if not (depth := float(view.depth[v, u])) > 0:
                continue
            ray = world_from_camera[:3, :3] @ np.linalg.inv(K) @ [u, v, 1]
            sides = (np.stack([low, low + GRID.block_size]) - world_from_camera[:3, 3]) / ray
            enter = np.maximum(sides.min(axis=0).max(axis=1), depth - GRID.truncation)
            leave = np.minimum(sides.max(axis=0).min(axis=1), depth + GRID.truncation)
            surely |= enter < leave - 1e-7
            maybe |= enter < leave + 1e-7
    assert (surely.sum() > 10) == (holes < 1)
    assert {tuple(block) for block in blocks[surely].tolist()} <= found
    assert found <= {tuple(block) for block in blocks[maybe].tolist()}


def test_more_blocks_are_listed_than_first_had_room():
    grid = Grid(GRID.origin, 0.001, 0.08)
    view = random_view(2)
    assert len(blocks_near_surface(view, grid)) > 1 << 14
    assert sorted(blocks_near_surface(view, grid).tolist()) == _blocks_near_surface_reference(view, grid, 1).tolist()


@pytest.mark.parametrize(("dtype", "allowed"), [(torch.float32, 2e-3), (torch.float64, 0.0)])
@pytest.mark.parametrize("seed", range(3))
def test_kernel_and_reference_integrate_alike(dtype: torch.dtype, allowed: float, seed: int):
    views = [random_view(seed, dtype), random_view(seed + 10, dtype)]
    blocks = torch.cat([blocks_near_surface(view, GRID) for view in views]).unique(dim=0)
    ours, wanted = (vars(fused(views, blocks, integrate, dtype)) for integrate in (integrate_, _integrate_reference_))
    assert int((ours["seen"] > 0).sum()) > 1000
    for name, near in (("tsdf", 1e-4), ("weight", 1e-4), ("seen", 0), ("colour", 1)):
        # In float32 a voxel may fall on the border between two pixels, and see the other one.
        assert float(((ours[name].double() - wanted[name]).abs() > near).double().mean()) <= allowed


@pytest.mark.parametrize("shift", [0.0, 0.75])
def test_a_colour_image_on_the_depths_pixels_is_read_there(shift: float):
    """With the same camera kernels take a shorter way; one that sees a bit farther to the left must not go it."""
    view = random_view(0)
    shifted = view.intrinsics + torch.tensor([[0, 0, shift], [0, 0, 0], [0, 0, 0]])
    colour = torch.randint(0, 256, (24, 32, 3), generator=torch.Generator().manual_seed(1)).byte()
    same = dataclasses.replace(view, colour=colour, colour_intrinsics=shifted)
    blocks = blocks_near_surface(view, GRID)
    ours, wanted = (vars(fused([same], blocks, integrate)) for integrate in (integrate_, _integrate_reference_))
    assert int((ours["colour"][..., 3] > 0).sum()) > 500
    for name in ("tsdf", "weight", "seen", "colour"):
        torch.testing.assert_close(ours[name], wanted[name])


@integrators
@pytest.mark.parametrize(("cap", "free"), [(255.0, 0.1), (1.1, 0.03), (1.5, 0.6)])
def test_voxels_hold_what_a_slow_loop_averages(integrate, cap: float, free: float):
    views = [random_view(seed) for seed in (1, 1, 21)]
    farther = views[1].planes * torch.tensor([1.02, 1, 1, 1])
    views[1] = dataclasses.replace(views[1], planes=farther, colour=255 - there(views[1].colour))
    turned = views[0].world_from_camera @ torch.diag(torch.tensor([-1.0, 1, -1, 1])).double()
    views.append(dataclasses.replace(views[0], world_from_camera=turned))
    blocks = torch.cat([blocks_near_surface(view, GRID) for view in (views[0], views[3])]).unique(dim=0)
    means, points = fused(views, blocks, integrate, votes=(cap, free)), centres(blocks)
    random = np.random.default_rng(0)
    counts = Counter()
    for at in zip(*(random.integers(0, size, 300) for size in means.tsdf.shape), strict=True):
        told = [observation(view, points[at].numpy(), GRID.truncation) for view in views]
        mean, weight, colour, count = 0.0, 0.0, np.zeros(3), 0
        for distance, shade in (one for one in told if one is not None):
            near = abs(distance) <= 2 * GRID.voxel_size / GRID.truncation
            if near:
                colour = np.floor(colour + (LEVEL * np.array(shade) - colour) / min(count + 1, cap) + 0.5)
                count = int(min(count + 1, cap))
            vote = max(free, (1 - abs(distance)) ** 2)
            mean += (distance - mean) * vote / (weight + vote)
            weight = min(weight + vote, cap)
        seen = sum(one is not None for one in told)
        counts[seen] += 1
        assert int(means.seen[at]) == seen
        assert there(means.colour)[at].tolist() == [*colour.tolist(), count]
        assert float(means.weight[at]) == pytest.approx(weight)
        assert float(means.tsdf[at]) == pytest.approx(mean)
    assert min(counts[seen] for seen in (0, 1, 2)) > 10


@integrators
def test_factors_are_what_votes_are_multiplied_with(integrate):
    first, second = random_view(1, holes=0.0), random_view(1, holes=0.0)
    second = dataclasses.replace(second, planes=second.planes * torch.tensor([1.02, 1, 1, 1]))
    factors = torch.from_numpy(np.random.default_rng(5).uniform(0.1, 1, (24, 32)))
    blocks, points = blocks_near_surface(first, GRID), centres(blocks_near_surface(first, GRID))
    means = fused([first, dataclasses.replace(second, factors=factors)], blocks, integrate)
    ones = fused([first, dataclasses.replace(second, factors=torch.ones(24, 32).double())], blocks, integrate)
    torch.testing.assert_close(ones.tsdf, fused([first, second], blocks, integrate).tsdf)
    K, camera = first.intrinsics, first.world_from_camera.inverse()
    checked = 0
    for at in (means.seen == 2).nonzero()[::97].tolist():
        point = points[tuple(at)]
        x, y, z = (camera[:3, :3] @ point + camera[:3, 3]).tolist()
        u, v = math.floor(float(K[0, 0]) * x / z + float(K[0, 2]) + 0.5), math.floor(float(K[1, 1]) * y / z + 12.2)
        told = [observation(view, point.numpy(), GRID.truncation) for view in (first, second)]
        (a, _), (b, _) = (one for one in told if one is not None)
        votes = max(0.1, (1 - abs(a)) ** 2), max(0.1, (1 - abs(b)) ** 2) * float(factors[v, u])
        assert float(means.weight[tuple(at)]) == pytest.approx(sum(votes))
        assert float(means.tsdf[tuple(at)]) == pytest.approx((votes[0] * a + votes[1] * b) / sum(votes))
        checked += 1
    assert checked > 20


@integrators
def test_without_a_free_vote_a_clipped_distance_is_not_seen(integrate):
    view = random_view(4)
    blocks = blocks_near_surface(view, GRID)
    voted, silent = (fused([view], blocks, integrate, votes=(255.0, free)) for free in (0.1, 0.0))
    clipped = (voted.seen > 0) & (voted.tsdf.abs() == 1)
    assert int(clipped.sum()) > 100
    assert torch.equal(silent.seen > 0, (voted.seen > 0) & ~clipped)
    assert not silent.weight[clipped].any()
    torch.testing.assert_close(silent.tsdf[silent.seen > 0], voted.tsdf[silent.seen > 0])


@integrators
def test_without_a_colour_image_its_borders_do_not_matter(integrate):
    view = random_view(4)
    blocks = blocks_near_surface(view, GRID)
    coloured, grey = fused([view], blocks, integrate), no_means(len(blocks))
    grey = dataclasses.replace(grey, colour=None)
    integrate(grey, torch.arange(len(blocks)).int(), blocks, dataclasses.replace(view, colour=None), GRID, 255.0, 0.1)
    both = coloured.seen > 0
    assert int((grey.seen > 0).sum()) > int(both.sum())  # the colour camera sees less
    torch.testing.assert_close(grey.tsdf[both], coloured.tsdf[both])


@integrators
def test_the_number_of_views_stops_at_255(integrate):
    blocks = torch.tensor([[0, 0, 4]]).int()
    means = fused([facing_wall(1.0)] * 258, blocks, integrate, torch.float32)
    assert means.seen.unique().tolist() == [0, 255]
    assert 100 < float(means.weight.max()) <= 255


@integrators
@pytest.mark.parametrize(
    ("cap", "kind", "apart"), [(1e6, torch.int16, 1.0), (255.0, torch.int16, 1.0), (255.0, torch.float32, 1e-3)]
)
def test_mean_colours_stay_within_a_level_of_the_exact_ones(integrate, cap: float, kind: torch.dtype, apart: float):
    random, exact = np.random.default_rng(3), np.zeros(3)
    blocks, means = torch.tensor([[0, 0, 3]]).int(), no_means(1, torch.float32)
    means = dataclasses.replace(means, colour=there(means.colour).to(kind))
    for n in range(400):
        shade = random.normal([0, 128, 250], 40).clip(0, 255).astype(np.uint8)
        exact += (shade - exact) / min(n + 1, 255)
        view = dataclasses.replace(facing_wall(0.9), colour=torch.from_numpy(shade).expand(50, 40, 3).contiguous())
        integrate(means, torch.zeros(1).int(), blocks, view, GRID, cap, 0.1)
    colours = there(means.colour)
    near = colours[colours[..., 3] > 0].numpy()
    assert len(near) > 20
    assert np.abs(near[:, :3] / LEVEL - exact).max() < apart


@integrators
def test_only_the_given_rows_change(integrate):
    view, blocks = random_view(6), blocks_near_surface(random_view(6), GRID)[:5]
    alone, means, rows = fused([view], blocks, integrate), no_means(9), [7, 0, 3, 8, 1]
    for some in (slice(0), slice(5)):
        integrate(means, torch.tensor(rows).int()[some], blocks[some], view, GRID, 255.0, 0.1)
    for name in ("tsdf", "weight", "seen", "colour"):
        part = vars(means)[name]
        assert torch.equal(part[rows], vars(alone)[name])
        assert not part[[2, 4, 5, 6]].any()


@integrators
def test_the_camera_centre_in_a_voxel_is_no_division_by_zero(integrate):
    grid = Grid(torch.zeros(3, dtype=torch.float64), 0.01, 0.03)
    blocks = torch.cartesian_prod(*[torch.arange(-1, 1)] * 3).int()
    means = fused([facing_wall(0.05)], blocks, integrate, grid=grid)
    assert all(bool(part.isfinite().all()) for part in vars(means).values() if part is not None)
    assert means.seen.reshape(2, 2, 2, 8, 8, 8)[1, 1, 1, 0, 0, :2].tolist() == [0, 1]  # at the camera, and before it
    assert not fused([facing_wall(0.0)], blocks, integrate, grid=grid).seen.any()
