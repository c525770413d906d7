"""A real scan by planes and by the networks that ship, side by side: the README's pictures.

``python -m tests.bench.pictures SCAN OUT.jpg [PART_OF_A_ROUND] [OPTION ...]``: above what was seen and its planes, and
below what was completed and its labels, from one place; OPTIONs go to `geo3d scan-to-mesh`. A strip names the colours.
"""

import itertools
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from geo3d import cli
from geo3d.data_tools.films import go_round
from geo3d.data_tools.labels.nyu40 import shade_of
from geo3d.scene.artifact import load
from tests.plain_runs import PLAIN

HEIGHT, ELEVATION, PLACES = 420, 45.0, 24
LINE = 24
"""Pixels that a line of the legend takes."""


def main(scan: Path, out: Path, part: float, options: list[str]) -> None:
    """Make the picture."""
    rows, classes = [], []
    with tempfile.TemporaryDirectory() as folder:
        for given in (PLAIN, ()):
            assert cli.main(["scan-to-mesh", str(scan), "--out", folder, *options, *given]) == 0
            semantic = load((Path(folder) / "5_semantic").resolve())
            mesh = load((Path(folder) / "3_mesh").resolve())
            frames = go_round(mesh, semantic, HEIGHT, ELEVATION, PLACES)
            frame = next(itertools.islice(frames, round(part * PLACES) % PLACES, None))
            rows.append(np.asarray(frame))
            classes += [semantic.classes[place] for place in semantic.labels.unique().tolist() if place != 255]
    picture = np.concatenate([row[not_empty(row)] for row in rows])
    names = legend(list(dict.fromkeys(classes)), picture.shape[1])
    Image.fromarray(np.concatenate([picture, names])).save(out, quality=88)


def not_empty(image: np.ndarray) -> slice:
    """The rows that hold more than background."""
    there = np.flatnonzero((image != image[0, 0]).any(axis=(1, 2)))
    return slice(max(int(there[0]) - 8, 0), int(there[-1]) + 8)


def legend(classes: list[str], width: int) -> np.ndarray:
    """The classes' names beside their colours."""
    columns = width // 120
    strip = Image.new("RGB", (width, LINE * -(-len(classes) // columns)), "white")
    pen = ImageDraw.Draw(strip)
    for number, name in enumerate(classes):
        x, y = 120 * (number % columns), LINE * (number // columns)
        pen.rectangle((x + 6, y + 6, x + 20, y + 20), fill=shade_of(name))
        pen.text((x + 26, y + 7), name, fill="black")
    return np.asarray(strip)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0.0, sys.argv[4:])
