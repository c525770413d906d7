"""Chairs of wood: the front of each is where one's knees are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.making.joinery import apron, legs
from geo3d.data_tools.rooms.furniture.making.parts import hoop, rounded, smooth, tube
from geo3d.data_tools.rooms.furniture.making.upholstery import covering, padded, rattan
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw, Material


def slatted(draw: Draw) -> Model:
    """A wooden kitchen chair whose back is a row of upright or level slats."""
    wood, wide, deep = draw.wood(), draw.between(0.38, 0.46), draw.between(0.38, 0.46)
    seat, back, leg = draw.between(0.43, 0.48), draw.between(0.8, 1.05), draw.between(0.03, 0.045)
    chair = Shape("chairs.slatted", "chair")
    chair.box((0, 0, seat - 0.015), (wide + 0.02, deep + 0.02, 0.03), wood)
    x, y = (wide - leg) / 2, (deep - leg) / 2
    for side in (-x, x):
        chair.box((side, -y, (seat - 0.02) / 2), (leg, leg, seat - 0.02), wood)
        chair.box((side, y, back / 2), (leg, leg, back), wood)
    apron(chair, (wide - 0.02, deep - 0.02), seat - 0.02, 0.06, wood)
    chair.box((0, y, back - 0.04), (wide - leg, 0.02, 0.08), wood)
    slats = draw.whole(2, 6)
    if draw.chance(0.5):
        for i in range(slats):
            at = (i + 1) / (slats + 1) * 2 * x - x
            chair.box((at, y, (seat + back) / 2 - 0.02), (0.03, 0.015, back - seat - 0.06), wood)
    else:
        for i in range(slats):
            chair.box((0, y, seat + (i + 0.6) / slats * (back - seat - 0.1)), (2 * x, 0.015, 0.04), wood)
    return chair.finish()


def ladder(draw: Draw) -> Model:
    """Round posts that lean back, bowed slats like rungs between them, a rush seat, turned stretchers."""
    wood, wide, deep = draw.wood(), draw.between(0.42, 0.5), draw.between(0.38, 0.44)
    seat, back, radius = draw.between(0.43, 0.47), draw.between(0.9, 1.12), draw.between(0.015, 0.02)
    lean = draw.between(0.04, 0.09)
    chair = Shape("chairs.ladder", "chair")
    x, y, narrow = wide / 2 - radius, deep / 2 - radius, wide / 2 - 0.04
    for side in (-1, 1):
        chair.rod((side * x, -y, 0), (side * x, -y, seat + 0.01), radius, wood)
        tube(chair, [(side * narrow, y, 0), (side * narrow, y, seat), (side * narrow, y + lean, back)], radius, wood)
        for z in (0.16, 0.27):
            chair.rod((side * x, -y, z), (side * narrow, y, z), 0.009, wood, sides=8)
    for z in (0.2, 0.32):
        chair.rod((-x, -y, z), (x, -y, z), 0.009, wood, sides=8)
    chair.rod((-narrow, y, 0.22), (narrow, y, 0.22), 0.009, wood, sides=8)
    padded(chair, (0, 0, seat - 0.02), (wide - 0.02, deep - 0.02, 0.04), rattan(draw), 0.02)
    slats = draw.whole(2, 5)
    for i in range(slats):
        low = seat + (i + 0.55) / (slats + 0.4) * (back - seat)
        at = y + lean * (low + 0.025 - seat) / (back - seat)
        bow = [(side * narrow, at + 0.025 * (1 - side * side)) for side in np.linspace(-1, 1, 7)]
        chair.sheet(bow, 0.012, low, low + 0.05, wood)
    return chair.finish()


def spindle(draw: Draw) -> Model:
    """A Windsor chair: splayed legs and a hoop full of spindles stand in a solid seat."""
    wood, wide, deep = draw.wood(), draw.between(0.42, 0.48), draw.between(0.4, 0.45)
    seat, rise, lean = draw.between(0.43, 0.46), draw.between(0.38, 0.56), draw.between(0.08, 0.14)
    chair = Shape("chairs.spindle", "chair")
    chair.prism(rounded(wide, deep, 3.0), seat - 0.035, seat, wood)
    legs(chair, (wide * 0.62, deep * 0.62), seat - 0.02, 0.035, wood, splay=0.07, foot=0.7)
    for side in (-0.165, 0.165):
        chair.rod((side, -0.16, 0.18), (side, 0.16, 0.18), 0.01, wood, sides=8)
    chair.rod((-0.165, 0, 0.18), (0.165, 0, 0.18), 0.01, wood, sides=8)
    half, y = wide * 0.42, deep * 0.32
    count = draw.whole(5, 9)
    for x in np.linspace(-0.78, 0.78, count):
        up = rise * np.sqrt(1 - x**2)
        chair.rod(
            (0.72 * half * x, y + 0.03 * (1 - x**2), seat - 0.01),
            (half * x, y + lean * up / rise, seat + up),
            0.008,
            wood,
        )
    angles = np.linspace(0, np.pi, 15)
    bow = np.column_stack([half * np.cos(angles), y + lean * np.sin(angles), seat - 0.01 + rise * np.sin(angles)])
    tube(chair, bow, 0.013, wood, bend=0)
    return chair.finish()


def bentwood(draw: Draw) -> Model:
    """A café chair: a round seat of cane, and two hoops of bent wood for a back."""
    wood, round_ = draw.wood(), draw.between(0.2, 0.225)
    seat, rise, lean = draw.between(0.44, 0.47), draw.between(0.38, 0.46), draw.between(0.08, 0.13)
    chair = Shape("chairs.bentwood", "chair")
    chair.lathe((0, 0, seat), [(round_, -0.035), (round_, 0.0)], wood)
    chair.lathe((0, 0, seat), [(round_ - 0.03, -0.01), (round_ - 0.03, 0.004)], rattan(draw))
    hoop(chair, (0, 0, seat * 0.45), round_, 0.008, wood)
    for side in (-1, 1):
        x, y = side * round_ * 0.62, round_ * 0.68
        chair.rod((x * 1.18, -y * 1.18, 0), (x, -y, seat - 0.01), 0.01, wood, end_radius=0.016)
        chair.rod((x * 1.15, y * 1.35, 0), (x, y, seat - 0.01), 0.01, wood, end_radius=0.016)
    inner = draw.between(0.5, 0.72)
    for share, radius in ((1.0, 0.014), (inner, 0.011)):
        line = [(-1, 0), (-1.02, 0.5), (-0.8, 1.08), (0.8, 1.08), (1.02, 0.5), (1, 0)]
        half, up = round_ * 0.85 * share, rise * (0.3 + 0.7 * share)
        y = round_ * np.sqrt(1 - (0.85 * share) ** 2) - 0.012
        bow = [(half * a, y + lean * b * up / rise, seat - 0.02 + up * b) for a, b in smooth(line, 3)]
        tube(chair, bow, radius, wood, bend=0)
    return chair.finish()


def folding(draw: Draw) -> Model:
    """Two frames that cross like scissors, a seat and a back of slats."""
    wood, wide = draw.wood(), draw.between(0.4, 0.46)
    seat, back, slope = draw.between(0.43, 0.46), draw.between(0.76, 0.86), draw.between(0.34, 0.42)
    chair = Shape("chairs.folding", "chair")
    depth = seat * 0.9
    for side in (-1, 1):
        outer, inner = side * (wide / 2 - 0.011), side * (wide / 2 - 0.033)
        _stick(chair, outer, (-depth / 2, 0), (back * slope + 0.04 - depth / 2, back), wood)
        _stick(chair, inner, (depth / 2, 0), (-depth / 2 - 0.02, seat - 0.02), wood)
        chair.box((inner, 0, seat - 0.025), (0.022, depth + 0.04, 0.03), wood)
    slats = draw.whole(4, 7)
    step = (depth + 0.04) / slats
    for i in range(slats):
        y = -depth / 2 - 0.02 + (i + 0.5) * step
        chair.box((0, y, seat - 0.005), (wide - 0.022, step - 0.008, 0.014), wood)
    for z in (back - 0.03, back - 0.11):
        chair.box((0, z * slope + 0.04 - depth / 2, z), (wide - 0.022, 0.014, 0.055), wood, tilt=slope)
    y, reach = depth / 2 - 0.08 * (depth + 0.02) / (seat - 0.02), wide / 2 - 0.033
    chair.rod((-reach, y, 0.08), (reach, y, 0.08), 0.008, wood, sides=8)
    return chair.finish()


def _stick(chair: Shape, x: float, low: tuple[float, float], high: tuple[float, float], wood: Material) -> None:
    """A flat bar between two points in y and z."""
    run, rise = high[0] - low[0], high[1] - low[1]
    middle = (x, (low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
    chair.box(middle, (0.02, 0.035, float(np.hypot(run, rise))), wood, tilt=float(np.arctan2(run, rise)))


def upholstered(draw: Draw) -> Model:
    """A dining chair covered all over, on four short legs; its back is one straight cushion."""
    cover, wood = covering(draw), draw.wood()
    wide, deep, thick = draw.between(0.44, 0.52), draw.between(0.46, 0.52), draw.between(0.08, 0.12)
    seat, back = draw.between(0.46, 0.5), draw.between(0.88, 1.08)
    low = draw.one_of((seat - thick, 0.22, 0.12))
    chair = Shape("chairs.upholstered", "chair")
    legs(chair, (wide - 0.02, deep - 0.02), low + 0.03, 0.045, wood, square=draw.chance(0.5), foot=0.6)
    padded(chair, (0, -0.02, (low + seat) / 2), (wide, deep - 0.04, seat - low), cover, 0.025, crown=0.02)
    tilt = draw.between(0.04, 0.14)
    tall = back - low - 0.02
    middle = (0, deep / 2 - 0.04 + tilt * (back - seat) / 2, low + 0.02 + tall / 2)
    padded(chair, middle, (wide, 0.08, tall), cover, 0.03, tilt=tilt)
    return chair.finish()


def panelled(draw: Draw) -> Model:
    """A kitchen chair with a padded seat and one curved board for a back, on tapered legs."""
    wood, wide, deep = draw.wood(), draw.between(0.43, 0.5), draw.between(0.42, 0.48)
    seat, back = draw.between(0.44, 0.47), draw.between(0.75, 0.84)
    chair = Shape("chairs.panelled", "chair")
    cover = covering(draw) if draw.chance(0.6) else wood
    padded(chair, (0, 0, seat - 0.025), (wide, deep, 0.05), cover, 0.02, crown=0.01)
    x, y = wide / 2 - 0.03, deep / 2 - 0.03
    for side in (-x, x):
        chair.rod((side * 1.1, -y * 1.1, 0), (side, -y, seat - 0.02), 0.011, wood, end_radius=0.018)
        line = [(side * 1.1, y + 0.05, 0), (side, y, seat - 0.03), (side, y + 0.07, back - 0.04)]
        tube(chair, line, 0.016, wood)
    tall, bow = draw.between(0.1, 0.24), draw.between(0.03, 0.07)
    line = [(side * (x + 0.03), y + 0.055 + bow * (1 - side * side)) for side in np.linspace(-1, 1, 9)]
    chair.sheet(line, 0.02, back - tall, back, wood)
    return chair.finish()


CHAIRS = (slatted, ladder, spindle, bentwood, folding, upholstered, panelled)
