from dataclasses import replace

import numpy as np
import pytest

from geo3d.data_tools.rooms.arrange.stock import build
from geo3d.data_tools.rooms.check import problems
from geo3d.data_tools.rooms.description import USES, SceneDescription, Thing, direction, world_vertices
from geo3d.data_tools.rooms.draw import Draw, Material
from geo3d.data_tools.rooms.model import Model, Shape
from geo3d.data_tools.rooms.outlines import area, distance, sides
from geo3d.data_tools.rooms.place import describe
from tests.data_tools.rooms.stand_ins import MODELS

SCENES = [describe(seed, "train", MODELS, (use,)) for seed, use in enumerate(USES)]


def scene(use: str) -> SceneDescription:
    return SCENES[USES.index(use)]


def of_kind(description: SceneDescription, kind: str) -> list[Thing]:
    return [thing for thing in description.things if thing.kind == kind]


def footprint(thing: Thing) -> np.ndarray:
    vertices = world_vertices(thing, build(thing, MODELS))
    return np.array([vertices.min(axis=0), vertices.max(axis=0)])


def changed(description: SceneDescription, thing: Thing, **fields) -> SceneDescription:
    things = tuple(replace(one, **fields) if one is thing else one for one in description.things)
    return replace(description, things=things)


def to_wall(description: SceneDescription, thing: Thing) -> float:
    """Metres from a thing's back to the nearest wall it turns its back to."""
    cos, sin = direction(thing.yaw)
    model = build(thing, MODELS)
    back = np.array(thing.position[:2]) + np.array((-sin, cos)) * model.size[1] / 2
    walls = sides(description.rooms[thing.room].outline)
    return min(abs((back - wall.start) @ wall.inwards) for wall in walls if wall.inwards == (round(sin), -round(cos)))


@pytest.mark.parametrize("description", SCENES, ids=lambda description: description.rooms[0].use)
def test_a_room_has_nothing_wrong_with_it(description: SceneDescription):
    assert problems(description, MODELS) == []


def test_a_flat_of_four_rooms_has_nothing_wrong_with_it():
    assert problems(describe(2, "validation", MODELS, ("living_room", "kitchen", "bedroom", "bathroom")), MODELS) == []


def test_beds_and_wardrobes_stand_with_their_backs_to_a_wall():
    description = scene("bedroom")
    backed = of_kind(description, "bed") + of_kind(description, "wardrobe")
    assert len(backed) >= 2
    assert all(to_wall(description, thing) < 0.03 for thing in backed)


def test_counters_stand_in_line_with_the_refrigerator():
    gaps = []
    for seed in range(4):
        description = describe(seed, "train", MODELS, ("kitchen",))
        cold = footprint(of_kind(description, "refrigerator")[0])
        for line in of_kind(description, "kitchen_line"):
            extent = footprint(line)
            gaps.append(np.linalg.norm(np.maximum(np.maximum(extent[0] - cold[1], cold[0] - extent[1]), 0)))
    assert np.sum(np.array(gaps) < 0.1) >= 3


def test_chairs_are_pushed_under_tables():
    under = 0
    for seed in range(4):
        description = describe(seed, "train", MODELS, ("living_room",))
        for table in of_kind(description, "dining_table"):
            low, high = footprint(table)[:, :2]
            for chair in of_kind(description, "chair"):
                near, far = footprint(chair)[:, :2]
                under += (np.minimum(far, high) - np.maximum(near, low)).min() > 0.1
    assert under >= 3


def test_a_sofa_faces_the_television():
    faced = 0
    for seed in range(5):
        description = describe(seed, "train", MODELS, ("living_room",))
        for screen in of_kind(description, "television"):
            for sofa in of_kind(description, "sofa"):
                cos, sin = direction(sofa.yaw)
                way = np.subtract(screen.position[:2], sofa.position[:2])
                faced += bool((way @ (sin, -cos)) / np.linalg.norm(way) > 0.95)
    assert faced >= 2


def test_clutter_stands_on_counters():
    description = scene("kitchen")
    assert len(of_kind(description, "kitchen_clutter")) >= 5
    high = {
        round(footprint(line)[1, 2], 2)
        for kind in ("kitchen_line", "refrigerator")
        for line in of_kind(description, kind)
    }
    assert {round(thing.position[2], 2) for thing in of_kind(description, "kitchen_clutter")} <= high


