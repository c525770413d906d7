"""Predicted instances as they are submitted to ScanNet: a list of masks, labels and confidences, and the masks."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile
from zlib import error

from geo3d.data_tools.benchmarks.label_files import read_bytes
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALLOWED = "a mask's relative path, a label id and a confidence, with one blank between them, are allowed"
LONGEST = 32
"""Bytes a vertex that a mask in an archive may have; what unpacks to more is not a mask."""


@dataclass(frozen=True)
class Listed:
    """A predicted instance: a line of the list."""

    place: str
    """File and line, to be named in errors."""
    mask: str
    """Path of the mask relative to the list's folder, without detours."""
    label_id: int
    confidence: float


def read_list(text: bytes, name: str, whole: bool) -> list[Listed]:
    """The lines of a list; where only `whole` label ids are not asked for, others are cut, as the official script does.

    Raises InputError naming the line.
    """
    try:
        lines = text.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not text ({error}); {ALLOWED}") from error
    return [_listed(line, f"{name}, line {number}", whole) for number, line in enumerate(lines, 1)]


def _listed(line: str, place: str, whole: bool) -> Listed:
    try:
        mask, label, confidence = line.split(" ")
        label_id, certain = float(label), float(confidence)
    except ValueError as error:
        raise InputError(f"{place}: {line[:60]!r} is no prediction; {ALLOWED}") from error
    if not math.isfinite(label_id) or not math.isfinite(certain):
        raise InputError(f"{place}: label id {label} and confidence {confidence} must be finite")
    if whole and label_id != int(label_id):
        raise InputError(f"{place}: label id {label} is not a whole number")
    path = posixpath.normpath(mask)
    if posixpath.isabs(path) or path.split("/")[0] == ".." or not mask:
        raise InputError(f"{place}: the mask {mask!r} must be a relative path to a file in the list's folder or below")
    return Listed(place, path, int(label_id), certain)


def mask_files(listing: Path, listed: list[Listed]) -> tuple[Path, ...]:
    """The files of all masks, each once; raises InputError naming the line of one that is missing."""
    files = {one.mask: listing.parent / one.mask for one in listed}
    for one in listed:
        if not files[one.mask].is_file():
            raise InputError(f"{one.place}: there is no mask {files[one.mask]}")
    return tuple(files.values())


def read_beside(file: Path) -> tuple[bytes, str, Callable[[Listed, int], bytes]]:
    """A list that lies beside its masks, its name, and what reads the mask of a line."""
    return read_bytes(file), str(file), lambda one, vertices: read_bytes(file.parent / one.mask)


def read_archive(file: Path) -> tuple[bytes, str, Callable[[Listed, int], bytes]]:
    """The list in an archive of one scene, its name, and what reads the mask of a line, given how many vertices it has.

    Raises InputError for what is no such archive. Nothing is unpacked to disk.
    """
    with _opened(file) as archive:
        members = {member.filename: member.file_size for member in archive.infolist()}
        lists = [name for name in members if name.endswith(".txt") and "/" not in name]
        if len(lists) != 1:
            raise InputError(f"{file} has {len(lists)} lists (.txt outside of folders); one is allowed, of one scene")
        text = archive.read(lists[0])

    def read(one: Listed, vertices: int) -> bytes:
        if one.mask not in members:
            raise InputError(f"{one.place}: there is no mask {one.mask} in the archive")
        if members[one.mask] > LONGEST * (vertices + 8):
            raise InputError(f"{one.place}: the mask {one.mask} is far larger than one of {vertices:,} vertices")
        with _opened(file) as archive:
            return archive.read(one.mask)

    return text, f"{file}, {lists[0]}", read


@contextmanager
def _opened(file: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(file) as archive:
            yield archive
    except InputError:
        raise
    except (OSError, BadZipFile, NotImplementedError, RuntimeError, EOFError, error) as problem:
        raise InputError(f"{file} cannot be read as a zip ({problem})") from problem


def read_mask(content: bytes, place: str, only_flags: bool) -> NDArray[np.bool_]:
    """A mask [vertex], from a text of a whole number a line or a ``.npy``; all but 0 is in it, as the script reads it.

    Raises InputError for anything else, and with `only_flags` for other numbers than 0 and 1.
    """
    import numpy as np

    from geo3d.ops.whole_numbers import flags, whole_numbers

    plain = flags(content)
    if plain is not None:
        return plain
    numbers = _array(content, place) if content.startswith(b"\x93NUMPY") else whole_numbers(content)
    if isinstance(numbers, int):
        line = content.split(b"\n")[numbers - 1][:40].decode("utf-8", "replace").strip()
        raise InputError(f"{place}, line {numbers}: {line!r} is not a whole number; a 0 or 1 a line is allowed")
    other = np.flatnonzero((numbers != 0) & (numbers != 1))
    if only_flags and len(other):
        raise InputError(f"{place}, line {other[0] + 1}: {numbers[other[0]]} is not allowed; a 0 or 1 a line is")
    return numbers != 0


def _array(content: bytes, place: str) -> NDArray:
    import io

    import numpy as np

    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{place} cannot be read as a NumPy array ({error})") from error
    if array.ndim != 1 or not (array.dtype == bool or np.issubdtype(array.dtype, np.integer)):
        raise InputError(f"{place} holds {array.dtype} {array.shape}; a 0 or 1 a vertex is allowed")
    return array
