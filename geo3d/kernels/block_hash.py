"""An open-addressing hash table of block keys, for use inside other kernels and from :mod:`geo3d.ops.block_grid`."""

import numpy as np
from numba import njit

# Three signed coordinates of 21 bits each make one key, which sorts as the coordinates do.
BITS = 21
HALF = 1 << (BITS - 1)
EMPTY = np.int64(-1)


@njit(cache=True, inline="always")
def pack(x, y, z):
    """One int64 for a block at x, y, z in [-2^20, 2^20)."""
    return ((np.int64(x) + HALF) << (2 * BITS)) | ((np.int64(y) + HALF) << BITS) | (np.int64(z) + HALF)


@njit(cache=True, inline="always")
def slot_of(key, slots):
    """The slot that holds the key, or the empty one where it belongs; `slots` has a power of two entries."""
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    mask = np.int64(slots.shape[0] - 1)
    slot = np.int64(mixed >> np.uint64(20)) & mask
    while slots[slot] != EMPTY and slots[slot] != key:
        slot = (slot + 1) & mask
    return slot


@njit(cache=True)
def insert(wanted, slots, slot_rows, count, rows):
    """Give each wanted key its row, a new one the next free row; the number of rows then taken.

    The table must have room.
    """
    for i in range(wanted.shape[0]):
        slot = slot_of(wanted[i], slots)
        if slots[slot] == EMPTY:
            slots[slot] = wanted[i]
            slot_rows[slot] = count
            count += 1
        rows[i] = slot_rows[slot]
    return count
