"""Kernels of TSDF fusion: find the blocks a depth image passes through, and average the image into them."""

import numpy as np
from numba import njit, prange

from geo3d.kernels.block_hash import EMPTY, pack, slot_of

SIDE = 8


@njit(cache=True)
def traverse(depth, stride, camera, rotation, centre, block_size, band, slots, found):
    """List the keys of all blocks within `band` of a depth sample, along its ray; -1 where `found` is too small.

    `rotation` and `centre` are those of the camera in the grid, `centre` in blocks from the corner of block 0.
    """
    fx, fy, cx, cy = camera
    listed = 0
    for v in range(0, depth.shape[0], stride):
        for u in range(0, depth.shape[1], stride):
            d = np.float64(depth[v, u])
            if not d > 0:
                continue
            rx, ry = (u - cx) / fx, (v - cy) / fy
            ax = (rotation[0, 0] * rx + rotation[0, 1] * ry + rotation[0, 2]) / block_size
            ay = (rotation[1, 0] * rx + rotation[1, 1] * ry + rotation[1, 2]) / block_size
            az = (rotation[2, 0] * rx + rotation[2, 1] * ry + rotation[2, 2]) / block_size
            near = max(d - band, 0.0)
            length = d + band - near
            # Amanatides and Woo 1987: step from block to block along the segment.
            px, py, pz = centre[0] + near * ax, centre[1] + near * ay, centre[2] + near * az
            x, y, z = np.int64(np.floor(px)), np.int64(np.floor(py)), np.int64(np.floor(pz))
            each_x = abs(1 / ax) if ax != 0 else np.inf
            each_y = abs(1 / ay) if ay != 0 else np.inf
            each_z = abs(1 / az) if az != 0 else np.inf
            next_x = (x + 1 - px if ax > 0 else px - x) * each_x if ax != 0 else np.inf
            next_y = (y + 1 - py if ay > 0 else py - y) * each_y if ay != 0 else np.inf
            next_z = (z + 1 - pz if az > 0 else pz - z) * each_z if az != 0 else np.inf
            while True:
                key = pack(x, y, z)
                slot = slot_of(key, slots)
                if slots[slot] == EMPTY:
                    if listed == found.shape[0]:
                        return -1
                    slots[slot] = key
                    found[listed] = key
                    listed += 1
                if min(next_x, next_y, next_z) > length:
                    break
                if next_x <= next_y and next_x <= next_z:
                    x += 1 if ax > 0 else -1
                    next_x += each_x
                elif next_y <= next_z:
                    y += 1 if ay > 0 else -1
                    next_y += each_y
                else:
                    z += 1 if az > 0 else -1
                    next_z += each_z
    return listed


@njit(cache=True, parallel=True, error_model="numpy", fastmath={"contract", "nsz", "arcp", "reassoc"})
def integrate(rows, firsts, steps, planes, colour, colour_from_depth, truncation, cap, ramp, tsdf, weight, rgb):
    """Average one image into the voxels of the blocks at `rows`.

    `firsts` [block, 3] projects each block's first voxel (u z, v z, z), `steps` [3, axis] is what one voxel along an
    axis adds; `colour_from_depth` is the scale and shift of pixel columns, then of rows; `ramp` is 0 ... 7 as reals.
    """
    height, width = planes.shape[0], planes.shape[1]
    colour_height, colour_width = colour.shape[0], colour.shape[1]
    one = ramp[1]
    half = one / ramp[2]
    inverse = one / truncation
    su, tu, sv, tv = colour_from_depth[0], colour_from_depth[1], colour_from_depth[2], colour_from_depth[3]
    for i in prange(rows.shape[0]):
        row = rows[i]
        for x in range(SIDE):
            for y in range(SIDE):
                u0 = firsts[i, 0] + ramp[x] * steps[0, 0] + ramp[y] * steps[0, 1]
                v0 = firsts[i, 1] + ramp[x] * steps[1, 0] + ramp[y] * steps[1, 1]
                z0 = firsts[i, 2] + ramp[x] * steps[2, 0] + ramp[y] * steps[2, 1]
                for z in range(SIDE):
                    pz = z0 + ramp[z] * steps[2, 2]
                    if pz <= 0:
                        continue
                    r = one / pz
                    u = (u0 + ramp[z] * steps[0, 2]) * r
                    v = (v0 + ramp[z] * steps[1, 2]) * r
                    if not (u > -half and v > -half and u + half < width and v + half < height):
                        continue
                    ui, vi = np.int32(u + half), np.int32(v + half)
                    plane = planes[vi, ui]
                    d = plane[0]
                    s = d + plane[1] * (u - ui * one) + plane[2] * (v - vi * one) - pz
                    if not (d > 0 and s >= -truncation):
                        continue
                    cu, cv = su * u + tu + half, sv * v + tv + half
                    if not (cu >= 0 and cv >= 0 and cu < colour_width and cv < colour_height):
                        continue
                    s = min(s * plane[3] * inverse, one)
                    w = weight[row, x, y, z]
                    share = one / (w + one)
                    tsdf[row, x, y, z] += (s - tsdf[row, x, y, z]) * share
                    pixel = colour[np.int32(cv), np.int32(cu)]
                    rgb[row, x, y, z, 0] += (pixel[0] * one - rgb[row, x, y, z, 0]) * share
                    rgb[row, x, y, z, 1] += (pixel[1] * one - rgb[row, x, y, z, 1]) * share
                    rgb[row, x, y, z, 2] += (pixel[2] * one - rgb[row, x, y, z, 2]) * share
                    weight[row, x, y, z] = min(w + one, cap)
