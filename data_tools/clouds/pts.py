"""PTS, as Leica's programs export it: text with the number of points, then a point a line.

x y z, x y z intensity, x y z red green blue, or x y z intensity red green blue; the intensity is left out, colours are
0 to 255. The first line may lack the count if the file is named ``.pts``. Metres, often in a country's system; the
instrument stands upright, so z is taken for up where nothing better is known, but is not known to be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.clouds.assemble import Points, assemble, checked_table, file_of, levels, read_bytes
from geo3d.data_tools.clouds.xyz import BOM
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import PointCloud
    from geo3d.scene.source import Source

LOOKS_FOR = "text: the number of points, then a point a line: x y z, intensity, red green blue"


def is_one(head: bytes) -> bool:
    """Whether a file that begins so has its count in the first line, and numbers in the second."""
    lines = head.removeprefix(BOM).split(b"\n", 2)
    if len(lines) < 2 or not lines[0].strip().isdigit():
        return False
    second = lines[1].strip()
    return not second or second[:1] in b"+-.0123456789"


def read(source: Source, config: None = None) -> PointCloud:
    """The cloud, with its colours."""
    from geo3d.ops.text_numbers import read_table

    file = file_of(source)
    data = read_bytes(file).removeprefix(BOM)
    first, _, rest = data.partition(b"\n")
    counted = first.strip().isdigit()
    rows = checked_table(file, read_table(rest if counted else data), 1 + counted)
    if counted and int(first.strip()[:18]) != len(rows):
        promised = int(first.strip()[:18])
        raise InputError(f"{file} has {len(rows):,} points, and its first line promises {promised:,}; is it cut off?")
    width = rows.shape[1] if len(rows) else 3
    if width not in (3, 4, 6, 7):
        raise InputError(f"{file} has {width} numbers a line; 3, 4, 6 and 7 are allowed: x y z, intensity, colours")
    shades = rows[:, -3:] if width >= 6 else None
    if shades is not None and not ((shades >= 0) & (shades <= 255)).all():
        raise InputError(f"{file} has colours beyond 0 to 255")
    colours = None if shades is None else levels(np.rint(shades).astype(np.int64))
    return assemble(source, Points(rows[:, :3].reshape(-1, 3), colours=colours))
