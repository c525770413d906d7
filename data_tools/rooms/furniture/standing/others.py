"""Furniture that no other class names: what one rests one's feet on, hangs up, plays, or pushes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.joinery import block, legs
from geo3d.data_tools.rooms.furniture.making.parts import rounded, tube
from geo3d.data_tools.rooms.furniture.making.upholstery import covering, padded
from geo3d.data_tools.rooms.furniture.storage.books import fill
from geo3d.data_tools.rooms.furniture.storage.wardrobes import hang_clothes
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

OTHER = "otherfurniture"


def ottoman(draw: Draw) -> Model:
    """A padded block or drum, on the floor or on short legs."""
    cover, wide, height = covering(draw), draw.between(0.4, 0.9), draw.between(0.36, 0.46)
    deep, low = max(0.4, wide * draw.between(0.6, 1.0)), draw.one_of((0.0, 0.06, 0.14))
    other = Shape("others.ottoman", OTHER)
    angular = draw.chance(0.5)
    if low:
        reach = 0.9 if angular else 0.65
        legs(other, (wide * reach, deep * reach), low + 0.03, 0.04, draw.wood(), foot=0.6)
    if angular:
        padded(other, (0, 0, (low + height) / 2), (wide, deep, height - low), cover, 0.05, crown=0.02)
    else:
        other.prism(rounded(wide * 0.97, deep * 0.97, 2.0), low, height - 0.06, cover)
        cushion = [(0.47, -0.08), (0.5, -0.06), (0.5, -0.02), (0.46, 0.0)]
        other.lathe((0, 0, height), cushion, cover, stretch=(wide, deep), sides=32)
    return other.finish()


def bench(draw: Draw) -> Model:
    """A hall's bench: a padded board on a rack for shoes, a chest with a lid, or plain legs."""
    wood, wide, deep = draw.wood(), draw.between(0.8, 1.4), draw.between(0.32, 0.42)
    height, kind = draw.between(0.42, 0.48), draw.whole(0, 2)
    other, x, y = Shape("others.bench", OTHER), wide / 2, deep / 2
    block(other, (-x, -y, height - 0.03), (x, y, height), wood)
    if kind == 0:
        legs(other, (wide - 0.04, deep - 0.04), height - 0.02, 0.05, wood, square=True)
        for at in np.linspace(-0.8, 0.8, 5):
            block(other, (-x + 0.03, at * y - 0.015, 0.14), (x - 0.03, at * y + 0.015, 0.16), wood)
        for side in (-x + 0.03, x - 0.05):
            block(other, (side, -y + 0.03, 0.12), (side + 0.02, y - 0.03, 0.142), wood)
    elif kind == 1:
        block(other, (-x + 0.015, -y + 0.015, 0.04), (x - 0.015, y - 0.01, height - 0.035), wood)
        block(other, (-x + 0.03, -y + 0.03, 0), (x - 0.03, y - 0.02, 0.05), wood)
        block(other, (-0.02, -y + 0.03, height - 0.04), (0.02, y - 0.03, height - 0.02), wood)
    else:
        for side in (-x + 0.08, x - 0.12):
            block(other, (side, -y + 0.02, 0), (side + 0.04, y - 0.02, height - 0.02), wood)
        block(other, (-x + 0.1, -0.02, 0.15), (x - 0.1, 0.02, 0.22), wood)
    if draw.chance(0.6):
        padded(other, (0, 0, height + 0.02), (wide - 0.02, deep - 0.02, 0.05), covering(draw), 0.02)
    return other.finish()


