from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.benchmarks.choices import Choices, ShapeChoices
from geo3d.data_tools.benchmarks.labels.modelnet40 import CLASSES, PROTOCOL
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.errors import InputError

STRICT = Choices(reading="strict")


def put(folder: Path, truth: np.ndarray | str, prediction: np.ndarray | str) -> None:
    for where, given in (("truth", truth), ("pred", prediction)):
        (folder / where).mkdir(exist_ok=True)
        if isinstance(given, str):
            (folder / where / "labels.txt").write_text(given)
        else:
            np.save(folder / where / "labels.npy", given)


def scored(folder: Path, choices: Choices | None = None) -> Scores:
    scenes = PROTOCOL.find(folder / "pred", folder / "truth")
    tallies = [PROTOCOL.count(scene, choices or Choices()) for scene in scenes]
    return PROTOCOL.score([tally for tally in tallies if tally is not None], choices or Choices())


def test_overall_and_class_accuracy_weigh_shapes_and_classes(tmp_path: Path):
    truth = np.array([0] * 6 + list(range(1, 40)) + [1])
    prediction = np.where(truth == 0, 5, truth)
    put(tmp_path, truth, prediction)
    scores = scored(tmp_path, STRICT)
    assert scores.overall["overall accuracy"] == pytest.approx(40 / 46)
    assert scores.overall["mean class accuracy"] == pytest.approx(39 / 40)


def test_the_compatible_reading_drops_the_last_batch_of_each_file(tmp_path: Path):
    truth = np.zeros(13, int)
    prediction = np.zeros(13, int)
    prediction[[6, 12]] = 1  # of files of 7 and 6 shapes: 0-3 and 7-10 fill batches of 4
    put(tmp_path, truth, prediction)
    choices = Choices(shapes=ShapeChoices(batch=4, file=7))
    compatible = scored(tmp_path, choices)
    assert compatible.overall["overall accuracy"] == 1
    assert any(note.startswith("5 shapes do not fill a batch") for note in compatible.notes)
    strict = scored(tmp_path, Choices(reading="strict", shapes=ShapeChoices(batch=4, file=7)))
    assert strict.overall["overall accuracy"] == pytest.approx(11 / 13)


def test_of_the_test_set_nothing_is_dropped_at_4_and_4_shapes_at_32(tmp_path: Path):
    truth = np.arange(2468) % 40
    put(tmp_path, truth, truth)
    assert scored(tmp_path).notes == ()
    at_32 = scored(tmp_path, Choices(shapes=ShapeChoices(batch=32)))
    assert at_32.notes == ("4 shapes do not fill a batch, so the official code leaves them out",)


def test_lines_that_were_dumped_are_counted_as_they_are(tmp_path: Path):
    put(tmp_path, "0\n" * 5, "0, 0\n0, 0\n0, 0\n0, 0\n1, 0\n")
    assert scored(tmp_path).overall["overall accuracy"] == 4 / 5


def test_a_dump_is_its_own_truth(tmp_path: Path):
    put(tmp_path, "3, 0\n0, 0\n1, 0\n0, 0\n", "3, 0\n0, 0\n1, 0\n0, 0\n")
    assert scored(tmp_path).overall["overall accuracy"] == 2 / 4


def test_a_dump_in_another_order_is_refused(tmp_path: Path):
    put(tmp_path, "0\n1\n", "0, 1\n1, 0\n")
    with pytest.raises(InputError, match=r"line 1: the true id is 1, and 0 in .*labels\.txt"):
        scored(tmp_path)


def test_of_scores_the_first_best_counts(tmp_path: Path):
    scores = np.zeros((4, 40), np.float32)
    scores[0, 5], scores[1, [6, 7]], scores[2, 39] = 1, 2, -1
    put(tmp_path, np.array([5, 6, 0, 0]), scores)
    assert scored(tmp_path).overall["overall accuracy"] == 1


def test_names_of_shapes_are_their_classes(tmp_path: Path):
    put(tmp_path, "night_stand_0201\nairplane_0627\nxbox_0104\nflower_pot_0150\n", "23\n0\n39\n15\n")
    assert scored(tmp_path).overall["overall accuracy"] == 1
    assert list(CLASSES) == sorted(CLASSES)
    assert len(CLASSES) == 40


def test_classes_without_a_shape_leave_the_official_mean_undefined(tmp_path: Path):
    put(tmp_path, np.zeros(4, int), np.zeros(4, int))
    compatible, strict = scored(tmp_path), scored(tmp_path, STRICT)
    assert np.isnan(compatible.overall["mean class accuracy"])
    assert "official" in compatible.notes[0]
    assert strict.overall["mean class accuracy"] == 1


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        ("0\n1\n2\n3\n", "0\n1\n2\n", r"3 labels, and .* 4 shapes"),
        ("0\n1\n", "0\n40\n", r"row 2: the id 40 is not one from 0 to 39"),
        ("0\n-1\n", "0\n0\n", r"row 2: the id -1"),
        ("airplane_0627\nhouse_0001\n", "0\n0\n", r"line 2: 'house_0001' is no shape"),
        ("0\n1\n2\n", "0\n1\n2\n", r"3 shapes, which fill no batch"),
        ("0\n1\n", "0 1 2\n1 2 3\n", r"has 3 columns"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, truth: str, prediction: str, message: str):
    put(tmp_path, truth, prediction)
    with pytest.raises(InputError, match=message):
        scored(tmp_path)


def test_scores_have_to_be_finite(tmp_path: Path):
    scores = np.zeros((4, 40))
    scores[2, 3] = np.nan
    put(tmp_path, np.zeros(4, int), scores)
    with pytest.raises(InputError, match="row 3: a score is not finite"):
        scored(tmp_path)


def test_one_file_is_allowed(tmp_path: Path):
    put(tmp_path, "0\n", "0\n")
    (tmp_path / "pred" / "other.txt").write_text("0\n")
    with pytest.raises(InputError, match=r"labels\.txt and other\.txt"):
        scored(tmp_path)
