"""Rays against simple solids: kernel, reference and closed forms."""

import math

import pytest
import torch
from torch import Tensor

from geo3d.ops.raycast import (
    BOX,
    CYLINDER,
    ELLIPSOID,
    Solids,
    _cast_rays_reference,
    cast_rays,
    solid_normals,
    to_solids,
)
from tests.scenes import box, one_solid, sphere

INF = math.inf
both = pytest.mark.parametrize("cast", [cast_rays, _cast_rays_reference])


def real(*rows: tuple[float, ...]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def random_solids(count: int, seed: int) -> Solids:
    source = torch.Generator().manual_seed(seed)
    centres, halves = (torch.rand(count, 3, generator=source, dtype=torch.float64) for _ in range(2))
    kinds = torch.arange(count) % 3
    return Solids(kinds, 6 * centres - 3, halves + 0.1, 7 * torch.rand(count, generator=source, dtype=torch.float64))


def random_rays(count: int, seed: int) -> Tensor:
    return torch.randn(count, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("seed", range(4))
def test_kernel_and_reference_agree_on_random_scenes(seed: int):
    solids, rays = random_solids(12, seed), random_rays(2000, seed)
    origin = random_rays(1, seed + 100)[0]
    distance, solid = cast_rays(origin, rays, solids)
    wanted, wanted_solid = _cast_rays_reference(origin, rays, solids)
    torch.testing.assert_close(distance, wanted)
    assert solid.tolist() == wanted_solid.tolist()
    assert 0 < int((solid >= 0).sum()) < len(rays)


@pytest.mark.parametrize("seed", range(4))
def test_hits_lie_on_the_surface_and_nothing_lies_before_them(seed: int):
    solids, rays = random_solids(12, seed), random_rays(300, seed)
    origin = real((0.1, 0.2, 5.0))[0]  # outside all of them
    distance, solid = cast_rays(origin, rays, solids)
    ends = distance.clamp(max=30)
    shares = torch.linspace(0, 1 - 1e-9, 400, dtype=torch.float64)
    points = origin + (shares[:, None] * ends)[..., None] * rays
    assert not inside(points.reshape(-1, 3), solids).any()
    just_in = origin + ((1 + 1e-6) * distance)[:, None] * rays
    hit = solid >= 0
    assert inside(just_in[hit], solids)[solid[hit].long(), torch.arange(int(hit.sum()))].all()


def inside(points: Tensor, solids: Solids) -> Tensor:
    """Which points [solid, n] lie in which solid, by the solids' definitions."""
    x, y, z = to_solids(points, solids).abs().unbind(-1)
    kinds = solids.kinds[:, None]
    in_box = torch.stack([x, y, z]).amax(0) < 1
    return torch.where(
        kinds == BOX,
        in_box,
        torch.where(kinds == CYLINDER, (x**2 + y**2 < 1) & (z < 1), x**2 + y**2 + z**2 < 1),
    )


@both
def test_a_sphere_is_hit_at_the_root_of_its_quadratic(cast):
    origin, rays = real((3.0, 0.4, -0.2))[0], random_rays(500, 0)
    rays[::2] -= real((3.0, 0, 0))
    wanted = []
    for d in rays:
        a, b, c = float(d @ d), float(origin @ d), float(origin @ origin) - 1.5**2
        wanted.append((-b - math.sqrt(b * b - a * c)) / a if b < 0 and b * b > a * c else INF)
    assert cast(origin, rays, sphere(1.5))[0].tolist() == pytest.approx(wanted)


@both
@pytest.mark.parametrize(
    ("solid", "origin", "ray", "distance"),
    [
        (box(1.0), (3.0, 0.2, 0.3), (-1.0, 0.0, 0.0), 2.0),
        (box(1.0), (3.0, 0.2, 0.3), (-4.0, 0.0, 0.0), 0.5),
        (box(1.0), (3.0, 0.2, 0.3), (1.0, 0.0, 0.0), INF),
        (box(1.0), (0.0, 0.2, 5.0), (0.0, 0.0, -1.0), 4.0),
        (box(1.0), (0.0, 1.2, 5.0), (0.0, 0.0, -1.0), INF),
        (box(1.0), (0.0, -1.2, 5.0), (-0.0, 0.0, -1.0), INF),
        (box(1.0, math.pi / 4), (3.0, 0.0, 0.3), (-1.0, 0.0, 0.0), 3 - math.sqrt(2)),
        (box(1.0, math.pi / 4), (3.0, 1.3, 0.3), (-1.0, 0.0, 0.0), 3 - (math.sqrt(2) - 1.3)),
        (box(1.0, math.pi / 4), (3.0, 1.5, 0.3), (-1.0, 0.0, 0.0), INF),
        (one_solid(BOX, (1.0, 2.0, 3.0), (0.5, 2.0, 1.0), math.pi / 2), (1.0, 2.0, 9.0), (0.0, 0.0, -1.0), 5.0),
        (one_solid(BOX, (1.0, 2.0, 3.0), (0.5, 2.0, 1.0), math.pi / 2), (9.0, 2.2, 3.0), (-1.0, 0.0, 0.0), 6.0),
        (one_solid(CYLINDER, (0.0, 0.0, 1.0), (0.5, 0.5, 2.0)), (3.0, 0.3, 0.0), (-1.0, 0.0, 0.0), 3 - 0.4),
        (one_solid(CYLINDER, (0.0, 0.0, 1.0), (0.5, 0.5, 2.0)), (3.0, 0.6, 0.0), (-1.0, 0.0, 0.0), INF),
        (one_solid(CYLINDER, (0.0, 0.0, 1.0), (0.5, 0.5, 2.0)), (0.1, 0.3, 9.0), (0.0, 0.0, -1.0), 6.0),
        (one_solid(CYLINDER, (0.0, 0.0, 1.0), (0.5, 0.5, 2.0)), (0.1, 0.3, 9.0), (0.01, 0.0, -1.0), 6.0),
        (one_solid(CYLINDER, (0.0, 0.0, 1.0), (0.5, 0.5, 2.0)), (0.1, 0.6, 9.0), (0.0, 0.0, -1.0), INF),
        (one_solid(CYLINDER, (0.0, 0.0, 0.0), (0.5, 2.0, 1.0), math.pi / 2), (9.0, 0.0, 0.0), (-1.0, 0.0, 0.0), 7.0),
        (one_solid(ELLIPSOID, (0.0, 0.0, 0.0), (1.0, 2.0, 3.0)), (0.0, 9.0, 0.0), (0.0, -1.0, 0.0), 7.0),
        (one_solid(ELLIPSOID, (0.0, 0.0, 0.0), (1.0, 2.0, 3.0)), (0.0, 0.0, -9.0), (0.0, 0.0, 1.0), 6.0),
    ],
)
def test_rays_meet_solids_where_geometry_says(
    cast, solid: Solids, origin: tuple[float, ...], ray: tuple[float, ...], distance: float
):
    got, which = cast(real(origin)[0], real(ray), solid)
    assert float(got) == pytest.approx(distance)
    assert int(which) == (0 if distance < INF else -1)


@both
@pytest.mark.parametrize("kind", [BOX, CYLINDER, ELLIPSOID])
def test_a_solid_that_holds_the_origin_is_not_seen(cast, kind: int):
    around = one_solid(kind, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0.3)
    rays = torch.cat([random_rays(50, 0), real((1, 0, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1))])
    assert torch.isinf(cast(real((0.1, 0.2, -0.3))[0], rays, around)[0]).all()


@both
def test_the_nearest_of_several_is_hit_also_from_inside_another(cast):
    parts = (one_solid(BOX, (x, 0.0, 0.0), (0.5, 0.5, 0.5)) for x in (6.0, 3.0, 0.0, -3.0))
    fields = zip(*((solid.kinds, solid.centres, solid.halves, solid.yaws) for solid in parts), strict=True)
    row = Solids(*(torch.cat(field) for field in fields))
    distance, solid = cast(torch.zeros(3).double(), real((1, 0, 0), (-2, 0, 0), (0, 1, 0)), row)
    assert distance.tolist() == [2.5, 1.25, INF]
    assert solid.tolist() == [1, 3, -1]


def test_normals_are_unit_and_point_out_across_the_surface():
    solids, rays = random_solids(12, 7), random_rays(500, 7)
    origin = real((0.1, 0.2, 5.0))[0]
    distance, solid = cast_rays(origin, rays, solids)
    rays, distance, solid = rays[solid >= 0], distance[solid >= 0], solid[solid >= 0]
    points = origin + distance[:, None] * rays
    normals = solid_normals(points, solid, solids)
    torch.testing.assert_close(normals.norm(dim=1), torch.ones(len(rays)).double())
    # Along the surface, the next points that rays close by meet lie across the normal.
    for shift in (real((1e-5, 0, 0)), real((0, 1e-5, 0)), real((0, 0, 1e-5))):
        near, same = cast_rays(origin, rays + shift, solids)
        step = origin + near[:, None] * (rays + shift) - points
        off = (step * normals).sum(dim=1).abs() / step.norm(dim=1).clamp(min=1e-12)
        assert float((off[same == solid] < 1e-3).double().mean()) > 0.98  # all but those that cross a box's edge
    rows = torch.arange(len(rays))
    assert not inside(points + 1e-6 * normals, solids)[solid.long(), rows].any()
    assert inside(points - 1e-6 * normals, solids)[solid.long(), rows].all()
