"""Wardrobes: as high as a person or higher, their doors to the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.joinery import BOARD, Trim, block, carcass, doors, drawers, trim
from geo3d.data_tools.rooms.furniture.making.parts import front_board, place, side_board
from geo3d.data_tools.rooms.furniture.storage.books import fill
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

MIRROR = Material((196, 206, 212))


def hang_clothes(shape: Shape, draw: Draw, low: float, high: float, y: float, rail: float, drop: float) -> None:
    """Garments on hangers along a rail at height `rail`, between two x; an object of their own."""
    at = low + 0.04
    while at < high - 0.04:
        cloth, thick, long = draw.cloth(), draw.between(0.02, 0.05), drop * draw.between(0.55, 0.95)
        half = draw.between(0.17, 0.22)
        outline = [
            (y - half, 0.0),
            (y + half, 0.0),
            (y + half * 0.95, long - 0.08),
            (y, long),
            (y - half * 0.95, long - 0.08),
        ]
        part = Shape("", "clothes")
        side_board(part, outline, 0.0, thick, cloth)
        part.rod((thick / 2, y, long - 0.02), (thick / 2, y, long + 0.05), 0.005, Material((60, 60, 62)), sides=6)
        place(shape, part, np.eye(3), (at, 0.0, rail - long - 0.04))
        at += thick + draw.between(0.005, 0.08)


def hinged(draw: Draw) -> Model:
    """Plain or framed doors from plinth to lid."""
    wood, count = draw.wood(), draw.whole(2, 4)
    wide, deep, height = count * draw.between(0.4, 0.52), draw.between(0.52, 0.62), draw.between(1.8, 2.3)
    wardrobe, look, x, y = Shape("wardrobes.hinged", "cabinet"), trim(draw, wood), wide / 2, deep / 2
    block(wardrobe, (-x, -y + 0.02, 0.06), (x, y, height), wood)
    block(wardrobe, (-x + 0.01, -y + 0.05, 0), (x - 0.01, y, 0.065), wood)
    doors(wardrobe, (-x, 0.06), (x, height), -y + 0.02, count, look)
    wardrobe.top((-x + 0.01, -y + 0.03), (x - 0.01, y - 0.01), height, 0.3)
    return wardrobe.finish()


def sliding(draw: Draw) -> Model:
    """Two or three panels that slide before each other in rails; one may be a mirror."""
    wood, metal, count = draw.wood(), draw.metal(), draw.whole(2, 3)
    wide, deep, height = count * draw.between(0.7, 0.95), draw.between(0.6, 0.68), draw.between(1.95, 2.35)
    wardrobe, x, y = Shape("wardrobes.sliding", "cabinet"), wide / 2, deep / 2
    block(wardrobe, (-x, -y + 0.07, 0), (x, y, height), wood)
    for z in (0.0, height - 0.05):
        block(wardrobe, (-x, -y, z), (x, y - 0.01, z + 0.05), wood)
    for side in (-x, x - BOARD):
        block(wardrobe, (side, -y, 0.02), (side + BOARD, -y + 0.08, height - 0.02), wood)
    glossy = draw.whole(0, 2 * count)
    step = (wide - 2 * BOARD) / count
    for i in range(count):
        low, depth = -x + BOARD + i * step - 0.015, -y + (0.008 if i % 2 else 0.036)
        start, end = max(low, -x + BOARD), min(low + step + 0.03, x - BOARD)
        block(wardrobe, (start, depth, 0.04), (end, depth + 0.024, height - 0.04), MIRROR if i == glossy else wood)
        for at in (start, end - 0.03):
            block(wardrobe, (at, depth - 0.006, 0.045), (at + 0.03, depth + 0.026, height - 0.045), metal)
    wardrobe.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.01), height, 0.3)
    return wardrobe.finish()


def armoire(draw: Draw) -> Model:
    """A farmer's cupboard: framed doors, a drawer at the foot, an arched or stepped cornice, bun feet."""
    wood, wide, deep = draw.wood(), draw.between(0.95, 1.4), draw.between(0.5, 0.62)
    height, low = draw.between(1.75, 2.1), draw.between(0.25, 0.36)
    wardrobe, x, y = Shape("wardrobes.armoire", "cabinet"), wide / 2, deep / 2
    look = Trim(wood, draw.metal(), draw.one_of(("knob", "bar")), True)
    for sx in (-1, 1):
        for sy in (-1, 1):
            feet = [(0.03, 0), (0.05, 0.025), (0.05, 0.06), (0.03, 0.09)]
            wardrobe.lathe((sx * (x - 0.07), sy * (y - 0.07), 0), feet, wood, sides=12)
    block(wardrobe, (-x, -y + 0.02, 0.08), (x, y, height), wood)
    block(wardrobe, (-x - 0.015, -y, 0.08), (x + 0.015, y, 0.11), wood)
    drawers(wardrobe, (-x + 0.03, 0.12), (x - 0.03, low), -y + 0.02, 1, look)
    doors(wardrobe, (-x + 0.03, low + 0.01), (x - 0.03, height - 0.05), -y + 0.02, 2, look)
    for i in range(3):
        out = 0.015 + 0.015 * i
        block(wardrobe, (-x - out, -y + 0.02 - out, height + 0.022 * i), (x + out, y, height + 0.022 * (i + 1)), wood)
    if draw.chance(0.5):
        curve = [(x * a, height + 0.06 + 0.14 * np.cos(a * np.pi / 2)) for a in np.linspace(1, -1, 11)]
        front_board(wardrobe, [(-x, height), (x, height), *curve], -y + 0.01, -y + 0.05, wood)
    return wardrobe.finish()


