import dataclasses
from pathlib import Path

import pytest
import torch

from geo3d.batches.room_surfaces import LabelledCells, RoomSurfaces
from geo3d.errors import InputError
from geo3d.ops.surface_points import CHANNELS
from geo3d.scene.artifact import load, store
from tests.rooms_to_learn import write_rooms

CLASSES = {"floor": ("floor",), "wall": ("wall",), "otherprop": ("table",)}


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rooms(tmp_path_factory.mktemp("rooms"), 2)


def alike(one: LabelledCells, other: LabelledCells) -> bool:
    both = zip(
        (one.cells.coordinates, one.cells.features, one.labels),
        (other.cells.coordinates, other.cells.features, other.labels),
        strict=True,
    )
    return all(torch.equal(mine, yours) for mine, yours in both)


def test_a_batch_depends_on_its_number_and_the_seed_only(rooms: Path):
    source, again = (RoomSurfaces([rooms], [], CLASSES, seed=3) for _ in range(2))
    source.training(0)
    assert alike(source.training(5), again.training(5))
    assert not alike(source.training(5), source.training(6))
    assert not alike(source.training(5), RoomSurfaces([rooms], [], CLASSES, seed=4).training(5))


def test_what_is_held_out_is_the_whole_room_with_its_labels(rooms: Path):
    (batch, _) = RoomSurfaces([rooms], [rooms], CLASSES).validation()
    features, labels = batch.cells.features, batch.labels
    assert features.shape[1] == CHANNELS
    up, height = features[:, 2], features[:, 4]
    assert labels[(up > 0.95) & (height.abs() < 0.1)].unique().tolist() == [0]
    assert labels[(up.abs() < 0.1) & (height > 1.0)].unique().tolist() == [1]
    assert labels[(up > 0.95) & (height > 0.6)].unique().tolist() == [2]


def test_turning_keeps_heights_and_slopes(rooms: Path):
    source = RoomSurfaces([rooms], [], CLASSES, rooms=1, noise=0.0)
    for index in range(4):
        batch = source.training(index)
        up, height, floor = batch.cells.features[:, 2], batch.cells.features[:, 4], batch.labels == 0
        assert up[floor].quantile(0.3) > 0.99
        assert height[floor & (up > 0.99)].std() < 0.05
        assert batch.cells.features[:, :3].norm(dim=1).quantile(0.3) > 0.95


def test_floors_lie_anywhere_on_the_coarse_levels_of_a_network(rooms: Path):
    source, places = RoomSurfaces([rooms], [], CLASSES, rooms=1), set()
    for index in range(40):
        batch = source.training(index)
        places.add(int(batch.cells.coordinates[batch.labels == 0, 3].float().median()) % 16)
    assert len(places) > 10


def test_rare_classes_count_more(rooms: Path):
    floor, wall, table = RoomSurfaces([rooms], [], CLASSES).class_weights
    assert wall < floor < table
    assert torch.equal(RoomSurfaces([rooms], [], CLASSES, balance=0.0).class_weights, torch.ones(3))


def test_every_place_of_a_batch_is_there_once_and_in_order(rooms: Path):
    coordinates = RoomSurfaces([rooms], [], CLASSES, rooms=3).training(1).cells.coordinates
    assert coordinates[:, 0].unique().tolist() == [0, 1, 2]
    assert coordinates.tolist() == sorted(set(map(tuple, coordinates.tolist()))) or coordinates.unique(dim=0).equal(
        coordinates
    )


def test_a_room_without_surface_is_named(tmp_path: Path):
    scene = write_rooms(tmp_path, 1) / "room_000" / "volumes" / "050mm" / "scan"
    scanned = load(scene)
    for file in scene.iterdir():
        file.unlink()
    store(dataclasses.replace(scanned, known=torch.zeros_like(scanned.known)), scene)
    with pytest.raises(InputError, match=r"the scan of .*room_000 has no surface to learn from"):
        RoomSurfaces([tmp_path], [], CLASSES)
