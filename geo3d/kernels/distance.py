"""Kernels that find the triangle nearest to each of 64 neighbouring points at once.

The points of a packet walk the tree together: a node that is too far for the packet's box is left out by one
test, another by a test of all points, and a triangle is measured from all points. These loops have no branches, and the
compiler runs them on eight points a step. They run in single precision relative to the packet's middle and decide
which triangle is nearest; its distance is then taken in double precision.

One thread each, without the interpreter's lock: the caller gives packets to several threads. A packet knows nothing of
the others, so the split changes no result.
"""

import numpy as np
from numba import njit

LANES = 64
SIDE = 4
"""Voxels along the edge of a packet."""
DEPTH = 64
"""Of the tree at most."""
SLACK = 1 + 1e-5
"""Single precision must not put what lies at the limit behind it."""
SLIVER = 1e-8
"""A triangle lower than this share of its longest edge is its edges, as in the tree."""
FAST = {"contract", "nnan", "nsz", "reassoc"}


@njit(cache=True, nogil=True, fastmath=FAST)
def measure_triangle(lanes, hits, row, x, y, z, axes, outlines):
    """Take the triangle into account; (x, y, z) is the packet's middle as seen from its first corner.

    `lanes` is one flat array (x, y and z of all points, then their squared distances), so that the compiler knows that
    its parts do not overlap.
    """
    ux, uy, uz = np.float32(axes[row, 0, 0]), np.float32(axes[row, 0, 1]), np.float32(axes[row, 0, 2])
    vx, vy, vz = np.float32(axes[row, 1, 0]), np.float32(axes[row, 1, 1]), np.float32(axes[row, 1, 2])
    nx, ny, nz = np.float32(axes[row, 2, 0]), np.float32(axes[row, 2, 1]), np.float32(axes[row, 2, 2])
    u0 = np.float32(x * axes[row, 0, 0] + y * axes[row, 0, 1] + z * axes[row, 0, 2])
    v0 = np.float32(x * axes[row, 1, 0] + y * axes[row, 1, 1] + z * axes[row, 1, 2])
    n0 = np.float32(x * axes[row, 2, 0] + y * axes[row, 2, 1] + z * axes[row, 2, 2])
    longest = outlines[row, 0]
    next_u, next_v, next_length = outlines[row, 1], outlines[row, 2], outlines[row, 3]
    last_u, last_v, last_length = outlines[row, 4], outlines[row, 5], outlines[row, 6]
    zero = np.float32(0)
    for i in range(LANES):
        px, py, pz = lanes[i], lanes[LANES + i], lanes[2 * LANES + i]
        u = u0 + px * ux + py * uy + pz * uz
        v = v0 + px * vx + py * vy + pz * vz
        n = n0 + px * nx + py * ny + pz * nz
        along = u if u > zero else zero
        along = along if along < longest else longest
        du = u - along
        squared = du * du + v * v
        along = (u - longest) * next_u + v * next_v
        along = along if along > zero else zero
        along = along if along < next_length else next_length
        du, dv = u - longest - along * next_u, v - along * next_v
        other = du * du + dv * dv
        squared = squared if squared < other else other
        along = u * last_u + v * last_v
        along = along if along > zero else zero
        along = along if along < last_length else last_length
        du, dv = u - along * last_u, v - along * last_v
        other = du * du + dv * dv
        squared = squared if squared < other else other
        # Left of all three edges the plane is nearest; a flat triangle has no such points.
        left_of_next, left_of_last = next_u * v - next_v * (u - longest), last_v * u - last_u * v
        least = v if v < left_of_next else left_of_next
        least = least if least < left_of_last else left_of_last
        squared = (zero if least > zero else squared) + n * n
        known = lanes[3 * LANES + i]
        hits[i] = row if squared < known else hits[i]
        lanes[3 * LANES + i] = squared if squared < known else known


@njit(cache=True, nogil=True, fastmath=FAST)
def any_nearer(lanes, low_x, low_y, low_z, high_x, high_y, high_z):
    """Whether the box, seen from the packet's middle, is nearer to a point than what that knows."""
    zero, one, count = np.float32(0), np.int32(1), np.int32(0)
    for i in range(LANES):
        x, y, z = lanes[i], lanes[LANES + i], lanes[2 * LANES + i]
        dx = low_x - x if low_x - x > x - high_x else x - high_x
        dy = low_y - y if low_y - y > y - high_y else y - high_y
        dz = low_z - z if low_z - z > z - high_z else z - high_z
        dx = dx if dx > zero else zero
        dy = dy if dy > zero else zero
        dz = dz if dz > zero else zero
        count += one if dx * dx + dy * dy + dz * dz < lanes[3 * LANES + i] else np.int32(0)
    return count > 0


