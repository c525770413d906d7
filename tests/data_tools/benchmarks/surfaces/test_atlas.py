import math
from pathlib import Path

import numpy as np
import pytest
import trimesh

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.surfaces.atlas import PROTOCOL
from tests.point_files import write_points

STRICT = Choices(reading="strict")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pred").mkdir()
    (tmp_path / "truth").mkdir()
    return tmp_path


def points(folder: Path, prediction: list, truth: list, name: str = "a") -> None:
    write_points(folder / "pred" / f"{name}.ply", np.array(prediction, np.float64).reshape(-1, 3))
    write_points(folder / "truth" / f"{name}.ply", np.array(truth, np.float64).reshape(-1, 3))


def scored(folder: Path, choices: Choices = Choices()) -> Scores:  # noqa: B008 - frozen
    scenes = find_scenes(PROTOCOL, folder / "pred", folder / "truth", choices)
    return PROTOCOL.score([tally for scene in scenes if (tally := PROTOCOL.count(scene, choices)) is not None], choices)


def test_prec_is_the_truths_share_as_the_official_code_has_it_and_the_predictions_if_read_strictly(folder: Path):
    points(folder, [[0, 0, 0], [5, 0, 0], [6, 0, 0], [7, 0, 0]], [[0.01, 0, 0]])
    scores = scored(folder).overall
    assert (scores["prec"], scores["recal"]) == (1, 0.25)
    assert scores["dist1"] == pytest.approx(0.01)
    assert scores["dist2"] > 4
    strict = scored(folder, STRICT).overall
    assert (strict["prec"], strict["recal"]) == (0.25, 1)
    assert (strict["dist1"], strict["dist2"]) == (scores["dist2"], scores["dist1"])
    assert scores["fscore"] == strict["fscore"] == pytest.approx(0.4)


def test_vertices_count_and_not_the_area_of_faces(folder: Path):
    large = trimesh.Trimesh([[0.0, 0, 0], [9, 0, 0], [0, 9, 0]], [[0, 1, 2]], process=False)
    large.export(folder / "pred" / "a.ply")
    write_points(folder / "truth" / "a.ply", np.array([[0.0, 0, 0], [9, 0, 0], [0, 9, 0], [3, 3, 0]]))
    scores = scored(folder).overall
    assert (scores["prec"], scores["recal"]) == (0.75, 1)


def test_points_of_one_voxel_count_once(folder: Path):
    many = [[0.001 * i, 0, 0] for i in range(10)]
    points(folder, [*many, [5, 0, 0]], many)
    assert scored(folder).overall["recal"] == 0.5


def test_a_distance_of_5_cm_is_no_hit(folder: Path):
    points(folder, [[0, 0, 0], [9, 0, 0]], [[0, 0, 0.05], [9, 0, float(np.nextafter(0.05, 0))]])
    assert scored(folder).overall["fscore"] == 0.5


def test_where_nothing_is_near_there_is_no_f_score_unless_read_strictly(folder: Path):
    points(folder, [[0, 0, 0]], [[1, 0, 0]])
    scores = scored(folder)
    assert math.isnan(scores.overall["fscore"])
    assert [note for note in scores.notes if "official" in note]
    strict = scored(folder, STRICT)
    assert strict.overall["fscore"] == 0
    assert strict.notes == ()


def test_a_scene_without_points_is_left_out_unless_read_strictly(folder: Path):
    points(folder, [[0, 0, 0]], [[0, 0, 0.01]])
    points(folder, [], [[0, 0, 0]], "b")
    scores = scored(folder)
    assert scores.overall["fscore"] == 1
    assert [note for note in scores.notes if "official" in note and "(1 of 2 scenes)" in note]
    assert scored(folder, STRICT).overall["fscore"] == 0.5
    assert scored(folder, STRICT).overall["dist1"] == pytest.approx(0.01)


def test_scannets_names_pair_up_with_those_of_atlas(folder: Path):
    write_points(folder / "truth" / "scene0000_00_vh_clean_2.ply", np.zeros((1, 3)))
    write_points(folder / "pred" / "scene0000_00_trim.ply", np.zeros((1, 3)))
    write_points(folder / "pred" / "scene0000_00.ply", np.ones((1, 3)))
    (scene,) = find_scenes(PROTOCOL, folder / "pred", folder / "truth", Choices())
    assert scene.name == "scene0000_00"
    assert scene.prediction[0].name == "scene0000_00_trim.ply"
    assert PROTOCOL.picture is not None
    assert PROTOCOL.picture(scene, Choices()) is not None
