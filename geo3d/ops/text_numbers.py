"""Tables of numbers that are written as text."""

from dataclasses import dataclass

import numpy as np

from geo3d.kernels import text_numbers as kernel

POWERS = 10.0 ** np.arange(kernel.EXACT + 1)


@dataclass(frozen=True)
class Table:
    """What was read, and where it ended."""

    rows: np.ndarray
    """Numbers [row, column], float64."""
    end: int
    """Bytes that were read."""
    fault: str | None
    """What is wrong with the line at which reading ended; None where nothing is."""
    line: int
    """That line, from 0 on."""


def read_table(data: bytes | memoryview, most_rows: int | None = None) -> Table:
    """Rows of equally many numbers, parted by spaces, tabs, commas or semicolons, up to `most_rows` or the first fault.

    Empty lines and what follows # or // on a line do not count. A number is at most one unit of its last place away
    from the nearest to what is written, and is the nearest up to 15 digits and 10^22. For NumPy, not torch.
    """
    text = np.frombuffer(data, np.uint8)
    values = np.empty(len(text) // 2 + 1)  # of which only what is written to takes memory
    most = len(text) + 1 if most_rows is None else most_rows
    rows, width, end, fault, line, begin = kernel.read_rows(text, POWERS, min(most, len(text)), values)
    table = values[: rows * width].reshape(rows, width).copy()
    return Table(table, end, _explained(text, fault, width, begin), line)


def _explained(text: np.ndarray, fault: int, width: int, begin: int) -> str | None:
    if fault == kernel.FINE:
        return None
    shown = bytes(text[begin : begin + 200]).split(b"\n")[0].decode("utf-8", "replace").strip()
    shown = repr(shown if len(shown) <= 40 else shown[:40] + "...")
    return (
        f"{shown} is not numbers" if fault == kernel.NO_NUMBER else f"{shown} has not {width} numbers, as lines before"
    )


def read_table_reference(data: bytes) -> np.ndarray:
    """The same by Python's own reader, without comments, for tables without faults."""
    lines = (line.replace(b",", b" ").replace(b";", b" ").split() for line in data.split(b"\n"))
    return np.array([[float(word) for word in line] for line in lines if line])
