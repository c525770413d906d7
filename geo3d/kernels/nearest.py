"""Kernels that find the nearest of many points: a balanced tree of boxes, searched by up to 16 neighbouring points at once.

The tree needs no pointers: node n has the children 2 n + 1 and 2 n + 2, and the last level are the leaves. The points
that ask are sorted into leaves of their own, and those of one leaf walk the tree together, so that they share what it
costs to get down it, and the compiler measures several of them a step.

Everything is double precision, in one order of operations: a box is never reckoned farther than a point in it, so what
is found is the nearest to the last bit. One thread each, without the interpreter's lock.
"""

import numpy as np
from numba import njit

LANES = 16
"""Points a leaf, at most; with 8 and with 32, half a million points took longer."""
DEPTH = 64
"""Of the tree, at most."""
FEW = 24
"""Leaves that most searches get by with."""
NOBODY = np.iinfo(np.int64).max
"""The row of what has not been found, behind all others."""


@njit(cache=True, nogil=True)
def select(points, rows, axis, first, last, place):
    """Reorder the points from first to before last until none before the place lies beyond any behind it (Hoare, Find)."""
    last -= 1
    while first < last:
        pivot = points[(first + last) // 2, axis]
        i, j = first, last
        while i <= j:
            while points[i, axis] < pivot:
                i += 1
            while points[j, axis] > pivot:
                j -= 1
            if i <= j:
                for k in range(3):
                    points[i, k], points[j, k] = points[j, k], points[i, k]
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
def widest_axis(points, first, last):
    """The axis along which these points lie farthest apart."""
    low_x, low_y, low_z = points[first]
    high_x, high_y, high_z = low_x, low_y, low_z
    for i in range(first + 1, last):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        low_x, low_y, low_z = min(low_x, x), min(low_y, y), min(low_z, z)
        high_x, high_y, high_z = max(high_x, x), max(high_y, y), max(high_z, z)
    x, y, z = high_x - low_x, high_y - low_y, high_z - low_z
    if x >= y and x >= z:
        return 0
    return 1 if y >= z else 2


@njit(cache=True, nogil=True)
def sort_into_leaves(points, rows, starts, first, last, least):
    """Halve the points of leaves first to before last at the median along the widest axis, in place, again and again.

    Down to parts of `least` leaves; `starts` has the first point of each leaf, and the end.
    """
    stack = np.empty((DEPTH, 2), np.int64)
    stack[0, 0], stack[0, 1], waiting = first, last, 1
    while waiting > 0:
        waiting -= 1
        low, high = stack[waiting]
        if high - low <= least:
            continue
        middle = (low + high) // 2
        axis = widest_axis(points, starts[low], starts[high])
        select(points, rows, axis, starts[low], starts[high], starts[middle])
        stack[waiting, 0], stack[waiting, 1] = low, middle
        stack[waiting + 1, 0], stack[waiting + 1, 1] = middle, high
        waiting += 2


@njit(cache=True, nogil=True)
def box_nodes(points, starts):
    """Boxes [node, 6] around sorted points, lowest corner and highest, those of the leaves last; no leaf is empty."""
    leaves = starts.shape[0] - 1
    boxes = np.empty((2 * leaves - 1, 6))
    for leaf in range(leaves):
        node = leaves - 1 + leaf
        for axis in range(3):
            low, high = np.inf, -np.inf
            for i in range(starts[leaf], starts[leaf + 1]):
                low, high = min(low, points[i, axis]), max(high, points[i, axis])
            boxes[node, axis], boxes[node, 3 + axis] = low, high
    for node in range(leaves - 2, -1, -1):
        for axis in range(3):
            boxes[node, axis] = min(boxes[2 * node + 1, axis], boxes[2 * node + 2, axis])
            boxes[node, 3 + axis] = max(boxes[2 * node + 1, 3 + axis], boxes[2 * node + 2, 3 + axis])
    return boxes


@njit(cache=True, nogil=True, inline="always")
def squared_gap(boxes, node, others, other):
    """Squared distance between two boxes."""
    gap = 0.0
    for axis in range(3):
        apart = max(boxes[node, axis] - others[other, 3 + axis], others[other, axis] - boxes[node, 3 + axis], 0.0)
        gap += apart * apart
    return gap


@njit(cache=True, nogil=True)
def first_rows(rows, starts):
    """The first row [node] in each node."""
    leaves = starts.shape[0] - 1
    firsts = np.empty(2 * leaves - 1, np.int64)
    for leaf in range(leaves):
        firsts[leaves - 1 + leaf] = rows[starts[leaf] : starts[leaf + 1]].min()
    for node in range(leaves - 2, -1, -1):
        firsts[node] = min(firsts[2 * node + 1], firsts[2 * node + 2])
    return firsts


@njit(cache=True, nogil=True)
def any_within(lanes, best, hits, boxes, node, row):
    """Whether the box, whose first row is given, may hold what is nearer to any of the points than what that has found.

    Of equally near ones an earlier row counts as nearer.
    """
    low_x, low_y, low_z = boxes[node, 0], boxes[node, 1], boxes[node, 2]
    high_x, high_y, high_z = boxes[node, 3], boxes[node, 4], boxes[node, 5]
    count = 0
    for i in range(LANES):
        x, y, z = lanes[i], lanes[LANES + i], lanes[2 * LANES + i]
        dx = low_x - x if low_x - x > x - high_x else x - high_x
        dy = low_y - y if low_y - y > y - high_y else y - high_y
        dz = low_z - z if low_z - z > z - high_z else z - high_z
        dx = dx if dx > 0.0 else 0.0
        dy = dy if dy > 0.0 else 0.0
        dz = dz if dz > 0.0 else 0.0
        squared = dx * dx + dy * dy + dz * dz
        count += 1 if (squared < best[i]) | ((squared == best[i]) & (row < hits[i])) else 0
    return count > 0


@njit(cache=True, nogil=True)
def measure(lanes, best, hits, x, y, z, row):
    """Take one point into account for all that ask; of equally near ones the first row is kept."""
    for i in range(LANES):
        dx, dy, dz = lanes[i] - x, lanes[LANES + i] - y, lanes[2 * LANES + i] - z
        squared = dx * dx + dy * dy + dz * dz
        nearer = (squared < best[i]) | ((squared == best[i]) & (row < hits[i]))
        best[i] = squared if nearer else best[i]
        hits[i] = row if nearer else hits[i]


@njit(cache=True, nogil=True)
def largest(best):
    """The largest squared distance of all that ask."""
    most = best[0]
    for i in range(1, LANES):
        most = most if most > best[i] else best[i]
    return most


@njit(cache=True, nogil=True)
def search(own_boxes, own_node, lanes, best, hits, tree, stack, gaps):
    """Find the nearest point of each that asks: its row and the squared distance.

    The box around all that ask is a node of their own tree. What each of them has found is compared with leaves, and
    with all nodes once more than a FEW leaves were, or if they are exactly as near: otherwise all of many equal points
    would be looked at, and all that lie between points that ask and are far apart.
    """
    points, rows, starts, boxes, firsts = tree
    leaves = starts.shape[0] - 1
    stack[0], gaps[0], waiting = 0, squared_gap(own_boxes, own_node, boxes, 0), 1
    reach, tried = np.inf, 0
    while waiting > 0:
        waiting -= 1
        node = stack[waiting]
        if gaps[waiting] > reach:
            continue
        is_leaf = node >= leaves - 1
        tried += is_leaf
        if (is_leaf or tried > FEW or gaps[waiting] == reach) and not any_within(
            lanes, best, hits, boxes, node, firsts[node]
        ):
            continue
        if is_leaf:
            for i in range(starts[node - leaves + 1], starts[node - leaves + 2]):
                measure(lanes, best, hits, points[i, 0], points[i, 1], points[i, 2], rows[i])
            reach = largest(best)
            continue
        near, far = 2 * node + 1, 2 * node + 2
        near_gap = squared_gap(own_boxes, own_node, boxes, near)
        far_gap = squared_gap(own_boxes, own_node, boxes, far)
        if far_gap < near_gap or (far_gap == near_gap and firsts[far] < firsts[near]):
            near, far, near_gap, far_gap = far, near, far_gap, near_gap
        for child, gap in ((far, far_gap), (near, near_gap)):
            if gap <= reach:
                stack[waiting], gaps[waiting] = child, gap
                waiting += 1


@njit(cache=True, nogil=True)
def find_nearest(first, last, asking, tree, found, where):
    """Let the leaves of the first tree from first to before last ask; distances and rows go by row of who asks.

    A tree is a tuple: its points in order, their rows, the first of each leaf, the boxes and first rows of its nodes.
    """
    lanes, best, hits = np.empty(3 * LANES), np.empty(LANES), np.empty(LANES, np.int64)
    stack, gaps = np.empty(DEPTH, np.int64), np.empty(DEPTH)
    own_points, own_rows, own_starts, own_boxes, _ = asking
    before = own_starts.shape[0] - 2
    for leaf in range(first, last):
        start, count = own_starts[leaf], own_starts[leaf + 1] - own_starts[leaf]
        for axis in range(3):
            for i in range(LANES):
                lanes[axis * LANES + i] = own_points[start + min(i, count - 1), axis]
        best[:], hits[:] = np.inf, NOBODY
        search(own_boxes, before + leaf, lanes, best, hits, tree, stack, gaps)
        for i in range(count):
            row = own_rows[start + i]
            found[row], where[row] = np.sqrt(best[i]), hits[i]
