"""ScanNet's ``.sens`` (Dai et al. 2017): a whole recording in one file, as its SensReader writes it (``sensorData.h``).

A frame's matrix maps camera to world, axes as ours (SensReader unprojects with +x, +y and +z); a frame whose tracking
was lost has one of -inf. Depth is 16-bit counts along z, the header says how many make a metre, 0 where there is none.
The centre of the first pixel is (0, 0), as SensReader unprojects it. Which way is up is not said. The images stay in
the file, as ranges of bytes: to list it, records are read and images are skipped. Label images in a zip file beside it
that has its name, as ScanNet distributes them, or in a folder of them, are read as
:mod:`geo3d.data_tools.scans.scannet_labels` tells.
"""

from __future__ import annotations

import glob
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble
from geo3d.data_tools.scans.listing import FrameFiles, Listing
from geo3d.data_tools.scans.scannet_labels import LOOKS_FOR as LABELS
from geo3d.data_tools.scans.scannet_labels import read_label_set, with_labels
from geo3d.data_tools.scans.sens_layout import (
    COLOUR_CODECS,
    DEPTH_CODECS,
    FRAME,
    VERSION,
    SensHeader,
    most_bytes,
    read_header,
)
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = f"a .sens file of ScanNet's, version 4, or a folder that holds one; {LABELS} if there"
MOST_FRAMES = 200_000
"""Nearly two hours at 30 a second."""


def find(folder: Path) -> Listing | None:
    """List the frames of the folder's only file; None where there is none."""
    files = sorted(folder.glob("*.sens"))
    if len(files) > 1:
        raise InputError(f"{folder} has {len(files)} .sens files; give the path of one")
    return find_file(files[0]) if files else None


def find_file(file: Path) -> Listing | None:
    """List the frames; None where it is no such file."""
    try:
        with open(file, "rb", buffering=0) as opened:
            if file.suffix != ".sens" and opened.read(4) != VERSION.to_bytes(4, "little"):
                return None
            opened.seek(0)
            listing = _listing(opened, file)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    except InputError:
        if file.suffix == ".sens":
            raise
        return None  # four bytes that any file may begin with
    return with_labels(listing, file.parent, [frame.row for frame in listing.frames], glob.escape(file.stem))


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    path = source.root / source.listing["shared"][0]
    try:
        with open(path, "rb", buffering=0) as file:
            header = read_header(file, path)
            transforms = [_transform(file, frame["colour_part"][0]) for frame in source.listing["frames"]]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    depth = Camera(header.depth_intrinsics, DEPTH_CODECS[header.depth_code], header.depth_size)
    colour = Camera(header.colour_intrinsics, COLOUR_CODECS[header.colour_code], header.colour_size)
    unit = 1 / header.counts_a_metre
    return assemble(source, transforms, depth, colour, depth_unit=unit, label_set=read_label_set(source))


def _listing(file: BinaryIO, path: Path) -> Listing:
    """Go from record to record, as long as there are any, whatever the header claims."""
    header, end = read_header(file, path), os.fstat(file.fileno()).st_size
    frames, skipped, at, located = [], [], file.tell(), False
    for row in range(header.frames):
        if row == MOST_FRAMES:
            raise InputError(f"{path} holds more than {MOST_FRAMES:,} frames; that many are allowed")
        name, record = f"{path.name} frame {row}", file.read(FRAME.size)
        fault, stamp, parts = _parts(header, record, at, end)
        if fault:
            left = header.frames - row
            skipped.append((name, f"{fault}; this and all that follow, {left:,} of {header.frames:,}, are left out"))
            break
        (colour, depth), at = parts, sum(parts[1])
        if 0 in (colour[1], depth[1]):
            skipped.append((name, "no colour image" if colour[1] == 0 else "no depth image"))
        else:
            frames.append(FrameFiles(path.name, path.name, row, None, colour, depth, stamp))
            located = located or math.isfinite(FRAME.unpack(record)[0])
        file.seek(at)
    return Listing(tuple(frames), (path.name,), tuple(skipped), located)


def _parts(
    header: SensHeader, record: bytes, at: int, end: int
) -> tuple[str | None, float | None, tuple[tuple[int, int], tuple[int, int]]]:
    """What is wrong with a frame, its stamp in seconds, and first byte and length of its colour and depth image."""
    nothing = (0, 0), (0, 0)
    if len(record) < FRAME.size:
        return "the file ends before it", None, nothing
    *_, stamp, colour, depth = FRAME.unpack(record)
    for what, size, channels, length in (
        ("colour", header.colour_size, 3, colour),
        ("depth", header.depth_size, 1, depth),
    ):
        if length > most_bytes(size, channels):
            return f"a {what} image of {length:,} bytes is more than {size[1]}x{size[0]} pixels take", None, nothing
    start = at + FRAME.size
    if start + colour + depth > end:
        return "the file ends within it", None, nothing
    return None, stamp / 1e6 if stamp else None, ((start, colour), (start + colour, depth))


def _transform(file: BinaryIO, first_byte: int) -> np.ndarray | None:
    """``world_from_camera`` [4, 4] of the frame whose colour begins there; None where the file has become shorter."""
    file.seek(first_byte - FRAME.size)
    record = file.read(FRAME.size)
    return np.array(FRAME.unpack(record)[:16], np.float64).reshape(4, 4) if len(record) == FRAME.size else None
