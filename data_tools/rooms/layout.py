"""Which rooms there are, how large, and how they lie against each other: outlines in whole centimetres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.outlines import Rectangle, rectangles, sides

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

Corners = list[tuple[int, int]]
CONTACT = 140
"""Length of wall that two rooms share at least, so that a door fits."""
TRIES = 60


@dataclass(frozen=True)
class Size:
    """What is usual for a use."""

    area: tuple[float, float]
    """Square metres."""
    narrowest: float
    """Metres."""
    stretch: float
    """Longest side over shortest."""
    bent: float
    """How often such a room is L-shaped."""


SIZES = {
    "living_room": Size((14, 35), 3.2, 1.7, 0.35),
    "kitchen": Size((7, 18), 2.2, 2.0, 0.2),
    "bedroom": Size((9, 20), 2.6, 1.6, 0.2),
    "bathroom": Size((4, 9), 1.75, 1.9, 0.1),
    "office": Size((8, 20), 2.5, 1.7, 0.2),
}
ATTACHED = ("living_room", "kitchen", "office", "bedroom", "bathroom")
"""The order in which rooms are put together: nobody walks through a bathroom."""


def draw_uses(draw: Draw, count: int) -> list[str]:
    """So many uses, none but bedrooms twice, in the order they are put together."""
    left, uses = [*ATTACHED, "bedroom"], []
    for _ in range(count):
        use = draw.one_of(left)
        left.remove(use)
        uses.append(use)
    return sorted(uses, key=ATTACHED.index)


def draw_layout(draw: Draw, uses: list[str], wall: int) -> list[Corners]:
    """An outline for each use, each after the first against one before it, `wall` centimetres of wall between them."""
    while True:
        outlines = [draw_outline(draw, uses[0])]
        for use in uses[1:]:
            beside = [outline for outline, other in zip(outlines, uses, strict=False) if other != "bathroom"]
            attached = _attached(draw, use, outlines, beside or outlines, wall)
            if attached is None:
                break
            outlines.append(attached)
        if len(outlines) == len(uses):
            return _centred(outlines)


def draw_outline(draw: Draw, use: str) -> Corners:
    """A rectangle or an L, its lowest corner at the origin."""
    size = SIZES[use]
    narrowest, bent = round(100 * size.narrowest), draw.chance(size.bent)
    while True:
        goal, stretch = draw.between(*size.area), draw.between(1.0, size.stretch)
        notch = draw.between(0.1, 0.28) if bent else 0.0
        wide = round(100 * math.sqrt(goal / (1 - notch) * stretch))
        deep = round(100 * math.sqrt(goal / (1 - notch) / stretch))
        if draw.chance(0.5):
            wide, deep = deep, wide
        cut = round(wide * draw.between(0.35, 0.6)) if bent else 0
        cut_deep = round(notch * wide * deep / cut) if bent else 0
        arm = min(wide - cut, deep - cut_deep)
        area = (wide * deep - cut * cut_deep) / 1e4
        if min(wide, deep) >= narrowest and arm >= 0.75 * narrowest and size.area[0] <= area <= size.area[1]:
            return _mirrored(draw, _bent(wide, deep, cut, cut_deep))


def _bent(wide: int, deep: int, cut: int, cut_deep: int) -> Corners:
    if not cut:
        return [(0, 0), (wide, 0), (wide, deep), (0, deep)]
    low = deep - cut_deep
    return [(0, 0), (wide, 0), (wide, low), (wide - cut, low), (wide - cut, deep), (0, deep)]


def _mirrored(draw: Draw, outline: Corners) -> Corners:
    wide, deep = (max(corner[axis] for corner in outline) for axis in (0, 1))
    if draw.chance(0.5):
        outline = [(wide - x, y) for x, y in outline][::-1]
    return [(x, deep - y) for x, y in outline][::-1] if draw.chance(0.5) else outline


def _attached(draw: Draw, use: str, outlines: list[Corners], beside: list[Corners], wall: int) -> Corners | None:
    """A new outline against one of `beside`: of those drawn, the one that keeps the whole most compact."""
    best, least = None, math.inf
    for _ in range(TRIES):
        placed = _against(draw, draw_outline(draw, use), draw.one_of(beside), wall)
        if placed is None or not all(_apart(placed, other, wall) for other in outlines):
            continue
        extent = _extent([*outlines, placed])
        if extent < least:
            best, least = placed, extent
    return best


def _against(draw: Draw, outline: Corners, other: Corners, wall: int) -> Corners | None:
    """The outline moved so that one of its sides faces one of the other's across a wall."""
    side = draw.one_of([side for side in sides(other) if side.length >= CONTACT])
    turned = (-side.along[0], -side.along[1])
    facing = [mine for mine in sides(outline) if mine.along == turned and mine.length >= CONTACT]
    if not facing:
        return None
    mine = draw.one_of(facing)
    slack = round(side.length - mine.length)
    flush = draw.one_of((0, slack, None))
    slide = draw.whole(CONTACT - round(mine.length), round(side.length) - CONTACT) if flush is None else flush
    if min(slide + mine.length, side.length) - max(slide, 0) < CONTACT:
        return None
    corner = side.point(slide + mine.length, -wall)
    shift = round(corner[0] - mine.start[0]), round(corner[1] - mine.start[1])
    return [(x + shift[0], y + shift[1]) for x, y in outline]


def _apart(one: Corners, other: Corners, wall: int) -> bool:
    return not any(_near(a, b, wall) for a in rectangles(one) for b in rectangles(other))


def _near(a: Rectangle, b: Rectangle, wall: int) -> bool:
    return all(max(a[i] - b[i + 2], b[i] - a[i + 2]) < wall for i in (0, 1))


def _extent(outlines: list[Corners]) -> int:
    """Half the length of a string around all of them."""
    x, y = ([corner[axis] for outline in outlines for corner in outline] for axis in (0, 1))
    return max(x) - min(x) + max(y) - min(y)


def _centred(outlines: list[Corners]) -> list[Corners]:
    """Moved so that the middle of all of them is at the origin."""
    x, y = ([corner[axis] for outline in outlines for corner in outline] for axis in (0, 1))
    middle = (max(x) + min(x)) // 2, (max(y) + min(y)) // 2
    return [[(corner[0] - middle[0], corner[1] - middle[1]) for corner in outline] for outline in outlines]
