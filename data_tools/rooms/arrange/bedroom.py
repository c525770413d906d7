"""Bedrooms: beds with their heads to a wall, night stands beside them, wardrobes, perhaps a desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.arrange import finish
from geo3d.data_tools.rooms.arrange.against_walls import CORNER, MIDDLE, against_wall, around, beside, several
from geo3d.data_tools.rooms.arrange.office import workplace
from geo3d.data_tools.rooms.arrange.on_floor import free_standing

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.arrange.space import Placed, Space
    from geo3d.data_tools.rooms.arrange.stock import Piece

REQUIRED = ("bed",)


def furnish(space: Space, area: float) -> None:
    """Furnish a bedroom of so many square metres."""
    draw, piece = space.draw, space.stock.piece
    finish.windows(space)
    if draw.chance(0.3):
        finish.relief(space)
    _sleeping_place(space)
    if area > 13 and draw.chance(0.2):
        _sleeping_place(space)
    several(space, "wardrobe", CORNER)
    if draw.chance(0.35):
        workplace(space)
    wanted = ["dresser"] * draw.chance(0.7) + ["bookshelf"] * draw.chance(0.5) + ["cabinet"] * draw.chance(0.4)
    wanted += ["wardrobe"] * draw.chance(0.4 if area > 12 else 0.15)
    for kind in wanted:
        several(space, kind)
    if area > 12 and draw.chance(0.4):
        free_standing(space, piece("armchair", draw), 0.1)
    if draw.chance(0.3):
        against_wall(space, piece("chair", draw), gap=0.05)
    if draw.chance(0.35):
        finish.on_wall(space, "television", 0.9, 1.3)
    if draw.chance(0.6):
        finish.mirror(space)
    finish.shelves(space, 2)
    finish.pictures(space, 6)
    if draw.chance(0.25):
        finish.relief(space)
    finish.corners(space, plants=2, lamps=1, bins=1, others=1)
    finish.floor(space, rugs=1, things=5)


def _sleeping_place(space: Space) -> None:
    """A bed with up to two night stands, alike or not."""
    for _ in range(5):
        bed = space.stock.piece("bed", space.draw)
        if bed is None:
            return
        where = MIDDLE if bed.size[0] > 1.3 and space.draw.chance(0.75) else CORNER
        if placed := against_wall(space, bed, where, gap=0.01, reach=around(bed)):
            break
    else:
        return
    drawn = [space.stock.piece("night_stand", space.draw) for _ in range(2)]
    stands = [piece for piece in drawn if piece is not None]
    for way in (1, -1):
        if space.draw.chance(0.9):
            _stand(space, placed, way, stands)


def _stand(space: Space, bed: Placed, way: int, stands: list[Piece]) -> None:
    """A night stand beside a bed, like the other one if that fits."""
    for stand in stands:
        if beside(space, bed, stand, way, space.draw.between(0.02, 0.1)):
            return
