"""Beds: the head is at the rear, so that it stands against a wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.making.joinery import block, legs
from geo3d.data_tools.rooms.furniture.making.parts import front_board, mound, tube
from geo3d.data_tools.rooms.furniture.making.upholstery import covering, linen, padded, pillow, quilt
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw, Material

WIDTHS = (0.8, 0.9, 1.0, 1.2, 1.4, 1.6, 1.8)
"""Of mattresses, in metres."""


def mattress(draw: Draw, widths: tuple[float, ...] = WIDTHS) -> tuple[float, float]:
    """Width and length of any."""
    return draw.one_of(widths) + draw.between(0.0, 0.04), draw.between(1.92, 2.06)


def bedding(bed: Shape, draw: Draw, size: tuple[float, float], low: float, x: float = 0.0) -> float:
    """A mattress from z = `low` on, with its head at y = size[1] / 2, made or unmade; gives its upper side."""
    (wide, long), thick = size, draw.between(0.14, 0.26)
    sheet, top, head = linen(draw), low + thick, size[1] / 2
    padded(bed, (x, 0, low + thick / 2), (wide, long, thick), sheet, 0.05)
    _pillows(bed, draw, x, wide, head, top)
    cover, style = linen(draw), draw.one_of(("made", "made", "folded", "blanket", "unmade"))
    until, reach = head - draw.between(0.5, 0.75), wide / 2 + 0.03
    foot = -head + 0.01
    if style in ("made", "blanket"):
        quilt(bed, draw, (x - reach, foot), (x + reach, until), top, draw.between(0.1, thick), cover)
    if style == "made" and draw.chance(0.6):
        padded(bed, (x, until - 0.02, top + 0.03), (2 * reach - 0.04, 0.22, 0.07), linen(draw), 0.03)
    if style == "blanket":
        throw = foot + draw.between(0.4, 0.7)
        quilt(bed, draw, (x - reach - 0.03, foot + 0.1), (x + reach + 0.03, throw), top + 0.034, 0.16, draw.cloth())
    if style == "folded":
        fold = foot + draw.between(0.5, 0.7)
        padded(
            bed, (x, (foot + fold) / 2, top + 0.05), (wide - 0.04, fold - foot - 0.04, 0.12), cover, 0.05, crown=0.02
        )
    if style == "unmade":
        _heap(bed, draw, (x - wide / 2 + 0.02, foot), (x + wide / 2 - 0.02, until), top, cover)
    return top


def _pillows(bed: Shape, draw: Draw, x: float, wide: float, head: float, top: float) -> None:
    """One or two side by side, flat or propped, perhaps with a smaller one before them."""
    count, propped, cloth = (2 if wide > 1.3 else 1), draw.chance(0.3), linen(draw)
    side = min(wide / count - 0.06, draw.between(0.55, 0.8))
    for i in range(count):
        at = x + (i + 0.5 - count / 2) * wide / count
        turn = draw.between(-0.1, 0.1)
        if propped:
            pillow(bed, (at, head - 0.17, top + 0.19), (side, 0.16, 0.42), cloth, tilt=0.4, turn=turn)
        else:
            pillow(bed, (at, head - 0.24, top + 0.06), (side, 0.42, 0.15), cloth, turn=turn)
    if draw.chance(0.35):
        y = head - (0.38 if propped else 0.5)
        pillow(bed, (x, y, top + 0.15), (0.42, 0.13, 0.36), draw.cloth(), tilt=0.5)


def _heap(
    bed: Shape, draw: Draw, low: tuple[float, float], high: tuple[float, float], top: float, cover: Material
) -> None:
    """A duvet thrown back: a mound of folds, higher towards one corner."""
    n = 14
    across, along = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n), indexing="ij")
    edge = (np.minimum(across, 1 - across) * np.minimum(along, 1 - along) * 16).clip(0, 1) ** 0.4
    corner = (along if draw.chance(0.5) else 1 - along) * 0.5 + (across if draw.chance(0.5) else 1 - across) * 0.5
    folds = sum(
        np.sin(draw.between(4, 16) * across + draw.between(4, 16) * along + draw.between(0, 6)) for _ in range(5)
    )
    height = edge * (0.04 + 0.1 * corner + 0.014 * (folds + 3))
    line = low[1] + (high[1] - low[1]) * along
    ragged = 1 - 0.12 * np.sin(draw.between(2, 6) * along + draw.between(0, 6)) ** 2
    x = (low[0] + high[0]) / 2 + (across - 0.5) * (high[0] - low[0]) * ragged
    mound(bed, np.stack([x, line, top + height], axis=2), top - 0.01, cover)


def panel(draw: Draw) -> Model:
    """Head and foot of boards, the head's perhaps arched, with rails between."""
    wood, size = draw.wood(), mattress(draw)
    (wide, long), low = size, draw.between(0.22, 0.34)
    bed, x, y = Shape("beds.panel", "bed"), size[0] / 2 + 0.03, size[1] / 2 + 0.025
    head, foot, arch = draw.between(0.8, 1.15), draw.between(0.35, 0.6), draw.one_of((0.0, 0.0, 0.12, 0.2))
    for side in (-x, x):
        bed.box((side, y, head / 2), (0.06, 0.06, head), wood)
        bed.box((side, -y, (foot + 0.02) / 2), (0.06, 0.06, foot + 0.02), wood)
        bed.box((side, 0, low), (0.03, long + 0.02, 0.16), wood)
    curve = [(x * a, head - 0.04 + arch * np.cos(a * np.pi / 2)) for a in np.linspace(1, -1, 9)]
    front_board(bed, [(-x, 0.25), (x, 0.25), *curve], y - 0.015, y + 0.015, wood)
    bed.box((0, -y, foot * 0.62), (2 * x, 0.026, foot * 0.6), wood)
    bed.box((0, 0, low - 0.01), (wide + 0.04, long, 0.02), wood)
    bedding(bed, draw, size, low)
    return bed.finish()


