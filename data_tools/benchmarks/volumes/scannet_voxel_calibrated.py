"""PointNet++'s voxel accuracies on ScanNet (Qi et al. 2017): the first point of each voxel of 2 cm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import nan
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.pairing import finder
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED, label_panels
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.volumes.labelled_points import CLASSES, read_labelled_points, read_predicted_labels
from geo3d.data_tools.labels import nyu40

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

VOXEL_SIZE = 0.02
SIDE, MARGIN, CONTEXT, LEAST = 1.5, 0.001, 0.2, 0.01
"""Metres of a square of the ground, of what belongs to it around it, and of what is shown with it; its least share."""
WEIGHTS = (
    *(0.388, 0.357, 0.038, 0.033, 0.017, 0.02, 0.016, 0.025, 0.002, 0.002, 0.002, 0.007, 0.006, 0.022, 0.004),
    *(0.0004, 0.003, 0.002, 0.024, 0.029),
)
"""Of each class in the calibrated accuracy."""
TRUTHS = ("*.npz", "*.npy", "*/artifact.json", "*/5_semantic/artifact.json")
PREDICTIONS = ("*.npz", "*.npy", "*.txt", "*/artifact.json", "*/5_semantic/artifact.json")


def count(scene: Scene, choices: Choices) -> Tally | None:
    """Voxels of each class, and right ones, of each square: [square, 2, 20]."""
    import numpy as np

    from geo3d.metrics.voxel_labels import column_blocks, counts_by_class, first_in_cubes, first_in_numbered_cubes

    if not scene.prediction:
        return None
    points, truth, prediction = _read(scene)
    if choices.reading == "strict":
        voxels = [first_in_cubes(points, VOXEL_SIZE)]
    else:
        blocks = column_blocks(points, SIDE, MARGIN, CONTEXT, LEAST)
        voxels = [block[first_in_numbered_cubes(points[block], VOXEL_SIZE)] for block in blocks]
    counts = [counts_by_class(truth[rows], prediction[rows], len(CLASSES) + 1)[:, 1:] for rows in voxels]
    return {"counts": np.array(counts).reshape(-1, 2, len(CLASSES))}


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """One count over all squares that are scored."""
    import numpy as np

    from geo3d.metrics.confusion import divided, mean_of

    rows, notes = _scored([len(tally["counts"]) for tally in tallies], choices)
    voxels, right = np.concatenate([tally["counts"] for tally in tallies])[np.array(rows, int)].sum(axis=0)
    there = voxels > 0 if choices.reading == "strict" else np.ones(len(CLASSES), bool)
    accuracies = divided(right, voxels) if choices.reading == "strict" else right / (voxels + 1e-6)
    counted, weights = accuracies[there], np.array(WEIGHTS)[there]
    overall = {
        "calibrated voxel accuracy": float(np.average(counted, weights=weights)) if len(counted) else nan,
        "voxel accuracy": float(divided(right.sum(keepdims=True), voxels.sum(keepdims=True))[0]),
        "mean class voxel accuracy": mean_of(counted),
    }
    columns = {"accuracy": accuracies.tolist(), "weight": WEIGHTS, "voxels": voxels.tolist()}
    return Scores(overall, CLASSES, columns, notes=notes)


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Truth, prediction and mistakes of the points."""
    points, truth, prediction = _read(scene)
    return label_panels(points, truth - 1, prediction - 1, nyu40.shades(CLASSES), len(CLASSES))


def _read(scene: Scene) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    points, truth = read_labelled_points(scene.truth[0])
    return points, truth, read_predicted_labels(scene.prediction[0], points, scene.truth[0])


def _scored(squares: Sequence[int], choices: Choices) -> tuple[list[int], tuple[str, ...]]:
    """Which of all scenes' squares are scored, and what is to be said about it."""
    batch, total, notes = choices.squares.batch, sum(squares), ()
    if without := squares.count(0):
        notes = (f"{without} scenes are as thin as a line and have no square (the official code fails on them)",)
    if choices.reading == "strict" or batch == 0:
        return list(range(total)), notes
    rows = [row for group in _batches(squares, batch) for row in group]
    if not rows:
        note = f"all {total} squares are scored; the official code scores none, for they do not fill a batch of {batch}"
        return list(range(total)), (*notes, note)
    if left := total - len(rows):
        note = f"{left} of {total} squares are not scored, which fill no batch of {batch}, as in the official code"
        notes = (*notes, note)
    return rows, notes


def _batches(squares: Sequence[int], batch: int) -> Iterator[list[int]]:
    """The official loop: one batch a scene at most, of its squares and then of what earlier ones left over."""
    start, waiting, left = 0, [], []
    for number in squares:
        own = list(range(start, start + number))
        start += number
        waiting = waiting + own if waiting else own + left
        if len(waiting) >= batch:
            yield waiting[:batch]
            waiting, left = [], waiting[batch:]


PROTOCOL = Protocol(
    name="scannet-voxel-calibrated",
    version=1,
    title="PointNet++'s calibrated voxel accuracy on ScanNet: the first point of each voxel of 2 cm",
    explained=(
        ("unit", "a voxel of 2 cm, which has the true and the predicted label of its first point in the file's order"),
        (
            "truth",
            f"the first of {', '.join(TRUTHS)} that the folder has: points [point, 3] in metres, z up, and labels; a "
            ".npy has rows of x, y, z, ..., label, as collect_scannet_scenes.py writes them",
        ),
        (
            "prediction",
            f"the first of {', '.join(PREDICTIONS)} that the folder has: a label a point, alone or with the positions",
        ),
        ("ids", "0 not annotated, " + ", ".join(f"{i} {name}" for i, name in enumerate(CLASSES, 1))),
        ("ignored", "voxels whose true label is 0; a predicted 0, or a number above 20, misses the true class"),
        (
            "squares",
            "the scene is cut into squares of 1.5 m from its lowest corner on, each with its own voxels; points within "
            "1 mm of an edge lie in both, and squares with less than 1 % of the points 20 cm around are left out. The "
            "official loader draws 8192 of those points at random, with repetition; ours takes all. The strict reading "
            "has one grid a scene",
        ),
        (
            "voxels",
            "the official code numbers n + 1 voxels a side as if they were n, so that some at the far sides are one "
            "with others; the strict reading keeps them apart",
        ),
        (
            "batches",
            "the official loop scores one batch of 32 squares a scene at most, and never what is left at the end; so "
            "does the compatible reading, scenes in order of name (squares.batch is the number, and 0 scores all; so "
            "does a number of squares that fills no batch)",
        ),
        (
            "averaging",
            "right / (voxels + 1e-6) of each class over all squares; the calibrated accuracy is their mean with fixed "
            "weights, the mean class accuracy the plain one; the voxel accuracy is right / all",
        ),
        (
            "absent class",
            "0 in both means in the compatible reading, for the 1e-6; the strict reading leaves out it and its weight",
        ),
        (
            "not to be mixed with",
            "the point-based calibrated accuracy that eval_one_epoch logs as `eval point calibrated average acc`, and "
            "ScanNet's own scannet-voxel",
        ),
        ("missing scene", "with allow_missing it is left out"),
    ),
    sources=(
        "charlesq34/pointnet2 scannet/train.py eval_whole_scene_one_epoch, scannet/pc_util.py, "
        "scannet/scannet_dataset.py @ 42926632",
        "Qi et al.: PointNet++, NeurIPS 2017",
    ),
    find=finder(TRUTHS, PREDICTIONS),
    count=count,
    score=score,
    picture=picture,
    pictured=LABELS_PICTURED,
)
