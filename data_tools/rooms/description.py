"""A made scene in words and numbers: rooms, openings in their walls, and things, each named by its builder and seed.

World: x and y level, z up, floors at z = 0, in metres and radians. Lengths are whole millimetres and angles whole
1e-4 rad, so that a seed gives the same bytes on any machine.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.model import Model, Triple

USES = ("living_room", "kitchen", "bedroom", "bathroom", "office")
SPLITS = ("train", "validation", "test")
OUTSIDE = -1
"""In the place of a room's number."""
NOTHING = -1
"""In the place of a thing's number."""
UNSTRETCHED = (1.0, 1.0, 1.0)
"""What a builder or a library gives, as it is."""


@dataclass(frozen=True)
class Room:
    """A storey-high space for one use."""

    use: str
    """One of :data:`USES`."""
    outline: tuple[tuple[float, float], ...]
    """Corners of the walls' inner faces, counter-clockwise from above; each side runs along x or y."""
    height: float
    """Of the ceiling."""
    floor: Material
    walls: Material
    ceiling: Material


@dataclass(frozen=True)
class Opening:
    """A hole through a wall."""

    kind: str
    """door, passage (a hole with nothing in it) or window."""
    room: int
    """Room that it is described from; a door's front is on this side."""
    wall: int
    """Side of that room's outline, from corner `wall` to the next."""
    beyond: int
    """Room on the other side, or OUTSIDE."""
    start: float
    """Metres along the side at which it starts."""
    width: float
    low: float
    """Height of its lower edge."""
    high: float
    """Height of its upper edge."""
    thing: int
    """The door or window in it, a place in the scene's things, or NOTHING."""


@dataclass(frozen=True)
class Thing:
    """A model, and where it is."""

    kind: str
    """What it was placed as: chair, picture, kitchen_line."""
    builder: str
    """Name of its builder; of a library's model the library's name, a slash, and its name there."""
    seed: int
    """Of the builder's choices."""
    width: float | None
    """Of kinds that are fitted into a gap."""
    position: Triple
    """World position of the model's origin."""
    yaw: float
    """Turn about z, counter-clockwise from above; at 0 its front faces -y."""
    room: int
    """Room that it is in."""
    stretch: Triple = UNSTRETCHED
    """Factors along the model's own x, y and z."""


@dataclass(frozen=True)
class Light:
    """A lamp without a body, under a ceiling."""

    position: Triple
    colour: tuple[float, float, float]
    """RGB in [0, 1]."""
    strength: float
    """Relative to the others of the scene."""


@dataclass(frozen=True)
class Library:
    """Furniture that others made, a file or a folder."""

    name: str
    """Of the file or folder."""
    sha256: str
    """Of the file, or of the names and contents of the folder's files."""


@dataclass(frozen=True)
class SceneDescription:
    """All that a scene is made from."""

    seed: int
    split: str
    """One of :data:`SPLITS`."""
    inner_wall: float
    """Thickness between two rooms."""
    outer_wall: float
    """Thickness towards the outside."""
    rooms: tuple[Room, ...]
    openings: tuple[Opening, ...]
    things: tuple[Thing, ...]
    lights: tuple[Light, ...] = ()
    libraries: tuple[Library, ...] = ()
    """Those that things came from."""


def millimetres(length: float) -> float:
    """The length in metres, to the nearest millimetre; never -0."""
    return round(float(length), 3) + 0.0


def direction(yaw: float) -> tuple[float, float]:
    """Cosine and sine, exact at quarter turns and otherwise rounded, so that no machine's last bit decides anything."""
    return round(float(np.cos(yaw)), 4) + 0.0, round(float(np.sin(yaw)), 4) + 0.0


def world_vertices(thing: Thing, model: Model) -> NDArray[np.float64]:
    """[vertex, 3], where the thing is in the world."""
    cos, sin = direction(thing.yaw)
    return model.vertices @ np.array([(cos, sin, 0), (-sin, cos, 0), (0, 0, 1)]) + thing.position


def to_json(description: SceneDescription) -> str:
    """One line of JSON, keys in the order of the fields."""
    return json.dumps(_plain(dataclasses.asdict(description)), separators=(",", ":"))


def from_json(text: str) -> SceneDescription:
    """The inverse of :func:`to_json`."""
    try:
        read = _frozen(json.loads(text))
        rooms = [
            room | {part: Material(**room[part]) for part in ("floor", "walls", "ceiling")} for room in read["rooms"]
        ]
        parts = {
            "rooms": tuple(Room(**room) for room in rooms),
            "openings": tuple(Opening(**opening) for opening in read["openings"]),
            "things": tuple(Thing(**thing) for thing in read["things"]),
            "lights": tuple(Light(**light) for light in read["lights"]),
            "libraries": tuple(Library(**library) for library in read.get("libraries", ())),
        }
        return SceneDescription(**(read | parts))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"not the JSON of a scene description ({type(error).__name__}: {error})") from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return round(value, 4) + 0.0 if isinstance(value, float) else value


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(part) for key, part in value.items()}
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value
