"""Numbers from the bytes of a text."""

import numpy as np
from numba import njit

NEW_LINE, SPACE, TAB, RETURN, MINUS, PLUS, ZERO = (np.uint8(ord(sign)) for sign in "\n \t\r-+0")
SAFE = 18
"""Digits that fit into 64 bits, whatever they are."""
MOST = np.int64(2**63 - 1)


@njit(cache=True, nogil=True)
def count_lines(text):
    """How many lines a text has; the last may end without a line break."""
    count = 0
    for sign in text:
        count += sign == NEW_LINE
    return count + (text.size > 0 and text[-1] != NEW_LINE)


@njit(cache=True, nogil=True)
def parse_whole_numbers(text, numbers):
    """Fill `numbers` with one whole number a line; returns how many there are, or -1 - the first wrong line's place.

    A line is a number with blanks around it; the last may end without a line break. `numbers` has room for all lines.
    """
    count, at, size = 0, 0, text.size
    while at < size:
        while at < size and (text[at] == SPACE or text[at] == TAB or text[at] == RETURN):
            at += 1
        negative = at < size and text[at] == MINUS
        if at < size and (text[at] == MINUS or text[at] == PLUS):
            at += 1
        value, start = np.int64(0), at
        while at < size:
            digit = np.int64(text[at]) - np.int64(ZERO)
            if digit < 0 or digit > 9:
                break
            if at - start >= SAFE and value > (MOST - digit) // 10:
                return -1 - count
            value = value * 10 + digit
            at += 1
        if at == start:
            return -1 - count
        while at < size and text[at] != NEW_LINE:
            if text[at] != SPACE and text[at] != TAB and text[at] != RETURN:
                return -1 - count
            at += 1
        at += 1
        numbers[count] = -value if negative else value
        count += 1
    return count


@njit(cache=True, nogil=True)
def parse_flags(text, flags):
    """Fill `flags` from a text of nothing but a 0 or 1 and a line break for each; returns whether it is one."""
    wrong = np.uint8(0)
    for i in range(flags.size):
        digit = text[2 * i] ^ ZERO
        wrong |= (digit >> np.uint8(1)) | (text[2 * i + 1] ^ NEW_LINE)
        flags[i] = digit
    return wrong == 0
