"""Images whose pixels are written as numbers in a text, row by row from the top."""

from pathlib import Path

import numpy as np

from geo3d.errors import InputError
from geo3d.kernels import text_numbers as kernel

MOST_BYTES = 64
"""Of a pixel, with what parts it from the next; 17 digits with sign, point and exponent are 24."""
POWERS = 10.0 ** np.arange(kernel.EXACT + 1)


def text_image(path: Path, size: tuple[int, int]) -> np.ndarray:
    """[height, width], float32; raises InputError, naming the file, where it does not hold as many numbers.

    Line breaks may be anywhere, as long as all lines have equally many numbers.
    """
    height, width = size
    allowed = f"{width}x{height} pixels are {width * height} numbers"
    try:
        with open(path, "rb") as file:
            text = file.read(MOST_BYTES * height * width + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    if len(text) > MOST_BYTES * height * width:
        raise InputError(f"{path} has more than {len(text) - 1} bytes; {allowed}")
    values = np.empty(len(text) // 2 + 1)  # the most that can be in it
    rows, columns, _, fault, line, _ = kernel.read_rows(np.frombuffer(text, np.uint8), POWERS, len(text) + 1, values)
    if fault != kernel.FINE:
        what = "something that is no number" if fault == kernel.NO_NUMBER else f"not {columns} numbers as lines before"
        raise InputError(f"{path}, line {line + 1}, has {what}; {allowed}")
    if rows * columns != height * width:
        raise InputError(f"{path} has {rows * columns} numbers; {allowed}")
    with np.errstate(over="ignore"):  # beyond float32 is as good as infinite
        return values[: rows * columns].reshape(height, width).astype(np.float32)


def along_z(distances: np.ndarray, rays: tuple[float, float, float, float]) -> np.ndarray:
    """Depth along z [height, width], float32, from distances along the rays of a pinhole with fx, fy, cx and cy."""
    (height, width), (fx, fy, cx, cy) = distances.shape, rays
    x, y = (np.arange(width) - cx) / fx, (np.arange(height) - cy) / fy
    return (distances / np.sqrt(1 + x**2 + (y**2)[:, None])).astype(np.float32)
