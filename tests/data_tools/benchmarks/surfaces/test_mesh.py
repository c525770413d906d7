import math
from pathlib import Path

import numpy as np
import pytest
import trimesh

from geo3d.data_tools.benchmarks.choices import Choices, MeshChoices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.surfaces.mesh import PROTOCOL
from geo3d.errors import InputError
from tests.point_files import write_points

SOME = Choices(mesh=MeshChoices(samples=20_000, thresholds=(0.01, 0.05)))


def scored(folder: Path, choices: Choices = SOME) -> Scores:
    scenes = find_scenes(PROTOCOL, folder / "pred", folder / "truth", choices)
    tallies = [tally for scene in scenes if (tally := PROTOCOL.count(scene, choices)) is not None]
    return PROTOCOL.score(tallies, choices)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pred").mkdir()
    (tmp_path / "truth").mkdir()
    return tmp_path


def box(size: float, folder: Path, name: str = "a", moved: float = 0.0) -> None:
    mesh = trimesh.creation.box((size, size, size))
    mesh.apply_translation((moved, 0, 0))
    mesh.export(folder / f"{name}.ply")


def points(folder: Path, *sets: list[list[float]]) -> None:
    for side, given in zip(("pred", "truth"), sets, strict=True):
        write_points(folder / side / "a.ply", np.array(given, np.float64).reshape(-1, 3))


def test_boxes_in_each_other_have_the_distances_of_their_sides(folder: Path):
    box(1.0, folder / "pred")
    box(1.2, folder / "truth")
    scores = scored(folder).overall
    assert scores["accuracy, median"] == pytest.approx(0.1, abs=0.003)
    assert scores["accuracy, largest"] == pytest.approx(0.11, abs=0.011)
    assert scores["completeness, largest"] == pytest.approx(math.sqrt(0.03), abs=0.01)
    assert scores["volumetric IoU"] == pytest.approx(1 / 1.728, abs=0.01)
    assert scores["normal consistency, signed"] == pytest.approx(scores["normal consistency, unsigned"], abs=1e-12)
    assert scores["F-score at 0.05"] == 0


def test_every_score_of_points_counted_by_hand(folder: Path):
    points(folder, [[0, 0, 0], [0, 0, 0], [1, 0, 0]], [[0.005, 0, 0], [1.02, 0, 0], [3, 0, 0]])
    scores = scored(folder).overall
    near, mid = (0.005 + 0.005 + 0.02) / 3, (0.005 + 0.02 + 2) / 3
    squares = (0.005**2 * 2 + 0.02**2) / 3 + (0.005**2 + 0.02**2 + 4) / 3
    wanted = {
        "F-score at 0.05": 2 * 1 * (2 / 3) / (5 / 3),
        "precision at 0.05": 1,
        "recall at 0.05": 2 / 3,
        "precision at 0.01": 2 / 3,
        "recall at 0.01": 1 / 3,
        "F-score at 0.01": 2 * (2 / 9),
        "accuracy, mean": near,
        "accuracy, median": 0.005,
        "accuracy, largest": 0.02,
        "completeness, mean": mid,
        "completeness, median": 0.02,
        "completeness, largest": 2,
        "Chamfer, acc + comp": near + mid,
        "Chamfer, (acc + comp) / 2": (near + mid) / 2,
        "Chamfer, max(acc, comp)": mid,
        "Chamfer, squared: acc2 + comp2": squares,
        "Chamfer, squared: (acc2 + comp2) / 2": squares / 2,
        "Hausdorff": 2,
    }
    assert {name: scores[name] for name in wanted} == pytest.approx(wanted)
    assert next(iter(scores)) == "F-score at 0.05"
    assert math.isnan(scores["volumetric IoU"])
    assert math.isnan(scores["normal consistency, unsigned"])


def test_a_distance_of_the_threshold_itself_is_no_hit(folder: Path):
    points(folder, [[0, 0, 0], [9, 0, 0]], [[0, 0, 0.05], [9, 0, float(np.nextafter(0.05, 0))]])
    assert scored(folder).overall["F-score at 0.05"] == 0.5


def test_precision_is_the_predictions_and_recall_the_truths(folder: Path):
    points(folder, [[0, 0, 0], [5, 0, 0], [6, 0, 0], [7, 0, 0]], [[0, 0, 0]])
    scores = scored(folder).overall
    assert (scores["precision at 0.05"], scores["recall at 0.05"]) == (0.25, 1)


