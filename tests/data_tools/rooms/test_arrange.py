"""The parts that placement is made of."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage
from scipy.optimize import linprog

from geo3d.data_tools.rooms.arrange.body import Body, body, meets
from geo3d.data_tools.rooms.arrange.solid_boxes import solid_boxes
from geo3d.data_tools.rooms.arrange.stock import build, builder_name
from geo3d.data_tools.rooms.arrange.walkable import flood
from geo3d.data_tools.rooms.description import Thing, direction
from geo3d.data_tools.rooms.draw import Draw, Material
from geo3d.data_tools.rooms.furniture.seats import chairs, metal_chairs
from geo3d.data_tools.rooms.inside import grid_inside, points_inside, share_a_cube
from geo3d.data_tools.rooms.model import Shape
from geo3d.errors import InputError
from tests.data_tools.rooms.stand_ins import MODELS

GREY = Material((100, 100, 100))


def half_spaces(part: Body, number: int, by: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows a and b with a @ x <= b for the points of a box, drawn in by `by` on all sides."""
    cos, sin = part.axis
    axes = np.array([(cos, sin), (-sin, cos)])
    reach, middle = part.halves[number] - by, axes @ part.centres[number]
    return np.concatenate([axes, -axes]), np.concatenate([middle + reach, reach - middle])


def test_boxes_meet_exactly_if_a_point_is_in_both():
    random = np.random.default_rng(3)
    met = 0
    for _ in range(100):
        low = random.uniform(-1, 0.5, (2, 1, 3))
        boxes = np.stack([low, low + random.uniform(0.1, 0.8, (2, 1, 3))], axis=2)
        boxes[..., 2] = (0.0, 1.0)
        one, other = (body(part, (0.0, 0.0, 0.0), random.choice([0.0, 1.5708, random.uniform(0, 6)])) for part in boxes)
        (a, b), (c, d) = half_spaces(one, 0, 0.001), half_spaces(other, 0, 0.001)
        possible = linprog([0, 0], np.concatenate([a, c]), np.concatenate([b, d]), bounds=(None, None)).status == 0
        assert meets(one, other)[0] == possible
        met += possible
    assert 20 < met < 80


def test_boxes_above_each_other_do_not_meet():
    boxes = np.array([[(0, 0, 0), (1, 1, 0.5)], [(2, 2, 0), (3, 3, 0.5)]], dtype=float)
    below, above = body(boxes, (0, 0, 0), 0.0), body(boxes[:1], (0, 0, 0.499), 0.3)
    assert meets(below, above).tolist() == [False, False]
    assert meets(below, body(boxes[:1], (0, 0, 0.49), 0.3)).tolist() == [True, False]


def test_the_boxes_of_a_model_hold_all_of_it():
    for builder in (chairs.slatted, metal_chairs.cantilever):
        model = builder(Draw(5))
        boxes = solid_boxes(model)
        for vertex in model.vertices:
            assert ((boxes[:, 0] - 1e-4 <= vertex) & (vertex <= boxes[:, 1] + 1e-4)).all(axis=1).any()


def test_a_table_that_is_one_solid_leaves_room_under_it():
    outer, inner = (
        [(-0.8, 0.0), (0.8, 0.0), (0.8, 0.75), (-0.8, 0.75)],
        [(-0.75, 0.0), (0.75, 0.0), (0.75, 0.7), (-0.75, 0.7)],
    )
    # A bridge: the outline of a U upside down, swept along y.
    line = [outer[0], inner[0], inner[3], inner[2], inner[1], outer[1], outer[2], outer[3]]
    vertices = np.array([(x, y, z) for y in (-0.4, 0.4) for x, z in line])
    caps = [(0, 1, 2), (0, 2, 7), (7, 2, 3), (7, 3, 6), (6, 3, 5), (3, 4, 5)]
    walls = [(i, (i + 1) % 8, (i + 1) % 8 + 8, i, (i + 1) % 8 + 8, i + 8) for i in range(8)]
    below, above = [(c, b, a) for a, b, c in caps], [(a + 8, b + 8, c + 8) for a, b, c in caps]
    faces = [*below, *above, *(part[::-1] for wall in walls for part in (wall[:3], wall[3:]))]
    table = Shape("table", "table")
    table.solid(vertices, np.array(faces)[:, ::-1], GREY)
    boxes = body(solid_boxes(table.finish()), (0, 0, 0), 0.0)
    assert not meets(boxes, body(np.array([[(-0.6, -0.3, 0.0), (0.6, 0.3, 0.6)]]), (0, 0, 0), 0.0)).any()
    assert meets(boxes, body(np.array([[(-0.1, -0.1, 0.0), (0.1, 0.1, 0.74)]]), (0, 0, 0), 0.0)).any()
    assert meets(boxes, body(np.array([[(0.76, -0.1, 0.1), (0.9, 0.1, 0.2)]]), (0, 0, 0), 0.0)).any()


