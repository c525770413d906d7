"""Pictures of dense grids: their surface voxels as points."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.pictures import IGNORED, RIGHT, WIDTH, WRONG, panels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SURFACE = (120, 130, 140)
"""RGB of voxels that have no class."""


def distance_panels(
    truth: NDArray[np.floating], prediction: NDArray[np.floating], region: NDArray[np.bool_], reach: float
) -> NDArray[np.uint8]:
    """Surfaces of the truth and of the prediction, within a voxel, and the error of both, redder up to `reach`.

    All are [x, y, z], z up; voxels out of `region` do not count, and are pale.
    """
    import numpy as np

    there, given = truth <= 1, prediction <= 1
    share = np.minimum(np.abs(truth - prediction) / reach, 1)[..., None]
    error = np.where(region[..., None], (1 - share) * np.array(RIGHT) + share * np.array(WRONG), np.array(IGNORED))
    plain = np.broadcast_to(np.array(SURFACE), error.shape)
    return side_by_side([(there, plain), (given, plain), (there | given, error)])


def class_panels(
    truth: NDArray[np.integer],
    prediction: NDArray[np.integer],
    shown: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    counted: NDArray[np.bool_],
    shades: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """Truth, prediction and mistakes of classes [x, y, z], z up, where each is `shown`, in colours [class, 3]."""
    import numpy as np

    last = len(shades) - 1
    true, given = (
        np.where(((labels >= 0) & (labels <= last))[..., None], shades[labels.clip(0, last)], np.array(IGNORED))
        for labels in (truth, prediction)
    )
    right = np.array([IGNORED, WRONG, RIGHT])[counted * (1 + (truth == prediction))]
    return side_by_side([(shown[0], true), (shown[1], given), (shown[0] | shown[1] & counted, right)])


def side_by_side(drawn: Sequence[tuple[NDArray[np.bool_], NDArray]]) -> NDArray[np.uint8]:
    """Voxels of one grid, [x, y, z], and their RGB, one panel each, on the same scale."""
    import numpy as np

    anywhere = np.argwhere(np.logical_or.reduce([shown for shown, _ in drawn]))
    if not len(anywhere):
        return panels(anywhere.astype(np.float64), [])
    low, high = anywhere.min(axis=0), anywhere.max(axis=0)
    corners = np.array(list(itertools.product(*zip(low, high, strict=True))))  # hold the scale
    dot = max(2, round(WIDTH / (1.2 * np.linalg.norm(high - low + 1))))
    made = []
    for shown, shade in drawn:
        points = np.concatenate([corners, np.argwhere(shown)])
        colours = np.concatenate([np.full((len(corners), 3), 255), shade[shown]]).astype(np.uint8)
        made.append(panels(points.astype(np.float64), [colours], dot))
    return np.concatenate(made, axis=1)
