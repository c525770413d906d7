"""Blocks of rooms: pieces of what is stored, turned as one, and the same for the same numbers."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from geo3d.batches import room_blocks
from geo3d.batches.room_blocks import BEYOND, RoomBlocks, VolumeBatch
from geo3d.batches.scenes import read_volumes
from geo3d.errors import InputError
from geo3d.ops.encodings import encode
from geo3d.scene.artifact import store
from tests.rooms_to_learn import write_rooms, write_scene

CLASSES = {"floor": ("floor",), "standing": ("table",)}
PLAIN = {"turns": False, "missing": 0.0, "noise": 0.0, "floor_shift": 0}


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rooms(tmp_path_factory.mktemp("rooms"), 3)


def source(rooms: Path, seed: int = 0, **options) -> RoomBlocks:
    return RoomBlocks([rooms], [rooms], CLASSES, seed, **{"blocks": 2, "side": 32, "height": 32, **options})


def same(one: VolumeBatch, other: VolumeBatch) -> bool:
    return all(torch.equal(getattr(one, name), getattr(other, name)) for name in ("inputs", "distance", "labels"))


def test_a_plain_block_is_a_piece_of_a_stored_room(rooms: Path):
    batch = source(rooms, blocks=1, side=48, centred=0.0, **PLAIN).training(5)
    matches = 0
    for scene in sorted(rooms.iterdir()):
        scan, truth, labels = read_volumes(scene, 0.05, "scan", "distance", "labels")
        for before in range(9):  # a room is 40 wide, so that 8 voxels lie beyond it
            part = slice(before, before + 40)
            if not torch.equal(batch.known[0, :, part], scan.known):
                continue
            folded = torch.tensor([255, 0, 1] + 253 * [255], dtype=torch.uint8)[labels.labels.long()]
            assert torch.equal(batch.labels[0, :, part], folded)
            assert torch.allclose(batch.distance[0, :, part], truth.distance / 0.15, atol=0.5 / 127 + 1e-6)
            encoded = encode(scan.distance, scan.known, 0.15, 0.05, "tsdf")
            assert torch.allclose(batch.inputs[0, :, :, part], encoded, atol=0.5 / 127 + 1e-6)
            beyond = torch.ones(48, dtype=torch.bool)
            beyond[part] = False
            assert not batch.known[0, :, beyond].any()
            assert (batch.distance[0, :, beyond] == 1).all()
            assert (batch.labels[0, :, beyond] == 255).all()
            matches += 1
    assert matches == 1


def test_a_batch_is_a_function_of_data_seed_and_number(rooms: Path):
    one, other = source(rooms), source(rooms)
    other.training(3)
    assert same(one.training(7), other.training(7))
    assert not same(one.training(7), one.training(8))
    assert not same(one.training(7), source(rooms, seed=1).training(7))


def test_cuts_are_those_of_a_loop():
    values = torch.randint(-127, 127, (5, 4, 6), generator=torch.Generator().manual_seed(0)).to(torch.int8)
    room = room_blocks._Room(values, values.byte(), values, values.byte(), 3.0)
    for start in [(-2, 1, 0), (3, -9, 2), (1, 1, 1), (-1, 6, -20)]:
        found = room_blocks._cut(room, start, (4, 7, 5))
        for name, beyond in BEYOND.items():
            stored, cut = getattr(room, name), getattr(found, name)
            for place in torch.cartesian_prod(*map(torch.arange, (4, 7, 5))):
                there = place + torch.tensor(start)
                inside = bool(((there >= 0) & (there < torch.tensor([5, 4, 6]))).all())
                assert cut[tuple(place)] == (stored[tuple(there)] if inside else beyond)


def test_all_that_is_known_of_a_block_turns_as_one():
    numbers = torch.arange(4 * 4 * 3).reshape(4, 4, 3)
    block = room_blocks._Room(numbers, numbers, numbers, numbers, 3.0)
    turned = room_blocks._turned(block, 1, True)
    assert all(torch.equal(getattr(turned, name), turned.truth) for name in BEYOND)
    x, y = torch.meshgrid(torch.arange(4), torch.arange(4), indexing="ij")
    assert torch.equal(room_blocks._turned(block, 1, False).truth, numbers[y, 3 - x])  # (x, y) came from (y, 3 - x)
    assert torch.equal(turned.truth, numbers[y.flip(0), (3 - x).flip(0)])
    four = block
    for _ in range(4):
        four = room_blocks._turned(four, 1, False)
    assert torch.equal(four.truth, numbers)


def test_layers_between_those_of_a_room_are_means_where_both_are_known():
    scanned = torch.tensor([[[-100, 0, 100, 127]]]).to(torch.int8)
    known = torch.tensor([[[1, 1, 1, 0]]]).byte()
    labels = torch.tensor([[[0, 1, 2, 3]]]).byte()
    found = room_blocks._between_layers(room_blocks._Room(scanned, known, scanned, labels, 3.0), 0.75)
    assert found.scanned.tolist() == [[[-25, 75, 127]]]
    assert found.truth.tolist() == [[[-25, 75, 120]]]
    assert found.known.tolist() == [[[1, 1, 0]]]
    assert found.labels.tolist() == [[[1, 2, 3]]]


def test_floors_lie_anywhere_in_their_voxels(rooms: Path):
    moved = source(rooms, blocks=16, missing=0.0, noise=0.0).training(0).distance
    assert len((3 * moved).sub((3 * moved).round()).abs().mul(20).round().unique()) > 8
    still = source(rooms, **PLAIN).training(0).distance[:, 12:20, 12:20, 4:8]
    assert len(still.unique()) < 12


def test_what_is_hidden_is_unknown_to_the_network_and_its_truth_stays(rooms: Path):
    whole, holed = (source(rooms, **{**PLAIN, "missing": share}).training(1) for share in (0.0, 1.0))
    assert not same(whole, holed)
    batch = source(rooms, blocks=8, missing=1.0).training(1)
    assert (batch.inputs[:, 1] == batch.known).all()
    assert (batch.inputs[:, 0][batch.known == 0] == 0).all()
    assert (batch.distance[batch.known == 0] < 1).any()


def test_all_that_augments_is_off_where_it_is_switched_off(rooms: Path):
    batch = source(rooms, blocks=6, **PLAIN).training(2)
    known = batch.known > 0
    assert (batch.inputs[:, 0][known] - batch.distance[known]).abs().max() < 1e-6  # these scans have no error
    noisy = source(rooms, blocks=6, **{**PLAIN, "noise": 0.2}).training(2)
    assert (noisy.inputs[:, 0][noisy.known > 0] - noisy.distance[noisy.known > 0]).abs().max() > 0.05


def test_blocks_around_classes_hold_rare_ones_more_often(tmp_path: Path):
    write_scene(tmp_path / "large", 0, (120, 120, 32))
    held = []
    for centred in (0.0, 1.0):
        batch = source(tmp_path, blocks=40, side=16, centred=centred).training(0)
        held.append(int((batch.labels == 1).flatten(1).any(dim=1).sum()))
    assert held[0] < 10
    assert held[1] > 15


def test_the_floor_is_shifted_up_and_down(rooms: Path):
    batch = source(rooms, blocks=20, side=16, floor_shift=5, turns=False, missing=0.0).training(0)
    floors = [int((block == 0).any(dim=0).any(dim=0).nonzero().min()) for block in batch.labels if (block == 0).any()]
    assert min(floors) < 1 + 4 - 2  # labels begin 2 voxels below the floor, which is the 6th
    assert max(floors) > 4 + 2


@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_weights_are_powers_of_shares_and_one_on_average(rooms: Path, balance: float):
    weights = source(rooms, balance=balance).class_weights
    folded = [(read_volumes(scene, 0.05, "labels")[0].labels) for scene in rooms.iterdir()]
    counts = torch.tensor([sum(int((labels == place).sum()) for labels in folded) for place in (1, 2)]).double()
    assert float(weights[1] / weights[0]) == pytest.approx(float(counts[0] / counts[1]) ** balance, rel=1e-5)
    assert float((weights * counts).sum() / counts.sum()) == pytest.approx(1, rel=1e-5)


def test_validation_is_every_whole_room_filled_up(rooms: Path):
    batches = list(source(rooms).validation())
    assert len(batches) == 3
    assert batches[0].inside == (48, 40, 32)
    assert batches[0].inputs.shape == (1, 2, 48, 48, 32)
    scan = read_volumes(rooms / "room_000", 0.05, "scan")[0]
    assert torch.equal(batches[0].known[0, :48, :40, :32], scan.known)
    assert same(next(source(rooms, seed=9).validation()), batches[0])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"side": 40}, "blocks of 40 x 40 x 32 voxels are not allowed; multiples of 16 are"),
        ({"height": 0}, "blocks of 32 x 32 x 0 voxels"),
        ({"missing": 1.5}, "missing and centred are shares"),
        ({"blocks": 0}, "blocks is 1 or more"),
    ],
)
def test_options_that_make_no_sense_are_refused(rooms: Path, options: dict, said: str):
    with pytest.raises(InputError, match=said):
        source(rooms, **options)


def test_volumes_that_do_not_fit_or_hold_no_numbers_are_refused(tmp_path: Path):
    write_rooms(tmp_path, 1)
    folder = tmp_path / "room_000" / "volumes" / "050mm" / "scan"
    scan = read_volumes(tmp_path / "room_000", 0.05, "scan")[0]
    distance = scan.distance.clone()
    distance[3, 4, 5] = float("nan")
    for changed, said in (
        (replace(scan, distance=distance), "not numbers"),
        (replace(scan, distance=distance[:5], known=scan.known[:5].clone()), "do not have one size"),
    ):
        for file in folder.iterdir():
            file.unlink()
        store(changed, folder)
        with pytest.raises(InputError, match=said):
            source(tmp_path)