def test_no_more_than_one_lamp_stands_on_a_piece_of_furniture():
    def lamp(draw: Draw) -> Model:
        shape = Shape("test_place.lamp", "lamp")
        shape.box((0, 0, 0.15), (0.1, 0.1, 0.3), Material((250, 250, 240)))
        return shape.finish()

    description = describe(0, "train", MODELS | {"table_clutter": (lamp,)}, ("living_room",))
    lamps = of_kind(description, "table_clutter")
    below = [
        footprint(thing) for thing in description.things if thing.kind in ("dining_table", "coffee_table", "cabinet")
    ]
    counts = [
        sum(bool((low < one.position).all() and (one.position[:2] < high[:2]).all()) for one in lamps)
        for low, high in below
    ]
    assert max(counts) == 1


def test_kinds_without_builders_are_left_out():
    models = {kind: builders for kind, builders in MODELS.items() if kind in ("bed", "wardrobe", "window")}
    description = describe(0, "train", models, ("bedroom", "bathroom"))
    assert {thing.kind for thing in description.things} <= set(models)
    assert {opening.kind for opening in description.openings} <= {"passage", "window"}
    assert of_kind(description, "bed")


def test_two_things_in_one_place_are_reported():
    description = scene("bedroom")
    bed, wardrobe = of_kind(description, "bed")[0], of_kind(description, "wardrobe")[0]
    found = problems(changed(description, wardrobe, position=bed.position), MODELS)
    assert any("pushed into each other" in one and "bed" in one and "wardrobe" in one for one in found)


def test_two_centimetres_into_a_wall_are_reported_and_half_a_centimetre_is_not():
    description = scene("bedroom")
    wardrobe = of_kind(description, "wardrobe")[0]
    cos, sin = direction(wardrobe.yaw)
    for depth, reported in ((0.005, False), (0.025, True)):
        x, y, z = wardrobe.position
        moved = changed(description, wardrobe, position=(x - sin * depth, y + cos * depth, z))
        assert any("is in a wall" in one for one in problems(moved, MODELS)) == reported


def test_what_hangs_in_the_air_is_reported():
    description = scene("kitchen")
    clutter = of_kind(description, "kitchen_clutter")[0]
    x, y, z = clutter.position
    assert any(
        "hangs in the air" in one for one in problems(changed(description, clutter, position=(x, y, z + 0.1)), MODELS)
    )
    cabinet = of_kind(description, "wall_cabinet")[0]
    # Along the wall too: in a corner its side touches another wall.
    away = 0.05 * np.sign(np.mean(description.rooms[0].outline, axis=0) - cabinet.position[:2])
    moved = (*np.add(cabinet.position[:2], away), cabinet.position[2])
    assert any("hangs in the air" in one for one in problems(changed(description, cabinet, position=moved), MODELS))


def test_a_wardrobe_before_the_door_is_reported():
    description = scene("bedroom")
    door = next(opening for opening in description.openings if opening.kind == "door")
    side = sides(description.rooms[0].outline)[door.wall]
    wardrobe = of_kind(description, "wardrobe")[0]
    before = (*side.point(door.start + door.width / 2, 0.45), 0.0)
    found = problems(changed(description, wardrobe, position=before, yaw=side.yaw), MODELS)
    assert any("cannot be walked into" in one for one in found)


def test_a_bedroom_without_a_bed_is_reported():
    description = scene("bedroom")
    bare = replace(description, things=tuple(thing for thing in description.things if thing.kind != "bed"))
    assert "room 0 (bedroom) has no bed" in problems(bare, MODELS)


def test_rooms_are_furnished_as_densely_as_real_ones():
    for description in SCENES:
        small = sum("clutter" in thing.kind for thing in description.things)
        large = len(description.things) - small
        assert large >= 0.7 * area(description.rooms[0].outline), description.rooms[0].use


def test_everything_is_in_its_room():
    for description in SCENES:
        for thing in description.things:
            if thing.kind not in ("door", "window"):
                assert distance(description.rooms[thing.room].outline, np.array([thing.position[:2]]))[0] == 0
