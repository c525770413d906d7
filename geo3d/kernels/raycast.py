"""Kernel of ray casting against boxes, cylinders and ellipsoids."""

import numpy as np
from numba import njit, prange

BOX, CYLINDER, ELLIPSOID = 0, 1, 2


@njit(cache=True, inline="always")
def enter_slab(o, d, near, far):
    """Cut a ray's stretch [near, far] to where |o + t d| <= 1."""
    if d == 0:
        return (near, far) if abs(o) <= 1 else (np.inf, -np.inf)
    a, b = (-1 - o) / d, (1 - o) / d
    return max(near, min(a, b)), min(far, max(a, b))


@njit(cache=True, inline="always")
def enter_round(a, b, c, near, far):
    """Cut a ray's stretch [near, far] to where a t^2 + 2 b t + c <= 0."""
    if a == 0:
        return (near, far) if c <= 0 else (np.inf, -np.inf)
    root = b * b - a * c
    if root < 0:
        return np.inf, -np.inf
    root = np.sqrt(root)
    return max(near, (-b - root) / a), min(far, (-b + root) / a)


@njit(cache=True, parallel=True)
def cast(origin, directions, kinds, centres, halves, yaws, distance, solid):
    """First entry of each ray, in lengths of its direction; rays that start inside a solid do not see it."""
    cosines, sines = np.cos(yaws), np.sin(yaws)
    reaches, lengths = (halves**2).sum(axis=1), (directions**2).sum(axis=1)
    for i in prange(directions.shape[0]):
        best, hit = np.inf, -1
        for s in range(kinds.shape[0]):
            px, py, pz = origin[0] - centres[s, 0], origin[1] - centres[s, 1], origin[2] - centres[s, 2]
            towards = px * directions[i, 0] + py * directions[i, 1] + pz * directions[i, 2]
            outside = px * px + py * py + pz * pz - reaches[s]
            if outside > 0 and (towards > 0 or towards * towards < outside * lengths[i]):
                continue  # the ray passes by the sphere around the solid
            cos, sin = cosines[s], sines[s]
            ox, oy = (cos * px + sin * py) / halves[s, 0], (cos * py - sin * px) / halves[s, 1]
            dx = (cos * directions[i, 0] + sin * directions[i, 1]) / halves[s, 0]
            dy = (cos * directions[i, 1] - sin * directions[i, 0]) / halves[s, 1]
            oz, dz = pz / halves[s, 2], directions[i, 2] / halves[s, 2]
            near, far = -np.inf, np.inf
            if kinds[s] == BOX:
                near, far = enter_slab(ox, dx, near, far)
                near, far = enter_slab(oy, dy, near, far)
                near, far = enter_slab(oz, dz, near, far)
            elif kinds[s] == CYLINDER:
                near, far = enter_slab(oz, dz, near, far)
                near, far = enter_round(dx * dx + dy * dy, ox * dx + oy * dy, ox * ox + oy * oy - 1, near, far)
            else:
                a, b = dx * dx + dy * dy + dz * dz, ox * dx + oy * dy + oz * dz
                near, far = enter_round(a, b, ox * ox + oy * oy + oz * oz - 1, near, far)
            if near <= far and 0 < near < best:
                best, hit = near, s
        distance[i] = best
        solid[i] = hit
