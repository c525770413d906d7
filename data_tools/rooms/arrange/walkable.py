"""Where in a room one can walk: a grid of the places where the middle of a disc may be, and what it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.outlines import distance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.description import Room
    from geo3d.data_tools.rooms.outlines import Rectangle

CELL = 0.05
"""Edge of a cell, in metres."""
RADIUS = 0.3
"""Of the disc, in metres: 5 cm more than is promised, for the grid's sake."""


class Walkable:
    """The floor of one room; arrays are [cell along x, cell along y]."""

    def __init__(self, room: Room, walls: NDArray[np.float64]) -> None:
        """`walls` [block, 4] are the rectangles, lowest and highest x and y, that walls take of the plan."""
        outline = np.array(room.outline)
        low, high = outline.min(axis=0), outline.max(axis=0)
        x, y = (np.arange(low[i] + CELL / 2, high[i], CELL) for i in (0, 1))
        self.cells = np.stack(np.meshgrid(x, y, indexing="ij"), axis=2)
        """[x, y, 2], middles in the world."""
        inside = distance(room.outline, self.cells.reshape(-1, 2)).reshape(self.cells.shape[:2]) == 0
        self.free = inside
        for left, front, right, back in walls:
            self.free = self.free & ~self.near((left, front, right, back), (0.0, 0.0), (1.0, 0.0), RADIUS)

    def near(
        self, rectangle: Rectangle, middle: tuple[float, float], axis: tuple[float, float], reach: float
    ) -> NDArray[np.bool_]:
        """Cells within `reach` of a rectangle that is given in a frame at `middle`, turned by `axis`."""
        x, y = self.cells[..., 0] - middle[0], self.cells[..., 1] - middle[1]
        along, across = axis[0] * x + axis[1] * y, axis[0] * y - axis[1] * x
        left, low, right, high = rectangle
        out = np.maximum(np.maximum(left - along, along - right), 0)
        off = np.maximum(np.maximum(low - across, across - high), 0)
        return out * out + off * off <= reach * reach

    def reached(self, free: NDArray[np.bool_], starts: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_] | None:
        """What is reached from the free cells of the first start; None if another start is not reached from there."""
        if not starts:
            return free
        filled = flood(free, free & starts[0])
        return filled if all((filled & start).any() for start in starts) else None


def flood(free: NDArray[np.bool_], start: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Free cells joined to the start's along x and y: whole runs of rows and of columns are filled in turn."""
    rows, columns = _runs(free), _runs(free.T)
    filled, count = start, -1
    while count != (count := int(filled.sum())):
        filled = _spread(rows, filled)
        filled = _spread(columns, filled.T).T
    return filled


def _runs(free: NDArray[np.bool_]) -> NDArray[np.int64]:
    """A number for each run of free cells in a row; 0 where not free."""
    padded = np.pad(free, ((0, 0), (1, 0)))
    starts = padded[:, 1:] & ~padded[:, :-1]
    return np.where(free, np.cumsum(starts).reshape(free.shape), 0)


def _spread(runs: NDArray[np.int64], filled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    reached = np.zeros(int(runs.max()) + 1, bool)
    reached[runs[filled]] = True
    reached[0] = False
    return reached[runs]
