import math
from pathlib import Path

import numpy as np
import pytest
import torch

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.volumes.completion_epn import PROTOCOL
from geo3d.errors import InputError
from geo3d.scene.artifact import store
from geo3d.scene.kinds import DistanceVolume, ScannedVolume

SHAPE = (4, 5, 6)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    folders = tmp_path / "pred", tmp_path / "truth"
    for folder in folders:
        folder.mkdir()
    return folders


def write_df(file: Path, values: np.ndarray) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(np.array(values.shape, "<u8").tobytes() + values.transpose().astype("<f4").tobytes())


def write_shape(folders: tuple[Path, Path], name: str, prediction: np.ndarray, truth: np.ndarray, scan: np.ndarray):
    write_df(folders[0] / f"{name}__0__.df", prediction)
    write_df(folders[1] / f"{name}__0__.df", truth)
    write_df(folders[1] / f"{name}__0__.sdf", scan)


def scored(folders: tuple[Path, Path], **chosen) -> Scores:
    choices = Choices(**chosen)
    scenes = find_scenes(PROTOCOL, folders[0], folders[1], choices)
    return PROTOCOL.score([t for t in (PROTOCOL.count(scene, choices) for scene in scenes) if t is not None], choices)


def grids(*values: float) -> list[np.ndarray]:
    return [np.full(SHAPE, float(value)) for value in values]


def test_the_mean_is_over_shapes_and_not_over_voxels(folders):
    truth, scan = grids(1, -np.inf)
    few = np.full(SHAPE, 3.0)
    few[0, 0, 0] = -np.inf
    write_shape(folders, "chair/a", truth + 1, truth, scan)
    write_shape(folders, "chair/b", truth + 0.5, truth, few)
    write_shape(folders, "sofa/a", truth, truth, scan)
    scores = scored(folders)
    assert scores.overall == {"l1 (voxels)": 0.5, "l2 (squared voxels)": np.float32(1.25) / np.float32(3)}
    assert dict(zip(scores.classes, scores.by_class["l1 (voxels)"], strict=True)) == {"chair": 0.75, "sofa": 0}


def test_surfaces_invented_in_empty_space_and_missed_ones_count_and_distances_are_not_clipped(folders):
    truth, prediction, scan = grids(9, 9, -2)
    truth[0, 0, 0], prediction[1, 0, 0] = 1, 1
    write_shape(folders, "chair/a", prediction, truth, scan)
    assert scored(folders).overall["l1 (voxels)"] == 8


def test_exactly_minus_one_is_unknown_for_the_official_loader_and_known_as_it_is_written(folders):
    truth, prediction, scan = grids(1, 1, 0)
    scan[0, 0, 0], prediction[0, 0, 0] = -2, 3
    scan[1, 0, 0], prediction[1, 0, 0] = -1, 1.5
    write_shape(folders, "chair/a", prediction, truth, scan)
    assert scored(folders).overall["l1 (voxels)"] == 1.25
    assert scored(folders, reading="strict").overall["l1 (voxels)"] == 2


def test_a_shape_without_unknown_voxels_has_no_score_unless_read_strictly(folders):
    truth, scan = grids(1, -2)
    write_shape(folders, "chair/a", truth + 1, truth, scan)
    write_shape(folders, "chair/b", truth, truth, -scan)
    scores = scored(folders)
    assert math.isnan(scores.overall["l1 (voxels)"])
    assert "official code divides 0 by 0" in scores.notes[0]
    assert scored(folders, reading="strict").overall["l1 (voxels)"] == 1


def test_a_target_belongs_to_all_scans_of_its_model_and_lies_where_the_data_set_has_it(folders):
    truth, scan = grids(1, -2)
    for number in (0, 1, 12):
        write_df(folders[0] / f"chair/m__{number}__.df", truth + 1)
        write_df(folders[1] / f"test-images_dim32_sdf/chair/m__{number}__.sdf", scan)
    with pytest.raises(InputError, match=r"shapenet_dim32_df/chair/m__0__.df is not there"):
        scored(folders)
    write_df(folders[1] / "shapenet_dim32_df/chair/m__0__.df", truth)
    assert scored(folders).overall["l1 (voxels)"] == 1
    assert scored(folders).by_class["shapes"] == [3]


def test_floats_alone_are_read_on_the_truths_grid(folders):
    random = np.random.default_rng(0)
    truth, prediction = random.uniform(0, 3, (2, *SHAPE)).astype(np.float32)
    write_shape(folders, "chair/a", prediction, truth, *grids(-2))
    wanted = scored(folders)
    (folders[0] / "chair/a__0__.df").unlink()
    (folders[0] / "chair/a__0__.bin").write_bytes(prediction.T.tobytes())
    assert scored(folders).overall == wanted.overall


