"""Pictures of predicted instances beside the true ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.instances.scene_instances import predicted_instances
from geo3d.data_tools.benchmarks.label_files import read_ply, semantic_mesh
from geo3d.data_tools.benchmarks.pictures import IGNORED, RIGHT, WRONG, palette, panels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.instances.instance_files import Predicted
    from geo3d.data_tools.benchmarks.instances.scene_instances import TrueInstances

HALF = 0.5
"""Overlap above which an instance is shown as found."""


def points_of(files: Sequence[Path]) -> NDArray[np.float64] | None:
    """Positions [vertex, 3] from the first of the files that has any."""
    import numpy as np

    for file in files:
        if file.suffix == ".ply":
            vertices = read_ply(file)["vertex"]
            return np.stack([vertices[axis] for axis in "xyz"], axis=1).astype(np.float64)
        if file.name == "artifact.json":
            return semantic_mesh(file).vertices.numpy().astype(np.float64)
    return None


def instance_panels(
    points: NDArray[np.float64], true: TrueInstances, predicted: Sequence[Predicted], smallest: int
) -> NDArray[np.uint8]:
    """True instances, each of a colour; predicted ones, in the colour of the true one they find; and what is wrong.

    Wrong are vertices of true instances that nothing found, and of predictions that found none.
    """
    import numpy as np

    given = predicted_instances(predicted, true, 0)
    found = _found(true, given.labels, given.shared)
    shades = np.concatenate([[IGNORED], palette(max(len(true.labels), 1))]).astype(np.uint8)
    seen, drawn = np.full((len(true.at), 3), IGNORED, np.uint8), np.full(len(true.at), -1)
    for row in np.argsort(given.confidences, kind="stable"):
        drawn[predicted[row].mask] = found[row]
        seen[predicted[row].mask] = shades[found[row]] if found[row] else WRONG
    counted = np.append(False, true.sizes >= smallest)
    wrong = np.where(counted[true.at], ~np.isin(true.at, found), drawn == 0)
    outcome = np.array([RIGHT, WRONG], np.uint8)[wrong.astype(int)]
    outcome[(true.at == 0) & (drawn == -1)] = IGNORED
    return panels(points, [shades[true.at], seen, outcome])


def _found(true: TrueInstances, labels: NDArray[np.int64], shared: NDArray[np.int64]) -> NDArray[np.int64]:
    """The true instance, from 1 on, that each prediction overlaps by more than half; 0 for none [predicted]."""
    import numpy as np

    if not len(true.labels):
        return np.zeros(len(labels), np.int64)
    inside = shared[:, 1:]
    fits = inside / np.maximum(shared.sum(1)[:, None] + true.sizes - inside, 1) > HALF
    fits &= labels[:, None] == true.labels
    return np.where(fits.any(1), 1 + fits.argmax(1), 0)
