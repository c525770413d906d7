"""What a pinhole would have seen, from the image of a lens that bends lines.

The lens is Brown's and Conrady's with the rational radial factor, as OpenCV has it ("Camera Calibration and 3D
Reconstruction"): a ray (x, y, 1) with r^2 = x^2 + y^2 meets the image at fx x' + cx, fy y' + cy, where

    x' = x d + 2 p1 x y + p2 (r^2 + 2 x^2),  y' = y d + p1 (r^2 + 2 y^2) + 2 p2 x y,
    d = (1 + k1 r^2 + k2 r^4 + k3 r^6) / (1 + k4 r^2 + k5 r^4 + k6 r^6).

That is the way from the ideal image to the lens's, so nothing has to be inverted.
"""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int

NAMES = ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")
"""Of the eight numbers, in OpenCV's order."""


def undistorted(
    pixels: np.ndarray,
    intrinsics: Float[np.ndarray, "3 3"],
    distortion: Float[np.ndarray, " 8"],
    outside: float | None = None,
) -> np.ndarray:
    """The ideal image [height, width, ...] of the same intrinsics, each pixel the nearest of the lens's image.

    `outside` stands where that saw nothing; None takes the nearest pixel there is.
    """
    height, width = pixels.shape[:2]
    place, seen = _places(intrinsics.tobytes(), distortion.tobytes(), height, width)
    ideal = np.take(pixels.reshape(height * width, -1), place, axis=0).reshape(pixels.shape)
    if outside is not None:
        ideal[~seen] = outside
    return ideal


def source_pixels(
    intrinsics: Float[np.ndarray, "3 3"], distortion: Float[np.ndarray, " 8"], height: int, width: int
) -> Float[np.ndarray, "height width 2"]:
    """Where in the lens's image each pixel of the ideal one lies: column, then row."""
    fx, fy, cx, cy = intrinsics[[0, 1, 0, 1], [0, 1, 2, 2]]
    bent = distort((np.arange(width) - cx) / fx, ((np.arange(height) - cy) / fy)[:, None], distortion)
    return np.stack([fx * bent[0] + cx, fy * bent[1] + cy], axis=-1)


def distort(x: np.ndarray, y: np.ndarray, distortion: Float[np.ndarray, " 8"]) -> tuple[np.ndarray, np.ndarray]:
    """Where rays (x, y, 1) meet the image: x' and y'."""
    k1, k2, p1, p2, k3, k4, k5, k6 = distortion.tolist()
    r2, xy = x * x + y * y, x * y
    d = (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)))
    return x * d + 2 * p1 * xy + p2 * (r2 + 2 * x * x), y * d + p1 * (r2 + 2 * y * y) + 2 * p2 * xy


@lru_cache(maxsize=4)  # cameras of a scan seldom differ, but for depth's and colour's
def _places(
    intrinsics: bytes, distortion: bytes, height: int, width: int
) -> tuple[Int[np.ndarray, " pixel"], np.ndarray]:
    """Number of the nearest pixel for each one, and [height, width] whether it is within half a pixel."""
    camera = np.frombuffer(intrinsics).reshape(3, 3), np.frombuffer(distortion)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found = np.nan_to_num(source_pixels(*camera, height, width), nan=-1e6, posinf=1e6, neginf=-1e6)
    column, row = np.rint(found.clip(-1e6, 1e6)).astype(np.int64).transpose(2, 0, 1)
    seen = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    return (row.clip(0, height - 1) * width + column.clip(0, width - 1)).reshape(-1), seen
