"""Scenes furnished by the real builders: nothing pushed into anything else, nothing in the air, every room walkable."""

import pytest

from geo3d.data_tools.rooms.catalogue import builders_of
from geo3d.data_tools.rooms.check import problems
from geo3d.data_tools.rooms.description import USES
from geo3d.data_tools.rooms.place import describe

FLAT = ("living_room", "kitchen", "bedroom", "bathroom")
CHUNK = 20


def wrong(split: str, seeds: range, uses: tuple[str, ...] = ()) -> list[str]:
    models = builders_of(split)
    return [f"seed {seed}: {one}" for seed in seeds for one in problems(describe(seed, split, models, uses), models)]


@pytest.mark.parametrize("use", USES)
def test_a_furnished_room_has_nothing_wrong_with_it(use: str):
    assert wrong("train", range(1000, 1001), (use,)) == []


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_furnished_flat_has_nothing_wrong_with_it(split: str):
    assert wrong(split, range(1000, 1001), FLAT) == []


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, 500, CHUNK))
def test_five_hundred_scenes_have_nothing_wrong_with_them(first: int):
    assert wrong("train", range(first, first + CHUNK)) == []


@pytest.mark.soak
@pytest.mark.parametrize("split", ["validation", "test"])
@pytest.mark.parametrize("first", range(0, 40, CHUNK))
def test_held_out_builders_make_scenes_with_nothing_wrong(split: str, first: int):
    assert wrong(split, range(first, first + CHUNK)) == []
