"""Holes and simplification on fused scans: what vertices know stays with them."""

import dataclasses

import pytest
import torch
import trimesh

from geo3d.data_tools.mesh_files import to_trimesh
from geo3d.ops.distance import distance_to_mesh
from geo3d.scene.kinds import TriangleMesh, TsdfVolume
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.mesh import MeshConfig, extract_mesh
from tests import scenes
from tests.stages.test_accuracy import read


@pytest.fixture(scope="module")
def volume(tmp_path_factory) -> TsdfVolume:
    """A ball whose observed voxels end at a small hole on top, and whose colours are those of its sides."""
    folder = tmp_path_factory.mktemp("ball") / "scan"
    made = fuse(
        read(scenes.write_scan(folder, scenes.sphere(0.5), scenes.all_around(1.6, 24))), FuseConfig(voxel_size=0.025)
    )
    steps = torch.cartesian_prod(*[torch.arange(8)] * 3).reshape(8, 8, 8, 3)
    points = (made.blocks[:, None, None, None] * 8 + steps) * made.voxel_size
    hole = (points[..., :2].norm(dim=-1) < 0.09) & (points[..., 2] > 0)
    colour = torch.where(points[..., :1] > 0, torch.tensor([200, 10, 10]), torch.tensor([10, 10, 200])).byte()
    return dataclasses.replace(made, weight=made.weight * ~hole, colour=colour)


def mesh_of(volume: TsdfVolume, **options) -> TriangleMesh:
    return extract_mesh(volume, MeshConfig(min_weight=1, **options))


def test_a_hole_is_closed_and_counts_as_inferred(volume: TsdfVolume):
    open_, closed = mesh_of(volume), mesh_of(volume, close_holes=1.0)
    assert not to_trimesh(open_).is_watertight
    assert open_.observed is None
    assert to_trimesh(closed).is_watertight
    assert closed.observed is not None
    count = len(open_.vertices)
    assert torch.equal(closed.vertices[:count], open_.vertices)
    assert closed.observed[:count].all()
    assert closed.observed[count:].tolist() == [0]
    assert closed.vertices[count].tolist() == pytest.approx([0, 0, 0.49], abs=0.02)
    assert closed.colours is not None
    assert closed.colours[count].tolist() == pytest.approx([105, 10, 105], abs=25)
    assert not to_trimesh(mesh_of(volume, close_holes=0.2)).is_watertight


def test_a_simplified_mesh_keeps_colours_and_what_was_observed(volume: TsdfVolume):
    full, made = mesh_of(volume, close_holes=1.0), mesh_of(volume, close_holes=1.0, target_faces=1500)
    assert 1300 < len(made.faces) <= 1500 < len(full.faces)
    assert made.normals is not None
    assert made.colours is not None
    assert made.observed is not None
    near = torch.cdist(made.vertices, full.vertices).argmin(dim=1)
    assert torch.equal(made.colours, full.colours[near])  # pyright: ignore[reportOptionalSubscript]
    assert torch.equal(made.observed, full.observed[near])  # pyright: ignore[reportOptionalSubscript]
    assert float((made.normals * torch.nn.functional.normalize(made.vertices, dim=1)).sum(dim=1).quantile(0.05)) > 0.95


def test_an_error_bounds_how_far_the_surface_moves(volume: TsdfVolume):
    full, made = mesh_of(volume), mesh_of(volume, max_error=0.004)
    assert len(made.faces) < 0.3 * len(full.faces)
    assert float(distance_to_mesh(full.vertices, made.vertices, made.faces)[0].max()) <= 0.004
    assert to_trimesh(made).area == pytest.approx(to_trimesh(full).area, rel=0.02)


def test_by_default_nothing_is_closed_or_simplified(volume: TsdfVolume):
    plain, same = mesh_of(volume), mesh_of(volume, target_faces=10**9)
    assert torch.equal(plain.vertices, same.vertices)
    assert isinstance(to_trimesh(plain), trimesh.Trimesh)
