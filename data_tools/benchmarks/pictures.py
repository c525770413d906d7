"""Pictures of how a prediction differs from its truth."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDTH = 360
"""Pixels of one panel, at most, and of its height."""
LABELS_PICTURED = "Truth, prediction, and mistakes in red; what is right is grey, what does not count paler."
"""What :func:`label_panels` shows."""
RIGHT, WRONG, IGNORED = (200, 206, 212), (214, 39, 40), (238, 238, 238)
"""RGB of what was predicted right, wrong, and of what does not count."""


def panels(
    points: NDArray[np.floating],
    shades: Sequence[NDArray[np.uint8]],
    dot: int = 2,
    around: NDArray[np.floating] | None = None,
) -> NDArray[np.uint8]:
    """RGB [height, width, 3]: the same points [point, 3], z up, once for each of `shades` [point, 3], side by side.

    Seen from a corner at 50 degrees above the horizon, without perspective; a quarter of each side is not cut away for
    walls in front, which is why points are drawn small (`dot` pixels). The scale is such that the points `around` them
    would have room, too: pictures of different points with the same ones around fit beside each other.
    """
    import numpy as np

    across, up, towards = _axes()
    if not len(points):
        return np.full((WIDTH // 2, WIDTH, 3), 255, np.uint8)
    flat, room = (
        np.stack([shown @ across, -(shown @ up)], axis=1) for shown in (points, points if around is None else around)
    )
    low, high = np.minimum(flat.min(axis=0), room.min(axis=0)), np.maximum(flat.max(axis=0), room.max(axis=0))
    scale = (WIDTH - dot - 1) / max((high - low).max(), 1e-9)
    at = ((flat - low) * scale).astype(np.int64)
    order = np.argsort(points @ towards, kind="stable")
    width, height = ((high - low) * scale).astype(np.int64) + dot + 1
    drawn = []
    for shade in shades:
        panel = np.full((height, width, 3), 255, np.uint8)
        for down in range(dot):
            for right in range(dot):
                panel[at[order, 1] + down, at[order, 0] + right] = shade[order]
        drawn.append(np.pad(panel, ((4, 4), (4, 4), (0, 0)), constant_values=255))
    return np.concatenate(drawn, axis=1)


def label_panels(
    points: NDArray[np.floating], truth: NDArray, prediction: NDArray, shades: NDArray[np.uint8], classes: int
) -> NDArray[np.uint8]:
    """Truth, prediction and mistakes beside each other; labels from 0 on, a truth out of the classes does not count."""
    import numpy as np

    counted = (truth >= 0) & (truth < classes)
    right = np.array([IGNORED, WRONG, RIGHT], np.uint8)[counted * (1 + (truth == prediction))]
    true, given = (
        np.where(((labels >= 0) & (labels < classes))[:, None], shades[labels.clip(0, classes - 1)], IGNORED)
        for labels in (truth, prediction)
    )
    return panels(points, [true.astype(np.uint8), given.astype(np.uint8), right])


def palette(count: int) -> NDArray[np.uint8]:
    """RGB [count, 3] of classes that have no colours of their own: hues by the golden ratio, in three brightnesses."""
    import numpy as np

    hues = [
        colorsys.hsv_to_rgb(i * 0.618034 % 1, (0.75, 0.5, 0.9)[i % 3], (0.9, 0.75, 0.6)[i // 3 % 3])
        for i in range(count)
    ]
    return (255 * np.array(hues).reshape(-1, 3)).astype(np.uint8)


def _axes() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """What runs right, up and towards the eye in the picture."""
    import numpy as np

    turn, rise = np.radians(30), np.radians(50)
    across = np.array([np.cos(turn), np.sin(turn), 0.0])
    towards = np.array([np.sin(turn) * np.cos(rise), -np.cos(turn) * np.cos(rise), np.sin(rise)])
    return across, np.cross(towards, across), towards
