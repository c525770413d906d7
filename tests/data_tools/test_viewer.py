"""What the live viewer and the report draw of a mesh."""

import dataclasses
import io
import json
import struct
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh
from viser import ViserServer

from geo3d import progress
from geo3d.data_tools.mesh_files import thinned
from geo3d.data_tools.semantic_files import class_areas
from geo3d.data_tools.viewer.controls import FIELD_OF_VIEW, first_view, show
from geo3d.data_tools.viewer.server import open_server
from geo3d.data_tools.viewer.unlit_glb import unlit_glb
from geo3d.scene.kinds import SemanticMesh, TriangleMesh
from tests.browser import until
from tests.squares import CLASSES, COLOURED, LABELLED, SIDE, SQUARES, scan_of_squares


def drawn(server: ViserServer, path: str) -> Any:
    """A node of the scene, None where there is none."""
    return server.scene.get_handle_by_name(path)


def test_a_thinned_ball_is_round_and_knows_the_nearest_vertices_of_the_whole_one():
    ball = trimesh.creation.icosphere(subdivisions=4)
    whole, corners = ball.vertices.astype(np.float32), ball.faces.astype(np.int32)
    vertices, faces, rows = thinned(whole, corners, 1000)
    assert 900 <= len(faces) <= 1000
    assert np.abs(np.linalg.norm(vertices, axis=1) - 1).max() < 0.02
    assert trimesh.Trimesh(vertices, faces, process=False).volume == pytest.approx(4 / 3 * np.pi, rel=0.03)
    distances = np.linalg.norm(whole[:, None] - vertices, axis=2)
    np.testing.assert_allclose(distances[rows, np.arange(len(vertices))], distances.min(axis=0), atol=1e-6)


def test_a_small_mesh_is_left_as_it_is():
    ball = trimesh.creation.icosphere(subdivisions=1)
    vertices, faces, rows = thinned(ball.vertices, ball.faces, len(ball.faces))
    np.testing.assert_array_equal(vertices, ball.vertices)
    np.testing.assert_array_equal(faces, ball.faces)
    np.testing.assert_array_equal(rows, np.arange(len(ball.vertices)))


def test_a_face_counts_a_third_for_the_class_of_each_corner():
    mesh = SemanticMesh(
        vertices=torch.tensor([[0.0, 0, 0], [2, 0, 0], [0, 3, 0], [2, 3, 0]]),
        faces=torch.tensor([[0, 1, 2], [1, 3, 2]]).int(),
        normals=None,
        colours=None,
        labels=torch.tensor([0, 0, 1, 255]).byte(),
        confidence=torch.ones(4),
        probabilities=torch.ones(4, 2) / 2,
        instances=torch.zeros(4).int(),
        classes=("wall", "floor"),
        up=torch.tensor([0.0, 0, 1]),
    )
    areas = class_areas(mesh)
    assert areas[[0, 1, 255]].tolist() == pytest.approx([3, 2, 1])
    assert areas.sum() == pytest.approx(6)


def test_an_unlit_file_holds_the_mesh_and_its_colours_made_linear():
    ball = trimesh.creation.icosphere(subdivisions=1)
    colours = np.random.default_rng(0).integers(0, 256, (len(ball.vertices), 3), np.uint8)
    content = unlit_glb(ball.vertices.astype(np.float32), ball.faces, colours)
    scene = trimesh.load(io.BytesIO(content), file_type="glb", process=False)
    (read,) = scene.geometry.values()  # type: ignore[union-attr]
    np.testing.assert_array_equal(read.vertices, ball.vertices.astype(np.float32))
    np.testing.assert_array_equal(read.faces, ball.faces)

    length = struct.unpack_from("<I", content, 12)[0]
    tree, blob = json.loads(content[20 : 20 + length]), content[28 + length :]
    assert len(content) == struct.unpack_from("<I", content, 8)[0]
    assert all(view["byteOffset"] % 4 == 0 for view in tree["bufferViews"])
    start = tree["bufferViews"][2]["byteOffset"]
    stored = np.frombuffer(blob, "<u2", 4 * len(colours), start).reshape(-1, 4) / 65535
    assert (stored[:, 3] == 1).all()
    low = stored[:, :3] <= 0.0031308
    encoded = np.where(low, stored[:, :3] * 12.92, 1.055 * stored[:, :3] ** (1 / 2.4) - 0.055)
    np.testing.assert_array_equal((encoded * 255).round(), colours)


def test_another_surface_has_the_classes_of_the_nearest_labelled_vertices(tmp_path: Path):
    order = torch.randperm(len(COLOURED.vertices), generator=torch.Generator().manual_seed(0))
    place = order.argsort()
    moved = COLOURED.vertices[order] + torch.tensor([0.01, -0.01, 0.01])
    other = TriangleMesh(moved, place[COLOURED.faces.long()].int(), None, None)
    with open_server("127.0.0.1", 0) as server:
        show(server, scan_of_squares(tmp_path), other, LABELLED)
        for name in SQUARES:
            points = drawn(server, f"/points/scan/{name}")
            expected = moved[LABELLED.labels[order] == CLASSES.index(name)]
            np.testing.assert_array_equal(points.points, expected.numpy())
            assert (points.colors == 160).all()  # `other` has none of its own