def coat_tree(draw: Draw) -> Model:
    """A post on three feet with hooks all round, and coats on some."""
    wood, height = draw.wood(), draw.between(1.65, 1.85)
    other, turned = Shape("others.coat_tree", OTHER), draw.between(0, 2)
    other.rod((0, 0, 0.06), (0, 0, height), 0.022, wood, end_radius=0.016)
    for third in np.arange(3) * 2 * np.pi / 3 + turned:
        cos, sin = np.cos(third), np.sin(third)
        tube(other, [(0, 0, 0.28), (0.1 * cos, 0.1 * sin, 0.12), (0.26 * cos, 0.26 * sin, 0.014)], 0.014, wood)
    count = draw.whole(4, 6)
    for i in range(count):
        angle = turned + i * 2 * np.pi / count
        z = height - 0.06 - 0.1 * (i % 2)
        cos, sin = np.cos(angle), np.sin(angle)
        tube(
            other,
            [(0, 0, z - 0.05), (0.12 * cos, 0.12 * sin, z - 0.02), (0.16 * cos, 0.16 * sin, z + 0.06)],
            0.009,
            wood,
        )
        if draw.chance(0.5):
            long, wide = draw.between(0.6, 1.0), draw.between(0.14, 0.2)
            coat = [(0.05, 0), (0.07, 0.03), (wide * 0.42, long * 0.2), (wide * 0.5, long * 0.98), (0.04, long)]
            middle = (0.13 * cos, 0.13 * sin, z - long + 0.01)
            other.lathe(
                middle, [(r, long - at) for r, at in coat[::-1]], draw.cloth(), (1.5, 1.0), sides=12, label="clothes"
            )
    return other.finish()


def clothes_rail(draw: Draw) -> Model:
    """A rail on two steel posts with a shelf at the foot, full of clothes."""
    metal, wide, height = draw.metal(), draw.between(0.8, 1.3), draw.between(1.45, 1.7)
    other, x = Shape("others.clothes_rail", OTHER), wide / 2
    for side in (-x, x):
        other.rod((side, 0, 0.02), (side, 0, height + 0.01), 0.014, metal)
        other.rod((side, -0.24, 0.014), (side, 0.24, 0.014), 0.014, metal)
    other.rod((-x, 0, height), (x, 0, height), 0.014, metal)
    if draw.chance(0.6):
        block(other, (-x, -0.17, 0.02), (x, 0.17, 0.04), draw.wood())
        fill(other, draw, (-x + 0.03, -0.16), (x - 0.03, 0.16), 0.04, 0.2, 0.8)
    else:
        other.rod((-x, 0, 0.1), (x, 0, 0.1), 0.011, metal)
    hang_clothes(other, draw, -x + 0.05, x - draw.between(0.05, 0.3), 0.0, height, 1.1)
    return other.finish()


def shoe_rack(draw: Draw) -> Model:
    """Sloping rows of bars with pairs of shoes on them."""
    wood, metal, wide = draw.wood(), draw.metal(), draw.between(0.6, 0.95)
    rows, step = draw.whole(2, 4), draw.between(0.17, 0.22)
    other, x, slope = Shape("others.shoe_rack", OTHER), wide / 2, 0.35
    height = 0.12 + rows * step
    for side in (-x, x - 0.02):
        block(other, (side, -0.13, 0), (side + 0.02, 0.13, height), wood)
    for row in range(rows):
        z = 0.1 + row * step
        for y in (-0.1, 0.06):
            other.rod((-x + 0.01, y, z + slope * y), (x - 0.01, y, z + slope * y), 0.008, metal, sides=8)
        at = -x + 0.07
        while at < x - 0.17:
            if draw.chance(0.75):
                leather = Material(draw.colour((0.0, 0.5), (0.1, 0.9)))
                for shoe in (at, at + 0.095):
                    _shoe(other, shoe, z, slope, leather)
            at += 0.21
    return other.finish()


def _shoe(other: Shape, x: float, z: float, slope: float, leather: Material) -> None:
    """Its sole on bars whose height is z where y is 0, its toe to the front."""
    rise = z + 0.016
    other.box((x, -0.01, rise - 0.01 * slope), (0.075, 0.26, 0.02), leather, tilt=-slope, label="otherprop")
    other.cushion((x, -0.08, rise + 0.025 - 0.08 * slope), (0.075, 0.12, 0.07), leather, 3, "otherprop", 4)
    other.cushion((x, 0.06, rise + 0.045 + 0.06 * slope), (0.07, 0.12, 0.09), leather, 3, "otherprop", 4)


