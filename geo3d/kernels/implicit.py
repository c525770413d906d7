"""Kernel of implicit moving least squares: signed distances at the voxels of blocks from points with normals."""

import numpy as np
from numba import njit

SIDE = 8
VOXELS = SIDE**3


@njit(cache=True, nogil=True, inline="always")
def reached(point, reach, corner, axis):
    """First voxel of a block, and the one behind the last, that a point's ball may hold along an axis."""
    first = max(0, int(np.ceil(point[axis] - reach - corner)))
    last = min(SIDE, int(np.floor(point[axis] + reach - corner)) + 1)
    return first, last


@njit(cache=True, nogil=True)
def find_references(block, rows, points, widths, cutoff, nearest, chosen):
    """The point that is nearest to each voxel of a block, in its own widths."""
    for row in rows:
        point, width = points[row], widths[row]
        reach, inverse = cutoff * width, 1.0 / (width * width)
        x0, x1 = reached(point, reach, block[0] * SIDE, 0)
        y0, y1 = reached(point, reach, block[1] * SIDE, 1)
        z0, z1 = reached(point, reach, block[2] * SIDE, 2)
        for x in range(x0, x1):
            dx = block[0] * SIDE + x - point[0]
            for y in range(y0, y1):
                dy = block[1] * SIDE + y - point[1]
                for z in range(z0, z1):
                    dz = block[2] * SIDE + z - point[2]
                    squared, voxel = (dx * dx + dy * dy + dz * dz) * inverse, (x * SIDE + y) * SIDE + z
                    if squared < nearest[voxel]:
                        nearest[voxel], chosen[voxel] = squared, row


@njit(cache=True, nogil=True)
def add_points(block, rows, points, normals, colours, widths, cutoff, aside, least, chosen, sums, counts):
    """Add what points say of the voxels around: weight, weighted distance, weight and weighted colour of colours."""
    has_colours = colours.shape[0] > 0
    for row in rows:
        point, normal, width = points[row], normals[row], widths[row]
        reach, inverse = cutoff * width, 1.0 / (width * width)
        x0, x1 = reached(point, reach, block[0] * SIDE, 0)
        y0, y1 = reached(point, reach, block[1] * SIDE, 1)
        z0, z1 = reached(point, reach, block[2] * SIDE, 2)
        for x in range(x0, x1):
            dx = block[0] * SIDE + x - point[0]
            for y in range(y0, y1):
                dy = block[1] * SIDE + y - point[1]
                for z in range(z0, z1):
                    dz = block[2] * SIDE + z - point[2]
                    squared, voxel = (dx * dx + dy * dy + dz * dz) * inverse, (x * SIDE + y) * SIDE + z
                    if squared > cutoff * cutoff or chosen[voxel] < 0:
                        continue
                    towards = normals[chosen[voxel]]
                    if normal[0] * towards[0] + normal[1] * towards[1] + normal[2] * towards[2] < least:
                        continue
                    ahead = dx * normal[0] + dy * normal[1] + dz * normal[2]
                    vote = np.exp(-0.5 * squared)
                    sums[voxel, 0] += vote
                    sums[voxel, 1] += vote * ahead
                    if squared - ahead * ahead * inverse <= aside * aside:
                        counts[voxel] += 1
                    if has_colours:
                        vote *= vote
                        sums[voxel, 2] += vote
                        for k in range(3):
                            sums[voxel, 3 + k] += vote * colours[row, k]


@njit(cache=True, nogil=True)
def fill_blocks(
    first, last, blocks, around, starts, points, normals, colours, widths, cutoff, aside, least, distance, count, colour
):
    """Fill blocks first to before last; the points of the block at row r are starts[r] to before starts[r + 1].

    `around` [block, near] are rows of `starts` of the blocks around each, -1 where there is none.
    """
    nearest, chosen = np.empty(VOXELS), np.empty(VOXELS, np.int64)
    sums, counts = np.empty((VOXELS, 6)), np.empty(VOXELS, np.int64)
    for i in range(first, last):
        nearest[:], chosen[:], sums[:], counts[:] = cutoff * cutoff, -1, 0.0, 0
        for near in around[i]:
            if near >= 0:
                rows = np.arange(starts[near], starts[near + 1])
                find_references(blocks[i], rows, points, widths, cutoff, nearest, chosen)
        for near in around[i]:
            if near >= 0:
                rows = np.arange(starts[near], starts[near + 1])
                add_points(
                    blocks[i], rows, points, normals, colours, widths, cutoff, aside, least, chosen, sums, counts
                )
        for voxel in range(VOXELS):
            if counts[voxel] == 0:
                continue
            distance[i, voxel] = sums[voxel, 1] / sums[voxel, 0]
            count[i, voxel] = min(counts[voxel], 255)
            for k in range(3):
                if sums[voxel, 2] > 0.0:
                    colour[i, voxel, k] = max(1, int(sums[voxel, 3 + k] / sums[voxel, 2] + 0.5))
