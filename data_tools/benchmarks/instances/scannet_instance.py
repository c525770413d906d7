"""ScanNet's 3D semantic instance benchmark (Dai et al. 2017): masks of vertices with a NYU40 id and a confidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.instances.instance_files import files_of, read_predicted, read_true
from geo3d.data_tools.benchmarks.instances.look import instance_panels, points_of
from geo3d.data_tools.benchmarks.instances.scene_instances import (
    candidates_of,
    predicted_instances,
    true_instances,
)
from geo3d.data_tools.benchmarks.instances.scores import instance_scores
from geo3d.data_tools.benchmarks.pairing import named, refuse_extra
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.labels import nyu40

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.instances.instance_files import Predicted
    from geo3d.data_tools.benchmarks.instances.scene_instances import PredictedInstances, TrueInstances
    from geo3d.data_tools.benchmarks.protocol import Tally

CLASSES = (
    *("cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture", "counter", "desk"),
    *("curtain", "refrigerator", "shower curtain", "toilet", "sink", "bathtub", "otherfurniture"),
)
TRUTHS = ("*.txt", "*.npy", "*/semantic.ply", "*/artifact.json", "*/5_semantic/artifact.json")
PREDICTIONS = ("*.txt", "*.zip", "*/instances.zip", "*/artifact.json", "*/5_semantic/artifact.json")
IDS = tuple(nyu40.IDS[name] for name in CLASSES)
PLACES = {number: place for place, number in enumerate(IDS)}
SMALLEST = 100
"""Vertices below which an instance does not count."""
RESULTS = "semantic_instance_evaluation"
"""What the official script leaves in the folder of predictions, beside the lists."""


def overlaps(choices: Choices) -> NDArray[np.float64]:
    """Intersections over union that AP is the mean over, then the lower one; a match has more."""
    import numpy as np

    steps = np.arange(0.5, 0.95, 0.05) if choices.reading == "compatible" else np.arange(10, 20) / 20
    return np.append(steps, 0.25)


def find(predictions: Path, truths: Path) -> list[Scene]:
    """Pair up by name; the masks belong to the prediction that lists them."""
    wanted, given = named(truths, TRUTHS, "truth"), named(predictions, PREDICTIONS, "predictions")
    given.pop(RESULTS, None)
    refuse_extra(predictions, {name: given[name] for name in given.keys() - wanted.keys()})
    return [
        Scene(name, files_of(given[name], PLACES) if name in given else (), (wanted[name],)) for name in sorted(wanted)
    ]


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The matches of one scene: flat records, each with its confidence, whether it hit, and its class and overlap."""
    import numpy as np

    from geo3d.metrics.instances import match_instances

    if not scene.prediction:
        return None
    true, predicted = _instances(scene, choices)
    limits, strict = overlaps(choices), choices.reading == "strict"
    by_class = [candidates_of(place, true, predicted) for place in range(len(CLASSES))]
    found = [match_instances(one, limits, SMALLEST, once=strict) for one in by_class]
    return {
        "scores": np.concatenate([one.scores for one in found]),
        "hits": np.concatenate([one.hits for one in found]),
        "cells": np.concatenate([place * len(limits) + one.overlaps for place, one in enumerate(found)]),
        "missed": np.stack([one.missed for one in found]),
        "true": np.array([(one.true >= SMALLEST).sum() for one in by_class]),
        "predicted": np.array([len(one.predicted) for one in by_class]),
    }


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """The matches of all scenes in one curve for each class and overlap."""
    return instance_scores(tallies, CLASSES, overlaps(choices))


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Truth, prediction and mistakes, where one of the files is a mesh."""
    points = points_of((*scene.truth, *scene.prediction))
    if points is None:
        return None
    true = true_instances(read_true(scene.truth[0]), PLACES)
    predicted = list(_predicted(scene, len(true.at), choices))
    return instance_panels(points, true, predicted, SMALLEST)


def _instances(scene: Scene, choices: Choices) -> tuple[TrueInstances, PredictedInstances]:
    true = true_instances(read_true(scene.truth[0]), PLACES)
    return true, predicted_instances(_predicted(scene, len(true.at), choices), true, SMALLEST)


def _predicted(scene: Scene, vertices: int, choices: Choices) -> Iterator[Predicted]:
    return read_predicted(scene.prediction[0], vertices, PLACES, strict=choices.reading == "strict")


PROTOCOL = Protocol(
    name="scannet-instance",
    version=1,
    title="ScanNet 3D semantic instances: average precision over 18 classes",
    explained=(
        ("unit", "an instance: a set of vertices of the scene's _vh_clean_2.ply, in its order"),
        ("truth", f"the first of {', '.join(TRUTHS)} that the folder has: label id * 1000 + instance for each vertex"),
        (
            "prediction",
            f"the first of {', '.join(PREDICTIONS)} that the folder has; a text has a line for each instance, with the "
            "relative path of its mask, label id and confidence; a mask has a 0 or 1 a vertex, as text or .npy; an "
            "archive holds one scene",
        ),
        ("ids", ", ".join(f"{number} {name}" for number, name in zip(IDS, CLASSES, strict=True))),
        ("ignored", "true instances of any other id; predictions of any other id, whose masks are not even read"),
        ("small", f"instances of fewer than {SMALLEST} vertices do not count, true or predicted"),
        (
            "match",
            "of the same class, with an intersection over union of strictly more than the overlap; true instances take "
            "theirs in the order of their ids; of two predictions that fit one the less confident is a false positive",
        ),
        (
            "unmatched",
            "a prediction that fits no true instance is a false positive, unless more of it than the overlap lies "
            "where no instance of the 18 is, or in instances of its class that are too small",
        ),
        (
            "curve",
            "precision and recall at each distinct confidence, and the point (1, 0); each precision counts by half the "
            "recall between its neighbours",
        ),
        (
            "AP",
            "compatible: the mean over the nine overlaps 0.50, 0.55, ..., 0.90 that the official script makes; strict: "
            "over ten, to 0.95, as the benchmark's page says; AP50 and AP25 at one overlap each",
        ),
        (
            "averaging",
            "the matches of all scenes in one curve for each class and overlap; then the mean over classes that have a "
            "true instance; one without a prediction has 0",
        ),
        (
            "all ignored",
            "the official script fails where a class has true instances and predictions, all of which are ignored; "
            "here it has 0, and a note says so",
        ),
        (
            "readings",
            "compatible: label ids are cut to whole numbers, anything but 0 in a mask is 1, a mask that is listed "
            "again counts once by its last line, and a less confident match may match once more at 0.25; strict: other "
            "numbers are errors, each line counts, and each prediction once",
        ),
        (
            "not as the official script",
            "confidences that are not finite are refused; scenes that list the same file of a mask do not share it",
        ),
        ("missing scene", "with allow_missing it is left out: the official script scores what it is given"),
    ),
    sources=(
        "ScanNet/ScanNet BenchmarkScripts/3d_evaluation/evaluate_semantic_instance.py @ 3830fce7",
        "ScanNet/ScanNet BenchmarkScripts/util_3d.py @ 3830fce7",
    ),
    find=find,
    count=count,
    score=score,
    picture=picture,
    pictured=LABELS_PICTURED,
)
