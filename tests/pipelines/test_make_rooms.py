"""Furnished scenes, made by the command and read back by others."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh
from PIL import Image

from geo3d import cli
from geo3d.data_tools.labels import nyu40
from geo3d.data_tools.rooms.catalogue import KINDS, builders_of
from geo3d.data_tools.rooms.description import from_json
from geo3d.data_tools.rooms.kinds import LABELS
from geo3d.data_tools.rooms.place import describe
from geo3d.errors import InputError
from geo3d.ops.distance import distance_to_mesh
from geo3d.pipelines.make_rooms import MakeRoomsConfig, make_rooms
from geo3d.pipelines.rooms_config import RoomsConfig
from geo3d.scene.artifact import load
from tests.data_tools.rooms.tiny_library import tiny_library

ROOT = Path(__file__).parents[2]
SCANNET20 = {
    *("wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture", "counter"),
    *("desk", "curtain", "refrigerator", "shower curtain", "toilet", "sink", "bathtub", "otherfurniture"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rooms") / "out"
    assert cli.main(["make-rooms", str(out), "--count", "1", "--seed", "5"]) == 0
    return out / "train_000005"


def test_a_scene_holds_its_description_mesh_objects_volumes_and_sheet(made: Path):
    description = from_json((made / "description.json").read_text())
    mesh: Any = trimesh.load(made / "semantic.ply", process=False)
    labels, instances = (mesh.metadata["_ply_raw"]["vertex"]["data"][name] for name in ("label", "instance"))
    objects = json.loads((made / "objects.json").read_text())["objects"]
    assert len(objects) == len(np.unique(instances))
    assert {thing["class"] for thing in objects} >= {"wall", "floor", "ceiling"}
    for thing in objects:
        assert set(labels[thing["vertices"]].ravel().tolist()) == {nyu40.IDS[thing["class"]]}
    low, high = mesh.bounds
    corners = np.array([corner for room in description.rooms for corner in room.outline])
    assert (low[:2] <= corners.min(axis=0) - description.outer_wall + 1e-3).all()
    assert (high[:2] >= corners.max(axis=0) + description.outer_wall - 1e-3).all()
    with Image.open(made / "sheet.png") as sheet:
        assert sheet.size >= (1280, 240)


def test_volumes_are_the_distances_to_the_mesh_and_negative_in_solids(made: Path):
    mesh: Any = trimesh.load(made / "mesh.ply", process=False)
    vertices, faces = torch.from_numpy(np.array(mesh.vertices)), torch.from_numpy(np.array(mesh.faces, np.int32))
    random = np.random.default_rng(0)
    for name, voxel_size in (("047mm", 0.047), ("094mm", 0.094), ("188mm", 0.188), ("050mm", 0.05)):
        volume = load(made / "volumes" / name / "distance")
        assert volume.voxel_size == voxel_size
        assert float(volume.distance.abs().max()) <= 3 * voxel_size + 1e-6
        at = np.stack([random.integers(side, size=300) for side in volume.distance.shape], axis=1)
        points = volume.origin + voxel_size * torch.from_numpy(at)
        exact, _ = distance_to_mesh(points, vertices, faces)
        stored = volume.distance[tuple(at.T)].double().abs()
        assert (stored - exact.clamp(max=3 * voxel_size)).abs().max() < 1e-3 * voxel_size
    below_floor = torch.tensor([*np.array(mesh.bounds).mean(axis=0)[:2], -0.07])
    row = ((below_floor - volume.origin) / voxel_size).round().long()
    assert volume.distance[tuple(row.tolist())] < 0


def test_a_second_call_leaves_scenes_alone_and_other_settings_are_refused(made: Path):
    before = {file.name: file.stat().st_mtime_ns for file in made.iterdir()}
    make_rooms(made.parent, MakeRoomsConfig(rooms=RoomsConfig(count=1, seed=5)))
    assert {file.name: file.stat().st_mtime_ns for file in made.iterdir()} == before
    with pytest.raises(InputError, match="made with other settings"):
        make_rooms(made.parent, MakeRoomsConfig(rooms=RoomsConfig(count=1, seed=5), volumes=False))
    with pytest.raises(InputError, match="not of geo3d make-rooms"):
        make_rooms(made, MakeRoomsConfig())
    with pytest.raises(InputError, match="--jobs 0"):
        make_rooms(made.parent, MakeRoomsConfig(), jobs=0)


def test_the_same_seed_gives_the_same_files_whatever_the_jobs(made: Path, tmp_path: Path):
    config = MakeRoomsConfig(rooms=RoomsConfig(count=2, seed=5), volumes=False, sheet=False)
    make_rooms(tmp_path / "out", config, jobs=2)
    for name in ("description.json", "mesh.ply", "semantic.ply", "objects.json"):
        assert (tmp_path / "out" / made.name / name).read_bytes() == (made / name).read_bytes()
    assert len(list((tmp_path / "out").glob("train_*"))) == 2


def test_two_calls_at_once_into_one_folder_make_each_scene_once(tmp_path: Path):
    less = ["--count", "2", "--no-volumes", "--no-sheet", "--uses", "bathroom"]
    command = [sys.executable, "-m", "geo3d.cli", "make-rooms", str(tmp_path / "out"), *less]
    both = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    names = ["train_000000", "train_000001"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["rooms.json", *names]
    alone = MakeRoomsConfig(rooms=RoomsConfig(count=2, uses=("bathroom",)), volumes=False, sheet=False)
    make_rooms(tmp_path / "alone", alone)
    for file in (tmp_path / "alone").glob("*/*"):
        assert (tmp_path / "out" / file.relative_to(tmp_path / "alone")).read_bytes() == file.read_bytes()


def test_splits_share_no_builder_and_together_hold_all_of_scannets_classes():
    splits = {split: builders_of(split) for split in ("train", "validation", "test")}
    assert list(KINDS) == list(LABELS)
    for kind, builders in KINDS.items():
        shares = [splits[split][kind] for split in splits]
        assert all(shares)
        assert sum(map(len, shares)) == len(builders) == len(set().union(*shares))
    found = set()
    for seed in range(6):
        uses = ("kitchen", "bathroom", "bedroom", "living_room") if seed % 2 else ("office", "bathroom", "living_room")
        description = describe(seed, "train", splits["train"], uses)
        found |= {LABELS[thing.kind] for thing in description.things}
    assert {"wall", "floor"} | found >= SCANNET20


@pytest.fixture(scope="module")
def with_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    file, out = tiny_library(folder / "tiny.sh3f"), folder / "out"
    less = ["--no-volumes", "--no-sheet", "--uses", "living_room", "--library", str(file), "--library-share", "1"]
    assert cli.main(["make-rooms", str(out), "--count", "1", "--seed", "3", *less]) == 0
    return out


def credited(scene: Path) -> set[str]:
    return {model["model"] for model in json.loads((scene / "attribution.json").read_text())["models"]}


def test_scenes_with_a_library_say_who_made_what_also_when_more_are_added(with_library: Path):
    first = with_library / "train_000003"
    description = from_json((first / "description.json").read_text())
    from_it = {thing.builder.removeprefix("tiny.sh3f/") for thing in description.things if "/" in thing.builder}
    assert from_it == credited(first)
    assert from_it
    text = (with_library / "ATTRIBUTION.txt").read_text()
    assert all(f"({name}) by Maker of {name.removeprefix('Tiny#')}" in text for name in from_it)

    file = with_library.parent / "tiny.sh3f"
    mine: dict[str, Any] = {"uses": ("living_room",), "libraries": (file,), "library_share": 1.0}

    def config(**values: Any) -> MakeRoomsConfig:
        return MakeRoomsConfig(rooms=RoomsConfig(**(mine | values)), volumes=False, sheet=False)

    make_rooms(with_library, config(count=2, seed=4, split="test"), jobs=2)
    scenes = sorted(with_library.glob("*_*/"))
    assert len(scenes) == 3
    used = [credited(scene) if (scene / "attribution.json").exists() else set() for scene in scenes]
    assert used[2] == credited(first)
    assert "Tiny#sofa" in used[0] | used[1] <= {"Tiny#sofa", "Tiny#desk"}
    text = (with_library / "ATTRIBUTION.txt").read_text()
    assert text.count(" by Maker of ") == len(set().union(*used))
    with pytest.raises(InputError, match="made with other settings"):
        make_rooms(with_library, config(count=1, seed=9, library_share=0.5))


def test_a_library_that_is_none_is_refused_before_anything_is_written(with_library: Path, tmp_path: Path):
    for path in (tmp_path / "none.sh3f", tmp_path):
        with pytest.raises(InputError, match=str(path)):
            make_rooms(tmp_path / "out", MakeRoomsConfig(rooms=RoomsConfig(count=1, libraries=(path,))))
    assert not (tmp_path / "out").exists()
