"""Kernel on depth images: the plane that each pixel's surface lies in."""

import numpy as np
from numba import njit, prange

ONE, TWO, THREE = np.uint64(1), np.uint64(2), np.uint64(3)
STEEPEST = 5.0
"""Tangent of the steepest surface that is not taken for an edge."""


@njit(cache=True, error_model="numpy")
def slope(here, before, after, most, none, half, far):
    """Change of depth per step: the mean of both sides, or one of them where the other is no surface or an edge.

    Infinite on a rim: the next depth is much nearer, so the surface bends away. 0 for something thin, or alone. No
    branches, so that the compiler can do several pixels at once.
    """
    back, ahead = here - before, after - here
    has_back, has_ahead = (before > none) & (abs(back) < most), (after > none) & (abs(ahead) < most)
    rim = ((before > none) & (back > none)) | ((after > none) & (ahead < none))
    alone = far if rim else none
    one_side = back if has_back else (ahead if has_ahead else alone)
    return (back + ahead) * half if has_back & has_ahead else one_side


@njit(cache=True, error_model="numpy")
def plane(d, left, right, above, below, x, y, focal, steepest, reaches, least, constants):
    """Depth, its change a pixel to the right and down, and n . r, or zeros; x and y are pixels from the centre."""
    none, far = constants[0], constants[2]
    du = slope(d, left, right, steepest / focal[0] * d, *constants) / reaches
    dv = slope(d, above, below, steepest / focal[1] * d, *constants) / reaches
    nx, ny, nz = focal[0] * du, focal[1] * dv, d + x * du + y * dv
    length = np.sqrt(nx * nx + ny * ny + nz * nz)
    kept = (d > none) & (length < far) & (d >= least * length)  # not so on a rim, or seen too much from the side
    return d if kept else none, du if kept else none, dv if kept else none, d / length if kept else none


@njit(cache=True, error_model="numpy")
def within(depth, nearest, farthest, kept):
    """Copy what is neither nearer nor farther, and 0 for the rest."""
    for i in range(depth.shape[0]):
        u = np.uint64(i)
        kept[u] = depth[u] if (depth[u] >= nearest) & (depth[u] <= farthest) else depth.dtype.type(0)


@njit(cache=True, parallel=True, error_model="numpy")
def fit_planes(depth, camera, reach, least, nearest, farthest, planes):
    """Write each pixel's plane, or zeros; depth below the nearest and beyond the farthest is none."""
    real = depth.dtype.type  # an integer times a float32 would be a float64
    constants = real(0), real(0.5), real(np.inf)  # numba would make plain ones float64
    focal, cx, cy = (camera[0], camera[1]), camera[2], camera[3]
    height, width = depth.shape
    reaches = real(reach)
    steepest = real(STEEPEST) * reaches
    for v in prange(height):
        out, y = planes[v].reshape(-1), real(v) - cy
        rows = np.zeros((3, width + 2 * reach), depth.dtype)
        for k in range(3):
            row = v + (k - 1) * reach
            if 0 <= row < height:
                within(depth[row], nearest, farthest, rows[k, reach : reach + width])
        above, padded, below = rows[0, reach:], rows[1], rows[2, reach:]
        here = padded[reach:]
        for i in range(width):
            u = np.uint64(i)
            left, right = padded[u], padded[u + np.uint64(2 * reach)]
            at = np.uint64(4 * i)
            out[at], out[at + ONE], out[at + TWO], out[at + THREE] = plane(
                here[u], left, right, above[u], below[u], real(i) - cx, y, focal, steepest, reaches, least, constants
            )
