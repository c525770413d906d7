"""Kernel of optical flow between two views of a scene that does not move."""

import numpy as np
from numba import njit, prange


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def flow(
    depth, other_depth, other_normals, back_projection, other_from_camera, projection, nearer, off, moved, visible
):
    """Write where each pixel's point goes, `moved` [height, width, 2], and whether it is seen there, `visible`.

    `back_projection` [3, 3] takes a pixel to its ray, `projection` [3, 4] a point to the other view's pixel.
    """
    height, width = depth.shape
    high, wide = other_depth.shape
    k, m, p = back_projection, other_from_camera, projection
    for v in prange(height):
        for u in range(width):
            z = np.float64(depth[v, u])
            moved[v, u, 0], moved[v, u, 1], visible[v, u] = 0, 0, False
            if z <= 0:
                continue
            x, y = z * (k[0, 0] * u + k[0, 1] * v + k[0, 2]), z * (k[1, 1] * v + k[1, 2])
            far = p[2, 0] * x + p[2, 1] * y + p[2, 2] * z + p[2, 3]
            if far < nearer:
                continue
            at_u = (p[0, 0] * x + p[0, 1] * y + p[0, 2] * z + p[0, 3]) / far
            at_v = (p[1, 0] * x + p[1, 1] * y + p[1, 2] * z + p[1, 3]) / far
            moved[v, u, 0], moved[v, u, 1] = at_u - u, at_v - v
            if at_u < 0 or at_v < 0 or at_u > wide - 1 or at_v > high - 1:
                continue
            px = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
            py = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
            left, top = int(at_u), int(at_v)
            nearer_right, nearer_low = np.int64(at_u - left >= 0.5), np.int64(at_v - top >= 0.5)
            for corner in range(4):  # the nearest pixel first, which mostly tells
                column = min(left + (nearer_right ^ (corner & 1)), wide - 1)
                row = min(top + (nearer_low ^ (corner >> 1)), high - 1)
                d = np.float64(other_depth[row, column])
                n = other_normals[row, column]
                qx, qy = d * (k[0, 0] * column + k[0, 1] * row + k[0, 2]), d * (k[1, 1] * row + k[1, 2])
                beside = abs(n[0] * (px - qx) + n[1] * (py - qy) + n[2] * (far - d))
                if (d <= 0) | (beside <= off * far):
                    visible[v, u] = True
                    break
