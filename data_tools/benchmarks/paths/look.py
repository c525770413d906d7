"""A picture of two camera paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST, MARGIN = 480, 12
"""Pixels of the longer side, and of what stays free around the paths."""
TRUE, START = (150, 150, 150), (0, 0, 0)
"""RGB of the true path, and of where each begins."""
CLOSE, FAR = (59, 111, 182), (214, 39, 40)
"""RGB of the predicted path where its error is 0, and where it is largest."""


PATHS_PICTURED = (
    "The true path in grey, seen along the axis in which it is flattest (for most from above), and over it the "
    "predicted one, from blue to red by its error."
)
"""What :func:`path_picture` shows."""


def path_picture(
    true: NDArray[np.float64], given: NDArray[np.float64], errors: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """RGB [height, width, 3] of paths [frame, 3] seen along the axis in which the true one is flattest.

    For most that is from above, whichever axis is up. The predicted path is drawn over the true one, from blue to red
    by its errors [frame].
    """
    import numpy as np

    right, up = np.sort(np.argsort(np.ptp(true, axis=0), kind="stable")[1:])
    both = np.concatenate([true, given])[:, [right, up]]
    low, extent = both.min(0), np.ptp(both, axis=0)
    unit = (LARGEST - 2 * MARGIN) / max(extent.max(), 1e-9)
    width, height = (extent * unit).astype(int) + 2 * MARGIN
    picture = np.full((height, width, 3), 255, np.uint8)
    shares = (errors / max(errors.max(), 1e-12))[:, None]
    shades = (1 - shares) * CLOSE + shares * FAR
    for path, colours in ((true, np.broadcast_to(TRUE, shades.shape)), (given, shades)):
        across = MARGIN + (path[:, right] - low[0]) * unit
        down = height - MARGIN - (path[:, up] - low[1]) * unit
        _draw(picture, np.stack([down, across], axis=1), colours)
        _dot(picture, (down[:1], across[:1]), np.array([START]), reach=3)
    return picture


def _draw(picture: NDArray[np.uint8], points: NDArray[np.float64], colours: NDArray[np.float64]) -> None:
    """Straight lines between points [point, 2], rows and columns, in colours that change along them."""
    import numpy as np

    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.linspace(0, along[-1], int(2 * along[-1]) + 1)
    rows, columns = (np.interp(at, along, points[:, axis]) for axis in (0, 1))
    shades = np.stack([np.interp(at, along, colours[:, channel]) for channel in range(3)], axis=1)
    _dot(picture, (rows, columns), shades, reach=1)


def _dot(
    picture: NDArray[np.uint8],
    at: tuple[NDArray[np.float64], NDArray[np.float64]],
    shades: NDArray[np.floating | np.integer],
    reach: int,
) -> None:
    """Squares of 2 * reach pixels around rows and columns."""
    rows, columns = (line.astype(int) for line in at)
    for down in range(-reach, reach):
        for across in range(-reach, reach):
            picture[rows + down, columns + across] = shades
