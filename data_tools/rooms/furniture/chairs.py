"""Chairs: the front of each is where one's knees are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def slatted(draw: Draw) -> Model:
    """A wooden kitchen chair whose back is a row of upright or level slats."""
    wood, wide, deep = draw.wood(), draw.between(0.38, 0.46), draw.between(0.38, 0.46)
    seat, back, leg = draw.between(0.43, 0.48), draw.between(0.8, 1.05), draw.between(0.03, 0.045)
    chair = Shape("chairs.slatted", "chair")
    chair.box((0, 0, seat - 0.015), (wide, deep, 0.03), wood)
    x, y = (wide - leg) / 2, (deep - leg) / 2
    for side in (-x, x):
        chair.box((side, -y, (seat - 0.02) / 2), (leg, leg, seat - 0.02), wood)
        chair.box((side, y, back / 2), (leg, leg, back), wood)
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


def cantilever(draw: Draw) -> Model:
    """A bent steel tube carries seat and back, with nothing under the seat's rear."""
    tube, cloth = draw.metal(), draw.cloth()
    wide, deep, seat = draw.between(0.42, 0.5), draw.between(0.42, 0.5), draw.between(0.43, 0.47)
    back, radius = draw.between(0.8, 0.95), draw.between(0.01, 0.014)
    chair = Shape("chairs.cantilever", "chair")
    for x in (-wide / 2, wide / 2):
        low, knee = (x, -deep / 2, radius), (x, -deep / 2, seat - 0.02)
        rear, head = (x, deep / 2, seat - 0.02), (x, deep / 2 + 0.08, back)
        for start, end in ((low, knee), (knee, rear), (rear, head), (low, (x, deep / 2, radius))):
            chair.rod(start, end, radius, tube, sides=8)
    chair.rod((-wide / 2, deep / 2, radius), (wide / 2, deep / 2, radius), radius, tube, sides=8)
    chair.box((0, 0, seat), (wide, deep * 0.95, 0.04), cloth)
    chair.box((0, deep / 2 + 0.05, (seat + back) / 2 + 0.1), (wide, 0.03, (back - seat) * 0.6), cloth, tilt=0.17)
    return chair.finish()
