"""Kernels over sparse blocks that look at the 27 voxels around each: what is near marked ones, and values carried on.

`around` has the rows of the 27 blocks around each, -1 where there is none, at 9 (x + 1) + 3 (y + 1) + z + 1 for steps
of -1 to 1.
"""

import numpy as np
from numba import njit

SIDE = 8
WAITING = 255


@njit(cache=True, nogil=True)
def mark_near(marks, asked, around, found):
    """Set `found` where one is `asked` for and any of the 27 voxels around is marked."""
    for block in range(marks.shape[0]):
        for x in range(SIDE):
            for y in range(SIDE):
                for z in range(SIDE):
                    if asked[block, x, y, z]:
                        found[block, x, y, z] = is_near(marks, around[block], x, y, z)


@njit(cache=True, nogil=True)
def is_near(marks, rows, x, y, z):
    """Whether any of the 27 voxels around (x, y, z) is marked."""
    for i in range(x - 1, x + 2):
        for j in range(y - 1, y + 2):
            for k in range(z - 1, z + 2):
                row = rows[9 * ((i >> 3) + 1) + 3 * ((j >> 3) + 1) + (k >> 3) + 1]
                if row >= 0 and marks[row, i & 7, j & 7, k & 7]:
                    return True
    return False


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
