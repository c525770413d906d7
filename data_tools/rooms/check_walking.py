"""Whether one can walk about a furnished room, seen from the triangles of what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.data_tools.rooms.arrange.solid_boxes import surface_points
from geo3d.data_tools.rooms.arrange.stock import build
from geo3d.data_tools.rooms.description import SceneDescription, Thing, world_vertices
from geo3d.data_tools.rooms.outlines import distance, sides

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.arrange.stock import Models
    from geo3d.data_tools.rooms.description import Room

DISC = 0.25
"""Radius of who walks, in metres."""
CELL = 0.025
"""Of the grid that is walked on, in metres."""
FLAT, OVERHEAD = 0.03, 1.9
"""Heights between which something is in the way, in metres."""
REACH = 0.75
"""How near one must come to a piece of furniture, in metres."""
BIG = frozenset(
    (
        *("bed", "wardrobe", "dresser", "bookshelf", "cabinet", "desk", "sofa", "dining_table"),
        *("kitchen_line", "refrigerator", "toilet", "wash_basin", "bathtub"),
    )
)
"""Kinds one must be able to come near to."""


@dataclass(frozen=True, eq=False)
class Solid:
    """A thing as triangles in the world."""

    thing: Thing
    number: int
    """Its place in the scene's things."""
    triangles: NDArray[np.float64]
    """[triangle, corner, 3]."""
    low: NDArray[np.float64]
    """Lowest corner of the box about it."""
    high: NDArray[np.float64]
    """Highest corner."""

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return f"{self.thing.kind} {self.number} ({self.thing.builder}, room {self.thing.room})"


def stood(thing: Thing, number: int, models: Models) -> Solid:
    """A described thing, built and put in its place."""
    model = build(thing, models)
    triangles = world_vertices(thing, model)[model.faces]
    return Solid(thing, number, triangles, triangles.min(axis=(0, 1)), triangles.max(axis=(0, 1)))


def unreachable(description: SceneDescription, solids: list[Solid], number: int) -> list[str]:
    """What in a room one cannot walk to from its doors, a sentence each; leaves of doors are not in the way."""
    room = description.rooms[number]
    inside = [solid for solid in solids if solid.thing.room == number and solid.thing.kind not in ("door", "window")]
    middles = _cells(room)
    clearance, parts = _clearance(room, middles, inside)
    doors = [_part_near(parts, middles, point) for point in _entrances(description, number)]
    if not doors or len(set(doors)) > 1 or doors[0] == 0:
        return [f"room {number} ({room.use}) cannot be walked into or through from its {len(doors)} doors"]
    found = []
    if parts.flat[clearance.argmax()] != doors[0]:
        found.append(f"the middle of room {number} ({room.use}) is cut off")
    reached = middles[parts == doors[0]]
    for solid in inside:
        off = np.maximum(np.maximum(solid.low[:2] - reached, reached - solid.high[:2]), 0)
        if solid.thing.kind in BIG and np.linalg.norm(off, axis=1).min() > REACH:
            found.append(f"{solid.name} is out of reach")
    return found


def _cells(room: Room) -> NDArray[np.float64]:
    """[x, y, 2]: middles of the cells of the floor, two more on every side."""
    outline = np.array(room.outline)
    low, high = outline.min(axis=0) - 2 * CELL, outline.max(axis=0) + 2 * CELL
    return np.stack(np.meshgrid(*(np.arange(low[i], high[i], CELL) for i in (0, 1)), indexing="ij"), axis=2)


def _clearance(room: Room, middles: NDArray[np.float64], inside: list[Solid]) -> tuple[NDArray, NDArray]:
    """How far each cell is from what is in the way, and the number of its connected part of the floor, 0 for none."""
    from scipy import ndimage

    size = middles.shape[:2]
    taken = distance(room.outline, middles.reshape(-1, 2)).reshape(size) > 0
    for solid in inside:
        levels = solid.triangles[..., 2]
        points = surface_points(solid.triangles[(levels.max(axis=1) > FLAT) & (levels.min(axis=1) < OVERHEAD)], CELL)
        points = points[(points[:, 2] > FLAT) & (points[:, 2] < OVERHEAD)]
        if len(points):
            cells = ((points[:, :2] - middles[0, 0]) / CELL + 0.5).astype(np.int64).clip(0, np.array(size) - 1)
            (left, low), (right, high) = cells.min(axis=0), cells.max(axis=0) + 1
            own = np.zeros((right - left, high - low), bool)
            own[tuple((cells - (left, low)).T)] = True
            # Nobody walks inside a wardrobe, though there may be no surface.
            filled: Any = ndimage.binary_fill_holes(own)
            taken[left:right, low:high] |= filled
    clearance: Any = ndimage.distance_transform_edt(~taken, sampling=CELL)
    parts: Any = ndimage.label(clearance > DISC)
    return clearance, parts[0]


def _entrances(description: SceneDescription, number: int) -> list[NDArray[np.float64]]:
    """A point on the floor of a room in front of each of its doors and passages."""
    points = []
    for opening in description.openings:
        if opening.kind != "window" and number in (opening.room, opening.beyond):
            side = sides(description.rooms[opening.room].outline)[opening.wall]
            out = 0.4 if opening.room == number else -0.4 - description.inner_wall
            points.append(np.array(side.point(opening.start + opening.width / 2, out)))
    return points


def _part_near(parts: NDArray, middles: NDArray[np.float64], point: NDArray[np.float64]) -> int:
    """The connected part of the floor within 0.2 m of a point; 0 is none."""
    off = np.linalg.norm(middles - point, axis=2) + 10.0 * (parts == 0)
    nearest = off.argmin()
    return int(parts.flat[nearest]) if off.flat[nearest] < 0.2 else 0
