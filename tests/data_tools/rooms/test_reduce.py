"""Models that others made keep their shape, their colours and their outside when they are mended and cut down."""

import numpy as np
import pytest
import trimesh

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.libraries.mend import facing_outwards, weld
from geo3d.data_tools.rooms.libraries.reduce import MOST_FACES, reduced, to_model
from geo3d.data_tools.rooms.libraries.surfaces import Surfaces

RED, BLUE = Material((255, 0, 0)), Material((0, 0, 255))


def surfaces(mesh: trimesh.Trimesh, materials: tuple[Material, ...] = (RED,), rows: np.ndarray | int = 0) -> Surfaces:
    corners = np.asarray(mesh.vertices)[mesh.faces]
    return Surfaces(
        corners,
        np.zeros((len(corners), 3, 2), np.float32),
        materials,
        np.broadcast_to(rows, len(corners)).astype(np.int32),
    )


def volume(shown: Surfaces) -> float:
    vertices, faces = weld(shown.corners)
    return float(trimesh.Trimesh(vertices, faces, process=False).volume)


def test_a_closed_piece_faces_outwards_whichever_way_its_faces_were_wound():
    box = trimesh.creation.box((1, 1, 1))
    ball = trimesh.creation.icosphere(2, 0.5)
    ball.apply_translation((3, 0, 0))
    both = box + ball
    random = np.random.default_rng(0)
    for turned in (np.ones(len(both.faces), bool), random.random(len(both.faces)) < 0.5):
        wound = surfaces(both)
        wound.corners[turned] = wound.corners[turned, ::-1]
        assert volume(facing_outwards(wound)) == pytest.approx(both.volume)


def test_an_open_piece_shows_the_side_that_most_of_it_showed():
    grid = trimesh.creation.box((1, 1, 1)).subdivide()
    sheet = surfaces(grid)
    keep = (sheet.corners[..., 2] > 0.49).all(axis=1)
    sheet = Surfaces(sheet.corners[keep], sheet.uv[keep], sheet.materials, sheet.face_materials[keep])
    down = sheet.corners[:, ::-1].copy()
    down[:2] = down[:2, ::-1]
    shown = facing_outwards(Surfaces(down, sheet.uv, sheet.materials, sheet.face_materials)).corners
    normals = np.cross(shown[:, 1] - shown[:, 0], shown[:, 2] - shown[:, 0])
    assert (normals[:, 2] < 0).all()


def test_faces_without_area_and_second_sides_go():
    box = surfaces(trimesh.creation.box((1, 1, 1)))
    corners = np.concatenate([box.corners, box.corners[:, ::-1], box.corners[:3, [0, 0, 1]]])
    doubled = Surfaces(corners, np.zeros((27, 3, 2), np.float32), (RED,), np.zeros(27, np.int32))
    shown = facing_outwards(doubled)
    assert len(shown.corners) == 12
    assert volume(shown) == pytest.approx(1)


def test_a_dense_ball_keeps_its_shape_in_few_faces():
    ball = trimesh.creation.icosphere(5, 0.5)
    assert len(ball.faces) == 20480
    model = to_model(surfaces(ball), "ball", "otherprop", np.array([1.0, 1.0, 1.0]))
    assert MOST_FACES / 2 < len(model.faces) <= 1.1 * MOST_FACES
    np.testing.assert_allclose(model.size, 1)
    distances = np.linalg.norm(model.vertices - (0, 0, 0.5), axis=1)
    np.testing.assert_allclose(distances, 0.5, atol=0.005)
    assert trimesh.Trimesh(model.vertices, model.faces, process=False).volume == pytest.approx(np.pi / 6, rel=0.02)


def test_small_things_get_fewer_faces_and_simple_ones_stay_as_they_are():
    cup = reduced(surfaces(trimesh.creation.icosphere(4, 0.04)))
    assert 300 < len(cup.corners) <= 600 * 1.1
    box = surfaces(trimesh.creation.box((1, 1, 1)))
    assert reduced(box) is box


def test_slivers_do_not_keep_a_model_from_being_cut_down():
    board = trimesh.creation.box((1, 0.5, 0.02))
    for _ in range(5):
        board = board.subdivide()
    model = to_model(surfaces(board), "board", "table", np.array([1, 0.5, 0.02]))
    assert len(model.faces) <= 1.1 * MOST_FACES
    np.testing.assert_allclose(trimesh.Trimesh(model.vertices, model.faces).volume, 0.01, rtol=0.05)


def test_a_plant_of_loose_leaves_is_joined_in_larger_cells():
    random = np.random.default_rng(0)
    leaves = random.uniform(-0.5, 0.5, (12000, 1, 3)) + random.normal(0, 0.02, (12000, 3, 3))
    shown = reduced(Surfaces(leaves, np.zeros((12000, 3, 2), np.float32), (RED,), np.zeros(12000, np.int32)))
    assert MOST_FACES / 3 < len(shown.corners) <= 1.1 * MOST_FACES
    np.testing.assert_allclose(np.ptp(shown.corners, axis=(0, 1)), np.ptp(leaves, axis=(0, 1)), atol=0.05)


def test_materials_stay_apart_and_uv_stay_where_they_were():
    board = trimesh.creation.box((1, 1, 0.1))
    for _ in range(6):
        board = board.subdivide()
    corners = np.asarray(board.vertices)[board.faces]
    rows = (corners.mean(axis=1)[:, 0] > 0).astype(np.int32)
    side = np.repeat((np.abs(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))).argmax(1), 3)
    # tops are mapped by x and y; each other side lies elsewhere in the picture, so that there are seams
    uv = np.where(side.reshape(-1, 3, 1) == 2, corners[..., :2], corners[..., :2] + 10).astype(np.float32)
    pictured = (Material((1, 2, 3), picture=b"red"), Material((4, 5, 6), picture=b"blue"))
    shown = reduced(Surfaces(corners, uv, pictured, rows))
    assert len(shown.corners) <= 1.1 * MOST_FACES
    for row, sign in ((0, -1), (1, 1)):
        assert (sign * shown.corners[shown.face_materials == row][..., 0] > -0.01).all()
    off = np.abs(shown.uv - shown.corners[..., :2])
    top = (np.abs(np.abs(shown.corners[..., 2]) - 0.05) < 0.001).all(axis=1)
    assert top.sum() > 100
    assert np.quantile(off[top], 0.99) < 0.02
    # no face takes its uv from two sides, which lie 10 apart
    assert np.ptp(shown.uv, axis=1).max() < 5
