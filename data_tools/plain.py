"""Our own plain layout, for a user's own frames and for the built-in room: images, and one ``scan.json``.

.. code-block:: json

    {"format": "geo3d-scan", "version": 1, "depth_unit": 0.001, "up": [0, 0, 1],
     "intrinsics": [[525, 0, 319.5], [0, 525, 239.5], [0, 0, 1]],
     "frames": [{"colour": "colour/0.jpg", "depth": "depth/0.png", "world_from_camera": [[1, 0, 0, 0], "..."]}]}

Depth is 16-bit PNG, ``depth_unit`` metres a count, 0 where there is none. ``up`` and ``colour_intrinsics`` may be left
out, a frame's ``world_from_camera`` may be null. Cameras look along +z, x right, y down.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.data_tools.assemble import assemble
from geo3d.data_tools.listing import FrameFiles, Listing
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "scan.json with depth_unit, intrinsics and frames (colour, depth, world_from_camera)"
INDEX = "scan.json"


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    if not (folder / INDEX).exists():
        return None
    frames, skipped = [], []
    for row, frame in enumerate(_index(folder)["frames"]):
        missing = [frame[kind] for kind in ("colour", "depth") if not (folder / frame[kind]).exists()]
        if missing:
            skipped.append((frame["colour"], f"no {missing[0]}"))
        else:
            frames.append(FrameFiles(frame["colour"], frame["depth"], row))
    return Listing(tuple(frames), (INDEX,), tuple(skipped))


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    index = _index(source.root)
    listed = [index["frames"][f["row"]].get("world_from_camera") for f in source.listing["frames"]]
    transforms = [None if matrix is None else _matrix(source.root, matrix, 4) for matrix in listed]
    colour = index.get("colour_intrinsics")
    return assemble(
        source,
        transforms,
        _matrix(source.root, index["intrinsics"], 3),
        colour_intrinsics=None if colour is None else _matrix(source.root, colour, 3),
        depth_unit=float(index["depth_unit"]),
        up=tuple(index["up"]) if index.get("up") else None,
    )


def _index(folder: Path) -> dict[str, Any]:
    path = folder / INDEX
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        if index["format"] != "geo3d-scan" or index["version"] != 1:
            raise ValueError(f"format {index['format']!r} version {index['version']!r}")
        float(index["depth_unit"]), index["intrinsics"], [(f["colour"], f["depth"]) for f in index["frames"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not a geo3d-scan, version 1: {type(error).__name__}: {error}") from error
    return index


def _matrix(folder: Path, rows: Any, size: int) -> np.ndarray:
    try:
        return np.array(rows, np.float64).reshape(size, size)
    except (ValueError, TypeError) as error:
        raise InputError(f"{folder / INDEX} has {rows}; it must be a {size}x{size} matrix") from error
