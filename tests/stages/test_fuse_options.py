"""What the options of fusing change, on scenes whose true surface is known."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from geo3d.errors import InputError
from geo3d.ops.block_grid import find_rows, pack_blocks
from geo3d.pipelines.make_room import MakeRoomConfig, make_room
from geo3d.scene.frames import stream_frames
from geo3d.scene.kinds import RgbdScan, TsdfVolume
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.mesh import MeshConfig, extract_mesh
from tests import scenes
from tests.bench import agreement
from tests.stages.test_accuracy import read

VOXEL = 0.03


@pytest.fixture(scope="module")
def ball(tmp_path_factory) -> RgbdScan:
    folder = tmp_path_factory.mktemp("ball") / "scan"
    return read(scenes.write_scan(folder, scenes.sphere(0.5), scenes.all_around(1.6, 12)))


def weight_at(volume: TsdfVolume, point: tuple[float, float, float]) -> int:
    """Views that saw the voxel nearest to a point."""
    voxel = (torch.tensor(point, dtype=torch.float64) / volume.voxel_size).round().int()
    block = voxel.div(8, rounding_mode="floor")
    row = int(find_rows(pack_blocks(volume.blocks), block[None])[0])
    x, y, z = (voxel - 8 * block).tolist()
    return int(volume.weight[row, x, y, z]) if row >= 0 else 0


def test_depth_that_is_too_near_or_too_far_is_ignored(ball: RgbdScan):
    def reach(config: FuseConfig) -> tuple[float, float]:
        """Distances from the first camera along its axis between which voxels were seen by it."""
        volume = fuse(dataclasses.replace(ball, **first_frame(ball)), config)
        camera, ahead = ball.world_from_camera[0, :3, 3], ball.world_from_camera[0, :3, 2]
        seen = [
            float(far)
            for far in torch.arange(0.9, 1.8, VOXEL)
            if weight_at(volume, tuple((camera + far * ahead).tolist())) > 0
        ]
        return (min(seen), max(seen)) if seen else (0.0, 0.0)

    near, far = reach(FuseConfig(voxel_size=VOXEL, truncation=0.15))  # the sphere begins at 1.1
    assert far == pytest.approx(1.25, abs=2 * VOXEL)
    with pytest.raises(InputError, match=r"has depth from 1\.9 to 4 m; see min_depth and max_depth"):
        reach(FuseConfig(voxel_size=VOXEL, min_depth=1.9))
    assert reach(FuseConfig(voxel_size=VOXEL, truncation=0.15, min_depth=1.2)) == (0.0, 0.0)
    assert reach(FuseConfig(voxel_size=VOXEL, truncation=0.15, min_depth=1.05, max_depth=1.15)) == (near, far)


def first_frame(scan: RgbdScan) -> dict:
    parts = ("colour", "depth", "world_from_camera", "intrinsics", "colour_intrinsics")
    return {part: getattr(scan, part)[:1] for part in parts}


def test_without_a_free_vote_what_rays_only_pass_stays_unseen(ball: RgbdScan):
    config = FuseConfig(voxel_size=VOXEL, truncation=3 * VOXEL)
    voted, silent = fuse(ball, config), fuse(ball, dataclasses.replace(config, free_weight=0.0))
    assert bool((voted.tsdf[voted.weight > 0] == 1).any())
    assert float(silent.tsdf[silent.weight > 0].abs().max()) < 1
    assert set(map(tuple, silent.blocks.tolist())) <= set(map(tuple, voted.blocks.tolist()))
    mesh = extract_mesh(silent, MeshConfig(min_weight=1))
    assert float((mesh.vertices.norm(dim=1) - 0.5).abs().max()) < VOXEL / 2


def test_carving_clears_what_has_moved_away(tmp_path: Path):
    """A ball in the room for the first frames, and nothing thereafter."""
    cameras, elsewhere = scenes.all_around(1.2, 12), scenes.one_solid(scenes.ELLIPSOID, (9.0, 9.0, 9.0), (0.3,) * 3)
    scenes.write_scan(tmp_path / "with", scenes.in_a_room(scenes.sphere(0.3), 1.8), cameras)
    folder = scenes.write_scan(tmp_path / "without", scenes.in_a_room(elsewhere, 1.8), cameras, rounds=8)
    inside = read(folder)
    for row in range(12):
        Image.open(tmp_path / "with" / f"depth/{row:04}.png").save(folder / f"depth/{row:04}.png")
    config = FuseConfig(voxel_size=0.06, truncation=0.18, free_weight=0.3)
    left = extract_mesh(fuse(inside, config), MeshConfig(min_weight=1))
    gone = extract_mesh(fuse(inside, dataclasses.replace(config, carve=True)), MeshConfig(min_weight=1))
    assert int((left.vertices.norm(dim=1) < 0.5).sum()) > 100
    assert int((gone.vertices.norm(dim=1) < 0.5).sum()) == 0
    assert len(gone.vertices) > 1000  # the room is still there


def test_without_colour_all_else_is_the_same(ball: RgbdScan):
    config = FuseConfig(voxel_size=VOXEL)
    with_colour, without = fuse(ball, config), fuse(ball, dataclasses.replace(config, colour=False))
    assert without.colour is None
    for name in ("blocks", "tsdf", "weight"):
        near = getattr(with_colour, name).float() - getattr(without, name).float()
        assert float((near.abs() > 1e-4).float().mean()) < 1e-4  # two compiled kernels: roundings and borders differ
    grey, coloured = extract_mesh(without, MeshConfig()), extract_mesh(with_colour, MeshConfig())
    assert grey.colours is None
    assert len(grey.faces) == pytest.approx(len(coloured.faces), rel=0.01)


def test_weighting_by_range_believes_near_views(tmp_path: Path):
    """Of a flat wall, near views tell one depth and far ones, badly, another; the votes decide."""
    wall = scenes.one_solid(scenes.BOX, (0.0, 0.0, 0.0), (2.0, 0.05, 2.0))
    eyes = [np.array([x, y, 0.0]) for y, x in ((-1.05, 0.0), (-1.05, 0.1), (-3.05, 0.0), (-3.05, 0.1))]
    cameras = [scenes.looking_at(eye, eye + np.array([0.0, 1.0, 0.0])) for eye in eyes]
    folder = scenes.write_scan(tmp_path / "scan", wall, cameras)
    for row in (2, 3):  # a centimetre too near
        depth = np.array(Image.open(folder / f"depth/{row:04}.png"))
        Image.fromarray(depth - np.uint16(round(0.01 / scenes.UNIT))).save(folder / f"depth/{row:04}.png")
    scan, config = read(folder), FuseConfig(voxel_size=0.02, truncation=0.2)

    def surface(weighting) -> float:
        mesh = extract_mesh(fuse(scan, dataclasses.replace(config, weighting=weighting)), MeshConfig(min_weight=4))
        return float(mesh.vertices[:, 1].mean()) + 0.05

    noise = [0.0012 + 0.0019 * (z - 0.4) ** 2 for z in (1.0, 3.0)]
    near, far = (value**-2 for value in noise)
    assert surface("even") == pytest.approx(-0.005, abs=3e-4)
    assert surface("range") == pytest.approx(-0.01 * far / (near + far), abs=3e-4)
    assert surface("angle") == pytest.approx(-0.005, abs=4e-4)  # all see it squarely


def test_along_the_axis_a_distance_is_the_depth_less_that_of_the_voxel(ball: RgbdScan):
    first, truncation = dataclasses.replace(ball, **first_frame(ball)), 4 * VOXEL
    config = FuseConfig(voxel_size=VOXEL, truncation=truncation, distance="axis", free_weight=1.0)
    volume = fuse(first, config)
    row, x, y, z = (volume.weight > 0).nonzero(as_tuple=True)
    voxels = 8 * volume.blocks[row] + torch.stack([x, y, z], dim=1)
    camera_from_world = torch.linalg.inv(first.world_from_camera[0])
    points = volume.voxel_size * voxels.double() @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]
    pixels = points @ first.intrinsics[0].double().T
    u, v = (pixels[:, :2] / pixels[:, 2:] + 0.5).floor().long().unbind(dim=1)
    (frame,) = stream_frames(first)
    expected = ((frame.depth[v, u].double() - points[:, 2]) / truncation).clamp(max=1)
    assert len(row) > 1000
    assert (
        float((volume.tsdf[row, x, y, z] - expected).abs().quantile(0.99)) < 1e-4
    )  # a pixel's border may go either way


@pytest.mark.filterwarnings("ignore")  # open3d's imports warn
def test_alike_along_the_axis_at_its_pixel_the_surface_is_open3d_s(tmp_path):
    pytest.importorskip("open3d")
    make_room(tmp_path / "room", MakeRoomConfig(frames=8, height=240, width=320))
    for entry in agreement.rows(tmp_path / "room"):
        assert entry["met"], entry
        if entry["target"]:
            assert entry["median"] < 1e-5
