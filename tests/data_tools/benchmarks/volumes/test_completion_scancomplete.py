import math
from pathlib import Path

import numpy as np
import pytest
import torch

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.volumes.completion_scancomplete import PROTOCOL
from geo3d.errors import InputError
from geo3d.scene.artifact import store
from geo3d.scene.kinds import DistanceVolume, ScannedVolume, SemanticVolume
from tests.official.completion_scancomplete import write_record

SHAPE = (4, 5, 6)
NAMES = ("entire volume", "unobserved", "observed", "near target surface", "near predicted surface")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    folders = tmp_path / "pred", tmp_path / "truth"
    for folder in folders:
        folder.mkdir()
    return folders


def scored(folders: tuple[Path, Path], **chosen) -> Scores:
    choices = Choices(**chosen)
    scenes = find_scenes(PROTOCOL, folders[0], folders[1], choices)
    return PROTOCOL.score([t for t in (PROTOCOL.count(scene, choices) for scene in scenes) if t is not None], choices)


def save(folders: tuple[Path, Path], prediction, target, scan, name: str = "a", **labels) -> None:
    there = {key: value for key, value in labels.items() if value is not None}
    np.savez(folders[0] / f"{name}.npz", prediction=prediction, **({"labels": there["given"]} if there else {}))
    arrays = {"target": target, "input": scan} | ({"labels": there["true"]} if there else {})
    np.savez(folders[1] / f"{name}.npz", **arrays)


def errors(scores: Scores) -> list[float]:
    return [scores.overall[f"l1 {name} (voxels)"] for name in NAMES]


def test_regions_are_those_of_a_slow_loop(folders):
    random = np.random.default_rng(0)
    target, prediction, scan = random.uniform(0, 4, SHAPE), random.uniform(0, 4, SHAPE), random.uniform(-3, 3, SHAPE)
    save(folders, prediction, target, scan)
    sums, counts = np.zeros(5), np.zeros(5)
    for place in np.ndindex(SHAPE):
        true = min(target[place], 3)
        inside = np.array([True, scan[place] <= -1, scan[place] > -1, true < 1.5, prediction[place] < 1.5])
        sums += inside * abs(true - prediction[place])
        counts += inside
    assert np.allclose(errors(scored(folders)), sums / counts, rtol=1e-6)


def test_predictions_are_clipped_like_targets_only_where_read_strictly(folders):
    save(folders, np.full(SHAPE, 7.0), np.full(SHAPE, 5.0), np.zeros(SHAPE))
    assert errors(scored(folders))[0] == 4
    assert errors(scored(folders, reading="strict"))[0] == 0


def test_thresholds_are_strict_and_minus_one_is_unobserved(folders):
    target, prediction, scan = np.full(SHAPE, 1.5), np.full(SHAPE, 1.5), np.full(SHAPE, -1.0)
    target[0], prediction[1] = 1.49, 1.49
    save(folders, prediction, target, scan)
    found = errors(scored(folders, reading="strict"))
    assert found[:2] == pytest.approx([0.005, 0.005], rel=1e-5)
    assert math.isnan(found[2])
    assert found[3:] == pytest.approx([0.01, 0.01], rel=1e-5)


def test_a_region_without_voxels_is_0_for_the_official_functions_and_left_out_where_read_strictly(folders):
    save(folders, np.full(SHAPE, 2.0), np.full(SHAPE, 1.0), np.full(SHAPE, 3.0), "a")
    save(folders, np.full(SHAPE, 2.0), np.full(SHAPE, 1.0), np.full(SHAPE, -3.0), "b")
    scores = scored(folders)
    assert errors(scores) == [1, 0.5, 0.5, 1, 0]
    assert any("unobserved in 1 scenes" in note and "official functions give" in note for note in scores.notes)
    strict = errors(scored(folders, reading="strict"))
    assert strict[:4] == [1, 1, 1, 1]
    assert math.isnan(strict[4])


def test_the_mean_is_over_scenes_and_not_over_voxels(folders):
    save(folders, np.ones((2, 2, 2)), np.zeros((2, 2, 2)), np.zeros((2, 2, 2)), "a")
    save(folders, np.zeros((9, 9, 9)), np.zeros((9, 9, 9)), np.zeros((9, 9, 9)), "b")
    assert errors(scored(folders))[0] == 0.5


