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
    lights,
    shades,
    ambient,
    image,
):
    """Write linear colour, `image` [height, width, 3] in [0, 1]; 0 without triangle.

    `points` and `lights` are in camera space, `colours` and `seconds` linear and in [0, 1].
    """
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


@njit(cache=True, inline="always")
def facing_normal(points, a, b, c, x, y):
    """A triangle's unit normal, turned towards a camera that sees it along (x, y, 1)."""
    px, py, pz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
    qx, qy, qz = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
    nx, ny, nz = py * qz - pz * qy, pz * qx - px * qz, px * qy - py * qx
    length = np.sqrt(nx * nx + ny * ny + nz * nz)
    sign = -1 / length if nx * x + ny * y + nz > 0 else 1 / length
    return nx * sign, ny * sign, nz * sign
