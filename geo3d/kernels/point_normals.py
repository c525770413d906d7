"""Kernels for the normals of points: planes through neighbours, and signs along a tree."""

import numpy as np
from numba import njit

SWEEPS = 12
"""Of Jacobi's rotations; about six make a 3x3 matrix diagonal to the last bit."""


@njit(cache=True, nogil=True)
def least_direction(matrix, vectors):
    """The eigenvector of a symmetric 3x3 matrix, which is changed, for the least eigenvalue: its column (Jacobi 1846)."""
    vectors[:] = 0.0
    for i in range(3):
        vectors[i, i] = 1.0
    for _ in range(SWEEPS):
        off = abs(matrix[0, 1]) + abs(matrix[0, 2]) + abs(matrix[1, 2])
        if off <= 1e-300:
            break
        for p in range(2):
            for q in range(p + 1, 3):
                if matrix[p, q] == 0.0:
                    continue
                theta = (matrix[q, q] - matrix[p, p]) / (2.0 * matrix[p, q])
                tangent = 1.0 / (abs(theta) + np.sqrt(theta * theta + 1.0))
                tangent = tangent if theta >= 0.0 else -tangent
                cosine = 1.0 / np.sqrt(tangent * tangent + 1.0)
                sine = tangent * cosine
                for k in range(3):
                    a, b = matrix[k, p], matrix[k, q]
                    matrix[k, p], matrix[k, q] = cosine * a - sine * b, sine * a + cosine * b
                for k in range(3):
                    a, b = matrix[p, k], matrix[q, k]
                    matrix[p, k], matrix[q, k] = cosine * a - sine * b, sine * a + cosine * b
                    a, b = vectors[k, p], vectors[k, q]
                    vectors[k, p], vectors[k, q] = cosine * a - sine * b, sine * a + cosine * b
    best = 0
    for i in range(1, 3):
        best = i if matrix[i, i] < matrix[best, best] else best
    return best


@njit(cache=True, nogil=True)
def fit_normals(first, last, points, neighbours, normals):
    """Write the direction in which the neighbours of points first to before last are spread least."""
    matrix, vectors = np.empty((3, 3)), np.empty((3, 3))
    for i in range(first, last):
        near, centre = neighbours[i], np.zeros(3)
        for j in near:
            centre += points[j]
        centre /= near.shape[0]
        matrix[:] = 0.0
        for j in near:
            for p in range(3):
                for q in range(3):
                    matrix[p, q] += (points[j, p] - centre[p]) * (points[j, q] - centre[q])
        column = least_direction(matrix, vectors)
        for k in range(3):
            normals[i, k] = vectors[k, column]


@njit(cache=True, nogil=True)
def signs_along(order, parents, normals, signs):
    """Give each point, in an order in which parents come first, the sign that turns it to its parent's side."""
    count = normals.shape[0]
    for i in order:
        parent = parents[i]
        if i >= count:
            continue
        if parent < 0 or parent >= count:
            signs[i] = 1
            continue
        cosine = 0.0
        for k in range(3):
            cosine += normals[i, k] * normals[parent, k]
        signs[i] = signs[parent] if cosine >= 0.0 else -signs[parent]
