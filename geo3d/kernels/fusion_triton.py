"""Kernel of TSDF fusion on a GPU: average an image, and count its labels, in the voxels of blocks.

A program has one block, and a thread a few of its voxels, which nobody else writes: the order of sums is that of the
views, on every run. Numbers of the camera come as a tensor, because a number given to a kernel is a float32. Checked in
Triton's interpreter and compiled for GPUs, never run on one.
"""

import torch
import triton
import triton.language as tl

SIDE: tl.constexpr = tl.constexpr(8)
VOXELS: tl.constexpr = tl.constexpr(512)
NO_CLASS: tl.constexpr = tl.constexpr(255)
MOST_VOTES: tl.constexpr = tl.constexpr(32767)
NO_SLOT: tl.constexpr = tl.constexpr(1 << 30)
"""More than any slot's votes and number."""


@triton.jit
def _along(axis: tl.constexpr, block, projection, steps, voxel):
    """One of (u z, v z, z) of a block's voxels: the first one's in double precision, to which the others add steps."""
    real: tl.constexpr = steps.dtype.element_ty
    first = tl.load(projection + 4 * axis + 3)
    for k in tl.static_range(3):
        first += tl.load(projection + 4 * axis + k) * tl.load(block + k)
    x, y, z = voxel // (SIDE * SIDE), voxel // SIDE % SIDE, voxel % SIDE
    a, b, c = tl.load(steps + 3 * axis), tl.load(steps + 3 * axis + 1), tl.load(steps + 3 * axis + 2)
    return first.to(real) + (x.to(real) * a + y.to(real) * b + z.to(real) * c)


@triton.jit
def _tint(near, place, pixel, image, colours, level, half, cap):
    """Move the mean colours of voxels near the surface; `half` rounds where the digits behind the point are cut off."""
    real: tl.constexpr = level.dtype
    kept: tl.constexpr = colours.dtype.element_ty
    views = tl.minimum(tl.load(colours + 4 * place + 3, mask=near, other=0).to(real) + 1, cap)
    for channel in tl.static_range(3):
        mean = tl.load(colours + 4 * place + channel, mask=near, other=0).to(real)
        shade = tl.load(image + 3 * pixel + channel, mask=near, other=0).to(real)
        mixed = mean + (level * shade - mean) / views + half
        tl.store(colours + 4 * place + channel, mixed.to(kept), mask=near)
    tl.store(colours + 4 * place + 3, views.to(kept), mask=near)


@triton.jit
def _label(near, place, pixel, image, candidates, votes, HELD: tl.constexpr, SLOTS: tl.constexpr, TOLD: tl.constexpr):
    """Count the classes of voxels near the surface: the strongest few, as Space-Saving does (Metwally et al. 2005).

    SLOTS is HELD or the next power of two. The first slot with a class, or else the first of the weakest, is the one
    whose votes, before its number, are the least, where those of the same class count as less than none.
    """
    slot = tl.arange(0, SLOTS)[None, :]
    at = place[:, None] * HELD + slot
    held = near[:, None] & (slot < HELD)
    names = tl.load(candidates + at, mask=held, other=0).to(tl.int32)
    counts = tl.load(votes + at, mask=held, other=0).to(tl.int32)
    for j in tl.static_range(TOLD):
        name = tl.load(image + (pixel * TOLD + j) * 2, mask=near, other=NO_CLASS).to(tl.int32)[:, None]
        vote = tl.load(image + (pixel * TOLD + j) * 2 + 1, mask=near, other=0).to(tl.int32)[:, None]
        order = tl.where(slot < HELD, tl.where(names == name, -1, counts) * SLOTS + slot, NO_SLOT)
        chosen = (slot == (tl.min(order, axis=1) & (SLOTS - 1))[:, None]) & (name != NO_CLASS) & (vote > 0)
        full = tl.max(tl.where(chosen, counts + vote, 0), axis=1)[:, None] > MOST_VOTES
        counts = tl.where(full, counts >> 1, counts)  # once is enough, as a vote has 8 bits
        counts, names = tl.where(chosen, counts + vote, counts), tl.where(chosen, name, names)
    tl.store(candidates + at, names.to(tl.uint8), mask=held)
    tl.store(votes + at, counts.to(tl.int16), mask=held)


