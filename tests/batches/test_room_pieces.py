"""Pieces of rooms: each is one thing, and a batch is a function of its number."""

from pathlib import Path

import pytest
import torch

from geo3d.batches.room_pieces import LabelledPieces, RoomPieces
from geo3d.errors import InputError
from tests.rooms_to_learn import write_rooms

CLASSES = {"floor": ("floor",), "standing": ("wall", "table")}


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rooms(tmp_path_factory.mktemp("rooms"), 2)


def same(one: LabelledPieces, other: LabelledPieces) -> bool:
    mine, yours = ((batch.voxels.coordinates, batch.voxels.features, batch.labels) for batch in (one, other))
    return all(torch.equal(*pair) for pair in zip(mine, yours, strict=True))


def test_a_batch_depends_on_its_number_and_the_seed_only(rooms: Path):
    source, again = (RoomPieces([rooms], [], CLASSES, seed=3, cells=32) for _ in range(2))
    source.training(0)
    assert same(source.training(5), again.training(5))
    assert not same(source.training(5), source.training(6))
    assert not same(source.training(5), RoomPieces([rooms], [], CLASSES, seed=4, cells=32).training(5))


def test_held_out_pieces_are_the_floors_walls_and_tables_of_the_rooms(rooms: Path):
    classes = {name: (name,) for name in ("floor", "wall", "table")}
    batches = list(RoomPieces([rooms], [rooms], classes, pieces=4, cells=64, points=4000).validation())
    labels = torch.cat([batch.labels for batch in batches])
    assert labels.bincount().tolist() == [2, 2, 2]
    for batch in batches:
        rows = batch.voxels.coordinates[:, 0]
        for number, label in enumerate(batch.labels.tolist()):
            normals = batch.voxels.features[rows == number]
            places = batch.voxels.coordinates[rows == number, 1:]
            assert places.amin(dim=0).tolist() == [0, 0, 0]
            assert int(places.amax()) == 63
            if label == 0:
                assert normals[:, 2].quantile(0.2) > 0.95
            if label == 1:
                assert normals[:, 2].abs().quantile(0.8) < 0.05


def test_classes_are_drawn_evenly_and_pieces_are_turned_about_z(rooms: Path):
    source = RoomPieces([rooms], [], CLASSES, pieces=60, cells=16, points=50)
    batch = source.training(0)
    assert 18 < int((batch.labels == 0).sum()) < 42
    level = [
        float(batch.voxels.features[batch.voxels.coordinates[:, 0] == number, 2].median())
        for number in (batch.labels == 0).nonzero().flatten().tolist()
    ]
    assert min(level) > 0.9


def test_rooms_without_the_classes_are_refused(rooms: Path):
    with pytest.raises(InputError, match="no piece of the classes with 40 voxels"):
        RoomPieces([rooms], [], {"bed": ("bed",)})
