"""Curtains at windows and showers, as wide as asked for along x, on rods and rails whose brackets reach the wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import bow, spread, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

CLOTH = 0.01
"""Thickness of a curtain, in metres."""


def pleated(draw: Draw, width: float) -> Model:
    """A pair on rings, drawn to the sides, half shut or shut."""
    curtain, cloth, metal, top = Shape("curtains.pleated", "curtain"), draw.cloth(), draw.metal(), _height(draw)
    _rod(curtain, width, top, metal, draw.between(0.05, 0.09))
    share = draw.one_of((0.22, 0.3, 0.4, 0.5))
    for side in (-1, 1):
        outer, inner = side * (width / 2 - 0.03), side * (width / 2 - 0.03) * (1 - 2 * share)
        _drape(curtain, sorted((outer, inner)), (0, top - 0.03), cloth, draw.between(0.02, 0.04))
        for x, _ in spread(5, *sorted((outer, inner))):
            curtain.rod((x - 0.005, 0, top - 0.006), (x + 0.005, 0, top - 0.006), 0.024, metal, sides=10)
    return curtain.finish()


def eyelets(draw: Draw, width: float) -> Model:
    """One panel in deep even folds, the rod passing through it."""
    curtain, top = Shape("curtains.eyelets", "curtain"), _height(draw)
    _rod(curtain, width, top, draw.metal(), 0.1)
    length = (width - 0.08) * draw.one_of((0.35, 0.6, 1.0))
    left = -width / 2 + 0.04 + (width - 0.08 - length) * draw.whole(0, 1)
    _drape(curtain, (left, left + length), (0, top + 0.04), draw.cloth(), draw.between(0.04, 0.055), 0.14)
    return curtain.finish()


def tied_back(draw: Draw, width: float) -> Model:
    """A pair gathered by bands at hip height, under a rod."""
    curtain, cloth, top = Shape("curtains.tied_back", "curtain"), draw.cloth(), _height(draw)
    _rod(curtain, width, top, draw.wood(), 0.08)
    waist, band = draw.between(0.35, 0.5) * top, draw.cloth()
    for side in (-1, 1):
        span, at = sorted((side * (width / 2 - 0.03), side * 0.04)), side * 0.42 * width
        _drape(curtain, span, (0, top), cloth, 0.03, waist=(waist, at, 0.3))
        middle, wide = at + 0.3 * (sum(span) / 2 - at), 0.3 * (span[1] - span[0])
        curtain.box((middle, 0, waist), (wide + 0.02, 0.08, 0.06), band)
    return curtain.finish()


def pelmet(draw: Draw, width: float) -> Model:
    """Long curtains under a box that hides the rail."""
    curtain, cloth, top = Shape("curtains.pelmet", "curtain"), draw.cloth(), _height(draw)
    front, board = draw.between(0.15, 0.28), draw.wood() if draw.chance(0.6) else cloth
    curtain.box((0, -0.08, top - front / 2), (width, 0.02, front), board)
    curtain.box((0, 0, top - 0.01), (width, 0.18, 0.02), board)
    for side in (-1, 1):
        curtain.box((side * (width / 2 - 0.01), 0, top - front / 2), (0.02, 0.18, front), board)
        share = draw.between(0.2, 0.45)
        span = sorted((side * (width / 2 - 0.03), side * (width / 2 - 0.03) * (1 - 2 * share)))
        _drape(curtain, span, (0, top - 0.015), cloth, 0.035)
    return curtain.finish()


def panels(draw: Draw, width: float) -> Model:
    """Flat lengths of cloth in parallel tracks, weighted at the foot."""
    curtain, cloth, metal, top = Shape("curtains.panels", "curtain"), draw.cloth(), draw.metal(), _height(draw)
    tracks, count = draw.whole(2, 3), draw.whole(3, 5)
    curtain.box((0, 0, top - 0.015), (width, 0.03 * tracks + 0.02, 0.03), metal)
    wide = (width - 0.02) / count + 0.03
    for i in range(count):
        x, y = (
            -width / 2 + 0.01 + wide / 2 + i * (width - 0.02 - wide) / (count - 1),
            0.03 * (i % tracks - tracks / 2 + 0.5),
        )
        if draw.chance(0.8):
            curtain.box((x, y, top / 2), (wide, CLOTH, top - 0.03), cloth)
            curtain.box((x, y, 0.02), (wide, 0.02, 0.03), metal)
    return curtain.finish()


def cafe(draw: Draw, width: float) -> Model:
    """Short curtains over the lower half of a window, perhaps with a frill above them."""
    curtain, cloth, metal = Shape("curtains.cafe", "curtain"), draw.cloth(), draw.metal()
    low, high = draw.between(0.55, 0.8), draw.between(1.1, 1.4)
    for top in (low, high):
        tube(curtain, [(-width / 2, 0, top), (width / 2, 0, top)], 0.008, metal)
        for side in (-1, 1):
            curtain.box((side * (width / 2 - 0.015), 0.03, top), (0.03, 0.07, 0.03), metal)
    gap = draw.between(0, 0.2) * width
    for span in ((-width / 2 + 0.03, -gap / 2 - 0.005), (gap / 2 + 0.005, width / 2 - 0.03)):
        _drape(curtain, span, (0, low + 0.02), cloth, 0.018, 0.07)
    _drape(curtain, (-width / 2 + 0.03, width / 2 - 0.03), (high - 0.25, high + 0.02), cloth, 0.02, 0.08)
    return curtain.finish()


def shower_straight(draw: Draw, width: float) -> Model:
    """A rod from wall to wall with rings, the curtain drawn or half drawn."""
    curtain, top = Shape("curtains.shower_straight", "shower curtain"), draw.between(1.8, 2.0)
    metal = draw.metal()
    _between_walls(curtain, width, top, metal)
    length = (width - 0.06) * draw.one_of((0.4, 0.7, 1.0))
    left = -width / 2 + 0.03
    _drape(curtain, (left, left + length), (0, top - 0.04), _vinyl(draw), draw.between(0.02, 0.035))
    for x, _ in spread(8, left, left + length):
        curtain.rod((x - 0.005, 0, top - 0.02), (x + 0.005, 0, top - 0.02), 0.035, metal, sides=10)
    return curtain.finish()


def shower_bowed(draw: Draw, width: float) -> Model:
    """A rod that bulges out of the bath; the curtain follows it."""
    curtain, top, out = (
        Shape("curtains.shower_bowed", "shower curtain"),
        draw.between(1.8, 2.0),
        draw.between(0.12, 0.2),
    )
    points = bow((0.012 - width / 2, 0, top), (width / 2 - 0.012, 0, top), (0, -out, 0), 10)
    tube(curtain, points, 0.012, draw.metal())
    share, folds = draw.one_of((0.5, 1.0)), round(width / 0.12)
    angles = np.linspace(-1.4, -1.4 + 2.8 * share, 6 * folds)
    wave = 0.025 * np.sin(np.linspace(0, 2 * np.pi * folds * share, len(angles)))
    line = np.column_stack([np.sin(angles) * width / 2, -np.cos(angles) * out + wave])
    curtain.sheet([(x, y) for x, y in line], CLOTH, 0, top, _vinyl(draw))
    return curtain.finish()


def shower_lined(draw: Draw, width: float) -> Model:
    """Two curtains on one rod, cloth outside and a plain one within, drawn to different lengths."""
    curtain, top = Shape("curtains.shower_lined", "shower curtain"), draw.between(1.8, 2.0)
    _between_walls(curtain, width, top, draw.metal())
    for y, material in ((-0.035, draw.cloth()), (0.035, draw.paint())):
        length = (width - 0.06) * draw.between(0.45, 1)
        _drape(curtain, (-width / 2 + 0.03, length - width / 2 + 0.03), (0, top), material, 0.022, y=y)
    return curtain.finish()


def shower_rail(draw: Draw, width: float) -> Model:
    """A flat rail hung from above by rods, with a long curtain gathered to both sides."""
    curtain, top = Shape("curtains.shower_rail", "shower curtain"), draw.between(1.9, 2.05)
    metal, vinyl, share = draw.metal(), _vinyl(draw), draw.between(0.2, 0.5)
    curtain.box((0, 0, top), (width, 0.03, 0.025), metal)
    for x in (-0.3 * width, 0.3 * width):
        tube(curtain, [(x, 0, top), (x, 0, top + 0.15)], 0.006, metal)
    for side in (-1, 1):
        span = sorted((side * (width / 2 - 0.01), side * (width / 2 - 0.01) * (1 - 2 * share)))
        _drape(curtain, span, (0, top), vinyl, draw.between(0.02, 0.04), 0.1)
    return curtain.finish()


def shower_panels(draw: Draw, width: float) -> Model:
    """Stiff leaves in zigzag under a flat track."""
    curtain, top = Shape("curtains.shower_panels", "shower curtain"), draw.between(1.75, 1.95)
    metal, vinyl = draw.metal(), _vinyl(draw)
    curtain.box((0, 0, top), (width, 0.12, 0.03), metal)
    leaves, share = 2 * max(2, round(width / 0.4)), draw.one_of((0.5, 0.75, 1.0))
    xs = np.linspace(-width / 2 + 0.01, -width / 2 + 0.01 + (width - 0.02) * share, leaves + 1)
    line = [(x, 0.04 * (-1) ** i) for i, x in enumerate(xs)]
    curtain.sheet(line, 0.012, 0, top, vinyl)
    for x, y in line:
        tube(curtain, [(x, y, 0.0), (x, y, top)], 0.009, metal)
    return curtain.finish()


def _height(draw: Draw) -> float:
    """Of the rod: from the floor on, or for a curtain that ends below the sill."""
    return draw.between(2.15, 2.4) if draw.chance(0.7) else draw.between(1.4, 1.7)


def _vinyl(draw: Draw) -> Material:
    return draw.cloth() if draw.chance(0.7) else Material(draw.shade((235, 238, 240), 0.06))


def _rod(curtain: Shape, width: float, height: float, material: Material, out: float) -> None:
    """A rod with a knob at each end and brackets that reach back by `out`."""
    curtain.rod((-width / 2, 0, height), (width / 2, 0, height), 0.012, material, sides=10)
    for side in (-1, 1):
        curtain.rod((side * (width / 2 - 0.04), 0, height), (side * width / 2, 0, height), 0.024, material, 0.012, 10)
        curtain.box((side * (width / 2 - 0.06), out / 2, height), (0.02, out, 0.04), material)


def _between_walls(curtain: Shape, width: float, height: float, material: Material) -> None:
    curtain.rod((-width / 2, 0, height), (width / 2, 0, height), 0.012, material, sides=10)
    for side in (-1, 1):
        curtain.rod((side * (width / 2 - 0.015), 0, height), (side * width / 2, 0, height), 0.03, material, sides=10)


def _drape(
    curtain: Shape,
    span: tuple[float, float] | list[float],
    heights: tuple[float, float],
    material: Material,
    swing: float,
    fold: float = 0.11,
    y: float = 0.0,
    waist: tuple[float, float, float] | None = None,
) -> None:
    """Cloth in folds about `fold` wide and `swing` deep either way, between two heights.

    It flares towards its foot. At a `waist` (height, x, share of its width) it is gathered around that x.
    """
    left, right = span
    folds = min(max(2, round((right - left) / fold)), 30 if waist is None else 16)
    along = np.linspace(0, 1, 5 * folds + 1)
    wave = np.sin(2 * np.pi * folds * along) + 0.35 * np.sin(2 * np.pi * 0.37 * folds * along + 1)
    low, high = heights
    levels = (
        np.array([low, high])
        if waist is None
        else np.array([low, (low + waist[0]) / 2, *waist[:1], (waist[0] + high) / 2, high])
    )
    sheets = []
    for level in levels:
        x, share = left + (right - left) * along, (level - low) / (high - low)
        if waist is not None:
            pull = (1 - waist[2]) * np.exp(-(((level - waist[0]) / (0.35 * high)) ** 2))
            x = x + pull * (waist[1] - x)
        sheets.append(_ribbon(np.column_stack([x, y + 0.7 * swing * wave * (1.1 - 0.3 * share)]), level))
    curtain.solid(np.concatenate(sheets), _ribbon_faces(len(along), len(levels)), material)


def _ribbon(line: np.ndarray, height: float) -> np.ndarray:
    """The line's points moved half the cloth's thickness to its right, then those moved to its left."""
    way = np.gradient(line, axis=0)
    side = np.column_stack([way[:, 1], -way[:, 0]]) / np.linalg.norm(way, axis=1, keepdims=True) * CLOTH / 2
    return np.column_stack([np.concatenate([line + side, line - side]), np.full(2 * len(line), height)])


def _ribbon_faces(count: int, levels: int) -> np.ndarray:
    """Of a closed sheet whose levels are made by :func:`_ribbon`."""
    rim = np.concatenate([np.arange(count), np.arange(2 * count - 1, count - 1, -1)])
    after = np.roll(rim, -1)
    walls = [
        np.column_stack([rim, after, after + 2 * count, rim + 2 * count]) + 2 * count * i for i in range(levels - 1)
    ]
    i = np.arange(count - 1)
    foot = np.column_stack([i, i + count, i + count + 1, i + 1])
    head = np.column_stack([i, i + 1, i + count + 1, i + count]) + 2 * count * (levels - 1)
    quads = np.concatenate([*walls, foot, head])
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


CURTAINS = (pleated, eyelets, tied_back, pelmet, panels, cafe)
SHOWER_CURTAINS = (shower_straight, shower_bowed, shower_lined, shower_rail, shower_panels)
