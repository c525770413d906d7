"""ScanNet's semantic voxel labelling (Dai et al. 2017): a label for each voxel of the columns of a scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.labels.scores import looked_up, places_of, total_confusion
from geo3d.data_tools.benchmarks.pairing import finder
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.volumes.label_volumes import read_prediction, read_truth
from geo3d.data_tools.benchmarks.volumes.surfaces import class_panels
from geo3d.data_tools.labels import nyu40
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

CLASSES = tuple(name for name, _ in nyu40.NYU40)
EMPTY, UNANNOTATED = 0, len(CLASSES) + 1
NONE = len(CLASSES) + 1
"""The confusion's column of predictions that are no class, after that of empty ones."""
BORDER, HEIGHT = 15, 62
"""Voxels of half a neighbourhood, and of its height."""
TRUTHS = (
    "*.npz",
    "*.h5",
    "*.hdf5",
    "*.npy",
    "*/volumes/050mm/labels/artifact.json",
    "*/volumes/*/labels/artifact.json",
)
PREDICTIONS = (
    *("*.npy", "*/volumes/050mm/labels/artifact.json", "*/volumes/*/labels/artifact.json", "*/artifact.json"),
)


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The confusion of one scene: [40, 42], whose last columns are empty and none of the classes."""
    from geo3d.metrics.confusion import confusion_matrix

    if not scene.prediction:
        return None
    truth, prediction, counted = _read(scene, choices)
    columns = looked_up(places_of((*range(1, UNANNOTATED), EMPTY), NONE), prediction[counted])
    return {"confusion": confusion_matrix(truth[counted] - 1, columns, len(CLASSES), NONE + 1)}


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """Over the voxels of all scenes; rows are the classes that have any."""
    from geo3d.metrics.confusion import class_accuracy, intersection_over_union, mean_of, overall_accuracy

    confusion = total_confusion(tallies)
    accuracies, voxels = class_accuracy(confusion), confusion.sum(1)
    overall = {"overall accuracy": overall_accuracy(confusion), "mean class accuracy": mean_of(accuracies)}
    there = voxels > 0
    columns = {
        "accuracy": accuracies[there],
        "IoU": intersection_over_union(confusion)[there],
        "voxels": voxels[there],
    }
    classes = tuple(name for name, has in zip(CLASSES, there, strict=True) if has)
    empty = sum(not tally["confusion"].any() for tally in tallies)
    note = f"{empty} scenes have no voxel that counts (the official script adds nothing for them)"
    others = (*CLASSES, "empty", "no class of the 40")
    return Scores(overall, classes, columns, confusion[there], others, notes=(note,) if empty else ())


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Truth, prediction and mistakes of the voxels that have a true label."""
    truth, prediction, counted = _read(scene, choices)
    known = ((truth > EMPTY) & (truth < UNANNOTATED)).T
    shades = nyu40.shades(CLASSES)[: len(CLASSES)]
    return class_panels(truth.T - 1, prediction.T - 1, (known, known), counted.T, shades)


def _read(scene: Scene, choices: Choices) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Truth, prediction, and which of their voxels count, [z, y, x]."""
    from geo3d.metrics.voxel_labels import inner_occupied_columns

    (truth, occupied), prediction = read_truth(scene.truth[0]), read_prediction(scene.prediction[0])
    if truth.shape != prediction.shape:
        raise InputError(
            f"{scene.prediction[0]} has the shape {prediction.shape} (z, y, x), and {scene.truth[0]} {truth.shape}; "
            "the same are needed"
        )
    truth[truth == 255] = UNANNOTATED
    if ((truth < 0) | (truth > UNANNOTATED)).any():
        worst = int(truth.max()) if truth.max() > UNANNOTATED else int(truth.min())
        raise InputError(f"{scene.truth[0]} has the label {worst}; 0 to {UNANNOTATED}, and 255, are allowed")
    counted = (truth > EMPTY) & (truth < UNANNOTATED)
    if choices.reading == "compatible":
        counted &= inner_occupied_columns(occupied, BORDER)
        counted[HEIGHT:] = False
    return truth, prediction, counted


PROTOCOL = Protocol(
    name="scannet-voxel",
    version=1,
    title="ScanNet semantic voxel labelling (2017): accuracy over the voxels of columns",
    explained=(
        ("unit", "a voxel of 5 cm of a scan; grids are [z, y, x], z up"),
        (
            "truth",
            f"the first of {', '.join(TRUTHS)} that the folder has: label, and data [channel, z, y, x], whose first "
            "channel is the occupancy; labels alone, and volumes of ours, occupy what is not empty. HDF5 needs h5py",
        ),
        (
            "prediction",
            f"the first of {', '.join(PREDICTIONS)} that the folder has: labels, or scores [class, z, y, x], of which "
            "the last class, not annotated, cannot win",
        ),
        (
            "ids",
            "0 empty, 1 to 40 as in NYU40, 41 and 255 not annotated; labels mapped to fewer classes fit, too, under "
            "the names of NYU40",
        ),
        (
            "counted",
            "voxels whose label is neither empty nor unannotated, in columns with an occupied voxel at any height",
        ),
        (
            "never scored",
            f"the {BORDER} voxels along the four sides, for a column needs its whole neighbourhood, and what is above "
            f"{HEIGHT} voxels: so in the compatible reading. The strict reading scores every annotated voxel",
        ),
        ("other predictions", "empty, or no class of the 40: misses the true class"),
        (
            "averaging",
            "one count over all scenes: right voxels / all voxels, and the plain mean of the class accuracies over "
            "classes that are there; 0 / 0 is NaN. The IoU is ours: the official script has none",
        ),
        (
            "official script",
            "as published it stops before it prints, at saveConfusionToFile, which is nowhere defined; its counts are "
            "complete then",
        ),
        ("missing scene", "with allow_missing it is left out"),
        ("not to be mixed with", "scannet-voxel-calibrated, which PointNet++ reports"),
    ),
    sources=(
        "ScanNet/ScanNet Tasks/SemanticVoxelLabeling/torch/test_scenes.lua, provider.lua @ 3830fce7",
        "Dai et al.: ScanNet, CVPR 2017",
    ),
    find=finder(TRUTHS, PREDICTIONS),
    count=count,
    score=score,
    picture=picture,
    pictured=LABELS_PICTURED,
)