def test_a_face_has_the_class_of_two_of_its_corners(tmp_path: Path):
    labels = torch.randint(0, len(CLASSES), (len(LABELLED.labels),), generator=torch.Generator().manual_seed(0)).byte()
    mixed = dataclasses.replace(LABELLED, labels=labels, instances=LABELLED.instances * 0)
    with open_server("127.0.0.1", 0) as server:
        show(server, scan_of_squares(tmp_path), COLOURED, mixed)
        pieces = {name: drawn(server, f"/mesh/classes/{name}") for name in CLASSES}
        sides = {name: {corners(piece.vertices, face) for face in piece.faces} for name, piece in pieces.items()}
    assert sum(map(len, sides.values())) == len(LABELLED.faces)
    for face in LABELLED.faces.tolist():
        (label, count), *_ = Counter(labels[face].tolist()).most_common()
        assert count == 1 or corners(LABELLED.vertices.numpy(), face) in sides[CLASSES[label]]


def corners(vertices: np.ndarray, face: Any) -> bytes:
    return vertices[face].tobytes()


def test_labelled_points_without_faces_are_shown_as_points(tmp_path: Path):
    cloud = dataclasses.replace(LABELLED, faces=LABELLED.faces[:0], instances=LABELLED.instances * 0)
    with open_server("127.0.0.1", 0) as server:
        assert show(server, scan_of_squares(tmp_path), COLOURED, cloud).form.value == "points"
        assert drawn(server, "/mesh/classes/floor") is None
        assert len(drawn(server, "/points/classes/floor").points) == SIDE * SIDE


def test_an_object_has_a_box_around_it_which_goes_with_its_class(tmp_path: Path):
    with open_server("127.0.0.1", 0) as server:
        controls = show(server, scan_of_squares(tmp_path), COLOURED, LABELLED)
        edges = drawn(server, "/objects/table/1").points
        assert edges.shape == (12, 2, 3)
        np.testing.assert_allclose(edges.min(axis=(0, 1)), [-0.5, -0.5, 0.7], atol=1e-5)
        np.testing.assert_allclose(edges.max(axis=(0, 1)), [0.5, 0.5, 0.7], atol=1e-5)
        np.testing.assert_allclose(
            sorted(np.linalg.norm(edges[:, 0] - edges[:, 1], axis=1)), [0] * 4 + [1] * 8, atol=1e-5
        )
        assert not drawn(server, "/objects/table").visible
        controls.objects.value = True
        until(lambda: drawn(server, "/objects/table").visible)
        controls.classes["table"].value = False
        until(lambda: not drawn(server, "/objects/table").visible)


def test_few_of_many_cameras_are_drawn_and_without_images_where_the_scan_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    said: list[str] = []
    scan = scan_of_squares(tmp_path)
    monkeypatch.setattr(progress, "_says", [said.append])
    for source, told in ((scan.source, []), (scan.source / "gone", ["the cameras are shown without images"])):
        with open_server("127.0.0.1", 0) as server:
            show(server, dataclasses.replace(scan, source=source), COLOURED, LABELLED)
            rows = [i for i in range(100) if drawn(server, f"/cameras/{i}")]
            assert (len(rows), rows[0], rows[-1]) == (30, 0, 99)
            assert len(drawn(server, "/cameras/path").points) == 99
        assert [line.split(":")[0] for line in said] == told


@pytest.mark.parametrize("up", [(0, 0, 1), (0, -1, 0), (0.36, 0.48, 0.8)])
def test_everything_is_in_the_first_view_from_the_cameras_side(up: tuple[float, float, float]):
    up_axis, random = np.array(up, float), np.random.default_rng(0)
    points = random.uniform(-1, 1, (500, 3)) * [4, 1, 2] + [100, 50, -3]
    aside = np.cross(up_axis, [0.6, 0.8, 0])
    places = points.mean(axis=0) + aside + random.normal(0, 0.1, (20, 3))
    position, target = first_view(points, places, up_axis)
    world_from_camera = looking_from(position, target, up_axis)
    seen = (points - position) @ world_from_camera
    assert (seen[:, 2] > 0).all()
    widest = np.abs(seen[:, :2] / seen[:, 2:]).max()
    assert 0.8 * np.tan(FIELD_OF_VIEW / 2) < widest < np.tan(FIELD_OF_VIEW / 2)
    assert (position - target) @ aside > 0
    assert (position - target) @ up_axis > 0


def looking_from(position: np.ndarray, target: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Rotation of a camera: its x, y and z axes as columns."""
    forward = (target - position) / np.linalg.norm(target - position)
    right = np.cross(forward, up) / np.linalg.norm(np.cross(forward, up))
    return np.stack([right, np.cross(forward, right), forward], axis=1)
