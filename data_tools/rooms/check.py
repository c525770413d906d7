"""Whether a scene can be: nothing pushed into anything else, nothing in the air, rooms that one can walk into.

All of it is seen from the finished triangles, not from the boxes that things were placed with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.check_walking import Solid, stood, unreachable
from geo3d.data_tools.rooms.description import OUTSIDE, SceneDescription
from geo3d.data_tools.rooms.inside import points_inside, share_a_cube
from geo3d.data_tools.rooms.outlines import distance, sides
from geo3d.data_tools.rooms.place import BY_USE
from geo3d.data_tools.rooms.shell import shell

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.arrange.stock import Models

DEEP = 0.01
"""Metres that two things may be pushed into each other."""
TOUCH = 0.01
"""Metres between two things that count as touching."""


def problems(description: SceneDescription, models: Models) -> list[str]:
    """A sentence for each thing that is wrong with a scene; none if it is sound."""
    solids = [stood(thing, number, models) for number, thing in enumerate(description.things)]
    found = _overlaps(solids) + _outside(description, solids) + _floating(description, solids)
    found += _unfilled(description, solids)
    for room in range(len(description.rooms)):
        found += unreachable(description, solids, room)
        found += _missing(description, models, room)
    return found


def _overlaps(solids: list[Solid]) -> list[str]:
    found = []
    for i, one in enumerate(solids):
        for other in solids[i + 1 :]:
            low, high = np.maximum(one.low, other.low), np.minimum(one.high, other.high)
            if (high - low > DEEP).all() and share_a_cube(one.triangles, other.triangles, low, high, DEEP):
                found.append(f"{one.name} and {other.name} are pushed into each other")
    return found


def _outside(description: SceneDescription, solids: list[Solid]) -> list[str]:
    """Things in walls, floors or ceilings; doors and windows are meant to be in walls."""
    model, found = shell(description), []
    building = model.vertices[model.faces]
    for solid in solids:
        if solid.thing.kind in ("door", "window"):
            continue
        room = description.rooms[solid.thing.room]
        if solid.low[2] < -DEEP or solid.high[2] > room.height + DEEP:
            found.append(f"{solid.name} is in the floor or in the ceiling")
        elif not _within(room.outline, solid) and share_a_cube(solid.triangles, building, solid.low, solid.high, DEEP):
            found.append(f"{solid.name} is in a wall")
        elif distance(room.outline, ((solid.low + solid.high) / 2)[None, :2])[0] > 0:
            found.append(f"{solid.name} is not in its room")
    return found


def _within(outline, solid: Solid) -> bool:
    """Whether the box about a thing lies in the outline, but for DEEP."""
    left, front, right, back = *(solid.low[:2] + DEEP), *(solid.high[:2] - DEEP)
    corners = np.array([(left, front), (right, front), (right, back), (left, back)])
    bends = any(left < x < right and front < y < back for x, y in outline)
    return not bends and not distance(outline, corners).any()


def _floating(description: SceneDescription, solids: list[Solid]) -> list[str]:
    found = []
    for solid in solids:
        if solid.thing.kind in ("door", "window"):
            continue
        grounded = solid.low[2] < TOUCH or description.rooms[solid.thing.room].height - solid.high[2] < TOUCH
        if not (grounded or _hung(description, solid) or _rests(solid, solids)):
            found.append(f"{solid.name} hangs in the air")
    return found


def _unfilled(description: SceneDescription, solids: list[Solid]) -> list[str]:
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


def _hung(description: SceneDescription, solid: Solid) -> bool:
    """Whether it touches a wall, or is in one."""
    points = solid.triangles.reshape(-1, 3)[:, :2]
    for side in sides(description.rooms[solid.thing.room].outline):
        from_start = points - side.start
        off, at = from_start @ side.inwards, from_start @ side.along
        if ((np.abs(off) < TOUCH) & (at > -TOUCH) & (at < side.length + TOUCH)).any():
            return True
    return False


def _rests(solid: Solid, solids: list[Solid]) -> bool:
    """Whether most of its lowest points have another thing right below them."""
    points = np.unique(solid.triangles.reshape(-1, 3).round(4), axis=0)
    points = points[points[:, 2] < solid.low[2] + 0.004]
    # Drawn in a little, for what stands at the very edge of what is below.
    points[:, :2] += 0.02 * (points[:, :2].mean(axis=0) - points[:, :2])
    held = np.zeros(len(points), bool)
    for other in solids:
        if other is not solid and (other.low < solid.high).all() and (other.high > solid.low - 2 * TOUCH).all():
            for depth in (TOUCH, TOUCH / 2):
                held |= points_inside(other.triangles, points - np.array((0.0, 0.0, depth)))
    return held.mean() > 0.5


def _missing(description: SceneDescription, models: Models, number: int) -> list[str]:
    """What the use of a room asks for and is not there; a way out, for the scene."""
    use = description.rooms[number].use
    kinds = {thing.kind for thing in description.things if thing.room == number}
    found = [
        f"room {number} ({use}) has no {kind}"
        for kind in BY_USE[use].REQUIRED
        if models.get(kind) and kind not in kinds
    ]
    ways = {number}
    for _ in description.rooms:
        pairs = [(one.room, one.beyond) for one in description.openings if one.kind != "window"]
        ways |= {end for pair in pairs if ways & set(pair) for end in pair}
    return found if OUTSIDE in ways else [*found, f"room {number} ({use}) has no way out"]
