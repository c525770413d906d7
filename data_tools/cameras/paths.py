"""Paths of cameras through made scenes: ``world_from_camera`` float64 [frame, 4, 4], z of the world up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.cameras.gaze import choose_stops, directions, draw_targets, swept, wrapped
from geo3d.data_tools.cameras.walk import CLEARANCE, Floor, draw_floor, from_walls, route, tour
from geo3d.data_tools.rooms.outlines import area
from geo3d.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.cameras.walk import Blocked
    from geo3d.data_tools.rooms.description import Room, SceneDescription

STEP, TURN = 0.14, np.radians(11)
"""Metres and radians that cost one unit of effort."""
SAMPLES = 20
"""Of the path for a unit of effort, before frames are taken from it."""
AFFORDABLE = 0.98
"""Units of effort a frame."""
EXTRAS = 1.0, 0.7, 0.5, 0.35, 0.2, 0.1, 0.02, 0.0
"""Shares of the stops and targets that there would be frames for if all were near each other."""
ROUNDINGS = 150
"""Times that each sample is drawn towards its neighbours."""
SHAKE = 0.005, 0.006
"""Metres and radians of the shaking hand."""
FREQUENCIES = 0.4, 1.1, 2.3
"""Of the shaking hand, in radians a frame divided by 2 pi times 30: hertz at 30 frames a second."""
LOOK_OUT = 0.05
"""Metres that the eye is kept from things besides."""


def handheld(
    description: SceneDescription, frames: int, seed: int, blocked: Blocked | None = None
) -> NDArray[np.float64]:
    """A person walks through every room with a camera at eye height and looks at walls, corners, furniture, ceilings.

    `blocked` tells which points are in furniture, where the eye never is; leaves of doors may count or not: where one
    closes the way, the path goes on behind it. Rooms get frames by area, small ones somewhat more. From 60 frames a
    room on, a step is at most 0.15 m and 12 degrees. Raises InputError where a room cannot be reached or has no place.
    """
    if frames < 1:
        raise InputError(f"a path of {frames} frames is none; give 1 or more")
    random = np.random.default_rng(seed)
    height = random.uniform(1.43, 1.67)
    floors = [draw_floor(room, height, blocked) for room in description.rooms]
    shares = np.array([area(room.outline) for room in description.rooms])
    shares *= frames / shares.sum()
    keys, owners = _affordable(description, floors, height, shares, random)
    samples, owners = _rounded(*_sampled(keys, owners, _effort(keys)), description, floors)
    eyes = np.column_stack([samples[:, :2], np.full(len(samples), height)])
    free = ~_touched(eyes, blocked)
    if not free.any():
        raise InputError("furniture leaves no place for a camera in this scene")
    times = _times(_effort(samples), owners, shares)
    taken = _nearest_free(times, free, np.linspace(0, times[-1], frames))
    eyes, gazes = eyes[taken], samples[taken, 2:]
    shake, trembling = _shake(random, frames, SHAKE[0]), _shake(random, frames, SHAKE[1])
    if blocked:
        shake[blocked(eyes + shake)] = 0
    return looking(eyes + shake, gazes[:, 0] + trembling[:, 0], gazes[:, 1] + trembling[:, 1], trembling[:, 2])


def looking(
    eyes: NDArray[np.float64], yaw: NDArray[np.float64], pitch: NDArray[np.float64], roll: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``world_from_camera`` of cameras at `eyes` [frame, 3] that look along yaw (from x) and pitch (up); radians."""
    level = np.zeros_like(yaw)
    forward = np.stack([np.cos(pitch) * np.cos(yaw), np.cos(pitch) * np.sin(yaw), np.sin(pitch)], axis=1)
    upright = np.stack([np.sin(yaw), -np.cos(yaw), level], axis=1)
    down = np.cross(forward, upright)
    cos, sin = np.cos(roll)[:, None], np.sin(roll)[:, None]
    world_from_camera = np.tile(np.eye(4), (len(eyes), 1, 1))
    axes = [cos * upright + sin * down, cos * down - sin * upright, forward, eyes]
    world_from_camera[:, :3] = np.stack(axes, axis=2)
    return world_from_camera


