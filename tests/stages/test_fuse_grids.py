"""What a scan tells of a whole grid, of a ball in a room whose surfaces are known."""

from pathlib import Path

import pytest
import torch

from geo3d.data_tools.scans.formats import find_scan
from geo3d.scene.kinds import DistanceVolume, ScannedVolume
from geo3d.stages.fuse_grids import fuse_grids
from tests.scenes import all_around, in_a_room, sphere, write_scan

RADIUS, HALF = 0.5, 1.5


def grid(voxel_size: float) -> DistanceVolume:
    """Around the room and its walls, of sides that are no multiples of a block."""
    reach = round((HALF + 0.2) / voxel_size)
    side, low = 2 * reach + 1, torch.full((3,), -reach * voxel_size, dtype=torch.float64)
    up = torch.tensor([0.0, 0.0, 1.0])
    return DistanceVolume(torch.zeros(side, side, side), low, voxel_size, 3 * voxel_size, up)


@pytest.fixture(scope="module")
def fused(tmp_path_factory: pytest.TempPathFactory) -> list[ScannedVolume]:
    folder: Path = tmp_path_factory.mktemp("scanned")
    write_scan(folder / "scan", in_a_room(sphere(RADIUS), HALF), all_around(1.2), size=(120, 160), focal=100.0)
    found = find_scan(folder / "scan", "plain", ":", None)
    scan = found.format.read(found.source(folder / "hashes"), None)
    return fuse_grids(scan, [grid(0.05), grid(0.094)], max_depth=4.0)


def from_middle(volume: ScannedVolume) -> torch.Tensor:
    """Each voxel's centre."""
    axes = [volume.origin[i] + volume.voxel_size * torch.arange(side) for i, side in enumerate(volume.known.shape)]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)


def test_free_space_is_known_and_the_insides_of_things_and_walls_are_not(fused: list[ScannedVolume]):
    for volume in fused:
        points, known = from_middle(volume), volume.known > 0
        radius, wall = points.norm(dim=3), points.abs().amax(dim=3)
        free = (radius > RADIUS + volume.voxel_size) & (radius < 1.0)
        assert known[free].float().mean() > 0.99
        assert not known[radius < RADIUS - volume.truncation - 2 * volume.voxel_size].any()
        assert not known[wall > HALF + volume.truncation + volume.voxel_size].any()
        assert (volume.distance[~known] == volume.truncation).all()


def test_distances_are_those_to_flat_walls_and_their_signs_those_of_the_ball(fused: list[ScannedVolume]):
    for volume in fused:
        points, size = from_middle(volume), volume.voxel_size
        ball, wall = points.norm(dim=3) - RADIUS, HALF - points.abs().amax(dim=3)
        flat = (volume.known > 0) & (wall.abs() < size) & (points.abs().sort(dim=3).values[..., 1] < 0.8 * HALF)
        assert flat.sum() > 6 * (1.2 * HALF / size) ** 2
        assert float((volume.distance - wall)[flat].abs().quantile(0.95)) < size / 10
        beside = (volume.known > 0) & (ball.abs() < size) & (ball.abs() > size / 3)
        assert ((volume.distance > 0) == (ball > 0))[beside].float().mean() > 0.99
        assert float(volume.distance.abs().max()) <= volume.truncation * (1 + 1e-6)


def test_one_pass_over_the_frames_fills_each_grid_as_its_own_pass_would(tmp_path: Path):
    write_scan(tmp_path / "scan", in_a_room(sphere(RADIUS), HALF), all_around(1.2)[:5], size=(60, 80), focal=50.0)
    found = find_scan(tmp_path / "scan", "plain", ":", None)
    scan = found.format.read(found.source(tmp_path / "hashes"), None)
    together = fuse_grids(scan, [grid(0.05), grid(0.1)], max_depth=4.0)
    for one, voxel_size in zip(together, (0.05, 0.1), strict=True):
        (alone,) = fuse_grids(scan, [grid(voxel_size)], max_depth=4.0)
        assert (one.distance == alone.distance).all()
        assert (one.known == alone.known).all()


def test_only_blocks_that_no_camera_sees_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_scan(tmp_path / "scan", in_a_room(sphere(RADIUS), HALF), all_around(1.2)[:5], size=(60, 80), focal=50.0)
    found = find_scan(tmp_path / "scan", "plain", ":", None)
    scan = found.format.read(found.source(tmp_path / "hashes"), None)
    (chosen,) = fuse_grids(scan, [grid(0.05)], max_depth=4.0)
    monkeypatch.setattr("geo3d.stages.fuse_grids.in_view", lambda blocks, view, grid: torch.arange(len(blocks)))
    (whole,) = fuse_grids(scan, [grid(0.05)], max_depth=4.0)
    assert (chosen.distance == whole.distance).all()
    assert (chosen.known == whole.known).all()
