"""Where a person with a camera can walk in a made scene: free places of each room, ways between them, door to door."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.data_tools.rooms.description import OUTSIDE
from geo3d.data_tools.rooms.outlines import distance, sides
from geo3d.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.description import Opening, Room, SceneDescription
    from geo3d.data_tools.rooms.outlines import Outline

    Blocked = Callable[[NDArray[np.float64]], NDArray[np.bool_]]
    """Which of world points [point, 3] are in something."""
    Way = tuple[int, int, NDArray[np.float64], NDArray[np.float64]]
    """From a room to another: their numbers, and a point on the floor on either side of the door."""

CLEARANCE = 0.3
"""From an eye to any wall of the room it is in, in metres."""
KEPT = CLEARANCE + 0.03
"""The same for the way that is walked, about which the hand shakes."""
CELL = 0.1
"""Between neighbouring places, in metres."""
FINE = 2
"""Parts of a cell in which things are looked for."""
BODY = (0.15, 0.45, 0.75, 1.05)
"""Heights at which a person's body is in the way of things, in metres."""
REACH = 0.2
"""Metres that the eye and the body keep from things where they can."""
LEANING, TOUCHING = 5.0, 100.0
"""Cost of a metre over low things and of one close to something at the height of the eye, in metres of free floor."""


@dataclass(frozen=True, eq=False)
class Floor:
    """The places of a room, on a square grid."""

    low: NDArray[np.float64]
    """[2], x and y of the first place."""
    cost: NDArray[np.float64]
    """[x, y], of a metre; infinite outside the room and near its walls."""

    def places(self, most: float = LEANING - 1) -> NDArray[np.float64]:
        """[place, 2], those of at most this cost, or of the lowest there is."""
        return self.low + CELL * np.argwhere(self.cost <= max(most, self.cost.min()))

    def cost_at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """[point], of the places that are nearest to points [point, 2]."""
        x, y = np.rint((points - self.low) / CELL).astype(np.int64).T
        return self.cost[np.clip(x, 0, len(self.cost) - 1), np.clip(y, 0, self.cost.shape[1] - 1)]


