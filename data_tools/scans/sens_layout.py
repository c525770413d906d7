"""What lies where in a ``.sens`` file: a header, then each frame's record and its two images.

As in ``sensorData.h`` of ScanNet (Dai et al. 2017), version 4: little-endian, nothing between the fields, matrices row
by row in float32. After the frames comes a count of inertial measurements, and these.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from geo3d.errors import InputError

VERSION = 4
COLOUR_CODECS = {0: "raw", 1: "image", 2: "image"}
"""By the header's number: RGB bytes, PNG, JPEG."""
DEPTH_CODECS = {0: "raw", 1: "zlib"}
"""By the header's number: 16-bit counts as they are, deflated. 2 is a code of Occipital's that is not public."""
JPEG, PNG, ZLIB = 2, 1, 1
FRAME = struct.Struct("<16f4Q")
"""``world_from_camera``, stamps of colour and depth in microseconds, and how many bytes of each follow."""
LARGEST_SIDE, LARGEST_AREA = 16_384, 2**26
LONGEST_NAME = 4096
_BEGIN = struct.Struct("<IQ")
_REST = struct.Struct("<64f2i4IfQ")


@dataclass(frozen=True)
class SensHeader:
    """What holds for all frames of a ``.sens`` file."""

    colour_intrinsics: np.ndarray
    """[3, 3], in pixels."""
    depth_intrinsics: np.ndarray
    """[3, 3], in pixels."""
    colour_code: int
    """A key of COLOUR_CODECS."""
    depth_code: int
    """A key of DEPTH_CODECS."""
    colour_size: tuple[int, int]
    """Height and width."""
    depth_size: tuple[int, int]
    """Height and width."""
    counts_a_metre: float
    """Of depth."""
    frames: int
    """That the file claims to hold."""
    sensor: str = ""
    """Its name."""


def pack_header(header: SensHeader) -> bytes:
    """The header's bytes; colour and depth camera are where ``world_from_camera`` says."""
    name = header.sensor.encode()
    matrices = []
    for intrinsics in (header.colour_intrinsics, header.depth_intrinsics):
        wide = np.eye(4)
        wide[:3, :3] = intrinsics
        matrices += [*wide.reshape(-1), *np.eye(4).reshape(-1)]
    codes = header.colour_code, header.depth_code
    sizes = (*header.colour_size[::-1], *header.depth_size[::-1])
    return (
        _BEGIN.pack(VERSION, len(name))
        + name
        + _REST.pack(*matrices, *codes, *sizes, header.counts_a_metre, header.frames)
    )


def read_header(file: BinaryIO, path: Path) -> SensHeader:
    """Read the header, and leave `file` at the first frame; raises InputError where it is not one that can be used."""
    version, length = _BEGIN.unpack(_exactly(file, path, _BEGIN.size))
    if version != VERSION:
        raise InputError(f"{path} has version {version} of the .sens format; allowed is {VERSION}")
    if length > LONGEST_NAME:
        raise InputError(f"{path} has a sensor's name of {length:,} bytes; allowed are {LONGEST_NAME:,}")
    name = _exactly(file, path, length).decode("utf-8", errors="replace")
    values = _REST.unpack(_exactly(file, path, _REST.size))
    matrices = np.array(values[:64], np.float64).reshape(4, 4, 4)
    for what, matrix in (("colour", matrices[1]), ("depth", matrices[3])):
        if not np.abs(matrix - np.eye(4)).max() <= 1e-3:
            raise InputError(
                f"{path} has a {what} camera beside the frame's own transform, by {matrix.round(4).tolist()}; allowed "
                "is the identity, as colour and depth must share a centre"
            )
    colour_code, depth_code, *sides, counts, frames = values[64:]
    _check_codes(path, colour_code, depth_code)
    for width, height in (sides[:2], sides[2:]):
        if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE and width * height <= LARGEST_AREA):
            raise InputError(
                f"{path} has images of {width}x{height}; allowed are sides up to {LARGEST_SIDE:,} and {LARGEST_AREA:,} "
                "pixels in all"
            )
    if not (np.isfinite(counts) and 1e-3 <= counts <= 1e9):
        raise InputError(f"{path} has a depth shift of {counts:g} counts a metre; allowed is 0.001 to 1e9")
    sizes = (sides[1], sides[0]), (sides[3], sides[2])
    return SensHeader(matrices[0, :3, :3], matrices[2, :3, :3], colour_code, depth_code, *sizes, counts, frames, name)


def most_bytes(size: tuple[int, int], channels: int) -> int:
    """More than any encoder makes of an image of this height and width, of 8 or 16 bits."""
    return 4 * size[0] * size[1] * channels + 2**16


def _check_codes(path: Path, colour: int, depth: int) -> None:
    if colour not in COLOUR_CODECS:
        raise InputError(f"{path} has colour of the unknown kind {colour}; allowed are 0 (raw), 1 (PNG) and 2 (JPEG)")
    if depth not in DEPTH_CODECS:
        kind = "coded by Occipital's occi" if depth == 2 else f"of the unknown kind {depth}"
        raise InputError(f"{path} has depth {kind}; allowed are 0 (raw) and 1 (zlib)")


def _exactly(file: BinaryIO, path: Path, count: int) -> bytes:
    content = file.read(count)
    if len(content) < count:
        raise InputError(f"{path} ends within its header; a .sens file has one of {_BEGIN.size + _REST.size} bytes")
    return content
