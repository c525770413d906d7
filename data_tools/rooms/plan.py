"""Floor plans: one to four rooms with what their surfaces are made of, doors, windows and lights, and no furniture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.arrange.stock import Models, Stock
from geo3d.data_tools.rooms.description import SPLITS, Light, Opening, Room, SceneDescription, Thing, millimetres
from geo3d.data_tools.rooms.draw import Draw, Material
from geo3d.data_tools.rooms.layout import draw_layout, draw_uses
from geo3d.data_tools.rooms.openings import Walls, draw_doors, draw_windows
from geo3d.data_tools.rooms.outlines import rectangles
from geo3d.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

PLAN = 1
"""Part of the seed of all that this file draws; each room's furniture has its own."""


def draw_plan(seed: int, split: str, models: Models, uses: Sequence[str] = (), attempt: int = 0) -> SceneDescription:
    """The rooms of a scene; `models` are the builders that the split may use, `uses` what the rooms are for.

    Another `attempt` is another plan for rooms of the same uses.
    """
    if split not in SPLITS:
        raise InputError(f"there is no split called {split}; there are {', '.join(SPLITS)}")
    start = Draw(SPLITS.index(split), seed, PLAN)
    chosen = list(uses) or draw_uses(start, start.whole(1, 4))
    draw, stock = Draw(SPLITS.index(split), seed, PLAN, attempt + 1), Stock(models)
    while True:
        inner, outer = draw.whole(10, 15), draw.whole(20, 35)
        outlines = draw_layout(draw, chosen, inner)
        height = draw.between(2.42, 2.9)
        rooms = tuple(
            _room(draw, use, tuple((x / 100, y / 100) for x, y in outline), height)
            for use, outline in zip(chosen, outlines, strict=True)
        )
        walls = Walls(rooms, inner / 100, outer / 100)
        doors = draw_doors(draw, walls, stock)
        if doors is not None:
            filled = [*doors, *draw_windows(draw, walls, stock, [door for door, _ in doors])]
            openings, things = _numbered(filled)
            lights = tuple(light for room in rooms for light in _lights(draw, room))
            return SceneDescription(seed, split, walls.inner, walls.outer, rooms, openings, things, lights)


def _numbered(filled: list[tuple[Opening, Thing | None]]) -> tuple[tuple[Opening, ...], tuple[Thing, ...]]:
    """Openings that name the place of what is in them among the things."""
    openings, things = [], []
    for opening, thing in filled:
        openings.append(opening if thing is None else replace(opening, thing=len(things)))
        things += [] if thing is None else [thing]
    return tuple(openings), tuple(things)


def _room(draw: Draw, use: str, outline: tuple[tuple[float, float], ...], height: float) -> Room:
    high = height if draw.chance(0.7) else draw.between(2.42, 3.2)
    return Room(use, outline, high, _floor(draw, use), _walls(draw, use), _ceiling(draw))


def _floor(draw: Draw, use: str) -> Material:
    if use in ("bathroom", "kitchen") and draw.chance(0.8):
        return _tiles(draw, (0.25, 0.7))
    kind = draw.one_of(("planks", "planks", "planks", "carpet", "tiles"))
    if kind == "tiles":
        return _tiles(draw, (0.3, 0.8))
    if kind == "carpet":
        colour = draw.colour((0.05, 0.4), (0.3, 0.8))
        return Material(colour, draw.shade(colour, 0.2), "carpet", draw.between(0.1, 0.4))
    colour = draw.shade(draw.one_of(((181, 136, 99), (139, 90, 43), (205, 170, 125), (150, 128, 108), (92, 58, 36))))
    return Material(colour, draw.shade(colour, 0.2), "planks", draw.between(0.8, 1.6))


def _tiles(draw: Draw, edge: tuple[float, float]) -> Material:
    colour = draw.colour((0.02, 0.25), (0.45, 0.97))
    return Material(
        colour, draw.shade((190, 190, 188), 0.2), draw.one_of(("tiles", "tiles", "marble")), draw.between(*edge)
    )


def _walls(draw: Draw, use: str) -> Material:
    if use == "bathroom" and draw.chance(0.75):
        return _tiles(draw, (0.1, 0.5))
    if draw.chance(0.12):
        colour = draw.colour((0.05, 0.4), (0.6, 0.95))
        return Material(colour, draw.shade(colour, 0.15), draw.one_of(("stripes", "dots", "speckles", "bricks")), 0.3)
    return Material(draw.colour((0.0, 0.3), (0.65, 0.98)))


def _ceiling(draw: Draw) -> Material:
    return Material(draw.shade((240, 240, 238), 0.05)) if draw.chance(0.85) else draw.wood()


def _lights(draw: Draw, room: Room) -> list[Light]:
    """One under the ceiling of each rectangle of a room."""
    lights = []
    for left, low, right, high in rectangles(room.outline):
        middle = millimetres((left + right) / 2), millimetres((low + high) / 2), millimetres(room.height - 0.15)
        warm = draw.between(0.0, 0.25)
        lights.append(Light(middle, (1.0, round(1 - 0.4 * warm, 3), round(1 - warm, 3)), draw.between(0.6, 1.2)))
    return lights
