"""Kernel that counts how often lines along z through points pass a mesh's faces."""

from numba import njit


@njit(cache=True, nogil=True, inline="always")
def edge_at(a, b, y):
    """Where the edge between two corners, a lower in y, is at a y: x and z.

    It is always reckoned from the lower end, so both faces of an edge get the same numbers, bit by bit.
    """
    share = (y - a[1]) / (b[1] - a[1])
    return a[0] + share * (b[0] - a[0]), a[2] + share * (b[2] - a[2])


@njit(cache=True, nogil=True, inline="always")
def crossing(a, b, c, x, y):
    """Which way the line through (x, y) passes a face and at which z: 1 where the face looks up, -1 down, 0 not at all.

    An edge holds its lower end and not its upper one, so a line along x at a y crosses none of the edges, or two: one
    that goes up and one that goes down. What lies between these, half-open again, is passed.
    """
    up_x, up_z, down_x, down_z, edges = 0.0, 0.0, 0.0, 0.0, 0
    for p, q in ((a, b), (b, c), (c, a)):
        if p[1] <= y < q[1]:
            up_x, up_z = edge_at(p, q, y)
            edges += 1
        elif q[1] <= y < p[1]:
            down_x, down_z = edge_at(q, p, y)
            edges += 1
    if edges != 2 or not min(up_x, down_x) <= x < max(up_x, down_x):
        return 0, 0.0
    return 1 if down_x < up_x else -1, up_z + (x - up_x) / (down_x - up_x) * (down_z - up_z)


@njit(cache=True, nogil=True, inline="always")
def cell_of(coordinate, low, scale, count):
    """The cell along a side, of `count`; what lies before or behind them all is in the first or the last."""
    return int(min(max((coordinate - low) * scale, 0.0), count - 0.5))


@njit(cache=True, nogil=True)
def cross_cells(first, last, low, scale, points, starts, vertices, faces, winding, below, above):
    """Count for the points of rows of cells from the first to before the last.

    Points are sorted by cells: `starts` [row, column + 1] has each cell's first point and, last, the end of its row;
    rows run along y, columns along x. `winding` gets the faces above that look up less those that look down; a face
    at the height of a point is above it.
    """
    rows, columns = starts.shape[0], starts.shape[1] - 1
    for i in range(faces.shape[0]):
        p, q, r = faces[i]
        a = vertices[p, 0], vertices[p, 1], vertices[p, 2]
        b = vertices[q, 0], vertices[q, 1], vertices[q, 2]
        c = vertices[r, 0], vertices[r, 1], vertices[r, 2]
        left = cell_of(min(a[0], b[0], c[0]), low[0], scale[0], columns)
        right = cell_of(max(a[0], b[0], c[0]), low[0], scale[0], columns)
        bottom = max(first, cell_of(min(a[1], b[1], c[1]), low[1], scale[1], rows))
        top = min(last - 1, cell_of(max(a[1], b[1], c[1]), low[1], scale[1], rows))
        for row in range(bottom, top + 1):
            for k in range(starts[row, left], starts[row, right + 1]):
                way, z = crossing(a, b, c, points[k, 0], points[k, 1])
                if way == 0:
                    continue
                if z >= points[k, 2]:
                    winding[k] += way
                    above[k] += 1
                else:
                    below[k] += 1
