"""Kernels of the rasteriser: triangles to the nearest depth and triangle of each pixel.

A triangle is a span of pixels in each row, between the crossings of its edges with the row. A crossing is worked out so
that it is the same number for both triangles beside the edge, and no pixel falls between them.
"""

import numpy as np
from numba import njit, prange

CHUNK = 1024


@njit(cache=True, parallel=True, error_model="numpy")
def project(vertices, camera_from_world, intrinsics, near, height, width, points, pixels, outside):
    """Write camera space `points` [vertex, 3], where they fall in the image, `pixels` [vertex, 2] (u, v), and `outside`.

    That has a bit for each side of what is seen that a vertex lies beyond; of one before the near plane, only that.
    """
    m, k = camera_from_world, intrinsics
    for chunk in prange((len(vertices) + CHUNK - 1) // CHUNK):
        for i in range(chunk * CHUNK, min(len(vertices), (chunk + 1) * CHUNK)):
            a, b, c = np.float64(vertices[i, 0]), np.float64(vertices[i, 1]), np.float64(vertices[i, 2])
            x = m[0, 0] * a + m[0, 1] * b + m[0, 2] * c + m[0, 3]
            y = m[1, 0] * a + m[1, 1] * b + m[1, 2] * c + m[1, 3]
            z = m[2, 0] * a + m[2, 1] * b + m[2, 2] * c + m[2, 3]
            points[i, 0], points[i, 1], points[i, 2] = x, y, z
            inverse = 1 / z
            u, v = (k[0, 0] * x + k[0, 1] * y) * inverse + k[0, 2], k[1, 1] * y * inverse + k[1, 2]
            pixels[i, 0], pixels[i, 1] = u, v
            beside = (u < 0) * 2 + (u > width - 1) * 4 + (v < 0) * 8 + (v > height - 1) * 16
            outside[i] = 1 if z < near else beside


@njit(cache=True, parallel=True, error_model="numpy")
def find_rows(points, pixels, outside, faces, near, intrinsics, height, width, chosen, rows, counts):
    """Write the triangles that may be seen and the first and last row that each can reach, `rows` [face, 2].

    Those of a chunk of faces stand at the start of its part of `chosen`, `counts` [chunk] of them.
    """
    for chunk in prange(len(counts)):
        start, count = chunk * CHUNK, 0
        outline = np.empty((4, 2))
        for i in range(start, min(len(faces), start + CHUNK)):
            a, b, c = faces[i, 0], faces[i, 1], faces[i, 2]
            if outside[a] & outside[b] & outside[c]:
                continue
            if (outside[a] | outside[b] | outside[c]) & 1:
                corners = cut_at_near(points, pixels, (a, b, c), near, intrinsics, outline)
                left, right = outline[:corners, 0].min(), outline[:corners, 0].max()
                low, high = outline[:corners, 1].min(), outline[:corners, 1].max()
            else:
                au, bu, cu = pixels[a, 0], pixels[b, 0], pixels[c, 0]
                av, bv, cv = pixels[a, 1], pixels[b, 1], pixels[c, 1]
                left, right, low, high = min(au, bu, cu), max(au, bu, cu), min(av, bv, cv), max(av, bv, cv)
            first, last = np.ceil(max(low, 0.0)), np.floor(min(high, height - 1.0))
            if first <= last and np.ceil(max(left, 0.0)) <= np.floor(min(right, width - 1.0)):
                chosen[start + count], rows[start + count, 0], rows[start + count, 1] = i, first, last
                count += 1
        counts[chunk] = count


@njit(cache=True, inline="always")
def find_plane(points, a, b, c, inverse_intrinsics):
    """The triangle's inverse depth as a function of the pixel: its change along u and v, and its value at (0, 0).

    The fourth is its sign: negative where the front is seen.
    """
    ax, ay, az = points[a, 0], points[a, 1], points[a, 2]
    px, py, pz = points[b, 0] - ax, points[b, 1] - ay, points[b, 2] - az
    qx, qy, qz = points[c, 0] - ax, points[c, 1] - ay, points[c, 2] - az
    nx, ny, nz = py * qz - pz * qy, pz * qx - px * qz, px * qy - py * qx
    scale = 1 / (nx * ax + ny * ay + nz * az)
    k = inverse_intrinsics
    along_v = nx * k[0, 1] + ny * k[1, 1]
    return nx * k[0, 0] * scale, along_v * scale, (nx * k[0, 2] + ny * k[1, 2] + nz) * scale, scale


@njit(cache=True, inline="always")
def edge(u0, v0, u1, v1, turn):
    """An edge's u in a row, as its value in row 0 and its change, and whether it bounds the triangle on the right.

    The same numbers come out for both directions of the edge. A level one bounds nothing: u >= 0 is always so.
    """
    rise = v1 - v0
    inverse = 1 / rise if rise != 0 else 0.0
    return (u0 * v1 - u1 * v0) * inverse, (u1 - u0) * inverse, ((rise > 0) == (turn > 0)) & (rise != 0)


@njit(cache=True, inline="always")
def draw(u0, v0, u1, v1, u2, v2, plane, far, near, first, last, i, inverse_depth, triangle):
    """Draw a triangle's rows from `first` to `last`, each from the rightmost left bound to the leftmost right one."""
    turn = (u1 - u0) * (v2 - v0) - (v1 - v0) * (u2 - u0)
    a, a_step, a_right = edge(u0, v0, u1, v1, turn)
    b, b_step, b_right = edge(u1, v1, u2, v2, turn)
    c, c_step, c_right = edge(u2, v2, u0, v0, turn)
    along_u, along_v, start, _ = plane
    step, limit = np.float32(along_u), np.float64(inverse_depth.shape[1] - 1)
    for row in range(max(first, np.ceil(min(v0, v1, v2))), min(last, np.floor(max(v0, v1, v2))) + 1):
        ua, ub, uc = a + row * a_step, b + row * b_step, c + row * c_step
        left = max(max(0.0 if a_right else ua, 0.0 if b_right else ub), max(0.0 if c_right else uc, 0.0))
        right = min(min(ua if a_right else limit, ub if b_right else limit), min(uc if c_right else limit, limit))
        begin, end = np.int32(np.ceil(left)), np.int32(np.floor(right))
        value = np.float32(start + along_v * row + along_u * begin)
        for k in range(end - begin + 1):
            at = np.uint64(begin + k)
            here = min(max(value + step * np.float32(np.int32(k)), far), near)
            before, whose = inverse_depth[row, at], triangle[row, at]
            inverse_depth[row, at], triangle[row, at] = max(here, before), i if here > before else whose


@njit(cache=True, inline="always")
def cut_at_near(points, pixels, corners, near, intrinsics, outline):
    """Write the part of a triangle beyond the near plane, `outline` [4, 2]; the number of its corners."""
    count = 0
    for i in range(3):
        a, b = corners[i], corners[(i + 1) % 3]
        if points[a, 2] >= near:
            outline[count, 0], outline[count, 1] = pixels[a, 0], pixels[a, 1]
            count += 1
        if (points[a, 2] >= near) != (points[b, 2] >= near):
            if points[a, 2] < near:
                a, b = b, a  # from the far end, for both triangles beside this edge
            share = (points[a, 2] - near) / (points[a, 2] - points[b, 2])
            x = points[a, 0] + share * (points[b, 0] - points[a, 0])
            y = points[a, 1] + share * (points[b, 1] - points[a, 1])
            outline[count, 0] = (intrinsics[0, 0] * x + intrinsics[0, 1] * y) / near + intrinsics[0, 2]
            outline[count, 1] = intrinsics[1, 1] * y / near + intrinsics[1, 2]
            count += 1
    return count


@njit(cache=True, parallel=True, error_model="numpy")
def fill(points, pixels, faces, seen, near, front, intrinsics, inverse_intrinsics, bands, depth, triangle):
    """Write each pixel's smallest depth [height, width], 0 without, and whose it is; of equal ones the first triangle's.

    `seen` is what :func:`find_rows` writes; with `front` only triangles whose front is seen are drawn. The image is cut
    into `bands` of rows, each of which one thread fills: the result does not depend on their number.
    """
    height, width = depth.shape
    for band in prange(bands):
        top, bottom = height * band // bands, height * (band + 1) // bands - 1
        depth[top : bottom + 1], triangle[top : bottom + 1] = 0, -1
        fill_band(
            points, pixels, faces, seen, near, front, intrinsics, inverse_intrinsics, top, bottom, depth, triangle
        )
        for v in range(top, bottom + 1):
            for u in range(width):
                depth[v, u] = 1 / depth[v, u] if triangle[v, u] >= 0 else np.float32(0)


@njit(cache=True, error_model="numpy")
def fill_band(
    points, pixels, faces, seen, near, front, intrinsics, inverse_intrinsics, top, bottom, inverse_depth, triangle
):
    """Keep the largest inverse depth, and whose it is, in the rows from `top` to `bottom`."""
    chosen, rows, counts = seen
    outline = np.empty((4, 2))
    for chunk in range(len(counts)):
        for k in range(chunk * CHUNK, chunk * CHUNK + counts[chunk]):
            first, last, i = max(rows[k, 0], top), min(rows[k, 1], bottom), chosen[k]
            if first > last:
                continue
            a, b, c = faces[i, 0], faces[i, 1], faces[i, 2]
            plane = find_plane(points, a, b, c, inverse_intrinsics)
            if not np.isfinite(plane[2]) or (front and plane[3] > 0):
                continue  # no area, seen from the side, or from behind
            nearest, farthest = (
                min(points[a, 2], points[b, 2], points[c, 2]),
                max(points[a, 2], points[b, 2], points[c, 2]),
            )
            far, high, count = np.float32(1 / farthest), np.float32(1 / max(nearest, near)), 3
            if nearest >= near:
                for corner in range(3):
                    outline[corner, 0], outline[corner, 1] = pixels[faces[i, corner], 0], pixels[faces[i, corner], 1]
            else:
                count = cut_at_near(points, pixels, (a, b, c), near, intrinsics, outline)
            u0, v0 = outline[0, 0], outline[0, 1]
            for corner in range(1, count - 1):
                u1, v1, u2, v2 = outline[corner, 0], outline[corner, 1], outline[corner + 1, 0], outline[corner + 1, 1]
                draw(u0, v0, u1, v1, u2, v2, plane, far, high, first, last, i, inverse_depth, triangle)


@njit(cache=True, parallel=True, error_model="numpy")
def weigh(points, faces, triangle, inverse_intrinsics, weights):
    """Write how much each corner of its triangle counts at each pixel, `weights` [height, width, 3]."""
    height, width = triangle.shape
    k = inverse_intrinsics
    for v in prange(height):
        for u in range(width):
            i = triangle[v, u]
            weights[v, u, 0], weights[v, u, 1], weights[v, u, 2] = 0, 0, 0
            if i < 0:
                continue
            x, y = k[0, 0] * u + k[0, 1] * v + k[0, 2], k[1, 1] * v + k[1, 2]
            a, b, c = faces[i, 0], faces[i, 1], faces[i, 2]
            of_a = beside(points, b, c, x, y)
            of_b = beside(points, c, a, x, y)
            of_c = beside(points, a, b, x, y)
            total = of_a + of_b + of_c
            weights[v, u, 0], weights[v, u, 1], weights[v, u, 2] = of_a / total, of_b / total, of_c / total


@njit(cache=True, inline="always")
def beside(points, p, q, x, y):
    """Six times the volume between a ray (x, y, 1) and the edge from p to q, seen from the camera."""
    px, py, pz, qx, qy, qz = points[p, 0], points[p, 1], points[p, 2], points[q, 0], points[q, 1], points[q, 2]
    return x * (py * qz - pz * qy) + y * (pz * qx - px * qz) + (px * qy - py * qx)


@njit(cache=True, parallel=True, error_model="numpy")
def blend(values, faces, triangle, weights, image):
    """Write the weighted mean of what each pixel's corners hold, `image` [height, width, channel]; 0 without triangle."""
    height, width = triangle.shape
    for v in prange(height):
        for u in range(width):
            i = triangle[v, u]
            a, b, c = (faces[i, 0], faces[i, 1], faces[i, 2]) if i >= 0 else (0, 0, 0)
            wa, wb, wc = weights[v, u, 0], weights[v, u, 1], weights[v, u, 2]
            for k in range(values.shape[1]):
                mean = wa * values[a, k] + wb * values[b, k] + wc * values[c, k]
                image[v, u, k] = mean if i >= 0 else 0
