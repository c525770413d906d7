"""Implicit moving least squares beside closed forms, and the kernel beside the reference."""

import numpy as np
import pytest
import torch

from geo3d.ops.implicit import _fill_kernel, _fill_reference, near_blocks, signed_distances
from geo3d.ops.marching_cubes import extract_surface
from tests.ops.test_point_normals import sphere


def surface_of(points, normals, widths, colours=None):
    found = signed_distances(points, normals, widths, colours)
    vertices, faces, shades = extract_surface(found.blocks, found.distance / 8, found.count, found.colour, 3.0)
    return found, vertices, faces, shades


def test_a_plane_is_exact_at_any_tilt():
    normal = torch.nn.functional.normalize(torch.tensor([0.3, -0.5, 0.8]).double(), dim=0)
    aside = torch.linalg.qr(torch.cat([normal[:, None], torch.eye(3).double()[:, :2]], dim=1))[0][:, 1:]
    places = torch.cartesian_prod(*[torch.arange(-20, 21).double()] * 2)
    points = places @ aside.T + 3.3 * normal
    _, vertices, faces, _ = surface_of(points, normal.expand(len(points), 3), torch.ones(len(points)))
    assert len(faces) > 1000
    np.testing.assert_allclose(vertices @ normal, 3.3, atol=1e-6)


def test_a_sphere_is_found_to_a_hundredth_of_its_points_distance():
    radius, count = 20.0, 6000
    unit = sphere(count)
    spacing = radius * (4 * np.pi / count) ** 0.5
    _, vertices, faces, _ = surface_of(radius * unit, unit, torch.full((count,), spacing))
    errors = vertices.norm(dim=1) - radius
    assert float(errors.abs().max()) < 0.06 * spacing
    a, b, c = (vertices[faces[:, i].long()] for i in range(3))
    volume = float((a * torch.linalg.cross(b, c)).sum() / 6)
    assert volume == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.01)  # and so faces look outwards, and are closed


def test_a_sheet_as_thin_as_a_voxel_keeps_both_its_sides():
    places = torch.cartesian_prod(torch.arange(-15, 16).double(), torch.arange(-15, 16).double())
    sides = [torch.cat([places, torch.full((len(places), 1), z)], dim=1) for z in (-0.6, 0.6)]
    up = torch.tensor([0.0, 0.0, 1.0]).double().expand(len(places), 3)
    _, vertices, _, _ = surface_of(torch.cat(sides), torch.cat([-up, up]), torch.ones(2 * len(places)))
    inner = vertices[(vertices[:, :2].abs() < 12).all(dim=1)]
    np.testing.assert_allclose(inner[:, 2].abs(), 0.6, atol=1e-6)
    assert bool((inner[:, 2] > 0).any() and (inner[:, 2] < 0).any())


def test_the_surface_ends_about_where_the_points_do():
    places = torch.cartesian_prod(torch.arange(-10, 11).double(), torch.arange(-10, 11).double())
    points = torch.cat([places, torch.zeros(len(places), 1)], dim=1)
    _, vertices, _, _ = surface_of(
        points, torch.tensor([0.0, 0.0, 1.0]).expand(len(points), 3), torch.ones(len(points))
    )
    assert 10 <= float(vertices[:, :2].abs().max()) <= 11.5


def test_colours_are_those_of_the_points_nearest():
    places = torch.cartesian_prod(torch.arange(-10, 11).double(), torch.arange(-10, 11).double())
    points = torch.cat([places, torch.zeros(len(places), 1)], dim=1)
    colours = torch.where(places[:, :1] < 0, torch.tensor([200, 10, 0]), torch.tensor([0, 10, 200])).byte()
    normals = torch.tensor([0.0, 0.0, 1.0]).expand(len(points), 3)
    _, vertices, _, shades = surface_of(points, normals, torch.ones(len(points)), colours)
    far = vertices[:, 0].abs() > 3
    assert bool((shades[far, 1] == 10).all())
    np.testing.assert_allclose(shades[far & (vertices[:, 0] < 0), 0], 200, atol=1)
    assert bool((shades[far & (vertices[:, 0] < 0), 2] >= 1).all())  # black would be a colour that is not known


@pytest.mark.parametrize("count", [1, 40])
def test_the_kernel_agrees_with_all_voxels_against_all_points(count):
    noise = torch.Generator().manual_seed(count)
    points = 2 * torch.randn(count, 3, generator=noise).double() - 4
    normals = torch.nn.functional.normalize(torch.randn(count, 3, generator=noise).double(), dim=1)
    widths = 0.5 + torch.rand(count, generator=noise).double()
    colours = torch.randint(0, 256, (count, 3), generator=noise).byte()
    blocks = near_blocks(points, widths)
    for shades in (None, colours):
        ours = _fill_kernel(blocks, points, normals, widths, shades)
        theirs = _fill_reference(blocks, points, normals, widths, shades)
        np.testing.assert_allclose(ours[0], theirs[0], atol=1e-5)
        np.testing.assert_array_equal(ours[1], theirs[1])
        assert int((ours[2].int() - theirs[2].int()).abs().max()) <= 1


def test_no_voxel_that_is_known_lies_beyond_the_blocks_that_are_looked_at():
    for width in (0.5, 2.0, 3.0, 6.0):
        points = torch.tensor([[7.49, -0.5, 3.0]]).double()
        near = near_blocks(points, torch.tensor([width]))
        more = torch.cartesian_prod(*[torch.arange(-4, 5)] * 3).int()
        up = torch.tensor([[0.0, 0.0, 1.0]]).double()
        counts = [
            int((_fill_reference(b, points, up, torch.tensor([width]).double(), None)[1] > 0).sum())
            for b in (near, more)
        ]
        assert counts[0] == counts[1] > 0


def test_float32_points_give_the_same():
    points, widths = 8 * sphere(500), torch.full((500,), 1.2)
    double, single = (signed_distances(p, p / 8, widths) for p in (points, points.float()))
    assert torch.equal(double.blocks, single.blocks)
    np.testing.assert_allclose(double.distance, single.distance, atol=1e-4)
