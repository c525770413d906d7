"""Living rooms: a sofa that faces the television across a low table, armchairs, shelves, perhaps a dining table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.arrange import finish
from geo3d.data_tools.rooms.arrange.against_walls import MIDDLE, against_wall, around, backed, before, several
from geo3d.data_tools.rooms.arrange.office import workplace
from geo3d.data_tools.rooms.arrange.on_floor import dining_set, free_standing
from geo3d.data_tools.rooms.description import direction
from geo3d.data_tools.rooms.inside import points_inside

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.arrange.space import Placed, Space
    from geo3d.data_tools.rooms.arrange.stock import Piece

REQUIRED = ("sofa",)


def furnish(space: Space, area: float) -> None:
    """Furnish a living room of so many square metres."""
    draw, piece = space.draw, space.stock.piece
    if draw.chance(0.35):
        finish.relief(space)
    finish.windows(space, heated=0.4)
    _sitting_place(space)
    if draw.chance(0.75 if area > 18 else 0.3):
        dining_set(space)
    if area > 24 and draw.chance(0.4):
        free_standing(space, piece("sofa", draw), 0.3)
    if draw.chance(0.2):
        workplace(space)
    for _ in range(draw.whole(2, 3 + int(area // 7))):
        several(space, draw.one_of(("bookshelf", "bookshelf", "cabinet", "cabinet", "dresser", "other", "floor_plant")))
    for kind in ("armchair", "stool", "chair"):
        if draw.chance(0.35):
            free_standing(space, piece(kind, draw), 0.1)
    finish.shelves(space, 3)
    finish.pictures(space, 8)
    if draw.chance(0.25):
        finish.mirror(space)
    if draw.chance(0.3):
        finish.relief(space)
    finish.corners(space, plants=3, lamps=2, bins=1, others=2)
    finish.floor(space, rugs=1, things=5)


def _sitting_place(space: Space) -> None:
    """Television and sofa facing each other, or where they find no room a sofa at a wall; then what goes with it."""
    facing = 4 if space.draw.chance(0.85) and space.stock.models.get("television") else 0
    for attempt in range(8):
        mark, sofa = space.mark(), space.stock.piece("sofa", space.draw)
        if sofa is None:
            return
        screen = _screen(space) if attempt < facing else None
        placed = _facing(space, screen, sofa) if screen else None
        if placed is None:
            space.back_to(mark)
        if placed is None and attempt >= facing:
            placed = against_wall(space, sofa, MIDDLE, gap=0.03, aside=0.05, reach=around(sofa))
        if placed is not None:
            if screen in space.placed:
                space.keep(screen, before(screen.piece))
            _low_table(space, placed)
            return


def _screen(space: Space) -> Placed | None:
    """A television on a wall, perhaps over a low cabinet."""
    draw, cabinet, low = space.draw, None, 0.9
    if draw.chance(0.75):
        piece = space.stock.piece("cabinet", draw)
        if piece is not None and piece.size[2] < 1.0:
            cabinet = against_wall(space, piece, MIDDLE)
            low = max(low, piece.size[2] + 0.08)
    television = space.stock.piece("television", draw)
    z = draw.between(low, low + 0.25)
    if television is None:
        return None
    return finish.hang(space, television, z, over=cabinet)


def _facing(space: Space, screen: Placed, sofa: Piece) -> Placed | None:
    """The sofa some metres in front of a screen, with its back to the wall there if that is near."""
    wall, draw = space.sides[screen.side], space.draw
    for _ in range(10):
        out = draw.between(2.2, 3.6)
        middle = wall.point(screen.at + draw.between(-0.3, 0.3), out)
        opposite = _opposite(space, screen.side, middle)
        if opposite is not None and opposite[2] < sofa.size[1] / 2 + 0.6:
            placed = backed(space, sofa, opposite[0], opposite[1], 0.03, reach=around(sofa))
        else:
            placed = space.put(sofa, middle, wall.yaw + 3.1416, reach=around(sofa))
        if placed is not None:
            return placed
    return None


def _opposite(space: Space, side: int, point: tuple[float, float]) -> tuple[int, float, float] | None:
    """The nearest wall that faces a side, beyond a point: its number, metres along it, and the point's distance."""
    best = None
    for number, wall in enumerate(space.sides):
        x, y = point[0] - wall.start[0], point[1] - wall.start[1]
        at, off = x * wall.along[0] + y * wall.along[1], x * wall.inwards[0] + y * wall.inwards[1]
        facing = wall.inwards == tuple(-axis for axis in space.sides[side].inwards)
        if facing and 0 < at < wall.length and off > 0 and (best is None or off < best[2]):
            best = number, round(at, 3), off
    return best


def _low_table(space: Space, sofa: Placed) -> None:
    """A coffee table before the sofa, perhaps on a rug, and armchairs at its ends."""
    draw = space.draw
    for _ in range(4):
        table = space.stock.piece("coffee_table", draw)
        if table is None:
            return
        gap = draw.between(0.32, 0.45)
        middle = sofa.point(draw.between(-0.15, 0.15), sofa.piece.front - gap - table.size[1] / 2)
        mark = space.mark()
        z = _rug_under(space, sofa, middle, table) if draw.chance(0.65) else 0.0
        if placed := space.put(table, middle, sofa.thing.yaw, z):
            _armchairs(space, sofa, placed)
            return
        space.back_to(mark)


def _rug_under(space: Space, sofa: Placed, middle: tuple[float, float], table: Piece) -> float:
    """Height of a rug that lies wholly under a table and is level there; 0 where none fits."""
    for _ in range(4):
        rug = space.stock.piece("rug", space.draw)
        if rug is None:
            return 0.0
        for turn in (0.0, 1.5708):
            if _carries(rug, table, turn) and space.put(rug, middle, sofa.thing.yaw + turn, zones=()):
                return math.ceil(rug.size[2] * 1000) / 1000
    return 0.0


def _carries(rug: Piece, table: Piece, turn: float) -> bool:
    """Whether a rug that is turned against a table is under all of its feet, and as high there as anywhere."""
    feet = table.boxes[table.boxes[:, 0, 2] < 0.01]
    x, y = (feet[:, ends, axis].reshape(-1) for axis, ends in ((0, (0, 1, 0, 1)), (1, (0, 0, 1, 1))))
    cos, sin = direction(turn)
    points = np.column_stack([cos * x + sin * y, cos * y - sin * x, np.full(len(x), rug.size[2] - 0.003)])
    return bool(points_inside(rug.model.vertices[rug.model.faces], points).all())


def _armchairs(space: Space, sofa: Placed, table: Placed) -> None:
    for way in (-1, 1):
        armchair = space.stock.piece("armchair", space.draw)
        if armchair is not None and space.draw.chance(0.5):
            out = table.piece.size[0] / 2 + armchair.size[1] / 2 + space.draw.between(0.3, 0.5)
            turn = way * (1.5708 - space.draw.between(-0.2, 0.3))
            space.put(
                armchair,
                table.point(way * out, -space.draw.between(0.0, 0.3)),
                sofa.thing.yaw - turn,
                reach=around(armchair),
            )
