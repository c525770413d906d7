"""Kernel that reads numbers from text: rows of words, several times as fast as NumPy's readers."""

import numpy as np
from numba import njit

NEWLINE, RETURN, SPACE, TAB, COMMA, SEMICOLON = 10, 13, 32, 9, 44, 59
PLUS, MINUS, POINT, SLASH, HASH = 43, 45, 46, 47, 35
ZERO, NINE, LOWER = 48, 57, 32
A, E, F, N, LETTER_I, Y = 97, 101, 102, 110, 105, 121
MOST_DIGITS = 18
"""Of a whole number that 64 bits hold whatever they are."""
EXACT = 22
"""Powers of ten up to this one are whole numbers that double precision holds."""
FINE, NO_NUMBER, OTHER_WIDTH = 0, 1, 2


@njit(cache=True, nogil=True)
def is_gap(byte):
    """Whether a byte parts numbers within a line."""
    return byte in (SPACE, TAB, COMMA, SEMICOLON, RETURN)


@njit(cache=True, nogil=True)
def word_of_three(data, at, end):
    """NaN or infinity if a word begins as theirs do, and how many bytes it has; else 0 and none."""
    if at + 3 > end:
        return 0.0, 0
    a, b, c = data[at] | LOWER, data[at + 1] | LOWER, data[at + 2] | LOWER
    if a == N and b == A and c == N:
        return np.nan, 3
    if a == LETTER_I and b == N and c == F:
        whole = at + 8 <= end and data[at + 3] | LOWER == LETTER_I and data[at + 7] | LOWER == Y
        return np.inf, 8 if whole else 3
    return 0.0, 0


@njit(cache=True, nogil=True)
def read_one(data, at, end, powers):
    """The number that begins here and the place behind it, which is -1 if it is none; at most a bit beside the nearest."""
    sign = -1.0 if data[at] == MINUS else 1.0
    at += 1 if data[at] == MINUS or data[at] == PLUS else 0
    digits, kept, exponent, seen, behind = np.int64(0), 0, 0, False, 0
    while at < end:
        byte = data[at]
        if byte >= ZERO and byte <= NINE:
            seen = True
            if kept < MOST_DIGITS:
                digits = 10 * digits + (byte - ZERO)
                kept += 1 if digits > 0 else 0
                exponent -= behind
            else:
                exponent += 1 - behind
        elif byte == POINT and behind == 0:
            behind = 1
        else:
            break
        at += 1
    if not seen:
        value, length = word_of_three(data, at, end)
        return sign * value, at + length if length > 0 and behind == 0 else -1
    if at < end and data[at] | LOWER == E:
        at += 1
        turned = at < end and data[at] == MINUS
        at += 1 if at < end and (data[at] == MINUS or data[at] == PLUS) else 0
        written, first = 0, at
        while at < end and data[at] >= ZERO and data[at] <= NINE:
            written = min(10 * written + (data[at] - ZERO), 100_000)
            at += 1
        if at == first:
            return 0.0, -1
        exponent += -written if turned else written
    value = float(digits)
    if exponent < -EXACT or exponent > EXACT:
        first = max(exponent, -300)  # in two steps, because 10^-320 alone is not a normal number any more
        value = value * 10.0**first * 10.0 ** (exponent - first) if digits > 0 else 0.0
    elif exponent < 0:
        value /= powers[-exponent]
    else:
        value *= powers[exponent]
    return sign * value, at


@njit(cache=True, nogil=True)
def read_rows(data, powers, most_rows, values):
    """Read rows of equally many numbers into `values`; empty lines and what follows # or // on a line do not count.

    Returns the rows, the numbers of each, the place behind what was read, and for bad lines, what it is that is wrong,
    the line from 0 on, and its first byte.
    """
    at, end, rows, width, count, columns, line, begin = 0, data.shape[0], 0, 0, 0, 0, 0, 0
    while rows < most_rows:
        byte = data[at] if at < end else NEWLINE
        if byte == NEWLINE:
            if columns > 0:
                if width > 0 and columns != width:
                    return rows, width, at, OTHER_WIDTH, line, begin
                width, columns = columns, 0
                rows += 1
            if at >= end:
                break
            at, line = at + 1, line + 1
            begin = at
        elif is_gap(byte):
            at += 1
        elif byte == HASH or (byte == SLASH and at + 1 < end and data[at + 1] == SLASH):
            while at < end and data[at] != NEWLINE:
                at += 1
        else:
            value, at = read_one(data, at, end, powers)
            if at < 0 or (at < end and not is_gap(data[at]) and data[at] != NEWLINE and data[at] != HASH):
                return rows, width, begin, NO_NUMBER, line, begin
            values[count] = value
            count, columns = count + 1, columns + 1
    return rows, width, at, FINE, line, begin