def piano(draw: Draw) -> Model:
    """An upright piano: a keyboard on a shelf before a tall case, pedals below."""
    black = Material((24, 24, 26)) if draw.chance(0.5) else draw.wood()
    wide, height, deep = draw.between(1.42, 1.52), draw.between(1.08, 1.28), draw.between(0.58, 0.64)
    other, x, y = Shape("others.piano", OTHER), wide / 2, deep / 2
    key = draw.between(0.63, 0.68)
    block(other, (-x, y - 0.34, 0), (x, y, height - 0.02), black)
    block(other, (-x - 0.01, y - 0.36, height - 0.025), (x + 0.01, y, height), black)
    block(other, (-x, -y, key - 0.06), (x, y - 0.3, key), black)
    for side in (-x, x - 0.06):
        block(other, (side, -y, key - 0.01), (side + 0.06, y - 0.33, key + 0.12), black)
        block(other, (side, -y + 0.02, 0), (side + 0.06, -y + 0.08, key - 0.05), black)
        block(other, (side, -y + 0.02, 0), (side + 0.06, y - 0.3, 0.06), black)
    white, length = Material((240, 238, 230)), wide - 0.12
    block(other, (-x + 0.06, -y + 0.01, key - 0.005), (x - 0.06, -y + 0.16, key + 0.018), white)
    for i in range(52):
        if i % 7 not in (2, 6):
            at = -length / 2 + (i + 1) * length / 52
            block(
                other, (at - 0.006, -y + 0.06, key + 0.01), (at + 0.006, -y + 0.16, key + 0.03), Material((20, 20, 20))
            )
    block(other, (-x + 0.06, -y + 0.155, key - 0.005), (x - 0.06, y - 0.33, key + 0.05), black)
    other.box((0, y - 0.36, key + 0.26), (wide * 0.5, 0.02, 0.2), black, tilt=0.12)
    for at in (-0.1, 0.0, 0.1):
        block(other, (at - 0.015, y - 0.42, 0.05), (at + 0.015, y - 0.33, 0.065), Material((190, 160, 90)))
    other.top((-x + 0.01, y - 0.34), (x - 0.01, y - 0.01), height, 0.8)
    return other.finish()


def drying_rack(draw: Draw) -> Model:
    """A folding horse of wire with wings, and washing on some lines."""
    metal, long, height = draw.metal(), draw.between(0.95, 1.2), draw.between(0.85, 1.0)
    other, half = Shape("others.drying_rack", OTHER), long / 2
    wings = draw.between(0.28, 0.34)
    for way in (-1, 1):
        foot, head = (-way * 0.3, 0.012), (way * 0.28, height)
        line = [(-half, *head), (-half, *foot), (half, *foot), (half, *head)]
        tube(other, line, 0.009, metal, sides=6, bend=0.03)
        low, high = sorted((way * 0.28, way * (0.28 + wings)))
        for y in (low, high):
            other.rod(
                (-half, y, height + 0.3 * (abs(y) - 0.28)),
                (half, y, height + 0.3 * (abs(y) - 0.28)),
                0.007,
                metal,
                sides=6,
            )
        for x in (-half, half):
            other.rod((x, way * 0.28, height), (x, way * (0.28 + wings), height + 0.3 * wings), 0.007, metal, sides=6)
    for x in (-half, half):
        other.rod((x, -0.28, height), (x, 0.28, height), 0.008, metal, sides=6)
    for y in np.linspace(-0.28, 0.28, 7):
        other.rod((-half, y, height), (half, y, height), 0.004, metal, sides=5)
    for y in np.linspace(-0.28, 0.28, 7)[1:-1]:
        if draw.chance(0.5):
            wide, long_ = draw.between(0.2, 0.5), draw.between(0.2, 0.45)
            x = draw.between(-half + wide / 2 + 0.05, half - wide / 2 - 0.05)
            cloth = draw.cloth()
            for side in (-0.011, 0.011):
                fall = long_ * draw.between(0.7, 1.0)
                other.box((x, y + side, height + 0.008 - fall / 2), (wide, 0.012, fall), cloth, label="clothes")
            other.box((x, y, height + 0.01), (wide, 0.034, 0.012), cloth, label="clothes")
    return other.finish()


OTHERS = (ottoman, bench, coat_tree, clothes_rail, shoe_rack, piano, drying_rack)
