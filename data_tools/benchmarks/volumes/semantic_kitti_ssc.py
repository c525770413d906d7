"""SemanticKITTI's semantic scene completion (Behley et al. 2019): a class, or emptiness, for every voxel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.label_files import read_bytes
from geo3d.data_tools.benchmarks.labels.scores import absent, listed, total_confusion
from geo3d.data_tools.benchmarks.pairing import finder
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED, label_panels
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.semantic_kitti_labels import read_voxel_classes
from geo3d.data_tools.labels.semantic_kitti import CLASSES, KNOWN_TO_THE_TABLE, NAMES, UNLABELLED
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

TRUTHS = ("sequences/08/voxels/*.label", "sequences/*/voxels/*.label")
PREDICTIONS = ("sequences/08/predictions/*.label", "sequences/*/predictions/*.label")
SIZE = (256, 256, 32)
ROWS = ("empty", *NAMES)
OFFICIAL_EPSILON = 2.0**-23
"""What the official code adds below precision and recall: the smallest step of 32 bits at 1."""


def find(predictions: Path, truths: Path) -> list[Scene]:
    """Volumes by name, each with the ``.invalid`` file beside its truth."""
    scenes = finder(TRUTHS, PREDICTIONS)(predictions, truths)
    made = [Scene(scene.name, scene.prediction, (*scene.truth, _invalid(scene))) for scene in scenes]
    if missing := [scene.truth[1] for scene in made if not scene.truth[1].is_file()]:
        raise InputError(f"{missing[0]} is not there; it says which voxels of {missing[0].stem}.label do not count")
    return made


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The confusion of one volume [20, 20], of which the first class is empty."""
    from geo3d.metrics.confusion import confusion_matrix

    if not scene.prediction:
        return None
    truth, prediction, counts = _volumes(scene, choices)
    return {"confusion": confusion_matrix(truth[counts], prediction[counts], len(ROWS), len(ROWS))}


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """One confusion over all volumes."""
    import numpy as np

    from geo3d.metrics.confusion import divided, intersection_over_union, mean_of
    from geo3d.metrics.semantic_completion import completion_counts, completion_iou

    confusion, compatible = total_confusion(tallies), choices.reading == "compatible"
    ious = intersection_over_union(confusion)
    ious = np.nan_to_num(ious) if compatible else ious
    ious[0] = np.nan
    both, predicted, there = completion_counts(confusion)
    added = OFFICIAL_EPSILON if compatible else 0.0
    overall = {
        "mean IoU": mean_of(ious),
        "completion IoU": completion_iou(confusion),
        "completion precision": float(divided(np.array(both), np.array(predicted + added))),
        "completion recall": float(divided(np.array(both), np.array(there + added))),
    }
    columns = {"IoU": ious, "count": confusion.sum(1)}
    return Scores(overall, ROWS, columns, confusion, ROWS, notes=_notes(confusion, compatible))


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Truth, prediction and mistakes of the voxels that count and are filled in either."""
    import numpy as np

    truth, prediction, counts = _volumes(scene, choices)
    shown = counts & ((truth > 0) | (prediction > 0))
    points = np.argwhere(shown.reshape(SIZE)).astype(np.float32)
    grey_and_classes = np.array([(225, 225, 225), *(colour for _, _, colour in CLASSES)], np.uint8)
    return label_panels(points, truth[shown], prediction[shown], grey_and_classes, len(ROWS))


def _volumes(scene: Scene, choices: Choices) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.bool_]]:
    """True and predicted class of each voxel, and whether it counts."""
    import numpy as np

    truth = read_voxel_classes(scene.truth[0], choices)
    prediction = read_voxel_classes(scene.prediction[0], choices)
    invalid = np.unpackbits(np.frombuffer(read_bytes(scene.truth[1]), np.uint8))
    for file, values in zip((*scene.truth, *scene.prediction), (truth, invalid, prediction), strict=True):
        if len(values) != np.prod(SIZE):
            raise InputError(f"{file} has {len(values):,} voxels; {' x '.join(map(str, SIZE))} are needed")
    counts = (truth != 255) & (invalid == 0)
    if (without := counts & (prediction == 255)).any():
        place = np.unravel_index(np.argmax(without), SIZE)
        raise InputError(
            f"{scene.prediction[0]} has an id of no class at voxel {' '.join(map(str, place))}, which counts; "
            "the ids of the 19 classes and 0 for empty are allowed"
        )
    return truth, prediction, counts


def _invalid(scene: Scene) -> Path:
    return scene.truth[0].with_suffix(".invalid")


def _notes(confusion: NDArray[np.int64], compatible: bool) -> tuple[str, ...]:
    gone = [name for name in absent(confusion, ROWS) if name != "empty"]
    how = "0 in the mean, as in the official code" if compatible else "left out of the mean"
    return (f"neither there nor predicted, so {how}: {listed(gone)}",) if gone else ()


PROTOCOL = Protocol(
    name="semantic-kitti-ssc",
    version=1,
    title="SemanticKITTI, semantic scene completion: mean IoU over 19 classes, and completion",
    explained=(
        ("unit", f"a voxel of {' x '.join(map(str, SIZE))}, the last axis the quickest in the file"),
        ("scene", "a volume; those of validation are sequence 08, and others only count where there is no 08"),
        ("truth", f"the first of {', '.join(TRUTHS)} that the folder has, 16 bits a voxel, and the .invalid beside it"),
        ("prediction", f"the first of {', '.join(PREDICTIONS)} that the folder has, 16 bits a voxel"),
        ("ids", "as in semantic-kitti, and 0 is empty"),
        (
            "ignored",
            "voxels that .invalid marks (a bit each, the highest of a byte first) and those whose true id is "
            f"{', '.join(str(number) for number in UNLABELLED[1:])}",
        ),
        (
            "predictions of no class",
            f"refused on voxels that count, since the official code fails on them: {UNLABELLED[1:]}, and unknown ids "
            f"below {KNOWN_TO_THE_TABLE}; strict: unknown ids are refused anywhere",
        ),
        (
            "averaging",
            "one confusion over all volumes; TP / (TP + FP + FN) of each class, where a filled voxel that is "
            "empty in truth is a false hit, and a plain mean over the 19 classes without empty",
        ),
        ("completion", "filled against empty, whatever the class: IoU, precision and recall of filled"),
        (
            "absent class",
            "compatible: one that is neither there nor predicted counts as 0 in the mean over 19, since the official "
            "code adds 1e-15 to the denominator; strict: it is left out of the mean",
        ),
        (
            "nothing filled",
            "compatible: precision and recall have 2^-23 added to their denominators, so that 0 / 0 is 0; strict: they "
            "are not defined; completion IoU is not defined in either",
        ),
        ("missing volume", "with allow_missing it is left out; the official code refuses"),
    ),
    sources=(
        "PRBonn/semantic-kitti-api evaluate_completion.py @ a9c749e8",
        "PRBonn/semantic-kitti-api auxiliary/np_ioueval.py @ a9c749e8",
        "PRBonn/semantic-kitti-api config/semantic-kitti.yaml @ a9c749e8",
    ),
    find=find,
    count=count,
    score=score,
    picture=picture,
    pictured=LABELS_PICTURED,
    adds_up=True,
)
