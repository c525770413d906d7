"""Kernel of TSDF fusion: average an image into the voxels of blocks.

Arrays are read as flat ones with unsigned indices: numba checks signed indices for being negative, which cost a third of
the kernel's time.
"""

import numpy as np
from numba import njit, prange

SIDE = 8
VOXELS = np.uint64(SIDE**3)
ONE, TWO, THREE, FOUR = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)


@njit(cache=True, parallel=True, error_model="numpy", fastmath={"contract", "nsz", "arcp", "reassoc"})
def integrate(
    rows, firsts, steps, planes, colour, colour_from_depth, truncation, cap, free, near, ramp, tsdf, weight, seen, rgbn
):
    """Average one image into the voxels of the blocks at `rows`.

    `firsts` [block, 3] projects each block's first voxel (u z, v z, z), `steps` [3, axis] is what one voxel along an
    axis adds; `colour_from_depth` is the scale and shift of pixel columns, then of rows; `ramp` is 0 ... 7 as reals.
    """
    real = ramp.dtype.type  # an integer times a float32 would be a float64
    one, half = ramp[1], ramp[1] / ramp[2]
    width, colour_width = np.uint64(planes.shape[1]), np.uint64(colour.shape[1])
    u_end, v_end = real(planes.shape[1]) - half, real(planes.shape[0]) - half
    cu_end, cv_end = real(colour.shape[1]), real(colour.shape[0])
    inverse = one / truncation
    scale_u, shift_u = colour_from_depth[0], colour_from_depth[1] + half
    scale_v, shift_v = colour_from_depth[2], colour_from_depth[3] + half
    flat_planes, flat_colour = planes.reshape(-1), colour.reshape(-1)
    means, weights, views, colours = tsdf.reshape(-1), weight.reshape(-1), seen.reshape(-1), rgbn.reshape(-1)
    for i in prange(rows.shape[0]):
        start = np.uint64(rows[i]) * VOXELS
        for xy in range(SIDE * SIDE):
            x, y = xy >> 3, xy & 7
            u0 = firsts[i, 0] + ramp[x] * steps[0, 0] + ramp[y] * steps[0, 1]
            v0 = firsts[i, 1] + ramp[x] * steps[1, 0] + ramp[y] * steps[1, 1]
            z0 = firsts[i, 2] + ramp[x] * steps[2, 0] + ramp[y] * steps[2, 1]
            for z in range(SIDE):
                pz = z0 + ramp[z] * steps[2, 2]
                r = one / pz
                u = (u0 + ramp[z] * steps[0, 2]) * r
                v = (v0 + ramp[z] * steps[1, 2]) * r
                if not (pz > 0 and u > -half and v > -half and u < u_end and v < v_end):
                    continue
                column, row = np.int32(u + half), np.int32(v + half)
                at = FOUR * (np.uint64(row) * width + np.uint64(column))
                d = flat_planes[at]
                s = d + flat_planes[at + ONE] * (u - real(column)) + flat_planes[at + TWO] * (v - real(row)) - pz
                if not (d > 0 and s >= -truncation):
                    continue
                cu, cv = scale_u * u + shift_u, scale_v * v + shift_v
                if not (cu >= 0 and cv >= 0 and cu < cu_end and cv < cv_end):
                    continue
                s = min(s * flat_planes[at + THREE] * inverse, one)
                vote = max(free, (one - abs(s)) * (one - abs(s)))
                voxel = start + np.uint64(xy * SIDE + z)
                w = weights[voxel] + vote
                means[voxel] += (s - means[voxel]) * (vote / w)
                weights[voxel] = min(w, cap)
                views[voxel] = min(views[voxel], np.uint8(254)) + np.uint8(1)
                if abs(s) > near:  # too far to say the surface's colour: most voxels, and whole blocks never touched
                    continue
                pixel = THREE * (np.uint64(np.int32(cv)) * colour_width + np.uint64(np.int32(cu)))
                at = FOUR * voxel
                n = min(colours[at + THREE] + one, cap)
                share = one / n
                colours[at] += (real(flat_colour[pixel]) - colours[at]) * share
                colours[at + ONE] += (real(flat_colour[pixel + ONE]) - colours[at + ONE]) * share
                colours[at + TWO] += (real(flat_colour[pixel + TWO]) - colours[at + TWO]) * share
                colours[at + THREE] = n