def orbit_path(
    description: SceneDescription,
    centre: tuple[float, float, float],
    radius: float,
    height: float,
    frames: int,
    blocked: Blocked | None = None,
) -> NDArray[np.float64]:
    """Once round `centre`, which the cameras look at, at `height`; nearer than `radius` where walls or things are."""
    rooms = [room for room in description.rooms if from_walls(room.outline, np.array([centre[:2]]))[0] > 0]
    if not rooms:
        raise InputError(f"the centre {centre} is in no room of the scene")
    angles = np.arange(frames) * 2 * np.pi / frames
    outwards = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    radii = np.linspace(radius, 0.1, max(round(radius / 0.02), 2))
    eyes = np.array([*centre[:2]]) + radii[:, None, None] * outwards
    eyes = np.concatenate([eyes, np.full((*eyes.shape[:2], 1), height)], axis=2)
    free = _free(rooms[0], eyes.reshape(-1, 3), blocked).reshape(eyes.shape[:2])
    if not free.any(axis=0).all():
        raise InputError(f"walls and things leave no way round {centre} at a height of {height} m")
    eyes = eyes[free.argmax(axis=0), np.arange(frames)]
    x, y, z = (np.array(centre) - eyes).T
    return looking(eyes, np.arctan2(y, x), np.arctan2(z, np.hypot(x, y)), np.zeros(frames))