def test_a_surface_turned_inside_out_has_the_opposite_signed_normals_and_the_same_volume(folder: Path):
    box(1.0, folder / "truth")
    mesh = trimesh.creation.box((1, 1, 1))
    mesh.invert()
    mesh.export(folder / "pred" / "a.ply")
    scores = scored(folder).overall
    assert scores["normal consistency, unsigned"] > 0.98
    assert scores["normal consistency, signed"] == pytest.approx(-scores["normal consistency, unsigned"], abs=0.01)
    assert scores["volumetric IoU"] == 1


def test_an_open_mesh_has_no_volume(folder: Path):
    box(1.0, folder / "truth")
    mesh = trimesh.creation.box((1, 1, 1))
    mesh.update_faces(np.arange(12) > 0)
    mesh.export(folder / "pred" / "a.ply")
    scores = scored(folder)
    assert math.isnan(scores.overall["volumetric IoU"])
    assert [note for note in scores.notes if "a prediction is not closed" in note]
    assert not [note for note in scores.notes if "a truth" in note]


def test_draws_of_the_two_sides_have_nothing_to_do_with_each_other(folder: Path):
    box(1.0, folder / "pred")
    box(1.0, folder / "truth")
    scores = scored(folder).overall
    assert 0.002 < scores["accuracy, mean"] < 0.02
    other = Choices(mesh=MeshChoices(samples=20_000, thresholds=(0.01, 0.05), seed=1))
    assert scored(folder, other).overall["accuracy, mean"] != scores["accuracy, mean"]
    assert scored(folder).overall["accuracy, mean"] == scores["accuracy, mean"]


@pytest.mark.parametrize("empty", ["pred", "truth"])
def test_an_empty_side_scores_0_and_does_not_touch_the_means_of_distances(empty: str, folder: Path):
    points(folder, [[0, 0, 0]], [[0, 0, 0.02]])
    for side in ("pred", "truth"):
        write_points(folder / side / "b.ply", np.zeros((0 if side == empty else 4, 3)))
    scores = scored(folder)
    assert scores.overall["F-score at 0.05"] == 0.5
    assert scores.overall["accuracy, mean"] == pytest.approx(0.02)
    assert scores.overall["Hausdorff"] == pytest.approx(0.02)
    assert [note for note in scores.notes if "has no points" in note and "(1 of 2 scenes)" in note]


def test_a_missing_scene_is_an_empty_one_where_that_is_allowed(folder: Path):
    points(folder, [[0, 0, 0]], [[0, 0, 0.02]])
    write_points(folder / "truth" / "b.ply", np.zeros((3, 3)))
    with pytest.raises(InputError, match="no prediction for 1 of 2 scenes"):
        scored(folder)
    allowed = Choices(allow_missing=True, mesh=SOME.mesh)
    assert scored(folder, allowed).overall["F-score at 0.05"] == 0.5


def test_one_triangle_without_area_gives_its_corners(folder: Path):
    write_points(folder / "truth" / "a.ply", np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]))
    (folder / "pred" / "a.off").write_text("OFF\n3 1 0\n0 0 0\n1 0 0\n2 0 0\n3 0 1 2\n")
    scores = scored(folder)
    assert scores.overall["Hausdorff"] == 0
    assert [note for note in scores.notes if "none with any area" in note]


def test_the_curves_run_through_the_scores(folder: Path):
    points(folder, [[0, 0, 0], [1, 0, 0]], [[0.02, 0, 0], [1.07, 0, 0]])
    curve = scored(folder).curves[0]
    across, precision = curve.lines["precision"]
    assert (across[0], across[-1], precision[0], precision[-1]) == (0, 0.1, 0, 1)
    assert precision[int(np.searchsorted(across, 0.05))] == 0.5


def test_pictures_show_both_sides(folder: Path):
    box(1.0, folder / "pred")
    box(1.2, folder / "truth")
    box(1.0, folder / "truth", "b")
    write_points(folder / "pred" / "b.ply", np.zeros((0, 3)))
    for scene in find_scenes(PROTOCOL, folder / "pred", folder / "truth", SOME):
        assert PROTOCOL.picture is not None
        picture = PROTOCOL.picture(scene, SOME)
        assert picture is not None
        assert picture.shape[1] > 400
        assert (picture != 255).any()


def test_extra_predictions_are_refused(folder: Path):
    points(folder, [[0, 0, 0]], [[0, 0, 0]])
    box(1.0, folder / "pred", "b")
    with pytest.raises(InputError, match=r"b\.ply has no truth of that name"):
        scored(folder)
