import math
from pathlib import Path

import numpy as np
import pytest
import trimesh

from geo3d.data_tools.benchmarks.choices import Choices, MeshChoices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.surfaces.occupancy_networks import PROTOCOL
from geo3d.errors import InputError

SOME = Choices(mesh=MeshChoices(samples=2000))
STRICT = Choices(reading="strict", mesh=SOME.mesh)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pred" / "meshes").mkdir(parents=True)
    return tmp_path


def scored(folder: Path, choices: Choices = SOME) -> Scores:
    scenes = find_scenes(PROTOCOL, folder / "pred", folder / "truth", choices)
    tallies = [tally for scene in scenes if (tally := PROTOCOL.count(scene, choices)) is not None]
    return PROTOCOL.score(tallies, choices)


def write_truth(folder: Path, name: str, size: float = 0.8, dtype: type = np.float32, packed: bool = True) -> None:
    """A box, by points on it and points in the cube around it."""
    place = folder / "truth" / name
    place.mkdir(parents=True)
    mesh, random = trimesh.creation.box((size, size, size)), np.random.default_rng(0)
    points, face = trimesh.sample.sample_surface(mesh, 3000, seed=0)[:2]
    np.savez(place / "pointcloud.npz", points=points.astype(dtype), normals=mesh.face_normals[face].astype(dtype))
    asked = (random.random((4001, 3)) - 0.5).astype(dtype)
    held = (np.abs(asked) < size / 2).all(axis=1)
    np.savez(place / "points.npz", points=asked, occupancies=np.packbits(held) if packed else held.astype(np.float32))


def write_box(folder: Path, name: str, size: float) -> None:
    file = folder / "pred" / "meshes" / f"{name}.off"
    file.parent.mkdir(exist_ok=True)
    trimesh.creation.box((size, size, size)).export(file)


def write_empty(folder: Path, name: str) -> None:
    file = folder / "pred" / "meshes" / f"{name}.off"
    file.parent.mkdir(exist_ok=True)
    file.write_text("OFF\n0 0 0\n")


@pytest.mark.parametrize("packed", [True, False])
def test_a_smaller_box_has_the_iou_of_its_volume(folder: Path, packed: bool):
    write_truth(folder, "chair/a", packed=packed)
    write_box(folder, "chair/a", 0.6)
    scores = scored(folder).overall
    assert scores["iou"] == pytest.approx(0.75**3, abs=0.03)
    assert scores["chamfer-L1"] == pytest.approx((scores["accuracy"] + scores["completeness"]) / 2, rel=1e-15)
    assert scores["chamfer-L2"] == pytest.approx((scores["accuracy2"] + scores["completeness2"]) / 2, rel=1e-15)
    assert 0.09 < scores["accuracy"] < 0.12
    assert scores["normals"] > 0.8
    assert next(iter(scores)) == "chamfer-L1"


def test_an_empty_mesh_takes_no_part_in_the_chamfer_unless_read_strictly(folder: Path):
    for name in ("chair/a", "chair/b"):
        write_truth(folder, name)
    write_box(folder, "chair/a", 0.8)
    alone = scored_without(folder, "chair/b")
    write_empty(folder, "chair/b")
    scores = scored(folder)
    assert scores.overall["chamfer-L1"] == alone["chamfer-L1"]
    assert scores.overall["accuracy"] == pytest.approx((alone["accuracy"] + math.sqrt(3)) / 2)
    assert scores.overall["accuracy2"] == pytest.approx((alone["accuracy2"] + 3) / 2)
    assert scores.overall["normals"] == pytest.approx((alone["normals"] - 1) / 2)
    assert scores.overall["iou"] == pytest.approx(alone["iou"] / 2)
    assert [note for note in scores.notes if "official" in note]
    strict = scored(folder, STRICT).overall
    assert strict["chamfer-L1"] == pytest.approx((alone["chamfer-L1"] + math.sqrt(3)) / 2, rel=1e-6)
    assert strict["chamfer-L2"] == pytest.approx((alone["chamfer-L2"] + 3) / 2, rel=1e-6)


