"""Kernel that undoes the filters of a PNG's rows."""

import numpy as np
from numba import njit

NONE, SUB, UP, AVERAGE, PAETH = range(5)
ONE = np.uint64(1)


@njit(cache=True, nogil=True)
def nearest(left, above, corner):
    """Whichever is nearest to left + above - corner, the first of equally near ones: Paeth's predictor.

    Products instead of conditions: a processor that guesses which way a pixel goes is wrong too often.
    """
    across, down = above - corner, left - corner
    far_left, far_above, far_corner = abs(across), abs(down), abs(across + down)
    other = corner + across * np.int32(far_above <= far_corner)
    return other + (left - other) * np.int32((far_left <= far_above) & (far_left <= far_corner))


@njit(cache=True, nogil=True)
def undo_paeth(given, above, step, here):
    """One row; two bytes at a time, because each waits for the one a pixel before it."""
    width, zero = np.uint64(len(here)), np.int32(0)
    for first in range(np.uint64(0), step, np.uint64(2)):
        both = first + ONE < step
        left, corner, next_left, next_corner = zero, zero, zero, zero
        for i in range(first, width, step):
            top = np.int32(above[i])
            left = (np.int32(given[i]) + nearest(left, top, corner)) & np.int32(255)
            here[i], corner = np.uint8(left), top
            if both:
                j = i + ONE
                top = np.int32(above[j])
                next_left = (np.int32(given[j]) + nearest(next_left, top, next_corner)) & np.int32(255)
                here[j], next_corner = np.uint8(next_left), top


@njit(cache=True, nogil=True)
def undo_average(given, above, step, here):
    """One row."""
    width = np.uint64(len(here))
    for first in range(np.uint64(0), step):
        left = np.int32(0)
        for i in range(first, width, step):
            left = (np.int32(given[i]) + ((left + np.int32(above[i])) >> np.int32(1))) & np.int32(255)
            here[i] = np.uint8(left)


@njit(cache=True, nogil=True)
def undo_sub(given, step, here):
    """One row."""
    width = np.uint64(len(here))
    for first in range(np.uint64(0), step):
        left = np.uint8(0)
        for i in range(first, width, step):
            left += given[i]
            here[i] = left


@njit(cache=True, nogil=True)
def unfilter(filtered, step, plain):
    """Write the bytes [row, byte] of an image whose pixels have `step` bytes; False where a filter is none of the five.

    A row of `filtered` begins with its filter, as W3C's Portable Network Graphics (third edition, section 9) has it.
    """
    step, above = np.uint64(step), np.zeros(plain.shape[1], np.uint8)
    for row in range(plain.shape[0]):
        kind, given, here = filtered[row, 0], filtered[row, 1:], plain[row]
        if kind == NONE:
            for i in range(len(here)):
                here[i] = given[i]
        elif kind == SUB:
            undo_sub(given, step, here)
        elif kind == UP:
            for i in range(len(here)):
                here[i] = given[i] + above[i]
        elif kind == AVERAGE:
            undo_average(given, above, step, here)
        elif kind == PAETH:
            undo_paeth(given, above, step, here)
        else:
            return False
        above = here
    return True
