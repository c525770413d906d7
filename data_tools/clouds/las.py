"""LAS and LAZ, the files of airborne and terrestrial laser scanners, through laspy (the extra ``lidar``).

Coordinates are whole numbers times a scale plus an offset, in metres of a projected system: files in degrees are
refused. z is up. Colours have 16 bits; files whose colours end at 255 have 8. Points that are withheld, and those of
the classes low and high noise (7, 18), are left out. Source: ASPRS, "LAS specification 1.4 - R15".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.data_tools.clouds.assemble import Points, assemble, file_of, levels
from geo3d.errors import InputError
from geo3d.progress import say
from geo3d.scene.memory import available_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.scene.kinds import PointCloud
    from geo3d.scene.source import Source

LOOKS_FOR = "a LAS or LAZ file; needs the extra lidar"
NOISE = (7, 18)
CHUNK = 1_000_000
"""Points that are decompressed at a time."""
BYTES_PER_POINT = 64
"""Of what is kept while reading, and of a record."""


def is_one(head: bytes) -> bool:
    """Whether a file that begins so is a LAS or LAZ."""
    return head.startswith(b"LASF")


def read(source: Source, config: None = None) -> PointCloud:
    """The cloud, with its colours."""
    try:
        import laspy
    except ImportError as error:
        raise InputError("LAS and LAZ files need laspy: pip install 'geo3d[lidar]'") from error
    file = file_of(source)
    try:
        with laspy.open(file) as opened:
            _refuse_absurd(file, opened.header)
            parts = [_part(chunk) for chunk in opened.chunk_iterator(CHUNK)]
    except InputError:
        raise
    except Exception as error:  # laspy and lazrs have errors of their own, of many kinds
        raise InputError(f"{file} cannot be read as LAS or LAZ ({type(error).__name__}: {error})") from error
    if not parts:
        raise InputError(f"{file} has no points")
    places, kept = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    shades = [part[2] for part in parts if part[2] is not None]
    if left_out := int(len(kept) - kept.sum()):
        say(f"{file.name}: {left_out:,} of {len(kept):,} points are withheld or noise, and left out")
    colours = levels(np.concatenate(shades)[kept]) if shades and any(part.any() for part in shades) else None
    return assemble(source, Points(places[kept], colours=colours, up=(0.0, 0.0, 1.0)))


def _refuse_absurd(file: Any, header: Any) -> None:
    count, length = int(header.point_count), file.stat().st_size
    if not header.are_points_compressed and header.offset_to_point_data + count * header.point_format.size > length:
        raise InputError(f"{file} has {length:,} bytes, and its header promises {count:,} points; is it cut off?")
    if count * BYTES_PER_POINT > available_memory():
        raise InputError(f"{file} promises {count:,} points, more than the memory that is free can hold")
    low, high = np.asarray(header.mins, np.float64), np.asarray(header.maxs, np.float64)
    if max(header.scales[:2]) < 1e-5 and (np.abs([low, high])[:, :2] <= (180, 90)).all():
        raise InputError(f"{file} is in degrees, as its scale {header.scales[0]:g} says; bring it into metres first")


def _part(chunk: Any) -> tuple[NDArray, NDArray, NDArray | None]:
    """Positions, which points stay, and colours of 16 bits."""
    places = np.stack([np.asarray(chunk[axis], np.float64) for axis in "xyz"], axis=1)
    kept = ~np.isin(np.asarray(chunk["classification"]), NOISE) & ~np.asarray(chunk["withheld"], bool)
    if "red" not in chunk.point_format.dimension_names:
        return places, kept, None
    return places, kept, np.stack([np.asarray(chunk[name]) for name in ("red", "green", "blue")], axis=1)
