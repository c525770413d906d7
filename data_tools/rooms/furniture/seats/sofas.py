"""Sofas: one sits facing the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.making.joinery import apron, legs
from geo3d.data_tools.rooms.furniture.making.parts import MIRRORED, front_board, place, side_strip, smooth
from geo3d.data_tools.rooms.furniture.making.upholstery import covering, padded, pillow
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw, Material


def _cushions(
    sofa: Shape,
    count: int,
    low: tuple[float, float],
    high: tuple[float, float],
    z: float,
    thick: float,
    cover: Material,
) -> None:
    """A row of seat cushions between two corners, their upper sides at `z`."""
    step = (high[0] - low[0]) / count
    for i in range(count):
        middle = (low[0] + (i + 0.5) * step, (low[1] + high[1]) / 2, z - thick / 2)
        padded(sofa, middle, (step - 0.006, high[1] - low[1], thick), cover, 0.05, crown=0.025)


def _backs(
    sofa: Shape, count: int, low: float, high: float, y: float, z: tuple[float, float], thick: float, cover: Material
) -> None:
    """A row of back cushions between two x and two z that lean against `y`."""
    step, tall = (high - low) / count, z[1] - z[0]
    for i in range(count):
        middle = (low + (i + 0.5) * step, y - thick / 2 - 0.03, z[0] + tall / 2)
        padded(sofa, middle, (step - 0.008, thick, tall), cover, 0.06, tilt=0.16)


def _pillows(sofa: Shape, draw: Draw, low: float, high: float, y: float, seat: float, chance: float = 0.6) -> None:
    """Loose cushions leaning in the corners and between, against a back whose front is at `y`."""
    if not draw.chance(chance):
        return
    cloth = draw.cloth()
    places = [low + 0.24, high - 0.24, low + 0.74, high - 0.74]
    for x in places[: draw.whole(1, min(4, int((high - low) / 0.5)))]:
        side = draw.between(0.36, 0.48)
        cover = cloth if draw.chance(0.5) else draw.cloth()
        turn = draw.between(-0.3, 0.3)
        pillow(sofa, (x, y - 0.09, seat + 0.46 * side), (side, 0.14, side), cover, tilt=0.3, turn=turn)


def boxy(draw: Draw) -> Model:
    """A modern sofa: slab arms, a low back, loose seat and back cushions, small feet."""
    cover, wide, deep = covering(draw), draw.between(1.5, 2.4), draw.between(0.85, 1.02)
    seat, back, arm = draw.between(0.4, 0.47), draw.between(0.66, 0.84), draw.between(0.1, 0.24)
    foot, height = draw.between(0.03, 0.15), draw.between(0.54, 0.66)
    sofa, count, y = Shape("sofas.boxy", "sofa"), 2 if wide < 1.9 else draw.whole(2, 3), deep / 2
    legs(sofa, (wide - 0.08, deep - 0.08), foot + 0.02, 0.06, draw.wood(), square=draw.chance(0.5), foot=0.7)
    base = seat - 0.16
    padded(sofa, (0, 0, (foot + base) / 2), (wide - 0.04, deep - 0.03, base - foot), cover, 0.02)
    for side in (-1, 1):
        middle = (side * (wide - arm) / 2, 0, (foot + height) / 2)
        padded(sofa, middle, (arm, deep, height - foot), cover, draw.between(0.02, 0.05))
    padded(sofa, (0, y - 0.1, (foot + back - 0.08) / 2), (wide - 0.02, 0.18, back - 0.08 - foot), cover, 0.04)
    inside = wide / 2 - arm
    _cushions(sofa, count, (-inside, -y - 0.01), (inside, y - 0.18), seat, 0.18, cover)
    _backs(sofa, count, -inside, inside, y - 0.17, (seat - 0.01, back), 0.18, cover)
    _pillows(sofa, draw, -inside, inside, y - 0.42, seat + 0.01)
    return sofa.finish()


def rolled(draw: Draw) -> Model:
    """A Chesterfield: arms and back are one rolled height, buttoned in rows."""
    cover, wide, deep = covering(draw), draw.between(1.6, 2.3), draw.between(0.88, 1.0)
    seat, back, roll = draw.between(0.42, 0.47), draw.between(0.7, 0.8), draw.between(0.08, 0.11)
    sofa, y, inside = Shape("sofas.rolled", "sofa"), deep / 2, wide / 2 - 2 * roll
    legs(sofa, (wide - 0.2, deep - 0.12), 0.12, 0.07, draw.wood(), foot=0.6)
    padded(sofa, (0, 0, 0.2), (wide - 2 * roll, deep - 0.06, 0.22), cover, 0.02)
    _cushions(sofa, draw.whole(2, 3), (-inside, -y + 0.01), (inside, y - 0.2), seat, 0.18, cover)
    for side in (-1, 1):
        x = side * (inside + 0.45 * roll)
        padded(sofa, (x, 0, (0.1 + back - roll) / 2), (roll, deep - 0.04, back - roll - 0.1), cover, 0.02)
        sofa.rod(
            (x + side * 0.4 * roll, -y + 0.01, back - roll), (x + side * 0.4 * roll, y - 0.02, back - roll), roll, cover
        )
    padded(sofa, (0, y - 0.12, (0.1 + back - roll) / 2), (wide - 2 * roll, 0.14, back - roll - 0.1), cover, 0.02)
    x = inside + 0.85 * roll
    sofa.rod((-x, y - roll, back - roll), (x, y - roll, back - roll), roll, cover)
    dark = draw.metal()
    columns = round(wide / 0.18)
    for row, z in enumerate((seat + 0.06, seat + 0.14)):
        for i in range(columns - row):
            at = (2 * (i + 0.5 * (1 + row)) / columns - 1) * (inside - 0.02)
            sofa.box((at, y - 0.192, z), (0.02, 0.014, 0.02), dark)
    _pillows(sofa, draw, -inside, inside, y - 0.2, seat + 0.01, 0.4)
    return sofa.finish()


def mid_century(draw: Draw) -> Model:
    """A wooden frame with open arms on tapered legs; thin cushions against a rail of slats."""
    wood, cover, wide = draw.wood(), covering(draw), draw.between(1.3, 2.0)
    seat, back, deep = draw.between(0.4, 0.44), draw.between(0.74, 0.82), draw.between(0.74, 0.82)
    sofa, y, x = Shape("sofas.mid_century", "sofa"), deep / 2, wide / 2 - 0.025
    legs(sofa, (wide - 0.01, deep - 0.06), seat - 0.1, 0.05, wood, splay=0.03, foot=0.5)
    apron(sofa, (wide, deep - 0.04), seat - 0.09, 0.06, wood, 0.025)
    for at in np.linspace(-0.7, 0.7, 4):
        sofa.box((0, at * y, seat - 0.11), (wide - 0.04, 0.07, 0.018), wood)
    for side in (-x, x):
        for at in (-y + 0.06, y - 0.12):
            sofa.box((side, at, (seat + 0.36) / 2), (0.035, 0.05, seat + 0.06), wood)
        line = smooth([(-y + 0.01, seat + 0.19), (-y + 0.2, seat + 0.23), (y - 0.08, seat + 0.2)], 2)
        side_strip(sofa, line.tolist(), 0.024, side - 0.035, side + 0.035, wood)
    foot = seat - 0.12
    for z in (seat + 0.02, back - 0.06):
        sofa.box((0, y - 0.035 + 0.16 * (z - foot), z), (2 * x, 0.025, 0.05), wood)
    middle = (foot + back) / 2
    for at in np.linspace(-0.95, 0.95, round(wide / 0.14)):
        sofa.box((at * x, y - 0.035 + 0.16 * (middle - foot), middle), (0.03, 0.014, back - foot), wood, tilt=0.16)
    count, inside = draw.whole(2, 3), x - 0.04
    _cushions(sofa, count, (-inside, -y), (inside, y - 0.05), seat, 0.11, cover)
    _backs(sofa, count, -inside, inside, y, (seat - 0.01, back + 0.02), 0.11, cover)
    _pillows(sofa, draw, -inside, inside, y - 0.22, seat + 0.01, 0.5)
    return sofa.finish()


def corner(draw: Draw) -> Model:
    """A long seat with a chaise to one side, so that it is an L from above."""
    cover, wide, deep = covering(draw), draw.between(2.1, 3.0), draw.between(0.88, 1.0)
    seat, back, arm = draw.between(0.38, 0.45), draw.between(0.68, 0.84), draw.between(0.1, 0.22)
    chaise, long = draw.between(0.75, 0.95), draw.between(1.45, 1.9)
    sofa, base, foot, feet = Shape("sofas.corner", "sofa"), seat - 0.16, draw.between(0.03, 0.09), draw.wood()
    # Drawn with the chaise to the left, in a frame whose back is at y = 0.
    part = Shape("", "sofa")
    right = wide - chaise
    padded(part, (wide / 2, -deep / 2, (foot + base) / 2), (wide, deep, base - foot), cover, 0.02)
    padded(part, (chaise / 2, -long / 2, (foot + base) / 2), (chaise, long, base - foot), cover, 0.02)
    for x, y in (
        (0.06, -0.06),
        (wide - 0.06, -0.06),
        (wide - 0.06, 0.06 - deep),
        (0.06, 0.06 - long),
        (chaise - 0.06, 0.06 - long),
    ):
        part.rod((x, y, 0), (x, y, foot + 0.02), 0.025, feet)
    padded(part, (wide / 2, -0.1, (foot + back - 0.08) / 2), (wide, 0.2, back - 0.08 - foot), cover, 0.04)
    tall = draw.between(0.52, 0.64)
    padded(part, (wide - arm / 2, -deep / 2, (foot + tall) / 2), (arm, deep, tall - foot), cover, 0.04)
    if draw.chance(0.5):
        padded(part, (arm / 2, -deep / 2, (foot + tall) / 2), (arm, deep, tall - foot), cover, 0.04)
        start = arm
    else:
        start = 0.01
    count = max(1, round((right - arm) / 0.75))
    _cushions(part, 1, (start, -long), (chaise, -0.19), seat, 0.18, cover)
    _cushions(part, count, (chaise, -deep - 0.01), (wide - arm, -0.19), seat, 0.18, cover)
    _backs(part, 1, start, chaise, -0.17, (seat - 0.01, back), 0.17, cover)
    _backs(part, count, chaise, wide - arm, -0.17, (seat - 0.01, back), 0.17, cover)
    _pillows(part, draw, start, wide - arm, -0.42, seat + 0.01, 0.7)
    place(sofa, part, MIRRORED if draw.chance(0.5) else np.eye(3))
    return sofa.finish()


def futon(draw: Draw) -> Model:
    """A bench of slats with ladders for arms; one thick mattress, folded, is seat and back."""
    wood, cover, wide = draw.wood(), draw.cloth(), draw.between(1.4, 2.05)
    seat, back, thick = draw.between(0.38, 0.44), draw.between(0.76, 0.88), draw.between(0.12, 0.17)
    sofa, x, low = Shape("sofas.futon", "sofa"), wide / 2 - 0.03, seat - thick
    for side in (-x, x):
        for y in (-0.38, 0.38):
            sofa.box((side, y, 0.28), (0.05, 0.07, 0.56), wood)
        sofa.box((side, 0, 0.57), (0.08, 0.86, 0.03), wood)
        sofa.box((side, 0, low - 0.06), (0.035, 0.76, 0.09), wood)
        for y in np.linspace(-0.25, 0.25, draw.whole(1, 5)):
            sofa.box((side, y, low / 2 + 0.27), (0.02, 0.05, 0.57 - low), wood)
    for y in np.linspace(-0.34, 0.26, 7):
        sofa.box((0, y, low - 0.012), (2 * x, 0.06, 0.022), wood)
    tilt, tall = 0.28, back - low
    for z in np.linspace(0.1, 0.95, 5) * tall:
        sofa.box((0, 0.28 + tilt * z, low + z), (2 * x, 0.022, 0.06), wood, tilt=tilt)
    for side in (-x + 0.025, x - 0.025):
        sofa.box(
            (side, 0.28 + tilt * (tall / 2 - 0.03), low + tall / 2 - 0.03), (0.04, 0.04, tall + 0.06), wood, tilt=tilt
        )
    inside = wide - 0.13
    padded(sofa, (0, -0.06, seat - thick / 2), (inside, 0.68, thick), cover, 0.06, crown=0.03)
    padded(sofa, (0, 0.2 + tilt * tall / 2, low + tall / 2 + 0.05), (inside, thick, tall), cover, 0.06, tilt=tilt)
    _pillows(sofa, draw, -inside / 2, inside / 2, 0.14, seat + 0.02, 0.5)
    return sofa.finish()


def camelback(draw: Draw) -> Model:
    """A back that rises in a hump, low scrolled arms, one seat cushion, turned legs or a skirt."""
    cover, wide, deep = covering(draw), draw.between(1.4, 2.0), draw.between(0.76, 0.86)
    seat, back, hump = draw.between(0.44, 0.48), draw.between(0.72, 0.8), draw.between(0.08, 0.18)
    sofa, y, half = Shape("sofas.camelback", "sofa"), deep / 2, wide / 2 - 0.06
    if draw.chance(0.6):
        legs(sofa, (wide - 0.12, deep - 0.06), 0.2, 0.06, draw.wood(), foot=0.5)
        low = 0.17
    else:
        low = 0.0
    padded(sofa, (0, 0, (low + seat - 0.08) / 2), (wide - 0.1, deep - 0.04, seat - 0.08 - low), cover, 0.015)
    padded(sofa, (0, -0.06, seat - 0.06), (wide - 0.24, deep - 0.16, 0.15), cover, 0.05, crown=0.03)
    curve = [(half * a, back + hump * np.cos(a * np.pi / 2) ** 2) for a in np.linspace(1, -1, 17)]
    front_board(sofa, [(-half, seat - 0.1), (half, seat - 0.1), *curve], y - 0.16, y - 0.02, cover)
    arm = draw.between(0.62, 0.68)
    for side in (-1, 1):
        x = side * (wide / 2 - 0.07)
        padded(sofa, (x, 0, (low + arm) / 2), (0.1, deep - 0.08, arm - low), cover, 0.03)
        sofa.rod((x + side * 0.02, -y + 0.02, arm), (x + side * 0.02, y - 0.1, arm), 0.07, cover)
    _pillows(sofa, draw, -half + 0.1, half - 0.1, y - 0.17, seat + 0.02, 0.6)
    return sofa.finish()


def low_slung(draw: Draw) -> Model:
    """Modules without legs or arms: each a creased cushion that bends from seat to back."""
    cover, count, each = covering(draw), draw.whole(2, 3), draw.between(0.68, 0.85)
    seat, back, fat = draw.between(0.34, 0.4), draw.between(0.66, 0.76), draw.between(0.2, 0.26)
    sofa = Shape("sofas.low_slung", "sofa")
    for i in range(count):
        x = (i + 0.5 - count / 2) * each
        wide = each - 0.01
        padded(sofa, (x, 0.05, fat / 2), (wide, 0.82, fat), cover, 0.08)
        for j in range(3):
            y = -0.34 + 0.2 * j
            padded(sofa, (x, y, (seat + 0.8 * fat) / 2), (wide, 0.24, seat - 0.8 * fat), cover, 0.08, tilt=0.05)
        for j in range(3):
            z = seat * 0.7 + (back - seat * 0.7) * (j + 0.5) / 3
            padded(
                sofa, (x, 0.3 + 0.2 * (z - seat), z), (wide, 0.26, (back - seat * 0.7) / 2.4), cover, 0.08, tilt=0.25
            )
    _pillows(sofa, draw, -count * each / 2, count * each / 2, 0.16, seat - 0.03, 0.5)
    return sofa.finish()


SOFAS = (boxy, rolled, mid_century, corner, futon, camelback, low_slung)
