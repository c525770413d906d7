"""Where walls have doors, passages and windows, and what stands in them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.description import NOTHING, OUTSIDE, Opening, Room, Thing, millimetres
from geo3d.data_tools.rooms.outlines import Rectangle, Side, rectangles, sides

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.arrange.stock import Piece, Stock
    from geo3d.data_tools.rooms.draw import Draw

MARGIN = 0.1
"""From an opening to the end of its piece of wall, in metres."""
DOORWAY = 0.9
"""How far on both sides of a door nothing stands, in metres."""
OUTLOOK = 1.0
"""Free depth in front of an outer wall that may have windows, in metres."""
HEAD = 0.01
"""Depth of the part of a frame, from its top, that shows where in the wall the frame is, in metres."""


@dataclass(frozen=True)
class Stretch:
    """A piece of a room's wall that has the same thing behind it all along."""

    room: int
    wall: int
    beyond: int
    start: float
    end: float

    @property
    def length(self) -> float:
        """Metres."""
        return self.end - self.start


@dataclass(frozen=True)
class Walls:
    """What openings are cut into."""

    rooms: tuple[Room, ...]
    inner: float
    """Thickness between rooms, in metres."""
    outer: float

    def side(self, room: int, wall: int) -> Side:
        """A side of a room's outline."""
        return sides(self.rooms[room].outline)[wall]

    def thickness(self, beyond: int) -> float:
        """Of a wall with this behind it."""
        return self.outer if beyond == OUTSIDE else self.inner

    def stretches(self, room: int, beyond: int) -> list[Stretch]:
        """Pieces of a room's walls, 0.5 m or longer: those it shares with another, or those one can look out of."""
        found, walls = [], sides(self.rooms[room].outline)
        thick = self.thickness(beyond)
        for wall, side in enumerate(walls):
            if beyond == OUTSIDE:
                others = [other for number, other in enumerate(self.rooms) if number != room]
                covered = [span for other in others for span in _facing(side, other, OUTLOOK)]
                spans = _uncovered(side, [(start - self.outer, end + self.outer) for start, end in covered])
            else:
                spans = _facing(side, self.rooms[beyond], self.inner + 0.001)
            # Where two walls stand with their backs to each other, both pass through the same corner.
            low = thick if _bends_back(walls[wall - 1], side) else 0.0
            high = side.length - (thick if _bends_back(side, walls[(wall + 1) % len(walls)]) else 0.0)
            spans = [(max(start, low), min(end, high)) for start, end in spans]
            found += [Stretch(room, wall, beyond, *span) for span in spans if span[1] - span[0] >= 0.5]
        return found


def _bends_back(side: Side, after: Side) -> bool:
    """Whether a room's corner between two sides sticks out into the room."""
    return side.along[0] * after.along[1] - side.along[1] * after.along[0] < 0


def _facing(side: Side, room: Room, reach: float) -> list[tuple[float, float]]:
    """Where along a side there is the other room within `reach` behind it."""
    spans = []
    for rectangle in rectangles(room.outline):
        low, high = _from(side, rectangle)
        if -reach < high[1] <= 0.0005 and min(high[0], side.length) > max(low[0], 0):
            spans.append((millimetres(max(low[0], 0)), millimetres(min(high[0], side.length))))
    return spans


def _from(side: Side, rectangle: Rectangle) -> tuple[tuple[float, float], tuple[float, float]]:
    """A rectangle's corners as seen from a side: along it, and into the room."""
    seen = []
    for corner in (rectangle[:2], rectangle[2:]):
        x, y = corner[0] - side.start[0], corner[1] - side.start[1]
        seen.append((x * side.along[0] + y * side.along[1], x * side.inwards[0] + y * side.inwards[1]))
    (a, b), (c, d) = seen
    return (min(a, c), min(b, d)), (max(a, c), max(b, d))


def _uncovered(side: Side, covers: list[tuple[float, float]]) -> list[tuple[float, float]]:
    at, left = 0.0, []
    for start, end in sorted(covers):
        left.append((at, millimetres(start)))
        at = max(at, millimetres(end))
    return [*left, (at, side.length)]


def doorway(side: Side, opening: Opening, depth: float = DOORWAY) -> Rectangle:
    """The floor in front of a door, on the side's own side."""
    a, b = side.point(opening.start), side.point(opening.start + opening.width, depth)
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])


def draw_doors(draw: Draw, walls: Walls, stock: Stock) -> list[tuple[Opening, Thing | None]] | None:
    """A door into each room from one before it, and one to the outside; None where one finds no place."""
    doors: list[tuple[Opening, Thing | None]] = []
    for room in range(1, len(walls.rooms)):
        shared = [stretch for other in range(room) for stretch in walls.stretches(room, other)]
        if not _add_door(draw, walls, stock, _public(walls, shared), doors):
            return None
    for room in range(len(walls.rooms)):
        if _add_door(draw, walls, stock, walls.stretches(room, OUTSIDE), doors):
            return doors
    return None


def _public(walls: Walls, shared: list[Stretch]) -> list[Stretch]:
    """Those that do not lead through a bathroom, if any."""
    public = [stretch for stretch in shared if walls.rooms[stretch.beyond].use != "bathroom" and stretch.length > 1.2]
    return public or shared


