"""Kernels that colour an image of textured triangles under point lights, and make a view of it.

Along a row, a triangle's inverse depth, and all that its corners hold over depth, change evenly: what a triangle needs is
worked out once, and held for the rows below. A row is lit as a whole, its lamps' heights over each pixel's plane known.
"""

import numpy as np
from numba import njit, prange

SIDE = 256
"""Texels along each side of a mask."""
HELD = 2048
"""Triangles that a band of rows remembers; a power of two."""
ROWS = 64
"""Of the image, in a band, which one thread paints."""
LEVELS = 4096
"""Linear light levels in a table of sRGB bytes."""
TOGETHER = 256
"""Pixels of a row whose shadows are looked up together."""
RIGHT, LOWER, DEPTH, FACING, AWAY, STOPPED = 0, 1 * TOGETHER, 2 * TOGETHER, 3 * TOGETHER, 6 * TOGETHER, 9 * TOGETHER
"""Where the room for that holds what, one value a pixel: place past a texel, depth, normal, n . d, depths of texels."""
BIAS = 0.003
"""Metres that light gets past what stops it: more than a depth's rounding, less than anything that is built."""
NEARNESS, ACROSS, DOWN, NORMAL, CORNERS, HEIGHTS = 0, 3, 6, 9, 12, 21
"""Where a triangle's record holds what: 1 / z, u / z, v / z of its texture, its normal, its colour over z, and lamps."""


