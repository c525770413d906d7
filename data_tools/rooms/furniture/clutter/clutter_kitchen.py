"""Small things that stand on worktops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.clutter.clutter_appliances import coffee_machine, kettle, microwave, toaster
from geo3d.data_tools.rooms.furniture.making.forms import bow, leaves, plastic, spread, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

BLACK = Material((26, 26, 28))


def pot(draw: Draw) -> Model:
    """A cooking pot with two ears and a lid, or a pan with a long handle."""
    thing, coat = Shape("clutter_kitchen.pot", "otherprop"), draw.metal() if draw.chance(0.7) else plastic(draw)
    radius, long = draw.between(0.08, 0.14), draw.chance(0.4)
    high = draw.between(0.05, 0.08) if long else draw.between(0.1, 0.18)
    thing.lathe(
        (0, 0, 0), [(0.92 * radius, 0), (radius, high), (radius - 0.008, high), (0.9 * radius - 0.008, 0.01)], coat
    )
    if long:
        thing.rod((0.95 * radius, 0, 0.8 * high), (radius + 0.18, 0, high + 0.02), 0.012, BLACK, sides=8)
        return thing.finish()
    for side in (-1, 1):
        x = side * (radius - 0.004)
        tube(thing, bow((x, -0.035, 0.8 * high), (x, 0.035, 0.8 * high), (side * 0.03, 0, 0), 4), 0.006, BLACK, sides=5)
    if draw.chance(0.7):
        thing.lathe((0, 0, high - 0.004), [(radius, 0), (radius, 0.008), (0.4 * radius, 0.03), (0.02, 0.034)], coat)
        thing.rod((0, 0, high + 0.025), (0, 0, high + 0.05), 0.01, BLACK, 0.018, 8)
    return thing.finish()


def bottles(draw: Draw) -> Model:
    """One to four bottles of oil, wine or sauce side by side."""
    thing = Shape("clutter_kitchen.bottles", "otherprop")
    for i in range(draw.whole(1, 4)):
        glass = Material(draw.one_of(((40, 70, 40), (190, 160, 60), (90, 40, 30), (200, 210, 215))))
        radius, high = draw.between(0.028, 0.042), draw.between(0.2, 0.32)
        x, y = 0.1 * i, draw.between(-0.03, 0.03)
        profile = [
            (radius, 0),
            (radius, 0.6 * high),
            (0.012, 0.75 * high),
            (0.012, high - 0.02),
            (0.015, high - 0.018),
            (0.015, high),
        ]
        thing.lathe((x, y, 0), profile, glass, sides=8)
        label = Material(draw.shade((235, 225, 200)), (60, 40, 40), "text", 0.08)
        thing.rod((x, y, 0.2 * high), (x, y, 0.45 * high), radius + 0.001, label, sides=8)
    return thing.finish()


def jars(draw: Draw) -> Model:
    """A row of tins or jars with lids, falling in size."""
    thing, coat, lid = (
        Shape("clutter_kitchen.jars", "otherprop"),
        draw.one_of((draw.ceramic(), draw.metal(), plastic(draw))),
        draw.wood(),
    )
    size, x = draw.between(0.05, 0.07), 0.0
    for _ in range(draw.whole(2, 4)):
        high = 2.4 * size
        thing.rod((x, 0, 0), (x, 0, high), size, coat, sides=16)
        thing.rod((x, 0, high - 0.002), (x, 0, high + 0.02), 0.9 * size, lid, sides=12)
        x += 1.9 * size
        size *= 0.87
    return thing.finish()


def knife_block(draw: Draw) -> Model:
    """A slanting block with handles sticking out."""
    thing, wood = Shape("clutter_kitchen.knife_block", "otherprop"), draw.wood()
    thing.box((0, 0, 0.01), (0.1, 0.16, 0.02), wood)
    thing.box((0, 0, 0.115), (0.1, 0.11, 0.2), wood, tilt=0.35)
    for x in (-0.03, 0.0, 0.03):
        for y in (-0.02, 0.025)[: draw.whole(1, 2)]:
            thing.rod((x, y + 0.06, 0.2), (x, y + 0.115, 0.2 + draw.between(0.09, 0.12)), 0.01, BLACK, sides=6)
    return thing.finish()


def dish_rack(draw: Draw) -> Model:
    """A tray of wires with plates on edge and a cup."""
    thing, metal, white = Shape("clutter_kitchen.dish_rack", "otherprop"), draw.metal(), draw.ceramic()
    wide, deep = draw.between(0.38, 0.5), draw.between(0.28, 0.34)
    thing.box((0, 0, 0.008), (wide, deep, 0.016), plastic(draw))
    for y in (-deep / 2 + 0.02, deep / 2 - 0.02):
        for z in (0.03, 0.11):
            tube(thing, [(0.02 - wide / 2, y, z), (wide / 2 - 0.02, y, z)], 0.004, metal, sides=5)
        for x in (0.02 - wide / 2, wide / 2 - 0.02):
            tube(thing, [(x, y, 0.01), (x, y, 0.11)], 0.004, metal, sides=5)
    for x, _ in spread(draw.whole(2, 6), 0.05 - wide / 2, 0.15):
        thing.rod((x, 0, 0.12), (x + 0.012, 0, 0.12), 0.105, white, sides=14)
    thing.rod((0.35 * wide, 0, 0.014), (0.35 * wide, 0, 0.1), 0.035, white, 0.042, 12)
    return thing.finish()


def chopping_board(draw: Draw) -> Model:
    """A lying board with bread, a loaf or vegetables and a knife on it."""
    thing, wide = Shape("clutter_kitchen.chopping_board", "otherprop"), draw.between(0.3, 0.45)
    thing.box((0, 0, 0.01), (wide, 0.65 * wide, 0.02), draw.wood())
    if draw.chance(0.5):
        thing.cushion((-0.05, 0, 0.055), (0.24, 0.1, 0.08), Material((176, 122, 66)), 3, detail=6)
    else:
        for x in (-0.08, 0.0, 0.06):
            thing.cushion(
                (x, draw.between(-0.05, 0.05), 0.05),
                (0.065, 0.065, 0.062),
                Material(draw.one_of(((200, 50, 40), (110, 150, 60)))),
                2,
                detail=5,
            )
    thing.box((0.35 * wide, 0, 0.024), (0.025, 0.2, 0.008), draw.metal())
    return thing.finish()


def boxes_of_food(draw: Draw) -> Model:
    """Cereal boxes and a carton."""
    thing, x = Shape("clutter_kitchen.boxes_of_food", "box"), 0.0
    for _ in range(draw.whole(1, 3)):
        wide, deep, high = draw.between(0.06, 0.2), draw.between(0.05, 0.08), draw.between(0.16, 0.3)
        look = Material(draw.colour((0.4, 0.9), (0.5, 0.95)), (250, 245, 230), draw.one_of(("text", "photo")), 0.2)
        thing.box((x + wide / 2, draw.between(-0.02, 0.02), high / 2), (wide, deep, high), look)
        x += wide - 0.001
    return thing.finish()


def mixing_bowls(draw: Draw) -> Model:
    """Bowls in one another with a whisk or spoon."""
    thing, coat, radius = (
        Shape("clutter_kitchen.mixing_bowls", "otherprop"),
        draw.one_of((draw.ceramic(), draw.metal(), plastic(draw))),
        draw.between(0.1, 0.15),
    )
    high = 0.75 * radius
    for i in range(draw.whole(1, 3)):
        r, z = radius * (1 - 0.13 * i), 0.018 * i
        profile = [
            (0.4 * r, 0),
            (0.9 * r, 0.6 * high),
            (r, high),
            (r - 0.008, high),
            (0.85 * r - 0.008, 0.6 * high),
            (0.35 * r, 0.012),
        ]
        thing.lathe((0, 0, z), profile, coat, sides=14)
    tube(thing, [(0, 0, 0.04), (0.9 * radius, 0.2 * radius, high + 0.08)], 0.006, draw.wood())
    return thing.finish()


def herbs(draw: Draw) -> Model:
    """A box or pots with low bushy herbs."""
    thing, count = Shape("clutter_kitchen.herbs", "otherprop"), draw.whole(1, 3)
    coat = Material((176, 98, 66)) if draw.chance(0.5) else plastic(draw)
    for i in range(count):
        green, x = leaves(draw), 0.13 * i
        thing.rod((x, 0, 0), (x, 0, 0.1), 0.045, coat, 0.06, 12)
        for k in range(5):
            at = (x + 0.03 * np.cos(1.3 * k), 0.03 * np.sin(1.3 * k), 0.13 + 0.02 * (k % 3))
            size = draw.between(0.06, 0.1)
            thing.cushion(at, (size, size, 0.08), green, 2, detail=3)
    return thing.finish()


def paper_roll(draw: Draw) -> Model:
    """Kitchen paper on an upright holder."""
    thing, high = Shape("clutter_kitchen.paper_roll", "paper"), draw.between(0.22, 0.26)
    foot = draw.wood()
    thing.rod((0, 0, 0), (0, 0, 0.016), 0.075, foot, sides=16, label="otherprop")
    thing.rod((0, 0, 0.014), (0, 0, high + 0.07), 0.008, foot, sides=8, label="otherprop")
    thing.rod((0, 0, 0.015), (0, 0, high), draw.between(0.045, 0.062), Material((246, 246, 243)), sides=18)
    return thing.finish()


def bread_bin(draw: Draw) -> Model:
    """A box with a rounded roll front."""
    thing, coat = Shape("clutter_kitchen.bread_bin", "otherprop"), draw.metal() if draw.chance(0.5) else draw.wood()
    wide, deep, high = draw.between(0.34, 0.42), draw.between(0.22, 0.28), draw.between(0.16, 0.2)
    arch = [(-deep / 2 * np.cos(a), high * 0.4 + 0.6 * high * np.sin(a)) for a in np.linspace(0, np.pi / 2, 7)]
    side = [(-deep / 2, 0.0), *arch, (deep / 2, high), (deep / 2, 0.0)]
    thing.loft([np.array([(x, y, z) for y, z in side]) for x in (wide / 2, -wide / 2)], coat)
    thing.box((0, -deep / 2, 0.35 * high), (0.12, 0.03, 0.02), BLACK)
    return thing.finish()


KITCHEN_CLUTTER = (
    microwave,
    kettle,
    toaster,
    pot,
    bottles,
    jars,
    knife_block,
    dish_rack,
    coffee_machine,
    chopping_board,
    boxes_of_food,
    mixing_bowls,
    herbs,
    paper_roll,
    bread_bin,
)
