"""Offices: desks with chairs pushed under them, screens, shelves of files, a whiteboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.arrange import finish
from geo3d.data_tools.rooms.arrange.against_walls import ANYWHERE, CORNER, against_wall, around, several
from geo3d.data_tools.rooms.arrange.on_floor import dining_set, free_standing, seat

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.arrange.space import Placed, Space

REQUIRED = ("desk", "office_chair")


def furnish(space: Space, area: float) -> None:
    """Furnish an office of so many square metres."""
    draw, piece = space.draw, space.stock.piece
    finish.windows(space, curtained=0.35)
    if draw.chance(0.3):
        finish.relief(space)
    for _ in range(draw.whole(1, 1 + int(area // 6))):
        workplace(space, free=0.3)
    if area > 14 and draw.chance(0.4):
        dining_set(space, most=6)
    wanted = ["bookshelf"] * draw.whole(1, 3) + ["cabinet"] * draw.whole(0, 2) + ["wardrobe"] * draw.chance(0.3)
    for kind in wanted:
        several(space, kind)
    if draw.chance(0.65):
        finish.on_wall(space, "whiteboard", 0.8, 1.0)
    if area > 11 and draw.chance(0.35):
        against_wall(space, piece("sofa", draw), gap=0.03)
    if draw.chance(0.3):
        free_standing(space, piece("armchair", draw), 0.1)
    if draw.chance(0.3):
        finish.on_wall(space, "television", 0.9, 1.4)
    for _ in range(draw.whole(0, 2)):
        against_wall(space, piece("chair", draw), gap=0.05)
    finish.shelves(space, 3)
    finish.pictures(space, 6)
    if draw.chance(0.3):
        finish.relief(space)
    finish.corners(space, plants=2, lamps=1, bins=2, others=1)
    finish.floor(space, rugs=1, things=5)


def workplace(space: Space, free: float = 0.1) -> Placed | None:
    """A desk at a wall, or this often one that faces the room, with a chair that is pushed under it more or less."""
    draw = space.draw
    for _ in range(5):
        mark, desk = space.mark(), space.stock.piece("desk", draw)
        if desk is None:
            return None
        if draw.chance(free):
            placed = free_standing(space, desk, 0.5)
        else:
            placed = against_wall(space, desk, draw.one_of((CORNER, ANYWHERE)), gap=0.01, reach=around(desk))
        if placed is None:
            continue
        chair = space.stock.piece("office_chair" if draw.chance(0.85) else "chair", draw)
        if chair is None:
            return placed
        x = draw.between(-0.2, 0.2) * max(desk.size[0] - chair.size[0], 0.0)
        if seat(space, placed, chair, x, 0, draw.chance(0.6), draw.one_of((0.1, 0.6))):
            return placed
        space.back_to(mark)
    return None
