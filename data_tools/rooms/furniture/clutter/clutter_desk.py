"""Small things that stand on desks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.clutter.clutter_paper import binders, paper_stack
from geo3d.data_tools.rooms.furniture.making.forms import add, bow, plastic, spread, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

BLACK = Material((26, 26, 28))


def monitor(draw: Draw) -> Model:
    """A flat screen on a foot."""
    thing, wide = Shape("clutter_desk.monitor", "television"), draw.between(0.45, 0.7)
    _monitor(thing, draw, wide, draw.between(0.08, 0.18))
    return thing.finish()


def two_monitors(draw: Draw) -> Model:
    """Two screens on one beam."""
    thing, wide = Shape("clutter_desk.two_monitors", "television"), draw.between(0.42, 0.54)
    metal, low, turn = draw.metal(), draw.between(0.1, 0.16), draw.between(0.0, 0.3)
    middle = low + 0.28 * wide
    for side in (-1, 1):
        part = Shape("", "television")
        _screen(part, draw, wide)
        add(
            thing,
            part.finish(),
            (side * wide * 0.5 * np.cos(turn), -0.03 - 0.5 * wide * np.sin(turn), low),
            side * turn,
        )
    tube(thing, [(-0.5 * wide, 0.0, middle), (0.5 * wide, 0.0, middle)], 0.018, metal)
    for x in (-0.5 * wide, 0.5 * wide):
        tube(thing, [(x, 0, middle), (x, -0.04 - 0.5 * wide * np.sin(turn), middle)], 0.018, metal)
    tube(thing, [(0, 0.01, 0), (0, 0.01, middle)], 0.022, metal)
    thing.box((0, 0, 0.006), (0.32, 0.22, 0.012), metal)
    return thing.finish()


def all_in_one(draw: Draw) -> Model:
    """A thick screen with a chin on a bent metal foot, keyboard and mouse before it."""
    thing, metal, wide = Shape("clutter_desk.all_in_one", "television"), draw.metal(), draw.between(0.48, 0.62)
    part = Shape("", "television")
    _screen(part, draw, wide)
    part.box((wide / 2, -0.012, -0.04), (wide + 0.02, 0.03, 0.08), metal)
    add(thing, part.finish(), (0, 0, 0.1), tip=-0.08)
    thing.box((0, 0.06, 0.1), (0.16, 0.012, 0.2), metal, tilt=-0.2)
    thing.box((0, 0.02, 0.006), (0.18, 0.18, 0.012), metal)
    _keyboard(thing, draw, -0.25, 0.4)
    return thing.finish()


def laptop(draw: Draw) -> Model:
    """Open at any angle, or closed."""
    thing, metal, wide = Shape("clutter_desk.laptop", "otherprop"), draw.metal(), draw.between(0.29, 0.38)
    deep, angle = 0.68 * wide, draw.between(1.6, 2.2) if draw.chance(0.8) else 0.0
    thing.box((0, 0, 0.009), (wide, deep, 0.018), metal)
    thing.box(
        (0, 0.1 * deep, 0.016), (0.88 * wide, 0.45 * deep, 0.01), Material((40, 40, 42), (90, 90, 92), "checks", 0.038)
    )
    lid = Shape("", "otherprop")
    lid.box((wide / 2, -deep / 2, 0), (wide, deep, 0.01), metal)
    lit = draw.chance(0.7)
    screen = Material((50, 70, 110), draw.colour(), "screen", wide) if lit else BLACK
    lid.box((wide / 2, -deep / 2, -0.002), (0.95 * wide, 0.9 * deep, 0.01), screen)
    add(thing, lid.finish(moved=False), (-wide / 2, deep / 2 - 0.004, 0.02), tip=-angle)
    return thing.finish()


def keyboard(draw: Draw) -> Model:
    """A keyboard, a mouse and perhaps a mat."""
    thing = Shape("clutter_desk.keyboard", "otherprop")
    if draw.chance(0.4):
        thing.box((0.06, 0, 0.004), (0.7, 0.28, 0.008), draw.cloth())
    _keyboard(thing, draw, 0.0, draw.between(0.3, 0.45), 0.007)
    return thing.finish()


def computer(draw: Draw) -> Model:
    """A tower with a drive, a button and a grille."""
    thing, coat = Shape("clutter_desk.computer", "otherprop"), draw.metal()
    wide, deep, high = draw.between(0.16, 0.22), draw.between(0.36, 0.46), draw.between(0.34, 0.46)
    thing.box((0, 0, high / 2), (wide, deep, high), coat)
    front = -deep / 2
    for z in (0.88, 0.77)[: draw.whole(1, 2)]:
        thing.box((0, front, z * high), (0.8 * wide, 0.012, 0.04), BLACK)
    thing.rod((0, front + 0.01, 0.62 * high), (0, front - 0.012, 0.62 * high), 0.014, BLACK)
    for z, _ in spread(5, 0.1 * high, 0.45 * high):
        thing.box((0, front, z), (0.7 * wide, 0.012, 0.01), BLACK)
    return thing.finish()


def printer(draw: Draw) -> Model:
    """A case with a paper tray, an output shelf and sheets."""
    thing, coat = (
        Shape("clutter_desk.printer", "otherprop"),
        draw.one_of((Material((225, 225, 223)), Material((48, 48, 50)))),
    )
    wide, deep, high = draw.between(0.38, 0.48), draw.between(0.3, 0.4), draw.between(0.15, 0.28)
    thing.box((0, 0, high / 2), (wide, deep, high), coat)
    thing.box((0, 0.02, high + 0.015), (0.96 * wide, 0.85 * deep, 0.035), BLACK)
    thing.box((0, -deep / 2 - 0.05, 0.3 * high), (0.6 * wide, 0.14, 0.012), coat)
    thing.box((0, -deep / 2 - 0.03, 0.3 * high + 0.009), (0.21, 0.12, 0.008), Material((248, 248, 246)))
    thing.box((0.3 * wide, -deep / 2, 0.75 * high), (0.2 * wide, 0.016, 0.05), Material((60, 90, 120)))
    if draw.chance(0.5):
        thing.box((0, 0.45 * deep, high + 0.1), (0.23, 0.012, 0.2), Material((248, 248, 246)), tilt=0.3)
    return thing.finish()


def desk_lamp(draw: Draw) -> Model:
    """Two arms with a joint and a reflector."""
    thing, metal, reach = Shape("clutter_desk.desk_lamp", "lamp"), plastic(draw), draw.between(0.1, 0.2)
    elbow, head = (0.05, 0.12, draw.between(0.25, 0.35)), (-0.02, -reach, draw.between(0.36, 0.46))
    thing.lathe((0, 0, 0), [(0.09, 0), (0.085, 0.02), (0.02, 0.035)], metal, sides=18)
    tube(thing, [(0, 0, 0.03), elbow, head], 0.008, metal)
    thing.cushion(elbow, (0.03, 0.03, 0.03), metal, 2, detail=4)
    x, y, z = head
    thing.lathe((x, y, z - 0.1), [(0.075, 0), (0.03, 0.09), (0.012, 0.12)], metal, sides=14)
    thing.cushion((x, y, z - 0.1), (0.06, 0.06, 0.05), Material((255, 246, 214)), 2, detail=4)
    return thing.finish()


def pen_holder(draw: Draw) -> Model:
    """A cup of pens, scissors and a ruler."""
    thing, coat = Shape("clutter_desk.pen_holder", "otherprop"), plastic(draw)
    thing.lathe((0, 0, 0), [(0.038, 0), (0.04, 0.1), (0.033, 0.1), (0.03, 0.01)], coat, sides=14)
    for i in range(draw.whole(3, 8)):
        angle, high = 2.4 * i, draw.between(0.13, 0.17)
        foot, tip = (0.01 * np.cos(angle), 0.01 * np.sin(angle)), (0.042 * np.cos(angle), 0.042 * np.sin(angle))
        thing.rod((*foot, 0.012), (*tip, high), 0.004, Material(draw.colour((0.5, 1.0), (0.2, 0.9))), sides=6)
    return thing.finish()


def telephone(draw: Draw) -> Model:
    """A slanting case with keys and a receiver beside them on a cord."""
    thing, coat = (
        Shape("clutter_desk.telephone", "otherprop"),
        draw.one_of((BLACK, Material((220, 218, 210)), plastic(draw))),
    )
    right = draw.between(0.1, 0.15)
    side = np.array([(-0.1, 0.0), (0.1, 0.0), (0.1, 0.075), (-0.1, 0.03)])
    thing.loft([np.array([(x, y, z) for y, z in side]) for x in (-0.09, right)], coat)
    thing.box(
        (0.04, -0.01, 0.05),
        (0.1, 0.09, 0.02),
        Material((200, 200, 198), (60, 60, 60), "checks", 0.04),
        tilt=-1.35 + 1.57,
    )
    tube(thing, bow((-0.05, -0.08, 0.06), (-0.05, 0.08, 0.09), (0, 0, 0.02), 4), 0.016, coat)
    for y, z in ((-0.08, 0.05), (0.08, 0.08)):
        thing.cushion((-0.05, y, z), (0.055, 0.055, 0.045), coat, 2.5, detail=4)
    return thing.finish()


def speakers(draw: Draw) -> Model:
    """A pair of upright cases with round cones, joined by their cable."""
    thing, coat = Shape("clutter_desk.speakers", "otherprop"), draw.wood() if draw.chance(0.4) else BLACK
    wide, high, apart = draw.between(0.09, 0.16), draw.between(0.16, 0.27), draw.between(0.3, 0.5)
    for x in (-apart / 2, apart / 2):
        thing.box((x, 0, high / 2), (wide, wide * 1.1, high), coat)
        for z, radius in ((0.35 * high, 0.38 * wide), (0.78 * high, 0.2 * wide)):
            front = -0.55 * wide
            thing.rod((x, front + 0.005, z), (x, front - 0.006, z), radius, Material((60, 60, 64)), sides=14)
    tube(thing, [(-apart / 2, 0.4 * wide, 0.004), (apart / 2, 0.4 * wide, 0.004)], 0.004, BLACK)
    return thing.finish()


def headphones(draw: Draw) -> Model:
    """On a stand."""
    thing, coat, foot = Shape("clutter_desk.headphones", "otherprop"), plastic(draw), draw.wood()
    high = draw.between(0.22, 0.27)
    thing.rod((0, 0, 0), (0, 0, 0.016), 0.06, foot, sides=16)
    thing.rod((0, 0, 0.014), (0, 0, high), 0.009, foot, sides=8)
    tube(thing, bow((-0.08, 0, high - 0.09), (0.08, 0, high - 0.09), (0, 0, 0.095), 8), 0.009, coat)
    for x in (-0.078, 0.078):
        thing.cushion((x, 0, high - 0.11), (0.04, 0.075, 0.085), coat, 3, detail=5)
    return thing.finish()


def globe(draw: Draw) -> Model:
    """A ball in a half ring on a foot."""
    thing, radius, metal = Shape("clutter_desk.globe", "otherprop"), draw.between(0.1, 0.15), draw.metal()
    z = radius + 0.07
    thing.cushion(
        (0, 0, z),
        (2 * radius, 2 * radius, 2 * radius),
        Material((90, 140, 190), (190, 170, 110), "marble", 0.3),
        2,
        detail=8,
    )
    rim = radius + 0.012
    angles = np.linspace(-1.9, 1.25, 9)
    tube(thing, [(rim * np.cos(a), 0, z + rim * np.sin(a)) for a in angles], 0.007, metal, sides=6)
    thing.lathe((0, 0, 0), [(0.08, 0), (0.075, 0.016), (0.012, 0.03), (0.01, 0.065)], draw.wood(), sides=16)
    return thing.finish()


def _screen(shape: Shape, draw: Draw, wide: float) -> None:
    """A panel 16 to 9 whose picture starts at the origin."""
    high = 0.5625 * wide
    look = Material((60, 80, 120), draw.colour(), "screen", wide) if draw.chance(0.65) else Material((14, 14, 16))
    shape.box((wide / 2, -0.01, high / 2), (wide + 0.02, 0.03, high + 0.02), BLACK)
    shape.box((wide / 2, -0.014, high / 2), (wide, 0.028, high), look)


def _monitor(thing: Shape, draw: Draw, wide: float, low: float) -> None:
    metal = draw.metal()
    part = Shape("", "television")
    _screen(part, draw, wide)
    add(thing, part.finish(), (0, 0, low), tip=-draw.between(0, 0.1))
    thing.box((0, 0.05, 0.5 * (low + 0.25 * wide)), (0.06, 0.02, low + 0.25 * wide), metal)
    thing.box((0, 0.03, low + 0.22 * wide), (0.06, 0.04, 0.06), metal)
    thing.box((0, 0.01, 0.006), (0.45 * wide, 0.2, 0.012), metal)


def _keyboard(thing: Shape, draw: Draw, y: float, wide: float, z: float = 0.0) -> None:
    """A keyboard with its keys, and a mouse to its right."""
    coat = draw.metal()
    thing.box((0, y, z + 0.008), (wide, 0.14, 0.016), coat, label="otherprop")
    keys = Material((70, 70, 74), draw.shade((200, 200, 200)), "checks", 0.038)
    thing.box((0, y, z + 0.014), (wide - 0.02, 0.12, 0.012), keys, label="otherprop")
    thing.cushion((wide / 2 + 0.08, y, z + 0.016), (0.06, 0.1, 0.034), coat, 3, detail=5, label="otherprop")


DESK_CLUTTER = (
    monitor,
    two_monitors,
    all_in_one,
    laptop,
    keyboard,
    computer,
    printer,
    desk_lamp,
    paper_stack,
    binders,
    pen_holder,
    telephone,
    speakers,
    headphones,
    globe,
)
