"""Redwood scans (Choi et al. 2015) and Open3D's sample data.

Depth is 16-bit PNG in millimetres; ``trajectory.log`` has five lines a frame, three whole numbers and the
camera-to-world matrix, axes as ours. Where the folder names no camera, it is the PrimeSense's f = 525.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble, read_numbers
from geo3d.data_tools.scans.listing import FrameFiles, Listing, images, pair_by_stem
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "color/ (or image/, rgb/ beside a log), depth/; trajectory.log, rgbd.match, camera_primesense.json if there"
_CAMERA, _TRANSFORMS, _PAIRS = "camera_primesense.json", "trajectory.log", "rgbd.match"
_ALONE = {"color", "image", "depth", "other_formats", "odometry.log", "LICENSE", _CAMERA, _PAIRS}
"""What may lie in a folder of this format without transforms; with more, or rgb/, it may be of another."""


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    colour = images(folder / "color") or images(folder / "image") or images(folder / "rgb")
    depth = images(folder / "depth")
    located = (folder / _TRANSFORMS).exists()
    if not colour or not (located or (depth and {path.name for path in folder.iterdir()} <= _ALONE)):
        return None
    shared = tuple(name for name in (_TRANSFORMS, _CAMERA, _PAIRS) if (folder / name).exists())
    if _PAIRS in shared:
        return _listed_pairs(folder, shared, located)
    if {path.stem for path in colour} & {path.stem for path in depth}:
        return pair_by_stem(folder, colour, depth, shared, located)
    if len(colour) != len(depth):
        raise InputError(f"{folder} has {len(colour)} colour and {len(depth)} depth images of other names; which pair?")
    pairs = enumerate(zip(colour, depth, strict=True))
    frames = (FrameFiles(str(c.relative_to(folder)), str(d.relative_to(folder)), row) for row, (c, d) in pairs)
    return Listing(tuple(frames), shared, located=located)


def _listed_pairs(folder: Path, shared: tuple[str, ...], located: bool) -> Listing:
    """Frames as ``rgbd.match`` pairs them: a depth and a colour file a line."""
    frames, skipped = [], []
    lines = (folder / _PAIRS).read_text(encoding="utf-8", errors="replace").splitlines()
    for row, line in enumerate(line for line in lines if line.strip()):
        names = line.split()
        if len(names) != 2:
            raise InputError(f"{folder / _PAIRS} has the line {line!r}; it must name a depth and a colour file")
        missing = [name for name in names if not (folder / name).exists()]
        if missing:
            skipped.append((names[1], f"no {missing[0]}"))
        else:
            frames.append(FrameFiles(names[1], names[0], row))
    return Listing(tuple(frames), shared, tuple(skipped), located)


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    there = _TRANSFORMS in source.listing["shared"]
    rows = read_numbers(source.root / _TRANSFORMS, (-1, 19)) if there else ()
    transforms = {row[0]: row[3:].reshape(4, 4) for row in rows}
    listed = [transforms.get(float(f["row"])) for f in source.listing["frames"]]
    return assemble(source, listed, Camera(_intrinsics(source)), depth_none=(65535,))


def _intrinsics(source: Source) -> np.ndarray:
    if _CAMERA not in source.listing["shared"]:
        return np.array([[525.0, 0, 319.5], [0, 525, 239.5], [0, 0, 1]])
    path = source.root / _CAMERA
    try:
        return np.array(json.loads(path.read_text())["intrinsic_matrix"], np.float64).reshape(3, 3).T
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} must hold an intrinsic_matrix of 9 numbers, column by column: {error}") from error
