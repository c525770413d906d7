"""Kernel that colours an image of textured triangles under point lights."""

import numpy as np
from numba import njit, prange

SIDE = 256
"""Texels along each side of a mask."""


@njit(cache=True, inline="always")
def corner_weight(points, p, q, x, y):
    """Six times the volume between a ray (x, y, 1) and the edge from p to q, seen from the camera."""
    px, py, pz, qx, qy, qz = points[p, 0], points[p, 1], points[p, 2], points[q, 0], points[q, 1], points[q, 2]
    return x * (py * qz - pz * qy) + y * (pz * qx - px * qz) + (px * qy - py * qx)


@njit(cache=True, parallel=True, error_model="numpy")
def paint(
    points,
    faces,
    uv,
    face_materials,
    triangle,
    inverse,
    colours,
    seconds,
    patterns,
    masks,
    pictures,
    picture_sizes,
    texels,
    vertex_colours,
    curve,
    lights,
    shades,
    ambient,
    image,
):
    """Write linear colour, `image` [height, width, 3] in [0, 1]; 0 without triangle.

    `points` and `lights` are in camera space, `colours` and `seconds` linear and in [0, 1], `vertex_colours` may be
    empty, `curve` [256] makes bytes linear.
    """
    starts = np.zeros(len(picture_sizes) + 1, np.int64)
    for k in range(len(picture_sizes)):
        starts[k + 1] = starts[k] + np.int64(picture_sizes[k, 0]) * picture_sizes[k, 1]
    height, width = triangle.shape
    for v in prange(height):
        for u in range(width):
            i = triangle[v, u]
            if i < 0:
                image[v, u, 0], image[v, u, 1], image[v, u, 2] = 0, 0, 0
                continue
            x, y = inverse[0, 0] * u + inverse[0, 1] * v + inverse[0, 2], inverse[1, 1] * v + inverse[1, 2]
            a, b, c = faces[i, 0], faces[i, 1], faces[i, 2]
            wa, wb = corner_weight(points, b, c, x, y), corner_weight(points, c, a, x, y)
            wc = corner_weight(points, a, b, x, y)
            scale = 1 / (wa + wb + wc)
            wa, wb, wc = wa * scale, wb * scale, wc * scale
            z = wa * points[a, 2] + wb * points[b, 2] + wc * points[c, 2]
            material = face_materials[i]
            s = wa * uv[i, 0, 0] + wb * uv[i, 1, 0] + wc * uv[i, 2, 0]
            t = wa * uv[i, 0, 1] + wb * uv[i, 1, 1] + wc * uv[i, 2, 1]
            column, row = int((s - np.floor(s)) * SIDE) & (SIDE - 1), int((t - np.floor(t)) * SIDE) & (SIDE - 1)
            mix = masks[patterns[material], row, column] * np.float32(1 / 255)
            nx, ny, nz = facing_normal(points, a, b, c, x, y)
            red = green = blue = np.float32(ambient)
            for k in range(len(lights)):
                lx, ly, lz = lights[k, 0] - x * z, lights[k, 1] - y * z, lights[k, 2] - z
                square = lx * lx + ly * ly + lz * lz
                falling = (lx * nx + ly * ny + lz * nz) / np.sqrt(square + 1e-6)
                strength = max(falling, 0.0) / (0.6 + 0.25 * square)
                red += strength * shades[k, 0]
                green += strength * shades[k, 1]
                blue += strength * shades[k, 2]
            first, second = colours[material], seconds[material]
            image[v, u, 0] = red * (first[0] + mix * (second[0] - first[0]))
            image[v, u, 1] = green * (first[1] + mix * (second[1] - first[1]))
            image[v, u, 2] = blue * (first[2] + mix * (second[2] - first[2]))
            picture = pictures[material]
            if picture >= 0:
                size = picture_sizes[picture, 0], picture_sizes[picture, 1]
                tint = between_texels(texels, starts[picture], size, curve, s, t)
                for k in range(3):
                    image[v, u, k] *= tint[k]
            if len(vertex_colours):
                for k in range(3):
                    of_a, of_b, of_c = vertex_colours[a, k], vertex_colours[b, k], vertex_colours[c, k]
                    image[v, u, k] *= wa * curve[of_a] + wb * curve[of_b] + wc * curve[of_c]


@njit(cache=True, inline="always")
def facing_normal(points, a, b, c, x, y):
    """A triangle's unit normal, turned towards a camera that sees it along (x, y, 1)."""
    px, py, pz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
    qx, qy, qz = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
    nx, ny, nz = py * qz - pz * qy, pz * qx - px * qz, px * qy - py * qx
    length = np.sqrt(nx * nx + ny * ny + nz * nz)
    sign = -1 / length if nx * x + ny * y + nz > 0 else 1 / length
    return nx * sign, ny * sign, nz * sign


@njit(cache=True, inline="always")
def between_texels(texels, start, size, curve, s, t):
    """The linear colour of a picture of `size` (height, width) at (s, t), between the middles of the texels around."""
    x, y = (s - np.floor(s)) * size[1] - 0.5, (t - np.floor(t)) * size[0] - 0.5
    column, row = np.int64(np.floor(x)), np.int64(np.floor(y))
    right, below = x - column, y - row
    left_column, right_column = column % size[1], (column + 1) % size[1]
    upper, lower = start + row % size[0] * size[1], start + (row + 1) % size[0] * size[1]
    p, q, m, n = upper + left_column, upper + right_column, lower + left_column, lower + right_column
    wp, wq, wm, wn = (1 - right) * (1 - below), right * (1 - below), (1 - right) * below, right * below
    return (
        wp * curve[texels[p, 0]] + wq * curve[texels[q, 0]] + wm * curve[texels[m, 0]] + wn * curve[texels[n, 0]],
        wp * curve[texels[p, 1]] + wq * curve[texels[q, 1]] + wm * curve[texels[m, 1]] + wn * curve[texels[n, 1]],
        wp * curve[texels[p, 2]] + wq * curve[texels[q, 2]] + wm * curve[texels[m, 2]] + wn * curve[texels[n, 2]],
    )
