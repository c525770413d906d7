"""The built-in room: furniture made of simple solids, so that its true surface is known everywhere."""

from dataclasses import dataclass, field

import numpy as np
import torch

from geo3d.ops.raycast import BOX, CYLINDER, ELLIPSOID, Solids

WIDTH, DEPTH, HEIGHT = 5.0, 4.2, 2.6
"""Inner size of the room along x, y and z, in metres; the floor's middle is the world's origin, z is up."""

PLAIN, PLANKS, CHECKS, STRIPES, SPECKLES = range(5)
"""Patterns."""


@dataclass
class Room:
    """Solids with a colour and a pattern each, and the name of the object each is part of."""

    kinds: list[int] = field(default_factory=list)
    centres: list[tuple[float, float, float]] = field(default_factory=list)
    halves: list[tuple[float, float, float]] = field(default_factory=list)
    yaws: list[float] = field(default_factory=list)
    colours: list[tuple[int, int, int]] = field(default_factory=list)
    patterns: list[int] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)

    @property
    def solids(self) -> Solids:
        """The geometry, float64."""
        real = [torch.tensor(part, dtype=torch.float64) for part in (self.centres, self.halves, self.yaws)]
        return Solids(torch.tensor(self.kinds), *real)


@dataclass
class _Place:
    """Where an object stands: solids are given in its own frame, x right, y away from its front, z up."""

    room: Room
    name: str
    x: float
    y: float
    yaw: float = 0.0

    def add(
        self,
        kind: int,
        at: tuple[float, float, float],
        size: tuple[float, float, float],
        colour: tuple[int, int, int],
        pattern: int = PLAIN,
    ) -> None:
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        self.room.kinds.append(kind)
        self.room.centres.append((self.x + cos * at[0] - sin * at[1], self.y + sin * at[0] + cos * at[1], at[2]))
        self.room.halves.append((size[0] / 2, size[1] / 2, size[2] / 2))
        self.room.yaws.append(self.yaw)
        self.room.colours.append(colour)
        self.room.patterns.append(pattern)
        self.room.objects.append(self.name)


def furnish() -> Room:
    """A living room of 14 objects, each standing on the floor, on another object or against a wall."""
    room = Room()
    _shell(room)
    _sofa(_Place(room, "sofa", 0.0, DEPTH / 2 - 0.5, 0.0))
    _table(_Place(room, "table", 0.1, 0.3, 0.25))
    for name, x, y, yaw in (("chair", -0.75, 0.0, 1.7), ("chair", 0.95, 0.7, -1.3)):
        _chair(_Place(room, name, x, y, yaw))
    _shelf(_Place(room, "bookshelf", -WIDTH / 2 + 0.2, 0.6, np.pi / 2))
    _bed(_Place(room, "bed", WIDTH / 2 - 1.05, -DEPTH / 2 + 0.75, -np.pi / 2))
    _cabinet(_Place(room, "cabinet", -1.5, -DEPTH / 2 + 0.26, np.pi))
    _lamp(_Place(room, "lamp", WIDTH / 2 - 0.4, DEPTH / 2 - 0.4))
    _bin(_Place(room, "bin", -WIDTH / 2 + 0.3, -0.6))
    wall = _Place(room, "picture", 0.0, DEPTH / 2)
    wall.add(BOX, (0.0, -0.02, 1.65), (1.1, 0.04, 0.7), (60, 110, 170), CHECKS)
    door = _Place(room, "door", -0.3, -DEPTH / 2)
    door.add(BOX, (0.0, 0.025, 1.0), (0.9, 0.05, 2.0), (150, 100, 60), STRIPES)
    door.add(ELLIPSOID, (0.35, 0.08, 1.0), (0.08, 0.08, 0.08), (200, 200, 205))
    _Place(room, "ball", 1.6, 0.1).add(ELLIPSOID, (0.0, 0.0, 0.16), (0.32, 0.32, 0.32), (220, 80, 40), STRIPES)
    _Place(room, "vase", 0.25, 0.35).add(CYLINDER, (0.0, 0.0, 0.89), (0.14, 0.14, 0.28), (40, 120, 130))
    _Place(room, "bowl", -0.15, 0.15).add(ELLIPSOID, (0.0, 0.0, 0.79), (0.3, 0.3, 0.1), (230, 225, 210))
    return room


