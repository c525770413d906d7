from itertools import combinations

import numpy as np
import pytest

from geo3d.data_tools.rooms.arrange.stock import build
from geo3d.data_tools.rooms.description import OUTSIDE, USES, Room, SceneDescription, world_vertices
from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.inside import points_inside
from geo3d.data_tools.rooms.layout import SIZES
from geo3d.data_tools.rooms.openings import Walls
from geo3d.data_tools.rooms.outlines import area, distance, rectangles, sides
from geo3d.data_tools.rooms.plan import draw_plan
from geo3d.data_tools.rooms.shell import SLAB, shell, wall_blocks
from geo3d.errors import InputError
from tests.data_tools.rooms.stand_ins import MODELS

PLANS = [draw_plan(seed, "train", MODELS) for seed in range(16)]


def triangles(plan: SceneDescription, label: str) -> np.ndarray:
    model = shell(plan)
    return model.vertices[model.faces[model.face_labels == model.labels.index(label)]]


def volume(corners: np.ndarray) -> float:
    a, b, c = corners.transpose(1, 0, 2)
    return float((a * np.cross(b, c)).sum() / 6)


def test_there_are_one_to_four_rooms_rectangular_and_bent():
    assert {len(plan.rooms) for plan in PLANS} == {1, 2, 3, 4}
    assert {len(room.outline) for plan in PLANS for room in plan.rooms} == {4, 6}
    assert {room.use for plan in PLANS for room in plan.rooms} == set(USES)


@pytest.mark.parametrize("plan", PLANS[:6], ids=lambda plan: f"seed {plan.seed}")
def test_rooms_are_as_large_as_their_use_wants(plan: SceneDescription):
    for room in plan.rooms:
        # The shoelace formula, positive for counter-clockwise outlines.
        x, y = np.array(room.outline).T
        shoelace = (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2
        low, high = SIZES[room.use].area
        assert low - 1e-6 <= shoelace <= high + 1e-6
        assert area(room.outline) == pytest.approx(shoelace)


def test_a_wall_lies_between_any_two_rooms():
    for plan in PLANS:
        for one, other in combinations(plan.rooms, 2):
            corners = np.array([p for a in rectangles(one.outline) for p in (a[:2], a[2:], (a[0], a[3]), (a[2], a[1]))])
            assert distance(other.outline, corners).min() >= plan.inner_wall - 1e-9


def test_every_room_has_a_way_out():
    for plan in PLANS:
        out = {OUTSIDE}
        for _ in plan.rooms:
            doors = [opening for opening in plan.openings if opening.kind != "window"]
            out |= {end for door in doors if {door.room, door.beyond} & out for end in (door.room, door.beyond)}
        assert out >= set(range(len(plan.rooms)))


def test_openings_go_through_the_wall_and_nothing_else_does():
    for plan in PLANS[:6]:
        walls = triangles(plan, "wall")
        for opening in plan.openings:
            side = sides(plan.rooms[opening.room].outline)[opening.wall]
            thick = plan.outer_wall if opening.beyond == OUTSIDE else plan.inner_wall
            middle, half = opening.start + opening.width / 2, opening.width / 2
            high = (opening.low + opening.high) / 2
            across = [(*side.point(middle, -thick * share), high) for share in (0.01, 0.3, 0.6, 0.99)]
            beside = [(*side.point(middle + way * (half + 0.02), -thick / 3), high) for way in (-1, 1)]
            above = (*side.point(middle, -thick / 3), opening.high + 0.02)
            assert not points_inside(walls, np.array(across)).any()
            assert points_inside(walls, np.array([*beside, above])).all()


def test_where_two_outer_walls_stand_back_to_back_neither_opens_into_the_other():
    plain = Material((200, 200, 200))
    bent = ((0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (2.0, 2.0), (2.0, 4.0), (0.0, 4.0))
    walls = Walls((Room("office", bent, 2.5, plain, plain, plain),), 0.1, 0.3)
    spans = {stretch.wall: (stretch.start, stretch.end) for stretch in walls.stretches(0, OUTSIDE)}
    assert spans == {0: (0, 4), 1: (0, 2), 2: (0, 1.7), 3: (0.3, 2), 4: (0, 2), 5: (0, 4)}


def test_doors_and_windows_are_as_large_as_their_holes():
    for plan in PLANS:
        for opening in plan.openings:
            if opening.thing < 0:
                assert opening.kind == "passage"
                continue
            thing = plan.things[opening.thing]
            side = sides(plan.rooms[opening.room].outline)[opening.wall]
            placed = world_vertices(thing, build(thing, MODELS))
            head = placed[placed[:, 2] > placed[:, 2].max() - 0.02]
            along = (head[:, :2] - side.start) @ side.along
            assert along.min() == pytest.approx(opening.start, abs=0.002)
            assert along.max() == pytest.approx(opening.start + opening.width, abs=0.002)
            assert placed[:, 2].max() == pytest.approx(opening.high, abs=0.002)


def test_slabs_and_walls_hold_what_they_should():
    for plan in PLANS[:6]:
        floors = volume(triangles(plan, "floor"))
        walls = sum(np.prod(np.subtract(block.high, block.low)) for block in wall_blocks(plan))
        assert volume(triangles(plan, "ceiling")) == pytest.approx(floors)
        assert volume(triangles(plan, "wall")) == pytest.approx(walls)
        # By points: each is in a slab if it is in a room or nearer to one than a wall is thick.
        outline = np.array([corner for room in plan.rooms for corner in room.outline])
        low, high = outline.min(axis=0) - 0.5, outline.max(axis=0) + 0.5
        points = np.random.default_rng(0).uniform(low, high, (40000, 2))
        covered = np.min([distance(room.outline, points) for room in plan.rooms], axis=0) < plan.outer_wall
        assert floors / SLAB == pytest.approx(covered.mean() * np.prod(high - low), rel=0.02)


def test_a_room_sees_its_own_walls_only():
    plan = next(plan for plan in PLANS if len(plan.rooms) == 4)
    for number, room in enumerate(plan.rooms):
        for block in wall_blocks(plan):
            if block.room != number:
                middle = np.mean([block.low, block.high], axis=0)[None, :2]
                assert distance(room.outline, middle)[0] >= plan.inner_wall / 2 - 1e-9


def test_solids_of_the_shell_are_closed():
    model = shell(PLANS[0])
    edges = np.sort(np.concatenate([model.faces[:, [0, 1]], model.faces[:, [1, 2]], model.faces[:, [2, 0]]]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()


def test_most_walls_are_pale_and_a_few_are_strong():
    walls = [room.walls for plan in PLANS for room in plan.rooms if room.walls.pattern != "tiles"]
    saturation = np.array([1 - min(wall.colour) / max(wall.colour) for wall in walls])
    assert np.median(saturation) < 0.1
    assert (saturation > 0.25).sum() in range(1, len(walls) // 4)
    assert len({wall.colour for wall in walls}) > len(walls) // 2


def test_joints_are_clearly_lighter_or_darker_than_tiles():
    tiled = [
        part for plan in PLANS for room in plan.rooms for part in (room.floor, room.walls) if "tile" in part.pattern
    ]
    assert len(tiled) > 5
    assert all(abs(np.mean(part.colour) - np.mean(part.second)) > 30 for part in tiled if part.second)


def test_a_split_draws_plans_of_its_own():
    assert draw_plan(0, "train", MODELS).rooms != draw_plan(0, "test", MODELS).rooms


def test_a_split_that_is_none_is_refused():
    with pytest.raises(InputError, match="there is no split called holdout"):
        draw_plan(0, "holdout", MODELS)