@njit(cache=True, nogil=True)
def largest(lanes):
    """The largest squared distance of the packet; four at a time, which do not wait for each other."""
    a, b, c, d = lanes[3 * LANES], lanes[3 * LANES + 1], lanes[3 * LANES + 2], lanes[3 * LANES + 3]
    for i in range(3 * LANES + 4, 4 * LANES, 4):
        a = a if a > lanes[i] else lanes[i]
        b = b if b > lanes[i + 1] else lanes[i + 1]
        c = c if c > lanes[i + 2] else lanes[i + 2]
        d = d if d > lanes[i + 3] else lanes[i + 3]
    return np.float64(max(max(a, b), max(c, d)))


@njit(cache=True, nogil=True, inline="always")
def squared_gap(middle, half, boxes, node):
    """Squared distance between a packet's box and a node's."""
    gap = 0.0
    for axis in range(3):
        below = boxes[node, axis] - middle[axis] - half[axis]
        above = middle[axis] - half[axis] - boxes[node, 3 + axis]
        apart = max(below, above, 0.0)
        gap += apart * apart
    return gap


@njit(cache=True, nogil=True)
def search(middle, half, lanes, hits, tree, stack, gaps):
    """Find each point's nearest triangle, the row in the tree; `hits` stays as it is where none is nearer than known."""
    starts, boxes, triangles, axes, outlines = tree.starts, tree.boxes, tree.triangles, tree.axes, tree.outlines
    leaves = starts.shape[0] - 1
    stack[0], gaps[0], waiting = 0, squared_gap(middle, half, boxes, 0), 1
    reach = largest(lanes)
    while waiting > 0:
        waiting -= 1
        node = stack[waiting]
        if gaps[waiting] >= reach or not any_nearer(
            lanes,
            np.float32(boxes[node, 0] - middle[0]),
            np.float32(boxes[node, 1] - middle[1]),
            np.float32(boxes[node, 2] - middle[2]),
            np.float32(boxes[node, 3] - middle[0]),
            np.float32(boxes[node, 4] - middle[1]),
            np.float32(boxes[node, 5] - middle[2]),
        ):
            continue
        if node >= leaves - 1:
            leaf = node - (leaves - 1)
            for row in range(starts[leaf], starts[leaf + 1]):
                x, y = middle[0] - triangles[row, 0, 0], middle[1] - triangles[row, 0, 1]
                z = middle[2] - triangles[row, 0, 2]
                measure_triangle(lanes, hits, np.int32(row), x, y, z, axes, outlines)
            reach = largest(lanes)
            continue
        near, far = 2 * node + 1, 2 * node + 2
        near_gap, far_gap = squared_gap(middle, half, boxes, near), squared_gap(middle, half, boxes, far)
        if far_gap < near_gap:
            near, far, near_gap, far_gap = far, near, far_gap, near_gap
        for child, gap in ((far, far_gap), (near, near_gap)):
            if gap < reach:
                stack[waiting], gaps[waiting] = child, gap
                waiting += 1


@njit(cache=True, nogil=True)
def distance_to(x, y, z, triangle):
    """Distance from a point to a triangle, all in double precision."""
    a, b, c = triangle[0], triangle[1], triangle[2]
    ux, uy, uz, vx, vy, vz = b[0] - a[0], b[1] - a[1], b[2] - a[2], c[0] - a[0], c[1] - a[1], c[2] - a[2]
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    area, longest = nx * nx + ny * ny + nz * nz, ux * ux + uy * uy + uz * uz
    inside = area > SLIVER * SLIVER * longest * longest
    squared = np.inf
    for i in range(3):
        p, q = triangle[i], triangle[(i + 1) % 3]
        ex, ey, ez = q[0] - p[0], q[1] - p[1], q[2] - p[2]
        dx, dy, dz = x - p[0], y - p[1], z - p[2]
        left = nx * (ey * dz - ez * dy) + ny * (ez * dx - ex * dz) + nz * (ex * dy - ey * dx)
        inside = inside and left > 0
        length = ex * ex + ey * ey + ez * ez
        share = min(max((ex * dx + ey * dy + ez * dz) / length, 0.0), 1.0) if length > 0 else 0.0
        dx, dy, dz = dx - share * ex, dy - share * ey, dz - share * ez
        squared = min(squared, dx * dx + dy * dy + dz * dz)
    if inside:
        return abs(nx * (x - a[0]) + ny * (y - a[1]) + nz * (z - a[2])) / np.sqrt(area)
    return np.sqrt(squared)


