"""Write a scan as ScanNet's ``.sens``, frame by frame."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.png import encode_png
from geo3d.data_tools.scans.sens_layout import FRAME, JPEG, PNG, ZLIB, SensHeader, pack_header
from geo3d.errors import InputError
from geo3d.progress import track
from geo3d.scene.publish import published_file

if TYPE_CHECKING:
    import numpy as np

    from geo3d.scene.kinds import Encoded, RgbdScan


def write_sens(scan: RgbdScan, file: Path) -> None:
    """Write every frame; one is in memory at a time.

    Colour that is JPEG throughout stays as it is, other colour becomes PNG; depth is deflated. Transforms and
    intrinsics become float32, ``up``, ``crop`` and the reasons for skipped frames are not kept. Raises InputError where
    frames differ in intrinsics, or depth is not 16-bit counts.
    """
    import numpy as np

    for name, intrinsics in (("depth", scan.intrinsics), ("colour", scan.colour_intrinsics)):
        if not (intrinsics == intrinsics[0]).all():
            raise InputError(f"{scan.source} has frames of different {name} intrinsics; a .sens file holds one for all")
    transforms = scan.world_from_camera.numpy()
    transforms = np.where(np.isnan(transforms), -np.inf, transforms)  # not known, as ScanNet has it
    jpeg = all(_is_jpeg(scan.source, image) for image in scan.colour)
    header = SensHeader(
        scan.colour_intrinsics[0].numpy(),
        scan.intrinsics[0].numpy(),
        JPEG if jpeg else PNG,
        ZLIB,
        scan.colour_size,
        scan.depth_size,
        1 / scan.depth_unit,
        len(scan.depth),
        "geo3d",
    )
    frames = ((transforms[row], _colour(scan, row, jpeg), _depth(scan, row)) for row in range(len(scan.depth)))
    write_frames(file, header, track(frames, "write", total=len(scan.depth), unit="frames"))


def write_frames(file: Path, header: SensHeader, frames: Iterable[tuple[np.ndarray, bytes, bytes]]) -> None:
    """Write the header and frames of ``world_from_camera`` [4, 4] and encoded colour and depth, as the header says."""
    with published_file(file) as aside, open(aside, "wb") as out:
        out.write(pack_header(header))
        for transform, colour, depth in frames:
            out.write(FRAME.pack(*transform.reshape(-1), 0, 0, len(colour), len(depth)) + colour + depth)
        out.write(struct.pack("<Q", 0))  # no inertial measurements


def _is_jpeg(root: Path, image: Encoded) -> bool:
    if image.codec != "image":
        return False
    with open(root / image.file, "rb") as file:
        file.seek(image.start)
        return file.read(3) == b"\xff\xd8\xff"


def _colour(scan: RgbdScan, row: int, jpeg: bool) -> bytes:
    from geo3d.scene.codecs import decode_colour, encoded_bytes

    image = scan.colour[row]
    if jpeg:
        return encoded_bytes(scan.source / image.file, image)
    return encode_png(decode_colour(scan.source, image, scan.colour_size))


def _depth(scan: RgbdScan, row: int) -> bytes:
    from isal import isal_zlib

    from geo3d.scene.codecs import decode_depth

    counts: Any = decode_depth(scan.source, scan.depth[row], scan.depth_size)
    for none in scan.depth_none:
        counts[counts == none] = 0
    if counts.dtype.kind == "f" or counts.min() < 0 or counts.max() > 65535:
        raise InputError(f"{scan.source / scan.depth[row].file} has depth that is no 16-bit counts, as .sens holds it")
    return isal_zlib.compress(counts.astype("<u2").tobytes(), 1)
