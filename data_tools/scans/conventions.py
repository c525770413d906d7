"""From others' cameras to ours: x right, y down, z forward, pixel centres at whole numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geo3d.errors import InputError

OPENGL = np.array([1.0, -1.0, -1.0, 1.0])
"""Times the columns of a camera-to-world matrix: from a camera with y up that looks along -z to ours."""
NO_ROTATION = 1e-2


def pinhole(fx: float, fy: float, cx: float, cy: float) -> np.ndarray:
    """Our [3, 3] of intrinsics that count from the image's corner: there the first pixel's centre is (0.5, 0.5)."""
    return np.array([[fx, 0.0, cx - 0.5], [0.0, fy, cy - 0.5], [0.0, 0.0, 1.0]])


def resized(intrinsics: np.ndarray, size: tuple[int, int], to: tuple[int, int], path: Path) -> np.ndarray:
    """Intrinsics [..., 3, 3] of the same view in another size (height, width); corners stay corners.

    Raises InputError where the view has another shape, so that it cannot be the same: more than a pixel is missing.
    """
    (height, width), (to_height, to_width) = size, to
    if min(*size, *to) < 1 or abs(to_width * height - to_height * width) > max(height, width):
        raise InputError(f"{path} has depth of {to_width}x{to_height} with colour of {width}x{height}: other views")
    scale = np.array([to_width / width, to_height / height, 1.0])
    found = intrinsics * scale[:, None]
    found[..., :2, 2] += 0.5 * scale[:2] - 0.5
    return found


def from_quaternion(quaternion: np.ndarray, position: np.ndarray) -> np.ndarray:
    """[4, 4] of a rotation (x, y, z, w) and a place; NaN where the quaternion is none."""
    length = np.linalg.norm(quaternion)
    with np.errstate(invalid="ignore", divide="ignore"):
        x, y, z, w = quaternion / (length if abs(length - 1) < NO_ROTATION else np.nan)
    matrix = np.eye(4)
    matrix[:3, 0] = 1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)
    matrix[:3, 1] = 2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)
    matrix[:3, 2] = 2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)
    matrix[:3, 3] = position
    return matrix
