"""Beds that are more than a bed: with drawers and shelves, a canopy, a second storey, bars; heads at the rear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.beds_and_tables.beds import WIDTHS, bedding, mattress
from geo3d.data_tools.rooms.furniture.making.joinery import apron, block, carcass, drawers, legs, trim
from geo3d.data_tools.rooms.furniture.making.parts import place, rotation
from geo3d.data_tools.rooms.furniture.making.upholstery import linen, padded, pillow
from geo3d.data_tools.rooms.furniture.storage.books import fill
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def captain(draw: Draw) -> Model:
    """Drawers under the mattress, a bookcase for a head."""
    wood, size = draw.wood(), mattress(draw, WIDTHS[:5])
    (wide, long), low = size, draw.between(0.34, 0.46)
    bed, look = Shape("storied_beds.captain", "bed"), trim(draw, wood)
    x, y = wide / 2 + 0.02, long / 2
    block(bed, (-x, -y - 0.02, 0.06), (x, y, low), wood)
    block(bed, (-x + 0.04, -y + 0.03, 0), (x - 0.04, y, 0.07), wood)
    part, count = Shape("", "bed"), draw.whole(2, 3)
    for i in range(count):
        left = -y + 0.05 + i * (long - 0.1) / count
        drawers(part, (left, 0.1), (left + (long - 0.1) / count, low - 0.05), -x, draw.whole(1, 2), look)
    for turn in (-np.pi / 2, np.pi / 2):
        place(bed, part, rotation(turn=turn))
    head, deep = low + draw.between(0.5, 0.75), draw.between(0.22, 0.3)
    carcass(bed, (-x, y, 0), (x, y + deep, head), wood)
    for low_x, high_x in ((-x + 0.018, 0.0), (0.0, x - 0.018)):
        fill(bed, draw, (low_x + 0.01, y + 0.02), (high_x - 0.01, y + deep - 0.01), low + 0.28, head - low - 0.3)
    block(bed, (-x + 0.01, y + 0.01, low + 0.26), (x - 0.01, y + deep, low + 0.28), wood)
    block(bed, (-x + 0.01, y + 0.005, 0.05), (x - 0.01, y + 0.02, low + 0.27), wood)
    bed.top((-x + 0.01, y + 0.01), (x - 0.01, y + deep - 0.01), head)
    bedding(bed, draw, size, low)
    return bed.finish()


def canopied(draw: Draw) -> Model:
    """Four tall posts joined above by rails."""
    wood, size = (draw.wood() if draw.chance(0.6) else draw.metal()), mattress(draw, WIDTHS[3:])
    (wide, long), low = size, draw.between(0.28, 0.4)
    tall, post = draw.between(1.9, 2.1), draw.between(0.035, 0.075)
    bed, x, y = Shape("storied_beds.canopied", "bed"), wide / 2 + post / 2, long / 2 + post / 2
    legs(bed, (2 * x + post, 2 * y + post), tall, post, wood, square=draw.chance(0.6))
    for side in (-1, 1):
        bed.box((side * x, 0, tall - 0.03), (post * 0.7, 2 * y, 0.04), wood)
        bed.box((0, side * y, tall - 0.03), (2 * x, post * 0.7, 0.04), wood)
        bed.box((side * x, 0, low), (0.03, 2 * y, 0.15), wood)
        bed.box((0, side * y, low), (2 * x, 0.03, 0.15), wood)
    head = draw.between(0.8, 1.1)
    bed.box((0, y, (low + head) / 2), (2 * x, 0.025, head - low), wood)
    bed.box((0, 0, low - 0.01), (2 * x, 2 * y, 0.02), wood)
    bedding(bed, draw, size, low)
    return bed.finish()


def bunk(draw: Draw) -> Model:
    """One bed over another, with a ladder at the side or the foot, and a rail."""
    wood, size = draw.wood(), mattress(draw, WIDTHS[:2])
    (wide, long), low, high = size, draw.between(0.22, 0.34), draw.between(1.15, 1.35)
    bed, post, tall = Shape("storied_beds.bunk", "bed"), draw.between(0.05, 0.07), high + draw.between(0.36, 0.5)
    x, y = wide / 2 + post / 2, long / 2 + post / 2
    legs(bed, (2 * x + post, 2 * y + post), tall, post, wood, square=True)
    for floor in (low, high):
        for side in (-1, 1):
            bed.box((side * x, 0, floor), (0.025, 2 * y, 0.13), wood)
            bed.box((0, side * y, floor), (2 * x, 0.025, 0.13), wood)
            for z in (0.2, 0.31):
                bed.box((0, side * y, floor + z), (2 * x, 0.02, 0.07), wood)
        bed.box((0, 0, floor - 0.01), (2 * x, 2 * y, 0.02), wood)
        _flat_bed(bed, draw, size, floor)
    for z in (high + 0.2, high + 0.31):
        bed.box((x, 0, z), (0.02, 2 * y, 0.07), wood)
        bed.box((-x, 0.25, z), (0.02, 2 * y - 0.5, 0.07), wood)
    bed.box((-x, 0.02 - y + 0.5, high + 0.2), (0.03, 0.05, 0.4), wood)
    for y_ in (-y + 0.08, -y + 0.46):
        bed.box((-x - 0.03, y_, tall / 2 - 0.05), (0.03, 0.05, tall - 0.1), wood)
    for z in np.arange(0.22, high, 0.26):
        bed.rod((-x - 0.03, -y + 0.08, z), (-x - 0.03, -y + 0.46, z), 0.016, wood, sides=8)
    return bed.finish()


def _flat_bed(bed: Shape, draw: Draw, size: tuple[float, float], low: float) -> None:
    """A thin mattress with a pillow and a flat cover, which fits below another bed."""
    thick = draw.between(0.1, 0.15)
    padded(bed, (0, 0, low + thick / 2), (size[0], size[1], thick), linen(draw), 0.04)
    long = size[1] * draw.between(0.55, 0.72)
    padded(
        bed,
        (0, 0.02 + (long - size[1]) / 2, low + thick + 0.02),
        (size[0] - 0.02, long, 0.07),
        linen(draw),
        0.03,
        crown=0.03,
    )
    pillow(bed, (0, size[1] / 2 - 0.24, low + thick + 0.05), (size[0] * 0.7, 0.4, 0.13), linen(draw))


def loft(draw: Draw) -> Model:
    """A single bed high on posts over a desk-high shelf, with a ladder at its foot."""
    metal, size = draw.metal(), mattress(draw, WIDTHS[:3])
    (wide, long), high, post = size, draw.between(1.45, 1.65), draw.between(0.04, 0.06)
    bed, x, y = Shape("storied_beds.loft", "bed"), wide / 2 + post / 2, long / 2 + post / 2
    tall = high + draw.between(0.32, 0.42)
    legs(bed, (2 * x + post, 2 * y + post), tall, post, metal)
    for side in (-1, 1):
        for z in (high, tall - 0.03, (high + tall) / 2 + 0.03):
            bed.rod((side * x, -y, z), (side * x, y, z), 0.018, metal, sides=8)
            bed.rod((-x, side * y, z), (x, side * y, z), 0.018, metal, sides=8)
        bed.rod((-x, side * y, 0.12), (x, side * y, 0.12), 0.018, metal, sides=8)
    bed.box((0, 0, high), (2 * x, 2 * y, 0.025), metal)
    for side in (-0.19, 0.19):
        bed.rod((side, -y - 0.16, 0), (side, -y, tall - 0.03), 0.016, metal, sides=8)
    for share in np.linspace(0.14, 0.8, 6):
        at = (-y - 0.16 * (1 - share), share * (tall - 0.03))
        bed.rod((-0.19, *at), (0.19, *at), 0.014, metal, sides=8)
    _flat_bed(bed, draw, size, high + 0.012)
    board, wood = draw.between(0.68, 0.76), draw.wood()
    block(bed, (-x, y - 0.5, board - 0.03), (x, y, board), wood)
    bed.top((-x + 0.03, y - 0.49), (x - 0.03, y - 0.05), board, high - board - 0.05)
    return bed.finish()


def cot(draw: Draw) -> Model:
    """A child's bed in a cage of bars."""
    wood, (wide, long) = draw.wood(), (draw.between(0.62, 0.72), draw.between(1.22, 1.42))
    bed, low, tall = Shape("storied_beds.cot", "bed"), draw.between(0.25, 0.45), draw.between(0.85, 1.0)
    x, y, post = wide / 2, long / 2, 0.045
    legs(bed, (wide + post, long + post), tall, post, wood, square=True)
    for z in (low, tall - 0.02):
        apron(bed, (wide + 0.03, long + 0.03), z + 0.02, 0.045, wood, 0.028)
    for side in (-1, 1):
        for at in np.linspace(-1, 1, 15)[1:-1]:
            bed.rod((side * x, at * y, low), (side * x, at * y, tall - 0.02), 0.008, wood, sides=6)
        if draw.chance(0.5):
            bed.box((0, side * y, (low + tall) / 2), (wide, 0.016, tall - low - 0.02), wood)
        else:
            for at in np.linspace(-1, 1, 8)[1:-1]:
                bed.rod((at * x, side * y, low), (at * x, side * y, tall - 0.02), 0.008, wood, sides=6)
    bed.box((0, 0, low), (wide, long, 0.02), wood)
    padded(bed, (0, 0, low + 0.06), (wide - 0.04, long - 0.04, 0.1), linen(draw), 0.03)
    if draw.chance(0.7):
        pillow(bed, (0, y - 0.2, low + 0.14), (0.4, 0.28, 0.08), linen(draw))
        padded(bed, (0, -0.16, low + 0.12), (wide - 0.08, long * 0.6, 0.05), linen(draw), 0.022, crown=0.02)
    return bed.finish()


STORIED_BEDS = (captain, canopied, bunk, loft, cot)
