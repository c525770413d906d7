"""Kernels on textures: go over the texels of each triangle's half cell."""

import numpy as np
from numba import njit, prange

FADE = 20.0
"""Pixels from an image's border over which its weight grows."""
FIRST = 1e-12
"""Weight of the vertices' own colours."""


@njit(cache=True, inline="always")
def place_of(i, j, side, upper, border):
    """Whether a texel of a cell is the face's, and how far it is from its first corner to the two others."""
    x, y = j + 0.5, i + 0.5
    mine = (x + y < side) != (upper > 0)
    if upper > 0:
        x, y = side - x, side - y
    return mine, (x - 0.5) / (side - border), (y - 0.5) / (side - border)


@njit(cache=True, parallel=True)
def start(cells, upper, faces, colours, border, texture):
    """Write the vertices' colours, with next to no weight."""
    for face in prange(faces.shape[0]):
        x0, y0, side = cells[face]
        a, b, c = faces[face]
        for i in range(side):
            for j in range(side):
                mine, s, t = place_of(i, j, side, upper[face], border)
                if mine:
                    for k in range(3):
                        mixed = (1 - s - t) * colours[a, k] + s * colours[b, k] + t * colours[c, k]
                        texture[y0 + i, x0 + j, k] = FIRST * min(max(mixed, 0.0), 255.0)
                    texture[y0 + i, x0 + j, 3] = FIRST


@njit(cache=True)
def in_camera(point, place, found):
    """Move one point."""
    for k in range(3):
        found[k] = place[k, 0] * point[0] + place[k, 1] * point[1] + place[k, 2] * point[2] + place[k, 3]


@njit(cache=True)
def out_of_view(corners, camera, width, height):
    """Whether a triangle lies behind the camera, or beyond one side of the image."""
    behind, left, right, above, below = 0, 0, 0, 0, 0
    for k in range(3):
        x, y, z = corners[k, 0], corners[k, 1], corners[k, 2]
        behind += z <= 0
        left += camera[0, 0] * x + camera[0, 2] * z < 0
        right += camera[0, 0] * x + camera[0, 2] * z > (width - 1) * z
        above += camera[1, 1] * y + camera[1, 2] * z < 0
        below += camera[1, 1] * y + camera[1, 2] * z > (height - 1) * z
    return behind == 3 or (behind == 0 and (left == 3 or right == 3 or above == 3 or below == 3))


@njit(cache=True, parallel=True)
def add_view(cells, upper, vertices, faces, place, camera, image, depth, tolerance, sharpness, border, texture):
    """Add weighted colours of one image to the texels that it shows."""
    height, width = image.shape[:2]
    for face in prange(faces.shape[0]):
        corners, first, second, normal = np.empty((3, 3)), np.empty(3), np.empty(3), np.empty(3)
        for k in range(3):
            in_camera(vertices[faces[face, k]], place, corners[k])
        if out_of_view(corners, camera, width, height):
            continue
        for k in range(3):
            first[k], second[k] = corners[1, k] - corners[0, k], corners[2, k] - corners[0, k]
        normal[0] = first[1] * second[2] - first[2] * second[1]
        normal[1] = first[2] * second[0] - first[0] * second[2]
        normal[2] = first[0] * second[1] - first[1] * second[0]
        length = np.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
        towards = -(normal[0] * corners[0, 0] + normal[1] * corners[0, 1] + normal[2] * corners[0, 2])
        if not towards > 0:  # seen from behind, or without any area
            continue
        distance = towards / length
        x0, y0, side = cells[face]
        for i in range(side):
            for j in range(side):
                mine, s, t = place_of(i, j, side, upper[face], border)
                if not mine:
                    continue
                x = corners[0, 0] + s * first[0] + t * second[0]
                y = corners[0, 1] + s * first[1] + t * second[1]
                z = corners[0, 2] + s * first[2] + t * second[2]
                if not z > 0:
                    continue
                u = (camera[0, 0] * x + camera[0, 2] * z) / z
                v = (camera[1, 1] * y + camera[1, 2] * z) / z
                edge = min(min(u, width - 1 - u), min(v, height - 1 - v))
                if not edge >= 0:
                    continue
                drawn = depth[int(v + 0.5), int(u + 0.5)]
                if drawn != 0 and drawn <= z - tolerance:
                    continue
                facing = distance / np.sqrt(x * x + y * y + z * z)
                weight = min(edge, FADE) / FADE * (facing / z) ** sharpness
                left, top = min(int(u), width - 2), min(int(v), height - 2)
                right, down = u - left, v - top
                for k in range(3):
                    above = image[top, left, k] * (1 - right) + image[top, left + 1, k] * right
                    below = image[top + 1, left, k] * (1 - right) + image[top + 1, left + 1, k] * right
                    texture[y0 + i, x0 + j, k] += weight * (above * (1 - down) + below * down)
                texture[y0 + i, x0 + j, 3] += weight
