"""The upright grid of a scan, of a ball in a room, as it stands and turned about any axis."""

import dataclasses
from pathlib import Path

import pytest
import torch

from geo3d.data_tools.scans.formats import find_scan
from geo3d.errors import InputError
from geo3d.ops.voxels import positions_of, voxels_of
from geo3d.scene.kinds import RgbdScan, ScannedVolume
from geo3d.stages import scan_grid as stage
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.fuse_grids import BYTES_PER_VOXEL
from geo3d.stages.scan_grid import ScanGridConfig, scan_grid
from tests.scenes import all_around, in_a_room, sphere, write_scan

RADIUS, HALF = 0.5, 1.5
UP = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
COARSE = FuseConfig(voxel_size=0.05, truncation=0.15)
CONFIG = ScanGridConfig(min_weight=1.0)


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> RgbdScan:
    folder: Path = tmp_path_factory.mktemp("scanned")
    write_scan(folder / "scan", in_a_room(sphere(RADIUS), HALF), all_around(1.2), size=(120, 160), focal=100.0)
    found = find_scan(folder / "scan", "plain", ":", None)
    return dataclasses.replace(found.format.read(found.source(folder / "hashes"), None), up=UP)


def turn(seed: int) -> torch.Tensor:
    """A rotation about any axis."""
    matrix = torch.randn(3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    rotation = torch.linalg.qr(matrix)[0]
    return rotation * rotation.det()


def turned(scan: RgbdScan, rotation: torch.Tensor, up_known: bool = True) -> RgbdScan:
    whole = torch.eye(4, dtype=torch.float64)
    whole[:3, :3] = rotation
    up = rotation @ UP if up_known else None
    return dataclasses.replace(scan, world_from_camera=whole @ scan.world_from_camera.double(), up=up)


def centres(volume: ScannedVolume) -> torch.Tensor:
    """Each voxel's centre in the world."""
    voxels = torch.stack(torch.meshgrid(*(torch.arange(side) for side in volume.known.shape), indexing="ij"), dim=-1)
    return positions_of(voxels, volume.origin, volume.voxel_size, volume.world_from_volume)


def refuse_wrong_distances(volume: ScannedVolume, points: torch.Tensor) -> None:
    """Compare with the room's true walls; `points` are the voxels' centres in the frame where walls are axes."""
    size = volume.voxel_size
    wall = HALF - points.abs().amax(dim=3)
    flat = (volume.known > 0) & (wall.abs() < size) & (points.abs().sort(dim=3).values[..., 1] < 0.8 * HALF)
    assert flat.sum() > 6 * (1.2 * HALF / size) ** 2
    assert float((volume.distance - wall)[flat].abs().quantile(0.95)) < size / 10
    assert not volume.known[wall < -1.5 * volume.truncation - size].any()  # behind, along the ray


def test_the_grid_of_an_upright_scan_lies_around_its_surface_and_is_not_turned(scan: RgbdScan):
    scanned = scan_grid(scan, fuse(scan, COARSE), CONFIG)
    assert (scanned.world_from_volume == torch.eye(3)).all()
    points = centres(scanned)
    for corner, sign in ((points[0, 0, 0], -1), (points[-1, -1, -1], 1)):
        assert (sign * corner >= HALF + CONFIG.margin - 1e-9).all()
        assert (sign * corner < HALF + CONFIG.margin + 2 * scanned.voxel_size).all()
    assert torch.allclose(scanned.origin / scanned.voxel_size, (scanned.origin / scanned.voxel_size).round())
    assert scanned.truncation == pytest.approx(0.15)
    refuse_wrong_distances(scanned, points)


@pytest.mark.parametrize("seed", range(3))
def test_a_turned_scan_gives_a_grid_in_which_z_is_up_and_the_same_walls_in_the_world(scan: RgbdScan, seed: int):
    rotation = turn(seed)
    scanned = scan_grid(turned(scan, rotation), fuse(turned(scan, rotation), COARSE), CONFIG)
    assert torch.allclose(scanned.world_from_volume.T @ rotation @ UP, UP)
    assert torch.allclose(scanned.up, rotation @ UP)
    assert torch.allclose(scanned.world_from_volume.det(), UP[2])
    refuse_wrong_distances(scanned, centres(scanned) @ rotation)


def test_up_is_found_from_walls_and_floor_where_the_format_does_not_know_it(scan: RgbdScan):
    rotation = turn(7)
    tilted = turned(scan, rotation, up_known=False)
    volume = dataclasses.replace(fuse(tilted, COARSE), up=rotation @ torch.tensor([0.2, 0.1, 0.97]).double())
    scanned = scan_grid(tilted, volume, CONFIG)
    assert float(scanned.up @ rotation @ UP) > torch.tensor(0.01).cos()
    assert torch.allclose(scanned.world_from_volume.T @ scanned.up, UP)


def test_crumbs_do_not_widen_the_grid_and_large_pieces_do(scan: RgbdScan):
    volume = fuse(scan, COARSE)
    for block, wider in ((torch.full((8, 8, 8), 1.0), False), (torch.ones(8, 8, 8), True)):
        block[3:5, 3:5, 3:5] = -0.5
        if wider:
            block[2:6, 2:6, 2:6] = -0.5
        far = dataclasses.replace(
            volume,
            blocks=torch.cat([volume.blocks, torch.tensor([[20, 0, 0]]).int()]),
            tsdf=torch.cat([volume.tsdf, block[None]]),
            weight=torch.cat([volume.weight, torch.full((1, 8, 8, 8), 9, dtype=torch.uint8)]),
            colour=None,
        )
        grid = stage.upright_grid(far, CONFIG)
        assert (grid.shape[0] > 150) is wider


def test_every_second_pixel_of_wide_images_is_enough(scan: RgbdScan, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stage, "WIDTH", 80)
    refuse_wrong_distances(*(lambda scanned: (scanned, centres(scanned)))(scan_grid(scan, fuse(scan, COARSE), CONFIG)))


def test_a_grid_that_memory_does_not_hold_is_refused(scan: RgbdScan, monkeypatch: pytest.MonkeyPatch):
    volume = fuse(scan, COARSE)
    voxels = 8**3 * 10**3  # 73 voxels a side take ten blocks
    monkeypatch.setattr(stage, "available_memory", lambda: voxels * BYTES_PER_VOXEL)
    stage.upright_grid(volume, CONFIG)
    monkeypatch.setattr(stage, "available_memory", lambda: voxels * BYTES_PER_VOXEL - 1)
    with pytest.raises(InputError, match=r"a grid of 3\.\d+ x .* m at scan_grid\.voxel_size 0\.05 m takes"):
        stage.upright_grid(volume, CONFIG)


def test_a_volume_without_surface_is_refused(scan: RgbdScan):
    with pytest.raises(InputError, match=r"no surface was seen 300 times; see scan_grid\.min_weight"):
        scan_grid(scan, fuse(scan, COARSE), ScanGridConfig(min_weight=300))


def test_voxels_and_positions_are_each_others_inverse():
    voxels, rotation = torch.rand(10, 3, dtype=torch.float64), turn(1)
    where = torch.tensor([0.3, -2.0, 1.0]), 0.05, rotation
    positions = positions_of(voxels, *where)
    for voxel, position in zip(voxels, positions, strict=True):
        assert torch.allclose(position, rotation @ (where[0].double() + 0.05 * voxel))
    assert torch.allclose(voxels_of(positions, *where), voxels)
