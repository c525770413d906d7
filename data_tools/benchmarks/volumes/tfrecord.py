"""TensorFlow's records of one example, as ScanComplete stores scans and predictions, read without TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.benchmarks.label_files import read_bytes
from geo3d.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEFORE, AFTER = 12, 4
"""Bytes around a record: its length with a checksum, and a checksum of the content; checksums are not looked at."""
VARINT, EIGHT_BYTES, LENGTH, FOUR_BYTES = 0, 1, 2, 5
"""How a field of a protocol buffer is stored."""


def read_features(file: Path) -> dict[str, NDArray]:
    """Features of the last example of a file by name: float32, int64, or bytes as uint8.

    Raises InputError naming a file that is cut short or no record.
    """
    content = memoryview(read_bytes(file))
    start, found = 0, None
    while start < len(content):
        end = start + BEFORE + int.from_bytes(content[start : start + 8], "little")
        if end + AFTER > len(content):
            raise InputError(f"{file} is no TFRecord, or is cut short at byte {len(content):,}")
        found, start = content[start + BEFORE : end], end + AFTER
    if found is None:
        raise InputError(f"{file} is empty; a TFRecord with an example is needed")
    try:
        return dict(_feature(entry) for features in _of(found, 1) for entry in _of(features, 1))
    except (ValueError, LookupError, StopIteration) as error:
        raise InputError(f"{file} is a TFRecord whose content is no example") from error


def _feature(entry: memoryview) -> tuple[str, NDArray]:
    """Name and values of an entry of the map of features."""
    import numpy as np

    parts = dict(_fields(entry))
    kind, values = next(_fields(parts[2])) if len(parts[2]) else (2, memoryview(b""))
    packed = _of(values, 1)
    joined = b"".join(packed)
    if kind == 1:
        read = np.frombuffer(joined, np.uint8)
    elif kind == 2:
        read = np.frombuffer(joined, "<f4")
    else:
        read = np.array(_varints(memoryview(joined)), np.int64)
    return bytes(parts[1]).decode(), read


def _of(message: memoryview, number: int) -> list[memoryview]:
    return [value for field, value in _fields(message) if field == number]


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """Number and content of each field; those that are a single number are given as the bytes that hold it."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind, length = key & 7, 0
        if kind == LENGTH:
            length, place = _varint(message, place)
        elif kind == VARINT:
            length = _varint(message, place)[1] - place
        elif kind in (EIGHT_BYTES, FOUR_BYTES):
            length = 8 if kind == EIGHT_BYTES else 4
        else:
            raise ValueError(f"field of kind {kind}")
        if place + length > len(message):
            raise ValueError("field beyond its message")
        yield key >> 3, message[place : place + length]
        place += length


def _varints(packed: memoryview) -> list[int]:
    numbers, place = [], 0
    while place < len(packed):
        number, place = _varint(packed, place)
        numbers.append(number)
    return numbers


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, lowest first, and the place after it."""
    number = shift = 0
    while True:
        byte = message[place]
        number, place, shift = number | (byte & 127) << shift, place + 1, shift + 7
        if byte < 128:
            return number, place