@triton.jit
def _integrate(
    rows,
    blocks,
    projection,
    steps,
    numbers,
    planes,
    height,
    width,
    factors,
    image,
    labels,
    colour_height,
    colour_width,
    tsdf,
    weight,
    seen,
    rgbn,
    candidates,
    votes,
    IMAGES: tl.constexpr,
    HELD: tl.constexpr,
    SLOTS: tl.constexpr,
    TOLD: tl.constexpr,
):
    """Average one image into the voxels of one block; IMAGES is whether there are pixels of a colour camera."""
    voxel, program = tl.arange(0, VOXELS), tl.program_id(0)
    place = tl.load(rows + program).to(tl.int64) * VOXELS + voxel
    truncation, most, cap, free = tl.load(numbers), tl.load(numbers + 1), tl.load(numbers + 2), tl.load(numbers + 3)
    near, level, half, colour_cap = (
        tl.load(numbers + 4),
        tl.load(numbers + 5),
        tl.load(numbers + 6),
        tl.load(numbers + 7),
    )

    block = blocks + 3 * program
    z = _along(2, block, projection, steps, voxel)
    inside = z > 0
    inverse = 1 / tl.where(inside, z, 1)
    u = _along(0, block, projection, steps, voxel) * inverse + 0.5  # from here on from the corner of the image
    v = _along(1, block, projection, steps, voxel) * inverse + 0.5
    inside &= (u >= 0) & (v >= 0) & (u < width) & (v < height)
    colour_pixel = voxel
    if IMAGES:
        scale_u, scale_v = tl.load(numbers + 8), tl.load(numbers + 10)
        cu = scale_u * u + (tl.load(numbers + 9) + 0.5 - scale_u * 0.5)
        cv = scale_v * v + (tl.load(numbers + 11) + 0.5 - scale_v * 0.5)
        inside &= (cu >= 0) & (cv >= 0) & (cu < colour_width) & (cv < colour_height)
        colour_pixel = tl.where(inside, cv, 0).to(tl.int32) * colour_width + tl.where(inside, cu, 0).to(tl.int32)
    u, v = tl.where(inside, u, 0), tl.where(inside, v, 0)
    column, row = u.to(tl.int32), v.to(tl.int32)
    pixel = row * width + column

    depth = tl.load(planes + 4 * pixel, mask=inside, other=0)
    right = tl.load(planes + 4 * pixel + 1, mask=inside, other=0)
    down = tl.load(planes + 4 * pixel + 2, mask=inside, other=0)
    facing = tl.load(planes + 4 * pixel + 3, mask=inside, other=0)
    ahead = depth + right * (u - column.to(z.dtype) - 0.5) + down * (v - row.to(z.dtype) - 0.5) - z
    signed = tl.minimum(tl.maximum(ahead * facing / truncation, -1), 1)
    inside &= (depth > 0) & (ahead >= -truncation) & (tl.abs(signed) < most)

    vote = tl.maximum(free, (1 - tl.abs(signed)) * (1 - tl.abs(signed)))
    if factors is not None:
        vote *= tl.load(factors + pixel, mask=inside, other=1)
    mean, before = tl.load(tsdf + place, mask=inside, other=0), tl.load(weight + place, mask=inside, other=1)
    after = tl.where(inside, before + vote, 1)
    tl.store(tsdf + place, mean + (signed - mean) * (vote / after), mask=inside)
    tl.store(weight + place, tl.minimum(after, cap), mask=inside)
    views = tl.load(seen + place, mask=inside, other=0).to(tl.int32)
    tl.store(seen + place, tl.minimum(views + 1, 255).to(tl.uint8), mask=inside)
    close = inside & (tl.abs(signed) <= near)
    if image is not None:
        _tint(close, place, colour_pixel, image, rgbn, level, half, colour_cap)
    if labels is not None:
        _label(close, place, colour_pixel, labels, candidates, votes, HELD, SLOTS, TOLD)


def integrate(
    rows, blocks, projection, steps, numbers, planes, factors, image, labels, colour_size, tsdf, weight, seen, rgbn,
    candidates, votes,
):  # fmt: skip
    """Average one image into the voxels of the blocks at `rows`; all are tensors of one device, and contiguous.

    `projection` [3, 4] gives (u z, v z, z) of a block's first voxel, `steps` [3, axis] is what one voxel along an axis
    adds; `factors` [pixel], `image` [row, column, 3] and `labels` [row, column, candidate, 2] may be None, and
    `colour_size`, where there is no colour camera. `numbers` are truncation, the distance from which nothing is seen
    and the caps of the votes, the free weight, how near colours are averaged, what one of a colour's levels is, what
    is added before digits are cut off, the cap of colours' views, and the scale and shift of pixel columns, then of
    rows, from the depth's to the colour's. `projection` is float64, `steps` and `numbers` are of the means' kind.
    """
    held = 1 if labels is None else candidates.shape[-1]
    if len(rows) == 0:
        return
    with torch.cuda.device_of(tsdf):
        _integrate[(len(rows),)](
            rows, blocks, projection, steps, numbers, planes, planes.shape[0], planes.shape[1], factors, image, labels,
            *(colour_size or (0, 0)), tsdf, weight, seen, rgbn, candidates, votes,
            IMAGES=colour_size is not None,
            HELD=held,
            SLOTS=triton.next_power_of_2(held),
            TOLD=1 if labels is None else labels.shape[2],
        )  # fmt: skip
