"""Normals of points on shapes whose normals are known."""

import numpy as np
import torch

from geo3d.ops.point_normals import (
    _plane_normals_reference,
    consistent_signs,
    neighbours_of,
    plane_normals,
    spacing_of,
)


def sphere(count: int) -> torch.Tensor:
    """Points evenly on the unit sphere (Fibonacci's lattice)."""
    i = torch.arange(count).double() + 0.5
    z, angle = 1 - 2 * i / count, torch.pi * (1 + 5**0.5) * i
    across = (1 - z * z).sqrt()
    return torch.stack([across * angle.cos(), across * angle.sin(), z], dim=1)


def test_normals_of_a_sphere_are_its_radii_and_agree_after_signs():
    points = sphere(2000)
    distances, near = neighbours_of(points, 16)
    normals = plane_normals(points, near)
    cosines = (normals * points).sum(dim=1)
    assert float(cosines.abs().min()) > 0.999
    assert bool((cosines > 0).any() and (cosines < 0).any())
    signs, parts = consistent_signs(normals, near[:, :9])
    assert int(parts.max()) == 0
    turned = cosines * signs
    assert bool((turned > 0).all() or (turned < 0).all())
    even = (4 * np.pi / 2000) ** 0.5
    assert abs(float(spacing_of(distances[:, :9]).median()) / even - 1) < 0.15


def test_the_kernel_agrees_with_eigenvectors_on_scattered_and_flat_points():
    noise = torch.Generator().manual_seed(0)
    points = torch.randn(300, 3, generator=noise).double()
    points[:100, 2] = 3.0
    near = neighbours_of(points, 12)[1]
    ours, theirs = plane_normals(points, near), _plane_normals_reference(points, near)
    assert float((ours * theirs).sum(dim=1).abs().min()) > 1 - 1e-9
    np.testing.assert_allclose(ours.norm(dim=1), 1, atol=1e-12)


def test_points_on_a_line_and_at_one_place_have_unit_normals():
    line = torch.arange(20).double()[:, None] * torch.tensor([1.0, 2.0, 3.0]).double()
    normals = plane_normals(line, neighbours_of(line, 8)[1])
    np.testing.assert_allclose(normals @ torch.tensor([1.0, 2.0, 3.0]).double(), 0, atol=1e-6)
    same = torch.ones(20, 3)
    np.testing.assert_allclose(plane_normals(same, neighbours_of(same, 8)[1]).norm(dim=1), 1, atol=1e-6)


def test_parts_that_do_not_touch_get_numbers_of_their_own():
    points = torch.cat([sphere(300), sphere(200) + 10])
    near = neighbours_of(points, 9)[1]
    _, parts = consistent_signs(plane_normals(points, near), near)
    assert len(set(parts[:300].tolist())) == 1
    assert len(set(parts[300:].tolist())) == 1
    assert int(parts[0]) != int(parts[300])


def test_signs_pass_a_sharp_edge_of_a_cube():
    grid = torch.cartesian_prod(torch.linspace(-1, 1, 21), torch.linspace(-1, 1, 21)).double()
    sides = []
    for axis in range(3):
        for at in (-1.0, 1.0):
            side = torch.full((len(grid), 3), at).double()
            side[:, [i for i in range(3) if i != axis]] = 0.97 * grid
            sides.append(side)
    points = torch.cat(sides)
    near = neighbours_of(points, 9)[1]
    normals = plane_normals(points, near)
    signs, parts = consistent_signs(normals, near)
    outwards = ((normals * signs[:, None]) * points).sum(dim=1) > 0
    for part in parts.unique():
        assert float(outwards[parts == part].float().mean()) in (0.0, 1.0)
