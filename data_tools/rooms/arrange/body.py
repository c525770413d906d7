"""Where a model's boxes are in the world, and whether two of them meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.description import direction

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEEP = 0.002
"""Boxes that share less than this along some direction do not meet, in metres."""


@dataclass(frozen=True, eq=False)
class Body:
    """Upright boxes, all turned about z by one angle."""

    centres: NDArray[np.float64]
    """[box, 2], world x and y."""
    halves: NDArray[np.float64]
    """[box, 2], half of the size along the body's own x and y."""
    axis: tuple[float, float]
    """Cosine and sine of the angle."""
    levels: NDArray[np.float64]
    """[box, 2], lowest and highest z."""
    low: NDArray[np.float64]
    """[3], lowest corner of the world box about it."""
    high: NDArray[np.float64]
    """[3], highest corner."""


def body(boxes: NDArray[np.float64], position: tuple[float, float, float], yaw: float) -> Body:
    """Boxes [box, 2, 3] of a model's frame, turned and moved into the world."""
    cos, sin = direction(yaw)
    middles = (boxes[:, 0, :2] + boxes[:, 1, :2]) / 2
    centres = middles @ np.array([(cos, sin), (-sin, cos)]) + position[:2]
    halves = (boxes[:, 1, :2] - boxes[:, 0, :2]) / 2
    levels = boxes[:, :, 2] + position[2]
    spread = halves @ np.abs(np.array([(cos, sin), (sin, cos)]))
    low = np.array([*(centres - spread).min(axis=0), levels[:, 0].min()])
    high = np.array([*(centres + spread).max(axis=0), levels[:, 1].max()])
    return Body(centres, halves, (cos, sin), levels, low, high)


def meets(one: Body, other: Body) -> NDArray[np.bool_]:
    """[box of one]: whether it and a box of the other share more than DEEP along every direction."""
    top = np.minimum(one.levels[:, None, 1], other.levels[None, :, 1])
    shared = top - np.maximum(one.levels[:, None, 0], other.levels[None, :, 0]) > DEEP
    for axis in {one.axis: None, other.axis: None}:
        shared &= _shadows_meet(one, other, axis)
    return shared.any(axis=1)


class Bodies:
    """Bodies that are searched for those near another."""

    def __init__(self) -> None:
        self.items: list[Body] = []
        self._extents = np.empty((64, 2, 3))

    def __len__(self) -> int:
        return len(self.items)

    def add(self, part: Body) -> None:
        """One more."""
        if len(self.items) == len(self._extents):
            self._extents = np.concatenate([self._extents, np.empty_like(self._extents)])
        self._extents[len(self.items)] = part.low, part.high
        self.items.append(part)

    def cut(self, count: int) -> None:
        """Forget all but the first ones."""
        del self.items[count:]

    def near(self, part: Body) -> list[Body]:
        """Those whose world boxes share more than DEEP with its own."""
        low, high = self._extents[: len(self.items)].transpose(1, 0, 2)
        close = (np.maximum(low, part.low) + DEEP < np.minimum(high, part.high)).all(axis=1)
        return [self.items[number] for number in np.flatnonzero(close)]


def _shadows_meet(one: Body, other: Body, axis: tuple[float, float]) -> NDArray[np.bool_]:
    """[box of one, box of other]: whether their shadows overlap on both of two level axes (separating axes)."""
    (a, half_a), (b, half_b) = _seen_along(one, axis), _seen_along(other, axis)
    apart = np.abs(a[:, None] - b[None]) + DEEP
    return (apart < half_a[:, None] + half_b[None]).all(axis=2)


def _seen_along(part: Body, axis: tuple[float, float]) -> tuple[NDArray, NDArray]:
    """Centres and half sizes of the boxes in a frame turned so that its x runs along `axis`."""
    cos, sin = axis
    centres = part.centres @ np.array([(cos, -sin), (sin, cos)])
    along = abs(cos * part.axis[0] + sin * part.axis[1])
    across = abs(cos * part.axis[1] - sin * part.axis[0])
    return centres, part.halves @ np.array([(along, across), (across, along)])
