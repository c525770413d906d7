"""Desks: one sits at the front, with one's knees under the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.beds_and_tables.tables import board_top
from geo3d.data_tools.rooms.furniture.making.joinery import apron, block, carcass, doors, drawers, front, legs, trim
from geo3d.data_tools.rooms.furniture.making.parts import MIRRORED, place
from geo3d.data_tools.rooms.furniture.storage.books import fill
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw, Material


def _flipped(draw: Draw, name: str, part: Shape) -> Shape:
    """The part, or its mirror image."""
    desk, way = Shape(name, "desk"), MIRRORED if draw.chance(0.5) else np.eye(3)
    place(desk, part, way)
    return desk


def _pedestal(desk: Shape, draw: Draw, low: tuple[float, float], high: tuple[float, float], top: float) -> Material:
    """A chest of drawers between two corners in x and y, from the floor to `top`; gives its wood."""
    look = trim(draw, draw.wood())
    block(desk, (low[0], low[1] + 0.02, 0.04), (high[0], high[1], top), look.material)
    block(desk, (low[0] + 0.02, low[1] + 0.05, 0), (high[0] - 0.02, high[1] - 0.02, 0.05), look.metal)
    drawers(desk, (low[0], 0.04), (high[0], top), low[1] + 0.02, draw.whole(2, 4), look)
    return look.material


def one_sided(draw: Draw) -> Model:
    """Drawers under one end, two legs or a panel under the other."""
    wide, deep, height = draw.between(1.1, 1.6), draw.between(0.55, 0.75), draw.between(0.72, 0.76)
    part, x, y = Shape("", "desk"), wide / 2, deep / 2
    wood = _pedestal(part, draw, (-x + 0.01, -y + 0.02), (-x + 0.42, y - 0.02), height - 0.025)
    part.box((0, 0, height - 0.0125), (wide, deep, 0.025), wood)
    if draw.chance(0.5):
        block(part, (x - 0.04, -y + 0.02, 0), (x - 0.015, y - 0.02, height - 0.025), wood)
    else:
        metal = draw.metal()
        for way in (-1, 1):
            part.rod((x - 0.05, way * (y - 0.05), 0), (x - 0.05, way * (y - 0.05), height - 0.02), 0.022, metal)
    if draw.chance(0.6):
        block(part, (-x + 0.4, y - 0.05, height - 0.4), (x - 0.045, y - 0.032, height - 0.02), wood)
    else:
        block(part, (-x + 0.4, y - 0.12, height - 0.09), (x - 0.045, y - 0.1, height - 0.02), wood)
    desk = _flipped(draw, "desks.one_sided", part)
    desk.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.01), height)
    return desk.finish()


def standing(draw: Draw) -> Model:
    """A thin board on two telescopes of steel, at any height."""
    metal, wide, deep = draw.metal(), draw.between(1.2, 1.8), draw.between(0.65, 0.8)
    height = draw.between(0.7, 0.78) if draw.chance(0.8) else draw.between(0.95, 1.12)
    desk, x = Shape("desks.standing", "desk"), wide / 2 - draw.between(0.12, 0.25)
    board_top(desk, (wide, deep), height, 0.025, draw.wood(), draw.one_of((0.0, 14.0)))
    for side in (-x, x):
        desk.box((side, 0, 0.02), (0.07, deep * 0.92, 0.04), metal)
        desk.box((side, 0.03, 0.03 + height * 0.3), (0.08, 0.06, height * 0.6), metal)
        desk.box((side, 0.03, height * 0.75), (0.06, 0.045, height * 0.5 - 0.05), metal)
        desk.box((side, 0, height - 0.04), (0.05, deep * 0.8, 0.035), metal)
    desk.box((0, 0.03, height - 0.045), (2 * x, 0.06, 0.035), metal)
    if draw.chance(0.4):
        desk.box((0, 0.2, height - 0.064), (2 * x - 0.2, 0.12, 0.08), metal)
    return desk.finish()


def trestles(draw: Draw) -> Model:
    """A board on two loose trestles."""
    wood, wide, deep = draw.wood(), draw.between(1.2, 1.8), draw.between(0.6, 0.8)
    height, bar = draw.between(0.72, 0.76), draw.between(0.025, 0.045)
    desk, x, low = Shape("desks.trestles", "desk"), wide / 2 - 0.25, height - 0.025
    board_top(desk, (wide, deep), height, 0.025, draw.wood())
    for middle in (-x, x):
        for side in (-1, 1):
            for way in (-1, 1):
                y, at = way * (deep / 2 - 0.06), middle + side * 0.17
                desk.rod((at, y * 1.05, 0), (middle + side * 0.04, y, low - 0.01), bar / 2, wood, sides=8)
            desk.box((middle + side * 0.12, 0, 0.25), (bar * 0.7, deep - 0.1, bar), wood)
        desk.box((middle, 0, low - 0.03), (0.12, deep - 0.1, 0.06), wood)
        for way in (-1, 1):
            desk.box((middle, way * (deep / 2 - 0.06), 0.25), (0.26, bar * 0.7, bar), wood)
    return desk.finish()


def angled(draw: Draw) -> Model:
    """An L of two boards on steel legs, with a screen of cloth or without."""
    metal, wood, wide = draw.metal(), draw.wood(), draw.between(1.5, 2.0)
    deep, long, height = draw.between(0.6, 0.75), draw.between(1.3, 1.7), draw.between(0.72, 0.76)
    part, wing = Shape("", "desk"), draw.between(0.5, 0.65)
    # The corner of the L is at the origin, the wing comes forward along x = 0.
    block(part, (0, -deep, height - 0.025), (wide, 0, height), wood)
    block(part, (0, -long, height - 0.025), (wing, -deep + 0.001, height), wood)
    for x, y in (
        (0.05, -0.05),
        (wide - 0.05, -0.05),
        (wide - 0.05, 0.05 - deep),
        (0.05, 0.05 - long),
        (wing - 0.05, 0.05 - long),
    ):
        part.rod((x, y, 0), (x, y, height - 0.02), 0.025, metal)
    part.box((wide / 2, -0.05, height - 0.05), (wide - 0.1, 0.03, 0.05), metal)
    part.box((0.05, -long / 2, height - 0.05), (0.03, long - 0.1, 0.05), metal)
    if draw.chance(0.5):
        block(part, (0.05, -0.012, height - 0.25), (wide - 0.05, 0.014, height + 0.35), draw.cloth())
    if draw.chance(0.6):
        _pedestal(part, draw, (wide - 0.5, 0.02 - deep), (wide - 0.09, -0.08), height - 0.06)
    middle = wide / 2
    desk, moved = Shape("desks.angled", "desk"), Shape("", "desk")
    place(moved, part, np.eye(3), (-middle, 0.0, 0.0))
    way = -1 if draw.chance(0.5) else 1
    place(desk, moved, np.diag((way, 1.0, 1.0)))
    desk.top((-middle + 0.01, -deep + 0.01), (middle - 0.01, -0.02), height)
    low, high = sorted((way * (0.01 - middle), way * (wing - 0.01 - middle)))
    desk.top((low, 0.01 - long), (high, -deep - 0.01), height)
    return desk.finish()


def secretary(draw: Draw) -> Model:
    """A small writing table with drawers below the board and pigeonholes along its rear."""
    wood, wide, deep = draw.wood(), draw.between(0.9, 1.25), draw.between(0.5, 0.62)
    height, rise = draw.between(0.73, 0.77), draw.between(0.16, 0.32)
    desk, look, x, y = Shape("desks.secretary", "desk"), trim(draw, wood), wide / 2, deep / 2
    desk.box((0, 0, height - 0.01), (wide, deep, 0.02), wood)
    legs(desk, (wide - 0.04, deep - 0.06), height - 0.1, 0.045, wood, foot=0.6, splay=draw.one_of((0.0, 0.03)))
    block(desk, (-x + 0.01, -y + 0.03, height - 0.13), (x - 0.01, y - 0.01, height - 0.02), wood)
    for low, high in ((-x + 0.02, 0.0), (0.0, x - 0.02)):
        front(desk, (low, height - 0.125), (high, height - 0.022), -y + 0.03, look)
    back, holes = y - 0.22, draw.whole(3, 5)
    carcass(desk, (-x, back, height), (x, y, height + rise), wood, 0.012)
    for i in range(1, holes):
        at = -x + i * wide / holes
        block(desk, (at - 0.006, back + 0.005, height + 0.01), (at + 0.006, y - 0.005, height + rise - 0.01), wood)
    for i in range(holes):
        low, high = -x + i * wide / holes + 0.012, -x + (i + 1) * wide / holes - 0.012
        fill(desk, draw, (low, back + 0.005), (high, y - 0.01), height + 0.012, rise - 0.03, 0.5)
    desk.top((-x + 0.01, -y + 0.01), (x - 0.01, back - 0.01), height)
    desk.top((-x + 0.01, back + 0.01), (x - 0.01, y - 0.01), height + rise)
    return desk.finish()


def executive(draw: Draw) -> Model:
    """Two pedestals with a panel between them, and a heavy board."""
    wide, deep, height = draw.between(1.4, 2.0), draw.between(0.7, 0.9), draw.between(0.74, 0.78)
    desk, x, y = Shape("desks.executive", "desk"), wide / 2, deep / 2
    each, start = draw.between(0.36, 0.46), draw.seed()
    for side in (-1, 1):
        low, high = sorted((side * (x - 0.03), side * (x - 0.03 - each)))
        wood = _pedestal(desk, type(draw)(start), (low, -y + 0.03), (high, y - 0.03), height - 0.04)
    board_top(desk, (wide, deep), height, 0.045, wood)
    block(desk, (-x + each, y - 0.12, 0.2), (x - each, y - 0.1, height - 0.04), wood)
    block(desk, (-x + each, -y + 0.08, height - 0.1), (x - each, -y + 0.1, height - 0.04), wood)
    return desk.finish()


def hutch(draw: Draw) -> Model:
    """A child's or a small office's desk: panels for legs, shelves above the board's rear, a cupboard."""
    wood, wide, deep = draw.wood(), draw.between(1.0, 1.4), draw.between(0.55, 0.65)
    height, tall = draw.between(0.72, 0.75), draw.between(1.2, 1.5)
    desk, look, x, y = Shape("desks.hutch", "desk"), trim(draw, wood), wide / 2, deep / 2
    block(desk, (-x, -y, height - 0.022), (x, y, height), wood)
    for side in (-x, x - 0.02):
        block(desk, (side, -y + 0.03, 0), (side + 0.02, y, height - 0.02), wood)
        block(desk, (side, y - 0.24, height), (side + 0.02, y, tall), wood)
    block(desk, (-x + 0.01, y - 0.04, height - 0.35), (x - 0.01, y - 0.022, height - 0.01), wood)
    block(desk, (-x + 0.01, y - 0.012, height), (x - 0.01, y, tall - 0.005), wood)
    shelf = height + draw.between(0.32, 0.42)
    for z in (shelf, tall - 0.018):
        block(desk, (-x + 0.01, y - 0.24, z), (x - 0.01, y - 0.004, z + 0.018), wood)
    block(desk, (-x + 0.3, y - 0.23, shelf), (-x + 0.318, y - 0.005, tall - 0.01), wood)
    doors(desk, (-x + 0.005, shelf), (-x + 0.315, tall), y - 0.24, 1, look)
    fill(desk, draw, (-x + 0.32, y - 0.235), (x - 0.02, y - 0.02), shelf + 0.018, tall - shelf - 0.04, 0.9)
    desk.top((-x + 0.02, -y + 0.01), (x - 0.02, y - 0.3), height)
    desk.top((-x + 0.03, y - 0.26), (x - 0.03, y - 0.02), height, shelf - height - 0.01)
    apron(desk, (wide - 0.06, deep - 0.2), height - 0.02, 0.05, wood)
    return desk.finish()


DESKS = (one_sided, standing, trestles, angled, secretary, executive, hutch)
