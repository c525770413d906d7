"""The four formats of phones and radiance fields as writers of the same small scans that test_formats.py reads."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tests.data_tools.scans.view_writers import Lens, View, write_polycam, write_record3d, write_stray, write_transforms

LENS = Lens(fx=100.0, fy=102.0, cx=16.0, cy=12.0)
"""Of colour; for the depth images of half its size it is test_formats.K."""
COLOUR_K = np.array([[100.0, 0, 15.5], [0, 102, 11.5], [0, 0, 1]])


def views(matrices: Sequence[np.ndarray | None]) -> list[View]:
    """Depth grows by a count a pixel from 1000 * (row + 1); the last pixel has none."""
    found = []
    for row, matrix in enumerate(matrices):
        depth = 1000 * (row + 1) + np.arange(12 * 16).reshape(12, 16)
        depth[-1, -1] = 0
        found.append(View(np.full((24, 32, 3), row, np.uint8), depth, matrix))
    return found


WRITERS: dict[str, Callable[[Path, Sequence[np.ndarray | None]], None]] = {
    "nerfstudio": lambda folder, matrices: write_transforms(folder, views(matrices), LENS),
    "polycam": lambda folder, matrices: write_polycam(folder, views(matrices), LENS),
    "record3d": lambda folder, matrices: write_record3d(folder / "a scan ü.r3d", views(matrices), LENS),
    "stray": lambda folder, matrices: write_stray(folder, views(matrices), LENS),
}
TURNED = ("record3d", "stray")
"""Tell rotations by quaternions, which cannot say that a matrix is mirrored or stretched, and round them."""
IN_ONE_FILE = ("record3d", "stray")
"""Keep colour images in one file."""
Y_UP = ("polycam", "stray")


def place(folder: Path) -> Path:
    """The scan in a folder: its one .r3d file, or the folder."""
    return next(folder.glob("*.r3d"), folder)
