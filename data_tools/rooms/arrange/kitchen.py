"""Kitchens: counters fitted between openings along one or two walls, cabinets above, a refrigerator at their end."""

from __future__ import annotations

import math

from geo3d.data_tools.rooms.arrange import finish
from geo3d.data_tools.rooms.arrange.against_walls import CORNER, backed, before, gaps, several
from geo3d.data_tools.rooms.arrange.on_floor import dining_set, free_standing
from geo3d.data_tools.rooms.arrange.space import DOOR, WINDOW, Placed, Space

PIPES = 0.2
"""Depth of what may stick out of a wall, in metres: no chimney is built into such rooms."""
REQUIRED = ("kitchen_line", "refrigerator")
DEPTH = 0.66
"""Of what a counter is tried with, in metres."""
COUNTER = 0.97
"""Height that a counter stays below, in metres."""
SHORTEST, LONGEST = 1.2, 4.4
"""Of a counter, in metres."""


def furnish(space: Space, area: float) -> None:
    """Furnish a kitchen of so many square metres."""
    draw, piece = space.draw, space.stock.piece
    lines = _lines(space)
    for line in lines:
        space.keep(line, before(line.piece, 0.7))
        _cabinets_above(space, line)
    finish.windows(space, curtained=0.4, heated=0.3)
    if draw.chance(0.2):
        finish.relief(space, PIPES)
    if area > 8 and draw.chance(0.85):
        dining_set(space, most=8)
    wanted = ["cabinet"] * draw.chance(0.5) + ["bookshelf"] * draw.chance(0.15)
    for kind in wanted:
        several(space, kind)
    for _ in range(draw.whole(0, 2)):
        free_standing(space, piece("stool", draw), 0.05)
    finish.shelves(space, 2)
    if draw.chance(0.25):
        finish.on_wall(space, "towel", 0.9, 1.1)
    finish.pictures(space, 3)
    if draw.chance(0.25):
        finish.relief(space, PIPES)
    finish.corners(space, plants=1, lamps=0, bins=2, others=1)
    finish.floor(space, rugs=1, things=4)


def _lines(space: Space) -> list[Placed]:
    """One counter with a refrigerator at its end, and perhaps another along another wall."""
    for _ in range(4):
        mark = space.mark()
        line = _with_refrigerator(space)
        if line is not None:
            second = _line(space, exclude=line.side) if space.draw.chance(0.6) else None
            return [line] if second is None else [line, second]
        space.back_to(mark)
    line = _line(space)
    several(space, "refrigerator", CORNER)
    return [] if line is None else [line]


def _with_refrigerator(space: Space) -> Placed | None:
    draw, cold = space.draw, space.stock.piece("refrigerator", space.draw)
    if cold is None:
        return _line(space)
    gap = _gap(space, cold.size[0] + 0.06 + SHORTEST)
    if gap is None:
        return None
    side, start, end = gap
    room = cold.size[0] + 0.03
    if draw.chance(0.5):
        at, start = start + cold.size[0] / 2 + 0.02, start + room
    else:
        at, end = end - cold.size[0] / 2 - 0.02, end - room
    placed = backed(space, cold, side, round(at, 3), 0.01, zones=(DOOR, WINDOW), reach=before(cold))
    if placed is None:
        return None
    line = _fitted(space, side, start, end)
    if line is not None:
        space.keep(placed, before(cold, 0.6))
    return line


def _line(space: Space, exclude: int = -1) -> Placed | None:
    gap = _gap(space, SHORTEST, exclude)
    return _fitted(space, *gap) if gap else None


def _gap(space: Space, shortest: float, exclude: int = -1) -> tuple[int, float, float] | None:
    """A gap along a wall that a counter fits in, the longest or nearly: side, start and end."""
    found = []
    for side in range(len(space.sides)):
        if side != exclude:
            found += [(end - start, side, start, end) for start, end in gaps(space, side, DEPTH, 0.0, COUNTER)]
    longest = max(found, default=(0.0, 0, 0.0, 0.0))[0]
    near = [gap[1:] for gap in found if gap[0] >= max(shortest, 0.7 * longest)]
    return space.draw.one_of(near) if near else None


def _fitted(space: Space, side: int, start: float, end: float) -> Placed | None:
    """A counter that fills a gap, or the part of it that is long enough."""
    draw = space.draw
    longest = math.floor(min(end - start - 0.004, LONGEST) * 1000) / 1000
    for _ in range(4):
        if longest < SHORTEST:
            return None
        line = space.stock.piece("kitchen_line", draw, longest)
        if line is None:
            return None
        half = line.size[0] / 2 + 0.002
        at = start + half if draw.chance(0.5) else end - half
        if placed := backed(space, line, side, round(at, 3), 0.0, zones=(DOOR, WINDOW), reach=before(line)):
            return placed
        longest = round(longest - 0.2, 3)
    return None


def _cabinets_above(space: Space, line: Placed) -> None:
    """Wall cabinets over a counter where there is no window, with a gap here and there."""
    draw = space.draw
    low, half = draw.between(1.4, 1.5), line.piece.size[0] / 2
    for start, end in gaps(space, line.side, 0.4, low, 2.1):
        left, right = max(start, line.at - half), min(end, line.at + half)
        while right - left > 0.4 and draw.chance(0.9):
            width = right - left if right - left < 1.2 or draw.chance(0.5) else draw.between(0.6, right - left - 0.4)
            _cabinet_above(space, line, left, math.floor(width * 1000 - 4) / 1000, low)
            left += width + (draw.between(0.5, 0.8) if draw.chance(0.3) else 0.0)


def _cabinet_above(space: Space, line: Placed, left: float, width: float, low: float) -> None:
    for _ in range(3):
        piece = space.stock.piece("wall_cabinet", space.draw, width)
        if piece is None:
            return
        z = round(min(low, space.room.height - piece.size[2] - 0.02), 3)
        at = round(left + piece.size[0] / 2 + 0.002, 3)
        if z > 1.25 and backed(space, piece, line.side, at, 0.0, z, (WINDOW,)):
            return
