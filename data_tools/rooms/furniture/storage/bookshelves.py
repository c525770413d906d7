"""Bookshelves: filled with books, boxes and gaps; they stand with their backs to a wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.making.joinery import BOARD, block, carcass, doors, legs, trim
from geo3d.data_tools.rooms.furniture.making.parts import MIRRORED, place, side_board
from geo3d.data_tools.rooms.furniture.storage.books import fill
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw, Material


def _shelves(
    shelf: Shape, draw: Draw, x: float, y: tuple[float, float], z: tuple[float, float], count: int, wood: Material
) -> None:
    """Boards that cut a case from -x to x into `count` rooms, and what stands on them."""
    step = (z[1] - z[0]) / count
    for row in range(count):
        floor = z[0] + row * step
        if row:
            block(shelf, (-x, y[0] + 0.004, floor - BOARD), (x, y[1], floor), wood)
        fill(shelf, draw, (-x, y[0] + 0.004), (x, y[1] - 0.012), floor, step - BOARD, 0.85)


def case(draw: Draw) -> Model:
    """A case with a back and level boards, tall and narrow or low and wide, on a plinth."""
    wood, wide, deep = draw.wood(), draw.between(0.4, 1.2), draw.between(0.24, 0.36)
    rows, plinth = draw.whole(2, 6), draw.between(0.05, 0.1)
    shelf, x, y = Shape("bookshelves.case", "bookshelf"), wide / 2, deep / 2
    tall = plinth + rows * draw.between(0.3, 0.36)
    block(shelf, (-x + 0.01, -y + 0.02, 0), (x - 0.01, y - 0.01, plinth + 0.002), wood)
    carcass(shelf, (-x, -y, plinth), (x, y, tall), wood)
    _shelves(shelf, draw, x - BOARD, (-y, y), (plinth + BOARD, tall), rows, wood)
    shelf.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.01), tall, 0.6)
    return shelf.finish()


def cubes(draw: Draw) -> Model:
    """A grid of square rooms of thick boards, open through to the rear; some hold a box or a door."""
    wood, side = draw.wood(), draw.between(0.33, 0.38)
    columns, rows = draw.one_of(((2, 2), (2, 4), (4, 2), (4, 4), (5, 5), (3, 3), (1, 4)))
    shelf, thick, deep = Shape("bookshelves.cubes", "bookshelf"), draw.between(0.02, 0.045), draw.between(0.3, 0.4)
    step, look = side + thick, trim(draw, draw.wood())
    x, y, tall = (columns * step + thick) / 2, deep / 2, rows * step + thick
    for column in range(columns + 1):
        at = column * step - x
        block(shelf, (at, -y + 0.002, 0), (at + thick, y - 0.002, tall - 0.002), wood)
    for row in range(rows + 1):
        block(shelf, (-x, -y, row * step), (x, y, row * step + thick), wood)
    for column in range(columns):
        for row in range(rows):
            low, floor = column * step - x + thick, row * step + thick
            if draw.chance(0.15):
                doors(shelf, (low, floor), (low + side, floor + side), -y + 0.019, 1, look)
            else:
                fill(shelf, draw, (low, -y + 0.005), (low + side, y - 0.005), floor, side, 0.7)
    shelf.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.01), tall, 0.6)
    return shelf.finish()


def leaning(draw: Draw) -> Model:
    """Two ladders lean against the wall; the boards between them get narrower upwards."""
    wood, wide, tall = draw.wood(), draw.between(0.55, 0.9), draw.between(1.6, 2.0)
    shelf, x, y = Shape("bookshelves.leaning", "bookshelf"), wide / 2, 0.2
    rows, slope = draw.whole(4, 5), draw.between(0.16, 0.2)
    start = y - 0.03 - slope * tall
    outline = [(start - 0.05, 0), (start, 0), (y - 0.01, tall), (y - 0.06, tall)]
    for side in (-x, x - 0.022):
        side_board(shelf, outline, side, side + 0.022, wood)
    for row in range(rows):
        z = 0.12 + row * (tall - 0.35) / (rows - 1)
        front = start - 0.12 + slope * z
        block(shelf, (-x + 0.01, front, z - 0.02), (x - 0.01, y, z), wood)
        block(shelf, (-x + 0.01, y - 0.015, z - 0.02), (x - 0.01, y, z + 0.04), wood)
        room = min((tall - 0.35) / (rows - 1) - 0.03, 0.32)
        fill(shelf, draw, (-x + 0.025, front + 0.02), (x - 0.025, y - 0.02), z, room, 0.8)
    return shelf.finish()


def racked(draw: Draw) -> Model:
    """Steel uprights and crossed braces carry boards; nothing closes it."""
    metal, wood, wide = draw.metal(), draw.wood(), draw.between(0.7, 1.4)
    deep, rows, step = draw.between(0.28, 0.4), draw.whole(3, 5), draw.between(0.32, 0.42)
    shelf, bar = Shape("bookshelves.racked", "bookshelf"), draw.between(0.02, 0.035)
    x, y, tall = wide / 2, deep / 2, 0.1 + (rows - 1) * step
    legs(shelf, (wide, deep), tall + draw.one_of((-0.01, 0.12)), bar, metal, square=True)
    for row in range(rows):
        z = 0.1 + row * step
        block(shelf, (-x + 0.003, -y + 0.003, z - 0.025), (x - 0.003, y - 0.003, z), wood)
        room = step - 0.03 if row < rows - 1 else 0.35
        fill(shelf, draw, (-x + bar + 0.01, -y + 0.01), (x - bar - 0.01, y - 0.03), z, room, 0.7)
    for way in (-1, 1):
        shelf.rod((-way * x, y - 0.005, 0.1), (way * x, y - 0.005, tall), 0.005, metal, sides=6)
    for side in (-1, 1):
        for z in (0.05, tall - 0.04):
            shelf.box((side * (x - bar / 2), 0, z), (bar * 0.8, deep - bar, bar * 0.8), metal)
    return shelf.finish()


def half_closed(draw: Draw) -> Model:
    """A library's case: cupboards below, shelves above, a cornice."""
    wood, wide, deep = draw.wood(), draw.between(0.8, 1.5), draw.between(0.32, 0.42)
    low, tall = draw.between(0.7, 0.9), draw.between(1.9, 2.2)
    shelf, look, x, y = Shape("bookshelves.half_closed", "bookshelf"), trim(draw, wood, 0.7), wide / 2, deep / 2
    block(shelf, (-x, -y, 0.07), (x, y, low), wood)
    block(shelf, (-x + 0.01, -y + 0.03, 0), (x - 0.01, y, 0.075), wood)
    doors(shelf, (-x, 0.09), (x, low - 0.01), -y, 2 if wide < 1.2 else 4, look)
    front = -y + draw.between(0.1, 0.14)
    carcass(shelf, (-x, front, low), (x, y, tall), wood)
    _shelves(shelf, draw, x - BOARD, (front, y), (low + BOARD, tall), draw.whole(3, 4), wood)
    for i, out in enumerate((0.02, 0.045)):
        block(shelf, (-x - out, front - out, tall + 0.03 * i), (x + out, y, tall + 0.03 * (i + 1)), wood)
    shelf.top((-x + 0.01, -y + 0.005), (x - 0.01, front - 0.03), low, 0.8)
    return shelf.finish()


