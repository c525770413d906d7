"""Doors, windows, hangings, kitchens, bathrooms, clutter: every builder gives sound models of plausible size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from geo3d.data_tools.rooms.draw import Draw, Material
from geo3d.data_tools.rooms.furniture.clutter import clutter_desk, clutter_floor, clutter_kitchen, clutter_table
from geo3d.data_tools.rooms.furniture.kitchen_and_bath import basins, bathtubs, kitchens, refrigerators, toilets
from geo3d.data_tools.rooms.furniture.making.forms import add, basin, hoop, lattice
from geo3d.data_tools.rooms.furniture.on_walls import curtains, doors, hangings, pictures, relief, screens, windows
from geo3d.data_tools.rooms.furniture.standing import lamps, plants, rugs
from geo3d.data_tools.rooms.furniture.storage import wall_cabinets, wall_shelves
from geo3d.data_tools.rooms.model import Model, Shape
from tests.data_tools.rooms import checks

Builder = Callable[..., Model]
Extent = tuple[float, float, float]


@dataclass(frozen=True)
class Kind:
    """What all models of a kind share."""

    builders: Sequence[Builder]
    label: str
    low: Extent
    high: Extent
    hangs: bool = False
    widths: tuple[float, ...] = ()
    """Of kinds that are built to a width."""
    centred: bool = True
    most_triangles: int = 4000


OPENINGS = {
    "door": Kind(doors.DOORS, "door", (0.55, 0.1, 1.9), (2.3, 2.2, 2.4), centred=False),
    "window": Kind(windows.WINDOWS, "window", (0.45, 0.1, 0.75), (2.3, 1.0, 1.55), centred=False),
}
ON_WALLS = {
    "curtain": Kind(curtains.CURTAINS, "curtain", (0, 0.04, 1.0), (9, 0.35, 2.5), True, (0.8, 1.5, 3.0)),
    "shower curtain": Kind(
        curtains.SHOWER_CURTAINS, "shower curtain", (0, 0.04, 1.7), (9, 0.4, 2.25), True, (0.8, 1.2, 1.8)
    ),
    "blinds": Kind(hangings.BLINDS, "blinds", (0, 0.03, 0.3), (9, 0.2, 2.3), True, (0.5, 1.0, 2.0)),
    "towel": Kind(hangings.TOWELS, "towel", (0.1, 0.05, 0.2), (1.0, 0.2, 1.6), True),
    "picture": Kind(pictures.PICTURES, "picture", (0.14, 0.008, 0.15), (2.0, 0.06, 1.7), True),
    "whiteboard": Kind(screens.WHITEBOARDS, "whiteboard", (0.5, 0.02, 0.5), (3.0, 1.0, 2.0), True),
    "mirror": Kind(screens.MIRRORS, "mirror", (0.35, 0.01, 0.35), (1.1, 0.3, 1.7), True),
    "television": Kind(screens.TELEVISIONS, "television", (0.6, 0.05, 0.35), (2.0, 0.6, 1.3), True),
    "wall_shelf": Kind(wall_shelves.WALL_SHELVES, "shelves", (0.25, 0.09, 0.02), (2.7, 0.35, 1.9), True),
    "wall_relief": Kind(relief.RELIEFS, "wall", (0.1, 0.02, 0.3), (4.5, 0.7, 2.41), True),
    "wall_cabinet": Kind(wall_cabinets.WALL_CABINETS, "cabinet", (0, 0.3, 0.5), (9, 0.55, 0.97), True, (0.8, 1.7, 3.1)),
}
ON_FLOORS = {
    "kitchen_line": Kind(
        kitchens.KITCHEN_LINES, "cabinet", (0, 0.57, 0.85), (9, 0.7, 1.5), False, (0.6, 0.8, 1.2, 1.9, 3.3, 6.0)
    ),
    "refrigerator": Kind(refrigerators.REFRIGERATORS, "refrigerator", (0.44, 0.5, 0.8), (1.0, 0.8, 2.05)),
    "wash_basin": Kind(basins.WASH_BASINS, "sink", (0.34, 0.28, 0.8), (1.3, 0.6, 1.35)),
    "toilet": Kind(toilets.TOILETS, "toilet", (0.33, 0.45, 0.5), (1.05, 0.85, 2.15)),
    "bathtub": Kind(bathtubs.BATHTUBS, "bathtub", (1.05, 0.65, 0.48), (2.2, 1.7, 2.1)),
    "floor_plant": Kind(plants.FLOOR_PLANTS, "otherprop", (0.15, 0.15, 0.4), (1.9, 1.9, 2.1)),
    "floor_lamp": Kind(lamps.FLOOR_LAMPS, "lamp", (0.15, 0.15, 0.7), (1.8, 0.8, 2.2)),
    "rug": Kind(rugs.RUGS, "floor mat", (0.4, 0.35, 0.008), (3.1, 2.3, 0.0161)),
    "floor_clutter": Kind(clutter_floor.FLOOR_CLUTTER, "", (0.1, 0.1, 0.08), (0.9, 0.9, 1.5), most_triangles=600),
}
ON_TOPS = {
    "table_clutter": Kind(clutter_table.TABLE_CLUTTER, "", (0.04, 0.03, 0.008), (0.5, 0.5, 0.65), most_triangles=600),
    "kitchen_clutter": Kind(
        clutter_kitchen.KITCHEN_CLUTTER, "", (0.05, 0.05, 0.02), (0.6, 0.5, 0.45), most_triangles=600
    ),
    "desk_clutter": Kind(clutter_desk.DESK_CLUTTER, "", (0.05, 0.05, 0.01), (1.2, 0.6, 0.65), most_triangles=600),
}
KINDS = OPENINGS | ON_WALLS | ON_FLOORS | ON_TOPS
SCANNET = (
    "door",
    "window",
    "curtain",
    "shower curtain",
    "picture",
    "refrigerator",
    "toilet",
    "bathtub",
    "kitchen_line",
)
SEEDS = range(6)
BUILDERS = [
    pytest.param(kind, builder, id=f"{name}-{builder.__name__}")
    for name, kind in KINDS.items()
    for builder in kind.builders
]


def built(kind: Kind, builder: Builder) -> list[tuple[Model, float | None]]:
    """A model for each seed and width, and the width asked for."""
    if not kind.widths:
        return [(builder(Draw(seed)), None) for seed in SEEDS]
    return [(builder(Draw(seed), width), width) for width in kind.widths for seed in SEEDS[:2]]


@pytest.mark.parametrize(("kind", "builder"), BUILDERS)
def test_models_are_sound_stand_hold_together_and_carry(kind: Kind, builder: Builder):
    for model, width in built(kind, builder):
        checks.check_is_sound(model, kind.most_triangles)
        checks.check_stands(model, kind.centred)
        checks.check_size(model, kind.low, kind.high)
        checks.check_does_not_float(model, kind.hangs)
        checks.check_tops(model)
        if width is not None:
            assert abs(model.size[0] - width) < 0.01, f"{model.size[0]} instead of {width}"


@pytest.mark.parametrize(("kind", "builder"), BUILDERS)
def test_a_seed_gives_the_same_model_and_another_gives_another(kind: Kind, builder: Builder):
    width = kind.widths[:1]
    first = builder(Draw(3), *width)
    checks.check_same(first, builder(Draw(3), *width))
    checks.check_differ(first, builder(Draw(4), *width))
    assert first.name == f"{builder.__module__.split('.')[-1]}.{builder.__name__}"
    assert kind.label in (*first.labels, "")


def test_there_are_enough_builders():
    for name, kind in KINDS.items():
        least = 8 if "clutter" in name else 5 if name in SCANNET else 3
        assert len(kind.builders) >= least, name
        assert len(set(kind.builders)) == len(kind.builders)


@pytest.mark.parametrize("builder", kitchens.KITCHEN_LINES)
def test_a_kitchen_has_cabinets_one_worktop_a_sink_and_where_it_fits_a_stove(builder: Builder):
    for seed in SEEDS:
        model = builder(Draw(seed), 3.0)
        assert {"cabinet", "counter", "sink", "otherfurniture"} <= set(model.labels)
        assert sum(top.high[0] - top.low[0] for top in model.tops if top.height > 0.8) > 0.4


@pytest.mark.parametrize("builder", [*kitchens.KITCHEN_LINES, *basins.WASH_BASINS, *bathtubs.BATHTUBS])
def test_basins_are_open_from_above(builder: Builder):
    """Water would stand in them: some place lies lower than what is around it on all four sides."""
    for seed in SEEDS[:2]:
        model = builder(Draw(seed), 1.8) if builder in kitchens.KITCHEN_LINES else builder(Draw(seed))
        rows = [row for row, label in enumerate(model.labels) if label in ("sink", "bathtub")]
        corners = model.vertices[model.faces[np.isin(model.face_labels, rows)]]
        low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
        xs, ys = np.arange(low[0], high[0], 0.04) + 0.011, np.arange(low[1], high[1], 0.04) + 0.013
        seen = np.array([[checks.surface(model, np.array([x, y])).max(initial=0) for y in ys] for x in xs])
        sides = [np.maximum.accumulate(seen[::step], axis=0)[::step] for step in (1, -1)]
        sides += [np.maximum.accumulate(seen[:, ::step], axis=1)[:, ::step] for step in (1, -1)]
        assert (np.min(sides, axis=0) - seen).max() > 0.06


def test_openings_have_their_frames_about_the_origin():
    for name, kind in OPENINGS.items():
        for builder in kind.builders:
            model = builder(Draw(0))
            low, high = model.vertices.min(axis=0), model.vertices.max(axis=0)
            assert abs(low[0] + high[0]) < 0.001, name
            assert 0.05 <= high[1] <= 0.15, f"{builder.__name__} reaches {high[1]} behind its middle"


def test_doors_are_as_deep_as_a_wall_is_thick_and_open_to_the_front():
    depths = [doors.flush(Draw(seed)).size[1] for seed in range(30)]
    assert min(depths) < 0.35
    assert max(depths) > 0.6


def test_a_part_is_tipped_turned_and_moved():
    part = Shape("", "box")
    part.box((0, 0, 1), (0.2, 0.4, 2), Material((1, 2, 3)), label="bag")
    whole = Shape("whole", "box")
    add(whole, part.finish(moved=False), (5, 0, 0), turn=np.pi / 2, tip=np.pi / 2)
    model = whole.finish(moved=False)
    # what pointed up lies along -y after the tip, along +x after the turn
    assert np.allclose(model.vertices.min(axis=0), (5, -0.1, -0.2))
    assert np.allclose(model.vertices.max(axis=0), (7, 0.1, 0.2))
    assert model.labels == ("bag",)
    checks.check_is_sound(model)


def test_a_hoop_has_the_volume_of_its_rim():
    shape = Shape("hoop", "box")
    rim = [(2.0, 2.0, 0.0, 0.0), (2.0, 2.0, 0.0, 0.1), (1.0, 1.0, 0.0, 0.1), (1.0, 1.0, 0.0, 0.0)]
    hoop(shape, rim, Material((0, 0, 0)), count=400)
    model = shape.finish()
    checks.check_is_closed(model.faces)
    assert checks.volumes(model) == pytest.approx(np.pi * (1 - 0.25) * 0.1, rel=1e-3)


def test_a_basin_holds_what_its_inside_measures():
    shape = Shape("basin", "sink")
    basin(shape, (0, 0), (1.0, 1.0, 0.5), 0.5, Material((0, 0, 0)), squareness=2.0, wall=0.05)
    model = shape.finish()
    frustum = [np.pi * h / 3 * (a * a + a * b + b * b) for h, a, b in ((0.5, 0.43, 0.5), (0.45, 0.37, 0.45))]
    assert checks.volumes(model) == pytest.approx(frustum[0] - frustum[1], rel=0.03)


def test_a_lattice_parts_its_frame_evenly():
    shape = Shape("lattice", "window")
    lattice(shape, (0, 0, 0.5), (2.0, 0.1, 1.0), 0.1, Material((0, 0, 0)), columns=3, rows=2)
    model = shape.finish()
    assert np.allclose(model.size, (2.0, 0.1, 1.0))
    middles = model.vertices.reshape(-1, 8, 3).mean(axis=1)
    assert {round(float(x), 3) for x in middles[:, 0]} == {-0.95, 0.0, 0.95, -0.317, 0.317}
    assert {round(float(z), 3) for z in middles[:, 2]} == {0.05, 0.5, 0.95}
