"""Bags that stand on floors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import bow, plastic, spread, stack, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

BLACK = Material((26, 26, 28))


def shopping_bag(draw: Draw) -> Model:
    """A paper bag with two handles of cord."""
    thing = Shape("clutter_bags.shopping_bag", "bag")
    paper = Material(draw.shade((188, 150, 106))) if draw.chance(0.5) else plastic(draw)
    wide, deep, high = draw.between(0.22, 0.36), draw.between(0.1, 0.15), draw.between(0.28, 0.42)
    outside = [(wide, deep, 0, 0), (wide, 1.05 * deep, 0, 0.6 * high), (wide, 0.8 * deep, 0, high)]
    inside = [(wide - 0.02, 0.8 * deep - 0.02, 0, high), (wide - 0.03, 0.6 * deep, 0, 0.1)]
    stack(thing, outside + inside, paper, 20)
    for y in (-0.38 * deep, 0.38 * deep):
        ends = (-0.22 * wide, y, high - 0.01), (0.22 * wide, y, high - 0.01)
        tube(thing, bow(*ends, (0, 0, 0.11), 4), 0.004, BLACK, sides=5)
    return thing.finish()


def backpack(draw: Draw) -> Model:
    """A leaning rucksack with a pocket, flap and straps."""
    thing, cloth, other = Shape("clutter_bags.backpack", "bag"), draw.cloth(), draw.cloth()
    wide, deep, high = draw.between(0.28, 0.34), draw.between(0.17, 0.22), draw.between(0.4, 0.5)
    thing.cushion((0, 0, high / 2), (wide, deep, high), cloth, 4, detail=6)
    thing.cushion((0, -0.45 * deep, 0.3 * high), (0.75 * wide, 0.1, 0.45 * high), other, 5, detail=5)
    thing.cushion((0, -0.02, 0.88 * high), (0.9 * wide, 1.05 * deep, 0.18 * high), other, 4, detail=5)
    for x in (-0.25 * wide, 0.25 * wide):
        tube(
            thing,
            bow((x, 0.4 * deep, 0.8 * high), (x, 0.4 * deep, 0.15 * high), (0, 0.06, 0), 5),
            0.012,
            other,
            sides=5,
        )
    tube(
        thing,
        bow((-0.05, 0.3 * deep, 0.93 * high), (0.05, 0.3 * deep, 0.93 * high), (0, 0, 0.05), 4),
        0.008,
        other,
        sides=5,
    )
    return thing.finish()


def handbag(draw: Draw) -> Model:
    """A soft bag with two long handles."""
    thing, cloth = Shape("clutter_bags.handbag", "bag"), draw.cloth()
    wide, deep, high = draw.between(0.28, 0.45), draw.between(0.12, 0.2), draw.between(0.2, 0.3)
    body = [(0.9 * wide, 0.9 * deep, 0, 0), (wide, deep, 0, 0.35 * high), (0.85 * wide, 0.35 * deep, 0, high)]
    stack(thing, body, cloth, 4)
    for y in (-0.12 * deep, 0.12 * deep):
        ends = (-0.2 * wide, y, high - 0.02), (0.2 * wide, y, high - 0.02)
        tube(thing, bow(*ends, (0, 2 * y, 0.16), 6), 0.007, BLACK, sides=5)
    return thing.finish()


def suitcase(draw: Draw) -> Model:
    """A ribbed case upright on wheels, its handle drawn out or not."""
    thing, coat = Shape("clutter_bags.suitcase", "bag"), plastic(draw)
    wide, deep, high = draw.between(0.36, 0.5), draw.between(0.22, 0.3), draw.between(0.5, 0.72)
    thing.cushion((0, 0, high / 2 + 0.05), (wide, deep, high), coat, 9, detail=7)
    for x, _ in spread(5, -0.4 * wide, 0.4 * wide):
        thing.box((x, 0, high / 2 + 0.05), (0.02, deep + 0.006, 0.8 * high), coat)
    for x in (-0.35 * wide, 0.35 * wide):
        for y in (-0.3 * deep, 0.3 * deep):
            thing.rod((x - 0.012, y, 0.03), (x + 0.012, y, 0.03), 0.03, BLACK, sides=8)
            thing.box((x, y, 0.05), (0.03, 0.03, 0.04), BLACK)
    out = draw.between(0.02, 0.4)
    ends = (-0.1, 0.35 * deep, high), (0.1, 0.35 * deep, high)
    top = [(x, y, high + 0.07 + out) for x, y, _ in ends]
    tube(thing, [ends[0], *top, ends[1]], 0.009, draw.metal())
    return thing.finish()
