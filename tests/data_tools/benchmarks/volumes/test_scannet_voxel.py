import builtins
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.volumes.scannet_voxel import PROTOCOL
from geo3d.errors import InputError
from geo3d.scene.artifact import store
from geo3d.scene.kinds import SemanticVolume

SHAPE = (3, 31, 33)  # three columns are inside
INSIDE = np.s_[:, 15, 15:18]


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


def save(folders: tuple[Path, Path], prediction: np.ndarray, labels: np.ndarray, occupied: np.ndarray | None = None):
    np.save(folders[0] / "a.npy", prediction)
    data = np.ones((2, *labels.shape)) if occupied is None else np.stack([occupied, np.ones_like(occupied)])
    np.savez(folders[1] / "a.npz", label=labels, data=data)


def test_the_border_and_what_is_above_62_voxels_are_scored_only_where_read_strictly(folders):
    labels, prediction = np.full((64, 31, 33), 3), np.full((64, 31, 33), 4)
    prediction[:62, 15, 15:18] = 3
    save(folders, prediction, labels)
    assert scored(folders).overall["overall accuracy"] == 1
    assert list(scored(folders).by_class["voxels"]) == [62 * 3]
    assert scored(folders, reading="strict").overall["overall accuracy"] == pytest.approx(62 * 3 / labels.size)


def test_only_columns_with_an_occupied_voxel_at_any_height_count(folders):
    labels = np.full((64, 31, 33), 3)
    occupied = np.zeros(labels.shape)
    occupied[63, 15, 15] = 1
    save(folders, labels, labels, occupied)
    assert list(scored(folders).by_class["voxels"]) == [62]


def test_empty_and_unannotated_voxels_do_not_count_and_predictions_of_them_miss(folders):
    labels, prediction = np.zeros(SHAPE, int), np.full(SHAPE, 1)
    labels[INSIDE] = [[0, 41, 255], [1, 1, 1], [1, 2, 2]]
    prediction[INSIDE] = [[9, 9, 9], [1, 0, 41], [255, -3, 2]]
    save(folders, prediction, labels)
    scores = scored(folders)
    assert scores.classes == ("wall", "floor")
    assert scores.overall == {"overall accuracy": 2 / 6, "mean class accuracy": (1 / 4 + 1 / 2) / 2}
    assert scores.confusion is not None
    assert scores.confusion[:, -2:].tolist() == [[1, 2], [0, 1]]


def test_of_scores_the_last_class_cannot_win(folders):
    labels, scores = np.full(SHAPE, 2), np.zeros((42, *SHAPE))
    scores[41], scores[2] = 9, 1
    save(folders, scores, labels)
    assert scored(folders).overall["overall accuracy"] == 1


def test_labels_alone_occupy_what_is_not_empty(folders):
    labels = np.zeros(SHAPE, int)
    labels[0, 15, 15], labels[1, 15, 16] = 7, 255
    np.save(folders[0] / "a.npy", labels)
    np.save(folders[1] / "a.npy", labels)
    assert list(scored(folders).by_class["voxels"]) == [1]


def test_a_grid_without_inner_columns_has_no_score_and_says_so(folders):
    save(folders, np.full((3, 30, 40), 3), np.full((3, 30, 40), 3))
    scores = scored(folders)
    assert math.isnan(scores.overall["overall accuracy"])
    assert "official script" in scores.notes[0]


def test_our_volumes_are_turned_to_z_first_and_known_by_the_names_of_their_classes(folders):
    labels = torch.full((33, 31, 3), 255, dtype=torch.uint8)  # x, y, z
    labels[15:18, 15, 0] = torch.tensor([0, 1, 1])
    where = torch.zeros(3), 0.05, 0.15, torch.tensor([0.0, 0, 1])
    given = labels.clone()
    given[17, 15, 0] = 0
    for folder, values in zip(folders, (given, labels), strict=True):
        aside = folder / "room/volumes/050mm/labels"
        aside.mkdir(parents=True)
        store(SemanticVolume(values, ("pillow", "lamp"), *where), aside)
    scores = scored(folders)
    assert scores.classes == ("pillow", "lamp")
    assert list(scores.by_class["accuracy"]) == [1, 0.5]
    picture = PROTOCOL.picture
    assert picture is not None
    assert picture(find_scenes(PROTOCOL, folders[0], folders[1], Choices())[0], Choices()) is not None


@pytest.mark.parametrize(
    ("prediction", "sentence"),
    [
        (np.zeros(SHAPE), "labels of float64"),
        (np.zeros((4, 31, 33), int), r"shape \(4, 31, 33\)"),
        (np.zeros((31, 33), int), r"shape \(31, 33\)"),
        (np.full((42, *SHAPE), np.nan), "finite scores"),
    ],
)
def test_predictions_that_do_not_fit_are_refused(folders, prediction: np.ndarray, sentence: str):
    save(folders, prediction, np.ones(SHAPE, int))
    with pytest.raises(InputError, match=f"a.npy.*{sentence}"):
        scored(folders)


def test_unknown_true_labels_are_refused(folders):
    save(folders, np.ones(SHAPE, int), np.full(SHAPE, 42))
    with pytest.raises(InputError, match=r"a\.npz has the label 42"):
        scored(folders)
    save(folders, np.ones(SHAPE, int), np.full(SHAPE, -1))
    with pytest.raises(InputError, match=r"a\.npz has the label -1"):
        scored(folders)


def test_hdf5_without_h5py_is_refused_with_what_to_do(folders, monkeypatch):
    np.save(folders[0] / "a.npy", np.ones(SHAPE, int))
    (folders[1] / "a.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    importing = builtins.__import__

    def without(name, *rest):
        if name == "h5py":
            raise ImportError(name)
        return importing(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"a\.h5 is HDF5, which needs h5py: pip install h5py"):
        scored(folders)


def test_hdf5_is_read_where_h5py_is_installed(folders):
    h5py = pytest.importorskip("h5py")
    np.save(folders[0] / "a.npy", np.ones(SHAPE, int))
    with h5py.File(folders[1] / "a.h5", "w") as file:
        file["label"], file["data"] = np.ones(SHAPE, np.uint8), np.ones((2, *SHAPE), np.float32)
    assert list(scored(folders).by_class["voxels"]) == [9]
    with h5py.File(folders[1] / "a.h5", "w") as file:
        file["label"] = np.ones(SHAPE, np.uint8)
    with pytest.raises(InputError, match=r"a\.h5 has no data \(it has label\)"):
        scored(folders)
    (folders[1] / "a.h5").write_bytes((folders[1] / "a.h5").read_bytes()[:600])
    with pytest.raises(InputError, match=r"a\.h5 cannot be read as HDF5"):
        scored(folders)
