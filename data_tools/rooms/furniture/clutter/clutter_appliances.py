"""Electric appliances that stand on worktops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import bow, plastic, spread, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

BLACK = Material((26, 26, 28))


def microwave(draw: Draw) -> Model:
    """A case with a window, a bar and a strip of buttons."""
    thing, coat = Shape("clutter_appliances.microwave", "otherprop"), draw.paint() if draw.chance(0.6) else draw.metal()
    wide, deep, high = draw.between(0.44, 0.54), draw.between(0.33, 0.42), draw.between(0.25, 0.31)
    thing.box((0, 0, high / 2 + 0.01), (wide, deep, high), coat)
    thing.box((-0.1 * wide, -deep / 2, high / 2 + 0.01), (0.7 * wide, 0.02, 0.8 * high), BLACK)
    tube(thing, [(0.27 * wide, -deep / 2 - 0.03, z) for z in (0.2 * high, 0.85 * high)], 0.007, draw.metal())
    for z in (0.2 * high, 0.85 * high):
        tube(thing, [(0.27 * wide, 0.01 - deep / 2, z), (0.27 * wide, -deep / 2 - 0.03, z)], 0.006, BLACK)
    for z, _ in spread(3, 0.15 * high, 0.7 * high):
        thing.box((0.4 * wide, -deep / 2, z), (0.1 * wide, 0.016, 0.03), BLACK)
    _feet(thing, wide, deep)
    return thing.finish()


def kettle(draw: Draw) -> Model:
    """A jug with spout, lid and handle on a base."""
    thing, coat = Shape("clutter_appliances.kettle", "otherprop"), draw.metal() if draw.chance(0.6) else plastic(draw)
    radius, high = draw.between(0.07, 0.09), draw.between(0.17, 0.23)
    thing.rod((0, 0, 0), (0, 0, 0.025), radius, BLACK)
    thing.lathe(
        (0, 0, 0.024),
        [(radius, 0), (0.95 * radius, 0.5 * high), (0.65 * radius, high), (0.2 * radius, high + 0.015)],
        coat,
        sides=18,
    )
    thing.cushion((0, 0, high + 0.045), (0.03, 0.03, 0.025), BLACK, 2, detail=4)
    thing.rod((-0.6 * radius, 0, 0.75 * high), (-1.3 * radius, 0, high), 0.022, coat, 0.012, 8)
    ear = bow((0.62 * radius, 0, high), (0.9 * radius, 0, 0.3 * high), (0.8 * radius, 0, 0.02))
    tube(thing, ear, 0.01, BLACK)
    return thing.finish()


def toaster(draw: Draw) -> Model:
    """A rounded case with two slots, a lever and perhaps toast in it."""
    thing, coat = Shape("clutter_appliances.toaster", "otherprop"), draw.metal() if draw.chance(0.6) else plastic(draw)
    wide, deep, high = draw.between(0.26, 0.32), draw.between(0.15, 0.2), draw.between(0.17, 0.2)
    thing.cushion((0, 0, high / 2 + 0.008), (wide, deep, high), coat, 7, detail=7)
    for y in (-0.04, 0.04):
        thing.box((0, y, high), (0.6 * wide, 0.022, 0.025), BLACK)
        if draw.chance(0.3):
            thing.box((0, y, high + 0.03), (0.11, 0.014, 0.06), Material((190, 140, 80)))
    thing.box((wide / 2, 0, 0.6 * high), (0.03, 0.04, 0.015), BLACK)
    _feet(thing, 0.8 * wide, 0.8 * deep, 0.03)
    return thing.finish()


def coffee_machine(draw: Draw) -> Model:
    """A tower with a head over a jug or a cup, on a plate."""
    thing, coat = (
        Shape("clutter_appliances.coffee_machine", "otherprop"),
        draw.one_of((BLACK, draw.metal(), plastic(draw))),
    )
    wide, deep, high = draw.between(0.17, 0.28), draw.between(0.24, 0.34), draw.between(0.28, 0.38)
    thing.box((0, 0, 0.015), (wide, deep, 0.03), coat)
    thing.box((0, 0.32 * deep, high / 2), (wide, 0.36 * deep, high), coat)
    thing.box((0, 0, high - 0.05), (wide, deep, 0.1), coat)
    y, glass = -0.18 * deep, Material((70, 50, 40))
    thing.lathe((0, y, 0.028), [(0.05, 0), (0.06, 0.05), (0.045, 0.1), (0.035, 0.1), (0.03, 0.06)], glass, sides=14)
    thing.rod((0, y, high - 0.16), (0, y, high - 0.09), 0.02, BLACK)
    thing.rod((0.25 * wide, 0.005 - deep / 2, high - 0.05), (0.25 * wide, -deep / 2 - 0.012, high - 0.05), 0.02, BLACK)
    return thing.finish()


def _feet(thing: Shape, wide: float, deep: float, high: float = 0.015) -> None:
    for x in (-0.42 * wide, 0.42 * wide):
        for y in (-0.4 * deep, 0.4 * deep):
            thing.rod((x, y, 0), (x, y, high), 0.012, BLACK, sides=6)