def _add_door(
    draw: Draw, walls: Walls, stock: Stock, stretches: list[Stretch], doors: list[tuple[Opening, Thing | None]]
) -> bool:
    for _ in range(30 if stretches else 0):
        stretch = draw.one_of(stretches)
        piece = stock.piece("door", draw)
        if piece is None or (stretch.beyond != OUTSIDE and _open(draw, walls, stretch)):
            width, height = draw.between(0.85, 1.5), draw.between(2.0, 2.1)
            made = Opening("passage", stretch.room, stretch.wall, stretch.beyond, 0, width, 0, height, NOTHING), None
        else:
            made = _filled(draw, walls, stretch, piece, "door", 0.0)
        height = walls.rooms[stretch.room].height
        if stretch.beyond != OUTSIDE:
            height = min(height, walls.rooms[stretch.beyond].height)
        placed = _slid(draw, walls, stretch, *made)
        if placed and placed[0].high < height - 0.1 and not _crowded(walls, placed[0], [door for door, _ in doors]):
            doors.append(placed)
            return True
    return False


def _open(draw: Draw, walls: Walls, stretch: Stretch) -> bool:
    """Whether two rooms are joined by a mere hole."""
    uses = {walls.rooms[stretch.room].use, walls.rooms[stretch.beyond].use}
    return uses <= {"living_room", "kitchen", "office"} and draw.chance(0.3)


def _crowded(walls: Walls, opening: Opening, others: list[Opening]) -> bool:
    """Whether the floor in front of it, on either side, meets that of another door."""
    mine = _doorways(walls, opening)
    return any(_overlap(a, b) for other in others for a in mine for b in _doorways(walls, other))


def _doorways(walls: Walls, opening: Opening) -> list[Rectangle]:
    side = walls.side(opening.room, opening.wall)
    near = doorway(side, opening)
    return [near, doorway(side, opening, -DOORWAY - walls.thickness(opening.beyond))]


def _overlap(a: Rectangle, b: Rectangle) -> bool:
    return all(a[i] < b[i + 2] and b[i] < a[i + 2] for i in (0, 1))


def draw_windows(draw: Draw, walls: Walls, stock: Stock, taken: list[Opening]) -> list[tuple[Opening, Thing | None]]:
    """Windows in outer walls, by the use of the room, beside the openings that are there."""
    windows: list[tuple[Opening, Thing | None]] = []
    for number, room in enumerate(walls.rooms):
        wanted = {"living_room": draw.whole(1, 3), "bathroom": draw.whole(0, 1), "kitchen": 1}.get(
            room.use, draw.whole(1, 2)
        )
        stretches = walls.stretches(number, OUTSIDE)
        for _ in range(4 * wanted if stretches else 0):
            stretch = draw.one_of(stretches)
            piece = stock.smallest("window", draw, stretch.length - 2 * MARGIN)
            if piece is None:
                continue
            high = min(draw.between(1.95, 2.25), room.height - 0.12)
            low = millimetres(max(high - piece.size[2], 0.1))
            placed = _slid(draw, walls, stretch, *_filled(draw, walls, stretch, piece, "window", low))
            others = [*taken, *(one for one, _ in windows)]
            if (
                placed
                and placed[0].high < room.height - 0.1
                and not any(_beside(walls, placed[0], one) for one in others)
            ):
                windows.append(placed)
                wanted -= 1
            if wanted == 0:
                break
    return windows


def _beside(walls: Walls, window: Opening, other: Opening) -> bool:
    """Whether a window is nearer than 0.3 m to another opening of its wall, or opens over a doorway."""
    gap = max(window.start - other.start - other.width, other.start - window.start - window.width)
    if (window.room, window.wall) == (other.room, other.wall) and gap < 0.3:
        return True
    before = doorway(walls.side(window.room, window.wall), window)
    return other.kind != "window" and any(_overlap(before, floor) for floor in _doorways(walls, other))


def _slid(
    draw: Draw, walls: Walls, stretch: Stretch, opening: Opening, thing: Thing | None
) -> tuple[Opening, Thing | None] | None:
    """Moved along its stretch of wall: near an end or anywhere; doors are more often near an end."""
    slack = stretch.length - opening.width - 2 * MARGIN
    if slack < 0:
        return None
    anywhere = (
        draw.between(0, slack) if draw.chance(0.4 if opening.kind == "door" else 0.8) else draw.one_of((0, slack))
    )
    start = millimetres(stretch.start + MARGIN + anywhere)
    moved = replace(opening, start=start)
    if thing is None:
        return moved, None
    side = walls.side(stretch.room, stretch.wall)
    along = [millimetres(thing.position[i] + start * side.along[i]) for i in (0, 1)]
    return moved, replace(thing, position=(*along, thing.position[2]))


def _filled(draw: Draw, walls: Walls, stretch: Stretch, piece: Piece, kind: str, low: float) -> tuple[Opening, Thing]:
    """An opening as large as the frame of a piece, and the piece in it, at the start of its side.

    The frame's upper edge shows its width and where in the wall it is: leaves that are ajar and sills stick out.
    """
    side, vertices = walls.side(stretch.room, stretch.wall), piece.model.vertices
    head = vertices[vertices[:, 2] > vertices[:, 2].max() - HEAD].round(4)
    (left, front), (right, back) = head[:, :2].min(axis=0).tolist(), head[:, :2].max(axis=0).tolist()
    width, high = _up(right - left), _up(low + piece.size[2])
    recess = max(walls.thickness(stretch.beyond) - (back - front), 0.0) * draw.one_of(
        (0.0, 0.5, 1.0) if kind == "door" else (0.7, 1.0)
    )
    at = side.point(right + (width - right + left) / 2, front - recess)
    position = millimetres(at[0]), millimetres(at[1]), low
    opening = Opening(kind, stretch.room, stretch.wall, stretch.beyond, 0.0, width, low, high, NOTHING)
    return opening, Thing(kind, piece.builder, piece.seed, None, position, side.yaw, stretch.room)


def _up(length: float) -> float:
    """To the next whole millimetre."""
    return math.ceil(round(length * 1000, 2)) / 1000