def stepped(draw: Draw) -> Model:
    """Boards of different length, shifted left and right, on uprights of their own."""
    wood, wide, deep = draw.wood(), draw.between(0.8, 1.3), draw.between(0.24, 0.32)
    rows, step = draw.whole(3, 5), draw.between(0.3, 0.38)
    part, x, y = Shape("", "bookshelf"), wide / 2, deep / 2
    split = draw.between(-0.1, 0.1)
    for row in range(rows + 1):
        z = row * step
        block(part, (-x, -y, z), (x, y, z + 0.024), wood)
        if row == rows:
            break
        ends = (-x, split + (0.15 if row % 2 else -0.15), x - 0.024)
        for at in ends if row % 2 == 0 else (ends[0] + 0.08, ends[1], ends[2] - 0.08):
            block(part, (at, -y + 0.003, z + 0.02), (at + 0.024, y - 0.003, z + step + 0.004), wood)
    shelf, way = Shape("bookshelves.stepped", "bookshelf"), draw.chance(0.5)
    place(shelf, part, MIRRORED if way else np.eye(3))
    for row in range(rows):
        middle = split + (0.15 if row % 2 else -0.15)
        edge = 0.08 if row % 2 else 0.0
        rooms = ((-x + 0.028 + edge, middle - 0.004), (middle + 0.028, x - 0.028 - edge))
        for low, high in rooms:
            a, b = (-high, -low) if way else (low, high)
            fill(shelf, draw, (a, -y + 0.005), (b, y - 0.01), row * step + 0.024, step - 0.028, 0.75)
    shelf.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.01), rows * step + 0.024, 0.6)
    return shelf.finish()


def tower(draw: Draw) -> Model:
    """A spine with short boards to both sides, each under a pile or a row."""
    wood, wide, tall = draw.wood(), draw.between(0.34, 0.5), draw.between(1.3, 1.9)
    shelf, deep = Shape("bookshelves.tower", "bookshelf"), draw.between(0.22, 0.3)
    block(shelf, (-0.06, deep / 2 - 0.05, 0), (0.06, deep / 2 - 0.02, tall), wood)
    shelf.box((0, 0, 0.015), (wide, deep, 0.03), wood)
    rows = draw.whole(4, 6)
    for row in range(rows):
        z = 0.16 + row * (tall - 0.2) / rows
        room = (tall - 0.2) / rows - 0.03
        x = wide / 2 - (0.04 if row % 2 else 0.0)
        block(shelf, (-x, -deep / 2, z - 0.02), (x, deep / 2 - 0.05 + 0.005, z), wood)
        for side in (-x, x - 0.012):
            block(shelf, (side, -deep / 2 + 0.02, z - 0.02), (side + 0.012, deep / 2 - 0.06, z + 0.08), wood)
        fill(shelf, draw, (-x + 0.016, -deep / 2 + 0.01), (x - 0.016, deep / 2 - 0.06), z, room, 0.9)
    return shelf.finish()


BOOKSHELVES = (case, cubes, leaning, racked, half_closed, stepped, tower)
