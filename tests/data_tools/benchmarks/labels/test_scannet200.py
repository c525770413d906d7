from pathlib import Path

import numpy as np
import pytest
import torch

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.labels.scannet200 import PROTOCOL
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.labels.scannet200 import CLASSES, GROUPS, IDS, TRAINING_ONLY
from geo3d.errors import InputError
from geo3d.scene.artifact import store
from geo3d.scene.kinds import SemanticMesh


def scored(folder: Path, truth: list[int], prediction: list[int], choices: Choices | None = None) -> Scores:
    for name, labels in (("truth", truth), ("pred", prediction)):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "scene0000_00.txt").write_text("".join(f"{label}\n" for label in labels))
    scenes = PROTOCOL.find(folder / "pred", folder / "truth")
    tallies = [PROTOCOL.count(scene, choices or Choices()) for scene in scenes]
    return PROTOCOL.score([tally for tally in tallies if tally is not None], choices or Choices())


def test_the_groups_part_the_classes():
    assert [len(names) for names in GROUPS.values()] == [66, 68, 66]
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(CLASSES)
    assert len(set(IDS)) == 200
    assert set(TRAINING_ONLY) < set(IDS)


def test_means_of_groups_are_those_of_their_classes(tmp_path: Path):
    # wall and chair are head, bag is common, paper is tail
    number = dict(zip(CLASSES, IDS, strict=True))
    truth = [number["wall"]] * 4 + [number["chair"]] * 2 + [number["bag"], number["paper"], number["paper"]]
    prediction = [number["wall"]] * 3 + [number["chair"]] * 3 + [number["bag"], number["paper"], 0]
    scores = scored(tmp_path, truth, prediction)
    assert scores.overall["mean IoU, head"] == pytest.approx((3 / 4 + 2 / 3) / 2)
    assert scores.overall["mean IoU, common"] == 1
    assert scores.overall["mean IoU, tail"] == 1 / 2
    assert scores.overall["mean IoU"] == pytest.approx((3 / 4 + 2 / 3 + 1 + 1 / 2) / 4)


def test_what_becomes_of_absent_classes_is_the_reading(tmp_path: Path):
    truth, prediction = [1, 1, 2, 2], [1, 3, 2, 2]  # floor, 3, is predicted and nowhere
    compatible = scored(tmp_path, truth, prediction)
    strict = scored(tmp_path, truth, prediction, Choices(reading="strict"))
    assert compatible.overall["mean IoU"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert strict.overall["mean IoU"] == pytest.approx((1 / 2 + 1) / 2)
    assert compatible.overall["mean IoU, absent classes as 0"] == pytest.approx(1.5 / 200)
    assert "197 classes" in compatible.notes[0]
    assert "official" in compatible.notes[0]
    assert compatible.notes[1].endswith("floor")
    assert strict.notes[0].startswith("not in the truth")


def test_ids_of_no_class_are_ignored_in_the_truth_and_misses_in_the_prediction(tmp_path: Path):
    scores = scored(tmp_path, [1, 1, 12, 0, -3, 5000], [1, 12, 1, 1, 1, 1])
    assert scores.confusion is not None
    assert scores.confusion.sum() == 2
    assert scores.by_class["IoU"][0] == 1 / 2


def test_a_mesh_of_ours_is_read_by_the_names_of_its_classes(tmp_path: Path):
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "a.txt").write_text("2\n1\n0\n")
    (tmp_path / "pred" / "a").mkdir(parents=True)
    store(mesh(("wall", "chair"), [1, 0, 255]), tmp_path / "pred" / "a")
    scene = PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")[0]
    tally = PROTOCOL.count(scene, Choices())
    assert tally is not None
    assert PROTOCOL.score([tally], Choices()).overall["mean IoU"] == 1


def test_a_mesh_with_another_label_set_is_refused(tmp_path: Path):
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "a.txt").write_text("2\n1\n0\n")
    (tmp_path / "pred" / "a").mkdir(parents=True)
    store(mesh(("wall", "sofa"), [1, 0, 255]), tmp_path / "pred" / "a")
    scene = PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")[0]
    with pytest.raises(InputError, match="has the class sofa"):
        PROTOCOL.count(scene, Choices())


@pytest.mark.parametrize(
    ("text", "message"),
    [("1\n1.5\n2\n", "line 2: '1.5'"), ("1\n2\n", "2 labels, and .* 3 vertices"), ("nan\n1\n1\n", "line 1")],
)
def test_damaged_predictions_are_refused(tmp_path: Path, text: str, message: str):
    scored(tmp_path, [1, 2, 3], [1, 2, 3])
    (tmp_path / "pred" / "scene0000_00.txt").write_text(text)
    scene = PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")[0]
    with pytest.raises(InputError, match=message):
        PROTOCOL.count(scene, Choices())


def test_a_prediction_of_no_scene_is_refused(tmp_path: Path):
    scored(tmp_path, [1], [1])
    (tmp_path / "pred" / "other.txt").write_text("1\n")
    with pytest.raises(InputError, match=r"other\.txt has no truth"):
        PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")


def test_the_picture_shows_the_mesh_three_times(tmp_path: Path):
    header = "ply\nformat binary_little_endian 1.0\nelement vertex 3\n"
    header += "property float x\nproperty float y\nproperty float z\nproperty uint label\nend_header\n"
    vertices = np.array([(0, 0, 0, 1), (1, 0, 0, 2), (0, 1, 0, 0)], "f4, f4, f4, u4")
    (tmp_path / "truth").mkdir()
    (tmp_path / "pred").mkdir()
    (tmp_path / "truth" / "a.ply").write_bytes(header.encode() + vertices.tobytes())
    np.save(tmp_path / "pred" / "a.npy", np.array([1, 1, 1]))
    assert PROTOCOL.picture is not None
    drawn = PROTOCOL.picture(PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")[0], Choices())
    assert drawn is not None
    assert drawn.shape[1] > 600
    assert ((drawn == (214, 39, 40)).all(axis=2)).sum() == 4  # one mistake, drawn 2 x 2


def mesh(classes: tuple[str, ...], labels: list[int]) -> SemanticMesh:
    return SemanticMesh(
        vertices=torch.zeros(3, 3),
        faces=torch.tensor([[0, 1, 2]]),
        normals=None,
        colours=None,
        labels=torch.tensor(labels, dtype=torch.uint8),
        confidence=torch.ones(3),
        probabilities=torch.full((3, len(classes)), 0.5),
        instances=torch.zeros(3, dtype=torch.int64),
        classes=classes,
        up=torch.tensor([0.0, 0.0, 1.0]),
    )
