"""What a person with a camera looks at in a room, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.outlines import distance, rectangles, sides

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.description import Room

NEAREST, BEST = 0.5, 2.0
"""Metres from which something can be looked at at all, and from which it is best seen."""
APART = 1.2
"""Metres between stops that are far enough."""
CANDIDATES = 150
"""Places that are thought of for standing."""
STEEPEST = 0.9
"""Radians up and down."""


def draw_targets(room: Room, extra: int, random: np.random.Generator) -> NDArray[np.float64]:
    """[target, 3]: the middle of each wall, something low and something high, and `extra` more of all kinds."""
    walls = sides(room.outline)
    found = [(*wall.point(wall.length / 2, 0.02), random.uniform(0.9, 1.5)) for wall in walls]
    found.append((*_inside(room, random), random.uniform(0.2, 0.7)))
    found.append((*_inside(room, random), room.height))
    corners = [(*wall.point(0.02, 0.02), random.uniform(0.2, room.height - 0.2)) for wall in walls]
    found += [corners[i] for i in random.permutation(len(corners))[:extra]]
    for _ in range(max(extra - len(corners), 0)):
        kind = random.random()
        if kind < 0.45:
            wall = walls[int(random.integers(len(walls)))]
            found.append((*wall.point(random.uniform(0, wall.length), 0.02), random.uniform(0.1, room.height)))
        else:
            found.append((*_inside(room, random), random.uniform(0, 0.9) if kind < 0.9 else room.height))
    return np.array(found)


def _inside(room: Room, random: np.random.Generator) -> tuple[float, float]:
    parts = np.array(rectangles(room.outline))
    areas = (parts[:, 2] - parts[:, 0]) * (parts[:, 3] - parts[:, 1])
    left, low, right, high = parts[random.choice(len(parts), p=areas / areas.sum())]
    return float(random.uniform(left, right)), float(random.uniform(low, high))


def choose_stops(
    room: Room, places: NDArray[np.float64], targets: NDArray[np.float64], extra: int, random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Places [stop, 2] from which together all targets are in sight, and `extra` more apart; [target], its stop."""
    places = places[random.permutation(len(places))[:CANDIDATES]]
    seen = in_sight(room, places, targets)
    chosen, left = [], np.ones(len(targets), bool)
    while not chosen or (seen[:, left].any(axis=1).any() and left.any()):
        chosen.append(int(seen[:, left].sum(axis=1).argmax()))
        left &= ~seen[chosen[-1]]
    for _ in range(min(extra, len(places) - len(chosen))):
        apart = np.linalg.norm(places[:, None] - places[chosen], axis=2).min(axis=1)
        chosen.append(int(np.minimum(apart, APART).argmax()))
    stops = places[chosen]
    off = np.linalg.norm(stops[:, None] - targets[:, :2], axis=2)
    return stops, (np.abs(off - BEST) + 100 * ~seen[chosen]).argmin(axis=0)


def in_sight(room: Room, places: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[place, target]: whether no wall of the room is between them, and they are not too near to each other."""
    shares = np.linspace(0, 1, 17)[:, None, None, None]
    between = places[:, None] * (1 - shares) + targets[:, :2] * shares
    clear = (distance(room.outline, between.reshape(-1, 2)) == 0).reshape(between.shape[:-1]).all(axis=0)
    return clear & (np.linalg.norm(places[:, None] - targets[:, :2], axis=2) >= NEAREST)


def directions(eye: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """[target, 2], yaw (counter-clockwise from x) and pitch (upwards) from an eye to targets [target, 3]."""
    x, y, z = (targets - eye).T
    return np.stack([np.arctan2(y, x), np.clip(np.arctan2(z, np.hypot(x, y)), -STEEPEST, STEEPEST)], axis=1)


def swept(gazes: NDArray[np.float64], before: float) -> NDArray[np.float64]:
    """The gazes [gaze, 2] of one stop in the order of one turn, from the end that is nearer to yaw `before`."""
    ordered = gazes[np.argsort(gazes[:, 0])]
    gaps = np.diff(ordered[:, 0], append=ordered[0, 0] + 2 * np.pi)
    ordered = np.roll(ordered, -int(gaps.argmax()) - 1, axis=0)
    first, last = (abs(wrapped(ordered[i, 0] - before)) for i in (0, -1))
    return ordered if first <= last else ordered[::-1]


def wrapped(angle: float) -> float:
    """The same direction in [-pi, pi)."""
    return (angle + np.pi) % (2 * np.pi) - np.pi
