"""Kernel of TSDF fusion: average an image into the voxels of blocks."""

import numpy as np
from numba import njit, prange

SIDE = 8


@njit(cache=True, parallel=True, error_model="numpy", fastmath={"contract", "nsz", "arcp", "reassoc"})
def integrate(
    rows, firsts, steps, planes, colour, colour_from_depth, truncation, cap, free, ramp, tsdf, weight, seen, rgb
):
    """Average one image into the voxels of the blocks at `rows`.

    `firsts` [block, 3] projects each block's first voxel (u z, v z, z), `steps` [3, axis] is what one voxel along an
    axis adds; `colour_from_depth` is the scale and shift of pixel columns, then of rows; `ramp` is 0 ... 7 as reals.
    """
    height, width = planes.shape[0], planes.shape[1]
    colour_height, colour_width = colour.shape[0], colour.shape[1]
    one = ramp[1]
    half = one / ramp[2]
    inverse = one / truncation
    su, tu, sv, tv = colour_from_depth[0], colour_from_depth[1], colour_from_depth[2], colour_from_depth[3]
    for i in prange(rows.shape[0]):
        row = rows[i]
        for x in range(SIDE):
            for y in range(SIDE):
                u0 = firsts[i, 0] + ramp[x] * steps[0, 0] + ramp[y] * steps[0, 1]
                v0 = firsts[i, 1] + ramp[x] * steps[1, 0] + ramp[y] * steps[1, 1]
                z0 = firsts[i, 2] + ramp[x] * steps[2, 0] + ramp[y] * steps[2, 1]
                for z in range(SIDE):
                    pz = z0 + ramp[z] * steps[2, 2]
                    if pz <= 0:
                        continue
                    r = one / pz
                    u = (u0 + ramp[z] * steps[0, 2]) * r
                    v = (v0 + ramp[z] * steps[1, 2]) * r
                    if not (u > -half and v > -half and u + half < width and v + half < height):
                        continue
                    ui, vi = np.int32(u + half), np.int32(v + half)
                    plane = planes[vi, ui]
                    d = plane[0]
                    s = d + plane[1] * (u - ui * one) + plane[2] * (v - vi * one) - pz
                    if not (d > 0 and s >= -truncation):
                        continue
                    cu, cv = su * u + tu + half, sv * v + tv + half
                    if not (cu >= 0 and cv >= 0 and cu < colour_width and cv < colour_height):
                        continue
                    s = min(s * plane[3] * inverse, one)
                    vote = max(free, (one - abs(s)) * (one - abs(s)))
                    w = weight[row, x, y, z] + vote
                    share = vote / w
                    tsdf[row, x, y, z] += (s - tsdf[row, x, y, z]) * share
                    pixel = colour[np.int32(cv), np.int32(cu)]
                    rgb[row, x, y, z, 0] += (pixel[0] * one - rgb[row, x, y, z, 0]) * share
                    rgb[row, x, y, z, 1] += (pixel[1] * one - rgb[row, x, y, z, 1]) * share
                    rgb[row, x, y, z, 2] += (pixel[2] * one - rgb[row, x, y, z, 2]) * share
                    weight[row, x, y, z] = min(w, cap)
                    seen[row, x, y, z] = min(seen[row, x, y, z] + 1, 255)
