import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.rooms.description import Thing, direction, from_json, to_json, world_vertices
from geo3d.data_tools.rooms.draw import Draw
from geo3d.data_tools.rooms.place import describe
from geo3d.errors import InputError
from tests.data_tools.rooms.stand_ins import MODELS, bed

ROOT = Path(__file__).parents[3]


def test_json_brings_a_description_back():
    description = describe(3, "train", MODELS, ("bedroom", "bathroom"))
    assert from_json(to_json(description)) == description


def test_lengths_in_json_are_whole_millimetres_and_no_zero_is_negative():
    text = to_json(describe(4, "train", MODELS, ("office",)))
    read = json.loads(text)
    lengths = [value for thing in read["things"] for value in thing["position"]]
    assert all(round(value, 3) == value for value in lengths)
    assert "-0.0," not in text


def test_another_process_with_another_hash_seed_writes_the_same_bytes():
    program = (
        "from tests.data_tools.rooms.stand_ins import MODELS;"
        "from geo3d.data_tools.rooms.place import describe;"
        "from geo3d.data_tools.rooms.description import to_json;"
        "print(to_json(describe(7, 'test', MODELS, ('office',))))"
    )
    environment = {"PYTHONHASHSEED": "77", "PYTHONPATH": str(ROOT)}
    other = subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, check=True)
    assert other.stdout.decode().strip() == to_json(describe(7, "test", MODELS, ("office",)))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rooms": [1]}'])
def test_what_is_no_description_is_refused_in_one_sentence(text: str):
    with pytest.raises(InputError, match="not the JSON of a scene description"):
        from_json(text)


def test_quarter_turns_are_exact():
    assert [direction(yaw) for yaw in (0.0, 1.5708, 3.1416, 4.7124)] == [(1, 0), (0, 1), (-1, 0), (0, -1)]


def test_a_front_faces_where_the_yaw_says():
    model = bed(Draw(1))
    thing = Thing("bed", "stand_ins.bed", 1, None, (2.0, 3.0, 0.5), 1.5708, 0)
    turned = world_vertices(thing, model)
    # A quarter turn counter-clockwise takes the front, at -y, to +x.
    front = model.vertices[:, 1] == model.vertices[:, 1].min()
    np.testing.assert_allclose(turned[front, 0], 2.0 + model.size[1] / 2)
    np.testing.assert_allclose(turned[:, 2], model.vertices[:, 2] + 0.5)
    np.testing.assert_allclose(
        world_vertices(replace(thing, yaw=0.0), model), model.vertices + np.array((2.0, 3.0, 0.5))
    )
