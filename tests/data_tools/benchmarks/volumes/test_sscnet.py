import math
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from geo3d.data_tools.benchmarks.choices import Choices, SscnetChoices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.volumes.eleven_classes import CLASSES, class_of
from geo3d.data_tools.benchmarks.volumes.sscnet import PROTOCOL
from geo3d.data_tools.labels import nyu40
from geo3d.errors import InputError

SHAPE = (2, 3, 4)


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


def save(folders: tuple[Path, Path], prediction, labels, volume, name: str = "a") -> None:
    np.save(folders[0] / f"{name}.npy", np.array(prediction).reshape(SHAPE))
    arrays = {"labels": np.array(labels).reshape(SHAPE), "volume": np.array(volume, float).reshape(SHAPE)}
    np.savez(folders[1] / f"{name}.npz", **arrays)


def every_class(rest: int = 0) -> np.ndarray:
    return np.array([*range(1, 12), *range(1, 12), rest, rest])


def test_labels_are_summed_over_images_and_completion_is_averaged_over_them(folders):
    truth, volume = every_class(), np.full(24, -1.0)
    half = np.where(np.arange(24) < 11, truth, 0)
    save(folders, truth, truth, volume, "a")
    volume[1:] = 5
    save(folders, half * 0, half, volume, "b")  # one voxel counts, of class 1, and is missed
    scores = scored(folders)
    assert scores.by_class["IoU"][0] == 2 / 3
    assert scores.overall["SSC mean IoU"] == pytest.approx((10 + 2 / 3) / 11)
    assert scores.overall["SC IoU"] == (1 + 0) / 2
    assert scores.overall["SC recall"] == (1 + 0) / 2


def test_empty_is_no_class_of_the_mean_but_predictions_in_empty_space_are_false_hits(folders):
    truth, prediction = every_class(0), every_class(3)
    save(folders, prediction, truth, np.zeros(24))
    scores = scored(folders)
    assert scores.by_class["IoU"][2] == 2 / 4
    assert scores.overall["SSC mean IoU"] == pytest.approx(10.5 / 11)


def test_completion_does_not_ask_for_the_class_and_sees_only_what_is_behind(folders):
    truth = every_class()
    volume = np.where(np.arange(24) < 11, -0.5, 0)
    save(folders, truth % 11 + 1, truth, volume)
    scores = scored(folders)
    assert (scores.overall["SC IoU"], scores.overall["SC precision"]) == (1, 1)
    assert scores.overall["SSC mean IoU"] == 0


def test_a_class_that_is_nowhere_makes_the_mean_nan_unless_read_strictly(folders):
    save(folders, np.ones(24, int), np.ones(24, int), np.zeros(24))
    scores = scored(folders)
    assert math.isnan(scores.overall["SSC mean IoU"])
    assert any("no IoU of floor" in note and "official script" in note for note in scores.notes)
    assert scored(folders, reading="strict").overall["SSC mean IoU"] == 1


def test_an_image_without_anything_behind_makes_the_iou_nan_and_precision_and_recall_0_unless_read_strictly(folders):
    truth = every_class()
    save(folders, truth, truth, np.full(24, -1.0), "a")
    save(folders, truth, truth, np.full(24, 0.5), "b")
    overall = scored(folders).overall
    assert math.isnan(overall["SC IoU"])
    assert (overall["SC precision"], overall["SC recall"]) == (0.5, 0.5)
    strict = scored(folders, reading="strict").overall
    assert [strict[f"SC {name}"] for name in ("IoU", "precision", "recall")] == [1, 1, 1]


def test_an_image_with_predictions_alone_has_an_iou_of_0(folders):
    save(folders, np.ones(24, int), np.zeros(24, int), np.full(24, -1.0))
    for reading, recall in (("compatible", 0.0), ("strict", math.nan)):
        overall = scored(folders, reading=reading).overall
        assert (overall["SC IoU"], overall["SC precision"]) == (0, 0)
        assert overall["SC recall"] == pytest.approx(recall, nan_ok=True)


def write_mats(folders: tuple[Path, Path]) -> None:
    """Truth with SUNCG's labels, all of it right; one voxel counts of NYU, and two of NYUCAD."""
    truth = np.zeros(SHAPE)
    truth[0, 0] = [1, 33, np.nan, 255]  # a ceiling, a television
    volumes = {"NYUtest": [-1, 3, 3, 3], "NYUCADtest": [-1, -1, 3, 3]}
    for folder, values in volumes.items():
        (folders[1] / folder).mkdir()
        volume = np.full(SHAPE, 3.0)
        volume[0, 0] = values
        scipy.io.savemat(folders[1] / folder / "NYU0001_0000_vol_d4.mat", {"flipVol_ds": volume})
    scipy.io.savemat(folders[1] / "NYUCADtest/NYU0001_0000_gt_d4.mat", {"sceneVox_ds": truth})
    prediction = np.zeros(SHAPE, np.uint8)
    prediction[0, 0, :2] = 1, 9
    scipy.io.savemat(folders[0] / "NYU0001_0000.mat", {"labels": prediction})