@pytest.mark.parametrize("share", [0.4, 0.55, 0.65, 0.8, 1.0])
def test_a_flood_fills_the_connected_part(share: float):
    free = np.random.default_rng(8).random((40, 33)) < share
    labelled: Any = ndimage.label(free)
    parts = labelled[0]
    start = np.zeros_like(free)
    start[tuple(np.argwhere(free)[len(np.argwhere(free)) // 2])] = True
    np.testing.assert_array_equal(flood(free, start), parts == parts[start])


def cushion(radius: float) -> np.ndarray:
    shape = Shape("ball", "sofa")
    shape.cushion((0, 0, radius), (2 * radius, 2 * radius, 2 * radius), GREY, squareness=2, detail=16)
    model = shape.finish(moved=False)
    return model.vertices[model.faces]


def test_points_of_a_ball_are_inside_and_others_are_not():
    points = np.random.default_rng(1).uniform(-0.6, 0.6, (1000, 3)) + np.array((0, 0, 0.5))
    off = np.linalg.norm(points - (0, 0, 0.5), axis=1)
    clear = np.abs(off - 0.5) > 0.01
    np.testing.assert_array_equal(points_inside(cushion(0.5), points[clear]), off[clear] < 0.5)
    x = np.linspace(-0.55, 0.55, 23)
    grid = np.stack(np.meshgrid(x, x, x + 0.5, indexing="ij"), axis=3)
    off = np.linalg.norm(grid - (0, 0, 0.5), axis=3)
    clear = np.abs(off - 0.5) > 0.01
    np.testing.assert_array_equal(grid_inside(cushion(0.5), x, x, x + 0.5)[clear], (off < 0.5)[clear])


@pytest.mark.parametrize(("pushed", "deep"), [(-0.01, False), (0.009, False), (0.0151, True), (0.3, True)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_boxes_share_a_cube_if_they_are_pushed_far_enough(pushed: float, deep: bool, axis: int):
    boxes = []
    for shift in (0.0, 0.4 - pushed):
        middle = [0.013, 0.007, 0.2]
        middle[axis] += shift
        shape = Shape("box", "box")
        shape.box((middle[0], middle[1], middle[2]), (0.4, 0.4, 0.4), GREY)
        model = shape.finish(moved=False)
        boxes.append(model.vertices[model.faces])
    low, high = (np.array(end) for end in ((-0.2, -0.2, 0.0), (0.4, 0.4, 0.6)))
    assert share_a_cube(boxes[0], boxes[1], low, high, 0.01) == deep


def test_a_thing_is_built_again_from_its_name_and_seed():
    thing = Thing("chair", "chairs.slatted", 11, None, (0.0, 0.0, 0.0), 0.0, 0)
    again = build(thing, {"chair": (metal_chairs.cantilever, chairs.slatted)})
    np.testing.assert_array_equal(again.vertices, chairs.slatted(Draw(11)).vertices)
    assert builder_name(chairs.slatted) == chairs.slatted(Draw(11)).name
    assert builder_name(MODELS["rug"][0]) == "stand_ins.rug"
    with pytest.raises(InputError, match=r"no builder of kind chair is called chairs\.slatted"):
        build(thing, {"chair": (metal_chairs.cantilever,)})


def test_the_axis_of_a_body_is_its_own_x():
    part = body(np.array([[(0.0, 0.0, 0.0), (2.0, 0.2, 1.0)]]), (1.0, 1.0, 0.0), 1.5708)
    assert part.axis == direction(1.5708)
    np.testing.assert_allclose([part.low, part.high], [(0.8, 1.0, 0.0), (1.0, 3.0, 1.0)], atol=1e-9)
