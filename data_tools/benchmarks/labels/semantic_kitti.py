"""SemanticKITTI's semantic segmentation of single scans (Behley et al. 2019): one of 19 classes for every point."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.label_files import same_length
from geo3d.data_tools.benchmarks.labels.scores import absent, confusion_scores, listed, total_confusion
from geo3d.data_tools.benchmarks.pairing import finder
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED, label_panels
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.semantic_kitti_labels import read_point_classes
from geo3d.data_tools.labels.semantic_kitti import CLASSES, KNOWN_TO_THE_TABLE, NAMES, UNLABELLED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

TRUTHS = ("sequences/08/labels/*.label", "sequences/*/labels/*.label")
PREDICTIONS = ("sequences/08/predictions/*.label", "sequences/*/predictions/*.label")


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The confusion of one scan: [19, 20], the last column for predictions of no class."""
    from geo3d.metrics.confusion import confusion_matrix

    if not scene.prediction:
        return None
    return {"confusion": confusion_matrix(*_places(scene, choices), len(CLASSES), len(CLASSES) + 1)}


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """One confusion over all scans."""
    import numpy as np

    from geo3d.metrics.confusion import mean_of

    confusion = total_confusion(tallies)
    scores = confusion_scores(confusion, NAMES, ("unlabelled",))
    ious, accuracy, notes = np.asarray(scores.by_class["IoU"]), scores.overall["overall accuracy"], []
    if choices.reading == "compatible":
        ious, accuracy = np.nan_to_num(ious), _official_accuracy(confusion)
    if gone := absent(confusion, NAMES):
        how = (
            "0 in the mean, as the official code has it" if choices.reading == "compatible" else "left out of the mean"
        )
        notes.append(f"neither there nor predicted, so {how}: {listed(gone)}")
    if choices.reading == "compatible" and (without := int(confusion[:, -1].sum())):
        notes.append(f"{without:,} points were predicted as unlabelled; the official accuracy leaves them out")
    overall = {
        "mean IoU": mean_of(ious),
        "accuracy": accuracy,
        "mean class accuracy": scores.overall["mean class accuracy"],
    }
    return dataclasses.replace(scores, overall=overall, by_class=scores.by_class | {"IoU": ious}, notes=tuple(notes))


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Truth, prediction and mistakes, where the scan lies beside its labels as the data set has it."""
    import numpy as np

    truth = scene.truth[0]
    scan = truth.parent.parent / "velodyne" / f"{truth.stem}.bin"
    places = _places(scene, choices)
    if not scan.is_file() or scan.stat().st_size != 16 * len(places[0]):
        return None
    points = np.fromfile(scan, np.float32).reshape(-1, 4)[:, :3]
    near = np.linalg.norm(points[:, :2], axis=1) < 40
    shades = np.array([colour for _, _, colour in CLASSES], np.uint8)
    return label_panels(points[near], places[0][near], places[1][near], shades, len(CLASSES))


def _places(scene: Scene, choices: Choices) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """True and predicted place of each point's class: -1, and one past the last, where it has none."""
    truth = read_point_classes(scene.truth[0], choices)
    prediction = read_point_classes(scene.prediction[0], choices)
    same_length(prediction, truth, (scene.prediction[0], scene.truth[0]), "points")
    return truth - 1, (prediction - 1) % (len(CLASSES) + 1)


def _official_accuracy(confusion: NDArray[np.int64]) -> float:
    """Hits over the points that were given any class; 0 where none was."""
    return float(confusion.trace() / max(confusion[:, : len(CLASSES)].sum(), 1))


PROTOCOL = Protocol(
    name="semantic-kitti",
    version=1,
    title="SemanticKITTI, single scans: mean IoU over 19 classes",
    explained=(
        ("unit", "a point of a scan"),
        ("scene", "a scan; those of validation are sequence 08, and other sequences only count where there is no 08"),
        ("truth", f"the first of {', '.join(TRUTHS)} that the folder has: 32 bits a point, the lower 16 its id"),
        ("prediction", f"the first of {', '.join(PREDICTIONS)} that the folder has, likewise"),
        ("ids", "; ".join(f"{name} {' '.join(str(number) for number in ids)}" for name, ids, _ in CLASSES)),
        ("ignored", f"points whose true id is {', '.join(str(number) for number in UNLABELLED)}"),
        (
            "predictions of no class",
            "on points that count they miss the true class and are no false hit of any; compatible: the accuracy "
            "leaves these points out (it divides by the points that were given a class); strict: they count as wrong",
        ),
        (
            "unknown ids",
            f"compatible: those below {KNOWN_TO_THE_TABLE} are of no class, as in the official table, and larger ones, "
            "on which the official code fails, are refused; strict: all are refused",
        ),
        ("averaging", "one confusion over all scans; TP / (TP + FP + FN) of each class; the plain mean over classes"),
        (
            "absent class",
            "compatible: one that is neither there nor predicted counts as 0 in the mean over 19, since the official "
            "code adds 1e-15 to the denominator; strict: it is left out of the mean",
        ),
        ("orientation", "the official confusion has predictions in rows; ours has truths in rows"),
        (
            "pairing",
            "by name; the official code pairs the sorted lists, and fails where they are not of the same length",
        ),
        ("missing scan", "with allow_missing it is left out"),
    ),
    sources=(
        "PRBonn/semantic-kitti-api evaluate_semantics.py @ a9c749e8",
        "PRBonn/semantic-kitti-api auxiliary/np_ioueval.py @ a9c749e8",
        "PRBonn/semantic-kitti-api config/semantic-kitti.yaml @ a9c749e8",
    ),
    find=finder(TRUTHS, PREDICTIONS),
    count=count,
    score=score,
    picture=picture,
    pictured=LABELS_PICTURED,
    adds_up=True,
)
