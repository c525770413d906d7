"""Outlines of rooms: corners counter-clockwise from above, sides along x or y."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Outline = Sequence[tuple[float, float]]

Rectangle = tuple[float, float, float, float]
"""Lowest x and y, highest x and y."""


@dataclass(frozen=True)
class Side:
    """One side of a room: the inner face of a wall; seen from the room it runs from right to left."""

    start: tuple[float, float]
    length: float
    along: tuple[int, int]
    """Unit vector from its start to its end."""
    yaw: float
    """Of a thing whose back is at this side."""

    @property
    def inwards(self) -> tuple[int, int]:
        """Unit normal into the room."""
        return -self.along[1], self.along[0]

    def point(self, at: float, out: float = 0.0) -> tuple[float, float]:
        """`at` metres along the side and `out` metres from it into the room."""
        return (
            self.start[0] + at * self.along[0] + out * self.inwards[0],
            self.start[1] + at * self.along[1] + out * self.inwards[1],
        )


YAWS = {(-1, 0): 0.0, (0, -1): 1.5708, (1, 0): 3.1416, (0, 1): 4.7124}
"""Turn of a thing by the way its wall runs, counter-clockwise about the room."""


def sides(outline: Outline) -> list[Side]:
    """The sides in order; the first starts at the first corner."""
    found = []
    for start, end in zip(outline, [*outline[1:], outline[0]], strict=True):
        length = abs(end[0] - start[0]) + abs(end[1] - start[1])
        along = round((end[0] - start[0]) / length), round((end[1] - start[1]) / length)
        found.append(Side(start, round(length, 3), along, YAWS[along]))
    return found


def rectangles(outline: Outline) -> list[Rectangle]:
    """Rectangles that together cover the inside, none overlapping another."""
    levels = sorted({y for _, y in outline})
    found = []
    for low, high in pairwise(levels):
        upright = sorted(
            start[0]
            for start, end in zip(outline, [*outline[1:], outline[0]], strict=True)
            if min(start[1], end[1]) <= low and max(start[1], end[1]) >= high
        )
        found += [(left, low, right, high) for left, right in zip(upright[::2], upright[1::2], strict=True)]
    return found


def area(outline: Outline) -> float:
    """Of the inside."""
    return sum((right - left) * (high - low) for left, low, right, high in rectangles(outline))


def distance(outline: Outline, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The larger of the distances along x and along y from points [point, 2] to the inside; 0 within."""
    nearest = np.full(len(points), np.inf)
    for left, low, right, high in rectangles(outline):
        x = np.maximum(np.maximum(left - points[:, 0], points[:, 0] - right), 0)
        y = np.maximum(np.maximum(low - points[:, 1], points[:, 1] - high), 0)
        nearest = np.minimum(nearest, np.maximum(x, y))
    return nearest
