"""Labels that stand in the last column of a table: beside points, probabilities or true labels."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.label_files import read_bytes, read_ids
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def read_last_ids(file: Path) -> NDArray[np.int64]:
    """One id a row [row]: the last column of a table, or the only one. Raises InputError naming file and row."""
    table = read_array(file)
    return whole_column(table[:, -1], file) if table.ndim == 2 and table.shape[1] else whole_column(table.ravel(), file)


def read_array(file: Path) -> NDArray:
    """A ``.npy`` of one or two dimensions, or a text: [row] of one id a line, or [row, column] of several numbers.

    Columns of a text stand between blanks or commas. Raises InputError naming file and line.
    """
    content = read_bytes(file)
    if content.startswith(b"\x93NUMPY"):
        return _numpy_array(file)
    first = io.BytesIO(content).readline()
    columns = len(first.replace(b",", b" ").split())
    return read_ids(file) if columns < 2 else _table(content, columns, "," if b"," in first else None, file)


def whole_column(values: NDArray, file: Path) -> NDArray[np.int64]:
    """Values that have to be whole numbers [row]; raises InputError naming the first that is none."""
    import numpy as np

    if np.issubdtype(values.dtype, np.integer):
        return values.astype(np.int64)
    wrong = ~(np.isfinite(values) & (values == np.rint(values)) & (np.abs(values) < 2.0**53))
    if wrong.any():
        place = int(np.argmax(wrong))
        raise InputError(f"{file}, row {place + 1}: {values[place]} is not a whole number, which an id has to be")
    return values.astype(np.int64)


def in_range(ids: NDArray[np.int64], count: int, file: Path, first: int = 0) -> NDArray[np.int64]:
    """The ids themselves; raises InputError naming the first of them that is not one of `count` from `first` on."""
    import numpy as np

    wrong = (ids < first) | (ids >= first + count)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise InputError(f"{file}, row {place + 1}: the id {ids[place]} is not one from {first} to {first + count - 1}")
    return ids


def _numpy_array(file: Path) -> NDArray:
    import numpy as np

    try:
        read = np.load(file, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read as a NumPy array ({error})") from error
    if read.ndim not in (1, 2) or not (np.issubdtype(read.dtype, np.integer) or np.issubdtype(read.dtype, np.floating)):
        raise InputError(
            f"{file} is {read.dtype} of the shape {read.shape}; numbers in one or two dimensions are needed"
        )
    return read


def _table(content: bytes, columns: int, split: str | None, file: Path) -> NDArray[np.float64]:
    import numpy as np

    try:
        return np.loadtxt(io.BytesIO(content), delimiter=split, comments=None, ndmin=2)
    except ValueError as error:
        for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), start=1):
            if line.strip() and not _numbers(line.split(split), columns):
                message = f"{file}, line {number}: {line[:60].strip()!r} is not {columns} numbers, as the first line is"
                raise InputError(message) from error
        raise InputError(f"{file} cannot be read as a table of numbers ({error})") from error


def _numbers(words: list[str], count: int) -> bool:
    try:
        return len([float(word) for word in words]) == count
    except ValueError:
        return False