@njit(cache=True, nogil=True)
def measure_voxels(first, last, origin, voxel_size, limit, tree, distance):
    """Fill the packets of SIDE^3 voxels from the first to before the last; `limit` where nothing is nearer."""
    lanes, hits = np.empty(4 * LANES, np.float32), np.empty(LANES, np.int32)
    stack, gaps = np.empty(DEPTH, np.int64), np.empty(DEPTH)
    half = np.full(3, voxel_size * (SIDE - 1) / 2)
    for i in range(LANES):
        lanes[i] = i // (SIDE * SIDE) * voxel_size - half[0]
        lanes[LANES + i] = i // SIDE % SIDE * voxel_size - half[1]
        lanes[2 * LANES + i] = i % SIDE * voxel_size - half[2]
    across, up = -(-distance.shape[1] // SIDE), -(-distance.shape[2] // SIDE)
    for packet in range(first, last):
        x0, y0, z0 = packet // (across * up) * SIDE, packet // up % across * SIDE, packet % up * SIDE
        middle = origin + voxel_size * np.array([x0, y0, z0]) + half
        lanes[3 * LANES :] = np.float32(limit * limit * SLACK)
        hits[:] = -1
        search(middle, half, lanes, hits, tree, stack, gaps)
        for i in range(LANES):
            x, y, z = x0 + i // (SIDE * SIDE), y0 + i // SIDE % SIDE, z0 + i % SIDE
            if x < distance.shape[0] and y < distance.shape[1] and z < distance.shape[2]:
                nearest = limit
                if hits[i] >= 0:
                    px, py, pz = origin[0] + voxel_size * x, origin[1] + voxel_size * y, origin[2] + voxel_size * z
                    nearest = min(limit, distance_to(px, py, pz, tree.triangles[hits[i]]))
                distance[x, y, z] = nearest


@njit(cache=True, nogil=True)
def cut_packets(points, widest):
    """Where packets of consecutive points begin, so that none holds too many or is wider than allowed; and the end."""
    starts, count = np.empty(points.shape[0] + 1, np.int64), 0
    low, high = np.empty(3), np.empty(3)
    for i in range(points.shape[0]):
        fits = count > 0 and i - starts[count - 1] < LANES
        for axis in range(3):
            fits = fits and max(high[axis], points[i, axis]) - min(low[axis], points[i, axis]) <= widest
        if not fits:
            starts[count] = i
            count += 1
            low[:], high[:] = points[i], points[i]
        for axis in range(3):
            low[axis], high[axis] = min(low[axis], points[i, axis]), max(high[axis], points[i, axis])
    starts[count] = points.shape[0]
    return starts[: count + 1]


@njit(cache=True, nogil=True)
def measure_points(first, last, points, starts, limit, tree, distance, face):
    """Do the packets from the first to before the last; points beyond the limit keep what they have."""
    lanes, hits = np.empty(4 * LANES, np.float32), np.empty(LANES, np.int32)
    stack, gaps = np.empty(DEPTH, np.int64), np.empty(DEPTH)
    middle, half = np.empty(3), np.empty(3)
    for packet in range(first, last):
        start, count = starts[packet], starts[packet + 1] - starts[packet]
        for axis in range(3):
            own = points[start : start + count, axis]
            low, high = own.min(), own.max()
            middle[axis], half[axis] = (low + high) / 2, (high - low) / 2
            for i in range(LANES):
                lanes[axis * LANES + i] = own[min(i, count - 1)] - middle[axis]
        lanes[3 * LANES :] = np.float32(limit * limit * SLACK)
        hits[:] = -1
        search(middle, half, lanes, hits, tree, stack, gaps)
        for i in range(count):
            if hits[i] >= 0:
                x, y, z = points[start + i]
                nearest = distance_to(x, y, z, tree.triangles[hits[i]])
                if nearest <= limit:
                    distance[start + i], face[start + i] = nearest, tree.rows[hits[i]]
