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
def gather(block, neighbours, tsdf, weight, minimum, values):
    """Fill `values` [9, 9, 9] with a block and its upper borders; NaN where seen too little."""
    for x in range(PADDED):
        for y in range(PADDED):
            for z in range(PADDED):
                row = neighbours[block, (x >> 3) | (y >> 3) << 1 | (z >> 3) << 2]
                values[x, y, z] = np.nan
                if row >= 0 and weight[row, x & 7, y & 7, z & 7] >= minimum:
                    values[x, y, z] = tsdf[row, x & 7, y & 7, z & 7]


@njit(cache=True, inline="always")
def case_of(values, x, y, z, corners):
    """The cube's case; 0, which has no triangles, where a corner was seen too little."""
    case = 0
    for corner in range(8):
        value = values[x + corners[corner, 0], y + corners[corner, 1], z + corners[corner, 2]]
        if value != value:  # NaN
            return 0
        if value < 0:
            case |= 1 << corner
    return case


@njit(cache=True, inline="always")
def is_cut(a, b):
    """Whether the surface passes between two seen values."""
    return (a < 0 and b >= 0) or (a >= 0 and b < 0)


@njit(cache=True, parallel=True)
def count(neighbours, tsdf, weight, minimum, corners, triangle_count, vertices, triangles):
    """Count each block's vertices (on cut edges it owns) and triangles."""
    for block in prange(neighbours.shape[0]):
        values = np.empty((PADDED, PADDED, PADDED), tsdf.dtype)
        gather(block, neighbours, tsdf, weight, minimum, values)
        for x in range(SIDE):
            for y in range(SIDE):
                for z in range(SIDE):
                    triangles[block] += triangle_count[case_of(values, x, y, z, corners)]
                    here = values[x, y, z]
                    vertices[block] += is_cut(here, values[x + 1, y, z])
                    vertices[block] += is_cut(here, values[x, y + 1, z])
                    vertices[block] += is_cut(here, values[x, y, z + 1])


@njit(cache=True, parallel=True)
def place(neighbours, blocks, tsdf, weight, colour, minimum, nudge, first, positions, colours, numbers):
    """Put a vertex on each cut edge, in voxels from the grid's origin, with its colour; `numbers` finds it again."""
    for block in prange(neighbours.shape[0]):
        values = np.empty((PADDED, PADDED, PADDED), tsdf.dtype)
        gather(block, neighbours, tsdf, weight, minimum, values)
        vertex = first[block]
        for x in range(SIDE):
            for y in range(SIDE):
                for z in range(SIDE):
                    for axis in range(3):
                        x1, y1, z1 = x + (axis == 0), y + (axis == 1), z + (axis == 2)
                        a, b = values[x, y, z], values[x1, y1, z1]
                        if not is_cut(a, b):
                            continue
                        along = min(max(a / (a - b), nudge), 1 - nudge)
                        positions[vertex, 0] = blocks[block, 0] * SIDE + x + (along if axis == 0 else 0.0)
                        positions[vertex, 1] = blocks[block, 1] * SIDE + y + (along if axis == 1 else 0.0)
                        positions[vertex, 2] = blocks[block, 2] * SIDE + z + (along if axis == 2 else 0.0)
                        other = neighbours[block, (x1 >> 3) | (y1 >> 3) << 1 | (z1 >> 3) << 2]
                        for c in range(3):
                            low = np.float64(colour[block, x, y, z, c])
                            high = np.float64(colour[other, x1 & 7, y1 & 7, z1 & 7, c])
                            colours[vertex, c] = np.uint8(low + along * (high - low) + 0.5)
                        numbers[block, x, y, z, axis] = vertex
                        vertex += 1


@njit(cache=True, parallel=True)
def join(neighbours, tsdf, weight, minimum, first, corners, triangle_count, triangle_edges, owners, numbers, faces):
    """Write each cube's triangles as rows of vertices."""
    for block in prange(neighbours.shape[0]):
        values = np.empty((PADDED, PADDED, PADDED), tsdf.dtype)
        gather(block, neighbours, tsdf, weight, minimum, values)
        face = first[block]
        for x in range(SIDE):
            for y in range(SIDE):
                for z in range(SIDE):
                    case = case_of(values, x, y, z, corners)
                    for corner in range(3 * triangle_count[case]):
                        edge = triangle_edges[case, corner]
                        ex, ey, ez = x + owners[edge, 0], y + owners[edge, 1], z + owners[edge, 2]
                        row = neighbours[block, (ex >> 3) | (ey >> 3) << 1 | (ez >> 3) << 2]
                        vertex = numbers[row, ex & 7, ey & 7, ez & 7, owners[edge, 3]]
                        faces[face + corner // 3, corner % 3] = vertex
                    face += triangle_count[case]
