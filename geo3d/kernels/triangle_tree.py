"""Kernels that sort triangles into a tree of boxes, and lay each flat in a plane of its own.

The tree is balanced and needs no pointers: node n has the children 2 n + 1 and 2 n + 2, and the last level are the leaves.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

LEAF = 4
"""At most so many triangles a leaf: with 2 as with 8 a furnished room took as long or longer."""

SLIVER = 1e-8
"""Triangles lower than this share of their longest edge have no plane that rounding would leave; they are their edges."""


class Tree(NamedTuple):
    """Triangles in the order of the leaves, and the boxes around them."""

    rows: np.ndarray
    """int64 [triangle]: which triangle of the input it is."""
    triangles: np.ndarray
    """float64 [triangle, corner, 3]; the edge between the first two corners is the longest."""
    axes: np.ndarray
    """float64 [triangle, 3, 3]: unit vectors along the longest edge, across it in the plane, and along the normal."""
    outlines: np.ndarray
    """float32 [triangle, 7] in the plane: length of the longest edge, then direction and length of the next one and of
    the line from the first corner to the third."""
    starts: np.ndarray
    """int64 [leaf + 1]: the first triangle of each leaf."""
    boxes: np.ndarray
    """float64 [node, 6]: lowest corner, then highest."""


@njit(cache=True, nogil=True)
def select(rows, keys, first, last, place):
    """Reorder rows[first:last] until none before the place has a larger key than any behind it (Hoare 1961, Find)."""
    last -= 1
    while first < last:
        pivot = keys[rows[(first + last) // 2]]
        i, j = first, last
        while i <= j:
            while keys[rows[i]] < pivot:
                i += 1
            while keys[rows[j]] > pivot:
                j -= 1
            if i <= j:
                rows[i], rows[j] = rows[j], rows[i]
                i += 1
                j -= 1
        if place <= j:
            last = j
        elif place >= i:
            first = i
        else:
            return


@njit(cache=True, nogil=True)
def widest_axis(rows, middles):
    """The axis along which the middles of these rows lie farthest apart."""
    axis, most = 0, -1.0
    for candidate in range(3):
        keys = middles[candidate]
        low, high = np.inf, -np.inf
        for row in rows:
            low, high = min(low, keys[row]), max(high, keys[row])
        if high - low > most:
            axis, most = candidate, high - low
    return axis


@njit(cache=True, nogil=True)
def sort_into_leaves(triangles, leaves):
    """Halve the triangles at the median along the widest axis, again and again; their order, and each leaf's first.

    `leaves` is a power of two.
    """
    count = triangles.shape[0]
    middles = np.empty((3, count))
    for i in range(count):
        for axis in range(3):
            a, b, c = triangles[i, 0, axis], triangles[i, 1, axis], triangles[i, 2, axis]
            middles[axis, i] = min(a, b, c) + max(a, b, c)
    rows, starts = np.arange(count), np.arange(leaves + 1) * count // leaves
    span = leaves
    while span > 1:
        for leaf in range(0, leaves, span):
            first, last = starts[leaf], starts[leaf + span]
            axis = widest_axis(rows[first:last], middles)
            select(rows, middles[axis], first, last, starts[leaf + span // 2])
        span //= 2
    return rows, starts


@njit(cache=True, nogil=True)
def box_nodes(triangles, starts):
    """Boxes around sorted triangles, those of the leaves last; no leaf is empty."""
    leaves = starts.shape[0] - 1
    boxes = np.empty((2 * leaves - 1, 6))
    for leaf in range(leaves):
        for axis in range(3):
            low, high = np.inf, -np.inf
            for i in range(starts[leaf], starts[leaf + 1]):
                for corner in range(3):
                    low, high = min(low, triangles[i, corner, axis]), max(high, triangles[i, corner, axis])
            boxes[leaves - 1 + leaf, axis], boxes[leaves - 1 + leaf, 3 + axis] = low, high
    for node in range(leaves - 2, -1, -1):
        for axis in range(3):
            boxes[node, axis] = min(boxes[2 * node + 1, axis], boxes[2 * node + 2, axis])
            boxes[node, 3 + axis] = max(boxes[2 * node + 1, 3 + axis], boxes[2 * node + 2, 3 + axis])
    return boxes


@njit(cache=True, nogil=True, inline="always")
def dot(a, b):
    """Of two triples."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@njit(cache=True, nogil=True, inline="always")
def step(a, share, b):
    """The sum a + share b of triples."""
    return a[0] + share * b[0], a[1] + share * b[1], a[2] + share * b[2]


@njit(cache=True, nogil=True, inline="always")
def cross(a, b):
    """Of two triples."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@njit(cache=True, nogil=True)
def any_normal(u):
    """A unit vector across a unit vector."""
    least = (1.0, 0.0, 0.0) if abs(u[0]) < 0.7 else (0.0, 1.0, 0.0)
    v = step(least, -dot(least, u), u)
    return step((0.0, 0.0, 0.0), 1 / np.sqrt(dot(v, v)), v)


@njit(cache=True, nogil=True)
def longest_edge_first(triangle):
    """The corners as triples, the longest edge between the first two."""
    a = triangle[0, 0], triangle[0, 1], triangle[0, 2]
    b = triangle[1, 0], triangle[1, 1], triangle[1, 2]
    c = triangle[2, 0], triangle[2, 1], triangle[2, 2]
    ab, bc, ca = step(b, -1, a), step(c, -1, b), step(a, -1, c)
    if dot(bc, bc) > max(dot(ab, ab), dot(ca, ca)):
        return b, c, a
    if dot(ca, ca) > dot(ab, ab):
        return c, a, b
    return a, b, c


@njit(cache=True, nogil=True)
def lay_flat(triangles):
    """Turn each triangle's corners in place; the axes and outlines that :class:`Tree` describes."""
    axes, outlines = np.empty((triangles.shape[0], 3, 3)), np.zeros((triangles.shape[0], 7), np.float32)
    for i in range(triangles.shape[0]):
        a, b, c = longest_edge_first(triangles[i])
        u, third = step(b, -1, a), step(c, -1, a)
        longest = np.sqrt(dot(u, u))
        u = step((0.0, 0.0, 0.0), 1 / longest, u) if longest > 0 else (1.0, 0.0, 0.0)
        along = dot(third, u)
        v = step(third, -along, u)
        height = np.sqrt(dot(v, v))
        if height > SLIVER * longest:
            v = step((0.0, 0.0, 0.0), 1 / height, v)
        else:
            v, height = any_normal(u), 0.0
        n = cross(u, v)
        for axis in range(3):
            triangles[i, 0, axis], triangles[i, 1, axis], triangles[i, 2, axis] = a[axis], b[axis], c[axis]
            axes[i, 0, axis], axes[i, 1, axis], axes[i, 2, axis] = u[axis], v[axis], n[axis]
        outlines[i, 0] = longest
        for place, start in ((1, longest), (4, 0.0)):
            length = np.hypot(along - start, height)
            if length > 0:
                outlines[i, place], outlines[i, place + 1] = (along - start) / length, height / length
            outlines[i, place + 2] = length
    return axes, outlines