def barred(draw: Draw) -> Model:
    """A metal bed: bent tube and bars at the head and the foot."""
    metal, size = draw.metal(), mattress(draw)
    long, low = size[1], draw.between(0.26, 0.38)
    bed, x, y = Shape("beds.barred", "bed"), size[0] / 2 + 0.02, size[1] / 2 + 0.02
    head = draw.between(0.85, 1.15)
    for at, tall in ((y, head), (-y, low + draw.between(0.15, 0.4))):
        rise = draw.between(0.0, 0.12)
        line = [
            (-x, at, 0),
            (-x, at, tall - rise),
            (-0.5 * x, at, tall),
            (0.5 * x, at, tall),
            (x, at, tall - rise),
            (x, at, 0),
        ]
        tube(bed, line, 0.018, metal, bend=0.1)
        bed.rod((-x, at, low + 0.02), (x, at, low + 0.02), 0.014, metal)
        for a in np.linspace(-0.8, 0.8, draw.whole(4, 9)):
            top = tall - rise * max(0.0, 2 * abs(a) - 1)
            bed.rod((a * x, at, low), (a * x, at, top), 0.009, metal, sides=8)
    for side in (-x, x):
        bed.box((side, 0, low - 0.01), (0.025, 2 * y, 0.05), metal)
    bed.box((0, 0, low - 0.01), (2 * x, long, 0.02), metal)
    bedding(bed, draw, size, low)
    return bed.finish()


def padded_head(draw: Draw) -> Model:
    """Upholstered all round: a box on short legs, a head of channels or of one cushion."""
    cover, size = covering(draw), mattress(draw, WIDTHS[3:])
    (wide, long), low = size, draw.between(0.26, 0.34)
    bed, head, y = Shape("beds.padded_head", "bed"), draw.between(0.95, 1.3), size[1] / 2
    legs(bed, (wide, long), 0.14, 0.06, draw.wood(), foot=0.7)
    padded(bed, (0, 0, (low + 0.16) / 2), (wide + 0.1, long + 0.06, low - 0.04), cover, 0.03)
    channels, broad = draw.whole(1, 9), wide + draw.between(0.08, 0.3)
    step = broad / channels
    for i in range(channels):
        x = (i + 0.5) * step - broad / 2
        padded(bed, (x, y + 0.07, head / 2 + 0.05), (step + 0.005, 0.12, head - 0.1), cover, min(0.05, step / 2.2))
    bedding(bed, draw, size, low)
    return bed.finish()


def platform(draw: Draw) -> Model:
    """A low board wider than its mattress, on a set-back plinth; its head is a plank or missing."""
    wood, size = draw.wood(), mattress(draw, WIDTHS[2:])
    (wide, long), low, rim = size, draw.between(0.16, 0.26), draw.between(0.06, 0.2)
    bed = Shape("beds.platform", "bed")
    bed.box((0, 0, (low - 0.04) / 2), (wide - 0.2, long - 0.3, low - 0.04), wood)
    block(bed, (-wide / 2 - rim, -long / 2 - rim, low - 0.05), (wide / 2 + rim, long / 2 + 0.02, low), wood)
    top = bedding(bed, draw, size, low)
    if draw.chance(0.6):
        tall = top + draw.between(0.15, 0.4)
        bed.box((0, long / 2 + 0.06, tall / 2), (wide + 2 * rim, 0.04, tall), wood, tilt=0.06)
        block(bed, (-wide / 2, long / 2, 0.02), (wide / 2, long / 2 + 0.06, low - 0.02), wood)
    return bed.finish()


def divan(draw: Draw) -> Model:
    """A box spring as wide as its mattress, on castors or feet, with no head, or one of cloth."""
    cover, size = draw.cloth(), mattress(draw)
    (wide, long), low = size, draw.between(0.3, 0.4)
    bed = Shape("beds.divan", "bed")
    legs(bed, (wide - 0.1, long - 0.1), 0.1, 0.05, draw.metal())
    padded(bed, (0, 0, (low + 0.07) / 2), (wide, long, low - 0.07), cover, 0.025)
    if draw.chance(0.5):
        head = draw.between(0.9, 1.1)
        padded(bed, (0, long / 2 + 0.03, head / 2 + 0.1), (wide, 0.07, head - 0.2), cover, 0.02)
    bedding(bed, draw, size, low)
    return bed.finish()


BEDS = (panel, barred, padded_head, platform, divan)
