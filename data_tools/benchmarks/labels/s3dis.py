"""S3DIS (Armeni et al. 2016): one of 13 classes for every point of the rooms of six areas."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.label_files import same_length
from geo3d.data_tools.benchmarks.label_tables import in_range, read_array, read_last_ids
from geo3d.data_tools.benchmarks.labels.scores import confusion_scores, total_confusion, without_absent
from geo3d.data_tools.benchmarks.pairing import named, refuse_extra
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED, label_panels
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

COLOURS = {
    "ceiling": (0, 255, 0),
    "floor": (0, 0, 255),
    "wall": (0, 255, 255),
    "beam": (255, 255, 0),
    "column": (255, 0, 255),
    "window": (100, 100, 255),
    "door": (200, 200, 100),
    "table": (170, 120, 200),
    "chair": (255, 0, 0),
    "sofa": (200, 100, 100),
    "bookcase": (10, 200, 100),
    "board": (200, 200, 200),
    "clutter": (50, 50, 50),
}
"""RGB by class; an id is a place in it."""
CLASSES = tuple(COLOURS)
TRUTHS = ("*_gt.txt", "*/*/segment.npy", "*/*.npy", "*/*.txt", "*.npy", "*.txt")
PREDICTIONS = ("*_pred.txt", "*_pred.npy", "*/*.npy", "*/*.txt", "*.npy", "*.txt")


def find(predictions: Path, truths: Path) -> list[Scene]:
    """Rooms by area and name, whichever of the layouts each folder has."""
    wanted, given = _rooms(truths, TRUTHS, "truth"), _rooms(predictions, PREDICTIONS, "predictions")
    refuse_extra(predictions, {name: given[name] for name in given.keys() - wanted.keys()})
    return [Scene(name, (given[name],) if name in given else (), (wanted[name],)) for name in sorted(wanted)]


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The confusion of one room [13, 13], and the number of its area."""
    import numpy as np

    from geo3d.metrics.confusion import confusion_matrix

    if not scene.prediction:
        return None
    confusion = confusion_matrix(*_ids(scene), len(CLASSES), len(CLASSES))
    return {"confusion": confusion, "area": np.array(int(scene.name[len("Area_")]))}


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """One confusion over all rooms; with several areas also the mean IoU of each, and their average."""
    scores = without_absent(confusion_scores(total_confusion(tallies), CLASSES, ()), choices)
    areas = sorted({int(tally["area"]) for tally in tallies})
    if len(areas) < 2:
        return scores
    alone = {area: _of_area(tallies, area, choices) for area in areas}
    means = {f"mean IoU, Area_{area}": one.overall["mean IoU"] for area, one in alone.items()}
    averaged = {"mean IoU, averaged over areas": sum(means.values()) / len(means)}
    notes = [f"Area_{area}: {note}" for area, one in alone.items() for note in one.notes]
    return dataclasses.replace(scores, overall=scores.overall | averaged | means, notes=(*scores.notes, *notes))


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Truth, prediction and mistakes without the ceiling, where a table or ``coord.npy`` beside has the points."""
    import numpy as np

    truth, prediction = _ids(scene)
    beside = scene.truth[0].with_name("coord.npy")
    for file in (beside, *scene.truth, *scene.prediction):
        table = read_array(file) if file.is_file() else None
        if table is not None and table.ndim == 2 and table.shape[1] >= 3 and len(table) == len(truth):
            shades = np.array(list(COLOURS.values()), np.uint8)
            seen = truth != CLASSES.index("ceiling")
            return label_panels(table[seen, :3], truth[seen], prediction[seen], shades, len(CLASSES))
    return None


def _rooms(folder: Path, patterns: Sequence[str], what: str) -> dict[str, Path]:
    """Files by ``Area_5/office_1``."""
    rooms = {}
    for name, file in named(folder, patterns, what).items():
        parts = re.fullmatch(r"(Area_[1-6])[-_/](.+)", name)
        if parts is None:
            raise InputError(
                f"{file} is no room of S3DIS; names such as Area_5/office_1 or Area_5_office_1 are allowed"
            )
        room = f"{parts[1]}/{parts[2]}"
        if room in rooms:
            raise InputError(f"{file} and {rooms[room]} are the same room; one of them is allowed")
        rooms[room] = file
    return rooms


def _ids(scene: Scene) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """True and predicted class of each point."""
    truth, prediction = (
        in_range(read_last_ids(file), len(CLASSES), file) for file in (scene.truth[0], scene.prediction[0])
    )
    same_length(prediction, truth, (scene.prediction[0], scene.truth[0]), "points")
    return truth, prediction


def _of_area(tallies: Sequence[Tally], area: int, choices: Choices) -> Scores:
    its = [tally for tally in tallies if int(tally["area"]) == area]
    return without_absent(confusion_scores(total_confusion(its), CLASSES, ()), choices)


PROTOCOL = Protocol(
    name="s3dis",
    version=1,
    title="S3DIS: mean IoU over 13 classes, of Area 5 or of six folds",
    explained=(
        (
            "unit",
            "a point as the files have it: PointNet's are the 4,096 points drawn in each block of a room, others' all "
            "points of the room, so that figures of one are not those of the other",
        ),
        ("scene", "a room; Area_5/office_1, Area_5_office_1 and Area_5-office_1 are the same"),
        (
            "truth",
            f"the first of {', '.join(TRUTHS)} that the folder has: ids, or a table with the id in its last column",
        ),
        ("prediction", f"the first of {', '.join(PREDICTIONS)} that the folder has, likewise"),
        ("ids", ", ".join(f"{number} {name}" for number, name in enumerate(CLASSES))),
        ("ignored", "nothing: clutter is a class, and stairs are clutter in PointNet's conversion"),
        ("other ids", "refused; the official script fails on 13 and more, and takes -1 for clutter"),
        (
            "averaging",
            "one confusion over all rooms that are given; TP / (TP + FP + FN) of each class; the plain mean over "
            "classes; rooms of one area make the score of that fold",
        ),
        (
            "six folds",
            "two readings, both given where there are several areas: mean IoU has the confusions of all areas summed "
            "(the usual one, which PointNet's script gives when all rooms are listed); the other averages the areas' "
            "mean IoUs",
        ),
        (
            "absent class",
            "the official script divides by zero for a class that is neither there nor predicted; the compatible "
            "reading leaves it out of the mean and says so, the strict one gives no mean (Pointcept counts it as 0)",
        ),
        ("missing room", "with allow_missing it is left out: the official script scores the rooms that are listed"),
    ),
    sources=(
        "charlesq34/pointnet sem_seg/eval_iou_accuracy.py @ 2618f72b",
        "charlesq34/pointnet sem_seg/batch_inference.py @ 2618f72b",
    ),
    find=find,
    count=count,
    score=score,
    picture=picture,
    pictured=LABELS_PICTURED,
)
