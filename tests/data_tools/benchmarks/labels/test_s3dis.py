from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.labels.s3dis import PROTOCOL
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.errors import InputError

STRICT = Choices(reading="strict")


def put(folder: Path, room: str, truth: list[int], prediction: list[int]) -> None:
    for where, ids in (("truth", truth), ("pred", prediction)):
        file = folder / where / f"{room}.npy"
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, np.array(ids))


def scored(folder: Path, choices: Choices | None = None) -> Scores:
    scenes = PROTOCOL.find(folder / "pred", folder / "truth")
    tallies = [PROTOCOL.count(scene, choices or Choices()) for scene in scenes]
    return PROTOCOL.score([tally for tally in tallies if tally is not None], choices or Choices())


def test_summed_confusions_and_averaged_areas_are_different_numbers(tmp_path: Path):
    every = list(range(13))
    put(tmp_path, "Area_1/office_1", [0] * 90 + every, [0] * 90 + every)  # all right, and large
    put(tmp_path, "Area_5/office_1", every, [0] * 13)  # all ceiling
    scores = scored(tmp_path)
    # class 0: 92 hits, 12 false ones; every other class: one hit of two
    assert scores.overall["mean IoU"] == pytest.approx((92 / 104 + 12 * (1 / 2)) / 13)
    assert scores.overall["mean IoU, Area_1"] == 1
    assert scores.overall["mean IoU, Area_5"] == pytest.approx(1 / 13 / 13)
    assert scores.overall["mean IoU, averaged over areas"] == pytest.approx((1 + 1 / 169) / 2)


def test_one_area_has_one_mean(tmp_path: Path):
    put(tmp_path, "Area_5/office_1", [0, 1], [0, 1])
    put(tmp_path, "Area_5/office_2", [0, 1], [1, 1])
    assert list(scored(tmp_path).overall) == ["mean IoU", "overall accuracy", "mean class accuracy"]


def test_absent_classes_are_left_out_or_leave_no_mean(tmp_path: Path):
    put(tmp_path, "Area_5/office_1", [0, 0, 1], [0, 2, 1])
    compatible, strict = scored(tmp_path), scored(tmp_path, STRICT)
    assert compatible.overall["mean IoU"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert "official" in compatible.notes[0]
    assert np.isnan(strict.overall["mean IoU"])


def test_an_area_without_a_class_is_noted_though_all_together_have_it(tmp_path: Path):
    put(tmp_path, "Area_1/office_1", list(range(13)), list(range(13)))
    put(tmp_path, "Area_2/office_1", list(range(12)), list(range(12)))
    scores = scored(tmp_path)
    assert scores.overall["mean IoU, Area_2"] == 1
    assert [note.split(":")[0] for note in scores.notes] == ["Area_2"]


def pointnet(folder: Path, ids: np.ndarray) -> None:
    for kind, suffix in (("truth", "gt"), ("pred", "pred")):
        (folder / kind).mkdir()
        lines = (f"{'1.5 2 3 9 9 9 0.75 ' if kind == 'pred' else ''}{label}\n" for label in ids)
        (folder / kind / f"Area_6_WC_1_{suffix}.txt").write_text("".join(lines))


def pointcept(folder: Path, ids: np.ndarray) -> None:
    (folder / "truth" / "Area_6" / "WC_1").mkdir(parents=True)
    (folder / "pred").mkdir()
    np.save(folder / "truth" / "Area_6" / "WC_1" / "segment.npy", ids[:, None].astype(np.int16))
    np.save(folder / "pred" / "Area_6-WC_1_pred.npy", ids)


def converted(folder: Path, ids: np.ndarray) -> None:
    (folder / "truth").mkdir()
    (folder / "pred").mkdir()
    np.save(folder / "truth" / "Area_6_WC_1.npy", np.c_[np.ones((len(ids), 6)), ids])
    (folder / "pred" / "Area_6_WC_1.txt").write_text("".join(f"{label}\n" for label in ids))


@pytest.mark.parametrize("layout", [pointnet, pointcept, converted])
def test_rooms_are_found_in_every_layout(tmp_path: Path, layout: Callable[[Path, np.ndarray], None]):
    layout(tmp_path, np.arange(13))
    assert [scene.name for scene in PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")] == ["Area_6/WC_1"]
    assert scored(tmp_path).overall["mean IoU"] == 1


def test_truth_and_prediction_may_lie_in_one_folder_as_pointnet_leaves_them(tmp_path: Path):
    pointnet(tmp_path, np.arange(13))
    for file in (tmp_path / "truth").iterdir():
        file.rename(tmp_path / "pred" / file.name)
    assert len(PROTOCOL.find(tmp_path / "pred", tmp_path / "pred")) == 1


def test_bad_rooms_are_refused(tmp_path: Path):
    put(tmp_path, "Area_5/office_1", [0, 1], [0, 13])
    with pytest.raises(InputError, match=r"office_1\.npy, row 2: the id 13 is not one from 0 to 12"):
        scored(tmp_path)
    put(tmp_path, "Area_5/office_1", [0, 1], [0])
    with pytest.raises(InputError, match="1 labels, and"):
        scored(tmp_path)
    put(tmp_path, "Area_5/office_1", [0, -1], [0, 1])
    with pytest.raises(InputError, match="the id -1 is not"):
        scored(tmp_path)
    put(tmp_path, "Area_7/office_1", [0], [0])
    with pytest.raises(InputError, match="is no room of S3DIS"):
        scored(tmp_path)


def test_one_room_twice_and_rooms_without_truth_are_refused(tmp_path: Path):
    put(tmp_path, "Area_5_office_1", [0], [0])
    np.save(tmp_path / "truth" / "Area_5-office_1.npy", np.array([0]))
    with pytest.raises(InputError, match="are the same room"):
        scored(tmp_path)
    (tmp_path / "truth" / "Area_5-office_1.npy").unlink()
    np.save(tmp_path / "pred" / "Area_5_office_2.npy", np.array([0]))
    with pytest.raises(InputError, match=r"office_2\.npy has no truth"):
        scored(tmp_path)


def test_the_picture_takes_the_points_from_where_they_are(tmp_path: Path):
    assert PROTOCOL.picture is not None
    put(tmp_path, "Area_5_office_1", [1, 1, 1], [1, 1, 2])
    scene = PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")[0]
    assert PROTOCOL.picture(scene, Choices()) is None
    np.save(tmp_path / "truth" / "Area_5_office_1.npy", np.c_[np.eye(3), np.zeros((3, 3)), [1, 1, 1]])
    drawn = PROTOCOL.picture(scene, Choices())
    assert drawn is not None
    assert ((drawn == (214, 39, 40)).all(axis=2)).sum() == 4
