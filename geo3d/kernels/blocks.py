"""Kernels on sparse blocks: a hash table of their coordinates, and the blocks that a depth image's rays pass."""

import numpy as np
from numba import njit, prange

# Three signed coordinates of 21 bits each make one key, which sorts as the coordinates do.
BITS = 21
HALF = 1 << (BITS - 1)
EMPTY = np.int64(-1)
LATELY = 16
"""Blocks along a ray that are remembered for the next one."""


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


@njit(cache=True, inline="always")
def note(key, slots, found, listed):
    """List a key that the table does not have yet; how many are listed then, or -1 where there is no room."""
    slot = slot_of(key, slots)
    if slots[slot] != EMPTY:
        return listed
    if listed == found.shape[0]:
        return -1
    slots[slot], found[listed] = key, key
    return listed + 1


@njit(cache=True)
def traverse_rows(depth, first, stride, camera, rotation, centre, block_size, band, slots, found):
    """Do one part, which begins at the row `first`; the number of blocks, or -1."""
    fx, fy, cx, cy = camera
    turn, listed, passed = rotation / block_size, 0, np.full(LATELY, EMPTY)
    for v in range(0, depth.shape[0], stride):
        ry = (first + v - cy) / fy
        row_x = turn[0, 1] * ry + turn[0, 2]
        row_y = turn[1, 1] * ry + turn[1, 2]
        row_z = turn[2, 1] * ry + turn[2, 2]
        for u in range(0, depth.shape[1], stride):
            d = np.float64(depth[v, u])
            if not d > 0:
                continue
            rx, step = (u - cx) / fx, 0
            ax, ay, az = turn[0, 0] * rx + row_x, turn[1, 0] * rx + row_y, turn[2, 0] * rx + row_z
            near = max(d - band, 0.0)
            length = d + band - near
            # Amanatides and Woo 1987: step from block to block along the segment.
            px, py, pz = centre[0] + near * ax, centre[1] + near * ay, centre[2] + near * az
            x, y, z = np.int64(np.floor(px)), np.int64(np.floor(py)), np.int64(np.floor(pz))
            each_x = abs(1 / ax) if ax != 0 else np.inf
            each_y = abs(1 / ay) if ay != 0 else np.inf
            each_z = abs(1 / az) if az != 0 else np.inf
            next_x = (x + 1 - px if ax > 0 else px - x) * each_x if ax != 0 else np.inf
            next_y = (y + 1 - py if ay > 0 else py - y) * each_y if ay != 0 else np.inf
            next_z = (z + 1 - pz if az > 0 else pz - z) * each_z if az != 0 else np.inf
            while True:
                key = pack(x, y, z)
                if passed[step] != key:  # the ray before mostly passed the same blocks
                    passed[step] = key
                    listed = note(key, slots, found, listed)
                    if listed < 0:
                        return -1
                step = (step + 1) % LATELY
                if min(next_x, next_y, next_z) > length:
                    break
                if next_x <= next_y and next_x <= next_z:
                    x += 1 if ax > 0 else -1
                    next_x += each_x
                elif next_y <= next_z:
                    y += 1 if ay > 0 else -1
                    next_y += each_y
                else:
                    z += 1 if az > 0 else -1
                    next_z += each_z
    return listed


@njit(cache=True, parallel=True)
def traverse(depth, stride, camera, rotation, centre, block_size, band, slots, found, counts):
    """List the keys of all blocks within `band` of a depth sample, along its ray: for each part of the image apart.

    `slots` [part, slot], `found` [part, key] and `counts` [part], which is -1 where `found` is too small. `rotation` and
    `centre` are those of the camera in the grid, `centre` in blocks from the corner of block 0.
    """
    parts, height = len(counts), len(range(0, depth.shape[0], stride))
    for part in prange(parts):
        first, last = height * part // parts * stride, height * (part + 1) // parts * stride
        rows = depth[first : min(last, depth.shape[0])]
        counts[part] = traverse_rows(
            rows, first, stride, camera, rotation, centre, block_size, band, slots[part], found[part]
        )
