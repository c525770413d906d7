"""3D-EPN's shape completion (Dai, Qi, Niessner 2017): distances where the scan saw nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.pairing import named, refuse_extra
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.volumes.distance_files import DistanceGrid, read_distances, read_scan, same_grid
from geo3d.data_tools.benchmarks.volumes.surfaces import ERRORS_PICTURED, distance_panels
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

REACH = 2.5
"""Voxels below which a distance is near a surface."""
SCANS = ("test-images_dim32_sdf/*/*.sdf", "*/*.sdf", "*.sdf", "*/input.npy", "*/volumes/*/scan/artifact.json")
PREDICTIONS = (
    *("*/*.df", "*.df", "*/*.bin", "*.bin", "*/prediction.npy", "*.npy"),
    *("*/volumes/*/distance/artifact.json", "*/*/artifact.json"),
)


def find(predictions: Path, truths: Path) -> list[Scene]:
    """A scene for each scan among the truth, with the target that belongs to it."""
    scans = named(truths, SCANS, "scans")
    given = named(predictions, PREDICTIONS, "predictions")
    refuse_extra(predictions, {name: given[name] for name in given.keys() - scans.keys()})
    return [
        Scene(name, (given[name],) if name in given else (), (_target_of(scans[name]), scans[name]))
        for name in sorted(scans)
    ]


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The errors of one shape, of float32 in the file's order and of float64, and its class."""
    import numpy as np

    from geo3d.metrics.completion import mean_error, running_mean32

    if not scene.prediction:
        return None
    truth, prediction, region = _read(scene, choices)
    difference = np.abs(truth.values[region] - prediction.values[region])
    if not np.isfinite(difference).all():
        raise InputError(f"{scene.prediction[0]} or {scene.truth[0]} is infinite where it counts; distances are needed")
    return {
        "class": np.array(_class_of(scene)),
        "errors32": np.array([running_mean32(difference), running_mean32(difference * difference)]),
        "errors": np.array(mean_error(truth.values, prediction.values, region)),
        "voxels": np.array(int(region.sum())),
    }


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """The mean over shapes, not over voxels."""
    import numpy as np

    names = [str(tally["class"]) for tally in tallies]
    classes = tuple(sorted(set(names)))
    members = [[tally for tally, name in zip(tallies, names, strict=True) if name == one] for one in classes]
    l1, l2 = _means([tally for group in members for tally in group], choices)
    by_class = np.array([_means(group, choices) for group in members])
    columns = {
        "l1 (voxels)": by_class[:, 0],
        "l2 (squared voxels)": by_class[:, 1],
        "shapes": [len(group) for group in members],
    }
    empty = sum(int(tally["voxels"]) == 0 for tally in tallies)
    note = f"{empty} shapes have no voxel that counts, "
    if choices.reading == "strict":
        note += "and are left out of the means (the official code gives NaN)"
    else:
        note += (
            "for which the official code divides 0 by 0, so that the means are NaN; the strict reading leaves them out"
        )
    return Scores({"l1 (voxels)": l1, "l2 (squared voxels)": l2}, classes, columns, notes=(note,) if empty else ())


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """The true and the predicted surface, and how far off they are where it counts."""
    truth, prediction, region = _read(scene, choices)
    opened = scene.truth[0].name == "artifact.json"  # a room, and no shape
    return distance_panels(truth.values.T, prediction.values.T, region.T, REACH, opened)


def _means(tallies: Sequence[Tally], choices: Choices) -> tuple[float, float]:
    import numpy as np

    from geo3d.metrics.completion import running_mean32
    from geo3d.metrics.confusion import mean_of

    if choices.reading == "strict":
        errors = np.stack([tally["errors"] for tally in tallies])
        return mean_of(errors[:, 0]), mean_of(errors[:, 1])
    errors = np.stack([tally["errors32"] for tally in tallies])
    return running_mean32(errors[:, 0]), running_mean32(errors[:, 1])


def _read(scene: Scene, choices: Choices) -> tuple[DistanceGrid, DistanceGrid, NDArray[np.bool_]]:
    """Truth, prediction, and which of their voxels count."""
    from geo3d.metrics.completion import near_either, unobserved

    truth, scan = read_distances(scene.truth[0]), read_scan(scene.truth[1])
    prediction = read_distances(scene.prediction[0], truth.values.shape)
    same_grid((scene.prediction[0], scene.truth[0]), (prediction, truth))
    unseen = unobserved(_as_fine(scan, truth, scene), strictly=choices.reading == "strict")
    return truth, prediction, unseen & near_either(truth.values, prediction.values, REACH)


