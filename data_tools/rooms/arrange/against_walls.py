"""What stands with its back to a wall, hangs on one, or fills a gap along one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.arrange.body import body
from geo3d.data_tools.rooms.arrange.space import ALL, DOOR, Placed, Space
from geo3d.data_tools.rooms.outlines import Rectangle, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.arrange.stock import Piece

CORNER, MIDDLE, ANYWHERE, EVENLY = "corner", "middle", "anywhere", "evenly"
"""Where along a wall: at an end, about the middle, more often at an end than not, each place as likely."""
IN_FRONT = {
    "wardrobe": 0.55,
    "dresser": 0.5,
    "cabinet": 0.45,
    "bookshelf": 0.4,
    "refrigerator": 0.7,
    "toilet": 0.5,
    "wash_basin": 0.55,
}
"""Depth of the floor kept free in front of it, in metres."""
NEAR, BESIDE = 0.7, 0.53
"""How near to its front, or to any of its sides, one must be able to come, in metres."""
PROBE = 0.05
"""Step along a wall at which gaps are looked for, in metres."""


def before(piece: Piece, depth: float = NEAR) -> Rectangle:
    """The floor in front of a piece, in its own frame."""
    half = max(piece.size[0] / 2, 0.15)
    return -half, piece.front - depth, half, piece.front


def around(piece: Piece, reach: float = BESIDE) -> Rectangle:
    """The floor about a piece, in its own frame."""
    half = piece.size[0] / 2 + reach
    return -half, piece.front - reach, half, piece.back + reach


def backed(
    space: Space,
    piece: Piece,
    side: int,
    at: float,
    gap: float = 0.0,
    z: float = 0.0,
    zones: Sequence[str] = ALL,
    reach: Rectangle | None = None,
) -> Placed | None:
    """The piece with its back to a wall, its middle `at` metres along, if it fits."""
    wall, half = space.sides[side], piece.size[0] / 2
    if at - half < -0.001 or at + half > wall.length + 0.001:
        return None
    middle = wall.point(at, math.ceil(round(piece.back * 1000, 1)) / 1000 + gap)
    return space.put(piece, middle, wall.yaw, z, zones, reach, side, at)


def against_wall(
    space: Space,
    piece: Piece | None,
    where: str = ANYWHERE,
    tries: int = 2,
    gap: float = 0.0,
    aside: float = 0.0,
    reach: Rectangle | None = None,
) -> Placed | None:
    """The piece with its back to some wall; `aside` metres on both sides and its front stay free at the time."""
    if piece is None:
        return None
    front, wide = IN_FRONT.get(piece.kind, 0.0), piece.size[0] + 2 * aside
    for side in space.draw.shuffled([number for number, side in enumerate(space.sides) if side.length >= wide]):
        spans = [span for span in _spans(space, piece, side, gap, front) if span[1] - span[0] >= wide]
        for _ in range(tries if spans else 0):
            at = _along(space, *space.draw.one_of(spans), space.sides[side].length, wide, where)
            placed = backed(space, piece, side, at, gap, 0.0, ALL, reach or (before(piece) if front else None))
            if placed is not None:
                if front:
                    space.keep(placed, before(piece, front))
                return placed
    return None


def _spans(space: Space, piece: Piece, side: int, gap: float, front: float) -> list[tuple[float, float]]:
    """Where along a wall there is room for the depth of a piece, and before it room to stand."""
    depth = piece.back - piece.front + gap
    free = ~taken(space, side, (0.003, depth), (0.0, piece.size[2]), ALL)
    if front and free.any():
        free &= ~taken(space, side, (depth, depth + front), (0.05, 0.4), (DOOR,))
    return _runs(free, space.sides[side])


def several(space: Space, kind: str, where: str = ANYWHERE, pieces: int = 3) -> Placed | None:
    """A piece of a kind against a wall, the first that fits of those drawn."""
    for _ in range(pieces):
        if placed := against_wall(space, space.stock.piece(kind, space.draw), where):
            return placed
    return None


def _along(space: Space, start: float, end: float, length: float, wide: float, where: str) -> float:
    """Where in a gap along a wall of some length the middle of something comes, to the millimetre."""
    draw, slack = space.draw, end - start - wide
    if where == CORNER or (where == ANYWHERE and draw.chance(0.4)):
        inset = min(draw.one_of((0.0, 0.0, 0.02, 0.05)), slack)
        ends = [at for at, corner in ((inset, start == 0), (slack - inset, end == length)) if corner]
        into = draw.one_of(ends or (inset, slack - inset))
    elif where == MIDDLE:
        into = slack / 2 + draw.between(-0.2, 0.2) * slack
    else:
        into = draw.between(0, slack)
    return round(start + wide / 2 + into, 3)


def beside(space: Space, neighbour: Placed, piece: Piece, way: int, gap: float) -> Placed | None:
    """The piece at the same wall as another: `way` is 1 further along the wall, -1 before it."""
    at = neighbour.at + way * (neighbour.piece.size[0] / 2 + piece.size[0] / 2 + gap)
    return backed(space, piece, neighbour.side, at)


def taken(
    space: Space, side: int, depths: tuple[float, float], heights: tuple[float, float], zones: Sequence[str]
) -> NDArray[np.bool_]:
    """[step along a wall]: whether something is between two depths before it and between two heights."""
    wall = space.sides[side]
    count = int(wall.length / PROBE + 1e-6)
    starts = np.arange(count) * PROBE
    # In the frame of a thing with its back to the wall, x runs against the wall's own way.
    low = np.column_stack([-starts - PROBE, np.full(count, -depths[1]), np.full(count, heights[0])])
    high = np.column_stack([-starts, np.full(count, -depths[0]), np.full(count, heights[1])])
    return space.blocked(body(np.stack([low, high], axis=1), (*wall.point(0.0), 0.0), wall.yaw), zones)


def gaps(space: Space, side: int, depth: float, low: float, high: float) -> list[tuple[float, float]]:
    """Pieces of a wall before which a depth is free between two heights: from where to where along it."""
    return _runs(~taken(space, side, (0.003, depth), (low, high), ALL), space.sides[side])


def _runs(free: NDArray[np.bool_], wall: Side) -> list[tuple[float, float]]:
    """From where to where along a wall its steps are free; what is left of it at its end belongs to the last step."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]]).astype(np.int8))).tolist()
    return [
        (round(start * PROBE, 3), wall.length if end == len(free) else round(end * PROBE, 3))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def hang(
    space: Space, piece: Piece | None, z: float, before_it: float = 0.25, over: Placed | None = None
) -> Placed | None:
    """The piece on a free part of some wall, its lower edge at `z`, nothing in front of it and no opening behind it.

    With `over` it hangs above the middle of a thing that has its back to a wall, or not at all.
    """
    if piece is None or z + piece.size[2] > space.room.height - 0.02 or z < 0:
        return None
    wide, draw = piece.size[0], space.draw
    walls = [number for number, wall in enumerate(space.sides) if wall.length > wide]
    zones = ALL if piece.size[1] > 0.15 else ()
    for side in draw.shuffled(walls) if over is None else [over.side]:
        for start, end in _bare(space, side, piece, z, before_it, zones):
            if over is not None and start <= over.at - wide / 2 and over.at + wide / 2 <= end:
                return backed(space, piece, side, over.at, 0.0, z, zones)
            if over is None and end - start > wide and draw.chance(0.7):
                at = _along(space, start, end, 0.0, wide, MIDDLE if draw.chance(0.3) else EVENLY)
                if placed := backed(space, piece, side, at, 0.0, z, zones):
                    return placed
    return None


def _bare(
    space: Space, side: int, piece: Piece, z: float, before_it: float, zones: Sequence[str]
) -> list[tuple[float, float]]:
    """Parts of a wall without openings before which there is nothing at the height of a piece."""
    high = z + piece.size[2]
    free = ~taken(space, side, (0.003, piece.size[1] + before_it), (z + 0.01, high), zones)
    starts = np.arange(len(free)) * PROBE
    for hole in space.holes:
        if hole.side == side and z < hole.opening.high + 0.03 and high > hole.opening.low - 0.03:
            free &= (starts > hole.start + hole.opening.width + 0.03) | (starts + PROBE < hole.start - 0.03)
    return _runs(free, space.sides[side])
