"""Kernel that counts how often columns of voxels pass a mesh's faces, upwards less downwards."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, inline="always")
def cross_row(a, b, row):
    """Where the edge between two points, a lower in y, crosses the row: x and z.

    It is always reckoned from the lower end, so both faces of an edge get the same numbers, bit by bit.
    """
    share = (row - a[1]) / (b[1] - a[1])
    return a[0] + share * (b[0] - a[0]), a[2] + share * (b[2] - a[2])


@njit(cache=True, nogil=True, inline="always")
def corner_of(vertices, row):
    """The coordinates as a triple, which unlike a part of the array costs no count of who holds it."""
    return vertices[row, 0], vertices[row, 1], vertices[row, 2]


@njit(cache=True, nogil=True)
def cross_columns(vertices, faces, steps, totals):
    """Add each face to the columns that pass it: +1 where they enter the solid, -1 where they leave it.

    Columns stand at whole x and y and rise along z. `steps` [x, y, z] gets the step at the first voxel that is not
    below the face, or at 0; `totals` [x, y] gets all steps, those above the grid, too.
    """
    columns, rows, height = steps.shape
    for i in range(faces.shape[0]):
        corners = corner_of(vertices, faces[i, 0]), corner_of(vertices, faces[i, 1]), corner_of(vertices, faces[i, 2])
        low = min(corners[0][1], corners[1][1], corners[2][1])
        high = max(corners[0][1], corners[1][1], corners[2][1])
        first, last = max(np.ceil(low), 0.0), min(np.ceil(high), np.float64(rows))
        for row in range(int(first), int(last)) if first < last else range(0):
            # An edge holds its lower end and not its upper one, so a row crosses none of the edges, or two:
            # one that goes up and one that goes down. A solid's rim, cut by the row, is closed.
            up_x, up_z, down_x, down_z = 0.0, 0.0, 0.0, 0.0
            for corner in range(3):
                a, b = corners[corner], corners[(corner + 1) % 3]
                if a[1] <= row < b[1]:
                    up_x, up_z = cross_row(a, b, row)
                elif b[1] <= row < a[1]:
                    down_x, down_z = cross_row(b, a, row)
            left, right = max(np.ceil(min(up_x, down_x)), 0.0), min(np.ceil(max(up_x, down_x)), np.float64(columns))
            step = 1 if up_x < down_x else -1
            for column in range(int(left), int(right)) if left < right else range(0):
                z = np.ceil(up_z + (column - up_x) / (down_x - up_x) * (down_z - up_z))
                totals[column, row] += step
                if z < height:
                    steps[column, row, int(max(z, 0.0))] += step
