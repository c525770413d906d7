"""Kernels on triangle meshes: sums over a vertex's faces, and what is left of faces when vertices go.

One thread: faces share vertices, and a sum in a fixed order is the same on every run.
"""

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy")
def add_normals(vertices, faces, sums):
    """Add to each corner its face's normal, as long as twice its area."""
    for i in range(faces.shape[0]):
        a, b, c = np.uint64(faces[i, 0]), np.uint64(faces[i, 1]), np.uint64(faces[i, 2])
        ux, uy, uz = vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1], vertices[b, 2] - vertices[a, 2]
        vx, vy, vz = vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1], vertices[c, 2] - vertices[a, 2]
        x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for corner in (a, b, c):
            sums[corner, 0] += x
            sums[corner, 1] += y
            sums[corner, 2] += z


@njit(cache=True)
def mark_corners(faces, used):
    """Set `used` where a face has a corner."""
    for i in range(faces.shape[0]):
        for corner in range(3):
            used[np.uint64(faces[i, corner])] = True


@njit(cache=True)
def keep_faces(keep, number, faces, kept):
    """Write the faces all of whose corners are kept, renumbered; returns how many."""
    count = 0
    for i in range(faces.shape[0]):
        a, b, c = np.uint64(faces[i, 0]), np.uint64(faces[i, 1]), np.uint64(faces[i, 2])
        if keep[a] and keep[b] and keep[c]:
            kept[count, 0], kept[count, 1], kept[count, 2] = number[a], number[b], number[c]
            count += 1
    return count
