"""Kernels of marching cubes over sparse blocks: count, then place vertices, then join them.

A cube belongs to the voxel at its lowest corner, an edge to the voxel at its lower end, so each vertex is made once and
shared across block borders. The tables come as arguments: a constant from another file would stay in numba's cache
after that file has changed.
"""

import numpy as np
from numba import njit, prange

SIDE = 8
PADDED = SIDE + 1


@njit(cache=True, inline="always")
def gather(block, neighbours, tsdf, weight, minimum, values, signs):
    """Fill `values` [9, 9, 9] with a block and its upper borders, `signs` with 1 inside, 0 outside, 2 seen too little."""
    for part in range(8):
        row = neighbours[block, part]
        for x in range(SIDE if part & 1 else 0, PADDED if part & 1 else SIDE):
            for y in range(SIDE if part & 2 else 0, PADDED if part & 2 else SIDE):
                for z in range(SIDE if part & 4 else 0, PADDED if part & 4 else SIDE):
                    signs[x, y, z] = 2
                    if row >= 0 and weight[row, x & 7, y & 7, z & 7] >= minimum:
                        values[x, y, z] = tsdf[row, x & 7, y & 7, z & 7]
                        signs[x, y, z] = values[x, y, z] < 0


@njit(cache=True, inline="always")
def case_of(signs, x, y, z):
    """The cube's case: bit i is set where corner i is inside; 0, which has no triangles, where one is unknown."""
    a, b, c, d = signs[x, y, z], signs[x + 1, y, z], signs[x, y + 1, z], signs[x + 1, y + 1, z]
    e, f, g, h = signs[x, y, z + 1], signs[x + 1, y, z + 1], signs[x, y + 1, z + 1], signs[x + 1, y + 1, z + 1]
    if (a | b | c | d | e | f | g | h) != 1:  # all outside, or one unknown
        return 0
    return a | b << 1 | c << 2 | d << 3 | e << 4 | f << 5 | g << 6 | h << 7


@njit(cache=True, parallel=True)
def count(neighbours, tsdf, weight, minimum, triangle_count, vertices, triangles):
    """Count each block's vertices (on cut edges it owns) and triangles."""
    for block in prange(neighbours.shape[0]):
        values, signs = np.empty((PADDED, PADDED, PADDED), tsdf.dtype), np.empty((PADDED, PADDED, PADDED), np.int32)
        gather(block, neighbours, tsdf, weight, minimum, values, signs)
        for x in range(SIDE):
            for y in range(SIDE):
                for z in range(SIDE):
                    triangles[block] += triangle_count[case_of(signs, x, y, z)]
                    here = signs[x, y, z]
                    vertices[block] += here + signs[x + 1, y, z] == 1
                    vertices[block] += here + signs[x, y + 1, z] == 1
                    vertices[block] += here + signs[x, y, z + 1] == 1


@njit(cache=True, parallel=True)
def place(neighbours, blocks, tsdf, weight, colour, minimum, nudge, counts, first, positions, colours, numbers):
    """Put a vertex on each cut edge, in voxels from the grid's origin, with its colour; `numbers` finds it again."""
    for block in prange(neighbours.shape[0]):
        if counts[block] == 0:
            continue
        values, signs = np.empty((PADDED, PADDED, PADDED), tsdf.dtype), np.empty((PADDED, PADDED, PADDED), np.int32)
        gather(block, neighbours, tsdf, weight, minimum, values, signs)
        vertex = first[block]
        for x in range(SIDE):
            for y in range(SIDE):
                for z in range(SIDE):
                    for axis in range(3):
                        x1, y1, z1 = x + (axis == 0), y + (axis == 1), z + (axis == 2)
                        if signs[x, y, z] + signs[x1, y1, z1] != 1:
                            continue
                        a, b = values[x, y, z], values[x1, y1, z1]
                        along = min(max(a / (a - b), nudge), 1 - nudge)
                        positions[vertex, 0] = blocks[block, 0] * SIDE + x + (along if axis == 0 else 0.0)
                        positions[vertex, 1] = blocks[block, 1] * SIDE + y + (along if axis == 1 else 0.0)
                        positions[vertex, 2] = blocks[block, 2] * SIDE + z + (along if axis == 2 else 0.0)
                        other = neighbours[block, (x1 >> 3) | (y1 >> 3) << 1 | (z1 >> 3) << 2]
                        low, high = colour[block, x, y, z], colour[other, x1 & 7, y1 & 7, z1 & 7]
                        if low[0] == 0 and low[1] == 0 and low[2] == 0:  # not known
                            low = high
                        if high[0] == 0 and high[1] == 0 and high[2] == 0:
                            high = low
                        for c in range(3):
                            begin, end = np.float64(low[c]), np.float64(high[c])
                            colours[vertex, c] = np.uint8(begin + along * (end - begin) + 0.5)
                        numbers[block, x, y, z, axis] = vertex
                        vertex += 1


@njit(cache=True, parallel=True)
def join(neighbours, tsdf, weight, minimum, counts, first, triangle_count, triangle_edges, owners, numbers, faces):
    """Write each cube's triangles as rows of vertices."""
    for block in prange(neighbours.shape[0]):
        if counts[block] == 0:
            continue
        values, signs = np.empty((PADDED, PADDED, PADDED), tsdf.dtype), np.empty((PADDED, PADDED, PADDED), np.int32)
        gather(block, neighbours, tsdf, weight, minimum, values, signs)
        face = first[block]
        for x in range(SIDE):
            for y in range(SIDE):
                for z in range(SIDE):
                    case = case_of(signs, x, y, z)
                    for corner in range(3 * triangle_count[case]):
                        edge = triangle_edges[case, corner]
                        ex, ey, ez = x + owners[edge, 0], y + owners[edge, 1], z + owners[edge, 2]
                        row = neighbours[block, (ex >> 3) | (ey >> 3) << 1 | (ez >> 3) << 2]
                        vertex = numbers[row, ex & 7, ey & 7, ez & 7, owners[edge, 3]]
                        faces[face + corner // 3, corner % 3] = vertex
                    face += triangle_count[case]