def _shell(room: Room) -> None:
    thick = 0.2
    wide, deep, mid = WIDTH + 2 * thick, DEPTH + 2 * thick, HEIGHT / 2
    _Place(room, "floor", 0, 0).add(BOX, (0, 0, -thick / 2), (wide, deep, thick), (165, 120, 80), PLANKS)
    _Place(room, "ceiling", 0, 0).add(BOX, (0, 0, HEIGHT + thick / 2), (wide, deep, thick), (235, 235, 230), SPECKLES)
    for side in (-1, 1):
        x, y = side * (WIDTH + thick) / 2, side * (DEPTH + thick) / 2
        _Place(room, "wall", x, 0).add(BOX, (0, 0, mid), (thick, deep, HEIGHT), (205, 195, 170), SPECKLES)
        _Place(room, "wall", 0, y).add(BOX, (0, 0, mid), (wide, thick, HEIGHT), (180, 200, 190), SPECKLES)


def _sofa(place: _Place) -> None:
    cloth = (90, 60, 110)
    place.add(BOX, (0, 0, 0.22), (2.0, 0.9, 0.44), cloth, SPECKLES)
    place.add(BOX, (0, 0.35, 0.45), (2.0, 0.2, 0.9), cloth, SPECKLES)
    for side in (-1, 1):
        place.add(BOX, (side * 0.92, 0, 0.32), (0.16, 0.9, 0.64), cloth, SPECKLES)


def _table(place: _Place) -> None:
    wood = (140, 90, 50)
    place.add(BOX, (0, 0, 0.73), (1.3, 0.8, 0.04), wood, PLANKS)
    for x in (-0.58, 0.58):
        for y in (-0.33, 0.33):
            place.add(BOX, (x, y, 0.355), (0.07, 0.07, 0.71), wood)


def _chair(place: _Place) -> None:
    wood = (190, 150, 95)
    place.add(BOX, (0, 0, 0.44), (0.42, 0.42, 0.04), wood, CHECKS)
    place.add(BOX, (0, 0.19, 0.7), (0.42, 0.04, 0.4), wood, STRIPES)
    for x in (-0.18, 0.18):
        place.add(BOX, (x, 0.19, 0.35), (0.045, 0.04, 0.7), wood)
        place.add(CYLINDER, (x, -0.17, 0.21), (0.045, 0.045, 0.42), wood)


def _shelf(place: _Place) -> None:
    wood = (120, 70, 45)
    place.add(BOX, (0, 0.17, 1.0), (1.2, 0.03, 2.0), wood)
    for x in (-0.585, 0.585):
        place.add(BOX, (x, 0, 1.0), (0.03, 0.32, 2.0), wood)
    books = np.random.default_rng(7)
    for z in (0.02, 0.5, 1.0, 1.5, 1.98):
        place.add(BOX, (0, 0, z), (1.2, 0.32, 0.03), wood)
        left = -0.55
        while z < 1.9 and left < 0.3:
            wide, tall = books.uniform(0.06, 0.14), books.uniform(0.22, 0.36)
            shade = tuple(int(c) for c in books.integers(40, 230, 3))
            place.add(BOX, (left + wide / 2, 0.03, z + 0.015 + tall / 2), (wide, 0.22, tall), shade, STRIPES)
            left += wide


def _bed(place: _Place) -> None:
    place.add(BOX, (0, 0, 0.15), (1.4, 2.0, 0.3), (110, 75, 45), PLANKS)
    place.add(BOX, (0, 0, 0.4), (1.36, 1.96, 0.2), (200, 205, 220), CHECKS)
    place.add(BOX, (0, 0.98, 0.5), (1.4, 0.06, 1.0), (110, 75, 45), PLANKS)
    for x in (-0.33, 0.33):
        place.add(ELLIPSOID, (x, 0.68, 0.53), (0.55, 0.4, 0.18), (240, 238, 230))


def _cabinet(place: _Place) -> None:
    place.add(BOX, (0, 0, 0.45), (1.2, 0.5, 0.9), (215, 210, 200), STRIPES)
    place.add(BOX, (-0.2, 0.05, 1.15), (0.8, 0.06, 0.48), (25, 25, 30))
    place.add(BOX, (-0.2, 0.05, 0.905), (0.25, 0.2, 0.02), (40, 40, 45))


def _lamp(place: _Place) -> None:
    place.add(CYLINDER, (0, 0, 0.02), (0.32, 0.32, 0.04), (70, 70, 75))
    place.add(CYLINDER, (0, 0, 0.75), (0.05, 0.05, 1.5), (70, 70, 75))
    place.add(CYLINDER, (0, 0, 1.55), (0.4, 0.4, 0.3), (240, 215, 150))


def _bin(place: _Place) -> None:
    place.add(CYLINDER, (0, 0, 0.19), (0.3, 0.3, 0.38), (60, 130, 70), STRIPES)
