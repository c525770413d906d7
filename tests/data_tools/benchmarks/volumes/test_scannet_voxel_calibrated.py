import math
from pathlib import Path

import numpy as np
import pytest
import torch

from geo3d.data_tools.benchmarks.choices import Choices, SquareChoices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.volumes.scannet_voxel_calibrated import PROTOCOL, WEIGHTS
from geo3d.errors import InputError
from geo3d.scene.artifact import store
from geo3d.scene.kinds import SemanticMesh

CALIBRATED = "calibrated voxel accuracy"


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


def save(folders: tuple[Path, Path], points, truth, prediction, name: str = "a") -> None:
    np.savez(folders[1] / f"{name}.npz", points=np.array(points, float), labels=np.array(truth))
    np.save(folders[0] / f"{name}.npy", np.array(prediction))


def apart(count: int) -> np.ndarray:
    """Points that share no voxel of 2 cm, in any numbering, in one square."""
    return np.stack([np.linspace(0, 1, count), np.linspace(0, 0.9, count), np.linspace(0, 0.8, count)], axis=1)


def test_it_is_based_on_voxels_and_not_on_points(folders):
    points = np.concatenate([apart(10), np.repeat(apart(10)[:1] + 1e-4, 90, axis=0)])
    truth = np.full(100, 1)
    prediction = np.where(np.arange(100) < 10, 1, 2)  # 90 points are wrong, all in the voxel of one that is right
    save(folders, points, truth, prediction)
    point_based = (prediction == truth).mean()
    scores = scored(folders, reading="strict")
    assert scores.overall == {CALIBRATED: 1, "voxel accuracy": 1, "mean class voxel accuracy": 1}
    assert point_based == 0.1


def test_a_voxel_has_the_labels_of_its_first_point_and_not_of_most(folders):
    points = np.concatenate([apart(2), np.repeat(apart(2)[1:] - 1e-3, 5, axis=0)])
    save(folders, points, [1, 2, 3, 3, 3, 3, 3], [1, 2, 4, 4, 4, 4, 4])
    assert list(scored(folders).by_class["voxels"][:4]) == [1, 1, 0, 0]


def test_the_calibrated_mean_is_weighted_by_fixed_weights_and_absent_classes_are_0_in_it(folders):
    save(folders, apart(4), [1, 1, 2, 0], [1, 2, 2, 5])
    wanted = (0.388 / 2 + 0.357) / sum(WEIGHTS)
    scores = scored(folders)
    assert scores.overall[CALIBRATED] == pytest.approx(wanted, rel=1e-5)
    assert scores.overall["mean class voxel accuracy"] == pytest.approx(1.5 / 20, rel=1e-5)
    assert scores.overall["voxel accuracy"] == 2 / 3
    strict = scored(folders, reading="strict").overall
    assert strict[CALIBRATED] == pytest.approx((0.388 / 2 + 0.357) / (0.388 + 0.357), rel=1e-12)
    assert strict["mean class voxel accuracy"] == 0.75


def test_voxels_of_the_far_sides_fall_together_with_others_unless_read_strictly(folders):
    points = [[0, 0, 0], [0.05, 0.05, 0.05], [0.05, 0.01, 0.01], [0, 0.03, 0.01]]
    save(folders, points, [1, 1, 1, 2], [1, 1, 1, 2])
    assert list(scored(folders).by_class["voxels"][:2]) == [3, 0]
    assert list(scored(folders, reading="strict").by_class["voxels"][:2]) == [3, 1]


def test_batches_are_those_of_the_official_loop(folders):
    for number, squares in enumerate((3, 1, 2, 4)):  # of a batch of 4: 3 wait, the 1 fills it, 2 wait, 2 are left over
        points = np.concatenate([apart(5) + np.array([1.55 * square, 0, 0]) for square in range(squares)])
        labels = np.full(len(points), number + 1)
        save(folders, points, labels, labels, f"scene{number}")
    voxels = scored(folders, squares=SquareChoices(batch=4)).by_class["voxels"][:4]
    assert list(voxels) == [15, 5, 10, 10]
    scores = scored(folders, squares=SquareChoices(batch=4))
    assert "2 of 10 squares are not scored" in scores.notes[0]
    assert list(scored(folders, squares=SquareChoices(batch=0)).by_class["voxels"][:4]) == [15, 5, 10, 20]
    few = scored(folders)
    assert list(few.by_class["voxels"][:4]) == [15, 5, 10, 20]
    assert "the official code scores none" in few.notes[0]


def test_a_scene_of_one_point_has_no_square_and_says_so(folders):
    save(folders, [[0, 0, 0]], [1], [1])
    scores = scored(folders)
    assert math.isnan(scores.overall["voxel accuracy"])
    assert "official code fails" in scores.notes[0]
    assert scored(folders, reading="strict").overall["voxel accuracy"] == 1


def test_rows_that_end_with_the_label_and_meshes_of_ours_are_read(folders):
    rows = np.concatenate([apart(3), np.zeros((3, 4)), [[1], [3], [0]]], axis=1)
    np.save(folders[0] / "a.npy", rows)
    np.save(folders[1] / "a.npy", rows)
    assert list(scored(folders).by_class["voxels"][:3]) == [1, 0, 1]
    for folder in folders:
        (folder / "a.npy").unlink()
        (folder / "room").mkdir()
        mesh = SemanticMesh(
            vertices=torch.tensor(apart(3)).float(),
            faces=torch.zeros((0, 3), dtype=torch.int32),
            normals=None,
            colours=None,
            labels=torch.tensor([0, 1, 255], dtype=torch.uint8),
            confidence=torch.ones(3),
            probabilities=torch.ones(3, 2) / 2,
            instances=torch.zeros(3, dtype=torch.int32),
            classes=("chair", "pillow"),
            up=torch.tensor([0.0, 0, 1]),
        )
        store(mesh, folder / "room")
    assert list(scored(folders).by_class["voxels"][:3]) == [0, 0, 1]
    picture = PROTOCOL.picture
    assert picture is not None
    assert picture(find_scenes(PROTOCOL, folders[0], folders[1], Choices())[0], Choices()) is not None


@pytest.mark.parametrize(
    ("prediction", "sentence"),
    [
        (np.array([1, 2]), "has 2 labels"),
        (np.array([1.0, 2, 3]), "whole numbers"),
        (np.array([[0, 0, 0, 1], [9.0, 0, 0, 1], [0, 0, 0, 1]]), "has point 1 at"),
        (np.full((3, 4), np.nan), "finite"),
        (np.zeros((3, 3)), "a label for each point"),
        (np.concatenate([apart(3), [[1], [21], [0]]], axis=1), "label 21"),
        (np.zeros((3, 4, 5)), "shape"),
    ],
)
def test_predictions_that_do_not_fit_are_refused(folders, prediction: np.ndarray, sentence: str):
    save(folders, apart(3), [1, 2, 3], prediction)
    with pytest.raises(InputError, match=f"a.npy.*{sentence}"):
        scored(folders)


def test_a_line_that_is_no_label_is_named(folders):
    save(folders, apart(3), [1, 2, 3], [1, 2, 3])
    (folders[0] / "a.npy").unlink()
    (folders[0] / "a.txt").write_text("1\n2\nx\n")
    with pytest.raises(InputError, match=r"a\.txt, line 3"):
        scored(folders)
    (folders[0] / "a.txt").write_text("1\n2\n3\n")
    assert scored(folders).overall["voxel accuracy"] == 1