def mixed(draw: Draw) -> Model:
    """Two wings of doors around a column of drawers below open shelves, with clothes and boxes in it."""
    wood, side, middle = draw.wood(), draw.between(0.42, 0.6), draw.between(0.42, 0.6)
    wide, deep, height = 2 * side + middle, draw.between(0.5, 0.6), draw.between(1.9, 2.3)
    wardrobe, look, x, y = Shape("wardrobes.mixed", "cabinet"), trim(draw, wood), wide / 2, deep / 2
    for start in (-x, x - side):
        block(wardrobe, (start, -y + 0.02, 0), (start + side, y, height), wood)
        doors(wardrobe, (start, 0.03), (start + side, height), -y + 0.02, 1, look)
    low, inner = draw.between(0.7, 0.95), middle / 2
    block(wardrobe, (-inner, -y + 0.02, 0), (inner, y, low), wood)
    drawers(wardrobe, (-inner, 0.03), (inner, low), -y + 0.02, draw.whole(2, 3), look)
    block(wardrobe, (-inner - 0.001, -y + 0.02, height - BOARD), (inner + 0.001, y, height), wood)
    block(wardrobe, (-inner - 0.001, y - 0.01, low), (inner + 0.001, y, height), wood)
    rows = draw.whole(2, 4)
    step = (height - BOARD - low) / rows
    for row in range(rows):
        floor = low + row * step
        if row:
            block(wardrobe, (-inner - 0.001, -y + 0.04, floor - BOARD), (inner + 0.001, y - 0.005, floor), wood)
        fill(wardrobe, draw, (-inner + 0.01, -y + 0.05), (inner - 0.01, y - 0.02), floor, step - BOARD, 0.6)
    wardrobe.top((-x + 0.01, -y + 0.03), (x - 0.01, y - 0.01), height, 0.3)
    return wardrobe.finish()


def open_rail(draw: Draw) -> Model:
    """No doors: a case with a rail full of clothes over a pair of drawers."""
    wood, wide, deep = draw.wood(), draw.between(0.8, 1.3), draw.between(0.48, 0.58)
    height, low = draw.between(1.7, 2.1), draw.between(0.24, 0.45)
    wardrobe, look, x, y = Shape("wardrobes.open_rail", "cabinet"), trim(draw, wood), wide / 2, deep / 2
    carcass(wardrobe, (-x, -y, 0), (x, y, height), wood)
    block(wardrobe, (-x + 0.01, -y + 0.02, 0.01), (x - 0.01, y - 0.005, low), wood)
    for start, end in ((-x + BOARD, 0.0), (0.0, x - BOARD)):
        drawers(wardrobe, (start, 0.02), (end, low), -y + 0.02, 1 if low < 0.35 else 2, look)
    rail = height - draw.between(0.1, 0.35)
    if rail < height - 0.25:
        block(wardrobe, (-x + 0.01, -y + 0.01, rail + 0.06), (x - 0.01, y - 0.005, rail + 0.06 + BOARD), wood)
        fill(
            wardrobe, draw, (-x + 0.03, -y + 0.02), (x - 0.03, y - 0.02), rail + 0.06 + BOARD, height - rail - 0.1, 0.7
        )
    wardrobe.rod((-x + 0.01, 0, rail), (x - 0.01, 0, rail), 0.014, look.metal)
    hang_clothes(wardrobe, draw, -x + 0.04, x - draw.between(0.04, 0.4), 0.0, rail, rail - low - 0.08)
    wardrobe.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.01), height, 0.3)
    return wardrobe.finish()


def louvred(draw: Draw) -> Model:
    """Doors of level slats in a frame, above them a row of small cupboards."""
    wood, count, each = draw.wood(), draw.whole(2, 4), draw.between(0.4, 0.5)
    wide, deep, height = count * each, draw.between(0.54, 0.62), draw.between(2.1, 2.4)
    wardrobe, x, y, upper = Shape("wardrobes.louvred", "cabinet"), wide / 2, deep / 2, height - 0.42
    block(wardrobe, (-x, -y + 0.03, 0), (x, y, height), wood)
    look = Trim(wood, draw.metal(), draw.one_of(("knob", "cup")), False)
    doors(wardrobe, (-x, upper), (x, height), -y + 0.03, count, look)
    for i in range(count):
        low, high = -x + i * each + 0.003, -x + (i + 1) * each - 0.003
        for at in (low, high - 0.055):
            block(wardrobe, (at, -y, 0.03), (at + 0.055, -y + 0.031, upper - 0.003), wood)
        for z in (0.03, (upper - 0.06) / 2, upper - 0.063):
            block(wardrobe, (low + 0.05, -y + 0.001, z), (high - 0.05, -y + 0.031, z + 0.06), wood)
        for z in np.arange(0.13, upper - 0.08, 0.055):
            wardrobe.box(((low + high) / 2, -y + 0.016, z), (high - low - 0.1, 0.008, 0.05), wood, tilt=0.45)
        x_grip = high - 0.03 if i % 2 == 0 else low + 0.03
        wardrobe.rod((x_grip, -y + 0.002, 1.02), (x_grip, -y - 0.025, 1.02), 0.013, look.metal, sides=8)
    wardrobe.top((-x + 0.01, -y + 0.04), (x - 0.01, y - 0.01), height, 0.2)
    return wardrobe.finish()


WARDROBES = (hinged, sliding, armoire, mixed, open_rail, louvred)
