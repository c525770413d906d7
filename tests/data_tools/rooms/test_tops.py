"""Where things may stand on models that others made, and what becomes of their open sheets."""

import numpy as np
import pytest
import trimesh

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.inside import points_inside
from geo3d.data_tools.rooms.libraries.close import closed, open_edges
from geo3d.data_tools.rooms.libraries.tops import CELL, largest_rectangle, with_tops
from geo3d.data_tools.rooms.model import Model, Shape, Top

WOOD = Material((200, 150, 100))


def extent(top: Top) -> tuple[float, float]:
    return top.high[0] - top.low[0], top.high[1] - top.low[1]


def shelf(front: bool) -> Model:
    """A box 0.8 wide, 0.4 deep and 1 high, with a board half way up, and perhaps shut by doors."""
    shape = Shape("test.shelf", "bookshelf")
    for x in (-0.39, 0.39):
        shape.box((x, 0, 0.5), (0.02, 0.4, 1), WOOD)
    for z in (0.02, 0.5, 0.98):
        shape.box((0, 0, z), (0.8, 0.4, 0.04), WOOD)
    shape.box((0, 0.19, 0.5), (0.8, 0.02, 1), WOOD)
    if front:
        shape.box((0, -0.21, 0.5), (0.8, 0.02, 1), WOOD)
    return shape.finish()


def test_a_shelf_has_tops_on_it_and_inside_and_one_with_doors_only_on_it():
    tops = with_tops(shelf(front=False)).tops
    assert [round(top.height, 3) for top in tops] == [0.04, 0.52, 1.0]
    assert [round(top.room_above, 3) for top in tops] == [0.44, 0.44, 2.0]
    for top, wide, deep in zip(tops, (0.76, 0.76, 0.8), (0.38, 0.38, 0.4), strict=True):
        assert wide - 2.1 * CELL < extent(top)[0] <= wide
        assert deep - 2.1 * CELL < extent(top)[1] <= deep
    assert [round(top.height, 3) for top in with_tops(shelf(front=True)).tops] == [1.0]


def test_tops_leave_out_what_stands_on_a_table_and_what_has_nothing_under_it():
    shape = Shape("test.table", "table")
    shape.box((0, 0, 0.72), (1.4, 0.7, 0.04), WOOD)
    shape.box((-0.5, 0, 0.9), (0.4, 0.7, 0.32), WOOD)
    model = shape.finish()
    low = min(with_tops(model).tops, key=lambda top: top.height)
    assert extent(low)[0] == pytest.approx(1.0, abs=2.1 * CELL)
    assert low.low[0] >= -0.3
    sheet = Model("sheet", *flat(0.8), (WOOD,), np.zeros(2, np.int32), ("table",), np.zeros(2, np.int32))
    assert with_tops(sheet).tops == ()


def flat(side: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A square sheet that faces up: vertices, faces, uv."""
    vertices = side * np.array([(0, 0, 0.5), (1, 0, 0.5), (1, 1, 0.5), (0, 1, 0.5)])
    return vertices, np.array([(0, 1, 2), (0, 2, 3)], np.int32), np.zeros((2, 3, 2), np.float32)


def test_the_largest_rectangle_is_the_one_that_trying_all_finds():
    random = np.random.default_rng(3)
    for chance in (0.3, 0.6, 0.8, 0.95, 1.0):
        free = random.random((7, 9)) < chance
        best = max(
            (b - a) * (d - c)
            for a in range(8)
            for b in range(a, 8)
            for c in range(10)
            for d in range(c, 10)
            if free[a:b, c:d].all()
        )
        left, low, right, high = largest_rectangle(free)
        assert (right - left) * (high - low) == best
        assert free[left:right, low:high].all()
    assert largest_rectangle(np.zeros((3, 3), bool)) == (0, 0, 0, 0)


def open_box(missing: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A box 1 x 2 x 3 that lacks its side to low x, high x, low y, high y, low z or high z."""
    box = trimesh.creation.box((1, 2, 3))
    middles = box.triangles_center[:, missing // 2] * (1 if missing % 2 else -1)
    faces = np.asarray(box.faces)[middles < middles.max() - 1e-6]
    return np.asarray(box.vertices), faces, np.zeros((len(faces), 3, 2), np.float32)


@pytest.mark.parametrize(("missing", "solid"), [(0, False), (1, False), (2, False), (3, True), (4, True), (5, False)])
def test_a_hole_is_capped_on_the_floor_and_at_the_wall_and_elsewhere_the_sides_get_a_thickness(
    missing: int, solid: bool
):
    vertices, faces, uv = open_box(missing)
    points, triangles, corners, source = closed(vertices, faces, uv)
    mesh = trimesh.Trimesh(points, triangles, process=False)
    assert len(open_edges(triangles)[0]) == 0
    assert len(corners) == len(source) == len(triangles)
    np.testing.assert_allclose(
        [mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)], [[-0.5, -1, -1.5], [0.5, 1, 1.5]]
    )
    assert points_inside(points[triangles], np.array([[0.013, 0.017, 0.0]]))[0] == solid
    assert (mesh.volume == pytest.approx(6)) if solid else (0 < mesh.volume < 0.3)


def test_a_small_hole_is_capped_and_a_closed_solid_is_left_alone():
    sphere = trimesh.creation.icosphere(2, 0.5)
    whole = np.asarray(sphere.vertices), np.asarray(sphere.faces), np.zeros((len(sphere.faces), 3, 2), np.float32)
    for part, kept in zip(closed(*whole), (*whole, np.arange(len(sphere.faces))), strict=True):
        np.testing.assert_array_equal(part, kept)
    points, triangles, _, _ = closed(whole[0], whole[1][1:], whole[2][1:])
    mesh = trimesh.Trimesh(points, triangles, process=False)
    assert mesh.volume == pytest.approx(sphere.volume, rel=0.03)


def test_a_sheet_gets_a_thickness_below_its_face_and_shreds_a_back_without_walls():
    vertices, faces, uv = flat(0.8)
    below = np.concatenate([vertices, vertices[:1] - (0, 0, 0.4)])  # leaves room below in the box about it
    points, triangles, _, _ = closed(below, np.concatenate([faces, [(4, 4, 4)]]), np.concatenate([uv, uv[:1]]))
    probes = np.array([[0.31, 0.4, 0.4 - 0.005], [0.31, 0.4, 0.4 - 0.02], [0.31, 0.4, 0.41]])
    assert points_inside(points[triangles], probes).tolist() == [True, False, False]
    alone = np.array([(0.0, 0, 0.2), (0.05, 0, 0.2), (0, 0.05, 0.2), (0, 0, 0)])
    _, shreds, _, source = closed(alone, np.array([(0, 1, 2)]), np.zeros((1, 3, 2), np.float32))
    assert (len(shreds), source.tolist()) == (2, [0, 0])