def scored_without(folder: Path, name: str) -> dict[str, float]:
    return scored(folder, Choices(allow_missing=True, mesh=SOME.mesh)).overall


def test_the_mean_is_over_classes_and_not_over_models(folder: Path):
    for name, size in (("chair/a", 0.8), ("chair/b", 0.7), ("table/c", 0.5)):
        write_truth(folder, name)
        write_box(folder, name, size)
    pooled = scored(folder)
    assert pooled.classes == ("n/a",)
    (folder / "truth" / "metadata.yaml").write_text("chair: {id: chair, name: chair}\n")
    scores = scored(folder)
    assert scores.classes == ("chair", "table")
    for name in ("chamfer-L1", "iou", "normals"):
        chair, table = scores.by_class[name]
        assert scores.overall[name] == pytest.approx((chair + table) / 2)
        assert pooled.overall[name] == pytest.approx((2 * chair + table) / 3)
    assert list(scores.by_class["models"]) == [2, 1]


def test_models_that_are_not_in_the_test_split_do_not_count(folder: Path):
    for name in ("chair/a", "chair/b"):
        write_truth(folder, name)
        write_box(folder, name, 0.8)
    (folder / "truth" / "chair" / "test.lst").write_text("b")
    with pytest.raises(InputError, match=r"a\.off has no truth of that name"):
        scored(folder)
    (folder / "pred" / "meshes" / "chair" / "a.off").unlink()
    assert list(scored(folder).by_class["models"]) == [1]


def test_points_in_half_precision_are_moved_by_a_tenth_of_a_millimetre_only_in_the_compatible_reading(folder: Path):
    write_truth(folder, "chair/a")
    write_box(folder, "chair/a", 2 * (0.375 + 1e-5))
    asked = np.random.default_rng(0).uniform(-0.3, 0.3, (2000, 3)).astype(np.float16)
    asked[:, 0] = 0.375  # just inside
    np.savez(folder / "truth/chair/a/points.npz", points=asked, occupancies=np.ones(2000, np.float32))
    compatible = scored(folder).overall["iou"]
    assert 0.4 < compatible < 0.7
    assert scored(folder).overall["iou"] == compatible
    assert scored(folder, STRICT).overall["iou"] == 1


def test_points_on_lines_through_edges_are_inside(folder: Path):
    write_truth(folder, "chair/a")
    write_box(folder, "chair/a", 0.8)
    asked = np.linspace(-0.45, 0.45, 19)
    points = np.stack([asked, asked, np.zeros(19)], axis=1).astype(np.float32)  # below the edge across the top
    held = np.abs(asked) < 0.4
    np.savez(folder / "truth/chair/a/points.npz", points=points, occupancies=held.astype(np.float32))
    assert scored(folder).overall["iou"] == 1


def test_what_cannot_be_compared_is_named(folder: Path):
    write_truth(folder, "chair/a")
    write_box(folder, "chair/a", 0.8)
    place = folder / "truth/chair/a"
    np.savez(place / "points.npz", points=np.zeros((9, 3)), occupancies=np.zeros(8, np.float32))
    with pytest.raises(InputError, match=r"points\.npz has 9 points and 8 occupancies"):
        scored(folder)
    np.savez(place / "points.npz", points=np.full((9, 3), np.nan), occupancies=np.zeros(9, np.float32))
    with pytest.raises(InputError, match=r"points\.npz has points that are not finite"):
        scored(folder)
    (place / "points.npz").unlink()
    scores = scored(folder)
    assert math.isnan(scores.overall["iou"])
    assert [note for note in scores.notes if "no points.npz" in note]
    np.savez(place / "pointcloud.npz", points=np.zeros((9, 3)))
    with pytest.raises(InputError, match=r"pointcloud\.npz has 9 points and needs some, and their normals"):
        scored(folder)


def test_the_picture_shows_both_sides(folder: Path):
    write_truth(folder, "chair/a")
    write_box(folder, "chair/a", 0.6)
    (scene,) = find_scenes(PROTOCOL, folder / "pred", folder / "truth", SOME)
    assert PROTOCOL.picture is not None
    picture = PROTOCOL.picture(scene, SOME)
    assert picture is not None
    assert (picture != 255).any()
