"""The surface that fusing and meshing give for scenes whose true surface is known."""

from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh

from geo3d.data_tools.mesh_files import to_trimesh
from geo3d.data_tools.scans.formats import find_scan
from geo3d.scene.kinds import RgbdScan, TriangleMesh
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.mesh import MeshConfig, extract_mesh
from tests import scenes

VOXEL = 0.02
RADIUS = 0.5
HALF = 0.4


CROP = (-0.7, -0.7, -0.7, 0.7, 0.7, 0.7)


def read(folder: Path, crop=None) -> RgbdScan:
    found = find_scan(folder, "plain", ":", crop)
    return found.format.read(found.source(folder / "no" / "memory"), None)


def reconstruct(folder: Path, solids, cameras) -> TriangleMesh:
    room = scenes.in_a_room(solids, 2.5)
    scan = read(scenes.write_scan(folder, room, cameras, size=(240, 320), focal=300.0), CROP)
    volume = fuse(scan, FuseConfig(voxel_size=VOXEL, truncation=3 * VOXEL, max_depth=8.0, free_weight=0.03))
    return extract_mesh(volume, MeshConfig(min_weight=1))


@pytest.fixture(scope="module")
def ball(tmp_path_factory) -> TriangleMesh:
    return reconstruct(tmp_path_factory.mktemp("ball") / "scan", scenes.sphere(RADIUS), scenes.all_around(2.0))


@pytest.fixture(scope="module")
def cube(tmp_path_factory) -> TriangleMesh:
    return reconstruct(tmp_path_factory.mktemp("cube") / "scan", scenes.box(HALF, yaw=0.3), scenes.all_around(2.0))


def cube_frame(vectors: torch.Tensor) -> torch.Tensor:
    cos, sin = np.cos(0.3), np.sin(0.3)
    return vectors @ torch.tensor([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], dtype=vectors.dtype)


def degrees_between(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return torch.rad2deg(torch.arccos((a * b).sum(dim=1).clamp(-1, 1)))


def test_a_sphere_lies_within_half_a_voxel_of_the_true_one(ball):
    assert float((ball.vertices.norm(dim=1) - RADIUS).abs().max()) < VOXEL / 2


def test_a_sphere_is_closed_and_has_its_volume(ball):
    mesh = to_trimesh(ball)
    assert mesh.is_watertight
    assert mesh.is_winding_consistent
    assert mesh.volume == pytest.approx(4 / 3 * np.pi * RADIUS**3, rel=0.01)


def test_a_sphere_has_its_normals(ball):
    errors = degrees_between(ball.normals, torch.nn.functional.normalize(ball.vertices, dim=1))
    assert float(errors.quantile(0.95)) < 2


def test_a_turned_cube_lies_within_half_a_voxel_of_the_true_one_away_from_its_edges(cube):
    local = cube_frame(cube.vertices).abs()
    inner = (local < HALF - 3 * VOXEL).sum(dim=1) == 2
    assert float((local.amax(dim=1) - HALF)[inner].abs().max()) < VOXEL / 2


def test_a_turned_cube_is_closed_and_has_its_volume(cube):
    mesh = to_trimesh(cube)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx((2 * HALF) ** 3, rel=0.01)


def test_a_turned_cube_has_its_normals_away_from_its_edges(cube):
    local = cube_frame(cube.vertices)
    inner = (local.abs() < HALF - 3 * VOXEL).sum(dim=1) == 2
    true = torch.zeros_like(local).scatter_(1, local.abs().argmax(dim=1, keepdim=True), 1.0) * local.sign()
    assert float(degrees_between(cube_frame(cube.normals), true)[inner].quantile(0.95)) < 2


def test_colours_are_those_of_the_images(ball):
    # every image has green 128 and blue 40 everywhere
    assert (ball.colours[:, 1:] == torch.tensor([128, 40])).all()


def test_a_crop_leaves_what_is_inside(tmp_path):
    folder = scenes.write_scan(tmp_path / "scan", scenes.sphere(RADIUS), scenes.all_around(2.0))
    volume = fuse(read(folder, (-1.0, -1.0, 0.1, 1.0, 1.0, 1.0)), FuseConfig(voxel_size=VOXEL))
    mesh = extract_mesh(volume, MeshConfig(min_weight=1))
    whole = trimesh.creation.icosphere(5, RADIUS)
    assert 0.1 <= float(mesh.vertices[:, 2].min()) < 0.1 + 2 * VOXEL
    assert to_trimesh(mesh).area == pytest.approx(whole.area * 0.4, rel=0.05)
