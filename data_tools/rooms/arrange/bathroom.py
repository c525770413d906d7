"""Bathrooms: toilet, basin with a mirror over it, bathtub behind a curtain, towels."""

from __future__ import annotations

from geo3d.data_tools.rooms.arrange import finish
from geo3d.data_tools.rooms.arrange.against_walls import ANYWHERE, CORNER, against_wall, around, backed, several
from geo3d.data_tools.rooms.arrange.space import DOOR, Placed, Space

PIPES = 0.2
"""Depth of what may stick out of a wall, in metres: no chimney is built into such rooms."""
REQUIRED = ("toilet", "wash_basin")


def furnish(space: Space, area: float) -> None:
    """Furnish a bathroom of so many square metres."""
    draw, piece = space.draw, space.stock.piece
    if draw.chance(0.9):
        _bath(space)
    if any(_fixture(space, kind) is None for kind in REQUIRED if space.stock.models.get(kind)):
        return
    if area > 7 and draw.chance(0.3):
        _fixture(space, "wash_basin")
    for placed in list(space.placed):
        if placed.piece.kind == "wash_basin" and draw.chance(0.9):
            finish.mirror(space, placed)
    finish.windows(space, curtained=0.35, heated=0.3)
    for kind in ["cabinet"] * draw.chance(0.5) + ["wardrobe"] * (area > 7 and draw.chance(0.15)):
        several(space, kind)
    for _ in range(draw.whole(1, 4)):
        finish.on_wall(space, "towel", 0.6, 1.1)
    finish.shelves(space, 2)
    finish.pictures(space, 2)
    if draw.chance(0.2):
        finish.relief(space, PIPES)
    if draw.chance(0.3):
        against_wall(space, piece("stool", draw), gap=0.03)
    finish.corners(space, plants=1, lamps=0, bins=1, others=1)
    finish.floor(space, rugs=2, things=4)


def _fixture(space: Space, kind: str) -> Placed | None:
    for _ in range(6):
        placed = against_wall(space, space.stock.piece(kind, space.draw), ANYWHERE, aside=0.12)
        if placed is not None:
            return placed
    return None


def _bath(space: Space) -> None:
    """A bathtub along a wall, most often in a corner, and a curtain along its open side."""
    for where in (CORNER, CORNER, CORNER, ANYWHERE, ANYWHERE):
        tub = space.stock.piece("bathtub", space.draw)
        placed = against_wall(space, tub, where, reach=around(tub) if tub else None)
        if placed is not None:
            if space.draw.chance(0.8):
                _shower_curtain(space, placed)
            return


def _shower_curtain(space: Space, tub: Placed) -> None:
    for _ in range(3):
        curtain = space.stock.piece("shower_curtain", space.draw, round(tub.piece.size[0], 3))
        if curtain is None:
            return
        out = tub.piece.back - tub.piece.front + 0.008
        if backed(space, curtain, tub.side, tub.at, out, zones=(DOOR,)):
            return
