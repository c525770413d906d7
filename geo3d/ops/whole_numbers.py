"""Texts of whole numbers, one a line, at the speed of memory."""

import numpy as np
from jaxtyping import Bool, Int64

from geo3d.kernels.lines import count_lines, parse_flags, parse_whole_numbers


def whole_numbers(text: bytes) -> Int64[np.ndarray, " line"] | int:
    """The number on each line of a text; or the place of the first line, from 1 on, that is not a whole number.

    Blanks may stand around a number, and the last line may end without a break; 64 bits with a sign.
    """
    signs = np.frombuffer(text, np.uint8)
    numbers = np.empty(count_lines(signs), np.int64)
    count = int(parse_whole_numbers(signs, numbers))
    return numbers[:count] if count >= 0 else -count


def whole_numbers_reference(text: bytes) -> Int64[np.ndarray, " line"] | int:
    """The same, line by line."""
    lines = text.split(b"\n")
    lines = lines[:-1] if not lines[-1] else lines
    numbers = np.empty(len(lines), np.int64)
    for i, line in enumerate(lines):
        digits = line.strip(b" \t\r").removeprefix(b"-") if b"-" in line else line.strip(b" \t\r").removeprefix(b"+")
        if not digits.isdigit() or not -(2**63) < int(line) < 2**63:
            return i + 1
        numbers[i] = int(line)
    return numbers


def flags(text: bytes) -> Bool[np.ndarray, " line"] | None:
    """Whether each line of a text is a 1 rather than a 0; None where a line is anything else, blanks included.

    The last line may end without a break.
    """
    ended = text if text.endswith(b"\n") or not text else text + b"\n"
    found = np.empty(len(ended) // 2, np.uint8)
    plain = len(ended) % 2 == 0 and parse_flags(np.frombuffer(ended, np.uint8), found)
    return found.view(np.bool_) if plain else None


def flags_reference(text: bytes) -> Bool[np.ndarray, " line"] | None:
    """The same, line by line."""
    lines = text.split(b"\n")
    lines = lines[:-1] if not lines[-1] else lines
    return np.array([line == b"1" for line in lines], bool) if set(lines) <= {b"0", b"1"} else None
