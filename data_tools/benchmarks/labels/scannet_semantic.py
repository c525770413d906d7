"""ScanNet's 3D semantic label benchmark (Dai et al. 2017): a NYU40 id for every vertex."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.label_files import read_ids, read_ply, same_length
from geo3d.data_tools.benchmarks.labels.scores import (
    confusion_scores,
    looked_up,
    places_of,
    total_confusion,
    without_absent,
)
from geo3d.data_tools.benchmarks.pairing import finder
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED, label_panels
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.labels import nyu40

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

CLASSES = (
    *("wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture"),
    *("counter", "desk", "curtain", "refrigerator", "shower curtain", "toilet", "sink", "bathtub", "otherfurniture"),
)
TRUTHS = ("*_vh_clean_2.labels.ply", "*/*_vh_clean_2.labels.ply", "*.txt", "*/semantic.ply", "*.npy")
PREDICTIONS = ("*.txt", "*/labels.txt", "*.npy", "*/artifact.json", "*/5_semantic/artifact.json")
IDS = tuple(nyu40.IDS[name] for name in CLASSES)


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The confusion of one scene: [20, 21], the last column for predictions that are none of the 20."""
    from geo3d.metrics.confusion import confusion_matrix

    if not scene.prediction:
        return None
    truth, prediction = _places(scene)
    return {"confusion": confusion_matrix(truth, prediction, len(CLASSES), len(CLASSES) + 1)}


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """One confusion over all scenes."""
    scores = confusion_scores(total_confusion(tallies), CLASSES, ("no class of the 20",))
    return without_absent(scores, choices)


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Truth, prediction and mistakes, where the truth is a mesh."""
    import numpy as np

    if scene.truth[0].suffix != ".ply":
        return None
    vertices = read_ply(scene.truth[0])["vertex"]
    points = np.stack([vertices[axis] for axis in "xyz"], axis=1)
    return label_panels(points, *_places(scene), nyu40.shades(CLASSES), len(CLASSES))


def _places(scene: Scene) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    truth, prediction = read_ids(scene.truth[0]), read_ids(scene.prediction[0])
    same_length(prediction, truth, (scene.prediction[0], scene.truth[0]))
    return looked_up(places_of(IDS, -1), truth), looked_up(places_of(IDS, len(IDS)), prediction)


PROTOCOL = Protocol(
    name="scannet-semantic",
    version=1,
    title="ScanNet 3D semantic labels: mean IoU over 20 classes",
    explained=(
        ("unit", "a vertex of the scene's _vh_clean_2.ply, in its order"),
        ("truth", f"the first of {', '.join(TRUTHS)} that the folder has: NYU40 ids"),
        ("prediction", f"the first of {', '.join(PREDICTIONS)} that the folder has: a NYU40 id for each vertex"),
        ("ids", ", ".join(f"{number} {name}" for number, name in zip(IDS, CLASSES, strict=True))),
        ("ignored", "vertices whose true id is none of the 20"),
        ("other predictions", "an id that is none of the 20 misses the true class and is no false hit of any class"),
        ("averaging", "one confusion over all scenes; TP / (TP + FP + FN) of each class; the plain mean over classes"),
        (
            "absent class",
            "the official script fails on a class that is neither there nor predicted; the compatible reading leaves "
            "it out of the mean and says so, the strict one gives no mean (the 312 scenes of validation have all 20)",
        ),
        (
            "missing scene",
            "with allow_missing it is left out: the official script scores what it is given",
        ),
    ),
    sources=("ScanNet/ScanNet BenchmarkScripts/3d_evaluation/evaluate_semantic_label.py @ 3830fce7",),
    find=finder(TRUTHS, PREDICTIONS),
    count=count,
    score=score,
    picture=picture,
    pictured=LABELS_PICTURED,
    adds_up=True,
)
