"""SSCNet's semantic scene completion (Song et al. 2017), on NYU, NYUCAD and SUNCG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.labels.scores import total_confusion
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED, palette
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.volumes.eleven_classes import CLASSES
from geo3d.data_tools.benchmarks.volumes.sscnet_files import PREDICTIONS, TRUTHS, find, read_prediction, read_truth
from geo3d.data_tools.benchmarks.volumes.surfaces import class_panels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

MEASURES = ("IoU", "precision", "recall")


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The confusion [12, 12], empty first, of voxels of surfaces and behind; hits, false hits and misses behind."""
    import numpy as np

    from geo3d.metrics.confusion import confusion_matrix
    from geo3d.metrics.occupancy import occluded, occupancy_counts, visible_or_occluded

    if not scene.prediction:
        return None
    truth, volume = read_truth(scene, choices)
    prediction = read_prediction(scene.prediction[0], truth.shape)
    seen, hidden = visible_or_occluded(volume), occluded(volume)
    size = len(CLASSES) + 1
    return {
        "confusion": confusion_matrix(truth[seen], prediction[seen], size, size),
        "occupied": np.array(occupancy_counts(truth[hidden], prediction[hidden])),
    }


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """Labels from one confusion over all images; completion as the mean over images."""
    import numpy as np

    from geo3d.metrics.confusion import mean_of

    confusion = total_confusion(tallies)
    labels = _label_measures(confusion)
    images = np.array([_completion_measures(tally["occupied"], choices) for tally in tallies])
    mean = mean_of if choices.reading == "strict" else _plain_mean
    overall = {f"SSC mean {name}": mean(labels[name]) for name in MEASURES}
    overall |= {f"SC {name}": mean(images[:, i]) for i, name in enumerate(MEASURES)}
    columns = {**labels, "voxels": confusion.sum(1)[1:]}
    empty_last = confusion[1:, [*range(1, len(confusion)), 0]]
    notes = _notes(labels, images, choices)
    return Scores(overall, CLASSES, columns, empty_last, (*CLASSES, "empty"), notes=notes)


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Truth, prediction and mistakes of the voxels that are scored; the second axis of the files is the height."""
    import numpy as np

    from geo3d.metrics.occupancy import visible_or_occluded

    truth, volume = read_truth(scene, choices)
    prediction = read_prediction(scene.prediction[0], truth.shape)
    seen = visible_or_occluded(volume)
    true, given, counted = np.swapaxes(truth, 1, 2), np.swapaxes(prediction, 1, 2), np.swapaxes(seen, 1, 2)
    shown = counted & (true > 0), counted & (given > 0)
    return class_panels(true - 1, given - 1, shown, counted & (true > 0), palette(len(CLASSES)))


def _label_measures(confusion: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Of each class but empty; NaN where there is nothing to divide by."""
    from geo3d.metrics.confusion import class_accuracy, divided, intersection_over_union, true_positives

    precision = divided(true_positives(confusion), confusion.sum(0))
    measures = intersection_over_union(confusion), precision, class_accuracy(confusion)
    return {name: values[1:] for name, values in zip(MEASURES, measures, strict=True)}


def _completion_measures(counts: NDArray[np.int64], choices: Choices) -> list[float]:
    """Of one image; the official code gives 0 for a precision or recall of nothing, and NaN for such an IoU."""
    hits, false_hits, misses = (int(value) for value in counts)
    nothing = float("nan") if choices.reading == "strict" else 0.0
    return [
        hits / (hits + false_hits + misses) if hits + false_hits + misses else float("nan"),
        hits / (hits + false_hits) if hits + false_hits else nothing,
        hits / (hits + misses) if hits + misses else nothing,
    ]


def _plain_mean(values: NDArray[np.float64]) -> float:
    return float(values.mean())


def _notes(labels: dict[str, NDArray[np.float64]], images: NDArray[np.float64], choices: Choices) -> tuple[str, ...]:
    import numpy as np

    strict, notes = choices.reading == "strict", []
    how = (
        "left out of the mean, which is NaN in the official script"
        if strict
        else ("so that the mean is NaN, as in the official script; the strict reading leaves it out")
    )
    for name, values in labels.items():
        if np.isnan(values).any():
            gone = ", ".join(one for one, value in zip(CLASSES, values, strict=True) if np.isnan(value))
            notes.append(f"no {name} of {gone}: {how}")
    if empty := int(np.isnan(images[:, 0]).sum()):
        notes.append(f"{empty} images have nothing occupied behind surfaces, in truth or prediction, and no IoU: {how}")
    return tuple(notes)


PROTOCOL = Protocol(
    name="sscnet",
    version=1,
    title="SSCNet's semantic scene completion: IoU over 11 classes, and of occupancy behind surfaces",
    explained=(
        ("unit", "a voxel at a quarter of the resolution, 60 x 36 x 60, in the order of the files"),
        (
            "truth",
            f"the first of {', '.join(TRUTHS)} that the folder has (give data/eval): sceneVox_ds with SUNCG's 36 "
            "labels, and flipVol_ds in NAME_vol_d4.mat; a .npz has labels of the 11 classes, and volume",
        ),
        (
            "nyu and nyucad",
            "one truth, that of NYUCADtest; which voxels count is told by the volumes of NYUtest or of NYUCADtest, as "
            "sscnet.benchmark chooses. Volumes beside the truth, as SUNCGtest has them, leave no choice",
        ),
        (
            "prediction",
            f"the first of {', '.join(PREDICTIONS)} that the folder has, an array for each image: labels, or "
            "confidences with 12 along the last axis, empty first, of which the largest, the first of equal ones, is "
            "taken. The published HDF5 of all images has to be cut into those. Matlab's files of version 7.3 need h5py",
        ),
        ("ids", "0 empty, " + ", ".join(f"{i} {name}" for i, name in enumerate(CLASSES, 1))),
        ("no truth", "255 and NaN are empty: what is predicted there is a false hit"),
        (
            "SSC: labels",
            "voxels whose volume is below 1 in size, or exactly -1; TP, FP and FN of each class are summed over "
            "images; the mean is over 11 classes, without empty",
        ),
        (
            "SC: completion",
            "voxels whose volume is from -1 (>=) to below 0; occupied is any class; precision, recall and IoU of each "
            "image, then the mean over images",
        ),
        (
            "absent class",
            "0 / 0 is NaN, and so is the mean, in the compatible reading, which most single images show; the strict "
            "reading leaves the class out",
        ),
        (
            "image without occupied voxels",
            "where none is there or predicted, the IoU and the mean are NaN in the compatible reading, and precision "
            "and recall are 0; the strict reading leaves out each where it is not defined",
        ),
        (
            "official slip",
            "evaluate_completion.m asks for tp + tp where it means tp + fp; no number depends on it, for without hits "
            "the precision is 0 either way",
        ),
        ("missing scene", "with allow_missing it is left out; the official script takes as many images as there are"),
    ),
    sources=(
        "shurans/sscnet matlab_code/evaluation_script.m, evaluate_prediction.m, evaluate_completion.m, "
        "ClassMapping.mat @ 61b4060b",
        "Song et al.: Semantic Scene Completion from a Single Depth Image, CVPR 2017",
    ),
    find=find,
    count=count,
    score=score,
    picture=picture,
    pictured=LABELS_PICTURED,
)
