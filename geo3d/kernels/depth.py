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
        return (back + ahead) / 2
    if has_back:
        return back
    if has_ahead:
        return ahead
    if (before > 0 and back > 0) or (
        after > 0 and ahead < 0
    ):  # the next depth is much nearer: a rim seen from the side
        return here * np.inf
    return here * 0  # something thin, or alone


@njit(cache=True, parallel=True)
def fit_planes(depth, camera, reach, least, planes):
    """Write depth, its change a pixel to the right and down, and n . r (unit normal times ray of depth 1); 0 where that is too little."""
    fx, fy, cx, cy = camera[0], camera[1], camera[2], camera[3]
    height, width = depth.shape
    for v in prange(height):
        for u in range(width):
            d = depth[v, u]
            planes[v, u] = 0
            if not d > 0:
                continue
            none = d * 0
            left, right = (
                depth[v, u - reach] if u >= reach else none,
                depth[v, u + reach] if u + reach < width else none,
            )
            above, below = (
                depth[v - reach, u] if v >= reach else none,
                depth[v + reach, u] if v + reach < height else none,
            )
            du = slope(d, left, right, STEEPEST * d * reach / fx) / reach
            dv = slope(d, above, below, STEEPEST * d * reach / fy) / reach
            x, y, z = fx * du, fy * dv, d + (u - cx) * du + (v - cy) * dv
            length = np.sqrt(x * x + y * y + z * z)
            if length < np.inf and d >= least * length:  # not so on a rim, or seen too much from the side
                planes[v, u, 0], planes[v, u, 1], planes[v, u, 2], planes[v, u, 3] = d, du, dv, d / length
