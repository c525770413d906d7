"""A room while it is furnished: what is in it, what must stay free, where one can walk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.arrange.body import Bodies, Body, body, meets
from geo3d.data_tools.rooms.arrange.solid_boxes import solid_boxes
from geo3d.data_tools.rooms.arrange.stock import Piece, Stock, build
from geo3d.data_tools.rooms.arrange.walkable import RADIUS, Walkable
from geo3d.data_tools.rooms.description import Opening, SceneDescription, Thing, direction, millimetres
from geo3d.data_tools.rooms.openings import DOORWAY
from geo3d.data_tools.rooms.outlines import Rectangle, Side, distance, sides
from geo3d.data_tools.rooms.shell import Block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.arrange.stock import Models
    from geo3d.data_tools.rooms.draw import Draw

FLAT = 0.03
"""What is lower can be walked on, in metres."""
OVERHEAD = 1.9
"""What starts higher can be walked under, in metres."""
CONNECTED = 0.85
"""Share of the floor where one could stand that must be reached from the doors."""
DOOR, WINDOW, FRONT = "door", "window", "front"
"""What a zone is kept free for."""
ALL = (DOOR, WINDOW, FRONT)


@dataclass(frozen=True, eq=False)
class Placed:
    """A piece that has its place; `side` and `at` where its back is to a wall."""

    piece: Piece
    thing: Thing
    body: Body
    side: int = -1
    at: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """World position of a point of the piece's own frame."""
        cos, sin = direction(self.thing.yaw)
        return self.thing.position[0] + cos * x - sin * y, self.thing.position[1] + sin * x + cos * y


@dataclass(frozen=True)
class Hole:
    """An opening as one side of the room sees it."""

    opening: Opening
    side: int
    start: float
    """Metres along that side."""

    @property
    def middle(self) -> float:
        """Metres along that side."""
        return self.start + self.opening.width / 2


@dataclass(frozen=True, eq=False)
class Mark:
    """What there was at a time, to go back to."""

    placed: int
    bodies: int
    zones: int
    """Those kept free in front of pieces."""
    reaches: int
    free: NDArray[np.bool_]


