"""PCD, the Point Cloud Library's files, versions 0.6 and 0.7: ascii, binary, binary_compressed (LZF, field by field).

The header says which fields a point has, of what type and size. ``x y z`` are metres as they stand, in no known
direction of up; organised clouds have NaN where there is no point. ``rgb`` and ``rgba`` are packed into 32 bits,
0x00RRGGBB, which a field of type F holds in the bits of a float. ``VIEWPOINT`` is where the sensor stood in the points'
frame, as PCL's NormalEstimation takes it; its default, the origin, says nothing. Source: PCL's "The PCD (Point Cloud
Data) file format". Open3D reads most of them, but is not needed here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.clouds.assemble import Points, assemble, checked_table, doubles, file_of, levels, read_bytes
from geo3d.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.scene.kinds import PointCloud
    from geo3d.scene.source import Source

LOOKS_FOR = "a file of the Point Cloud Library: DATA ascii, binary or binary_compressed"
LONGEST_HEADER = 1 << 16
TYPES = {"F4", "F8", "I1", "I2", "I4", "I8", "U1", "U2", "U4", "U8"}
VERSIONS = {".6", "0.6", ".7", "0.7"}


@dataclass(frozen=True)
class Header:
    """What stands before the points."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    """As NumPy names them, little-endian."""
    counts: tuple[int, ...]
    points: int
    viewpoint: tuple[float, ...] | None
    form: str
    length: int
    """Bytes."""
    lines: int

    @property
    def fields(self) -> np.dtype:
        """One point; fields that pad or repeat a name get one of their own."""
        named = [name if self.names.index(name) == i else f"{name}/{i}" for i, name in enumerate(self.names)]
        return np.dtype([(n, t, (c,)) for n, t, c in zip(named, self.types, self.counts, strict=True)])


def is_one(head: bytes) -> bool:
    """Whether a file that begins so is a PCD."""
    return head.startswith((b"# .PCD", b"#.PCD")) or (head.startswith(b"VERSION") and b"\nFIELDS" in head)


def read(source: Source, config: None = None) -> PointCloud:
    """The cloud, with its normals and colours."""
    file = file_of(source)
    data = read_bytes(file)
    header = _header(file, data)
    columns = {"ascii": _text, "binary": _binary, "binary_compressed": _compressed}[header.form](file, header, data)
    places = doubles(np.stack([columns[axis] for axis in "xyz"], axis=1))
    normals = None
    if {"normal_x", "normal_y", "normal_z"} <= columns.keys():
        normals = doubles(np.stack([columns[f"normal_{axis}"] for axis in "xyz"], axis=1))
    return assemble(source, Points(places, normals, _colours(columns), header.viewpoint))


def _header(file: Path, data: bytes) -> Header:
    lines, at, told = 0, 0, dict[str, list[str]]()
    while "DATA" not in told:
        end = data.find(b"\n", at, LONGEST_HEADER)
        if end < 0:
            raise InputError(f"{file} has no line DATA in its header; is it cut off?")
        words = data[at:end].decode("ascii", "replace").split()
        lines, at = lines + 1, end + 1
        if words and not words[0].startswith("#"):
            told[words[0].upper()] = words[1:]
    try:
        return _understood(file, told, at, lines)
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(f"{file} has a header that cannot be understood ({type(error).__name__}: {error})") from error


def _understood(file: Path, told: dict[str, list[str]], length: int, lines: int) -> Header:
    if told.get("VERSION", ["0.7"])[0] not in VERSIONS:
        raise InputError(f"{file} is PCD version {told['VERSION'][0]}; 0.6 and 0.7 are read")
    names, form = tuple(told["FIELDS"]), told["DATA"][0].lower()
    kinds = [kind.upper() + size for kind, size in zip(told["TYPE"], told["SIZE"], strict=True)]
    counts = tuple(int(count) for count in told.get("COUNT", ["1"] * len(names)))
    points = int(told["POINTS"][0]) if "POINTS" in told else int(told["WIDTH"][0]) * int(told["HEIGHT"][0])
    if form not in ("ascii", "binary", "binary_compressed"):
        raise InputError(f"{file} has DATA {form}; ascii, binary and binary_compressed are read")
    if not len(names) == len(kinds) == len(counts) or not set(kinds) <= TYPES:
        raise InputError(f"{file} has {len(names)} FIELDS, of types {' '.join(kinds)}; one of {sorted(TYPES)} each")
    if not {"x", "y", "z"} <= set(names):
        raise InputError(f"{file} has the fields {' '.join(names)}; x, y and z are needed")
    if points < 0 or not all(1 <= count <= 1 << 16 for count in counts):
        raise InputError(f"{file} has {points} points, with COUNT {' '.join(map(str, counts))}; 1 to 65536 are allowed")
    view = tuple(float(word) for word in told.get("VIEWPOINT", [])[:3])
    known = len(view) == 3 and any(view) and bool(np.isfinite(view).all())
    types = tuple(f"<{kind.lower()}" for kind in kinds)
    return Header(names, types, counts, points, view if known else None, form, length, lines)


def _text(file: Path, header: Header, data: bytes) -> dict[str, NDArray]:
    from geo3d.ops.text_numbers import read_table

    table = read_table(memoryview(data)[header.length :], header.points)
    rows = checked_table(file, table, header.lines + 1)
    if len(rows) < header.points:
        raise InputError(f"{file} has {len(rows):,} points, and its header promises {header.points:,}; is it cut off?")
    starts = np.cumsum([0, *header.counts])
    if len(rows) and rows.shape[1] != starts[-1]:
        raise InputError(f"{file} has {rows.shape[1]} numbers a point, and its header promises {starts[-1]}")
    columns = {}
    for name, kind, start in zip(reversed(header.names), reversed(header.types), reversed(starts[:-1]), strict=True):
        column = rows[:, start] if len(rows) else np.zeros(0)
        columns[name] = _packed(column, kind) if name in ("rgb", "rgba") else column
    return columns


def _packed(column: NDArray, kind: str) -> NDArray:
    """Colours written as text: the float whose bits they are, or the whole number."""
    if kind == "<f4":
        with np.errstate(over="ignore"):
            return column.astype(np.float32)
    return np.nan_to_num(column).clip(-(2**31), 2**32 - 1).astype(np.int64).astype(np.uint32)


def _binary(file: Path, header: Header, data: bytes) -> dict[str, NDArray]:
    fields = header.fields
    there = (len(data) - header.length) // fields.itemsize
    if there < header.points:
        raise InputError(f"{file} has {there:,} points, and its header promises {header.points:,}; is it cut off?")
    points = np.frombuffer(data, fields, header.points, header.length)
    return {name: points[name][:, 0] for name in header.names}


def _compressed(file: Path, header: Header, data: bytes) -> dict[str, NDArray]:
    from geo3d.ops.lzf import lzf_decompress

    fields, first = header.fields, header.length + 8
    if len(data) < first:
        raise InputError(f"{file} ends behind its header; is it cut off?")
    packed, whole = struct.unpack_from("<II", data, header.length)
    if whole != header.points * fields.itemsize or len(data) < first + packed:
        raise InputError(
            f"{file} has {len(data) - first:,} of {packed:,} packed bytes, for {whole:,}; {header.points:,} points take"
            f" {header.points * fields.itemsize:,}; is it cut off?"
        )
    unpacked = lzf_decompress(memoryview(data)[first : first + packed], whole)
    if unpacked is None:
        raise InputError(f"{file} is damaged: its {packed:,} packed bytes are not {whole:,}")
    columns, at = {}, 0
    for name, kind, count in zip(header.names, header.types, header.counts, strict=True):
        column = np.frombuffer(unpacked, kind, header.points * count, at)
        columns.setdefault(name, column[::count])
        at += column.nbytes
    return columns


def _colours(columns: dict[str, NDArray]) -> NDArray[np.uint8] | None:
    packed = columns.get("rgb", columns.get("rgba"))
    if packed is not None and packed.dtype.itemsize == 4:
        bits = np.ascontiguousarray(packed).view(np.uint32)
        return np.stack([bits >> 16 & 255, bits >> 8 & 255, bits & 255], axis=1).astype(np.uint8)
    if {"r", "g", "b"} <= columns.keys():
        return levels(np.stack([columns[shade] for shade in "rgb"], axis=1))
    return None
