"""From a seed to the description of a furnished scene."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.arrange import bathroom, bedroom, finish, kitchen, living_room, office
from geo3d.data_tools.rooms.arrange.space import Space
from geo3d.data_tools.rooms.arrange.stock import libraries_of
from geo3d.data_tools.rooms.description import SPLITS, SceneDescription, Thing
from geo3d.data_tools.rooms.draw import Draw
from geo3d.data_tools.rooms.outlines import area
from geo3d.data_tools.rooms.plan import draw_plan
from geo3d.data_tools.rooms.shell import wall_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo3d.data_tools.rooms.arrange.stock import Models

FURNISH = 2
"""Part of the seed of all that this file draws."""
BY_USE = {
    "living_room": living_room,
    "kitchen": kitchen,
    "bedroom": bedroom,
    "bathroom": bathroom,
    "office": office,
}
PLANS, ROOMS = 5, 5
"""How many plans are drawn, and how often each of their rooms is furnished, until each has what its use requires."""


def describe(seed: int, split: str, models: Models, uses: Sequence[str] = ()) -> SceneDescription:
    """The furnished scene of a seed; `models` are the builders that the split may use, by kind.

    Kinds without builders are left out. `uses` are what the rooms are for, up to four of
    :data:`geo3d.data_tools.rooms.description.USES`; by default the seed decides.
    """
    for attempt in range(PLANS):
        plan = draw_plan(seed, split, models, uses, attempt)
        rooms = [_furnished(plan, number, models, attempt) for number in range(len(plan.rooms))]
        if None not in rooms or attempt == PLANS - 1:
            things = plan.things + tuple(thing for things in rooms for thing in things or ())
            return replace(plan, things=things, libraries=libraries_of(things, models))
    raise AssertionError("the last plan is taken as it comes")


def _furnished(plan: SceneDescription, number: int, models: Models, attempt: int) -> tuple[Thing, ...] | None:
    """What is put into a room; None where what its use requires found no room."""
    blocks, use = wall_blocks(plan), BY_USE[plan.rooms[number].use]
    for again in range(ROOMS):
        draw = Draw(SPLITS.index(plan.split), plan.seed, FURNISH, attempt, number, again)
        space = Space(plan, number, blocks, models, draw)
        use.furnish(space, area(space.room.outline))
        kinds = [placed.thing.kind for placed in space.placed]
        if all(kind in kinds for kind in use.REQUIRED if models.get(kind)):
            finish.clutter(space, 1.8 if draw.chance(0.25) else 1.0)
            return tuple(placed.thing for placed in space.placed)
    return None
