"""Pictures of dense grids: their surface voxels as points."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.pictures import IGNORED, RIGHT, WIDTH, WRONG, panels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DARK, LIGHT = (60, 70, 84), (226, 230, 234)
"""RGB of the lowest and of the highest surface that has no class."""
OPENED = 0.55
"""Share of a room's height that is shown, for ceilings hide what is below them."""


ERRORS_PICTURED = (
    "Surfaces of the truth and of the prediction, coloured by height, and the error of both, grey where there is none "
    "and red where it is large; what does not count is paler."
)
"""What :func:`distance_panels` shows."""


def distance_panels(
    truth: NDArray[np.floating],
    prediction: NDArray[np.floating],
    region: NDArray[np.bool_],
    reach: float,
    opened: bool,
) -> NDArray[np.uint8]:
    """Surfaces of the truth and of the prediction, within a voxel, and the error of both, redder up to `reach`.

    All are [x, y, z], z up; voxels out of `region` do not count, and are pale. Rooms are shown `opened` from above.
    """
    import numpy as np

    there, given = _opened((truth <= 1, prediction <= 1), opened)
    either = there | given
    share = np.minimum(np.abs(truth[either] - prediction[either]) / reach, 1)[:, None]
    error = np.where(region[either][:, None], (1 - share) * np.array(RIGHT) + share * np.array(WRONG), IGNORED)
    return side_by_side([(there, _by_height(there)), (given, _by_height(given)), (either, error)])


def class_panels(
    truth: NDArray[np.integer],
    prediction: NDArray[np.integer],
    shown: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    counted: NDArray[np.bool_],
    shades: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """Truth, prediction and mistakes of classes [x, y, z], z up, where each is `shown`, in colours [class, 3].

    They are of rooms, and opened from above.
    """
    import numpy as np

    there, given = _opened(shown, True)
    either = there | given
    right = np.array([IGNORED, WRONG, RIGHT])[counted[either] * (1 + (truth[either] == prediction[either]))]
    drawn = [(there, _of_class(truth[there], shades)), (given, _of_class(prediction[given], shades))]
    return side_by_side([*drawn, (either, right)])


def side_by_side(drawn: Sequence[tuple[NDArray[np.bool_], NDArray]]) -> NDArray[np.uint8]:
    """Voxels of one grid, [x, y, z], with their RGB [voxel, 3], one panel each, on the same scale."""
    import numpy as np

    anywhere = np.argwhere(np.logical_or.reduce([shown for shown, _ in drawn]))
    if not len(anywhere):
        return panels(anywhere.astype(np.float64), [])
    low, high = anywhere.min(axis=0), anywhere.max(axis=0)
    corners = np.array(list(itertools.product(*zip(low, high, strict=True))))  # hold the scale
    dot = int(np.clip(round(1.4 * WIDTH / np.linalg.norm(high - low + 1)), 2, 12))  # so that voxels leave no gaps
    made = []
    for shown, shade in drawn:
        points = np.concatenate([corners, np.argwhere(shown)]).astype(np.float64)
        colours = np.concatenate([np.full((len(corners), 3), 255), shade]).astype(np.uint8)
        made.append(panels(points, [colours], dot))
    return np.concatenate(made, axis=1)


def _opened(shown: tuple[NDArray[np.bool_], NDArray[np.bool_]], opened: bool) -> tuple[NDArray[np.bool_], ...]:
    """Without the upper part of what is shown of either."""
    import numpy as np

    heights = np.flatnonzero((shown[0] | shown[1]).any(axis=(0, 1)))
    if not opened or not len(heights):
        return shown
    below = np.arange(shown[0].shape[2]) <= heights[0] + OPENED * (heights[-1] - heights[0])
    return tuple(one & below for one in shown)


def _by_height(shown: NDArray[np.bool_]) -> NDArray[np.floating]:
    import numpy as np

    height = np.nonzero(shown)[2] / max(shown.shape[2] - 1, 1)
    return np.array(DARK) + height[:, None] * (np.array(LIGHT) - np.array(DARK))


def _of_class(labels: NDArray[np.integer], shades: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import numpy as np

    known = ((labels >= 0) & (labels < len(shades)))[:, None]
    return np.where(known, shades[labels.clip(0, len(shades) - 1)], np.array(IGNORED, np.uint8))
