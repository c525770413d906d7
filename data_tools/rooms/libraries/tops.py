"""Where smaller things may stand on a model that others made: level surfaces with free space over and before them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.libraries.mend import across
from geo3d.data_tools.rooms.model import Top

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.model import Model

TOPPED = frozenset(
    (
        *("dining_table", "coffee_table", "desk", "night_stand", "dresser", "cabinet", "bookshelf", "wall_shelf"),
        *("refrigerator", "other"),
    )
)
"""Kinds that things are put on."""
CELL = 0.015
"""Distance of the lines that tops are looked for along, in metres."""
LEVEL = 0.004
"""Heights nearer than this are one, in metres."""
UNDER = (0.005, 0.01)
"""Depths below a top, at one of which there must be something solid, in metres."""
ROOM = 0.12
"""Free height over a top at least, in metres."""
OPEN = 2.0
"""Free height where nothing is above, in metres."""
SMALLEST = 0.1
"""Of a top's sides, in metres."""
MOST_LEVELS, MOST_PARTS = 8, 3
HIGHEST = 1.9
"""Nobody puts things higher, in metres."""


@dataclass(frozen=True)
class Crossings:
    """Where the lines of a grid cross a surface."""

    origin: NDArray[np.float64]
    """[2], the grid's first line."""
    shape: tuple[int, int]
    """How many lines there are."""
    line: NDArray[np.int64]
    """[crossing], numbers of lines, row by row."""
    at: NDArray[np.float64]
    """[crossing], how far along the line."""
    sign: NDArray[np.int64]
    """[crossing], 1 on the way into a solid and -1 on the way out."""


def with_tops(model: Model) -> Model:
    """The model with tops where it has level surfaces over something solid, rectangles that lie inside them.

    Things may stand there that come from above or from the front, not behind doors.
    """
    triangles = model.vertices[model.faces]
    upwards, forwards = crossings(triangles), crossings(triangles[:, :, [2, 0, 1]])
    tops = [
        top
        for height in _heights(triangles)
        for top in _at(height, upwards)
        if top.room_above == OPEN or _reached(top, forwards)
    ]
    return replace(model, tops=tuple(tops))


