"""What every room has, whatever it is for: curtains, radiators, pictures, lamps, plants, things lying about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.arrange.against_walls import ANYWHERE, CORNER, MIDDLE, against_wall, backed, hang
from geo3d.data_tools.rooms.arrange.on_floor import dropped, spread_out
from geo3d.data_tools.rooms.arrange.on_tops import strew
from geo3d.data_tools.rooms.arrange.space import DOOR, Hole, Placed, Space

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.arrange.stock import Piece

CLUTTER = {
    "kitchen_line": ("kitchen_clutter", 28.0),
    "desk": ("desk_clutter", 12.0),
    "dining_table": ("table_clutter", 6.0),
    "coffee_table": ("table_clutter", 5.0),
    "night_stand": ("table_clutter", 8.0),
    "refrigerator": ("kitchen_clutter", 6.0),
    "wall_shelf": ("table_clutter", 20.0),
}
"""What is strewn on a kind of furniture, and how much a square metre."""
OTHER_CLUTTER = ("table_clutter", 10.0)
BARE = frozenset({"toilet", "bathtub", "bed", "sofa", "radiator", "television", "picture", "rug"})
"""Nothing is put on these, though they may have level parts."""
FIRST = {"desk": "television", "night_stand": "lamp"}
"""Label of what is put there before the rest."""


def windows(space: Space, curtained: float = 0.65, heated: float = 0.6) -> None:
    """Curtains or blinds at windows, radiators under them."""
    for hole in space.holes:
        if hole.opening.kind != "window":
            continue
        if space.draw.chance(heated):
            _radiator(space, hole)
        if space.draw.chance(curtained):
            _curtain(space, hole)
        elif space.draw.chance(0.4):
            _blinds(space, hole)


def _curtain(space: Space, hole: Hole) -> None:
    draw, wall = space.draw, space.sides[hole.side]
    room = 2 * min(hole.middle, wall.length - hole.middle) - 0.01
    width = round(min(hole.opening.width + draw.between(0.15, 0.5), room), 3)
    for _ in range(3):
        piece = space.stock.piece("curtain", draw, width)
        if piece is None or _at_window(space, hole, piece):
            return


def _at_window(space: Space, hole: Hole, piece: Piece) -> bool:
    """A curtain that stands on the floor, or a shorter one over the window."""
    high = piece.size[2]
    z = 0.0 if high > 1.9 else min(hole.opening.high + 0.1, space.room.height - 0.03) - high
    return z >= 0 and backed(space, piece, hole.side, hole.middle, 0.0, z, (DOOR,)) is not None


def _blinds(space: Space, hole: Hole) -> None:
    wide = round(hole.opening.width + 0.06, 3)
    piece = space.stock.piece("blinds", space.draw, wide)
    if piece is not None:
        z = min(hole.opening.high + 0.06, space.room.height - 0.02) - piece.size[2]
        if z > 0.05:
            backed(space, piece, hole.side, hole.middle, 0.0, z, (DOOR,))


def _radiator(space: Space, hole: Hole) -> None:
    for _ in range(3):
        piece = space.stock.piece("radiator", space.draw)
        if piece is None:
            return
        if piece.size[2] < hole.opening.low - 0.02 and backed(space, piece, hole.side, hole.middle, zones=(DOOR,)):
            return


def relief(space: Space, deepest: float = 0.5) -> None:
    """Something that makes a wall uneven by up to so many metres: from the floor up, or under the ceiling."""
    for _ in range(3):
        piece = space.stock.piece("wall_relief", space.draw)
        if piece is None:
            return
        if piece.size[1] > deepest:
            continue
        below_ceiling = piece.size[2] < 0.6
        z = space.room.height - piece.size[2] - 0.03 if below_ceiling else 0.0
        if hang(space, piece, z, before_it=0.0):
            return


def pictures(space: Space, most: int) -> None:
    """Pictures about eye height, alone or several alike in a row, over each other where there is room."""
    for _ in range(space.draw.whole(0, most)):
        piece = space.stock.piece("picture", space.draw)
        if piece is not None:
            hang(space, piece, _eye_height(space, piece))


def _eye_height(space: Space, piece: Piece) -> float:
    """Of the lower edge of what is looked at."""
    high = space.draw.between(1.4, 1.75)
    return round(max(min(high, space.room.height - piece.size[2] / 2 - 0.1) - piece.size[2] / 2, 0.25), 3)


def mirror(space: Space, over: Placed | None = None) -> Placed | None:
    """A mirror, on its own or over something else."""
    piece = space.stock.piece("mirror", space.draw)
    if piece is None:
        return None
    if over is not None:
        return hang(space, piece, max(over.piece.size[2] + 0.08, _eye_height(space, piece)), 0.1, over)
    return hang(space, piece, _eye_height(space, piece) if piece.size[2] < 1.2 else 0.1)


def shelves(space: Space, most: int) -> None:
    """Shelves on walls, with things on them."""
    for _ in range(space.draw.whole(0, most)):
        piece = space.stock.piece("wall_shelf", space.draw)
        if piece is not None:
            hang(
                space,
                piece,
                round(max(min(space.draw.between(1.1, 1.5), space.room.height - piece.size[2] - 0.15), 0.3), 3),
            )


def on_wall(space: Space, kind: str, low: float, high: float) -> Placed | None:
    """A thing of this kind, its lower edge between two heights."""
    return hang(space, space.stock.piece(kind, space.draw), space.draw.between(low, high))


def corners(space: Space, plants: int, lamps: int, bins: int, others: int) -> None:
    """Up to so many plants, lamps, bins and other furniture along the walls."""
    draw = space.draw
    for kind, most in (("other", others), ("floor_lamp", lamps), ("floor_plant", plants), ("bin", bins)):
        for _ in range(draw.whole(0, most)):
            where, gap = (
                (ANYWHERE, 0.0) if kind == "other" else (draw.one_of((CORNER, CORNER, MIDDLE)), draw.between(0.01, 0.1))
            )
            against_wall(space, space.stock.piece(kind, draw), where, gap=gap)


def floor(space: Space, rugs: int, things: int) -> None:
    """Rugs, and what lies about."""
    draw = space.draw
    for _ in range(draw.whole(0, rugs)):
        spread_out(space)
    for _ in range(draw.whole(0, things)):
        piece = space.stock.piece("floor_clutter", draw)
        if draw.chance(0.5):
            against_wall(space, piece, gap=draw.between(0.01, 0.15))
        elif piece is not None:
            dropped(space, piece)


def clutter(space: Space, density: float = 1.0) -> None:
    """Things on all tops there are."""
    for placed in list(space.placed):
        if placed.piece.kind in BARE or not placed.piece.model.tops:
            continue
        kind, rate = CLUTTER.get(placed.piece.kind, OTHER_CLUTTER)
        strew(space, placed, kind, rate * density, label=FIRST.get(placed.piece.kind, ""))
