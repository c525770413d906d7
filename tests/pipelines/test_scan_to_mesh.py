"""The main job on real scans, as a whole."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh

from geo3d.pipelines.scan_to_mesh import ReadConfig, ScanToMeshConfig, scan_to_mesh
from geo3d.scene.frames import stream_frames
from geo3d.scene.kinds import RgbdScan
from geo3d.scene.runner import Made
from tests.plain_runs import plain

ROOT = Path(__file__).parents[2]


def open3d_mesh(scan: RgbdScan, voxel_size: float) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and faces that Open3D's voxel block grid gives for the same frames, seen at least 3 times."""
    o3d = pytest.importorskip("open3d")
    o3c, t = o3d.core, o3d.t.geometry
    names, kinds, shapes = ("tsdf", "weight", "color"), (o3c.float32,) * 3, ((1), (1), (3))
    grid = t.VoxelBlockGrid(names, kinds, shapes, voxel_size, 16, 16000, o3c.Device("CPU:0"))
    K = o3c.Tensor(scan.intrinsics[0].numpy())
    for frame in stream_frames(scan):
        depth = t.Image(o3c.Tensor((frame.depth.numpy() * 1000).round().astype(np.uint16)))
        colour = t.Image(o3c.Tensor(frame.colour.numpy()))
        camera_from_world = o3c.Tensor(torch.linalg.inv(frame.world_from_camera).numpy())
        blocks = grid.compute_unique_block_coordinates(depth, K, camera_from_world, 1000.0, 4.0, 8.0)
        grid.integrate(blocks, depth, colour, K, K, camera_from_world, 1000.0, 4.0, 8.0)
    mesh = grid.extract_triangle_mesh(3.0)
    return mesh.vertex.positions.numpy(), mesh.triangle.indices.numpy()


def distances(points: np.ndarray, vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    o3d = pytest.importorskip("open3d")
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(o3d.core.Tensor(vertices.astype(np.float32)), o3d.core.Tensor(faces.astype(np.uint32)))
    return scene.compute_distance(o3d.core.Tensor(points.astype(np.float32))).numpy()


@pytest.mark.filterwarnings("ignore")  # open3d's imports warn
def test_the_kitchen_agrees_with_open3d(shared_data, tmp_path):
    mesh = scan_to_mesh(shared_data / "scans" / "7scenes_kitchen", tmp_path / "out", plain()).load()
    scan = Made[RgbdScan]("", tmp_path / "out" / "1_scan").load()
    ours = trimesh.Trimesh(mesh.vertices.numpy(), mesh.faces.numpy(), process=False)
    theirs = trimesh.Trimesh(*open3d_mesh(scan, 0.02), process=False)
    for a, b in ((ours, theirs), (theirs, ours)):
        points = trimesh.sample.sample_surface(a, 50_000, seed=0)[0]
        assert distances(points, np.asarray(b.vertices), np.asarray(b.faces)).mean() < 0.005


@pytest.mark.parametrize("name", ["hololens", "redwood"])
def test_real_scans_become_meshes_that_other_programs_read(shared_data, tmp_path, name):
    out = tmp_path / "out"
    mesh = scan_to_mesh(shared_data / "scans" / name, out, ScanToMeshConfig(read=ReadConfig(frames="0:30"))).load()
    assert len(mesh.faces) > 10_000
    ply: Any = trimesh.load(out / "mesh.ply", process=False)
    scene: Any = trimesh.load(out / "mesh.glb", process=False)
    (glb,) = scene.geometry.values()
    assert mesh.colours is not None
    assert mesh.normals is not None
    for read in (ply, glb):
        np.testing.assert_array_equal(read.vertices, mesh.vertices.numpy())
        np.testing.assert_array_equal(read.faces, mesh.faces.numpy())
        np.testing.assert_array_equal(read.visual.vertex_colors[:, :3], mesh.colours.numpy())
        np.testing.assert_allclose(read.vertex_normals, mesh.normals.numpy(), atol=1e-3)
    assert json.loads((out / "run.json").read_text())["exports"].keys() >= {"mesh.ply", "mesh.glb", "semantic.ply"}


def test_the_built_in_room_lies_where_its_solids_are(tmp_path):
    from geo3d.data_tools.room import furnish
    from geo3d.ops.raycast import BOX, to_solids
    from geo3d.pipelines.make_room import MakeRoomConfig, make_room

    make_room(tmp_path / "scan", MakeRoomConfig(frames=18, height=240, width=320, noise=0))
    mesh = scan_to_mesh(tmp_path / "scan", tmp_path / "out", plain()).load()
    solids = furnish().solids
    points = mesh.vertices.double()
    inside = to_solids(points, solids).abs()
    # distance to each box (exact), or to each round solid along its rays from the middle (an upper bound)
    outside = ((inside - 1).clamp(min=0) * solids.halves[:, None]).norm(dim=-1)
    within = ((1 - inside).clamp(min=0) * solids.halves[:, None]).amin(dim=-1)
    to_box = torch.where(outside > 0, outside, within)
    to_round = (inside.norm(dim=-1) - 1).abs() * solids.halves[:, None].amax(dim=-1)
    nearest = torch.where(solids.kinds[:, None] == BOX, to_box, to_round).amin(dim=0)
    assert float(nearest.quantile(0.5)) < 0.002
    assert float(nearest.quantile(0.9)) < 0.02


def test_the_wheel_works_outside_the_checkout(tmp_path):
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"geo3d"}
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    python = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); from geo3d.cli import main; ",
    ]
    where = "import geo3d.pipelines.scan_to_mesh as m; print(m.__file__); "
    for command in (
        ["formats"],
        ["make-room", str(tmp_path / "room"), "--frames", "3", "--height", "24", "--width", "32"],
    ):
        done = subprocess.run(
            [*python[:2], python[2] + where + f"sys.exit(main({command}))"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert str(tmp_path / "site") in done.stdout
