"""Kernel of TSDF fusion: average an image, and count its labels, in the voxels of blocks.

Each block goes through short loops over its voxels, so that the compiler can do eight voxels at once: it does not do so
where all the work and its conditions stand in one loop. Two habits serve the same end: indices are unsigned, because
numba checks signed ones for being negative, and what a loop reads is first put into local variables, because the
compiler cannot know that the loop's writes leave it alone.
"""

import numpy as np
from numba import njit, prange

SIDE = 8
VOXELS = SIDE**3
ZERO, ONE, TWO, THREE, FOUR = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
TURN = 16
"""Blocks that a thread gets in turn: all threads go over the image together, and none has the costly part of it."""
UNSEEN = -2
"""A signed distance, in truncations, that no voxel has."""
NO_CLASS = np.uint8(255)
MOST_VOTES = np.int32(32767)
FAST = {"contract", "nsz", "arcp", "reassoc"}


@njit(cache=True, error_model="numpy", fastmath=FAST)
def project(first, steps, size, colour_size, colour_from_depth, places, pixels):
    """Find the pixels that a block's voxels fall on; `steps` [3, voxel] are added to what `first` has of the first.

    Writes `places` [3, voxel]: the way from the middle of the nearest pixel to the right and down, in pixels, and z,
    which is infinite outside of either image; and `pixels` [2, voxel]: the pixels of the depth and colour image. Where
    `colour_size` is None there is no colour image, or its pixels are the depth image's.
    """
    real, far = places.dtype.type, places.dtype.type(np.inf)
    zero, half = real(0), real(0.5)
    u0, v0, z0 = first[0], first[1], first[2]
    width, u_end, v_end = np.int32(size[1]), real(size[1]), real(size[0])
    if colour_size is not None:
        colour_width, cu_end, cv_end = np.int32(colour_size[1]), real(colour_size[1]), real(colour_size[0])
        scale_u, scale_v = colour_from_depth[0], colour_from_depth[2]
        shift_u, shift_v = colour_from_depth[1] + half - scale_u * half, colour_from_depth[3] + half - scale_v * half
    for i in range(VOXELS):
        k = np.uint64(i)
        depth = z0 + steps[TWO, k]
        inverse = real(1) / depth
        u = (u0 + steps[ZERO, k]) * inverse + half  # from here on from the corner of the image
        v = (v0 + steps[ONE, k]) * inverse + half
        inside = (depth > zero) & (u > zero) & (v > zero) & (u < u_end) & (v < v_end)
        if colour_size is not None:
            cu, cv = scale_u * u + shift_u, scale_v * v + shift_v
            inside &= (cu >= zero) & (cv >= zero) & (cu < cu_end) & (cv < cv_end)
            cu, cv = cu if inside else zero, cv if inside else zero
            pixels[ONE, k] = np.int32(cv) * colour_width + np.int32(cu)
        u, v = u if inside else zero, v if inside else zero
        column, row = np.int32(u), np.int32(v)
        places[ZERO, k], places[ONE, k] = u - real(column) - half, v - real(row) - half
        places[TWO, k] = depth if inside else far
        pixels[ZERO, k] = row * width + column


@njit(cache=True, error_model="numpy", fastmath=FAST)
def sample(pixels, planes, samples):
    """Copy each voxel's plane, four numbers at once: the only loop that reads here and there."""
    for i in range(VOXELS):
        k = FOUR * np.uint64(i)
        at = FOUR * np.uint64(pixels[np.uint64(i)])
        depth, right, down, facing = planes[at], planes[at + ONE], planes[at + TWO], planes[at + THREE]
        samples[k], samples[k + ONE], samples[k + TWO], samples[k + THREE] = depth, right, down, facing


@njit(cache=True, error_model="numpy", fastmath=FAST)
def gather(pixels, image, values):
    """Copy each voxel's pixel of an image."""
    for i in range(VOXELS):
        k = np.uint64(i)
        values[k] = image[np.uint64(pixels[k])]


@njit(cache=True, error_model="numpy", fastmath=FAST)
def measure(places, samples, truncation, most):
    """Replace z in `places` by the signed distance to the pixel's plane, in truncations, or UNSEEN; how many were seen.

    Distances of `most` and above, or `-most` and below, count as not seen.
    """
    real = places.dtype.type
    zero, one, unseen, inverse, count = real(0), real(1), real(UNSEEN), real(1) / truncation, np.int32(0)
    for i in range(VOXELS):
        k, at = np.uint64(i), FOUR * np.uint64(i)
        depth = samples[at]
        ahead = depth + samples[at + ONE] * places[ZERO, k] + samples[at + TWO] * places[ONE, k] - places[TWO, k]
        signed = max(min(ahead * samples[at + THREE] * inverse, one), -one)
        seen = (depth > zero) & (ahead >= -truncation) & (abs(signed) < most)
        places[TWO, k] = signed if seen else unseen
        count += np.int32(seen)
    return count


@njit(cache=True, error_model="numpy", fastmath=FAST)
def average(signed, factors, means, weights, views, cap, free):
    """Move the mean distances by the votes of those that were seen, times `factors` unless that is None."""
    one = means.dtype.type(1)
    for i in range(VOXELS):
        k = np.uint64(i)
        s, mean, weight = signed[k], means[k], weights[k]
        vote = max(free, (one - abs(s)) * (one - abs(s)))
        if factors is not None:
            vote *= factors[k]
        after = weight + vote
        means[k] = mean + (s - mean) * (vote / after) if s >= -one else mean
        weights[k] = min(after, cap) if s >= -one else weight
    for i in range(VOXELS):
        k = np.uint64(i)
        views[k] += np.uint8((signed[k] >= -one) & (views[k] < np.uint8(255)))


