"""ScanComplete's scene completion (Dai et al. 2018): distances over regions of a scene, and labels near its surface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.labels.scores import confusion_scores, total_confusion
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED, palette
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.volumes.scancomplete_files import CLASSES, TRUNCATION, Compared, find, read_compared
from geo3d.data_tools.benchmarks.volumes.surfaces import ERRORS_PICTURED, class_panels, distance_panels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

REACH = 1.5
"""Voxels below which a distance is near a surface."""
REGIONS = ("entire volume", "unobserved", "observed", "near target surface", "near predicted surface")
EMPTY, UNANNOTATED = 0, len(CLASSES) + 1


def count(scene: Scene, choices: Choices) -> Tally | None:
    """Summed error and voxels of each region; of labels how many are right, and the confusion near the target."""
    import numpy as np

    from geo3d.metrics.completion import total_error
    from geo3d.metrics.confusion import confusion_matrix

    if not scene.prediction:
        return None
    compared = read_compared(scene, choices)
    truth, prediction = compared.truth, compared.prediction
    tally = {"errors": np.array([total_error(truth, prediction, region) for region in _regions(compared)])}
    if compared.labels is not None:
        true, given = compared.labels
        there = true != EMPTY
        tally["right"] = np.array([int((true == given)[there].sum()), int(there.sum())])
        known = np.where((given > EMPTY) & (given < UNANNOTATED), given - 1, len(CLASSES))
        near = (truth < REACH) & (true < UNANNOTATED) & there
        tally["confusion"] = confusion_matrix(
            true[near].astype(np.int64) - 1, known[near].astype(np.int64), len(CLASSES), len(CLASSES) + 1
        )
    return tally


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """Means over scenes of the errors; one confusion of all scenes."""
    import numpy as np

    from geo3d.metrics.confusion import mean_of

    strict = choices.reading == "strict"
    errors = np.array([[_quotient(total, voxels, strict) for total, voxels in tally["errors"]] for tally in tallies])
    overall = {f"l1 {name} (voxels)": mean_of(errors[:, i]) for i, name in enumerate(REGIONS)}
    notes = _notes(tallies, strict)
    labelled = [tally for tally in tallies if "confusion" in tally]
    if not labelled:
        return Scores(overall, notes=notes)
    accuracies = [_accuracy(right, there, strict) for right, there in (tally["right"] for tally in labelled)]
    overall["semantic accuracy"] = mean_of(np.array(accuracies))
    near = confusion_scores(total_confusion(labelled), CLASSES, ("none of these",))
    overall["mean class accuracy near target surface"] = near.overall["mean class accuracy"]
    overall["mean IoU near target surface"] = near.overall["mean IoU"]
    return Scores(overall, near.classes, near.by_class, near.confusion, near.confused_with, notes=notes)


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Surfaces and their errors, and below them, where there are some, their labels."""
    import numpy as np

    compared = read_compared(scene, choices)
    truth, prediction = compared.truth, compared.prediction
    drawn = distance_panels(truth, prediction, np.ones(truth.shape, bool), TRUNCATION, opened=True)
    if compared.labels is None:
        return drawn
    true, given = (labels.astype(np.int64) - 1 for labels in compared.labels)
    counted = (truth < REACH) & (true >= 0) & (true < len(CLASSES))
    labels = class_panels(true, given, (truth <= 1, prediction <= 1), counted, palette(len(CLASSES)))
    wide = max(drawn.shape[1], labels.shape[1])
    rows = [np.pad(row, ((0, 0), (0, wide - row.shape[1]), (0, 0)), constant_values=255) for row in (drawn, labels)]
    return np.concatenate(rows)


def _regions(compared: Compared) -> list[NDArray[np.bool_]]:
    import numpy as np

    everywhere = np.ones(compared.truth.shape, bool)
    near_truth, near_prediction = compared.truth < REACH, compared.prediction < REACH
    return [everywhere, compared.unobserved, ~compared.unobserved, near_truth, near_prediction]