class Space:
    """One room; all of its decisions are drawn from `draw`."""

    def __init__(
        self, plan: SceneDescription, number: int, blocks: Sequence[Block], models: Models, draw: Draw
    ) -> None:
        self.plan, self.number, self.draw, self.stock = plan, number, draw, Stock(models)
        self.room = plan.rooms[number]
        self.sides: list[Side] = sides(self.room.outline)
        self.holes = _holes(plan, number)
        self.placed: list[Placed] = []
        self.left: dict[str, list[Piece]] = {}
        """Small things, by kind, that found no place yet."""
        boxes, outline = np.array([(block.low, block.high) for block in blocks]), np.array(self.room.outline)
        low, high = boxes[:, 0, :2] - outline.max(axis=0), outline.min(axis=0) - boxes[:, 1, :2]
        boxes = boxes[np.maximum(low, high).max(axis=1) < 0.5]
        self.bodies, self.zones = Bodies(), {kind: Bodies() for kind in ALL}
        self.bodies.add(body(boxes, (0.0, 0.0, 0.0), 0.0))
        for hole in self.holes:
            if hole.opening.thing >= 0:
                self.bodies.add(_fixed(plan.things[hole.opening.thing], models))
        low_walls = boxes[boxes[:, 0, 2] < OVERHEAD]
        self.walkable = Walkable(self.room, low_walls[:, :, :2].reshape(-1, 4))
        self.free = self.walkable.free
        self.starts: list[NDArray[np.bool_]] = []
        self.reaches: list[NDArray[np.bool_]] = []
        for hole in self.holes:
            self._keep_clear(hole)

    def _keep_clear(self, hole: Hole) -> None:
        """Keep the doorway, or what is in front of a window, free."""
        side, opening = self.sides[hole.side], hole.opening
        if opening.kind == "window":
            self.zones[WINDOW].add(self.slab(side, hole.start, opening.width, 0.35, opening.low + 0.08, opening.high))
            return
        self.zones[DOOR].add(self.slab(side, hole.start, opening.width, DOORWAY, FLAT, opening.high))
        entrance = side.point(hole.middle, RADIUS + 0.1)
        self.starts.append(self.walkable.near((-0.1, -0.1, 0.1, 0.1), entrance, (1.0, 0.0), 0.0))

    def slab(self, side: Side, start: float, width: float, depth: float, low: float, high: float) -> Body:
        """A box against a wall, from `start` on along it."""
        x, y = side.point(start + width / 2, depth / 2)
        boxes = np.array([[(-width / 2, -depth / 2, low), (width / 2, depth / 2, high)]])
        return body(boxes, (x, y, 0.0), side.yaw)

    def clear(self, part: Body, zones: Sequence[str] = ALL) -> bool:
        """Whether a body meets nothing that is there, and leaves zones of these kinds free."""
        return not self.blocked(part, zones).any()

    def blocked(self, part: Body, zones: Sequence[str] = ALL) -> NDArray[np.bool_]:
        """[box]: whether it meets something, or a zone of these kinds, or leaves the room."""
        found = (part.extents[:, 0, 2] < -0.001) | (part.extents[:, 1, 2] > self.room.height)
        for other in self.bodies.near(part):
            found |= meets(part, other)
        for kind in zones:
            for zone in self.zones[kind].near(part):
                found |= meets(part, zone)
        return found

    def put(
        self,
        piece: Piece,
        middle: tuple[float, float],
        yaw: float,
        z: float = 0.0,
        zones: Sequence[str] = ALL,
        reach: Rectangle | None = None,
        side: int = -1,
        at: float = 0.0,
        on_floor: bool = True,
    ) -> Placed | None:
        """Place a piece if it fits and one can still walk about; `reach`, in its own frame, must be walked to.

        What stands on a piece that is there takes no floor.
        """
        position = millimetres(middle[0]), millimetres(middle[1]), millimetres(z)
        turn = round(yaw % 6.2832, 4)
        part = body(piece.boxes, position, turn)
        if distance(self.room.outline, (part.low + part.high)[None, :2] / 2)[0] > 0 or not self.clear(part, zones):
            return None
        mark = self.mark()
        thing = Thing(piece.kind, piece.builder, piece.seed, piece.width, position, turn, self.number, piece.stretch)
        placed = Placed(piece, thing, part, side, at)
        self.placed.append(placed)
        self.bodies.add(part)
        if on_floor and not self._still_walkable(placed, reach):
            self.back_to(mark)
            return None
        return placed

    def _still_walkable(self, placed: Placed, reach: Rectangle | None) -> bool:
        taken = _footprint(placed)
        middle, axis = placed.thing.position[:2], placed.body.axis
        if taken is not None:
            self.free = self.free & ~self.walkable.near(taken, middle, axis, RADIUS)
        if reach is not None:
            self.reaches.append(self.walkable.near(reach, middle, axis, 0.0))
        if taken is None and reach is None:
            return True
        return self.is_walkable()

    def is_walkable(self) -> bool:
        """Whether the doors reach each other, what must be reached, and most of the floor."""
        filled = self.walkable.reached(self.free, self.starts)
        if filled is None or filled.sum() < CONNECTED * self.free.sum():
            return False
        return all((filled & reach).any() for reach in self.reaches)

    def keep(self, placed: Placed, rectangle: Rectangle, high: float = 1.8) -> None:
        """Keep a rectangle of a piece's own frame free from now on."""
        left, low, right, back = rectangle
        boxes = np.array([[(left, low, FLAT), (right, back, high)]])
        self.zones[FRONT].add(body(boxes, (*placed.thing.position[:2], 0.0), placed.thing.yaw))

    def mark(self) -> Mark:
        """Now."""
        return Mark(len(self.placed), len(self.bodies), len(self.zones[FRONT]), len(self.reaches), self.free)

    def back_to(self, mark: Mark) -> None:
        """Take away all that came after."""
        del self.placed[mark.placed :], self.reaches[mark.reaches :]
        self.bodies.cut(mark.bodies)
        self.zones[FRONT].cut(mark.zones)
        self.free = mark.free


def _footprint(placed: Placed) -> Rectangle | None:
    """What a piece takes of the floor, in its own frame; None if one walks over or under it."""
    boxes = placed.piece.boxes
    z = placed.thing.position[2]
    boxes = boxes[(boxes[:, 0, 2] + z < OVERHEAD) & (boxes[:, 1, 2] + z > FLAT)]
    if len(boxes) == 0:
        return None
    left, low = boxes[:, 0, :2].min(axis=0).tolist()
    right, high = boxes[:, 1, :2].max(axis=0).tolist()
    return left, low, right, high


def _fixed(thing: Thing, models: Models) -> Body:
    return body(solid_boxes(build(thing, models)), thing.position, thing.yaw)


def _holes(plan: SceneDescription, number: int) -> list[Hole]:
    """Openings of a room's walls, also those that are described from the room beyond."""
    mine = sides(plan.rooms[number].outline)
    holes = []
    for opening in plan.openings:
        if opening.room == number:
            holes.append(Hole(opening, opening.wall, opening.start))
        elif opening.beyond == number:
            theirs = sides(plan.rooms[opening.room].outline)[opening.wall]
            end = theirs.point(opening.start + opening.width, -plan.inner_wall)
            holes.append(_seen_from(mine, opening, end))
    return holes


def _seen_from(mine: list[Side], opening: Opening, end: tuple[float, float]) -> Hole:
    """An opening that ends, seen from the other room, at a point of one of these sides."""
    for number, side in enumerate(mine):
        x, y = end[0] - side.start[0], end[1] - side.start[1]
        along, off = x * side.along[0] + y * side.along[1], x * side.inwards[0] + y * side.inwards[1]
        if abs(off) < 0.002 and along >= -0.002 and along + opening.width <= side.length + 0.002:
            return Hole(opening, number, millimetres(along))
    raise AssertionError("an opening between two rooms lies on a side of each")
