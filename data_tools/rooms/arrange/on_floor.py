"""What stands free on the floor: in the middle, about something, in corners, or anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.arrange.against_walls import around
from geo3d.data_tools.rooms.arrange.body import body
from geo3d.data_tools.rooms.arrange.space import DOOR, Placed, Space
from geo3d.data_tools.rooms.description import direction
from geo3d.data_tools.rooms.outlines import rectangles

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.arrange.stock import Piece

TUCKS = (0.34, 0.27, 0.2, 0.12, 0.05, 0.0, -0.08, -0.2)
"""How far the front of a chair is pushed under a table's edge, in metres, the deepest first."""


SPOTS = 32
"""Places that are tried at once."""


def spot(space: Space) -> tuple[float, float]:
    """Any place in the room."""
    left, low, right, high = space.draw.one_of(rectangles(space.room.outline))
    return space.draw.between(left, right), space.draw.between(low, high)


def free_standing(space: Space, piece: Piece | None, apart: float = 0.0, tries: int = 3) -> Placed | None:
    """The piece away from other things by `apart`, square to the walls."""
    if piece is None:
        return None
    left, low, right, high = around(piece, apart)
    box = np.array([(left, low, 0.03), (right, high, 1.5)])
    for yaw in space.draw.one_of(((0.0, 1.5708), (4.7124, 3.1416))):
        spots = np.array([(*spot(space), 0.0) for _ in range(SPOTS)])
        cos, sin = direction(yaw)
        about = body(
            box + (spots @ np.array([(cos, -sin, 0), (sin, cos, 0), (0, 0, 1)]))[:, None], (0.0, 0.0, 0.0), yaw
        )
        for x, y, _ in spots[~space.blocked(about, (DOOR,))][:tries].tolist():
            if placed := space.put(piece, (x, y), yaw, reach=around(piece)):
                return placed
    return None


def dropped(space: Space, piece: Piece, tries: int = 6) -> Placed | None:
    """The piece anywhere on the floor, turned anyhow."""
    for _ in range(tries):
        if placed := space.put(piece, spot(space), space.draw.between(0.0, 6.28)):
            return placed
    return None


def spread_out(space: Space, rugs: int = 3, tries: int = 4) -> Placed | None:
    """The first of some rugs that finds a place where nothing stands."""
    for _ in range(rugs):
        rug = space.stock.piece("rug", space.draw)
        for _ in range(tries if rug is not None else 0):
            if rug and (placed := space.put(rug, spot(space), space.draw.one_of((0.0, 1.5708)), zones=())):
                return placed
    return None


def seat(space: Space, table: Placed, chair: Piece, x: float, side: int, tucked: bool, jitter: float) -> Placed | None:
    """A chair at a side of a table (0 front, 1 right, 2 back, 3 left), `x` metres from the middle of that side."""
    wide, deep = table.piece.size[:2]
    edge = (deep, wide)[side % 2] / 2
    turn = side * 1.5708
    for tuck in TUCKS if tucked else TUCKS[4:]:
        out = edge - tuck - chair.front
        middle = table.point(*((x, -out), (out, x), (-x, out), (-out, -x))[side])
        yaw = table.thing.yaw + turn + 3.1416 + space.draw.between(-jitter, jitter)
        if placed := space.put(chair, middle, yaw, zones=(DOOR,)):
            return placed
    return None


def dining_set(space: Space, kind: str = "dining_table", most: int = 10) -> Placed | None:
    """A table, free or against a wall, with alike chairs about it, many of them pushed under."""
    from geo3d.data_tools.rooms.arrange.against_walls import MIDDLE, against_wall

    draw = space.draw
    for attempt in range(6):
        mark, table = space.mark(), space.stock.piece(kind, draw)
        if table is None:
            return None
        placed = free_standing(space, table, 0.55) if attempt < 4 and draw.chance(0.8) else None
        placed = placed or against_wall(space, table, MIDDLE, gap=0.02, reach=around(table))
        if placed is None:
            continue
        if _seat_about(space, placed, most) >= min(2, most) or not space.stock.models.get("chair"):
            return placed
        space.back_to(mark)
    return None


def _seat_about(space: Space, table: Placed, most: int) -> int:
    """Chairs along the long sides of a table, and perhaps at its ends; how many."""
    draw = space.draw
    chair = space.stock.piece("chair", draw)
    if chair is None:
        return 0
    tucked, count, pitch = draw.chance(0.7), 0, max(chair.size[0] + 0.06, 0.52)
    wide, deep = table.piece.size[:2]
    both_ends = draw.chance(0.6)
    for side in (0, 2, 1, 3):
        length = (wide, deep)[side % 2]
        if side % 2 == (wide >= deep) and not (both_ends and length > 0.6):
            continue
        row = max(int(length / pitch), 1) if side % 2 == (wide < deep) else max(int((length - 0.5) / pitch), 1)
        for i in range(row):
            if count < most and draw.chance(0.92):
                x = (i + 0.5) / row * length - length / 2
                jitter = 0.06 if tucked and draw.chance(0.8) else 0.35
                count += seat(space, table, chair, x, side, tucked and draw.chance(0.85), jitter) is not None
    return count