def grid_path(
    description: SceneDescription,
    spacing: float,
    headings: int,
    height: float = 1.5,
    pitch: float = -0.2,
    blocked: Blocked | None = None,
) -> NDArray[np.float64]:
    """From places `spacing` metres apart in every room, `headings` views each, evenly about the vertical."""
    found = []
    for room in description.rooms:
        outline = np.array(room.outline)
        low, high = outline.min(axis=0) + CLEARANCE, outline.max(axis=0) - CLEARANCE
        counts = np.maximum(np.floor((high - low) / spacing).astype(np.int64), 0) + 1
        axes = [(low[i] + high[i]) / 2 + spacing * (np.arange(counts[i]) - (counts[i] - 1) / 2) for i in (0, 1)]
        places = np.stack(np.meshgrid(*axes, [height], indexing="ij"), axis=-1).reshape(-1, 3)
        found.append(places[_free(room, places, blocked)])
    eyes = np.concatenate(found).repeat(headings, axis=0)
    if not len(eyes):
        raise InputError(f"no place of a grid {spacing} m wide is free; give a smaller spacing")
    yaw = np.tile(np.arange(headings) * 2 * np.pi / headings, len(eyes) // headings)
    return looking(eyes, yaw, np.full(len(eyes), pitch), np.zeros(len(eyes)))


def stereo(world_from_camera: NDArray[np.float64], baseline: float) -> NDArray[np.float64]:
    """[2 * frame, 4, 4]: each camera, followed by the same `baseline` metres along its x axis."""
    right = world_from_camera.copy()
    right[:, :3, 3] += baseline * right[:, :3, 0]
    return np.stack([world_from_camera, right], axis=1).reshape(-1, 4, 4)


def _free(room: Room, eyes: NDArray[np.float64], blocked: Blocked | None) -> NDArray[np.bool_]:
    return (from_walls(room.outline, eyes[:, :2]) >= CLEARANCE - 1e-9) & ~_touched(eyes, blocked)


def _touched(eyes: NDArray[np.float64], blocked: Blocked | None) -> NDArray[np.bool_]:
    """Which eyes are in something or very near to it."""
    touched = np.zeros(len(eyes), bool)
    if blocked:
        for offset in LOOK_OUT * np.concatenate([np.zeros((1, 3)), np.eye(3), -np.eye(3)]):
            touched |= blocked(eyes + offset)
    return touched


def _affordable(
    description: SceneDescription,
    floors: list[Floor],
    height: float,
    shares: NDArray[np.float64],
    random: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Corners of a path with as many stops and targets as there are frames for, or else with the fewest."""
    seed = int(random.integers(2**32))
    tried = []
    # Where even the fewest are too many, the walk may be shorter from another room.
    for extra, tour_seed in [*((extra, seed) for extra in EXTRAS), *((0.0, seed + i) for i in range(1, 9))]:
        keys, owners = _keys(description, floors, height, extra * shares, np.random.default_rng(tour_seed))
        tried.append((float(_effort(keys).sum()), keys, owners))
        if tried[-1][0] < AFFORDABLE * shares.sum():
            return keys, owners
    return min(tried, key=lambda one: one[0])[1:]


def _keys(
    description: SceneDescription,
    floors: list[Floor],
    height: float,
    budgets: NDArray[np.float64],
    random: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Corners of the path, [key, 4]: x, y, yaw, pitch; and [key], the room that each is in."""
    number, ways = tour(description, random)
    keys: list[NDArray[np.float64]] = []
    owners: list[int] = []

    def go(points: NDArray[np.float64], gaze: NDArray[np.float64]) -> None:
        """Walk from where the path is over points [point, 2], looking more and more along `gaze` [2]."""
        here = keys[-1] if keys else np.concatenate([points[0], gaze])
        lengths = np.linalg.norm(np.diff(points, axis=0, prepend=here[None, :2]), axis=1).cumsum()
        shares = lengths / lengths[-1] if lengths[-1] > 0 else np.ones(len(points))
        turn = np.array([wrapped(gaze[0] - here[2]), gaze[1] - here[3]])
        keys.extend(np.concatenate([points, here[2:] + shares[:, None] * turn], axis=1))
        owners.extend([number] * len(points))

    def look_around() -> None:
        room, floor = description.rooms[number], floors[number]
        targets = draw_targets(room, int(min(budgets[number] // 6, 120)), random)
        extra = int(min(np.ceil(budgets[number] / 20), 30))
        stops, stop_of_target = choose_stops(room, floor.places(), targets, extra, random)
        left = set(range(len(stops)))
        while left:
            here = keys[-1][:2] if keys else stops[stop_of_target[0]]
            stop = min(left, key=lambda one: float(np.linalg.norm(stops[one] - here)))
            left.remove(stop)
            gazes = directions(np.array([*stops[stop], height]), targets[stop_of_target == stop])
            gazes = swept(gazes, keys[-1][2] if keys else 0.0) if len(gazes) else keys[-1][None, 2:]
            go(route(floor, here, stops[stop]), gazes[0])
            for gaze in gazes[1:]:
                go(keys[-1][None, :2], gaze)

    look_around()
    visited = {number}
    for _, beyond, near, far in ways:
        through = np.array([np.arctan2(*(far - near)[::-1]), -0.15])
        go(np.concatenate([route(floors[number], keys[-1][:2], near), near[None]]), through)
        number = beyond
        go(far[None], through)
        if number not in visited:
            visited.add(number)
            look_around()
    return np.array(keys), np.array(owners)


def _effort(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """[row], of getting to each row of a path [row, 4] from the one before it."""
    moved = np.diff(path, axis=0, prepend=path[:1])
    return np.maximum(np.linalg.norm(moved[:, :2], axis=1) / STEP, np.linalg.norm(moved[:, 2:], axis=1) / TURN)


def _sampled(
    keys: NDArray[np.float64], owners: NDArray[np.int64], effort: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The path at even steps of effort."""
    at = effort.cumsum()
    samples = np.linspace(0, at[-1], int(np.ceil(at[-1] * SAMPLES)) + 2)
    path = np.stack([np.interp(samples, at, column) for column in keys.T], axis=1)
    return path, owners[np.searchsorted(at, samples).clip(0, len(at) - 1)]


def _rounded(
    path: NDArray[np.float64], owners: NDArray[np.int64], description: SceneDescription, floors: list[Floor]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The path without corners; it nowhere comes nearer to walls and things by it, and stays as it is in doors."""
    path = path.copy()
    inside = [owners == number for number in range(len(floors))]
    cost = np.ones(len(path))
    for number, rows in enumerate(inside):
        near = from_walls(description.rooms[number].outline, path[rows, :2]) < CLEARANCE + 0.02
        cost[rows] = np.where(near, 0.0, floors[number].cost_at(path[rows, :2]))
    for _ in range(ROUNDINGS):
        drawn = path.copy()
        drawn[1:-1] = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
        path[:, 2:] = drawn[:, 2:]
        for number, rows in enumerate(inside):
            kept = floors[number].cost_at(drawn[rows, :2]) > cost[rows]
            path[rows, :2] = np.where(kept[:, None], path[rows, :2], drawn[rows, :2])
    return path, owners


def _times(effort: NDArray[np.float64], owners: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """[sample], the frame in which it is passed: a room takes its share of all frames, or a frame a unit of effort."""
    needed = np.bincount(owners, effort, len(shares)) + 1e-9
    room_for = [np.maximum(scale * shares, needed) for scale in np.linspace(0, 1, 201)]
    wanted = [counts for counts in room_for if counts.sum() <= shares.sum()] or [needed]
    return (effort * (wanted[-1] / needed)[owners]).cumsum()


def _nearest_free(
    times: NDArray[np.float64], free: NDArray[np.bool_], wanted: NDArray[np.float64]
) -> NDArray[np.int64]:
    """[frame], the free sample that is passed nearest to each wanted time."""
    rows = np.flatnonzero(free)
    after = np.searchsorted(times[rows], wanted).clip(1, max(len(rows) - 1, 1)).clip(max=len(rows) - 1)
    before = (after - 1).clip(0)
    return rows[np.where(wanted - times[rows[before]] < times[rows[after]] - wanted, before, after)]


def _shake(random: np.random.Generator, frames: int, size: float) -> NDArray[np.float64]:
    """[frame, 3], a sum of slow waves."""
    phases = random.uniform(0, 2 * np.pi, (len(FREQUENCIES), 3))
    turns = 2 * np.pi / 30 * np.arange(frames)[:, None, None] * np.array(FREQUENCIES)[:, None]
    return size / 2 * np.sin(turns + phases).sum(axis=1)
