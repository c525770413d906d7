"""Whether a scene can be: nothing pushed into anything else, nothing in the air, rooms that one can walk into.

All of it is seen from the finished triangles, not from the boxes that things were placed with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.arrange.solid_boxes import surface_points
from geo3d.data_tools.rooms.arrange.stock import build
from geo3d.data_tools.rooms.description import OUTSIDE, SceneDescription, Thing, world_vertices
from geo3d.data_tools.rooms.inside import grid_inside, points_inside
from geo3d.data_tools.rooms.outlines import distance, sides
from geo3d.data_tools.rooms.place import BY_USE
from geo3d.data_tools.rooms.shell import shell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.arrange.stock import Models

DEEP = 0.01
"""Metres that two things may be pushed into each other."""
TOUCH = 0.01
"""Metres between two things that count as touching."""
STEP = DEEP / 2
"""Of the grid that overlaps are looked for on, in metres."""
DISC = 0.25
"""Radius of who walks, in metres."""
CELL = 0.025
"""Of the grid that is walked on, in metres."""
LEAST_FLAT, OVERHEAD = 0.03, 1.9
"""Heights between which something is in the way, in metres."""
REACH = 0.75
"""How near one must come to a piece of furniture, in metres."""
BIG = frozenset(
    "bed wardrobe dresser bookshelf cabinet desk sofa kitchen_line refrigerator toilet wash_basin bathtub dining_table".split()
)
"""Kinds one must be able to come near to."""


@dataclass(frozen=True, eq=False)
class _Solid:
    """A thing as triangles in the world."""

    thing: Thing
    number: int
    triangles: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def name(self) -> str:
        return f"{self.thing.kind} {self.number} ({self.thing.builder}, room {self.thing.room})"


def problems(description: SceneDescription, models: Models) -> list[str]:
    """A sentence for each thing that is wrong with a scene; none if it is sound."""
    solids = [_solid(thing, number, models) for number, thing in enumerate(description.things)]
    found = _overlaps(solids) + _outside(description, solids) + _floating(description, solids)
    found += _unfilled(description, solids)
    for room in range(len(description.rooms)):
        found += _unreachable(description, solids, room)
        found += _missing(description, models, room)
    return found


def _solid(thing: Thing, number: int, models: Models) -> _Solid:
    model = build(thing, models)
    triangles = world_vertices(thing, model)[model.faces]
    return _Solid(thing, number, triangles, triangles.min(axis=(0, 1)), triangles.max(axis=(0, 1)))


def _overlaps(solids: list[_Solid]) -> list[str]:
    found = []
    for i, one in enumerate(solids):
        for other in solids[i + 1 :]:
            low, high = np.maximum(one.low, other.low), np.minimum(one.high, other.high)
            if (high - low > DEEP).all() and _deep(one.triangles, other.triangles, low, high):
                found.append(f"{one.name} and {other.name} are pushed into each other")
    return found


def _deep(one: NDArray, other: NDArray, low: NDArray, high: NDArray) -> bool:
    """Whether solids share a cube as large as DEEP between two corners; regions are looked at 0.5 m by 0.5 m."""
    for x in _tiled(low[0], high[0]):
        for y in _tiled(low[1], high[1]):
            z = np.arange(low[2] + 3e-4, high[2], STEP)
            shared = grid_inside(one, x, y, z)
            if shared.any():
                shared &= grid_inside(other, x, y, z)
            for axis in range(3):
                ends = [shared.take(range(k, shared.shape[axis] - 2 + k), axis) for k in range(3)]
                shared = ends[0] & ends[1] & ends[2]
            if shared.any():
                return True
    return False


def _tiled(low: float, high: float) -> list[NDArray[np.float64]]:
    """Points between two ends, in pieces that share their last two points with the next; a piece has three or more."""
    points = np.arange(low + 3.1e-4, high, STEP)
    return [points[start : start + 102] for start in range(0, max(len(points) - 2, 0), 100)]


def _outside(description: SceneDescription, solids: list[_Solid]) -> list[str]:
    """Things in walls, floors or ceilings; doors and windows are meant to be in walls."""
    model, found = shell(description), []
    building = model.vertices[model.faces]
    for solid in solids:
        if solid.thing.kind in ("door", "window"):
            continue
        room = description.rooms[solid.thing.room]
        if solid.low[2] < -DEEP or solid.high[2] > room.height + DEEP:
            found.append(f"{solid.name} is in the floor or in the ceiling")
        elif not _within(room.outline, solid) and _deep(solid.triangles, building, solid.low, solid.high):
            found.append(f"{solid.name} is in a wall")
        elif distance(room.outline, ((solid.low + solid.high) / 2)[None, :2])[0] > 0:
            found.append(f"{solid.name} is not in its room")
    return found


def _within(outline, solid: _Solid) -> bool:
    """Whether the box about a thing lies in the outline, but for DEEP."""
    left, front, right, back = *(solid.low[:2] + DEEP), *(solid.high[:2] - DEEP)
    corners = np.array([(left, front), (right, front), (right, back), (left, back)])
    bends = any(left < x < right and front < y < back for x, y in outline)
    return not bends and not distance(outline, corners).any()


def _floating(description: SceneDescription, solids: list[_Solid]) -> list[str]:
    found = []
    for solid in solids:
        if solid.thing.kind in ("door", "window"):
            continue
        grounded = solid.low[2] < TOUCH or description.rooms[solid.thing.room].height - solid.high[2] < TOUCH
        if not (grounded or _hung(description, solid) or _rests(solid, solids)):
            found.append(f"{solid.name} hangs in the air")
    return found


def _unfilled(description: SceneDescription, solids: list[_Solid]) -> list[str]:
    """Openings that are larger or smaller than what is in them."""
    found = []
    for opening in description.openings:
        if opening.thing >= 0:
            solid = solids[opening.thing]
            side = sides(description.rooms[opening.room].outline)[opening.wall]
            top = solid.triangles[solid.triangles[..., 2] > solid.high[2] - TOUCH]
            at, out = (top[:, :2] - side.start) @ side.along, (top[:, :2] - side.start) @ side.inwards
            ends = at.min() - opening.start, at.max() - opening.start - opening.width
            heights = solid.low[2] - opening.low, solid.high[2] - opening.high
            thick = description.outer_wall if opening.beyond == OUTSIDE else description.inner_wall
            if np.abs([*ends, *heights]).max() > TOUCH or out.max() < -thick or out.min() > 0:
                found.append(f"{solid.name} does not fill its opening")
    return found


def _hung(description: SceneDescription, solid: _Solid) -> bool:
    """Whether it touches a wall, or is in one."""
    points = solid.triangles.reshape(-1, 3)[:, :2]
    for side in sides(description.rooms[solid.thing.room].outline):
        from_start = points - side.start
        off, at = from_start @ side.inwards, from_start @ side.along
        if ((np.abs(off) < TOUCH) & (at > -TOUCH) & (at < side.length + TOUCH)).any():
            return True
    return False


def _rests(solid: _Solid, solids: list[_Solid]) -> bool:
    """Whether most of its lowest points have another thing right below them."""
    points = np.unique(solid.triangles.reshape(-1, 3).round(4), axis=0)
    points = points[points[:, 2] < solid.low[2] + 0.004]
    # Drawn in a little, for what stands at the very edge of what is below.
    points[:, :2] += 0.02 * (points[:, :2].mean(axis=0) - points[:, :2])
    below = points - (0, 0, TOUCH)
    held = np.zeros(len(points), bool)
    for other in solids:
        if other is not solid and (other.low < solid.high).all() and (other.high > solid.low - 2 * TOUCH).all():
            held |= points_inside(other.triangles, below) | points_inside(other.triangles, below + (0, 0, TOUCH / 2))
    return held.mean() > 0.5


def _unreachable(description: SceneDescription, solids: list[_Solid], number: int) -> list[str]:
    """What in a room one cannot walk to from its doors."""
    from scipy import ndimage

    room = description.rooms[number]
    inside = [solid for solid in solids if solid.thing.room == number and solid.thing.kind not in ("door", "window")]
    low = np.array(room.outline).min(axis=0) - 2 * CELL
    size = np.ceil((np.array(room.outline).max(axis=0) + 2 * CELL - low) / CELL).astype(int)
    middles = np.stack(np.meshgrid(*(low[i] + CELL * (np.arange(size[i]) + 0.5) for i in (0, 1)), indexing="ij"), axis=2)
    taken = distance(room.outline, middles.reshape(-1, 2)).reshape(size) > 0
    for solid in inside:
        points = surface_points(solid.triangles, CELL)
        points = points[(points[:, 2] > LEAST_FLAT) & (points[:, 2] < OVERHEAD)]
        cells = ((points[:, :2] - low) / CELL).astype(int)
        taken[tuple(np.clip(cells, 0, size - 1).T)] = True
    clearance = ndimage.distance_transform_edt(~taken) * CELL
    parts, _ = ndimage.label(clearance > DISC)
    doors = [_part_near(parts, middles, point) for point in _entrances(description, number)]
    if not doors or len(set(doors)) > 1 or doors[0] == 0:
        return [f"room {number} ({room.use}) cannot be walked into or through from {len(doors)} doors"]
    reached = middles[parts == doors[0]]
    found = [] if parts.flat[clearance.argmax()] == doors[0] else [f"the middle of room {number} ({room.use}) is cut off"]
    for solid in inside:
        if solid.thing.kind in BIG:
            off = np.maximum(np.maximum(solid.low[:2] - reached, reached - solid.high[:2]), 0)
            if np.linalg.norm(off, axis=1).min() > REACH:
                found.append(f"{solid.name} is out of reach")
    return found


def _entrances(description: SceneDescription, number: int) -> list[NDArray[np.float64]]:
    """A point on the floor of a room in front of each of its doors and passages."""
    points = []
    for opening in description.openings:
        if opening.kind != "window" and number in (opening.room, opening.beyond):
            side = sides(description.rooms[opening.room].outline)[opening.wall]
            out = 0.4 if opening.room == number else -0.4 - description.inner_wall
            points.append(np.array(side.point(opening.start + opening.width / 2, out)))
    return points


def _part_near(parts: NDArray, middles: NDArray, point: NDArray) -> int:
    """The connected part of the floor within 0.2 m of a point; 0 is none."""
    off = np.linalg.norm(middles - point, axis=2) + 10.0 * (parts == 0)
    nearest = off.argmin()
    return int(parts.flat[nearest]) if off.flat[nearest] < 0.2 else 0


def _missing(description: SceneDescription, models: Models, number: int) -> list[str]:
    """What the use of a room asks for and is not there; a way out, for the scene."""
    use = description.rooms[number].use
    kinds = {thing.kind for thing in description.things if thing.room == number}
    found = [f"room {number} ({use}) has no {kind}" for kind in BY_USE[use].REQUIRED if models.get(kind) and kind not in kinds]
    ways = {number}
    for _ in description.rooms:
        pairs = [(one.room, one.beyond) for one in description.openings if one.kind != "window"]
        ways |= {end for pair in pairs if ways & set(pair) for end in pair}
    return found if OUTSIDE in ways else [*found, f"room {number} ({use}) has no way out"]
