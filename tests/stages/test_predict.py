"""What a network infers of a scanned volume; the network is a small one with fresh weights."""

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import nn

from geo3d.errors import InputError
from geo3d.ops.encodings import encode
from geo3d.scene.kinds import ScannedVolume
from geo3d.scene.source import Source
from geo3d.stages import predict as stage
from geo3d.stages.predict import infer, predict
from geo3d.stages.weights import find_weights
from geo3d.weight_files import Card, load_model, make_model, save_weights

OPTIONS = {"channels": 2, "widths": [4, 6]}
CLASSES = {"wall": ("wall",), "floor": ("floor",), "chair": ("chair", "sofa")}
TURN = torch.tensor([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
VOLUME = ScannedVolume(
    0.3 * torch.rand(9, 14, 6, generator=torch.Generator().manual_seed(0)) - 0.15,
    (torch.rand(9, 14, 6, generator=torch.Generator().manual_seed(1)) < 0.7).byte(),
    torch.tensor([1.0, 2, 3]),
    0.05,
    0.15,
    torch.tensor([0.0, 0, 1]),
    TURN,
)


def tiny_weights(folder: Path, temperature: float = 2.0, voxel_size: float = 0.05) -> Path:
    torch.manual_seed(0)
    model = make_model("unet3d", OPTIONS, len(CLASSES))
    scores = {"temperature": temperature}
    batches = {"voxel_size": voxel_size, "encoding": "flipped"}
    card = Card("unet3d", OPTIONS, CLASSES, batches, (), "ours", (0,), "none", 1, scores)
    save_weights(model, card, folder / "tiny.safetensors")
    return folder / "tiny.safetensors"


def source_of(file: Path) -> Source:
    return find_weights(str(file), file.parent / "hashes")


def run_whole(model: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    grid = encode(VOLUME.distance, VOLUME.known, 0.15, 0.05, "flipped")
    padded = torch.nn.functional.pad(grid, (0, 0, 0, 0, 0, 1))
    with torch.inference_mode():
        distance, logits = model(padded[None])
    return 0.15 * distance[0, :9], (logits[0, :, :9] / 2).softmax(dim=0)


def test_distances_are_metres_and_probabilities_are_calibrated(tmp_path: Path):
    file = tiny_weights(tmp_path)
    distance, probabilities = infer(VOLUME, source_of(file))
    wanted = run_whole(load_model(file)[0])
    assert torch.allclose(distance, wanted[0], atol=1e-5)
    assert torch.allclose(probabilities, wanted[1], atol=1e-5)


def test_a_prediction_lies_on_the_grid_of_the_scan_and_is_clipped(tmp_path: Path):
    file = tiny_weights(tmp_path)
    found = predict(VOLUME, source_of(file))
    assert (found.world_from_volume == TURN).all()
    assert (found.origin == VOLUME.origin).all()
    assert torch.allclose(found.distance, infer(VOLUME, source_of(file))[0].clamp(-0.15, 0.15))


def test_the_surface_of_a_prediction_has_the_probabilities_of_its_voxels(tmp_path: Path):
    file = tiny_weights(tmp_path)
    found, (_, probabilities) = predict(VOLUME, source_of(file)), infer(VOLUME, source_of(file))
    assert found.classes == tuple(CLASSES)
    assert found.voxels is not None
    assert found.probabilities is not None
    voxels = [tuple(voxel) for voxel in found.voxels.tolist()]
    assert voxels == sorted(set(voxels))
    for (x, y, z), row in zip(voxels, found.probabilities, strict=True):
        assert torch.equal(row, probabilities[:, x, y, z])
    there = torch.where(VOLUME.known > 0, VOLUME.distance, found.distance) < 0
    for x, y, z in voxels:  # the surface passes between a voxel and one of those beside it
        around = there[max(x - 1, 0) : x + 2, max(y - 1, 0) : y + 2, max(z - 1, 0) : z + 2]
        assert 0 < int(around.sum()) < around.numel()


def test_memory_bounds_the_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tiny_weights(tmp_path)
    whole = infer(VOLUME, source_of(file))
    model = load_model(file)[0]
    least = model.voxel_memory * (model.stride + 2 * model.halo) ** 3  # type: ignore[operator]
    monkeypatch.setattr(stage, "available_memory", lambda: 2 * least)
    assert torch.allclose(infer(VOLUME, source_of(file))[0], whole[0], atol=1e-4)


def test_weights_that_do_not_fit_the_scan_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"learned with voxels of 0\.1 m, and scan_grid\.voxel_size is 0\.05 m"):
        infer(VOLUME, source_of(tiny_weights(tmp_path, voxel_size=0.1)))
    distance = VOLUME.distance.clone()
    distance[0, 0, 0] = torch.inf
    with pytest.raises(InputError, match="no finite numbers"):
        infer(dataclasses.replace(VOLUME, distance=distance), source_of(tiny_weights(tmp_path)))


def test_another_file_of_weights_has_another_key(tmp_path: Path):
    (tmp_path / "other").mkdir()
    first = source_of(tiny_weights(tmp_path))
    other = source_of(tiny_weights(tmp_path / "other", temperature=3.0))
    assert first.key != other.key
