import dataclasses
from pathlib import Path

import pytest
import torch

from geo3d.errors import InputError
from geo3d.scene.artifact import load
from geo3d.scene.kinds import DistanceVolume, ScannedVolume
from geo3d.scene.source import Source
from geo3d.stages.segment import SegmentConfig
from geo3d.stages.segment_learned import segment_learned
from geo3d.stages.weights import find_weights
from geo3d.weight_files import Card, make_model, save_weights
from tests.rooms_to_learn import write_rooms

CLASSES = {"floor": ("floor",), "wall": ("wall",), "otherprop": ("table",)}
OPTIONS = {"channels": 8, "width": 4, "steps": 2}


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> ScannedVolume:
    return load(write_rooms(tmp_path_factory.mktemp("rooms"), 1) / "room_000" / "volumes" / "050mm" / "scan")


def write_weights(folder: Path, model: str = "submanifold-unet", options: dict | None = None, **changed) -> Source:
    torch.manual_seed(1)
    options = OPTIONS if options is None else options
    network = make_model(model, options, len(CLASSES))
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.6)
    card = Card(model, options, {k: tuple(v) for k, v in CLASSES.items()}, {"voxel_size": 0.05}, (), "", (0,), "x", 1)
    save_weights(network, dataclasses.replace(card, **changed), folder / "net.safetensors")
    return find_weights(str(folder / "net.safetensors"), folder / "hashes.json")


def test_every_voxel_of_the_surface_has_probabilities(scanned: ScannedVolume, tmp_path: Path):
    labels = segment_learned(scanned, write_weights(tmp_path), SegmentConfig())
    assert labels.classes == ("floor", "wall", "otherprop")
    assert torch.allclose(labels.probabilities.sum(dim=1), torch.ones(len(labels.voxels)), atol=1e-5)
    near = scanned.distance[tuple(labels.voxels.long().T)]
    assert near.abs().max() < 2 * scanned.voxel_size
    assert torch.equal(labels.origin, scanned.origin)


def test_four_looks_do_not_depend_on_how_the_scan_is_turned(scanned: ScannedVolume, tmp_path: Path):
    """By quarter turns voxels fall on voxels, if the axis is a corner of one: so the origin is moved onto such.

    But for some normals: marching cubes cuts a cube's faces otherwise where they are turned.
    """
    weights, config = write_weights(tmp_path), SegmentConfig(turns=4)
    origin = torch.tensor([-1.025, -1.025, -0.3])
    first = segment_learned(dataclasses.replace(scanned, origin=origin), weights, config)
    turned = ScannedVolume(
        torch.rot90(scanned.distance, 1, (0, 1)).contiguous(),
        torch.rot90(scanned.known, 1, (0, 1)).contiguous(),
        torch.tensor([-0.05 * scanned.distance.shape[1] + 1.075, -1.025, -0.3]),
        0.05,
        0.15,
        scanned.up,
    )
    other = segment_learned(turned, weights, config)
    place = {tuple(voxel): row for row, voxel in enumerate(other.voxels.tolist())}
    rows = [place[(scanned.distance.shape[1] - 1 - y, x, z)] for x, y, z in first.voxels.tolist()]
    assert len(place) == len(rows)
    single = segment_learned(turned, weights, SegmentConfig(turns=1))
    apart, looking_once = ((first.probabilities - found.probabilities[rows]).abs().mean() for found in (other, single))
    assert apart < 0.1 * looking_once


def test_what_is_inferred_keeps_its_labels_and_changes_none_of_what_was_seen(scanned: ScannedVolume, tmp_path: Path):
    weights = write_weights(tmp_path)
    alone = segment_learned(scanned, weights, SegmentConfig())
    beside = torch.cat([alone.voxels[:3], alone.voxels[:4] - alone.voxels.new_tensor([500, 0, 0])])
    names = ("table", "wall", "lamp", "floor")  # table is folded into otherprop, and lamp has no place
    chances = torch.tensor([[1.0, 0, 0, 0]] * 3 + [[0.5, 0.5, 0, 0], [0, 0, 1, 0], [0.2, 0, 0.6, 0.2], [0, 0, 0, 1]])
    where = scanned.distance, scanned.origin, 0.05, scanned.truncation, scanned.up, scanned.world_from_volume
    both = segment_learned(scanned, weights, SegmentConfig(), DistanceVolume(*where, names, beside, chances))
    place = {tuple(voxel): row for row, voxel in enumerate(both.voxels.tolist())}
    assert list(place) == sorted(place)
    assert len(place) == len(alone.voxels) + 3
    rows = [place[tuple(voxel)] for voxel in alone.voxels.tolist()]
    assert torch.equal(both.probabilities[rows], alone.probabilities)
    wanted = {3: [0, 0.5, 0.5], 5: [0.5, 0, 0.5], 6: [1, 0, 0]}
    for row, expected in wanted.items():
        torch.testing.assert_close(
            both.probabilities[place[tuple(beside[row].tolist())]], torch.tensor(expected).float()
        )


def test_a_high_temperature_is_less_sure(scanned: ScannedVolume, tmp_path: Path):
    (tmp_path / "hot").mkdir()
    cold = segment_learned(scanned, write_weights(tmp_path), SegmentConfig(turns=1))
    hot = segment_learned(scanned, write_weights(tmp_path / "hot", scores={"temperature": 5.0}), SegmentConfig(turns=1))
    assert torch.equal(cold.probabilities.argmax(dim=1), hot.probabilities.argmax(dim=1))
    assert hot.probabilities.amax(dim=1).mean() < cold.probabilities.amax(dim=1).mean() - 0.05


def test_weights_of_another_model_or_voxel_size_are_refused(scanned: ScannedVolume, tmp_path: Path):
    other = write_weights(tmp_path, "unet3d", {"channels": 2, "widths": [4, 4]})
    with pytest.raises(InputError, match="holds the weights of unet3d; segment learned needs those of submanifold"):
        segment_learned(scanned, other, SegmentConfig())
    coarse = write_weights(tmp_path, batches={"voxel_size": 0.1})
    with pytest.raises(InputError, match=r"has learned with voxels of 0.1 m, and scan_grid.voxel_size is 0.05 m"):
        segment_learned(scanned, coarse, SegmentConfig())


def test_what_holds_no_surface_or_no_numbers_is_refused(scanned: ScannedVolume, tmp_path: Path):
    weights = write_weights(tmp_path)
    unseen = dataclasses.replace(scanned, known=torch.zeros_like(scanned.known))
    with pytest.raises(InputError, match="has no surface to label"):
        segment_learned(unseen, weights, SegmentConfig())
    broken = dataclasses.replace(scanned, distance=scanned.distance.clone().fill_(torch.nan))
    with pytest.raises(InputError, match="distances that are no finite numbers"):
        segment_learned(broken, weights, SegmentConfig())