def _as_fine(scan: DistanceGrid, truth: DistanceGrid, scene: Scene) -> NDArray[np.float32]:
    """A scan on the truth's grid, each of whose sides must be as many times its own."""
    values, (fine, coarse) = scan.values, (truth.values.shape, scan.values.shape)
    factor = fine[0] // coarse[0]
    if fine != tuple(factor * side for side in coarse):
        raise InputError(
            f"{scene.truth[0]} has {fine[::-1]} voxels (x, y, z), and {scene.truth[1]} {coarse[::-1]}; a whole number "
            "of times as many along each side are needed"
        )
    if factor == 1:
        same_grid((scene.truth[0], scene.truth[1]), (truth, scan))
    for axis in range(3):
        values = values.repeat(factor, axis=axis)
    return values


def _target_of(scan: Path) -> Path:
    """The file of the whole shape, of which a scan is a part."""
    if scan.name == "artifact.json":
        target = scan.parents[1] / "distance" / scan.name
    elif scan.name == "input.npy":
        target = scan.with_name("target.npy")
    else:
        target = scan.with_name(f"{scan.name.removesuffix('.sdf').split('__')[0]}__0__.df")
        if scan.parents[1].name == "test-images_dim32_sdf":
            target = scan.parents[2] / "shapenet_dim32_df" / scan.parent.name / target.name
    if not target.is_file():
        raise InputError(f"{target} is not there, which {scan} is a part of; add it")
    return target


def _class_of(scene: Scene) -> str:
    """The folder that 3D-EPN sorts a shape into; of volumes of ours the voxel size."""
    scan = scene.truth[1]
    if "/" not in scene.name:
        return "all"
    return scan.parents[1].name if scan.name == "artifact.json" else scan.parent.name


PROTOCOL = Protocol(
    name="completion-epn",
    version=1,
    title="3D-EPN shape completion: l1 error of distances where the scan saw nothing",
    explained=(
        ("unit", "a voxel of a shape; distances are unsigned, in voxels, and as they are in the files: never clipped"),
        (
            "truth",
            "scans, the first of " + ", ".join(SCANS) + " that the folder has, and their targets: MODEL__0__.df beside "
            "MODEL__TRAJECTORY__.sdf or below shapenet_dim32_df, target.npy, volumes/SIZE/distance. Arrays are [x, y, "
            "z], in voxels; of volumes of ours |distance| / voxel_size",
        ),
        (
            "prediction",
            "the first of "
            + ", ".join(PREDICTIONS)
            + " that the folder has; .bin is what test.lua writes: floats alone",
        ),
        (
            "counted",
            "voxels that the scan does not know, and of which the target or the prediction is below 2.5 (<): what is "
            "predicted into empty space counts, and so does what is missed",
        ),
        (
            "unknown",
            "a scan's signed distance of -1 voxel or less: the official code takes sdf < -1 or weight < 1, and its "
            "loader gives weight 1 only above -1, so that exactly -1 counts, too. The strict reading takes < -1 "
            "alone. A scan of a coarser grid holds for all voxels inside of its own",
        ),
        (
            "averaging",
            "the mean |target - prediction| of each shape, then the mean over shapes, and over those of each class; l2 "
            "is the mean squared difference, without a root. The official sums are float32, one voxel after the other, "
            "and so are the compatible reading's (the order of classes is that of their names; the official one is "
            "that of a hash table, which can show in the seventh digit); the strict one's are float64",
        ),
        (
            "nothing to count",
            "the official code gives NaN for such a shape and for all means; the strict leaves it out",
        ),
        ("missing scene", "with allow_missing it is left out: the official code scores the predictions it finds"),
    ),
    sources=(
        "angeladai/cnncomplete evaluate/Evaluation.cpp, VoxelGrid.h @ 6d4b9dae",
        "Dai, Qi, Niessner: Shape Completion using 3D-Encoder-Predictor CNNs and Shape Synthesis, CVPR 2017",
    ),
    find=find,
    count=count,
    score=score,
    lower_is_better=True,
    picture=picture,
    pictured=ERRORS_PICTURED,
)
