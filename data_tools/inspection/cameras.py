"""Checks of intrinsics against images."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from geo3d.data_tools.inspection.facts import Size
from geo3d.data_tools.inspection.findings import Finding

NARROW, WIDE = 10.0, 150.0
"""Degrees across an image; pinhole cameras that scan rooms have 40 to 120."""
OFF_CENTRE = 0.15
"""Of the width or height: how far from the middle the principal point may lie. Lenses differ by 5 %, crops by more."""
NOT_SQUARE = 0.1
"""Relative difference of fx and fy: pixels are square to some per cent on every sensor in use."""
SAME_SHAPE = 0.05
"""Relative difference of the two factors that take twice the principal point to the image's width and height."""
ANOTHER_SIZE = 0.3
"""Relative difference of these factors from 1 that is another size, and no shifted lens."""
WHOLE = 0.02
"""Relative difference from a ratio of small numbers, such as 1/2 or 3/4, that images are scaled by."""


def check_intrinsics(kind: str, matrices: np.ndarray, size: Size | None) -> list[Finding]:
    """Whether the ``colour`` or ``depth`` camera's [3, 3] or [frame, 3, 3] can be of images of this size."""
    matrices = matrices[None] if matrices.ndim == 2 else matrices
    faults = [_fault(matrix, size) for matrix in matrices]
    wrong = [row for row, fault in enumerate(faults) if fault]
    if not wrong:
        return []
    rows = () if len(wrong) == len(matrices) else tuple(wrong)
    told, repair = faults[wrong[0]] or ("", "")
    field = "intrinsics" if kind == "depth" else "colour_intrinsics"
    return [Finding("error", "intrinsics", f"the {kind} camera's {told}", rows, repair=repair.format(field=field))]


def check_sizes(colour: Size | None, depth: Size | None) -> list[Finding]:
    """Colour and depth of different size, which is well as long as each camera's intrinsics fit its own images."""
    if colour is None or depth is None or colour == depth:
        return []
    told = f"colour is {colour[1]}x{colour[0]}, depth {depth[1]}x{depth[0]}: each has intrinsics of its own"
    return [Finding("note", "sizes differ", told)]


def field_of_view(matrix: np.ndarray, size: Size) -> tuple[float, float]:
    """Degrees across and down."""
    across, down = 2 * np.degrees(np.arctan2([size[1] / 2, size[0] / 2], [matrix[0, 0], matrix[1, 1]]))
    return float(across), float(down)


def _fault(matrix: np.ndarray, size: Size | None) -> tuple[str, str] | None:
    """What is wrong, and its repair."""
    zeros = np.array([matrix[0, 1], matrix[1, 0], matrix[2, 0], matrix[2, 1], matrix[2, 2] - 1])
    if not np.isfinite(matrix).all() or min(matrix[0, 0], matrix[1, 1]) <= 0 or np.abs(zeros).max() > 1e-6:
        return f"intrinsics are no pinhole's: {matrix.tolist()}", "{field}: [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]"
    if size is None:
        return None
    (height, width), (fx, fy), centre = size, (matrix[0, 0], matrix[1, 1]), matrix[:2, 2]
    factor = _of_another_size(matrix, size)
    if factor is not None:
        told = f"intrinsics are those of images {1 / factor:.3g} times as large as {width}x{height}"
        return told, f"multiply the first two rows of {{field}} by {factor:.4g}"
    if not (0 <= centre[0] < width and 0 <= centre[1] < height):
        told = f"principal point ({centre[0]:.1f}, {centre[1]:.1f}) lies outside its {width}x{height} images"
        return told, f"{{field}}: cx near {(width - 1) / 2:g}, cy near {(height - 1) / 2:g}"
    off = np.abs(centre - [(width - 1) / 2, (height - 1) / 2]) / [width, height]
    if off.max() > OFF_CENTRE:
        told = f"principal point ({centre[0]:.1f}, {centre[1]:.1f}) lies {off.max():.0%} of the image off the middle"
        return told, "{field}: the matrix of this camera at this size; cropped images need cx, cy less what was cut off"
    across, down = field_of_view(matrix, size)
    if min(across, down) < NARROW or max(across, down) > WIDE:
        told = f"focal lengths ({fx:.1f}, {fy:.1f}) make a field of view of {across:.0f} x {down:.0f} degrees"
        return told, "{field}: fx and fy in pixels of these images, not in millimetres or of another size"
    if abs(fx / fy - 1) > NOT_SQUARE:
        return f"focal lengths ({fx:.1f}, {fy:.1f}) differ by more than those of any sensor", "{field}: fx and fy"
    return None


def _of_another_size(matrix: np.ndarray, size: Size) -> float | None:
    """By what to multiply intrinsics whose middle is that of images of the same shape and another size."""
    factors = np.array([size[1], size[0]]) / np.maximum(2 * matrix[:2, 2] + 1, 1e-9)
    factor = float(factors.mean())
    if abs(factors[0] / factors[1] - 1) > SAME_SHAPE or abs(factor - 1) < ANOTHER_SIZE:
        return None
    simple = float(Fraction(factor).limit_denominator(8))
    return simple if abs(simple / factor - 1) < WHOLE else factor
