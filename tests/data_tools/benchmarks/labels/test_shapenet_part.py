from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.labels.shapenet_part import PROTOCOL
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.labels.shapenet_parts import CATEGORIES, NAMES, parts_of
from geo3d.errors import InputError

STRICT = Choices(reading="strict")
CAP, CHAIR = (6, 7), (12, 13, 14, 15)


def put(folder: Path, shape: str, truth: list[int] | np.ndarray, prediction: list[int] | np.ndarray) -> None:
    for where, given in (("truth", truth), ("pred", prediction)):
        file = folder / where / f"{shape}.npy"
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, np.asarray(given))


def scored(folder: Path, choices: Choices | None = None) -> Scores:
    scenes = PROTOCOL.find(folder / "pred", folder / "truth")
    tallies = [PROTOCOL.count(scene, choices or Choices()) for scene in scenes]
    return PROTOCOL.score([tally for tally in tallies if tally is not None], choices or Choices())


def test_parts_are_counted_through_all_categories():
    assert [part for name in NAMES for part in parts_of(name)] == list(range(50))
    assert tuple(parts_of("Cap")) == CAP
    assert tuple(parts_of("Chair")) == CHAIR
    assert len({synset for _, synset, _ in CATEGORIES}) == 16


def test_shapes_and_categories_weigh_differently(tmp_path: Path):
    put(tmp_path, "Cap/a", [6, 7], [6, 7])
    put(tmp_path, "Cap/b", [6, 7], [6, 7])
    put(tmp_path, "Chair/a", [12, 13, 14, 15], [13, 12, 15, 14])
    scores = scored(tmp_path, STRICT)
    assert scores.overall["instance mean IoU"] == pytest.approx(2 / 3)
    assert scores.overall["class mean IoU"] == pytest.approx(1 / 2)
    assert scores.overall["accuracy"] == pytest.approx(2 / 3)


def test_a_part_that_is_in_neither_is_all_right(tmp_path: Path):
    put(tmp_path, "Chair/a", [12, 12], [12, 12])
    put(tmp_path, "Chair/b", [12, 12], [12, 13])
    assert scored(tmp_path).overall["instance mean IoU"] == pytest.approx((1 + (1 / 2 + 0 + 1 + 1) / 4) / 2)


def test_scores_of_other_categories_do_not_matter(tmp_path: Path):
    logits = np.zeros((2, 50), np.float32)
    logits[:, 20] = 9
    logits[0, 12], logits[1, 15] = 1, 1
    put(tmp_path, "Chair/a", [12, 15], logits)
    scores = scored(tmp_path)
    assert scores.overall["accuracy"] == 1
    assert not any("points have a part" in note for note in scores.notes)


def test_of_equal_scores_the_first_part_counts(tmp_path: Path):
    put(tmp_path, "Chair/a", [12, 14], np.tile(np.repeat([0.0, 1.0, 0.0], [14, 2, 34]), (2, 1)))
    assert scored(tmp_path).overall["accuracy"] == 1 / 2


def test_parts_of_other_categories_are_wrong_and_noted(tmp_path: Path):
    put(tmp_path, "Cap/a", [6, 6, 7], [6, 20, 7])
    scores = scored(tmp_path)
    assert scores.overall["instance mean IoU"] == pytest.approx((1 / 2 + 1) / 2)
    assert any(note.startswith("1 points have a part") and "official" in note for note in scores.notes)


def test_a_category_without_shapes_leaves_the_official_class_mean_undefined(tmp_path: Path):
    put(tmp_path, "Cap/a", [6, 7], [6, 7])
    compatible, strict = scored(tmp_path), scored(tmp_path, STRICT)
    assert np.isnan(compatible.overall["class mean IoU"])
    assert "official" in compatible.notes[0]
    assert strict.overall["class mean IoU"] == 1
    assert np.isnan(strict.by_class["IoU"][0])


def test_layouts_of_the_data_set_and_of_its_conversion_agree(tmp_path: Path):
    annotated = tmp_path / "annotated" / "02954340" / "expert_verified" / "points_label"
    annotated.mkdir(parents=True)
    (annotated / "a.seg").write_text("1\n2\n2\n")
    converted = tmp_path / "converted" / "02954340"
    converted.mkdir(parents=True)
    (converted / "a.txt").write_text("".join(f"0.5 0.1 0.2 0 0 1 {part}.000000\n" for part in (6, 7, 7)))
    named = tmp_path / "pred" / "Cap"
    named.mkdir(parents=True)
    (named / "a.txt").write_text("6\n7\n6\n")
    found = []
    for truth in ("annotated", "converted"):
        scenes = PROTOCOL.find(tmp_path / "pred", tmp_path / truth)
        assert [scene.name for scene in scenes] == ["Cap/a"]
        tally = PROTOCOL.count(scenes[0], Choices())
        assert tally is not None
        found.append(float(tally["iou"]))
    assert found == [(1 / 2 + 1 / 2) / 2] * 2


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        ([6, 7], [6], "1 labels, and .* 2 points"),
        ([6, 8], [6, 7], r"truth/Cap/a\.npy has the part 8; its category has 6 to 7"),
        ([6, 7], [6, 50], r"row 2: the id 50 is not one from 0 to 49"),
        ([6, 7], [6, -1], r"row 2: the id -1"),
        ([6, 7], [6.0, 6.5], r"row 2: 6\.5 is not a whole number"),
        ([], [], r"has no points"),
    ],
)
def test_bad_shapes_are_refused(tmp_path: Path, truth: list, prediction: list, message: str):
    put(tmp_path, "Cap/a", truth, prediction)
    with pytest.raises(InputError, match=message):
        scored(tmp_path)


def test_scores_have_to_be_finite(tmp_path: Path):
    logits = np.zeros((2, 50))
    logits[1, 30] = np.inf
    put(tmp_path, "Cap/a", [6, 7], logits)
    with pytest.raises(InputError, match="row 2: a score is not finite"):
        scored(tmp_path)


def test_unknown_categories_and_parts_of_segments_are_refused(tmp_path: Path):
    put(tmp_path, "Cap/a", [6, 7], [6, 7])
    (tmp_path / "pred" / "Cap" / "a.npy").unlink()
    (tmp_path / "pred" / "Cap" / "a.seg").write_text("1\n0\n")
    with pytest.raises(InputError, match="row 2: the id 0 is not one from 1 to 2"):
        scored(tmp_path)
    put(tmp_path, "Boat/a", [6, 7], [6, 7])
    with pytest.raises(InputError, match="lies in Boat, which is no category"):
        scored(tmp_path)


def test_the_picture_takes_the_points_from_beside_the_truth(tmp_path: Path):
    assert PROTOCOL.picture is not None
    category = tmp_path / "truth" / "02954340"
    (category / "expert_verified" / "points_label").mkdir(parents=True)
    (category / "expert_verified" / "points_label" / "a.seg").write_text("1\n2\n2\n")
    (tmp_path / "pred" / "Cap").mkdir(parents=True)
    np.save(tmp_path / "pred" / "Cap" / "a.npy", [6, 7, 6])
    scene = PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")[0]
    assert PROTOCOL.picture(scene, Choices()) is None
    (category / "points").mkdir()
    (category / "points" / "a.pts").write_text("0 0 0\n1 0 0\n0 1 0\n")
    drawn = PROTOCOL.picture(scene, Choices())
    assert drawn is not None
    assert ((drawn == (214, 39, 40)).all(axis=2)).sum() == 4
