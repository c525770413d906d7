"""The files of the labelled mesh, as other programs read them; meshes of one's own."""

import json
import re
import struct
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh
from PIL import Image

from geo3d.errors import InputError
from geo3d.ops.camera import rotation_between
from geo3d.pipelines.make_room import MakeRoomConfig, make_room
from geo3d.pipelines.scan_to_mesh import scan_to_mesh
from geo3d.scene.kinds import SemanticMesh
from geo3d.stages.fuse import FuseConfig
from tests.browser import chromium
from tests.plain_runs import plain

CONFIG = plain(fuse=FuseConfig(voxel_size=0.04))


@pytest.fixture(scope="module")
def scan(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("room") / "scene0000_00"
    make_room(folder, MakeRoomConfig(frames=30, height=240, width=320))
    return folder


@pytest.fixture(scope="module")
def out(scan: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "out"
    scan_to_mesh(scan, folder, CONFIG)
    return folder


def mesh_of(out: Path) -> SemanticMesh:
    from geo3d.scene.artifact import load

    return load((out / "5_semantic").resolve())


def labels_as_scannets_scripts_read_them(path: Path) -> np.ndarray:
    """The property ``label`` of a binary little-endian PLY whose vertices come first."""
    content = path.read_bytes()
    header, body = content.split(b"end_header\n", 1)
    assert b"format binary_little_endian" in header
    lines = header.decode().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("element vertex"))
    codes = {"float": "f", "uchar": "B", "ushort": "H", "uint16": "H", "int": "i", "float32": "f", "int32": "i"}
    names, layout = [], "<"
    for line in lines[first + 1 :]:
        if not line.startswith("property") or line.startswith("property list"):
            break
        _, kind, name = line.split()
        names.append(name)
        layout += codes[kind]
    size, count = struct.calcsize(layout), int(lines[first].split()[2])
    at = names.index("label")
    assert layout[1 + at] == "H"
    return np.array([struct.unpack_from(layout, body, i * size)[at] for i in range(count)])


def test_labels_are_nyu40_ids_in_the_meshs_order_wherever_they_are_read(out: Path):
    mesh = mesh_of(out)
    ids = {"wall": 1, "floor": 2, "table": 7, "ceiling": 22, "otherprop": 40}
    wanted = np.array([ids[name] for name in mesh.classes] + [0] * 251)[mesh.labels.numpy()]
    assert {1, 2, 40} <= set(wanted.tolist())
    np.testing.assert_array_equal(np.loadtxt(out / "labels.txt", dtype=int), wanted)
    np.testing.assert_array_equal(labels_as_scannets_scripts_read_them(out / "semantic.ply"), wanted)
    read: Any = trimesh.load(out / "semantic.ply", process=False)
    scene: Any = trimesh.load(out / "semantic.glb", process=False)
    (glb,) = scene.geometry.values()
    for other in (read, glb):
        np.testing.assert_array_equal(other.vertices, mesh.vertices.numpy())
        np.testing.assert_array_equal(other.faces, mesh.faces.numpy())
        assert other.visual.vertex_colors[wanted == 2][0].tolist()[:3] == [152, 223, 138]
    raw = read.metadata["_ply_raw"]["vertex"]["data"]
    np.testing.assert_array_equal(raw["confidence"].reshape(-1), mesh.confidence.numpy())
    np.testing.assert_array_equal(raw["instance"].reshape(-1), mesh.instances.numpy())


def test_objects_are_listed_with_boxes_that_hold_them_and_as_a_submission(out: Path):
    mesh, listed = mesh_of(out), json.loads((out / "objects.json").read_text())["objects"]
    assert len(listed) >= 8
    assert {entry["class"] for entry in listed} <= {"table", "otherprop"}
    with zipfile.ZipFile(out / "instances.zip") as archive:
        lines = archive.read("scene0000_00.txt").decode().splitlines()
        assert len(lines) == len(listed)
        for line, entry in zip(lines, listed, strict=True):
            mask, number, score = line.split()
            flags = np.array(archive.read(mask).split(), int)
            assert np.flatnonzero(flags).tolist() == entry["vertices"]
            assert len(flags) == len(mesh.vertices)
            assert (int(number), float(score)) == (entry["nyu40"], pytest.approx(entry["score"], abs=1e-6))
            box = {name: np.array(value) for name, value in entry["box"].items()}
            places = (mesh.vertices.numpy()[entry["vertices"]] - box["centre"]) @ box["axes"].T
            np.testing.assert_allclose(np.abs(places).max(axis=0), box["size"] / 2, atol=1e-5)


def test_ones_own_mesh_is_labelled_in_its_own_order(scan: Path, out: Path, tmp_path: Path):
    mesh = mesh_of(out)
    order = np.random.default_rng(0).permutation(len(mesh.vertices))
    place = np.argsort(order)
    mine = trimesh.Trimesh(mesh.vertices.numpy()[order], place[mesh.faces.numpy()], process=False)
    mine.export(tmp_path / "mine.ply")
    scan_to_mesh(scan, tmp_path / "out", CONFIG, onto=tmp_path / "mine.ply")
    theirs, ours = (np.loadtxt(folder / "labels.txt", dtype=int) for folder in (out, tmp_path / "out"))
    np.testing.assert_array_equal(ours, theirs[order])


def test_vertices_that_the_scan_has_not_seen_say_so(scan: Path, out: Path, tmp_path: Path):
    mesh = mesh_of(out)
    far = mesh.vertices.numpy()[:50] + np.array([0, 0, 50])
    vertices = np.concatenate([mesh.vertices.numpy()[:100], far])
    trimesh.Trimesh(vertices, np.zeros((0, 3), int), process=False).export(tmp_path / "mine.ply")
    made = scan_to_mesh(scan, tmp_path / "out", CONFIG, onto=tmp_path / "mine.ply").load()
    assert (made.labels[100:] == 255).all()
    assert (made.labels[:100] != 255).all()
    assert (made.confidence == 0).tolist() == [False] * 100 + [True] * 50
    assert np.loadtxt(tmp_path / "out" / "labels.txt", dtype=int)[100:].tolist() == [0] * 50


@pytest.mark.parametrize("problem", ["missing", "empty", "no mesh", "far", "other unit", "not finite"])
def test_a_mesh_that_cannot_be_labelled_is_one_sentence(scan: Path, out: Path, tmp_path: Path, problem: str):
    file, mesh = tmp_path / "mine.ply", mesh_of(out)
    vertices = mesh.vertices.numpy() + {"far": 100, "other unit": 1e8}.get(problem, 0)
    if problem == "not finite":
        vertices[3, 1] = np.nan
    if problem == "empty":
        vertices = vertices[:0]
    if problem == "no mesh":
        file.write_text("this is no mesh")
    elif problem != "missing":
        trimesh.Trimesh(vertices, mesh.faces.numpy()[: len(vertices)], process=False).export(file)
    said = {
        "missing": "is not there; give a mesh file",
        "empty": "no vertices|cannot be read as a mesh",
        "no mesh": "cannot be read as a mesh",
        "far": "is it in another frame or unit",
        "other unit": "is it in another frame or unit",
        "not finite": "not finite",
    }
    with pytest.raises(InputError, match=said[problem]) as caught:
        scan_to_mesh(scan, tmp_path / "out", CONFIG, onto=file)
    assert "\n" not in str(caught.value)


def test_outputs_are_turned_so_that_z_is_up_and_back(scan: Path, tmp_path: Path):
    index = json.loads((scan / "scan.json").read_text())
    turn = rotation_between(torch.tensor([0.0, 0, 1]).double(), torch.tensor([0, 0.6, 0.8]).double()).numpy()
    for frame in index["frames"]:
        matrix = np.array(frame["world_from_camera"])
        matrix[:3] = turn @ matrix[:3]
        frame["world_from_camera"] = matrix.tolist()
    tilted = tmp_path / "tilted"
    tilted.mkdir()
    for name in ("colour", "depth"):
        (tilted / name).symlink_to(scan / name)
    (tilted / "scan.json").write_text(json.dumps(index | {"up": [0, 0.6, 0.8]}))
    made = scan_to_mesh(tilted, tmp_path / "out", CONFIG, align_up=True).load()
    ply: Any = trimesh.load(tmp_path / "out" / "mesh.ply", process=False)
    np.testing.assert_allclose(ply.vertices, made.vertices.numpy() @ turn, atol=1e-5)
    assert abs(np.percentile(ply.vertices[:, 2], 1)) < 0.03  # the floor
    scan_to_mesh(tilted, tmp_path / "out", CONFIG)
    ply = trimesh.load(tmp_path / "out" / "mesh.ply", process=False)
    np.testing.assert_array_equal(ply.vertices, made.vertices.numpy())


@pytest.mark.parametrize("size", ["1280,1000", "420,1800"])
def test_the_report_opens_in_a_browser_with_both_meshes_and_no_complaint(out: Path, tmp_path: Path, size: str):
    picture, page = tmp_path / "page.png", out / "report.html"
    assert page.stat().st_size < 20e6
    assert "http://" not in (text := page.read_text()).split("srcdoc", 1)[0]
    assert len(re.findall("<figure>", text)) == 8
    command = chromium(tmp_path, f"--window-size={size}", f"--screenshot={picture}", page.as_uri())
    command += ["--enable-logging=stderr", "--virtual-time-budget=20000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    shown = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    wide = shown.shape[1] > 1000
    viewers = (
        [shown[160:560, 60:600], shown[160:560, 680:1220]] if wide else [shown[140:430, 50:360], shown[530:820, 50:360]]
    )
    for viewer in viewers:  # a canvas that drew nothing is white
        assert (viewer.min(axis=2) < 200).mean() > 0.2
        assert len(np.unique(viewer.reshape(-1, 3), axis=0)) > 200
    green = lambda viewer: (viewer[..., 1] > viewer[..., [0, 2]].max(axis=2) + 25).mean()  # noqa: E731
    assert green(viewers[1]) > 0.05 > green(viewers[0])  # the floor, by class and as it is