def from_walls(outline: Outline, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """[point], metres from points [point, 2] to the nearest wall; 0 outside the room."""
    nearest = np.where(distance(outline, points) == 0, np.inf, 0.0)
    for side in sides(outline):
        along = np.clip((points - side.start) @ side.along, 0, side.length)
        feet = np.array(side.start) + along[:, None] * side.along
        nearest = np.minimum(nearest, np.linalg.norm(points - feet, axis=1))
    return nearest


def in_boxes(boxes: NDArray[np.float64]) -> Blocked:
    """A test for being in any of boxes [box, 2, 3], their lowest and highest corners."""

    def blocked(points: NDArray[np.float64]) -> NDArray[np.bool_]:
        inside = np.zeros(len(points), bool)
        order = np.argsort(points[:, 0], kind="stable")
        first = np.searchsorted(points[order, 0], boxes[:, 0, 0], "left")
        last = np.searchsorted(points[order, 0], boxes[:, 1, 0], "right")
        for (low, high), begin, end in zip(boxes, first, last, strict=True):
            rows = order[begin:end]  # those that are in its reach along x
            beside = points[rows, 1:]
            inside[rows] |= ((beside >= low[1:]) & (beside <= high[1:])).all(axis=1)
        return inside

    return blocked


def draw_floor(room: Room, height: float, blocked: Blocked | None) -> Floor:
    """The places of a room for an eye at `height` metres; raises InputError where its walls leave none."""
    outline = np.array(room.outline)
    low, high = outline.min(axis=0) + KEPT, outline.max(axis=0) - KEPT
    fine = CELL / FINE
    counts = np.maximum(np.ceil((high - low) / CELL).astype(np.int64), 0) * FINE + 1
    points = low + fine * np.stack(np.meshgrid(*map(np.arange, counts), indexing="ij"), axis=2)
    flat = points.reshape(-1, 2)
    cost = np.where(from_walls(room.outline, flat) >= KEPT - 1e-9, 1.0, np.inf).reshape(*counts)
    if not np.isfinite(cost[::FINE, ::FINE]).any():
        raise InputError(f"a {room.use} is nowhere {2 * KEPT:.2f} m wide; a path needs that much between walls")
    if blocked:
        eye = tuple(height + 0.05 * step for step in range(-2, 3))
        for heights, price in ((BODY, LEANING), (eye, TOUCHING)):
            columns = [np.column_stack([flat, np.full(len(flat), level)]) for level in heights]
            taken = np.any([blocked(column) for column in columns], axis=0).reshape(*counts)
            cost = np.where(_grown(taken, round(REACH / fine)), np.maximum(cost, price), cost)
    return Floor(low, cost[::FINE, ::FINE])


def _grown(taken: NDArray[np.bool_], cells: int) -> NDArray[np.bool_]:
    """All cells within a disc of a taken one."""
    padded = np.pad(taken, cells)
    grown = np.zeros_like(taken)
    width, depth = taken.shape
    for x in range(-cells, cells + 1):
        for y in range(-cells, cells + 1):
            if x * x + y * y <= cells * cells:
                grown |= padded[cells + x : cells + x + width, cells + y : cells + y + depth]
    return grown


def route(floor: Floor, start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """[point, 2], the cheapest way over the places from near `start` to near `end`, without these (A*, Hart 1968)."""
    first, last = _place_near(floor, start), _place_near(floor, end)
    cost: list[list[float]] = floor.cost.tolist()
    before, spent, queue = {first: first}, {first: 0.0}, [(0.0, first)]
    done: set[tuple[int, int]] = set()
    while queue and last not in done:
        place = heapq.heappop(queue)[1]
        if place in done:
            continue
        done.add(place)
        for neighbour, price in _steps(cost, place):
            paid = spent[place] + price
            if paid < spent.get(neighbour, math.inf):
                before[neighbour], spent[neighbour] = place, paid
                heapq.heappush(queue, (paid + math.dist(neighbour, last), neighbour))
    if last not in before:
        raise InputError("a room's walls come so near to each other that no path leads from one part to another")
    walked = [last]
    while walked[-1] != first:
        walked.append(before[walked[-1]])
    return floor.low + CELL * np.array(walked[::-1], np.float64)


def _steps(cost: list[list[float]], place: tuple[int, int]) -> list[tuple[tuple[int, int], float]]:
    """The free places about a place, and what a step to each costs."""
    x, y = place
    here, found = cost[x][y], []
    for across in range(max(x - 1, 0), min(x + 2, len(cost))):
        for up in range(max(y - 1, 0), min(y + 2, len(cost[0]))):
            if cost[across][up] < math.inf and (across, up) != place:
                length = 1.0 if across == x or up == y else math.sqrt(2)
                found.append(((across, up), length * (here + cost[across][up]) / 2))
    return found


def _place_near(floor: Floor, point: NDArray[np.float64]) -> tuple[int, int]:
    grid = floor.low + CELL * np.moveaxis(np.indices(floor.cost.shape), 0, 2)
    # Half a metre further is better than a place inside something.
    off = np.linalg.norm(grid - point, axis=2) + 0.5 * (floor.cost >= TOUCHING)
    x, y = np.unravel_index(np.where(np.isfinite(floor.cost), off, np.inf).argmin(), floor.cost.shape)
    return int(x), int(y)


def tour(description: SceneDescription, random: np.random.Generator) -> tuple[int, list[Way]]:
    """The room that a walk through all rooms starts in, and the ways it takes; it may pass a room more than once."""
    ways = [way for opening in description.openings for way in _ways(description, opening)]
    first = int(random.integers(len(description.rooms)))
    walked, seen = _walk(first, ways, {first})
    missing = set(range(len(description.rooms))) - seen
    if missing:
        number = min(missing)
        use = description.rooms[number].use
        raise InputError(f"no door leads from room {first} to room {number} ({use}); a path needs every room joined")
    while walked and walked[-1][1] in {first, *(way[1] for way in walked[:-1])}:
        walked.pop()
    return first, walked


def _walk(room: int, ways: list[Way], seen: set[int]) -> tuple[list[Way], set[int]]:
    """Through all that a room leads to and back to it, the longest branch last."""
    branches = []
    for way in ways:
        if way[0] == room and way[1] not in seen:
            beyond, seen = _walk(way[1], ways, seen | {way[1]})
            branches.append([way, *beyond, (way[1], way[0], way[3], way[2])])
    return [way for branch in sorted(branches, key=len) for way in branch], seen


def _ways(description: SceneDescription, opening: Opening) -> list[Way]:
    if opening.kind == "window" or opening.beyond == OUTSIDE:
        return []
    side: Any = sides(description.rooms[opening.room].outline)[opening.wall]
    middle = opening.start + opening.width / 2
    near, far = (np.array(side.point(middle, out)) for out in (KEPT, -KEPT - description.inner_wall))
    return [(opening.room, opening.beyond, near, far), (opening.beyond, opening.room, far, near)]