def test_labels_are_scored_near_the_targets_surface_without_empty_and_unannotated_ones(folders):
    target, prediction = np.full(SHAPE, 3.0), np.full(SHAPE, 3.0)
    target[0] = 0
    true, given = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
    true[0, 0], given[0, 0] = 1, 1  # 6 right
    true[0, 1], given[0, 1] = 1, 2  # 6 wrong
    true[0, 2], given[0, 2] = 2, 0  # 6 missed
    true[0, 3], given[0, 3] = 12, 12  # not annotated: counts in train.py's accuracy alone
    true[1], given[1] = 3, 3  # 30 far from the surface: likewise
    save(folders, prediction, target, np.zeros(SHAPE), true=true, given=given)
    scores = scored(folders)
    assert scores.overall["semantic accuracy"] == pytest.approx((6 + 6 + 30) / (4 * 6 + 30), abs=1e-6)
    assert scores.overall["mean class accuracy near target surface"] == (1 / 2 + 0) / 2
    assert scores.overall["mean IoU near target surface"] == (6 / 12 + 0) / 2
    assert scores.confusion is not None
    assert scores.confusion[1].tolist() == [0] * 11 + [6]
    picture = PROTOCOL.picture
    assert picture is not None
    assert picture(find_scenes(PROTOCOL, folders[0], folders[1], Choices())[0], Choices()) is not None


def test_records_are_cropped_and_high_floors_are_ceilings_as_the_official_reader_has_it(folders):
    target = np.random.default_rng(0).uniform(0, 3, (5, 16, 7)).astype(np.float32)  # z, y up, x
    labels = np.full(target.shape, 4)
    write_record(folders[1] / "a.tfrecords", {"input_sdf": target, "target_df": target, "target_sem": labels})
    crop = target[:4, 6:16, :6]
    record = {"prediction_df": crop, "prediction_sem": np.full(crop.shape, 4)}
    write_record(folders[0] / "level1_apred.tfrecord", record)
    scores = scored(folders)
    assert errors(scores)[0] == 0
    assert scores.overall["semantic accuracy"] == 0.5
    write_record(folders[0] / "level1_apred.tfrecord", {"prediction_df": target})
    with pytest.raises(InputError, match=r"cropped to \(6, 4\) and to an even height of at most 10"):
        scored(folders)


def test_our_volumes_are_read_with_their_labels_in_the_eleven_classes(folders):
    origin, up = torch.zeros(3), torch.tensor([0.0, 0, 1])
    where = origin, 0.1, 0.3, up
    labels = torch.full(SHAPE, 255, dtype=torch.uint8)
    labels[0], labels[1] = 0, 1
    known = torch.ones(SHAPE, dtype=torch.uint8)
    known[0] = 0
    distance = torch.full(SHAPE, -0.1)
    kinds = {
        "truth": {
            "distance": DistanceVolume(distance, *where),
            "scan": ScannedVolume(distance.abs(), known, *where),
            "labels": SemanticVolume(labels, ("desk", "pillow"), *where),
        },
        "pred": {
            "distance": DistanceVolume(distance - 0.05, *where),
            "labels": SemanticVolume(labels, ("table", "lamp"), *where),
        },
    }
    for folder, volumes in kinds.items():
        for name, volume in volumes.items():
            aside = folders[0].parent / folder / "room/volumes/100mm" / name
            aside.mkdir(parents=True)
            store(volume, aside)
    scores = scored(folders)
    assert errors(scores)[:3] == pytest.approx([0.5] * 3, rel=1e-6)
    assert scores.overall["semantic accuracy"] == 1  # a desk is a table, a pillow and a lamp are objects
    assert np.array(scores.by_class["count"])[[5, 7]].tolist() == [30, 30]
    assert sum(scores.by_class["count"]) == 60


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({}, "has no prediction"),
        ({"prediction": np.zeros((4, 5))}, "shape"),
        ({"prediction": np.zeros((4, 5, 7))}, r"\(4, 5, 7\) voxels"),
        ({"prediction": np.full(SHAPE, np.nan)}, "NaN"),
        ({"prediction": np.full(SHAPE, np.inf)}, "infinite"),
        ({"prediction": np.zeros(SHAPE), "labels": np.zeros(SHAPE)}, "label float64"),
        ({"prediction": np.zeros(SHAPE), "labels": np.full(SHAPE, 13)}, "label 13"),
        ({"prediction": np.zeros(SHAPE), "labels": np.zeros((1, 2, 3), int)}, "shapes"),
        ({"prediction": np.full(SHAPE, "a")}, "real numbers"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(folders, arrays: dict, sentence: str):
    save(folders, np.zeros(SHAPE), np.zeros(SHAPE), np.zeros(SHAPE))
    np.savez(folders[0] / "a.npz", **arrays)
    with pytest.raises(InputError, match=f"a.npz.*{sentence}"):
        scored(folders)


def test_damaged_files_are_refused_by_name(folders):
    save(folders, np.zeros(SHAPE), np.zeros(SHAPE), np.zeros(SHAPE))
    whole = (folders[0] / "a.npz").read_bytes()
    for content in (b"", whole[: len(whole) // 2], b"PK nothing", b"\x93NUMPY"):
        (folders[0] / "a.npz").write_bytes(content)
        with pytest.raises(InputError, match=r"a\.npz"):
            scored(folders)
