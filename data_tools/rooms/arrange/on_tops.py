"""Small things on tables, counters, shelves and sills."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.arrange.space import DOOR, Placed, Space
from geo3d.data_tools.rooms.description import direction

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.arrange.stock import Piece
    from geo3d.data_tools.rooms.model import Top

FACING = ("television", "lamp")
"""Labels of what faces where its table does."""


def strew(space: Space, below: Placed, kind: str, per_area: float, most: int = 30, label: str = "") -> None:
    """Put so many things a square metre on the tops of a piece; the first has this label, if one that is drawn does.

    At most one of them is a lamp.
    """
    tops = [top for top in below.piece.model.tops if _extent(top)[0] > 0.06 and _extent(top)[1] > 0.06]
    draw, left, lit = space.draw, most, False
    rate = per_area * draw.one_of((0.3, 0.7, 1.0, 1.0, 1.6))
    for top in tops:
        wide, deep = _extent(top)
        wanted = rate * wide * deep
        count = min(int(wanted) + draw.chance(wanted - int(wanted)), left)
        if label and _put_on(space, below, top, _labelled(space, kind, top, label)):
            lit, label = label == "lamp", ""
        for _ in range(count):
            piece = _small(space, kind, top)
            lamp = piece is not None and "lamp" in piece.model.labels
            if not (lamp and lit) and _put_on(space, below, top, piece):
                lit |= lamp
        left -= count


def _extent(top: Top) -> tuple[float, float]:
    return top.high[0] - top.low[0], top.high[1] - top.low[1]


def _small(space: Space, kind: str, top: Top, label: str = "") -> Piece | None:
    """A thing of a kind, and with a label if given: one that found no place elsewhere, or a new one."""
    left = space.left.setdefault(kind, [])
    for number, piece in enumerate(left):
        if _fits(piece, top) and (not label or label in piece.model.labels):
            return left.pop(number)
    return space.stock.piece(kind, space.draw)


def _fits(piece: Piece, top: Top) -> bool:
    """Whether a top is large enough for a piece that lies along or across it, if nothing else is there."""
    (wide, deep), (long, short, high) = _extent(top), piece.size
    return high <= top.room_above and ((long <= wide and short <= deep) or (short <= wide and long <= deep))


def _labelled(space: Space, kind: str, top: Top, label: str) -> Piece | None:
    """A piece of the kind with the label, if one of the first dozen has it."""
    for _ in range(12):
        piece = _small(space, kind, top, label)
        if piece is None or label in piece.model.labels:
            return piece
        space.left[kind].append(piece)
    return None


def _put_on(space: Space, below: Placed, top: Top, piece: Piece | None, tries: int = 5) -> bool:
    """The piece on a top, wholly within it, if there is room; else it is left for another."""
    if piece is None:
        return False
    draw, (wide, deep) = space.draw, _extent(top)
    for _ in range(tries if _fits(piece, top) else 0):
        yaw = draw.between(-0.25, 0.25) if set(FACING) & set(piece.model.labels) else draw.between(-3.14, 3.14)
        if draw.chance(0.5):
            yaw = 0.0 if set(FACING) & set(piece.model.labels) else draw.one_of((0.0, 1.5708, 3.1416, 4.7124))
        cos, sin = np.abs(direction(yaw))
        half = (cos * piece.size[0] + sin * piece.size[1]) / 2, (sin * piece.size[0] + cos * piece.size[1]) / 2
        if 2 * half[0] > wide or 2 * half[1] > deep:
            continue
        x = draw.between(float(top.low[0] + half[0]), float(top.high[0] - half[0]))
        y = draw.between(float(top.low[1] + half[1]), float(top.high[1] - half[1]))
        z = below.thing.position[2] + top.height
        if space.put(piece, below.point(x, y), below.thing.yaw + yaw, z, (DOOR,), on_floor=False):
            return True
    space.left[piece.kind].append(piece)
    return False
