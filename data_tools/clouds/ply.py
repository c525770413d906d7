"""PLY files without faces: text and binary of both byte orders.

``x y z`` are metres as they stand; ``nx ny nz`` (or ``normal_x``) normals; ``red green blue`` (or ``r``,
``diffuse_red``) colours. Files with faces are meshes, which trimesh reads; of points it drops the normals, so these are
read here. Source: Greg Turk, "The PLY Polygon File Format", 1994.
"""

from __future__ import annotations

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

LOOKS_FOR = "a PLY file without faces"
LONGEST_HEADER = 1 << 18
FORMS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
NEW_NAMES = {
    "int8": "char",
    "uint8": "uchar",
    "int16": "short",
    "uint16": "ushort",
    "int32": "int",
    "uint32": "uint",
    "float32": "float",
    "float64": "double",
}
TYPES = {"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4"}
TYPES |= {"float": "f4", "double": "f8"}
TYPES |= {new: TYPES[old] for new, old in NEW_NAMES.items()}
"""What NumPy calls each type."""
NORMALS = (("nx", "ny", "nz"), ("normal_x", "normal_y", "normal_z"))
COLOURS = (("red", "green", "blue"), ("r", "g", "b"), ("diffuse_red", "diffuse_green", "diffuse_blue"))


@dataclass(frozen=True)
class Element:
    """What a header says of one kind of thing."""

    name: str
    count: int
    properties: tuple[tuple[str, str], ...]
    """Name, and type as NumPy names it, or ``list``."""

    @property
    def is_plain(self) -> bool:
        """Whether each has equally many numbers."""
        return all(kind != "list" for _, kind in self.properties)


@dataclass(frozen=True)
class Header:
    """What stands before the data."""

    order: str
    """Of bytes, as NumPy has it; empty for text."""
    elements: tuple[Element, ...]
    length: int
    """Bytes."""
    lines: int


def is_one(head: bytes) -> bool:
    """Whether a file that begins so is a PLY."""
    return head.startswith((b"ply\n", b"ply\r\n"))


def has_faces(file: Path) -> bool:
    """Whether the header says so; raises InputError for one that cannot be understood."""
    header = _header(file, read_bytes(file, LONGEST_HEADER))
    return any(element.name in ("face", "tristrips") and element.count > 0 for element in header.elements)


def read(source: Source, config: None = None) -> PointCloud:
    """The cloud, with its normals and colours."""
    file = file_of(source)
    data = read_bytes(file)
    header = _header(file, data)
    vertices, before = _vertices(file, header)
    columns = (_binary if header.order else _text)(file, header, vertices, before, data)
    places, normals, colours = (_triple(columns, names) for names in ((("x", "y", "z"),), NORMALS, COLOURS))
    assert places is not None
    return assemble(
        source,
        Points(
            doubles(places),
            None if normals is None else doubles(normals),
            None if colours is None else levels(colours),
        ),
    )


def _header(file: Path, data: bytes) -> Header:
    if not is_one(data):
        raise InputError(f"{file} does not begin as a PLY file does")
    lines, at, order, elements = 0, 0, None, list[Element]()
    while True:
        end = data.find(b"\n", at, LONGEST_HEADER)
        if end < 0:
            raise InputError(f"{file} has no line end_header; is it cut off?")
        line = data[at:end].decode("ascii", "replace").strip()
        words, lines, at = line.split(), lines + 1, end + 1
        try:
            if words[:1] == ["format"]:
                order = FORMS[words[1]]
            elif words[:1] == ["element"]:
                elements.append(Element(words[1], _count(words[2]), ()))
            elif words[:1] == ["property"]:
                elements[-1] = _with_property(elements[-1], words)
            elif words[:1] == ["end_header"]:
                break
        except (KeyError, ValueError, IndexError) as error:
            raise InputError(f"{file}, line {lines}: {line[:60]!r} is no line of a PLY header") from error
    if order is None:
        raise InputError(f"{file} has no line format; {', '.join(FORMS)} are allowed")
    return Header(order, tuple(elements), at, lines)


def _count(word: str) -> int:
    if not word.isdecimal() or len(word) > 15:
        raise ValueError(word)
    return int(word)


def _with_property(element: Element, words: list[str]) -> Element:
    one = (words[4], "list") if words[1] == "list" else (words[2], TYPES[words[1]])
    return Element(element.name, element.count, (*element.properties, one))


def _vertices(file: Path, header: Header) -> tuple[Element, list[Element]]:
    """The points, and what the data has before them."""
    names = [element.name for element in header.elements]
    if "vertex" not in names:
        raise InputError(f"{file} has no element vertex; it has {', '.join(names) or 'none'}")
    first = names.index("vertex")
    vertices, before = header.elements[first], [element for element in header.elements[:first] if element.count]
    lists = [element.name for element in (*before, vertices) if not element.is_plain]
    if lists:
        raise InputError(f"{file} has lists in {', '.join(lists)}; of points, plain numbers are read")
    properties = [name for name, _ in vertices.properties]
    if len(set(properties)) < len(properties):
        raise InputError(f"{file} has vertices that have a property twice")
    if not {"x", "y", "z"} <= set(properties):
        raise InputError(f"{file} has vertices with {', '.join(properties) or 'nothing'}; x, y and z are needed")
    return vertices, before


def _binary(file: Path, header: Header, vertices: Element, before: list[Element], data: bytes) -> dict[str, NDArray]:
    fields = _fields(header, vertices)
    sizes = [sum(np.dtype(kind).itemsize for _, kind in element.properties) * element.count for element in before]
    first = header.length + sum(sizes)
    there = max(0, len(data) - first) // fields.itemsize
    _refuse_missing(file, there, vertices.count)
    points = np.frombuffer(data, fields, vertices.count, first) if vertices.count else np.zeros(0, fields)
    return {name: points[name] for name, _ in vertices.properties}


def _fields(header: Header, element: Element) -> np.dtype:
    return np.dtype([(name, header.order + kind) for name, kind in element.properties])


def _text(file: Path, header: Header, vertices: Element, before: list[Element], data: bytes) -> dict[str, NDArray]:
    from geo3d.ops.text_numbers import read_table

    at, line = header.length, header.lines + 1
    for element in before:
        end = read_table(memoryview(data)[at:], element.count).end if element.properties else 0
        at, line = at + end, line + element.count
    table = read_table(memoryview(data)[at:], vertices.count)
    rows = checked_table(file, table, line)
    _refuse_missing(file, len(rows), vertices.count)
    if len(rows) and rows.shape[1] != len(vertices.properties):
        raise InputError(f"{file} has {rows.shape[1]} numbers a point, its header promises {len(vertices.properties)}")
    whole = {"i1": np.int8, "u1": np.uint8, "i2": np.int16, "u2": np.uint16, "i4": np.int32, "u4": np.uint32}
    columns = {}
    for i, (name, kind) in enumerate(vertices.properties):
        column = rows[:, i] if len(rows) else np.zeros(0)
        if kind in whole:
            limits = np.iinfo(whole[kind])
            column = np.nan_to_num(column).clip(limits.min, limits.max).astype(whole[kind])
        columns[name] = column
    return columns


def _refuse_missing(file: Path, there: int, promised: int) -> None:
    if there < promised:
        raise InputError(f"{file} has {there:,} points, and its header promises {promised:,}; is it cut off?")


def _triple(columns: dict[str, NDArray], choices: tuple[tuple[str, ...], ...]) -> NDArray | None:
    """Three columns as one array, by the first of the names that are there."""
    for names in choices:
        if set(names) <= columns.keys():
            return np.stack([columns[name] for name in names], axis=1)
    return None
