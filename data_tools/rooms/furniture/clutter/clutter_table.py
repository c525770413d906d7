"""Small things that stand on tables, sideboards, sills and shelves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.clutter.clutter_paper import board_game, books_lying, books_standing, magazines
from geo3d.data_tools.rooms.furniture.making.forms import (
    QUARTER,
    add,
    hoop,
    lattice,
    leaves,
    photo,
    plastic,
    stack,
    tube,
)
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def vase(draw: Draw) -> Model:
    """A turned vessel, with flowers or twigs now and then."""
    thing, coat, high = Shape("clutter_table.vase", "otherprop"), _glazed(draw), draw.between(0.15, 0.35)
    foot, belly, neck = draw.between(0.03, 0.05), draw.between(0.045, 0.09), draw.between(0.02, 0.04)
    at = draw.between(0.35, 0.65) * high
    profile = [
        (foot, 0),
        (belly, at),
        (neck, 0.85 * high),
        (1.3 * neck, high),
        (1.3 * neck - 0.008, high),
        (0.012, 0.8 * high),
    ]
    thing.lathe((0, 0, 0), profile, coat, sides=16)
    stems = draw.whole(3, 7) if draw.chance(0.6) else 0
    green, petals = leaves(draw), Material(draw.colour((0.4, 0.9), (0.6, 1.0)))
    for _ in range(stems):
        x, y, top = draw.between(-0.09, 0.09), draw.between(-0.09, 0.09), high + draw.between(0.1, 0.25)
        thing.rod((0, 0, 0.75 * high), (x, y, top), 0.004, green, sides=5)
        thing.cushion((x, y, top), (0.05, 0.05, 0.045), petals, 2, detail=3)
    return thing.finish()


def bowl_of_fruit(draw: Draw) -> Model:
    """A shallow bowl with apples, oranges or lemons, or empty."""
    thing, radius = Shape("clutter_table.bowl_of_fruit", "otherprop"), draw.between(0.1, 0.16)
    high, coat = draw.between(0.05, 0.09), _glazed(draw)
    profile = [
        (0.4 * radius, 0),
        (0.85 * radius, 0.5 * high),
        (radius, high),
        (radius - 0.01, high),
        (0.35 * radius, 0.014),
    ]
    thing.lathe((0, 0, 0), profile, coat)
    skins = [Material(colour) for colour in ((200, 60, 45), (235, 150, 40), (120, 170, 60), (240, 215, 70))]
    for _ in range(draw.whole(0, 6)):
        x, y = (draw.between(-0.45, 0.45) * radius for _ in range(2))
        thing.cushion((x, y, 0.04 + 0.3 * high), (0.075, 0.075, 0.07), draw.one_of(skins), 2, detail=4)
    return thing.finish()


def cup(draw: Draw) -> Model:
    """A cup or mug with a handle, perhaps on a saucer."""
    thing, coat = Shape("clutter_table.cup", "otherprop"), _glazed(draw)
    radius, high, z = draw.between(0.033, 0.045), draw.between(0.06, 0.11), 0.0
    if draw.chance(0.4):
        thing.lathe((0, 0, 0), [(0.04, 0), (0.075, 0.014), (0.07, 0.018), (0.03, 0.01)], coat, sides=16)
        z = 0.009
    profile = [(0.8 * radius, 0), (radius, high), (radius - 0.008, high), (0.7 * radius - 0.004, 0.01)]
    thing.lathe((0, 0, z), profile, coat, sides=16)
    ear = [
        (radius - 0.006, 0, z + 0.8 * high),
        (radius + 0.03, 0, z + 0.75 * high),
        (radius + 0.025, 0, z + 0.35 * high),
    ]
    tube(thing, [*ear, (0.85 * radius, 0, z + 0.25 * high)], 0.005, coat)
    return thing.finish()


def set_places(draw: Draw) -> Model:
    """A plate with another or a bowl on it, a glass, fork and knife."""
    thing, coat = Shape("clutter_table.set_places", "otherprop"), draw.ceramic()
    thing.lathe((0, 0, 0), [(0.08, 0), (0.135, 0.018), (0.13, 0.024), (0.08, 0.01)], coat)
    if draw.chance(0.5):
        thing.lathe((0, 0, 0.009), [(0.05, 0), (0.085, 0.045), (0.078, 0.045), (0.04, 0.01)], coat, sides=16)
    for x in (-0.17, 0.17):
        thing.box((x, 0, 0.004), (0.018, 0.2, 0.008), draw.metal())
    clear = Material((205, 215, 220))
    thing.lathe((0.13, 0.15, 0), [(0.028, 0), (0.036, 0.1), (0.03, 0.1), (0.022, 0.012)], clear, sides=12)
    return thing.finish()


def table_lamp(draw: Draw) -> Model:
    """A turned foot under a cloth shade."""
    thing, high = Shape("clutter_table.table_lamp", "lamp"), draw.between(0.3, 0.55)
    coat, shade, wide = _glazed(draw), Material(draw.shade((236, 224, 196))), draw.between(0.09, 0.16)
    middle = 0.55 * high
    if draw.chance(0.6):
        belly = draw.between(0.04, 0.08)
        thing.lathe(
            (0, 0, 0),
            [(0.05, 0), (0.05, 0.012), (belly, 0.4 * middle), (0.015, 0.95 * middle), (0.01, middle)],
            coat,
            sides=14,
        )
    else:
        for angle in (0.5, 2.6, 4.7):
            thing.rod((0.09 * np.cos(angle), 0.09 * np.sin(angle), 0), (0, 0, middle), 0.008, coat, sides=6)
    thing.rod((0, 0, 0.9 * middle), (0, 0, high - 0.03), 0.008, draw.metal(), sides=8)
    top = wide * draw.between(0.5, 1.0)
    thing.lathe(
        (0, 0, middle - 0.02), [(wide, 0), (top, high - middle), (top - 0.01, high - middle), (0.02, 0.4 * high)], shade
    )
    return thing.finish()


def photo_frame(draw: Draw) -> Model:
    """A small framed photograph that leans on its foot."""
    thing, part = Shape("clutter_table.photo_frame", "picture"), Shape("", "picture")
    wide, high = draw.between(0.13, 0.25), draw.between(0.13, 0.25)
    part.box((wide / 2, 0, high / 2), (wide - 0.01, 0.01, high - 0.01), photo(draw, max(wide, high)))
    lattice(part, (wide / 2, 0, high / 2), (wide, 0.018, high), draw.between(0.012, 0.03), draw.wood())
    add(thing, part.finish(), tip=-0.2)
    tube(thing, [(0, 0.19 * high, 0.7 * high), (0, 0.4 * high, 0.004)], 0.006, draw.metal())
    return thing.finish()


def candles(draw: Draw) -> Model:
    """A tray with candles of different heights, or a candlestick."""
    thing, wax = (
        Shape("clutter_table.candles", "otherprop"),
        Material(draw.one_of(((240, 235, 220), (170, 40, 40), (60, 80, 90)))),
    )
    if draw.chance(0.5):
        thing.lathe((0, 0, 0), [(0.1, 0), (0.12, 0.02), (0.112, 0.02), (0.09, 0.009)], draw.metal(), sides=16)
        for angle in range(draw.whole(2, 4)):
            x, y = 0.055 * np.cos(1.6 * angle), 0.055 * np.sin(1.6 * angle)
            thing.rod((x, y, 0.006), (x, y, draw.between(0.05, 0.16)), draw.between(0.018, 0.032), wax, sides=10)
    else:
        stick = [(0.05, 0), (0.045, 0.012), (0.012, 0.03), (0.02, 0.1), (0.012, 0.17), (0.025, 0.19), (0.025, 0.2)]
        thing.lathe((0, 0, 0), stick, draw.metal(), sides=14)
        thing.rod((0, 0, 0.195), (0, 0, draw.between(0.28, 0.42)), 0.011, wax, sides=8)
    return thing.finish()


def tissue_box(draw: Draw) -> Model:
    """A printed box with a tissue sticking out."""
    thing, colour = Shape("clutter_table.tissue_box", "box"), draw.colour()
    card = Material(colour, draw.shade(colour, 0.4), draw.one_of(("dots", "checks", "stripes", "plain")), 0.06)
    long = draw.between(0.21, 0.25)
    size = draw.one_of(((long, 0.12, 0.07), (0.12, 0.12, long - 0.1)))
    thing.box((0, 0, size[2] / 2), size, card)
    stack(
        thing,
        [(0.09, 0.02, 0, size[2] - 0.004), (0.05, 0.02, 0.01, size[2] + 0.03), (0.1, 0.01, 0, size[2] + 0.08)],
        Material((248, 248, 246)),
        count=10,
    )
    return thing.finish()


def clock(draw: Draw) -> Model:
    """A round face in a case on a foot, or with two bells."""
    thing, flat, radius = Shape("clutter_table.clock", "otherprop"), Shape("", "otherprop"), draw.between(0.05, 0.09)
    coat, wide = plastic(draw), 2 * radius
    stack(flat, [(wide - 0.01, wide - 0.01, 0, 0), (wide - 0.01, wide - 0.01, 0, 0.03)], Material((245, 243, 235)))
    rim = [
        (wide, wide, 0, 0),
        (wide, wide, 0, 0.04),
        (wide - 0.02, wide - 0.02, 0, 0.04),
        (wide - 0.02, wide - 0.02, 0, 0),
    ]
    hoop(flat, rim, coat)
    for angle, reach in ((1.2, 0.55), (3.6, 0.75)):
        tube(
            flat,
            [(0, 0, 0.03), (reach * radius * np.cos(angle), reach * radius * np.sin(angle), 0.03)],
            0.004,
            Material((20, 20, 20)),
        )
    add(thing, flat.finish(), (0, 0, radius + 0.02), tip=QUARTER)
    for x in (-0.6 * radius, 0.6 * radius):
        thing.rod((x, -0.015, 0), (0.7 * x, -0.015, 0.5 * radius), 0.008, coat, sides=6)
    if draw.chance(0.5):
        for x in (-0.5 * radius, 0.5 * radius):
            thing.cushion((x, -0.02, 1.95 * radius + 0.02), (0.9 * radius, 0.03, 0.5 * radius), coat, 2, detail=4)
    return thing.finish()


def potted_plant(draw: Draw) -> Model:
    """A small pot with a rosette of pointed or round leaves."""
    thing, green, radius = Shape("clutter_table.potted_plant", "otherprop"), leaves(draw), draw.between(0.045, 0.08)
    high = radius * draw.between(1.3, 2.0)
    profile = [(0.75 * radius, 0), (radius, high), (radius - 0.01, high), (radius - 0.012, 0.85 * high)]
    thing.lathe((0, 0, 0), profile, _glazed(draw), sides=14)
    pointed, count, size = draw.chance(0.5), draw.whole(7, 12), draw.between(0.8, 1.6) * radius
    for i in range(count):
        angle, lift = 2.4 * i, size * (0.4 + 1.2 * i / count)
        tip = (size * np.cos(angle) * (1.3 - i / count), size * np.sin(angle) * (1.3 - i / count), high + lift)
        if pointed:
            thing.rod((0, 0, 0.8 * high), tip, 0.012, green, 0.004, 5)
        else:
            thing.rod((0, 0, 0.8 * high), tip, 0.004, green, sides=4)
            thing.cushion(tip, (0.6 * size, 0.6 * size, 0.012), green, 2, detail=3)
    return thing.finish()


def _glazed(draw: Draw) -> Material:
    """Pottery: white, a colour, or a print."""
    if draw.chance(0.4):
        return draw.ceramic()
    colour = draw.colour((0.2, 0.8), (0.3, 0.95))
    return Material(colour, draw.shade(colour, 0.35), draw.one_of(("plain", "plain", "stripes", "dots")), 0.06)


TABLE_CLUTTER = (
    vase,
    bowl_of_fruit,
    cup,
    set_places,
    books_lying,
    books_standing,
    magazines,
    table_lamp,
    photo_frame,
    candles,
    tissue_box,
    clock,
    potted_plant,
    board_game,
)
