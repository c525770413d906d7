"""Kernels over sparse blocks that look at the 27 voxels around each: corners of cut cubes, and values carried on.

`around` has the rows of the 27 blocks around each, -1 where there is none, at 9 (x + 1) + 3 (y + 1) + z + 1 for steps
of -1 to 1.
"""

import numpy as np
from numba import njit

SIDE = 8
WAITING = 255


@njit(cache=True, nogil=True)
def mark_corners(outside, seen, asked, around, found):
    """Set `found` where one is `asked` for and is a corner of a cube of which all were seen, and one is outside."""
    for block in range(seen.shape[0]):
        for x in range(SIDE):
            for y in range(SIDE):
                for z in range(SIDE):
                    if asked[block, x, y, z]:
                        for cube in range(8):
                            i, j, k = x - (cube & 1), y - (cube >> 1 & 1), z - (cube >> 2)
                            if is_cut(outside, seen, around[block], i, j, k):
                                found[block, x, y, z] = True
                                break


@njit(cache=True, nogil=True)
def is_cut(outside, seen, rows, x, y, z):
    """Whether all corners of the cube whose lowest is (x, y, z) were seen, and any is outside."""
    any_outside = False
    for i in range(x, x + 2):
        for j in range(y, y + 2):
            for k in range(z, z + 2):
                row = rows[9 * ((i >> 3) + 1) + 3 * ((j >> 3) + 1) + (k >> 3) + 1]
                if row < 0 or not seen[row, i & 7, j & 7, k & 7]:
                    return False
                any_outside |= outside[row, i & 7, j & 7, k & 7]
    return any_outside


@njit(cache=True, nogil=True)
def carry_on(values, layers, around, layer):
    """Give waiting voxels the mean of those of the 27 around that have a value since before this layer.

    `layers` is 0 where no value is wanted, WAITING where one is, and else one more than the layer in which it came. The
    number of voxels that got one is returned.
    """
    count = 0
    for block in range(values.shape[0]):
        for x in range(SIDE):
            for y in range(SIDE):
                for z in range(SIDE):
                    if layers[block, x, y, z] == WAITING:
                        mean = mean_around(values, layers, around[block], layer, x, y, z)
                        if not np.isnan(mean):
                            values[block, x, y, z] = mean
                            layers[block, x, y, z] = layer + 1
                            count += 1
    return count


@njit(cache=True, nogil=True)
def mean_around(values, layers, rows, layer, x, y, z):
    """The mean of the values around (x, y, z) that came before `layer`; NaN where there is none."""
    total, count = 0.0, 0
    for i in range(x - 1, x + 2):
        for j in range(y - 1, y + 2):
            for k in range(z - 1, z + 2):
                row = rows[9 * ((i >> 3) + 1) + 3 * ((j >> 3) + 1) + (k >> 3) + 1]
                if row >= 0 and 0 < layers[row, i & 7, j & 7, k & 7] <= layer:
                    total += values[row, i & 7, j & 7, k & 7]
                    count += 1
    return total / count if count else np.nan
