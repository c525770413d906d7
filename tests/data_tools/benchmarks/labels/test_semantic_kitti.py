from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.labels.semantic_kitti import PROTOCOL
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.errors import InputError

STRICT = Choices(reading="strict")
CAR, MOVING_CAR, BICYCLE, ROAD = 10, 252, 11, 40


def put(folder: Path, name: str, truth: list[int], prediction: list[int]) -> None:
    for where, kind, ids in (("truth", "labels", truth), ("pred", "predictions", prediction)):
        sequence, scan = name.split("/")
        file = folder / where / "sequences" / sequence / kind / f"{scan}.label"
        file.parent.mkdir(parents=True, exist_ok=True)
        np.array(ids, np.uint32).tofile(file)


def scored(folder: Path, choices: Choices | None = None) -> Scores:
    scenes = PROTOCOL.find(folder / "pred", folder / "truth")
    tallies = [PROTOCOL.count(scene, choices or Choices()) for scene in scenes]
    return PROTOCOL.score([tally for tally in tallies if tally is not None], choices or Choices())


def test_moving_and_still_things_are_one_class_and_the_upper_bits_are_instances(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR, MOVING_CAR, CAR + (5 << 16)], [MOVING_CAR, CAR, CAR + (9 << 16)])
    assert scored(tmp_path).by_class["IoU"][0] == 1


def test_points_without_a_true_class_do_not_count(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR, 0, 1, 52, 99], [CAR, CAR, CAR, CAR, CAR])
    scores = scored(tmp_path)
    assert scores.by_class["IoU"][0] == 1
    assert scores.overall["accuracy"] == 1


def test_a_prediction_of_no_class_misses_but_the_official_accuracy_does_not_see_it(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR, CAR, CAR, ROAD], [CAR, CAR, 0, ROAD])
    compatible, strict = scored(tmp_path), scored(tmp_path, STRICT)
    assert compatible.by_class["IoU"][0] == strict.by_class["IoU"][0] == 2 / 3
    assert compatible.overall["accuracy"] == 1
    assert strict.overall["accuracy"] == 3 / 4
    assert any("1 points were predicted as unlabelled" in note for note in compatible.notes)


def test_absent_classes_are_0_in_the_compatible_mean_and_left_out_of_the_strict_one(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR, CAR], [CAR, BICYCLE])
    assert scored(tmp_path).overall["mean IoU"] == pytest.approx(0.5 / 19)
    assert scored(tmp_path, STRICT).overall["mean IoU"] == pytest.approx(0.5 / 2)


def test_rows_of_the_confusion_are_truths(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR, CAR, CAR], [BICYCLE, BICYCLE, CAR])
    confusion = scored(tmp_path).confusion
    assert confusion is not None
    assert confusion[0].tolist()[:2] == [1, 2]


def test_scans_add_up_before_the_mean(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR] * 8, [CAR] * 8)
    put(tmp_path, "08/000001", [CAR, CAR], [ROAD, ROAD])
    assert scored(tmp_path).by_class["IoU"][0] == 8 / 10  # and not the mean of 1 and 0


def test_only_sequence_08_counts_where_it_is_there(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR], [CAR])
    put(tmp_path, "00/000000", [CAR], [ROAD])
    assert [scene.name for scene in PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")] == ["000000"]


def test_other_sequences_count_where_there_is_no_08(tmp_path: Path):
    put(tmp_path, "11/000000", [CAR], [CAR])
    put(tmp_path, "12/000000", [CAR], [CAR])
    names = [scene.name for scene in PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")]
    assert names == ["11/000000", "12/000000"]


def test_unknown_ids_are_of_no_class_or_refused(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR, CAR], [CAR, 77])
    assert scored(tmp_path).by_class["IoU"][0] == 1 / 2
    with pytest.raises(InputError, match="id 77 at place 1"):
        scored(tmp_path, STRICT)
    put(tmp_path, "08/000000", [CAR, CAR], [CAR, 359])
    with pytest.raises(InputError, match="id 359 at place 1"):
        scored(tmp_path)


def test_scans_pair_by_name_and_not_by_order(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR], [CAR])
    put(tmp_path, "08/000001", [ROAD], [ROAD])
    predictions = tmp_path / "pred" / "sequences" / "08" / "predictions"
    (predictions / "000001.label").rename(predictions / "000002.label")
    with pytest.raises(InputError, match=r"000002\.label has no truth"):
        scored(tmp_path)


def test_damaged_files_are_refused(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR, CAR], [CAR, CAR, CAR])
    with pytest.raises(InputError, match=r"3 labels, and .* 2 points"):
        scored(tmp_path)
    (tmp_path / "pred/sequences/08/predictions/000000.label").write_bytes(b"\x0a\0\0\0\x0a\0")
    with pytest.raises(InputError, match="6 bytes, which is no multiple of 4"):
        scored(tmp_path)


def test_the_picture_needs_the_scan(tmp_path: Path):
    put(tmp_path, "08/000000", [CAR, ROAD], [CAR, CAR])
    assert PROTOCOL.picture is not None
    scene = PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")[0]
    assert PROTOCOL.picture(scene, Choices()) is None
    scan = tmp_path / "truth/sequences/08/velodyne/000000.bin"
    scan.parent.mkdir()
    np.array([[0, 0, 0, 0], [5, 0, 0, 0]], np.float32).tofile(scan)
    drawn = PROTOCOL.picture(scene, Choices())
    assert drawn is not None
    assert ((drawn == (214, 39, 40)).all(axis=2)).sum() == 4
