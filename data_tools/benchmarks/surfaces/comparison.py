"""What one scene of two surfaces gives: shares, distances, normals and volume, each as the protocol ``mesh`` has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.surfaces.sampled import Sampled, sampled
from geo3d.data_tools.benchmarks.surfaces.surface_files import Surface

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.metrics.surface import Correspondence

SIDES = ("a prediction", "a truth")


def draw(surfaces: tuple[Surface, Surface], choices: Choices) -> tuple[Sampled, Sampled]:
    """Points of prediction and truth: draws that are independent, so that no method gains from having its triangles."""
    samples, seed = choices.mesh.samples, choices.mesh.seed
    return sampled(surfaces[0], samples, (seed, 0)), sampled(surfaces[1], samples, (seed, 1))


def shares(found: Correspondence, thresholds: Sequence[float]) -> NDArray[np.float64]:
    """F-score, precision and recall [3, threshold]; all 0 where a side has no points."""
    import numpy as np

    from geo3d.metrics.surface import f_score, share_within

    precision, recall = (
        np.nan_to_num(share_within(side, thresholds), nan=0.0) for side in (found.accuracy, found.completeness)
    )
    return np.stack([f_score(precision, recall), precision, recall])


def normals(sides: tuple[Sampled, Sampled], found: Correspondence) -> NDArray[np.float64]:
    """Consistency of the prediction's and of the truth's, unsigned and signed [2, 2]; NaN where there are none."""
    import numpy as np

    from geo3d.metrics.surface import normal_consistency

    predicted, true = sides[0].normals, sides[1].normals
    if predicted is None or true is None or len(predicted) == 0 or len(true) == 0:
        return np.full((2, 2), np.nan)
    return normal_consistency(found, predicted, true)


def closed(surface: Surface) -> bool:
    """Whether it holds a volume."""
    from geo3d.metrics.surface_samples import is_closed

    return is_closed(surface.points, surface.faces)


def volume(surfaces: tuple[Surface, Surface], choices: Choices) -> float:
    """IoU of what two closed meshes hold, by points drawn evenly in the box around both."""
    import numpy as np

    from geo3d.metrics.surface import jaccard

    corners = np.concatenate([mesh.points[np.unique(mesh.faces)] for mesh in surfaces])
    low, high = corners.min(axis=0), corners.max(axis=0)
    drawn = np.random.default_rng((choices.mesh.seed, 2)).random((choices.mesh.samples, 3))
    prediction, truth = (crossings(low + drawn * (high - low), mesh)[0] != 0 for mesh in surfaces)
    return jaccard(prediction, truth)


def crossings(points: NDArray[np.float64], mesh: Surface) -> list[NDArray[np.int32]]:
    """How often the mesh winds around each point, and how many faces lie below and above it."""
    import torch

    from geo3d.ops.crossings import crossings_along_z

    given = (torch.from_numpy(array) for array in (points, mesh.points, mesh.faces))
    return [counts.numpy() for counts in crossings_along_z(*given)]


def remarks(
    surfaces: tuple[Surface, Surface], sides: tuple[Sampled, Sampled], are_closed: tuple[bool, bool]
) -> list[str]:
    """What somebody who quotes the scene's numbers has to know."""
    made = []
    for which, surface, side, is_closed in zip(SIDES, surfaces, sides, are_closed, strict=True):
        if len(side.points) == 0:
            made.append(f"{which} has no points: F-score 0, and left out of the means of distances and normals")
            continue
        if side.normals is None:
            made.append(f"{which} is points without normals: left out of the normal consistency")
        if len(surface.faces) and side.points is surface.points:
            made.append(f"{which} has faces, but none with any area: its vertices were taken as points")
        if not is_closed:
            made.append(f"{which} is not closed: left out of the volumetric IoU")
    return made