def test_arrays_are_indexed_x_y_z(folders):
    random = np.random.default_rng(0)
    truth, prediction, scan = random.uniform(0, 3, (3, *SHAPE)).astype(np.float32) - [[[[0]]], [[[0]]], [[[2]]]]
    write_shape(folders, "chair/a", prediction, truth, scan)
    wanted = scored(folders)
    arrays = folders[0] / "arrays", folders[1] / "arrays"
    (arrays[1] / "one").mkdir(parents=True)
    arrays[0].mkdir()
    np.save(arrays[0] / "one.npy", prediction)
    np.save(arrays[1] / "one/target.npy", truth)
    np.save(arrays[1] / "one/input.npy", scan)
    assert scored(arrays).overall == wanted.overall


def write_artifacts(folders: tuple[Path, Path], shift: float, off: float = 0.0, turn: float = 1.0) -> None:
    origin, up = torch.tensor([0.5, 0, 0]), torch.tensor([0.0, 0, 1])
    known = torch.ones(SHAPE, dtype=torch.uint8)
    known[0] = 0
    truth = DistanceVolume(torch.full(SHAPE, -0.1), origin, 0.05, 0.15, up)
    turned = torch.diag(torch.tensor([turn, turn, 1.0]))
    prediction = DistanceVolume(torch.full(SHAPE, 0.1 + shift), origin + off, 0.05, 0.15, up, turned)
    scan = ScannedVolume(torch.full(SHAPE, 0.1), known, origin, 0.05, 0.15, up)
    kinds = (folders[0] / "distance", prediction), (folders[1] / "distance", truth), (folders[1] / "scan", scan)
    for folder, volume in kinds:
        aside = folder.parent / "room/volumes/050mm" / folder.name
        aside.mkdir(parents=True)
        store(volume, aside)


def test_our_volumes_are_unsigned_in_voxels_and_what_no_view_saw_is_unknown(folders):
    write_artifacts(folders, 0.01)
    scores = scored(folders)
    assert math.isclose(scores.overall["l1 (voxels)"], 0.2, rel_tol=1e-6)  # 1 cm of 5 cm, whatever the sign
    assert scores.classes == ("050mm",)
    picture = PROTOCOL.picture
    assert picture is not None
    assert picture(find_scenes(PROTOCOL, folders[0], folders[1], Choices())[0], Choices()) is not None


def test_our_volumes_must_lie_on_the_same_grid(folders):
    write_artifacts(folders, 0, 0.02)
    with pytest.raises(InputError, match=r"origin and voxel size at 0\.52"):
        scored(folders)


def test_our_volumes_must_be_turned_alike(folders):
    write_artifacts(folders, 0, turn=-1.0)
    with pytest.raises(InputError, match="or is turned otherwise"):
        scored(folders)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no grid of distances"),
        (np.array(SHAPE, "<u8").tobytes() + bytes(4 * 119), "no grid of distances"),
        (np.array([2**62, 4, 4], "<u8").tobytes() + bytes(8), "no grid of distances"),
        (np.array([6, 5, 4], "<u8").tobytes() + bytes(480), r"has \(6, 5, 4\) voxels"),
        (np.array(SHAPE, "<u8").tobytes() + np.full(120, np.nan, "<f4").tobytes(), "120 numbers that are NaN"),
        (np.array(SHAPE, "<u8").tobytes() + np.full(120, np.inf, "<f4").tobytes(), "is infinite where it counts"),
        (b"\x93NUMPY garbage", "cannot be read as a NumPy array"),
    ],
)
def test_files_that_are_no_distances_are_refused(folders, content: bytes, sentence: str):
    truth, scan = grids(1, -2)
    write_shape(folders, "chair/a", truth, truth, scan)
    (folders[0] / "chair/a__0__.df").write_bytes(content)
    with pytest.raises(InputError, match=f"a__0__.df.*{sentence}"):
        scored(folders)


def test_scans_of_other_sides_extra_and_missing_predictions_are_refused(folders):
    truth, scan = grids(1, -2)
    write_shape(folders, "chair/a", truth, truth, scan[:3])
    with pytest.raises(InputError, match="a whole number of times"):
        scored(folders)
    write_shape(folders, "chair/a", truth, truth, scan)
    write_shape(folders, "chair/b", truth, truth, scan)
    (folders[0] / "chair/b__0__.df").rename(folders[0] / "chair/c__0__.df")
    with pytest.raises(InputError, match=r"c__0__\.df has no truth of that name"):
        scored(folders)
    (folders[0] / "chair/c__0__.df").unlink()
    with pytest.raises(InputError, match="--allow-missing"):
        scored(folders)
    assert scored(folders, allow_missing=True).by_class["shapes"] == [1]
