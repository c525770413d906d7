"""Storing and loading artifacts."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from geo3d.errors import InputError
from geo3d.scene.artifact import damage, load, read_shapes, store
from geo3d.scene.kinds import DistanceVolume, Encoded, PointCloud, RgbdScan, TriangleMesh, TsdfVolume


def examples(folder: Path) -> list:
    random = torch.Generator().manual_seed(0)
    floats, eye = torch.rand(5, 8, 8, 8, generator=random), torch.eye(4, dtype=torch.float64)
    some = (Encoded("a b.png", "00ff"), Encoded("ä/c.png", "11", 7, 9))
    box, skipped = torch.tensor([[0.0, 0, 0], [1, 1, 1]]), (("x.png", "no transform"),)
    eyes = torch.stack([eye, eye])
    cameras = (eyes, eyes[:, :3, :3], eyes[:, :3, :3])
    scan = RgbdScan(folder, some, some, *cameras, (480, 640), (4, 5), 0.1, (65535, 7), None, box, skipped)
    colour = (floats[..., None] * torch.tensor([255, 100, 7])).byte()
    blocks, where = torch.arange(15).reshape(5, 3).int(), (eye[:3, 3], 1 / 3, 1e-300, eye[:3, 2], True)
    volume = TsdfVolume(blocks, floats, (floats * 9).byte(), colour, *where)
    vertices = torch.rand(4, 3, generator=random)
    mesh = TriangleMesh(vertices.T.contiguous().T[:, [2, 0, 1]], torch.tensor([[0, 1, 2]]), None, None)
    return [scan, volume, mesh, PointCloud(vertices, vertices, None), PointCloud(vertices[:0], None, None)]


def same(a, b) -> bool:
    if isinstance(a, Tensor):
        return isinstance(b, Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    return type(a) is type(b) and a == b


@pytest.mark.parametrize("number", range(5))
def test_what_is_stored_is_loaded(tmp_path, number):
    artifact = examples(tmp_path)[number]
    folder = tmp_path / "stored"
    folder.mkdir()
    store(artifact, folder)
    loaded = load(folder)
    assert type(loaded) is type(artifact)
    for field in dataclasses.fields(artifact):
        assert same(getattr(artifact, field.name), getattr(loaded, field.name)), field.name
    tensors = {f.name: getattr(artifact, f.name) for f in dataclasses.fields(artifact)}
    assert read_shapes(folder) == {name: tuple(t.shape) for name, t in tensors.items() if isinstance(t, Tensor)}


def test_a_field_with_a_default_may_be_missing_in_what_an_earlier_version_stored(tmp_path):
    eye = torch.eye(3, dtype=torch.float64)
    volume = DistanceVolume(torch.rand(2, 3, 4), eye[0], 0.05, 0.15, eye[2])
    earlier = dataclasses.make_dataclass("DistanceVolume", [field.name for field in dataclasses.fields(volume)][:5])
    where = (volume.origin, volume.voxel_size, volume.truncation, volume.up)
    store(earlier(volume.distance, *where), tmp_path)
    loaded = load(tmp_path)
    assert same(loaded.world_from_volume, eye)
    assert same(loaded.distance, volume.distance)
    without = dataclasses.make_dataclass("DistanceVolume", ["distance", "origin", "voxel_size", "truncation"])
    (tmp_path / "other").mkdir()
    store(without(volume.distance, *where[:3]), tmp_path / "other")
    with pytest.raises(KeyError, match="up"):
        load(tmp_path / "other")


def test_the_same_artifact_gives_the_same_bytes(tmp_path):
    for number in range(5):
        for name in ("a", "b"):
            (tmp_path / f"{name}{number}").mkdir()
            store(examples(tmp_path)[number], tmp_path / f"{name}{number}", {"stage": "x"})
        for file in ("tensors.safetensors", "artifact.json"):
            assert (tmp_path / f"a{number}" / file).read_bytes() == (tmp_path / f"b{number}" / file).read_bytes()


def test_no_path_of_this_machine_is_in_the_files(tmp_path):
    store(examples(tmp_path)[0], tmp_path)
    assert str(tmp_path) not in (tmp_path / "artifact.json").read_text()


@pytest.mark.parametrize("file", ["tensors.safetensors", "artifact.json"])
def test_every_flipped_or_missing_byte_is_damage(tmp_path, file):
    store(examples(tmp_path)[3], tmp_path, {"stage": "x"})
    assert damage(tmp_path) is None
    content = (tmp_path / file).read_bytes()
    random = np.random.default_rng(0)
    for at in {0, len(content) - 2, *random.integers(0, len(content) - 1, 60).tolist()}:
        flipped = bytearray(content)
        flipped[at] ^= 1 << int(random.integers(7))
        for damaged in (bytes(flipped), content[:at]):
            (tmp_path / file).write_bytes(damaged)
            assert damage(tmp_path) is not None, at
    (tmp_path / file).unlink()
    with pytest.raises(InputError, match="is damaged"):
        load(tmp_path)


def test_only_tensors_paths_and_plain_values_are_stored(tmp_path):
    cloud = dataclasses.replace(examples(tmp_path)[3])
    object.__setattr__(cloud, "colours", {1, 2})
    with pytest.raises(TypeError, match="not set"):
        store(cloud, tmp_path)
