"""Kernel on depth images: the plane that each pixel's surface lies in."""

import numpy as np
from numba import njit, prange

STEEPEST = 5.0
"""Tangent of the steepest surface that is not taken for an edge."""


@njit(cache=True, inline="always")
def slope(here, before, after, most):
    """Change of depth per step: the mean of both sides, or one of them where the other is no surface or an edge."""
    back, ahead = here - before, after - here
    has_back, has_ahead = before > 0 and abs(back) < most, after > 0 and abs(ahead) < most
    if has_back and has_ahead:
        return (back + ahead) * np.float32(0.5)
    if has_back:
        return back
    if has_ahead:
        return ahead
    if (before > 0 and back > 0) or (
        after > 0 and ahead < 0
    ):  # the next depth is much nearer: a rim seen from the side
        return here * np.float32(np.inf)
    return here * 0  # something thin, or alone


@njit(cache=True, parallel=True, error_model="numpy")
def fit_planes(depth, camera, reach, least, planes):
    """Write depth, its change a pixel to the right and down, and n . r (unit normal times ray of depth 1), or zeros."""
    fx, fy, cx, cy = camera[0], camera[1], camera[2], camera[3]
    height, width = depth.shape
    real = depth.dtype.type  # an integer times a float32 would be a float64
    reaches = real(reach)
    steepest = real(STEEPEST) * reaches
    most_u, most_v = steepest / fx, steepest / fy
    for v in prange(height):
        none, here, out = real(0), depth[v], planes[v]
        above, below = depth[max(v - reach, 0)], depth[min(v + reach, height - 1)]
        has_above, has_below = v >= reach, v + reach < height
        for u in range(width):
            d = here[u]
            out[u, 0], out[u, 1], out[u, 2], out[u, 3] = none, none, none, none
            if not d > 0:
                continue
            left, right = here[u - reach] if u >= reach else none, here[u + reach] if u + reach < width else none
            du = slope(d, left, right, most_u * d) / reaches
            dv = slope(d, above[u] if has_above else none, below[u] if has_below else none, most_v * d) / reaches
            x, y, z = fx * du, fy * dv, d + (real(u) - cx) * du + (real(v) - cy) * dv
            length = np.sqrt(x * x + y * y + z * z)
            if length < np.inf and d >= least * length:  # not so on a rim, or seen too much from the side
                out[u, 0], out[u, 1], out[u, 2], out[u, 3] = d, du, dv, d / length
