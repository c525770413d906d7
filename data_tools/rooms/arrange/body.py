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
    extents: NDArray[np.float64]
    """[box, 2, 3], lowest and highest corner of the world box about each."""
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
    spread = halves @ np.abs(np.array([(cos, sin), (sin, cos)]))
    extents = np.empty((len(boxes), 2, 3))
    extents[:, 0, :2], extents[:, 1, :2] = centres - spread, centres + spread
    extents[:, :, 2] = boxes[:, :, 2] + position[2]
    return Body(centres, halves, (cos, sin), extents, extents[:, 0].min(axis=0), extents[:, 1].max(axis=0))


def meets(one: Body, other: Body) -> NDArray[np.bool_]:
    """[box of one]: whether it and a box of the other share more than DEEP along every direction."""
    low, high = np.maximum(one.low, other.low), np.minimum(one.high, other.high)
    mine, theirs = _between(one, low, high), _between(other, low, high)
    found = np.zeros(len(one.centres), bool)
    if len(mine) and len(theirs):
        a, b = one.extents[mine, None], other.extents[None, theirs]
        along = np.minimum(a[:, :, 1], b[:, :, 1]) - np.maximum(a[:, :, 0], b[:, :, 0]) > DEEP
        shared = along[..., 0] & along[..., 1] & along[..., 2]
        # Boxes along the world's axes are the boxes about them.
        if not (0.0 in one.axis and 0.0 in other.axis) and shared.any():
            for axis in (one.axis,) if _square(one.axis, other.axis) else (one.axis, other.axis):
                shared &= _shadows_meet(_seen_along(one, mine, axis), _seen_along(other, theirs, axis))
        found[mine] = shared.any(axis=1)
    return found


def _between(part: Body, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which boxes may reach between two corners of the world."""
    near = (part.extents[:, 1] > low) & (part.extents[:, 0] < high)
    return np.flatnonzero(near[:, 0] & near[:, 1] & near[:, 2])


def _square(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two directions are along or across each other."""
    return min(abs(one[0] * other[0] + one[1] * other[1]), abs(one[0] * other[1] - one[1] * other[0])) < 1e-6


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


Shadows = tuple["NDArray[np.float64]", "NDArray[np.float64]", "NDArray[np.float64]", "NDArray[np.float64]"]
"""Of boxes along two level axes: middles along the first, along the second, and half the extents."""


def _shadows_meet(one: Shadows, other: Shadows) -> NDArray[np.bool_]:
    """[box of one, box of other]: whether they overlap along both axes (separating axes)."""
    x, y, wide, deep = one
    along = np.abs(x[:, None] - other[0]) + DEEP < wide[:, None] + other[2]
    return along & (np.abs(y[:, None] - other[1]) + DEEP < deep[:, None] + other[3])


def _seen_along(part: Body, boxes: NDArray[np.int64], axis: tuple[float, float]) -> Shadows:
    """Some of the boxes in a frame turned so that its x runs along `axis`."""
    cos, sin = axis
    x, y = part.centres[boxes].T
    half_x, half_y = part.halves[boxes].T
    along = abs(cos * part.axis[0] + sin * part.axis[1])
    across = abs(cos * part.axis[1] - sin * part.axis[0])
    return cos * x + sin * y, cos * y - sin * x, along * half_x + across * half_y, across * half_x + along * half_y
