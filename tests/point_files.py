"""Point clouds as binary PLY in double precision, which loses nothing."""

from pathlib import Path

import numpy as np


def write_points(file: Path, points: np.ndarray) -> None:
    """Write points [point, 3]."""
    head = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(points)}\n"
    head += "".join(f"property double {axis}\n" for axis in "xyz") + "end_header\n"
    file.write_bytes(head.encode() + np.ascontiguousarray(points, "<f8").tobytes())
