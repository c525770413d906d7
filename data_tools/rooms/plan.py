"""Floor plans: one to four rooms with what their surfaces are made of, doors, windows and lights, and no furniture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.arrange.stock import Models, Stock
from geo3d.data_tools.rooms.description import SPLITS, Light, Opening, Room, SceneDescription, Thing, millimetres
from geo3d.data_tools.rooms.draw import GREYS, MUTED, WHITES, Colour, Draw, Material
from geo3d.data_tools.rooms.layout import draw_layout, draw_uses
from geo3d.data_tools.rooms.openings import Walls, draw_doors, draw_windows
from geo3d.data_tools.rooms.outlines import rectangles
from geo3d.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

BOARDS: tuple[Colour, ...] = (
    *((181, 136, 99), (134, 96, 64), (205, 170, 125), (150, 128, 108)),
    *((92, 62, 42), (196, 176, 150), (122, 104, 90)),
)
"""Of floors of wood: oak, walnut, beech, limed and greyed."""
STONES: tuple[Colour, ...] = (
    *((240, 240, 237), (240, 240, 237), (226, 218, 204), (206, 190, 168)),
    *((176, 170, 162), (140, 140, 138), (92, 92, 94), (170, 104, 78)),
)
"""Of tiles: white, beige, grey, slate and terracotta."""
BRICKS: tuple[Colour, ...] = ((150, 82, 62), (168, 108, 84), (226, 222, 214), (120, 74, 60))
CONTRAST = 35
"""Of a tile and its joints, in levels of 255."""
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
        return _tiles(draw, (0.4, 1.0))
    kind = draw.one_of(("planks", "planks", "planks", "carpet", "tiles"))
    if kind == "tiles":
        return _tiles(draw, (0.5, 1.1))
    if kind == "carpet":
        colour = draw.shade(draw.one_of(MUTED)) if draw.chance(0.7) else draw.colour((0.05, 0.4), (0.3, 0.8))
        return Material(colour, draw.shade(colour, 0.2), "carpet", draw.between(0.1, 0.4))
    colour = draw.shade(draw.one_of(BOARDS))
    return Material(colour, draw.shade(colour, 0.2), "planks", draw.between(0.8, 1.6))


def _tiles(draw: Draw, edge: tuple[float, float]) -> Material:
    """Four tiles within `edge` metres each way, their joints clearly lighter or darker; or marble with softer veins."""
    colour = draw.shade(draw.one_of(STONES), 0.06) if draw.chance(0.75) else draw.colour((0.05, 0.5), (0.35, 0.9))
    joints = [grey for grey in GREYS[1:] if abs(sum(grey) - sum(colour)) > 3 * CONTRAST]
    second = draw.one_of(joints)
    pattern = draw.one_of(("tiles", "tiles", "tiles", "marble"))
    if pattern == "marble":
        second = (colour[0] + second[0]) // 2, (colour[1] + second[1]) // 2, (colour[2] + second[2]) // 2
    return Material(colour, second, pattern, draw.between(*edge))


def _walls(draw: Draw, use: str) -> Material:
    """Most are white or nearly, some tinted, a few strong or papered."""
    if use == "bathroom" and draw.chance(0.75):
        return _tiles(draw, (0.2, 0.8))
    if draw.chance(0.04):
        return Material(draw.shade(draw.one_of(BRICKS)), draw.shade((205, 198, 188)), "bricks", draw.between(0.45, 0.6))
    if draw.chance(0.08):
        colour = draw.colour((0.03, 0.35), (0.6, 0.95))
        return Material(colour, draw.shade(colour, 0.25), draw.one_of(("stripes", "dots", "speckles")), 0.3)
    if draw.chance(0.65):
        return Material(draw.shade(draw.one_of(WHITES), 0.03))
    return Material(
        draw.colour((0.04, 0.22), (0.65, 0.95)) if draw.chance(0.7) else draw.colour((0.2, 0.6), (0.3, 0.75))
    )


def _ceiling(draw: Draw) -> Material:
    return Material(draw.shade((240, 240, 238), 0.05)) if draw.chance(0.9) else draw.wood()


def _lights(draw: Draw, room: Room) -> list[Light]:
    """One under the ceiling of each rectangle of a room."""
    lights = []
    for left, low, right, high in rectangles(room.outline):
        middle = millimetres((left + right) / 2), millimetres((low + high) / 2), millimetres(room.height - 0.15)
        warm = draw.between(0.0, 0.25)
        lights.append(Light(middle, (1.0, round(1 - 0.4 * warm, 3), round(1 - warm, 3)), draw.between(0.6, 1.2)))
    return lights
