"""The weights that ship are whole, small, quick to load, and know a floor from a wall."""

from pathlib import Path

import pytest
import torch

from geo3d.data_tools.labels.nyu40 import IDS
from geo3d.scene.artifact import load
from geo3d.stages.segment import SegmentConfig
from geo3d.stages.segment_learned import segment_learned
from geo3d.stages.weights import SHIPPED, find_weights
from geo3d.weight_files import load_model
from tests.rooms_to_learn import write_rooms

FILES = sorted(SHIPPED.glob("*.safetensors"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_weights_fit_their_card_and_say_where_they_come_from(file: Path):
    _, card = load_model(file)
    assert file.stat().st_size <= 16e6
    assert card.classes.keys() <= IDS.keys()
    assert card.data
    assert card.steps > 0
    assert card.licence != "not stated"
    assert 0 < card.scores["miou"] < 1


def test_all_weights_together_are_small():
    assert FILES
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 40e6


def test_a_room_that_no_builder_made_has_a_floor_and_walls(tmp_path: Path):
    scene = write_rooms(tmp_path, 1) / "room_000" / "volumes" / "050mm"
    scanned, truth = load(scene / "scan"), load(scene / "labels")
    labels = segment_learned(scanned, find_weights("segment", tmp_path / "hashes.json"), SegmentConfig())
    true = truth.labels[tuple(labels.voxels.long().T)]
    best = labels.probabilities.argmax(dim=1)
    for name, least in (("floor", 0.9), ("wall", 0.5)):
        is_it = true == truth.classes.index(name)
        assert (best[is_it] == labels.classes.index(name)).float().mean() > least
    assert torch.isfinite(labels.probabilities).all()
