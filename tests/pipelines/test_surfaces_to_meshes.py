"""The main job on point clouds and meshes, as a whole."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh

from geo3d import cli
from geo3d.data_tools.mesh_files import write_ply
from geo3d.pipelines.scan_to_mesh import ReadConfig, ScanToMeshConfig, scan_to_mesh
from geo3d.scene.artifact import load
from geo3d.scene.kinds import TriangleMesh
from geo3d.stages.cloud import CloudConfig
from geo3d.stages.segment import SegmentConfig
from tests.stages.test_cloud import box, mesh_of_box


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Path:
    """Points of a room's inside, a line each."""
    file = tmp_path_factory.mktemp("points") / "my röom.xyz"
    points = torch.cat([box((2.6, 2.2, 2.3), 0.06), box((0.6, 0.5, 0.75), 0.04)]).numpy() + np.array([100_000, 0, 0])
    file.write_text("\n".join(" ".join(f"{v:.4f}" for v in row) for row in points))
    return file


def states(out: Path) -> dict[str, str]:
    return {stage["name"]: stage["state"] for stage in json.loads((out / "run.json").read_text())["stages"]}


def test_a_cloud_becomes_a_labelled_mesh_and_is_not_made_twice(room, tmp_path, capsys):
    out = tmp_path / "out"
    assert cli.main(["scan-to-mesh", str(room), "--out", str(out)]) == 0
    assert "100000 0 0 m nearer" in capsys.readouterr().err
    assert states(out) == dict.fromkeys(["1_cloud", "2_points", "2_volume", "3_mesh", "4_labels", "5_semantic"], "run")
    mesh = load(out / "5_semantic")
    names = {mesh.classes[i] for i in mesh.labels.unique().tolist() if i != 255}
    assert {"wall", "floor", "ceiling"} <= names
    for name in ("mesh.ply", "mesh.glb", "semantic.ply", "labels.txt", "objects.json", "report.html"):
        assert (out / name).stat().st_size
    assert "None: the input has no frames." in (out / "report.html").read_text()
    assert load(out / "1_cloud").shift == (100_000.0, 0.0, 0.0)
    assert cli.main(["scan-to-mesh", str(room), "--out", str(out)]) == 0
    assert set(states(out).values()) == {"reused"}
    room_again = tmp_path / "moved.xyz"
    room_again.write_bytes(room.read_bytes())
    capsys.readouterr()
    options = ["--cloud.voxel-size", "0.08", "--dry-run"]
    assert cli.main(["scan-to-mesh", str(room_again), "--out", str(out), *options]) == 0
    said = capsys.readouterr().err
    assert "1_cloud: would run" in said
    assert "2_volume: would run" in said


def test_a_mesh_keeps_its_vertices_and_gets_labels(tmp_path):
    made = mesh_of_box((2.6, 2.2, 2.3))
    fine: Any = trimesh.Trimesh(made.vertices.numpy(), made.faces.numpy(), process=False).subdivide_to_size(0.2)
    corners, faces = fine.vertices.astype(np.float32), fine.faces.astype(np.int32)
    mesh = TriangleMesh(torch.from_numpy(corners), torch.from_numpy(faces), None, None)
    write_ply(mesh, tmp_path / "room.ply")
    semantic = scan_to_mesh(tmp_path / "room.ply", tmp_path / "out").load()
    assert torch.equal(semantic.vertices, mesh.vertices)
    assert torch.equal(semantic.faces, mesh.faces)
    names = np.array([*semantic.classes, *[""] * 251])[semantic.labels.numpy()]
    inner = (mesh.vertices.abs() < torch.tensor([1.2, 1.0, 1.05])).sum(dim=1) == 2  # away from edges
    side = (mesh.vertices / torch.tensor([1.3, 1.1, 1.15])).abs().argmax(dim=1)
    floor = (inner & (side == 2) & (mesh.vertices[:, 2] < 0)).numpy()
    assert (names[floor] == "floor").all()
    assert (names[(inner & (side < 2)).numpy()] == "wall").mean() > 0.95
    assert not (tmp_path / "out" / "2_volume").exists()


