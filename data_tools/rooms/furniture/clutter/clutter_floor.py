"""Things that lie and stand about on floors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.clutter.clutter_bags import backpack, handbag, shopping_bag, suitcase
from geo3d.data_tools.rooms.furniture.making.forms import QUARTER, add, basin, bow, hoop, plastic, stack, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

BLACK = Material((26, 26, 28))


def cardboard(draw: Draw) -> Model:
    """One to three closed boxes on one another, taped."""
    thing, z, turn = Shape("clutter_floor.cardboard", "box"), 0.0, 0.0
    wide, deep = draw.between(0.35, 0.6), draw.between(0.3, 0.45)
    card = _card(draw)
    for _ in range(draw.whole(1, 3)):
        high, part = draw.between(0.2, 0.4), Shape("", "box")
        part.box((0, 0, high / 2), (wide, deep, high), card)
        part.box((0, 0, high / 2), (0.06, deep + 0.002, high + 0.002), Material((205, 180, 140)))
        add(thing, part.finish(), (0, 0, z), turn)
        z, turn = z + high, draw.between(-0.2, 0.2)
        wide, deep = 0.88 * wide, 0.88 * deep
    return thing.finish()


def open_box(draw: Draw) -> Model:
    """A box without a lid, its flaps hanging out, with things in it."""
    thing, card = Shape("clutter_floor.open_box", "box"), _card(draw)
    wide, deep, high = draw.between(0.35, 0.6), draw.between(0.28, 0.42), draw.between(0.22, 0.38)
    basin(thing, (0, 0), (wide, deep, high), high, card, 40, 0.01)
    for side in (-1, 1):
        thing.box((0, side * (deep / 2 + 0.045), high - 0.03), (wide, 0.008, 0.14), card, tilt=side * -0.9)
    for _ in range(draw.whole(1, 4)):
        size = (draw.between(0.08, 0.16), draw.between(0.08, 0.14), draw.between(0.6, 1.1) * high)
        at = (draw.between(-0.2, 0.2) * wide, draw.between(-0.15, 0.15) * deep, size[2] / 2 + 0.01)
        thing.box(at, size, plastic(draw), label="otherprop")
    return thing.finish()


def laundry(draw: Draw) -> Model:
    """A heap of clothes."""
    thing, radius = Shape("clutter_floor.laundry", "clothes"), draw.between(0.15, 0.28)
    for i in range(draw.whole(4, 7)):
        at = (draw.between(-0.4, 0.4) * radius, draw.between(-0.4, 0.4) * radius)
        size = (draw.between(0.8, 1.5) * radius, draw.between(0.6, 1.2) * radius, draw.between(0.08, 0.13))
        part = Shape("", "clothes")
        part.cushion((0, 0, size[2] / 2), size, draw.cloth(), 2.6, detail=4)
        add(thing, part.finish(), (*at, 0.02 * i), draw.between(-1.5, 1.5))
    return thing.finish()


def laundry_basket(draw: Draw) -> Model:
    """A slatted tub with clothes heaped in it."""
    thing, coat = Shape("clutter_floor.laundry_basket", "otherprop"), plastic(draw)
    wide, deep, high = draw.between(0.45, 0.6), draw.between(0.34, 0.42), draw.between(0.24, 0.55)
    basin(thing, (0, 0), (wide, deep, high), high, coat, 4, 0.014)
    rim = [(wide, high - 0.02), (wide + 0.03, high - 0.02), (wide + 0.03, high + 0.008), (wide - 0.02, high + 0.008)]
    hoop(thing, [(w, w + deep - wide, 0, z) for w, z in rim], coat, 4)
    for _ in range(draw.whole(0, 3)):
        size = (draw.between(0.4, 0.7) * wide, draw.between(0.4, 0.7) * deep, 0.5 * high)
        at = (draw.between(-0.15, 0.15) * wide, draw.between(-0.12, 0.12) * deep, 0.85 * high)
        thing.cushion(at, size, draw.cloth(), 2.6, detail=4, label="clothes")
    thing.cushion(
        (0, 0, 0.5 * high), (0.75 * wide, 0.75 * deep, 0.96 * high), draw.cloth(), 4, detail=4, label="clothes"
    )
    return thing.finish()


def shoes(draw: Draw) -> Model:
    """One or two pairs, each shoe with a sole and an upper."""
    thing = Shape("clutter_floor.shoes", "clothes")
    for pair in range(draw.whole(1, 2)):
        coat, sole = plastic(draw), draw.metal()
        boots = draw.chance(0.3)
        for side in (-0.055, 0.055):
            shoe = Shape("", "clothes")
            stack(shoe, [(0.09, 0.28, 0, 0), (0.09, 0.28, 0, 0.022)], sole, 2.6, count=10)
            shoe.cushion((0, -0.05, 0.045), (0.085, 0.17, 0.07), coat, 2.4, detail=3)
            upper = 0.26 if boots else 0.1
            leg = [(0.08, 0.13, 0.018), (0.075, 0.11, upper), (0.055, 0.09, upper), (0.05, 0.08, 0.05)]
            stack(shoe, [(wide, deep, 0.07, z) for wide, deep, z in leg], coat, count=8)
            add(thing, shoe.finish(), (0.27 * pair + side, draw.between(-0.02, 0.02), 0), draw.between(-0.2, 0.2))
    return thing.finish()


def ball(draw: Draw) -> Model:
    """A ball for play or for sitting on."""
    thing, size = Shape("clutter_floor.ball", "otherprop"), draw.one_of((0.2, 0.24, 0.55, 0.65))
    colour = draw.colour((0.4, 0.9), (0.4, 0.95))
    thing.cushion(
        (0, 0, size / 2),
        (size, size, size),
        Material(colour, draw.shade(colour, 0.5), draw.one_of(("plain", "checks")), 0.3),
        2,
    )
    return thing.finish()


def blocks(draw: Draw) -> Model:
    """A tower of toy bricks and a few around it."""
    thing, z = Shape("clutter_floor.blocks", "otherprop"), 0.0
    edge = draw.between(0.04, 0.07)
    for _ in range(draw.whole(2, 5)):
        part = Shape("", "otherprop")
        part.box((0, 0, edge / 2), (edge * draw.whole(1, 2), edge, edge), plastic(draw))
        add(thing, part.finish(), (0, 0, z), draw.between(-0.4, 0.4))
        z += edge
    for _ in range(draw.whole(2, 6)):
        part = Shape("", "otherprop")
        part.box((0, 0, edge / 2), (edge, edge, edge), plastic(draw))
        add(thing, part.finish(), (draw.between(-0.3, 0.3), draw.between(-0.3, 0.3), 0), draw.between(0, 1.5))
    return thing.finish()


def bucket(draw: Draw) -> Model:
    """A pail with a bow handle and a mop or a brush now and then."""
    thing, coat, metal = Shape("clutter_floor.bucket", "otherprop"), plastic(draw), draw.metal()
    high, radius = draw.between(0.24, 0.3), draw.between(0.13, 0.16)
    profile = [(0.75 * radius, 0), (radius, high), (radius - 0.01, high), (0.73 * radius - 0.01, 0.012)]
    thing.lathe((0, 0, 0), profile, coat)
    lift = draw.one_of(((0.0, 0.0, radius), (0.0, -radius, 0.03)))
    tube(thing, bow((-radius, 0, high - 0.02), (radius, 0, high - 0.02), lift, 8), 0.005, metal)
    if draw.chance(0.4):
        tube(thing, [(0, 0, 0.03), (0.05, radius + 0.1, 1.2)], 0.012, draw.wood())
    return thing.finish()


def fan(draw: Draw) -> Model:
    """A pedestal fan: a caged rotor on a pole."""
    thing, coat, high = Shape("clutter_floor.fan", "otherprop"), draw.metal(), draw.between(0.7, 1.2)
    head, radius = Shape("", "otherprop"), draw.between(0.16, 0.22)
    for r, z in ((1.0, 0.0), (1.0, 0.08), (0.5, 0.1)):
        wide = 2 * r * radius
        ring = [(wide, z - 0.004), (wide, z + 0.004), (wide - 0.016, z + 0.004), (wide - 0.016, z - 0.004)]
        hoop(head, [(w, w, 0, at) for w, at in ring], coat, count=10)
    for angle in np.arange(3) * np.pi / 3:
        x, y = radius * np.cos(angle), radius * np.sin(angle)
        for z in (0.0, 0.09):
            head.rod((-x, -y, z), (x, y, z), 0.004, coat, sides=4)
    for angle in np.arange(3) * 2 * np.pi / 3 + 0.3:
        x, y = 0.8 * radius * np.cos(angle), 0.8 * radius * np.sin(angle)
        head.rod((0, 0, 0.045), (x, y, 0.05), 0.03, BLACK, 0.07, 4)
    head.rod((0, 0, -0.1), (0, 0, 0.06), 0.05, coat, sides=10)
    add(thing, head.finish(moved=False), (0, -0.02, high), draw.between(-0.5, 0.5), QUARTER)
    tube(thing, [(0, 0.03, 0.02), (0, 0.03, high)], 0.016, coat)
    thing.lathe((0, 0.03, 0), [(0.18, 0), (0.17, 0.025), (0.03, 0.05)], coat, sides=12)
    return thing.finish()


def vacuum(draw: Draw) -> Model:
    """A cylinder cleaner with wheels, hose and pipe."""
    thing, coat = Shape("clutter_floor.vacuum", "otherprop"), plastic(draw)
    thing.cushion((0, 0.1, 0.13), (0.26, draw.between(0.36, 0.46), draw.between(0.19, 0.24)), coat, 3, detail=6)
    for x in (-0.13, 0.13):
        thing.rod((x - 0.02, 0.2, 0.08), (x + 0.02, 0.2, 0.08), 0.08, BLACK, sides=14)
    hose = bow((0, -0.08, 0.17), (0.3, 0.0, 0.9), (0, -0.3, 0.1), 6)
    tube(thing, hose, 0.018, BLACK)
    tube(thing, [(0.3, 0.0, 0.9), (0.3, -0.15, 0.03)], 0.014, draw.metal())
    thing.box((0.3, -0.19, 0.02), (0.28, 0.1, 0.04), BLACK)
    return thing.finish()


def _card(draw: Draw) -> Material:
    """Brown cardboard, plain or printed."""
    colour = draw.shade((188, 150, 106))
    return Material(colour, (90, 70, 50), draw.one_of(("plain", "plain", "text")), 0.4)


FLOOR_CLUTTER = (
    cardboard,
    open_box,
    shopping_bag,
    backpack,
    handbag,
    suitcase,
    laundry,
    laundry_basket,
    shoes,
    ball,
    blocks,
    bucket,
    fan,
    vacuum,
)
