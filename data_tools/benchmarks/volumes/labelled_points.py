"""Points with a label each, as PointNet++ stores ScanNet's scenes, and as we do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.label_files import read_ids, same_length
from geo3d.data_tools.benchmarks.volumes.distance_files import load_volume, numbers_of, read_array, read_arrays
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLASSES = (
    *("wall", "floor", "chair", "table", "desk", "bed", "bookshelf", "sofa", "sink", "bathtub", "toilet", "curtain"),
    *("counter", "door", "window", "shower curtain", "refrigerator", "picture", "cabinet", "otherfurniture"),
)
"""A label is the place in this list, from 1 on; 0 is not annotated."""


def read_labelled_points(file: Path) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Positions in metres and labels from 0 to 20.

    A ``.npz`` of ``points`` and ``labels``, a ``.npy`` whose rows begin with x, y, z and end with the label, or a
    SemanticMesh's vertices. Raises InputError naming the file.
    """
    import numpy as np

    if file.name == "artifact.json":
        mesh = load_volume(file, "SemanticMesh")
        points, labels = mesh.vertices.numpy(), _known(mesh.classes)[mesh.labels.numpy()]
    elif file.suffix == ".npz":
        arrays = read_arrays(file, ("points", "labels"), ())
        points = numbers_of(arrays["points"], f"points of {file}", (2,))
        labels = numbers_of(arrays["labels"], f"labels of {file}", (1,))
        same_length(labels, points, (file, file), "points")
    else:
        rows = read_array(file, (2,))
        points, labels = rows[:, :3], rows[:, -1] if rows.shape[1] > 3 else rows[:, :0]
    if points.shape[1] != 3 or not np.isfinite(points).all() or labels.ndim != 1:
        raise InputError(f"{file} needs finite x, y, z and a label for each point")
    wrong = labels[~np.isin(labels, np.arange(len(CLASSES) + 1))]
    if len(wrong):
        raise InputError(f"{file} has the label {wrong[0]}; 0 to {len(CLASSES)} are allowed")
    return points.astype(np.float64), labels.astype(np.int64)


def read_predicted_labels(file: Path, points: NDArray[np.float64], truth: Path) -> NDArray[np.int64]:
    """A label for each of the points: those of :func:`read_labelled_points`, or whole numbers alone.

    Positions, where the file has them, must be the truth's.
    """
    import numpy as np

    alone = file.suffix in (".txt", ".ply") or (file.suffix == ".npy" and read_array(file, (1, 2)).ndim == 1)
    own, labels = (points, read_ids(file)) if alone else read_labelled_points(file)
    same_length(labels, points, (file, truth), "points")
    apart = np.abs(own - points).max(axis=1) > 1e-4
    if apart.any():
        row = int(apart.argmax())
        raise InputError(f"{file} has point {row:,} at {own[row].tolist()}, and {truth} at {points[row].tolist()}")
    return labels


def _known(classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Label of each place in a label set; 0 for what is none of the 20."""
    import numpy as np

    table = np.zeros(256, np.int64)
    table[: len(classes)] = [CLASSES.index(name) + 1 if name in CLASSES else 0 for name in classes]
    return table
