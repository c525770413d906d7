"""ScanNet200's 3D semantic label benchmark (Rozenberszki et al. 2022): an id of 200 for every vertex."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.label_files import read_ids, read_ply, same_length
from geo3d.data_tools.benchmarks.labels.scores import (
    absent,
    confusion_scores,
    listed,
    looked_up,
    places_of,
    total_confusion,
)
from geo3d.data_tools.benchmarks.pairing import finder
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED, label_panels, palette
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.labels.scannet200 import CLASSES, GROUPS, IDS, TRAINING_ONLY
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

TRUTHS = ("*.ply", "val/*.ply", "*.txt", "*.npy")
PREDICTIONS = ("*.txt", "*/labels.txt", "*.npy", "*.ply", "*/artifact.json", "*/5_semantic/artifact.json")


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The confusion of one scene: [200, 201], the last column for predictions that are none of the 200."""
    from geo3d.metrics.confusion import confusion_matrix

    if not scene.prediction:
        return None
    truth, prediction = _places(scene)
    return {"confusion": confusion_matrix(truth, prediction, len(CLASSES), len(CLASSES) + 1)}


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """One confusion over all scenes; means over all classes, and over the common and the rare ones."""
    import numpy as np

    from geo3d.metrics.confusion import mean_of

    confusion = total_confusion(tallies)
    scores = confusion_scores(confusion, CLASSES, ("no class of the 200",))
    everywhere = np.asarray(scores.by_class["IoU"])
    ious = np.where(confusion.sum(1) > 0, everywhere, np.nan) if choices.reading == "strict" else everywhere
    overall = {
        "mean IoU": mean_of(ious),
        **{f"mean IoU, {group}": mean_of(ious[_rows(names)]) for group, names in GROUPS.items()},
        "mean IoU, absent classes as 0": float(np.nan_to_num(everywhere).mean()),
        "overall accuracy": scores.overall["overall accuracy"],
        "mean class accuracy": scores.overall["mean class accuracy"],
    }
    columns = scores.by_class | {"IoU": ious}
    return dataclasses.replace(scores, overall=overall, by_class=columns, notes=_notes(confusion, choices))


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Truth, prediction and mistakes, where the truth is a mesh."""
    import numpy as np

    if scene.truth[0].suffix != ".ply":
        return None
    vertices = read_ply(scene.truth[0])["vertex"]
    points = np.stack([vertices[axis] for axis in "xyz"], axis=1)
    return label_panels(points, *_places(scene), palette(len(CLASSES)), len(CLASSES))


def _places(scene: Scene) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    truth, prediction = _read(scene.truth[0]), _read(scene.prediction[0])
    same_length(prediction, truth, (scene.prediction[0], scene.truth[0]))
    return looked_up(places_of(IDS, -1), truth), looked_up(places_of(IDS, len(IDS)), prediction)


def _read(file: Path) -> NDArray[np.int64]:
    """Ids of the vertices; a mesh of ours has to have ScanNet200's label set."""
    import numpy as np

    from geo3d.scene.artifact import load

    if file.name != "artifact.json":
        return read_ids(file)
    mesh = load(file.parent)
    if type(mesh).__name__ != "SemanticMesh":
        raise InputError(f"{file.parent} is a {type(mesh).__name__}; a SemanticMesh is needed")
    if foreign := [name for name in mesh.classes if name not in CLASSES]:
        raise InputError(f"{file.parent} has the class {foreign[0]}; a mesh with the label set of ScanNet200 is needed")
    table = np.zeros(256, np.int64)
    table[: len(mesh.classes)] = [IDS[CLASSES.index(name)] for name in mesh.classes]
    return table[mesh.labels.numpy()]


def _rows(names: tuple[str, ...]) -> list[int]:
    return [CLASSES.index(name) for name in names]


def _notes(confusion: NDArray[np.int64], choices: Choices) -> tuple[str, ...]:
    """Which classes the means do not hold, or hold although the truth has none of them."""
    notes, nowhere = [], absent(confusion, CLASSES)
    missing = [name for name, count in zip(CLASSES, confusion.sum(1), strict=True) if count == 0]
    only_predicted = [name for name in missing if name not in nowhere]
    if choices.reading == "strict" and missing:
        notes.append(f"not in the truth, so left out of the means: {listed(missing)}")
    if choices.reading == "compatible" and nowhere:
        notes.append(
            f"neither there nor predicted, so left out of the means: {listed(nowhere)} (the official script fails here)"
        )
    if choices.reading == "compatible" and only_predicted:
        notes.append(f"not in the truth but predicted, so with IoU 0 in the means: {listed(only_predicted)}")
    return tuple(notes)


PROTOCOL = Protocol(
    name="scannet200",
    version=1,
    title="ScanNet200 3D semantic labels: mean IoU over 200 classes, and over head, common and tail",
    explained=(
        ("unit", "a vertex of the scene's _vh_clean_2.ply, in its order"),
        ("truth", f"the first of {', '.join(TRUTHS)} that the folder has: ScanNet200 ids"),
        ("prediction", f"the first of {', '.join(PREDICTIONS)} that the folder has: a ScanNet200 id for each vertex"),
        (
            "ids",
            f"{IDS[0]} {CLASSES[0]} to {IDS[-1]} {CLASSES[-1]}: raw ScanNet categories, neither NYU40 ids (2 is chair "
            "here, floor there) nor places from 0 to 199 as networks give them",
        ),
        ("groups", ", ".join(f"{len(names)} {group}" for group, names in GROUPS.items())),
        ("ignored", "vertices whose true id is none of the 200"),
        ("other predictions", "an id that is none of the 200 misses the true class and is no false hit of any class"),
        ("averaging", "one confusion over all scenes; TP / (TP + FP + FN) of each class; plain means over classes"),
        (
            "absent class",
            "compatible: means over classes that are there or predicted, so that one that is only predicted counts "
            "with IoU 0 (the official script fails on one that is neither); strict: means over classes of the truth "
            f"alone, as scannet200_splits.py has it ({len(TRAINING_ONLY)} classes are in no scene of validation)",
        ),
        (
            "absent classes as 0",
            "a third reading, given beside the others: Pointcept adds 1e-10 to every denominator, so that every class "
            "of the 200 that is absent counts as 0; figures of its models are to be compared with this one",
        ),
        ("official code", "ScanNet's evaluate_semantic_label.py with ScanNet200's ids; there is no other evaluator"),
        ("missing scene", "with allow_missing it is left out: the official script scores what it is given"),
    ),
    sources=(
        "ScanNet/ScanNet BenchmarkScripts/3d_evaluation/evaluate_semantic_label.py @ 3830fce7",
        "ScanNet/ScanNet BenchmarkScripts/ScanNet200/{scannet200_constants,scannet200_splits}.py @ 3830fce7",
        "Pointcept/Pointcept pointcept/engines/test.py @ d74c646d",
    ),
    find=finder(TRUTHS, PREDICTIONS),
    count=count,
    score=score,
    picture=picture,
    pictured=LABELS_PICTURED,
    adds_up=True,
)