def _quotient(total: float, voxels: float, strict: bool) -> float:
    """The mean of a region; the official functions divide in float32, and give 0 for nothing."""
    import numpy as np

    if voxels == 0:
        return float("nan") if strict else 0.0
    return total / voxels if strict else float(np.float32(total) / np.float32(voxels))


def _accuracy(right: int, labelled: int, strict: bool) -> float:
    import numpy as np

    if labelled == 0:
        return float("nan")
    return right / labelled if strict else float(np.float32(1) - np.float32(labelled - right) / np.float32(labelled))


def _notes(tallies: Sequence[Tally], strict: bool) -> tuple[str, ...]:
    import numpy as np

    empty = np.sum([tally["errors"][:, 1] == 0 for tally in tallies], axis=0)
    how = (
        "which are left out of the mean (the official functions give 0)"
        if strict
        else ("for which the official functions give an error of 0; the strict reading leaves them out")
    )
    notes = [
        f"nothing is {name} in {scenes} scenes, {how}" for name, scenes in zip(REGIONS, empty, strict=True) if scenes
    ]
    if without := sum("right" in tally and tally["right"][1] == 0 for tally in tallies):
        notes.append(f"{without} scenes have no label, and no accuracy (the official code divides 0 by 0)")
    return tuple(notes)


PROTOCOL = Protocol(
    name="completion-scancomplete",
    version=1,
    title="ScanComplete: l1 error of distances over the regions of a scene, and labels near its surface",
    explained=(
        ("unit", "a voxel of a scene; distances are unsigned, in voxels"),
        (
            "clipped",
            f"targets to [0, {TRUNCATION}] voxels; predictions are taken as they are by the official code, and clipped "
            "alike by the strict reading",
        ),
        (
            "regions",
            "the entire volume; what the scan has not observed (its signed distance is -1 voxel or less; exactly -1 is "
            "unobserved here, though the official targets take it as known); what it has; target below 1.5 voxels (<); "
            "prediction below 1.5 (<)",
        ),
        (
            "files",
            "TFRecords: input_sdf, target_df, target_sem in SCENE.tfrecords or .tfrecord; prediction_df and _sem "
            "in level1_SCENEpred.tfrecord. Their truth is cropped as complete_scan.py does it: 6 voxels at the floor, "
            "sides to even numbers, the height to the prediction's; and floors above half the height are ceilings. "
            "SCENE.npz: input, target and labels; prediction (or .npy) and labels, all [x, y, z]. Volumes of ours: "
            "distance, scan and labels, whose NYU40 classes are put into these 11",
        ),
        ("labels", "0 empty, " + ", ".join(f"{i} {name}" for i, name in enumerate(CLASSES, 1)) + ", 12 unannotated"),
        (
            "semantic accuracy",
            "as train.py has it: over all voxels whose target is not empty, unannotated ones among them, which a "
            "prediction can only miss unless it says so, too",
        ),
        (
            "near target surface",
            "class accuracies and IoUs are over voxels with the target below 1.5, and one of the 11 classes; they are "
            "ours: the official code has neither, and the paper's tables are over visible and common voxels",
        ),
        (
            "averaging",
            "the mean over the voxels of a region, then over scenes; labels are counted over all scenes. The official "
            "functions know one scene; what train.py logs is the mean of the means of eight interleaved grids, "
            "another number. The compatible reading divides in float32, as they do",
        ),
        (
            "nothing in a region",
            "the official functions give 0, which lowers the mean; the strict reading leaves it out",
        ),
        ("absent class", "neither there nor predicted: left out of the means over classes"),
        ("missing scene", "with allow_missing it is left out"),
    ),
    sources=(
        "angeladai/ScanComplete src/losses.py, src/complete_scan.py, src/util.py, src/train.py @ 7ab7b48e",
        "Dai et al.: ScanComplete, CVPR 2018",
    ),
    find=find,
    count=count,
    score=score,
    lower_is_better=True,
    picture=picture,
    pictured=f"{ERRORS_PICTURED} Below, where there are labels: {LABELS_PICTURED}",
)
