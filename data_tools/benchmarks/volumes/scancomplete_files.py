"""Targets, scans and predictions of ScanComplete: its TFRecords, arrays, and volumes of ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.pairing import named, refuse_extra
from geo3d.data_tools.benchmarks.protocol import Scene
from geo3d.data_tools.benchmarks.volumes.distance_files import (
    DistanceGrid,
    load_volume,
    numbers_of,
    read_array,
    read_arrays,
    read_distances,
    read_scan,
    refuse_nan,
    same_grid,
)
from geo3d.data_tools.benchmarks.volumes.eleven_classes import class_of
from geo3d.data_tools.benchmarks.volumes.tfrecord import read_features
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLASSES = ("bed", "ceiling", "chair", "floor", "furniture", "objects", "sofa", "table", "tv", "wall", "window")
"""A label is the place in this list, from 1 on; 0 is empty, 12 is not annotated."""
CEILING, FLOOR, UNANNOTATED = 2, 4, 12
TRUNCATION = 3
PADDING = 6
"""Voxels that complete_scan.py crops at the floor."""
TRUTHS = ("*.tfrecords", "*.tfrecord", "*.npz", "*/volumes/*/distance/artifact.json")
PREDICTIONS = (
    *("level1_*pred.tfrecord", "*.tfrecord", "*.npz", "*.npy"),
    *("*/volumes/*/distance/artifact.json", "*/*/artifact.json"),
)


@dataclass(frozen=True)
class Compared:
    """A scene and its completion on one grid, [x, y, z], z up."""

    truth: NDArray[np.float32]
    """In voxels, clipped."""
    prediction: NDArray[np.float32]
    """In voxels."""
    unobserved: NDArray[np.bool_]
    """Voxels that the scan does not tell of."""
    labels: tuple[NDArray[np.integer], NDArray[np.integer]] | None
    """True and predicted ones; None where one of them is missing."""


@dataclass(frozen=True)
class _Grids:
    """What a file or two hold."""

    distance: NDArray
    scan: NDArray | None
    labels: NDArray | None
    where: tuple[float, ...] | None = None


def find(predictions: Path, truths: Path) -> list[Scene]:
    """A scene for each file, or for each volume with the scan and the labels beside it."""
    wanted, given = named(truths, TRUTHS, "truth"), named(predictions, PREDICTIONS, "predictions")
    refuse_extra(predictions, {name: given[name] for name in given.keys() - wanted.keys()})
    return [
        Scene(name, _with_labels(given[name]) if name in given else (), _with_scan(wanted[name]))
        for name in sorted(wanted)
    ]


def read_compared(scene: Scene, choices: Choices) -> Compared:
    """The grids of a scene; raises InputError naming the file that does not fit."""
    import numpy as np

    from geo3d.metrics.completion import unobserved

    truth, prediction = _read_truth(scene.truth), _read_prediction(scene.prediction)
    if scene.truth[0].suffix in (".tfrecords", ".tfrecord"):
        truth = _cropped(truth, prediction.distance.shape, scene)
    files, grids = (scene.prediction[0], scene.truth[0]), (prediction, truth)
    same_grid(files, (_as_grid(grids[0]), _as_grid(grids[1])))
    given = prediction.distance.astype(np.float32)
    if choices.reading == "strict":
        given = given.clip(0, TRUNCATION)
    if not np.isfinite(given).all():
        raise InputError(f"{scene.prediction[0]} holds infinite distances; finite ones are allowed")
    labels = None
    if truth.labels is not None and prediction.labels is not None:
        labels = truth.labels, prediction.labels
    assert truth.scan is not None
    clipped = truth.distance.clip(0, TRUNCATION).astype(np.float32)
    return Compared(clipped, given, unobserved(truth.scan), labels)


def _with_labels(distance: Path) -> tuple[Path, ...]:
    labels = distance.parents[1] / "labels" / distance.name
    return (distance, labels) if distance.name == "artifact.json" and labels.is_file() else (distance,)


def _with_scan(distance: Path) -> tuple[Path, ...]:
    if distance.name != "artifact.json":
        return (distance,)
    scan = distance.parents[1] / "scan" / distance.name
    if not scan.is_file():
        raise InputError(f"{scan} is not there, which tells what was observed of {distance}; add it")
    return (distance, scan, *_with_labels(distance)[1:])


def _read_truth(files: tuple[Path, ...]) -> _Grids:
    if files[0].name == "artifact.json":
        target, scan = read_distances(files[0]), read_scan(files[1])
        same_grid((files[1], files[0]), (scan, target))
        labels = _volume_labels(files[2]) if len(files) > 2 else None
        return _Grids(target.values.T, scan.values.T, labels, target.where)
    if files[0].suffix == ".npz":
        return _from_arrays(files[0], "target", "input")
    return _from_record(files[0], "target_df", "target_sem", "input_sdf")


def _read_prediction(files: tuple[Path, ...]) -> _Grids:
    if files[0].name == "artifact.json":
        grid = read_distances(files[0])
        return _Grids(grid.values.T, None, _volume_labels(files[1]) if len(files) > 1 else None, grid.where)
    if files[0].suffix == ".npz":
        return _from_arrays(files[0], "prediction", None)
    if files[0].suffix == ".npy":
        distance = read_array(files[0], (3,))
        refuse_nan(distance, files[0])
        return _Grids(distance, None, None)
    return _from_record(files[0], "prediction_df", "prediction_sem", None)


def _from_arrays(file: Path, distance: str, scan: str | None) -> _Grids:
    arrays = read_arrays(file, (distance, *([scan] if scan else ())), ("labels",))
    for name, values in arrays.items():
        refuse_nan(numbers_of(values, f"{name} of {file}", (3,)), file)
    return _checked(_Grids(arrays[distance], arrays[scan] if scan else None, arrays.get("labels")), file)


def _from_record(file: Path, distance: str, labels: str, scan: str | None) -> _Grids:
    """Grids of a TFRecord, whose order is [z, y, x] with y up, as [x, y, z] with z up."""
    features = read_features(file)
    sides = next((features[name] for name in (f"{distance}/dim", f"{scan}/dim") if name in features), None)
    if distance not in features or sides is None or (scan is not None and scan not in features):
        needed = " and ".join(name for name in (scan, distance) if name)
        raise InputError(f"{file} holds {', '.join(sorted(features))}; {needed} and their dim are needed")
    shape = tuple(int(side) for side in sides)

    def grid(name: str) -> NDArray:
        values = features[name]
        if len(shape) != 3 or values.size != shape[0] * shape[1] * shape[2] or not values.size:
            raise InputError(f"{file} has {values.size:,} values of {name} for the sides {shape}")
        refuse_nan(values, file)
        return values.reshape(shape).transpose(2, 0, 1)

    return _checked(
        _Grids(grid(distance), grid(scan) if scan else None, grid(labels) if labels in features else None), file
    )


def _checked(grids: _Grids, file: Path) -> _Grids:
    import numpy as np

    for other in (grids.scan, grids.labels):
        if other is not None and other.shape != grids.distance.shape:
            raise InputError(f"{file} has grids of the shapes {grids.distance.shape} and {other.shape}; one is needed")
    if grids.labels is not None:
        wrong = grids.labels[(grids.labels < 0) | (grids.labels > UNANNOTATED)]
        if wrong.size or not np.issubdtype(grids.labels.dtype, np.integer):
            what = wrong[0] if wrong.size else grids.labels.dtype
            raise InputError(f"{file} has a label {what}; whole numbers from 0 to {UNANNOTATED} are allowed")
    return grids


def _cropped(truth: _Grids, shape: tuple[int, ...], scene: Scene) -> _Grids:
    """What complete_scan.py predicts of a scene: even sides, and a height above the padding at the floor."""
    import numpy as np

    x, y, z = truth.distance.shape
    if shape[:2] != (x // 2 * 2, y // 2 * 2) or shape[2] % 2 or shape[2] > z - PADDING:
        raise InputError(
            f"{scene.prediction[0]} has {shape} voxels (x, z, and y up), and {scene.truth[0]} {(x, y, z)}, which is "
            f"cropped to {(x // 2 * 2, y // 2 * 2)} and to an even height of at most {z - PADDING}"
        )
    crop = slice(0, shape[0]), slice(0, shape[1]), slice(PADDING, PADDING + shape[2])
    labels = None
    if truth.labels is not None:
        labels = truth.labels[crop].copy()
        top = labels[:, :, shape[2] // 2 :]
        top[top == FLOOR] = CEILING
    assert truth.scan is not None
    return _Grids(truth.distance[crop], np.asarray(truth.scan)[crop], labels)


def _volume_labels(file: Path) -> NDArray[np.uint8]:
    """Labels of a SemanticVolume of NYU40, in these classes; empty where it has none, which is far from surfaces."""
    import numpy as np

    volume = load_volume(file, "SemanticVolume")
    table = np.zeros(256, np.uint8)
    table[: len(volume.classes)] = [CLASSES.index(class_of(name)) + 1 for name in volume.classes]
    return table[volume.labels.numpy()]


def _as_grid(grids: _Grids) -> DistanceGrid:
    return DistanceGrid(grids.distance.T, grids.where)