@njit(cache=True, error_model="numpy", fastmath=FAST)
def tint(signed, pixels, image, colours, level, half, cap, near, found):
    """Move the mean colours of voxels near the surface, few of all, which are first listed in `found` [voxel]."""
    real, kept = signed.dtype.type, colours.dtype.type
    one, count = real(1), np.int32(0)
    for i in range(VOXELS):  # without a branch, which would be foreseen wrongly half of the time
        found[np.uint64(count)] = np.int32(i)
        count += np.int32(abs(signed[np.uint64(i)]) <= near)
    for i in range(count):
        k = np.uint64(found[np.uint64(i)])
        at, pixel = FOUR * k, THREE * np.uint64(pixels[k])
        red, green, blue = real(colours[at]), real(colours[at + ONE]), real(colours[at + TWO])
        views = min(real(colours[at + THREE]) + one, cap)
        share = one / views
        colours[at] = kept(red + (level * image[pixel] - red) * share + half)
        colours[at + ONE] = kept(green + (level * image[pixel + ONE] - green) * share + half)
        colours[at + TWO] = kept(blue + (level * image[pixel + TWO] - blue) * share + half)
        colours[at + THREE] = kept(views)


@njit(cache=True, error_model="numpy")
def label(signed, pixels, image, candidates, votes, near):
    """Count the classes of voxels near the surface: the strongest few, as Space-Saving does (Metwally et al. 2005).

    `image` [pixel, candidate, 2] has each pixel's classes, NO_CLASS for none, and the votes that they get. A class
    that is none of a voxel's takes the place, and the votes, of the weakest. Where votes would not fit, all are halved.
    """
    for i in range(VOXELS):
        if not abs(signed[i]) <= near:
            continue
        mine, counts = candidates[i], votes[i]
        for j in range(image.shape[1]):
            name, vote = image[pixels[i], j, 0], np.int32(image[pixels[i], j, 1])
            if name == NO_CLASS or vote == 0:
                continue
            at = 0
            for slot in range(len(mine)):
                if mine[slot] == name:
                    at = slot
                    break
                if counts[slot] < counts[at]:
                    at = slot
            while counts[at] + vote > MOST_VOTES:
                for slot in range(len(mine)):
                    counts[slot] >>= 1
            mine[at], counts[at] = name, np.int16(counts[at] + vote)


@njit(cache=True, error_model="numpy")
def first_voxel(block, projection, first):
    """Project a block's first voxel in double precision: alone, so that its digits depend on no other block."""
    for axis in range(3):
        value = projection[axis, 3]
        for k in range(3):
            value += projection[axis, k] * block[k]
        first[axis] = value


@njit(cache=True, parallel=True, error_model="numpy", fastmath=FAST)
def integrate(
    threads,
    rows,
    blocks,
    projection,
    steps,
    planes,
    factors,
    image,
    labels,
    colour_size,
    colour_from_depth,
    truncation,
    most,
    cap,
    free,
    near,
    level,
    half,
    colour_cap,
    tsdf,
    weight,
    seen,
    rgbn,
    candidates,
    votes,
):
    """Average one image into the voxels of the blocks at `rows`.

    `projection` [3, 4] gives (u z, v z, z) of a block's first voxel, `steps` [3, axis] is what one voxel along an axis
    adds; `factors` [pixel] is None or what a vote is multiplied with; `image` [row, column, 3] and `labels` [pixel,
    candidate, 2], of the colour camera, may be None, and are then not averaged; `colour_from_depth` is the scale and
    shift of pixel columns, then of rows, and `colour_size` None where both cameras have the same pixels; `level`
    is what one of a colour's 255 levels is in `rgbn`, and `half` what is added before digits are cut off.
    """
    size, flat_planes, real = planes.shape[:2], planes.reshape(-1), tsdf.dtype.type
    means, weights, views = tsdf.reshape(-1, VOXELS), weight.reshape(-1, VOXELS), seen.reshape(-1, VOXELS)
    of_colour = 0 if colour_size is None else 1
    offsets = np.empty((3, VOXELS), tsdf.dtype)
    for axis in range(3):
        for i in range(VOXELS):
            x, y, z = real(i // 64), real(i // 8 % 8), real(i % 8)
            offsets[axis, i] = x * steps[axis, 0] + y * steps[axis, 1] + z * steps[axis, 2]
    turns = -(-rows.shape[0] // TURN)
    for thread in prange(threads):
        pixels, first, found = np.empty((2, VOXELS), np.int32), np.empty(3, tsdf.dtype), np.empty(VOXELS, np.int32)
        places, samples = np.empty((3, VOXELS), tsdf.dtype), np.empty(4 * VOXELS, tsdf.dtype)
        for turn in range(thread, turns, threads):
            for i in range(TURN * turn, min(TURN * (turn + 1), rows.shape[0])):
                row = rows[i]
                first_voxel(blocks[i], projection, first)
                project(first, offsets, size, colour_size, colour_from_depth, places, pixels)
                sample(pixels[0], flat_planes, samples)
                if measure(places, samples, truncation, most) == 0:
                    continue
                if factors is None:
                    average(places[2], None, means[row], weights[row], views[row], cap, free)
                else:
                    gather(pixels[0], factors, places[0])
                    average(places[2], places[0], means[row], weights[row], views[row], cap, free)
                if image is not None:
                    colours = rgbn[row].reshape(-1)
                    tint(places[2], pixels[of_colour], image.reshape(-1), colours, level, half, colour_cap, near, found)
                if labels is not None:
                    held, counts = candidates[row].reshape(VOXELS, -1), votes[row].reshape(VOXELS, -1)
                    label(places[2], pixels[of_colour], labels, held, counts, near)