def test_nyu_and_nyucad_share_a_truth_and_differ_in_the_voxels_that_count(folders):
    write_mats(folders)
    for benchmark, voxels in ((SscnetChoices(benchmark="nyu"), [1, 0]), (SscnetChoices(benchmark="nyucad"), [1, 1])):
        scores = scored(folders, sscnet=benchmark, reading="strict")
        assert [scores.by_class["voxels"][place] for place in (0, 8)] == voxels
        assert scores.overall["SSC mean IoU"] == 1
    (folders[1] / "NYUtest/NYU0001_0000_vol_d4.mat").unlink()
    with pytest.raises(InputError, match=r"NYUtest/NYU0001_0000_vol_d4\.mat is not there, whose voxels nyu scores"):
        scored(folders)
    assert scored(folders, sscnet=SscnetChoices(benchmark="nyucad")).by_class["voxels"][0] == 1


def test_volumes_beside_the_truth_are_taken_for_either(folders):
    write_mats(folders)
    (folders[1] / "NYUCADtest").rename(folders[1] / "SUNCGtest")
    assert scored((folders[0], folders[1] / "SUNCGtest")).by_class["voxels"][8] == 1


def test_of_confidences_the_first_of_the_largest_is_taken(folders):
    confidences = np.zeros((*SHAPE, 12))
    confidences[..., 4:6] = 1
    save(folders, np.zeros(24, int), np.full(24, 4), np.zeros(24))
    np.save(folders[0] / "a.npy", confidences)
    assert scored(folders).by_class["recall"][3] == 1


def test_matlabs_hdf5_is_read_in_matlabs_order_where_h5py_is_installed(folders):
    h5py = pytest.importorskip("h5py")
    random = np.random.default_rng(0)
    truth = random.integers(0, 12, SHAPE)
    save(folders, truth, truth, np.zeros(24))
    (folders[0] / "a.npy").unlink()
    with h5py.File(folders[0] / "a.mat", "w", userblock_size=512) as file:
        file["labels"] = truth.T
    with open(folders[0] / "a.mat", "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file")
    assert scored(folders, reading="strict").overall["SSC mean IoU"] == 1


def test_every_label_of_nyu40_falls_into_a_class():
    assert {class_of(name) for name, _ in nyu40.NYU40} == set(CLASSES)


def test_there_is_a_picture(folders):
    save(folders, every_class(3), every_class(), np.zeros(24))
    picture = PROTOCOL.picture
    assert picture is not None
    drawn = picture(find_scenes(PROTOCOL, folders[0], folders[1], Choices())[0], Choices())
    assert drawn is not None
    assert drawn.shape[2] == 3


@pytest.mark.parametrize(
    ("prediction", "sentence"),
    [
        (np.zeros((2, 3, 5), int), r"shape \(2, 3, 5\)"),
        (np.zeros((*SHAPE, 11)), "12 confidences"),
        (np.full(SHAPE, 12), "label 12"),
        (np.full(SHAPE, -1), "label -1"),
        (np.full(SHAPE, 0.5), "no whole numbers"),
        (np.full((*SHAPE, 12), np.nan), "NaN"),
        (np.full(SHAPE, 1j), "real numbers"),
    ],
)
def test_predictions_that_do_not_fit_are_refused(folders, prediction: np.ndarray, sentence: str):
    save(folders, np.zeros(24, int), np.zeros(24, int), np.zeros(24))
    np.save(folders[0] / "a.npy", prediction)
    with pytest.raises(InputError, match=f"a.npy.*{sentence}"):
        scored(folders)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"flipVol_ds": np.zeros(SHAPE)}, r"has no sceneVox_ds \(it has nothing\)"),
        ({"sceneVox_ds": np.full(SHAPE, 37)}, "label 37"),
        ({"sceneVox_ds": np.full(SHAPE, 1.5)}, "no whole numbers"),
        ({"sceneVox_ds": np.zeros((2, 3, 5))}, r"\(2, 3, 5\) voxels, and its evaluation volume \(2, 3, 4\)"),
        ({"sceneVox_ds": np.array(["a"])}, "real numbers"),
    ],
)
def test_truth_that_does_not_fit_is_refused(folders, arrays: dict, sentence: str):
    write_mats(folders)
    scipy.io.savemat(folders[1] / "NYUCADtest/NYU0001_0000_gt_d4.mat", arrays)
    with pytest.raises(InputError, match=f"gt_d4.mat.*{sentence}"):
        scored(folders)


def test_damaged_matlab_files_are_refused_by_name(folders):
    write_mats(folders)
    file = folders[0] / "NYU0001_0000.mat"
    whole = file.read_bytes()
    for content in (b"", b"nothing", whole[:150], whole[:-10], b"MATLAB 7.3".ljust(512) + b"\x89HDF\r\n\x1a\n"):
        file.write_bytes(content)
        with pytest.raises(InputError, match=r"NYU0001_0000\.mat"):
            scored(folders)
    scipy.io.savemat(file, {"a": np.zeros(SHAPE), "b": np.zeros(SHAPE)})
    with pytest.raises(InputError, match="has a, b; one array"):
        scored(folders)