def crossings(triangles: NDArray[np.float64]) -> Crossings:
    """Where lines along the last axis, CELL apart, cross triangles [triangle, 3, 3]."""
    flat = triangles[:, :, :2]
    origin = flat.min(axis=(0, 1)) + CELL / 2
    wide, deep = np.maximum((flat.max(axis=(0, 1)) - origin) // CELL + 1, 1).astype(int).tolist()
    first = np.ceil((flat.min(axis=1) - origin) / CELL).astype(int)
    after = np.floor((flat.max(axis=1) - origin) / CELL).astype(int) + 1
    twice_area = across(np.pad(flat, ((0, 0), (0, 0), (0, 1))))[:, 2]
    seen = (after > first).all(axis=1) & (np.abs(twice_area) > 1e-12)
    lines, heights, signs = [], [], []
    for number in np.flatnonzero(seen):
        i, j = np.mgrid[first[number, 0] : after[number, 0], first[number, 1] : after[number, 1]].reshape(2, -1)
        line = i * deep + j
        weights = _weights(flat[number], origin + CELL * np.column_stack([i, j])) / twice_area[number]
        hit = (weights >= 0).all(axis=1) & (i < wide) & (j < deep)
        lines.append(line[hit])
        heights.append(weights[hit] @ triangles[number, :, 2])
        signs.append(np.full(hit.sum(), -np.sign(twice_area[number])))
    none = np.zeros(0)
    return Crossings(
        origin,
        (wide, deep),
        np.concatenate([none, *lines]).astype(np.int64),
        np.concatenate([none, *heights]),
        np.concatenate([none, *signs]).astype(np.int64),
    )


def _weights(triangle: NDArray, points: NDArray) -> NDArray:
    """[point, corner]: twice the areas that each point spans with the sides opposite to the corners."""
    x, y = (triangle[None] - points[:, None]).transpose(2, 0, 1)
    return np.roll(x, -1, axis=1) * np.roll(y, -2, axis=1) - np.roll(y, -1, axis=1) * np.roll(x, -2, axis=1)


def _heights(triangles: NDArray) -> list[float]:
    """Heights of the largest level surfaces, from below, the highest of those that are one."""
    normals = across(triangles)
    areas = np.linalg.norm(normals, axis=1) / 2
    level = np.abs(normals[:, 2]) > 1.98 * areas
    heights, areas = triangles[level, :, 2].max(axis=1), areas[level]
    bins = np.round(heights / LEVEL).astype(np.int64)
    share, found = np.bincount(bins, areas), []
    for at in np.argsort(-share, kind="stable")[:MOST_LEVELS].tolist():
        if share[at] > SMALLEST**2 and at * LEVEL < HIGHEST:
            height = float(heights[bins == at].max())
            if all(abs(height - other) > 2 * LEVEL for other in found):
                found.append(height)
    return sorted(found)


def _at(height: float, upwards: Crossings) -> list[Top]:
    """Tops at one height, the largest first."""
    count = upwards.shape[0] * upwards.shape[1]
    room = np.full(count, OPEN)
    over = upwards.at > height + LEVEL
    np.minimum.at(room, upwards.line[over], upwards.at[over] - height)
    free = np.zeros(count, bool)
    free[upwards.line[np.abs(upwards.at - height) < LEVEL]] = True
    held = [_inside(upwards, height - depth, count) for depth in UNDER]
    free &= (room > ROOM) & np.any(held, axis=0) & ~_inside(upwards, height + 2 * LEVEL, count)
    free = free.reshape(upwards.shape)
    room, tops = room.reshape(upwards.shape), []
    for _ in range(MOST_PARTS):
        left, front, right, back = largest_rectangle(free)
        low, high = (
            (upwards.origin + np.array(corner) * CELL).tolist() for corner in ((left, front), (right - 1, back - 1))
        )
        if min(high[0] - low[0], high[1] - low[1]) < SMALLEST:
            break
        above = float(room[left:right, front:back].min())
        tops.append(Top((low[0], low[1]), (high[0], high[1]), height, above))
        free[left:right, front:back] = False
    return tops


def _inside(upwards: Crossings, height: float, count: int) -> NDArray[np.bool_]:
    below = upwards.at < height
    return np.bincount(upwards.line[below], upwards.sign[below], count) > 0.5


def _reached(top: Top, forwards: Crossings) -> bool:
    """Whether most of the lines over a top have nothing between it and the front; lines are in z and x."""
    z = np.arange(top.height + LEVEL, top.height + min(top.room_above, ROOM), CELL)
    x = np.arange(top.low[0], top.high[0], CELL)
    rows, columns = (
        np.round((values - start) / CELL).astype(int) for values, start in zip((z, x), forwards.origin, strict=True)
    )
    wide, deep = forwards.shape
    lines = (np.clip(rows, 0, wide - 1)[:, None] * deep + np.clip(columns, 0, deep - 1)).reshape(-1)
    shut = forwards.line[forwards.at < top.low[1]]
    return bool(np.isin(lines, shut).mean() < 0.3)


def largest_rectangle(free: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The largest rectangle of marked cells: first row and column, and those after the last; zeros where none is."""
    best, area = (0, 0, 0, 0), 0
    run = np.zeros(free.shape[1], int)
    for row, line in enumerate(free):
        run = np.where(line, run + 1, 0)
        rising: list[tuple[int, int]] = []  # where runs of a height start
        for column, height in enumerate([*run.tolist(), 0]):
            start = column
            while rising and rising[-1][1] >= height:
                start, tall = rising.pop()
                if tall * (column - start) > area:
                    area, best = tall * (column - start), (row - tall + 1, start, row + 1, column)
            rising.append((start, height))
    return best