def test_up_is_y_in_gltf(tmp_path):
    made = mesh_of_box((2.6, 2.3, 2.2))
    trimesh.Trimesh(made.vertices.numpy(), made.faces.numpy(), process=False).export(tmp_path / "room.glb")
    semantic = scan_to_mesh(tmp_path / "room.glb", tmp_path / "out").load()
    assert semantic.up.tolist() == [0, 1, 0]


def test_a_run_over_that_of_a_scan_shows_no_cameras(room, tmp_path):
    out = tmp_path / "out"
    (out / ".store" / "old").mkdir(parents=True)
    (out / "1_scan").symlink_to(".store/old")
    scan_to_mesh(room, out, ScanToMeshConfig(cloud=CloudConfig(voxel_size=0.1)))
    assert not (out / "1_scan").is_symlink()
    assert (out / "3_mesh").is_symlink()


@pytest.mark.parametrize("kind", ["cloud", "mesh"])
def test_the_network_labels_them_too(room, tmp_path, kind):
    if kind == "mesh":
        write_ply(mesh_of_box((2.6, 2.2, 2.3)), tmp_path / "room.ply")
    config = ScanToMeshConfig(segment=SegmentConfig(method="learned", turns=1), cloud=CloudConfig(voxel_size=0.06))
    semantic = scan_to_mesh(room if kind == "cloud" else tmp_path / "room.ply", tmp_path / "out", config).load()
    assert {"chair", "floor", "cabinet"} < set(semantic.classes)
    assert float((semantic.labels != 255).float().mean()) > 0.9


def test_options_of_scans_are_refused_in_a_sentence(room, tmp_path, capsys):
    base = ["scan-to-mesh", str(room), "--out", str(tmp_path / "out")]
    for options, said in (
        (["--frames", "0:5"], "takes frames of a scan"),
        (["--complete", "learned"], "needs a scan's views"),
        (["--crop", "0", "0", "0", "1", "1", "1"], "no finite point in --crop"),
        (["--format", "pcd"], "not in the format pcd"),
        (["--format", "nonsense"], "--format nonsense"),
    ):
        assert cli.main([*base, *options]) == 2
        assert said in capsys.readouterr().err


def test_a_mesh_is_cropped(tmp_path):
    made = mesh_of_box((2.0, 2.0, 2.3))
    fine: Any = trimesh.Trimesh(made.vertices.numpy(), made.faces.numpy(), process=False).subdivide_to_size(0.2)
    fine.export(tmp_path / "a.stl")
    config = ScanToMeshConfig(read=ReadConfig(crop=(-2, -2, -2, 0.1, 2, 2)))
    semantic = scan_to_mesh(tmp_path / "a.stl", tmp_path / "out", config).load()
    assert float(semantic.vertices[:, 0].max()) <= 0.1
    assert float(semantic.vertices[:, 0].min()) == -1


def test_what_has_not_changed_is_not_named_as_changed(tmp_path, capsys):
    trimesh.creation.box().export(tmp_path / "a.glb")
    base = ["scan-to-mesh", str(tmp_path / "a.glb"), "--out", str(tmp_path / "out"), "--cloud.up", "0", "1", "0"]
    assert cli.main(base) == 0
    capsys.readouterr()
    assert cli.main([*base, "--cloud.voxel-size", "0.05"]) == 0
    said = capsys.readouterr().err
    assert "voxel_size null -> 0.05 changed" in said
    assert "up [" not in said


def test_formats_lists_them(capsys):
    assert cli.main(["formats"]) == 0
    said = capsys.readouterr().out
    for name in ("las", "mesh", "pcd", "ply", "pts", "xyz", "7scenes"):
        assert any(line.split()[0] == name for line in said.splitlines())
