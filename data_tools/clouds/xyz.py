"""XYZ: text with a point a line, and nothing that says what the columns are.

3 columns are x y z, 4 have an intensity behind, which is left out; 6 have normals or colours behind x y z, 7 an
intensity and then colours, and 9 both normals and colours, in either order. Which of the two three numbers are is
decided by their values: lengths of 1 (to 2 %) are normals, whole numbers of 0 to 255 are colours, and so are numbers of
0 to 1. What is both is a normal, but in files named ``.xyzrgb``. Metres; the format knows no up.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.clouds.assemble import Points, assemble, checked_table, file_of, levels, read_bytes
from geo3d.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.scene.kinds import PointCloud
    from geo3d.scene.source import Source

LOOKS_FOR = "text, a point a line: x y z, and behind them normals or colours or both"
BOM = b"\xef\xbb\xbf"


def is_one(head: bytes) -> bool:
    """Whether the first line of a file that begins so is at least three numbers."""
    from geo3d.ops.text_numbers import read_table

    if b"\0" in head:
        return False
    table = read_table(head.removeprefix(BOM), 1)
    return table.fault is None and len(table.rows) == 1 and table.rows.shape[1] >= 3


def read(source: Source, config: None = None) -> PointCloud:
    """The cloud, with its normals and colours."""
    from geo3d.ops.text_numbers import read_table

    file = file_of(source)
    rows = checked_table(file, read_table(read_bytes(file).removeprefix(BOM)))
    return assemble(source, from_columns(file, rows))


def from_columns(file: Path, rows: NDArray[np.float64]) -> Points:
    """What the columns [point, column] mean."""
    width, found = rows.shape[1] if len(rows) else 3, {}
    if width not in (3, 4, 6, 7, 9):
        raise InputError(f"{file} has {width} numbers a line; 3, 4, 6, 7 and 9 are allowed: x y z, normals, colours")
    starts = {6: [3], 7: [4], 9: [3, 6]}.get(width, [])
    for start in starts:
        triple = rows[:, start : start + 3]
        kind = _meaning(triple, file.suffix.lower() == ".xyzrgb" or width == 7)
        if kind is None or kind in found:
            what = f"numbers {start + 1} to {start + 3}"
            raise InputError(
                f"{file} has lines whose {what} are neither unit normals nor colours of 0 to 255 or 0 to 1"
            )
        found[kind] = triple
    shades = found.get("colours")
    return Points(rows[:, :3].reshape(-1, 3), found.get("normals"), None if shades is None else levels(shades))


def _meaning(triple: NDArray, rather_colours: bool) -> str | None:
    known = triple[np.isfinite(triple).all(axis=1)]
    with np.errstate(over="ignore"):  # infinite, which is no unit
        lengths = np.linalg.norm(known, axis=1)
    unit = bool(((np.abs(lengths - 1) < 0.02) | (lengths == 0)).all()) and bool((lengths > 0).any())
    shades = bool(((known >= 0) & (known <= 255)).all()) and bool((known == known.round()).all() or known.max() <= 1)
    if unit and not (shades and rather_colours):
        return "normals"
    return "colours" if shades else None
