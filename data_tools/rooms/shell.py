"""Walls, floors and ceilings of a plan as closed boxes, each wall's two faces from boxes of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.description import OUTSIDE, Opening, SceneDescription
from geo3d.data_tools.rooms.model import Model, Shape
from geo3d.data_tools.rooms.outlines import Rectangle, distance, sides

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLAB = 0.15
"""Thickness of floors and ceilings, in metres."""
VOID, WITHIN = -1, 0
"""Of a cell of the plan: not part of the scene; floor. What is higher is wall."""


@dataclass(frozen=True)
class Block:
    """A box of wall, in the world, that shows a room its face."""

    room: int
    low: tuple[float, float, float]
    high: tuple[float, float, float]


def shell(description: SceneDescription) -> Model:
    """The building without what is in it, in world coordinates; labels wall, floor and ceiling."""
    model = Shape("shell", "wall")
    for block in wall_blocks(description):
        _add(model, block, description.rooms[block.room].walls, "wall")
    for block in _slabs(description):
        room = description.rooms[block.room]
        above = block.low[2] > 0
        _add(model, block, room.ceiling if above else room.floor, "ceiling" if above else "floor")
    return model.finish(moved=False)


def _add(model: Shape, block: Block, material, label: str) -> None:
    low, high = np.array(block.low), np.array(block.high)
    model.box(tuple((low + high) / 2), tuple(high - low), material, label=label)


def wall_blocks(description: SceneDescription) -> list[Block]:
    """Boxes that together are all walls, with holes where there are openings."""
    grid = _Grid(description)
    blocks = []
    for key, (left, low, right, high) in grid.merged():
        room, wall = divmod(key, grid.kinds)
        for bottom, top in grid.heights(room, wall):
            blocks.append(Block(room, (left, low, bottom), (right, high, top)))
    return blocks


def _slabs(description: SceneDescription) -> list[Block]:
    grid = _Grid(description)
    blocks = []
    for room, (left, low, right, high) in grid.merged(slabs=True):
        height = description.rooms[room].height
        blocks.append(Block(room, (left, low, -SLAB), (right, high, 0.0)))
        blocks.append(Block(room, (left, low, height), (right, high, height + SLAB)))
    return blocks


class _Grid:
    """The plan cut along every line at which something starts or ends; each cell is of the room nearest to it."""

    def __init__(self, description: SceneDescription) -> None:
        self.description = description
        self.holes = [_hole(description, opening) for opening in description.openings]
        self.kinds = len(self.holes) + 2
        """Floor, wall, and a kind for each opening."""
        self.x, self.y = (self._lines(axis) for axis in (0, 1))
        middles = np.stack(
            np.meshgrid(*((line[1:] + line[:-1]) / 2 for line in (self.x, self.y)), indexing="ij"), axis=2
        )
        points = middles.reshape(-1, 2)
        distances = np.stack([distance(room.outline, points) for room in description.rooms])
        self.room = distances.argmin(axis=0)
        nearest = distances.min(axis=0)
        self.kind = np.where(nearest > 0, 1, WITHIN)
        for number, (left, low, right, high) in enumerate(self.holes):
            inside = (points > (left, low)).all(axis=1) & (points < (right, high)).all(axis=1) & (nearest > 0)
            self.kind[inside] = number + 2
        self.kind[nearest > description.outer_wall] = VOID
        self.shape = len(self.x) - 1, len(self.y) - 1

    def _lines(self, axis: int) -> NDArray[np.float64]:
        """Coordinates at which rooms, walls or openings end, and those midway between two rooms."""
        outer = self.description.outer_wall
        faces = sorted({corner[axis] for room in self.description.rooms for corner in room.outline})
        lines = [face + side for face in faces for side in (-outer, 0.0, outer)]
        lines += [(a + b) / 2 for a in faces for b in faces if 0 < b - a < 2 * outer]
        lines += [hole[axis + end] for hole in self.holes for end in (0, 2)]
        return np.unique(np.round(lines, 4))

    def merged(self, slabs: bool = False) -> list[tuple[int, Rectangle]]:
        """Rectangles of like cells, none overlapping another, and what they are: a room, or a room and a kind."""
        solid = (self.kind != VOID) if slabs else (self.kind > WITHIN)
        keys = np.where(solid, self.room if slabs else self.room * self.kinds + self.kind, -1).reshape(self.shape)
        found = []
        for i, j in np.argwhere(keys >= 0):
            key = int(keys[i, j])
            if key < 0:
                continue
            right, high = int(i) + 1, int(j) + 1
            while right < keys.shape[0] and keys[right, j] == key:
                right += 1
            while high < keys.shape[1] and (keys[i:right, high] == key).all():
                high += 1
            keys[i:right, j:high] = -1
            (left, end), (low, back) = self.x[[i, right]].tolist(), self.y[[j, high]].tolist()
            found.append((key, (left, low, end, back)))
        return found

    def heights(self, room: int, kind: int) -> list[tuple[float, float]]:
        """From where to where a cell of wall is solid."""
        top = self.description.rooms[room].height
        if kind == 1:
            return [(0.0, top)]
        opening = self.description.openings[kind - 2]
        return [(low, high) for low, high in ((0.0, opening.low), (opening.high, top)) if high - low > 0.001]


def _hole(description: SceneDescription, opening: Opening) -> Rectangle:
    """What an opening takes of the plan: its width, through the wall."""
    side = sides(description.rooms[opening.room].outline)[opening.wall]
    thick = description.outer_wall if opening.beyond == OUTSIDE else description.inner_wall
    a, b = side.point(opening.start), side.point(opening.start + opening.width, -thick)
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])
