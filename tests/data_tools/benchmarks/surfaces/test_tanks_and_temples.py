import json
from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.benchmarks.choices import Choices, MeshChoices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.surfaces.tanks_and_temples import PROTOCOL, THRESHOLDS
from geo3d.errors import InputError
from tests.point_files import write_points

CROP = {
    "class_name": "SelectionPolygonVolume",
    "orthogonal_axis": "Z",
    "axis_min": -1.0,
    "axis_max": 1.0,
    "bounding_polygon": [[-1, -1, 0], [2.5, -1, 0], [2.5, 1, 0], [-1, 1, 0]],
}
ROW = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pred").mkdir()
    (tmp_path / "truth" / "Barn").mkdir(parents=True)
    return tmp_path


def write(folder: Path, prediction: np.ndarray, truth: np.ndarray, name: str = "Barn") -> None:
    (folder / "truth" / name).mkdir(exist_ok=True)
    write_points(folder / "pred" / f"{name}.ply", prediction)
    write_points(folder / "truth" / name / f"{name}.ply", truth)


def scored(folder: Path, choices: Choices = Choices()) -> Scores:  # noqa: B008 - frozen
    scenes = find_scenes(PROTOCOL, folder / "pred", folder / "truth", choices)
    return PROTOCOL.score([tally for scene in scenes if (tally := PROTOCOL.count(scene, choices)) is not None], choices)


@pytest.mark.parametrize("name", THRESHOLDS)
def test_each_scene_has_its_own_threshold_which_is_no_hit_itself(name: str, folder: Path):
    (folder / "truth" / "Barn").rmdir()
    moved = np.array([[0, 0, THRESHOLDS[name]], [0, 0, float(np.nextafter(THRESHOLDS[name], 0))]])
    write(folder, ROW[:2] + moved, ROW[:2], name)
    assert scored(folder).overall["F-score"] == 0.5


def test_precision_is_the_predictions_and_recall_the_truths(folder: Path):
    write(folder, ROW, ROW[:1])
    scores = scored(folder).overall
    assert (scores["precision"], scores["recall"], scores["F-score"]) == (0.25, 1, 0.4)


def test_points_of_a_voxel_of_half_the_threshold_count_once(folder: Path):
    many = np.array([[0.0005 * i, 0, 0] for i in range(4)])
    write(folder, np.concatenate([many, [[9, 0, 0]]]), many)
    assert scored(folder).overall["precision"] == 0.5


def test_both_sides_are_cropped(folder: Path):
    write(folder, ROW, ROW[:3])
    assert scored(folder).overall["precision"] == 0.75
    (folder / "truth" / "Barn" / "Barn.json").write_text(json.dumps(CROP))
    assert scored(folder).overall["precision"] == 1
    write(folder, ROW[:3], ROW)
    assert scored(folder).overall["recall"] == 1


def test_the_alignment_moves_the_prediction_before_the_crop(folder: Path):
    write(folder, ROW[:3] / 2 + 7, ROW[:3])
    (folder / "truth" / "Barn" / "Barn.json").write_text(json.dumps(CROP))
    assert scored(folder).overall["F-score"] == 0
    (folder / "pred" / "Barn_trans.txt").write_text("2 0 0 -14\n0 2 0 -14\n0 0 2 -14\n0 0 0 1\n")
    assert scored(folder).overall["F-score"] == 1


def test_where_nothing_is_near_or_left_the_score_is_0(folder: Path):
    write(folder, ROW + 50, ROW)
    scores = scored(folder)
    assert scores.overall["F-score"] == 0
    assert [note for note in scores.notes if "official" in note]
    (folder / "truth" / "Barn" / "Barn.json").write_text(json.dumps(CROP))
    scores = scored(folder)
    assert scores.overall["F-score"] == 0
    assert [note for note in scores.notes if "no points within the crop" in note]


def test_a_scene_that_is_none_of_the_benchmarks_has_the_last_threshold(folder: Path):
    (folder / "truth" / "Barn").rmdir()
    write(folder, ROW + np.array([0, 0, 0.3]), ROW, "Shed")
    scores = scored(folder, Choices(mesh=MeshChoices(thresholds=(0.1, 0.4))))
    assert scores.overall["F-score"] == 1
    assert [note for note in scores.notes if "the official code refuses" in note]


def test_the_curves_run_to_five_thresholds(folder: Path):
    write(folder, ROW + np.array([0, 0, 0.02]), ROW)
    across, precision = scored(folder).curves[0].lines["precision"]
    assert (len(across), across[-1]) == (499, 4.99)
    assert next(x for x, share in zip(across, precision, strict=True) if share == 1) == pytest.approx(2, abs=0.011)


def test_other_files_beside_the_truth_are_no_scenes(folder: Path):
    write(folder, ROW, ROW)
    write_points(folder / "truth" / "Barn" / "Barn_COLMAP.ply", ROW)
    assert [scene.name for scene in find_scenes(PROTOCOL, folder / "pred", folder / "truth", Choices())] == ["Barn"]


def test_damaged_crops_and_alignments_are_named(folder: Path):
    write(folder, ROW, ROW)
    alignment, crop = folder / "pred" / "Barn_trans.txt", folder / "truth" / "Barn" / "Barn.json"
    for text, said in (("1 0 0", "holds 3 words"), ("one " * 16, "holds 16 words"), ("0 " * 16, "is no transform")):
        alignment.write_text(text)
        with pytest.raises(InputError, match=rf"Barn_trans\.txt {said}"):
            scored(folder)
    alignment.unlink()
    damaged = ({"orthogonal_axis": "W"}, {"orthogonal_axis": ""}, {"orthogonal_axis": "YZ"}, {"axis_min": None})
    for text in ("{", "[]", "{}", *(json.dumps(CROP | damage) for damage in damaged)):
        crop.write_text(text)
        with pytest.raises(InputError, match=r"Barn\.json is no crop"):
            scored(folder)