@njit(cache=True, parallel=True, error_model="numpy")
def paint(triangle, geometry, look, lamps, image):
    """Write linear colour, `image` [height, width, 3]; 0 without triangle.

    `geometry` is vertices, faces, `camera_from_world` and the inverse of the intrinsics. `look` is uv, materials of
    faces, colours and second colours (linear), patterns, masks, pictures, their sizes and first texels, texels, colours
    of vertices (may be empty), and a table [256] that makes bytes linear. `lamps` is positions in camera space, colours,
    ambient light, depth maps of what they shine on [lamp, 6, side, side] (none: no shadows), where the camera is from
    each, in world space, and what makes pixels rays there.
    """
    height, width = triangle.shape
    for band in prange((height + ROWS - 1) // ROWS):
        memory = new_memory(width, len(lamps[0]))
        line = np.empty((3, width), np.float32)
        for v in range(band * ROWS, min(height, (band + 1) * ROWS)):
            shade_row(v, triangle[v], geometry, look, lamps, memory, line)
            for u in range(width):
                image[v, u, 0], image[v, u, 1], image[v, u, 2] = line[0, u], line[1, u], line[2, u]


@njit(cache=True, parallel=True, error_model="numpy")
def view(fine, fine_depth, samples, geometry, look, lamps, face_objects, object_labels, bytes_of, none, channels):
    """Write the `channels` of a view: colour, depth, normals, labels, objects, [height, width, ...] each.

    `fine` has `samples` - 1 triangles between the middles of pixels, and as many around the image. A pixel's colour is
    the mean of those nearer than the next pixel, less and less with distance, along rows and columns (a tent); all else
    is of its middle. `bytes_of` [LEVELS] makes linear light sRGB; `none` is the label of nothing.
    """
    colour = channels[0]
    height, width = colour.shape[:2]
    tall = 2 * samples - 1
    for band in prange((height + ROWS - 1) // ROWS):
        memory = new_memory(fine.shape[1], len(lamps[0]))
        lines = np.empty((tall, 3, fine.shape[1]), np.float32)
        column, mean = np.empty((3, fine.shape[1]), np.float32), np.empty(width, np.float32)
        done = band * ROWS * samples
        for v in range(band * ROWS, min(height, (band + 1) * ROWS)):
            for row in range(done, v * samples + tall):
                shade_row(row, fine[row], geometry, look, lamps, memory, lines[row % tall])
            done = v * samples + tall
            if samples == 1:
                write_colour(lines[0], 1, bytes_of, mean, colour[v])
            else:
                sum_rows(lines, v * samples, samples, column)
                write_colour(column, samples, bytes_of, mean, colour[v])
            middle = v * samples + samples - 1
            found = fine[middle, samples - 1 :: samples]
            write_rest(v, found, geometry, look, lamps, memory, face_objects, object_labels, none, channels)
            channels[1][v] = fine_depth[middle, samples - 1 : samples - 1 + width * samples : samples]


@njit(cache=True)
def new_memory(width, lamps):
    """Which triangle each record is of, the records, room to make one, and what is known of each pixel of a row."""
    held, records = np.full(HELD, -1, np.int32), np.empty((HELD, HEIGHTS + lamps))
    depth, heights = np.empty(width, np.float32), np.empty((lamps, width), np.float32)
    facing, light = np.zeros((3, width), np.float32), np.empty((3, width), np.float32)
    near, starts = np.empty(STOPPED + 4 * TOGETHER, np.float32), np.empty(TOGETHER, np.int32)
    return held, records, np.empty((2, 3, 3)), depth, heights, light, facing, near, starts


@njit(cache=True, error_model="numpy")
def shade_row(v, triangle, geometry, look, lamps, memory, line):
    """Write the linear colour, `line` [3, width], of a row's triangles."""
    _, face_materials, colours, seconds, patterns, masks, pictures, sizes, starts, texels, vertex_colours, curve = look
    held, records, room, depth, heights, light, facing, near, texels_near = memory
    _, _, _, shadows, offsets, rays = lamps
    u, width = 0, len(triangle)
    while u < width:
        i, end = triangle[u], u + 1
        while end < width and triangle[end] == i:
            end += 1
        if i < 0:
            clear_run(u, end, depth, heights, line)
        else:
            slot = i & (HELD - 1)
            if held[slot] != i:
                held[slot] = i
                describe(i, geometry, look, lamps[0], room, records[slot])
            value, step = value_at(records, slot, NEARNESS, u, v)
            for k in range(end - u):
                depth[u + k] = np.float32(1) / (value + step * np.float32(np.int32(k)))
            for lamp in range(len(heights)):
                fill_run(heights[lamp], u, end, np.float32(records[slot, HEIGHTS + lamp]))
            material = face_materials[i]
            for k in range(3 if len(shadows) else 0):
                fill_run(facing[k], u, end, np.float32(records[slot, NORMAL + k]))
            for k in range(3):
                fill_run(line[k], u, end, colours[material, k])
            s, s_step = value_at(records, slot, ACROSS, u, v)
            t, t_step = value_at(records, slot, DOWN, u, v)
            if differ(colours, seconds, material):
                mix_run(
                    u, end, s, s_step, t, t_step, colours, seconds, material, masks, patterns[material], depth, line
                )
            picture = pictures[material]
            if picture >= 0:
                size = sizes[picture, 0], sizes[picture, 1]
                multiply_run(u, end, s, s_step, t, t_step, texels, starts[picture], size, curve, depth, line)
            for k in range(3 if len(vertex_colours) else 0):
                value, step = value_at(records, slot, CORNERS + 3 * k, u, v)
                for at in range(end - u):
                    line[k, u + at] *= (value + step * np.float32(np.int32(at))) * depth[u + at]
        u = end
    for lamp in range(len(shadows)):
        shadow_row(v, shadows[lamp], offsets[lamp], rays, depth, facing, heights[lamp], near, texels_near)
    light_row(v, geometry[3], lamps, depth, heights, light)
    for k in range(3):
        for u in range(width):
            line[k, u] *= light[k, u]


@njit(cache=True, inline="always")
def value_at(records, slot, start, u, v):
    """What changes evenly over the image: its value at a pixel, and its change along u."""
    value = records[slot, start] * u + records[slot, start + 1] * v + records[slot, start + 2]
    return np.float32(value), np.float32(records[slot, start])


@njit(cache=True, inline="always")
def fill_run(values, first, end, value):
    """Set the `values` from `first` to before `end`."""
    for u in range(first, end):
        values[u] = value


@njit(cache=True, inline="always")
def clear_run(first, end, depth, heights, line):
    """Make pixels without a triangle black, at a depth of 1."""
    fill_run(depth, first, end, np.float32(1))
    for lamp in range(len(heights)):
        fill_run(heights[lamp], first, end, np.float32(0))
    for k in range(3):
        fill_run(line[k], first, end, np.float32(0))


@njit(cache=True, inline="always")
def differ(colours, seconds, material):
    """Whether a material has two colours."""
    same = True
    for k in range(3):
        same &= colours[material, k] == seconds[material, k]
    return not same


@njit(cache=True, inline="always")
def place_at(s, s_step, t, t_step, k, depth):
    """Where a run's pixel `k` lies in a texture, from 0 to 1, by what changes evenly and the pixel's depth."""
    past = np.float32(np.int32(k))
    x, y = (s + s_step * past) * depth, (t + t_step * past) * depth
    return x - np.floor(x), y - np.floor(y)


@njit(cache=True, inline="always")
def mix_run(first, end, s, s_step, t, t_step, colours, seconds, material, masks, pattern, depth, line):
    """Mix a pattern's other colour into a material's."""
    side, red, green, blue = np.float32(SIDE), line[0], line[1], line[2]
    to_red = (seconds[material, 0] - colours[material, 0]) * np.float32(1 / 255)
    to_green = (seconds[material, 1] - colours[material, 1]) * np.float32(1 / 255)
    to_blue = (seconds[material, 2] - colours[material, 2]) * np.float32(1 / 255)
    for k in range(end - first):
        at = np.uint64(first + k)
        x, y = place_at(s, s_step, t, t_step, k, depth[at])
        column, row = np.uint64(np.int32(x * side) & (SIDE - 1)), np.uint64(np.int32(y * side) & (SIDE - 1))
        mix = np.float32(masks[pattern, row, column])
        red[at] += mix * to_red
        green[at] += mix * to_green
        blue[at] += mix * to_blue


@njit(cache=True, inline="always")
def multiply_run(first, end, s, s_step, t, t_step, texels, start, size, curve, depth, line):
    """Multiply with the colours of a picture."""
    for k in range(end - first):
        x, y = place_at(s, s_step, t, t_step, k, depth[first + k])
        red, green, blue = between_texels(texels, start, size, curve, x, y)
        line[0, first + k] *= red
        line[1, first + k] *= green
        line[2, first + k] *= blue


@njit(cache=True, error_model="numpy")
def describe(i, geometry, look, lamps, room, record):
    """Write a triangle's `record`.

    At pixel q a corner a counts z (b x c) . ray / (a . (b x c)), where the ray is that of q at depth 1.
    """
    vertices, faces, m, k = geometry
    uv, vertex_colours, curve = look[0], look[10], look[11]
    corners, across = room[0], room[1]
    for corner in range(3):
        a, b, c = vertices[faces[i, corner], 0], vertices[faces[i, corner], 1], vertices[faces[i, corner], 2]
        for axis in range(3):
            corners[corner, axis] = m[axis, 0] * a + m[axis, 1] * b + m[axis, 2] * c + m[axis, 3]
    for corner in range(3):
        cross(corners[(corner + 1) % 3], corners[(corner + 2) % 3], across[corner])
    ax, ay, az = corners[0, 0], corners[0, 1], corners[0, 2]
    volume = across[0, 0] * ax + across[0, 1] * ay + across[0, 2] * az
    nx, ny = across[0, 0] + across[1, 0] + across[2, 0], across[0, 1] + across[1, 1] + across[2, 1]
    nz = across[0, 2] + across[1, 2] + across[2, 2]
    towards = (-1 if volume > 0 else 1) / np.sqrt(nx * nx + ny * ny + nz * nz)
    nx, ny, nz = nx * towards, ny * towards, nz * towards
    for corner in range(3):
        x, y, z = across[corner, 0] / volume, across[corner, 1] / volume, across[corner, 2] / volume
        across[corner, 0], across[corner, 1] = x * k[0, 0], x * k[0, 1] + y * k[1, 1]
        across[corner, 2] = x * k[0, 2] + y * k[1, 2] + z
    for axis in range(3):
        record[NEARNESS + axis] = across[0, axis] + across[1, axis] + across[2, axis]
        a, b, c = across[0, axis], across[1, axis], across[2, axis]
        record[ACROSS + axis] = a * uv[i, 0, 0] + b * uv[i, 1, 0] + c * uv[i, 2, 0]
        record[DOWN + axis] = a * uv[i, 0, 1] + b * uv[i, 1, 1] + c * uv[i, 2, 1]
        record[NORMAL + axis] = m[0, axis] * nx + m[1, axis] * ny + m[2, axis] * nz
        for channel in range(3 if len(vertex_colours) else 0):
            p, q = vertex_colours[faces[i, 0], channel], vertex_colours[faces[i, 1], channel]
            r = vertex_colours[faces[i, 2], channel]
            record[CORNERS + 3 * channel + axis] = a * curve[p] + b * curve[q] + c * curve[r]
    for lamp in range(len(lamps)):
        x, y, z = lamps[lamp, 0] - ax, lamps[lamp, 1] - ay, lamps[lamp, 2] - az
        record[HEIGHTS + lamp] = max(x * nx + y * ny + z * nz, 0.0)


@njit(cache=True, inline="always")
def cross(p, q, across):
    """Write the product of two vectors."""
    across[0], across[1], across[2] = p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]


@njit(cache=True, error_model="numpy")
def shadow_row(v, shadow, offset, rays, depths, facing, heights, room, starts):
    """Lower a lamp's `heights` over the planes of a row's pixels, of normals `facing`, to the share that reaches them.

    A point of the plane n . x = -h about the lamp, seen from there along d (1 along its largest axis), lies at depth
    -h / (n . d). What the map has around is compared to the plane at those places, so that no surface shades itself.
    The loops around the one that reads the map do many pixels in one go: all that they write lies in one array, at
    distances known ahead, so that nothing they read can have been written.
    """
    side, texels, width = shadow.shape[1], shadow.ravel(), len(depths)
    one, below = np.uint64(1), np.uint64(side)
    for first in range(0, width, TOGETHER):
        count = min(TOGETHER, width - first)
        if not any_lit(heights, first, count):
            continue
        for axis in range(3):
            copy_run(facing[axis], first, count, room, FACING + axis * TOGETHER)
        copy_run(depths, first, count, room, DEPTH)
        place_run(first, count, v, side, offset, rays, room, starts)
        for k in range(count):
            at = np.uint64(starts[k])
            room[STOPPED + k], room[STOPPED + TOGETHER + k] = texels[at], texels[at + one]
            at += below
            room[STOPPED + 2 * TOGETHER + k], room[STOPPED + 3 * TOGETHER + k] = texels[at], texels[at + one]
        lower_run(first, count, room, heights)


@njit(cache=True)
def any_lit(heights, first, count):
    """Whether a lamp stands over the plane of any of the pixels."""
    lit = False
    for k in range(count):
        lit |= heights[np.uint64(first + k)] > 0
    return lit


@njit(cache=True, inline="always")
def copy_run(values, first, count, room, start):
    """Copy `count` of the `values` from `first` on into `room`."""
    for k in range(count):
        room[start + k] = values[np.uint64(first + k)]


@njit(cache=True, error_model="numpy")
def place_run(first, count, v, side, offset, rays, room, starts):
    """Write where pixels lie in a lamp's map: the texel up left of each, and how far right and down of it they are.

    And n . d there, and its changes to the next texels; from normals and depth, all in `room`.
    """
    scale, half, texel = np.float32(side / 2 - 1), np.float32((side - 1) / 2), np.float32(1 / (side / 2 - 1))
    none, last, wide = np.float32(0), np.float32(side - 2), np.int32(side)
    px, py, pz = np.float32(offset[0]), np.float32(offset[1]), np.float32(offset[2])
    (rx, dx), (ry, dy), (rz, dz) = ray_at(rays, 0, first, v), ray_at(rays, 1, first, v), ray_at(rays, 2, first, v)
    for k in range(count):
        z, past = room[DEPTH + k], np.float32(np.int32(k))
        x, y, w = (rx + dx * past) * z + px, (ry + dy * past) * z + py, (rz + dz * past) * z + pz
        nx, ny, nz = room[FACING + k], room[FACING + TOGETHER + k], room[FACING + 2 * TOGETHER + k]
        ahead, above = (abs(x) >= abs(y)) & (abs(x) >= abs(w)), abs(y) >= abs(w)
        depth, n = pick(ahead, above, x, y, w), pick(ahead, above, nx, ny, nz)
        s, s_step = pick(ahead, above, y, w, x), pick(ahead, above, ny, nz, nx) * texel
        t, t_step = pick(ahead, above, w, x, y), pick(ahead, above, nz, nx, ny) * texel
        face = pick(ahead, above, np.int32(0), np.int32(1), np.int32(2))
        face, n = (face + np.int32(3), -n) if depth < 0 else (face, n)
        inverse = scale / abs(depth)
        column, row = s * inverse + half, t * inverse + half
        left, up = np.int32(min(max(none, column), last)), np.int32(min(max(none, row), last))
        starts[k] = (face * wide + up) * wide + left
        room[RIGHT + k], room[LOWER + k] = column - np.float32(left), row - np.float32(up)
        room[AWAY + k] = n + s_step * (np.float32(left) - half) + t_step * (np.float32(up) - half)
        room[AWAY + TOGETHER + k], room[AWAY + 2 * TOGETHER + k] = s_step, t_step


@njit(cache=True, error_model="numpy")
def lower_run(first, count, room, heights):
    """Lower `heights` to the share of four texels that lets light get to the plane."""
    for k in range(count):
        height, right, down = heights[np.uint64(first + k)], room[RIGHT + k], room[LOWER + k]
        away, s_step, t_step = room[AWAY + k], room[AWAY + TOGETHER + k], room[AWAY + 2 * TOGETHER + k]
        upper = (np.float32(1) - right) * reaches(room[STOPPED + k], height, away)
        upper += right * reaches(room[STOPPED + TOGETHER + k], height, away + s_step)
        lower = (np.float32(1) - right) * reaches(room[STOPPED + 2 * TOGETHER + k], height, away + t_step)
        lower += right * reaches(room[STOPPED + 3 * TOGETHER + k], height, away + s_step + t_step)
        share = upper + down * (lower - upper)
        heights[np.uint64(first + k)] = height * share if height > 0 else np.float32(0)


@njit(cache=True, inline="always")
def pick(ahead, above, x, y, z):
    """The first if `ahead`, else the second if `above`, else the third."""
    other = y if above else z
    return x if ahead else other


@njit(cache=True, inline="always")
def ray_at(rays, axis, u, v):
    """A pixel's ray along an axis of the world, and its change along u."""
    return np.float32(rays[axis, 0] * u + rays[axis, 1] * v + rays[axis, 2]), np.float32(rays[axis, 0])


@njit(cache=True, inline="always")
def reaches(depth, height, away):
    """Whether light that is stopped at `depth` gets to a plane, but for BIAS: 1 or 0."""
    return np.float32(1) if height <= -away * (depth + np.float32(BIAS)) else np.float32(0)


@njit(cache=True, inline="always")
def between_texels(texels, start, size, curve, s, t):
    """The linear colour of a picture of `size` (height, width) at (s, t), between the middles of the texels around."""
    x, y = s * size[1] - np.float32(0.5), t * size[0] - np.float32(0.5)
    column, row = np.int64(np.floor(x)), np.int64(np.floor(y))
    right, below = np.float32(x - column), np.float32(y - row)
    left_column, right_column = column % size[1], (column + 1) % size[1]
    upper, lower = start + row % size[0] * size[1], start + (row + 1) % size[0] * size[1]
    p, q, m, n = upper + left_column, upper + right_column, lower + left_column, lower + right_column
    wp, wq, wm, wn = (1 - right) * (1 - below), right * (1 - below), (1 - right) * below, right * below
    return (
        wp * curve[texels[p, 0]] + wq * curve[texels[q, 0]] + wm * curve[texels[m, 0]] + wn * curve[texels[n, 0]],
        wp * curve[texels[p, 1]] + wq * curve[texels[q, 1]] + wm * curve[texels[m, 1]] + wn * curve[texels[n, 1]],
        wp * curve[texels[p, 2]] + wq * curve[texels[q, 2]] + wm * curve[texels[m, 2]] + wn * curve[texels[n, 2]],
    )


@njit(cache=True, error_model="numpy")
def light_row(v, inverse, lamps, depth, heights, light):
    """Write the light, [3, width], on points of a row that lamps stand `heights` [lamp, width] over."""
    positions, shades, ambient = lamps[0], lamps[1], lamps[2]
    light[:] = ambient
    start, step = np.float32(inverse[0, 1] * v + inverse[0, 2]), np.float32(inverse[0, 0])
    y = np.float32(inverse[1, 1] * v + inverse[1, 2])
    red, green, blue = light[0], light[1], light[2]
    for k in range(len(positions)):
        a, b, c = np.float32(positions[k, 0]), np.float32(positions[k, 1]), np.float32(positions[k, 2])
        of_red, of_green, of_blue = shades[k, 0], shades[k, 1], shades[k, 2]
        height = heights[k]
        for u in range(len(depth)):
            z = depth[u]
            along, up, ahead = a - (start + step * np.float32(np.int32(u))) * z, b - y * z, c - z
            square = along * along + up * up + ahead * ahead
            falling = height[u] / np.sqrt(square + np.float32(1e-6))
            strength = falling / (np.float32(0.6) + np.float32(0.25) * square)
            red[u] += strength * of_red
            green[u] += strength * of_green
            blue[u] += strength * of_blue


@njit(cache=True)
def sum_rows(lines, first, samples, column):
    """Write the weighted mean of 2 `samples` - 1 rows from `first` on, which stand in `lines` in turn."""
    column[:] = 0
    for k in range(len(lines)):
        line = lines[(first + k) % len(lines)]
        share = np.float32((samples - abs(k - samples + 1)) / samples**2)
        for channel in range(3):
            for u in range(column.shape[1]):
                column[channel, u] += share * line[channel, u]


@njit(cache=True)
def write_colour(line, samples, bytes_of, mean, colour):
    """Write a row of sRGB bytes, each the weighted mean of 2 `samples` - 1 of `line` [3, _]."""
    most, half = np.float32(LEVELS - 1), np.float32(0.5)
    for channel in range(3):
        if samples == 1:
            for u in range(len(colour)):
                mean[u] = line[channel, u]
        elif samples == 2:
            for u in range(len(colour)):
                ends = line[channel, 2 * u] + line[channel, 2 * u + 2]
                mean[u] = np.float32(0.25) * ends + np.float32(0.5) * line[channel, 2 * u + 1]
        else:
            mean[:] = 0
            for k in range(2 * samples - 1):
                share = np.float32((samples - abs(k - samples + 1)) / samples**2)
                for u in range(len(colour)):
                    mean[u] += share * line[channel, u * samples + k]
        for u in range(len(colour)):
            level = min(max(mean[u], np.float32(0)), np.float32(1)) * most
            colour[u, channel] = bytes_of[np.int32(level + half)]


@njit(cache=True, error_model="numpy")
def write_rest(v, found, geometry, look, lamps, memory, face_objects, object_labels, none, channels):
    """Write normals, labels and objects of a row of triangles."""
    _, _, normals, labels, objects = channels
    held, records, room = memory[0], memory[1], memory[2]
    before, x, y, z, label, number = np.int32(-1), np.float32(0), np.float32(0), np.float32(0), none, np.int32(0)
    for u in range(normals.shape[1]):
        i = found[u]
        if i != before and i >= 0:
            slot = i & (HELD - 1)
            if held[slot] != i:
                held[slot] = i
                describe(i, geometry, look, lamps[0], room, records[slot])
            x, y, z = records[slot, NORMAL], records[slot, NORMAL + 1], records[slot, NORMAL + 2]
            label, number = object_labels[face_objects[i]], face_objects[i] + 1
        elif i != before:
            x, y, z, label, number = 0, 0, 0, none, 0
        before = i
        normals[v, u, 0], normals[v, u, 1], normals[v, u, 2] = x, y, z
        labels[v, u], objects[v, u] = label, number
