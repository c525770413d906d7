"""Blinds, as wide as asked for along x, and towels with what they hang on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.making.forms import spread, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def venetian(draw: Draw, width: float) -> Model:
    """Level slats on cords under a head rail, slanting, let down so far."""
    blind, paint = Shape("hangings.venetian", "blinds"), draw.paint()
    full, tilt = draw.between(0.9, 1.5), draw.between(-1.0, 1.0)
    low = full * draw.one_of((0.0, 0.0, 0.0, 0.4, 0.6))
    blind.box((0, 0, full - 0.02), (width, 0.05, 0.04), paint)
    for z, _ in spread(max(3, round((full - low) / 0.045)), low + 0.02, full - 0.04):
        blind.box((0, 0, z), (width - 0.01, 0.05, 0.008), paint, tilt=tilt)
    blind.box((0, 0, low + 0.01), (width - 0.01, 0.045, 0.02), paint)
    for x in np.linspace(-0.38, 0.38, max(2, round(width / 0.6))) * width:
        tube(blind, [(x, 0, low), (x, 0, full - 0.02)], 0.004, paint)
    return blind.finish()


def roller(draw: Draw, width: float) -> Model:
    """A sheet from a roll with a bar at its foot and a cord beside it."""
    blind, cloth, metal = Shape("hangings.roller", "blinds"), draw.cloth(), draw.metal()
    full, roll = draw.between(0.9, 1.6), draw.between(0.02, 0.03)
    low = full * draw.one_of((0.0, 0.0, 0.3, 0.6, 0.8))
    blind.rod((0.01 - width / 2, 0, full - 0.03), (width / 2 - 0.01, 0, full - 0.03), roll, cloth)
    for side in (-1, 1):
        blind.box((side * (width / 2 - 0.008), 0.005, full - 0.03), (0.016, 0.075, 0.07), metal)
    blind.box((0, roll - 0.004, (low + full - 0.03) / 2), (width - 0.05, 0.008, full - 0.03 - low), cloth)
    blind.box((0, roll - 0.004, low + 0.01), (width - 0.05, 0.016, 0.025), metal)
    tube(blind, [(width / 2 - 0.008, -0.03, full - 0.03), (width / 2 - 0.008, -0.03, 0.3 * full)], 0.004, metal)
    return blind.finish()


def roman(draw: Draw, width: float) -> Model:
    """Cloth drawn up into soft folds that lie on one another at its foot."""
    blind, cloth, full = Shape("hangings.roman", "blinds"), draw.cloth(), draw.between(0.9, 1.5)
    low, folds = full * draw.between(0, 0.5), draw.whole(2, 5)
    blind.box((0, 0, full - 0.02), (width, 0.05, 0.04), draw.wood())
    blind.box((0, 0, (low + full) / 2), (width - 0.01, 0.012, full - low - 0.02), cloth)
    for i in range(folds):
        size = (width - 0.012, 0.05 + 0.012 * i, 0.07)
        blind.cushion((0, -0.01, low + 0.05 + 0.035 * (folds - 1 - i)), size, cloth, squareness=6, detail=6)
    return blind.finish()


def vertical(draw: Draw, width: float) -> Model:
    """Upright strips under a rail, turned together and perhaps pushed to one side."""
    blind, cloth, full = Shape("hangings.vertical", "blinds"), draw.cloth(), draw.between(1.2, 2.2)
    blind.box((0, 0, full - 0.02), (width, 0.045, 0.04), draw.paint())
    turn, share = draw.between(0.1, 1.3), draw.one_of((0.3, 1.0, 1.0))
    along, across = np.cos(turn) * 0.045, np.sin(turn) * 0.045
    for x, _ in spread(max(4, round(width / 0.085)), 0.04 - width / 2, 0.04 - width / 2 + (width - 0.08) * share):
        along = min(along, 0.04)
        blind.sheet([(x - along, -across), (x, 0.004), (x + along, across)], 0.008, 0, full - 0.03, cloth)
    return blind.finish()


def towel_rail(draw: Draw) -> Model:
    """A bar on two posts, and one or two towels folded over it."""
    rail, metal, width = Shape("hangings.towel_rail", "towel"), draw.metal(), draw.between(0.45, 0.8)
    out, length = draw.between(0.06, 0.1), draw.between(0.3, 0.7)
    tube(rail, [(-width / 2, -out, length), (width / 2, -out, length)], 0.009, metal, "otherprop")
    for x in (0.01 - width / 2, width / 2 - 0.01):
        tube(rail, [(x, -out, length), (x, 0, length)], 0.009, metal, "otherprop")
        rail.box((x, -0.005, length), (0.02, 0.01, 0.05), metal, label="otherprop")
    for x, extent in spread(draw.whole(1, 2), -width / 2 + 0.02, width / 2 - 0.02):
        _folded(rail, draw, x, -out, length, extent * draw.between(0.6, 0.92))
    return rail.finish()


def towel_hooks(draw: Draw) -> Model:
    """A board with hooks and towels bunched on some of them."""
    board, count, wood, metal = Shape("hangings.towel_hooks", "towel"), draw.whole(2, 5), draw.wood(), draw.metal()
    width, height = 0.16 * count, draw.between(0.55, 0.95)
    board.box((0, -0.01, height + 0.02), (width, 0.02, 0.09), wood, label="otherprop")
    for i, (x, _) in enumerate(spread(count, -width / 2, width / 2)):
        tube(board, [(x, 0, height), (x, -0.06, height), (x, -0.07, height + 0.03)], 0.006, metal, "otherprop")
        if i == 0 or draw.chance(0.5):
            cloth, low = draw.cloth(), height * draw.between(0, 0.4) * (i > 0)
            profile = [(0.13, 0.09, low), (0.12, 0.08, height - 0.15), (0.05, 0.05, height + 0.01)]
            rings = [_crumpled(width, deep, z, x) for width, deep, z in profile]
            board.loft(rings, cloth)
    return board.finish()


def towel_ring(draw: Draw) -> Model:
    """A hand towel pulled through a ring."""
    holder, metal, high = Shape("hangings.towel_ring", "towel"), draw.metal(), draw.between(0.4, 0.55)
    holder.box((0, -0.01, high + 0.09), (0.05, 0.02, 0.05), metal, label="otherprop")
    tube(holder, [(0, 0, high + 0.09), (0, -0.05, high + 0.09)], 0.008, metal, "otherprop")
    points = [(0.08 * np.sin(a), -0.05, high + 0.01 + 0.08 * np.cos(a)) for a in np.linspace(0, 2 * np.pi, 17)]
    tube(holder, points, 0.005, metal, "otherprop")
    _folded(holder, draw, 0, -0.05, high - 0.06, 0.13, 0.02)
    return holder.finish()


def towel_ladder(draw: Draw) -> Model:
    """A heated ladder of tubes on the wall with towels over some rungs."""
    ladder, metal = Shape("hangings.towel_ladder", "towel"), draw.metal()
    width, height, rungs = draw.between(0.45, 0.6), draw.between(0.8, 1.5), draw.whole(8, 16)
    for x in (-width / 2, width / 2):
        tube(ladder, [(x, -0.07, 0), (x, -0.07, height)], 0.016, metal, "otherprop")
        for z in (0.1, height - 0.1):
            tube(ladder, [(x, -0.07, z), (x, 0, z)], 0.01, metal, "otherprop")
    levels = [z for z, _ in spread(rungs, 0.04, height)]
    for z in levels:
        tube(ladder, [(-width / 2, -0.07, z), (width / 2, -0.07, z)], 0.01, metal, "otherprop")
    _folded(ladder, draw, 0, -0.07, levels[-1], width * draw.between(0.5, 0.85), 0.014)
    if draw.chance(0.5):
        _folded(ladder, draw, 0, -0.07, levels[rungs // 2 - 1], width * draw.between(0.5, 0.85), 0.014)
    return ladder.finish()


def _folded(shape: Shape, draw: Draw, x: float, y: float, height: float, width: float, half: float = 0.013) -> None:
    """A towel over a bar: a layer in front, a shorter one behind, joined over the bar."""
    cloth, front = draw.cloth(), draw.between(0.5, 0.95) * min(height, 0.6)
    for side, length in ((-1, front), (1, front * draw.between(0.6, 0.95))):
        shape.box((x, y + side * half, height + (half - length) / 2), (width, 0.012, length + half), cloth)
    shape.box((x, y, height + half - 0.002), (width, 2 * half + 0.012, 0.014), cloth)


def _crumpled(width: float, deep: float, height: float, x: float) -> np.ndarray:
    """A ring with folds, flattened towards the wall."""
    angles = np.arange(20) * np.pi / 10
    reach = 1 + 0.2 * np.cos(5 * angles)
    return np.column_stack(
        [x + width / 2 * reach * np.cos(angles), -0.055 + deep / 2 * reach * np.sin(angles) * 0.9, np.full(20, height)]
    )


BLINDS = (venetian, roller, roman, vertical)
TOWELS = (towel_rail, towel_hooks, towel_ring, towel_ladder)
