"""What stands on shelves: rows of books, some leaning, piles, boxes, and gaps for other things."""

from __future__ import annotations

import numpy as np

from geo3d.data_tools.rooms.draw import Draw, Material
from geo3d.data_tools.rooms.furniture.making.joinery import block
from geo3d.data_tools.rooms.furniture.making.parts import front_board, rectangle
from geo3d.data_tools.rooms.model import Shape

LEAN = 0.35
"""Of the book that leans on a row's last, in radians."""


def fill(
    shape: Shape,
    draw: Draw,
    low: tuple[float, float],
    high: tuple[float, float],
    floor: float,
    room: float,
    full: float = 0.75,
) -> None:
    """Put things on a board between two corners in x and y, at most `room` high; what stays empty is a top."""
    end = low[0]
    if draw.chance(full):
        end = draw.one_of((_row, _row, _row, _row, _pile, _box))(shape, draw, low, high, floor, room)
        if high[0] - end > 0.3 and draw.chance(0.6 * full):
            end = draw.one_of((_row, _pile, _box))(shape, draw, (end + 0.02, low[1]), high, floor, room)
    if high[0] - end > 0.1 and high[1] - low[1] > 0.08:
        shape.top((end + 0.01, low[1] + 0.01), (high[0] - 0.01, high[1] - 0.01), floor, room - 0.01)


def _cover(draw: Draw) -> Material:
    colour = draw.colour((0.1, 0.8), (0.2, 0.95))
    return Material(colour, draw.shade(colour, 0.5), "text" if draw.chance(0.5) else "plain", draw.between(0.05, 0.2))


def _row(
    shape: Shape, draw: Draw, low: tuple[float, float], high: tuple[float, float], floor: float, room: float
) -> float:
    """Upright books from the left on, the last one perhaps leaning on them; where they end."""
    tall, deep = min(room - 0.02, draw.between(0.2, 0.32)), high[1] - low[1]
    until = low[0] + (high[0] - low[0]) * draw.one_of((0.5, 0.75, 0.97, 0.97))
    x = low[0] + 0.004
    thick, covers = draw.between(0.015, 0.04), [_cover(draw) for _ in range(5)]
    while x + thick < until:
        height, back = tall * draw.between(0.7, 1.0), low[1] + min(deep - 0.005, draw.between(0.13, 0.22))
        block(shape, (x, low[1] + 0.008, floor), (x + thick, back, floor + height), draw.one_of(covers), "books")
        x += thick
        thick = draw.between(0.015, 0.045)
    if draw.chance(0.4) and x + 0.5 * tall < high[0]:
        x += 0.7 * tall * np.sin(LEAN)
        outline = rectangle((x, floor), (x + thick, floor + 0.7 * tall), -LEAN)
        front_board(shape, outline, low[1] + 0.008, low[1] + min(deep - 0.005, 0.18), covers[0], "books")
        x = max(a for a, _ in outline)
    return x


def _pile(
    shape: Shape, draw: Draw, low: tuple[float, float], high: tuple[float, float], floor: float, room: float
) -> float:
    """Books lying on each other; where they end."""
    wide, z = min(draw.between(0.18, 0.28), high[0] - low[0] - 0.02), floor
    for _ in range(draw.whole(2, 6)):
        thick, shift = draw.between(0.015, 0.045), draw.between(0, 0.012)
        if z + thick > floor + room - 0.01:
            break
        back = low[1] + min(high[1] - low[1] - 0.005, draw.between(0.14, 0.2))
        x = low[0] + 0.004 + shift
        block(shape, (x, low[1] + 0.01, z), (x + wide - 0.012, back, z + thick), _cover(draw), "books")
        z += thick
    return low[0] + wide + 0.01


def _box(
    shape: Shape, draw: Draw, low: tuple[float, float], high: tuple[float, float], floor: float, room: float
) -> float:
    """A storage box; where it ends."""
    wide, tall = min(draw.between(0.2, 0.34), high[0] - low[0] - 0.02), min(draw.between(0.12, 0.3), room - 0.015)
    material = draw.cloth() if draw.chance(0.5) else draw.wood()
    block(
        shape, (low[0] + 0.006, low[1] + 0.006, floor), (low[0] + wide, high[1] - 0.01, floor + tall), material, "box"
    )
    return low[0] + wide
