"""Redwood scans (Choi et al. 2015) and Open3D's sample data.

Depth is 16-bit PNG in millimetres; ``trajectory.log`` has five lines a frame, three whole numbers and the
camera-to-world matrix, axes as ours. Where the folder names no camera, it is the PrimeSense's f = 525.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.assemble import assemble, read_numbers
from geo3d.data_tools.listing import FrameFiles, Listing, images, pair_by_stem
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "color/ (or image/, rgb/), depth/ and trajectory.log; rgbd.match and camera_primesense.json if there"
_CAMERA = "camera_primesense.json"


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    colour = images(folder / "color") or images(folder / "image") or images(folder / "rgb")
    if not colour or not (folder / "trajectory.log").exists():
        return None
    shared = ("trajectory.log", *(name for name in (_CAMERA, "rgbd.match") if (folder / name).exists()))
    depth = images(folder / "depth")
    if "rgbd.match" in shared:
        pairs = [line.split() for line in (folder / "rgbd.match").read_text().splitlines() if line.strip()]
        there = [(row, pair) for row, pair in enumerate(pairs) if all((folder / name).exists() for name in pair)]
        skipped = tuple(
            (pair[-1], "listed in rgbd.match, but not there") for pair in pairs if pair not in dict(there).values()
        )
        return Listing(tuple(FrameFiles(c, d, row) for row, (d, c) in there), shared, skipped)
    if {path.stem for path in colour} & {path.stem for path in depth}:
        return pair_by_stem(folder, colour, depth, shared)
    names = [tuple(str(path.relative_to(folder)) for path in pair) for pair in zip(colour, depth, strict=False)]
    return Listing(tuple(FrameFiles(c, d, row) for row, (c, d) in enumerate(names)), shared)


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    rows = read_numbers(source.root / "trajectory.log", (-1, 19))
    transforms = {int(row[0]): row[3:].reshape(4, 4) for row in rows}
    listed = [transforms.get(f["row"]) for f in source.listing["frames"]]
    return assemble(source, listed, _intrinsics(source), depth_none=(65535,))


def _intrinsics(source: Source) -> np.ndarray:
    if _CAMERA not in source.listing["shared"]:
        return np.array([[525.0, 0, 319.5], [0, 525, 239.5], [0, 0, 1]])
    path = source.root / _CAMERA
    try:
        return np.array(json.loads(path.read_text())["intrinsic_matrix"], np.float64).reshape(3, 3).T
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} must hold an intrinsic_matrix of 9 numbers, column by column: {error}") from error
