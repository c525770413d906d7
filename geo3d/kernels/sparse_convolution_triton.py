"""Sparse convolution of rows on a GPU: gather, product with a small matrix and sum, without a buffer between them.

Tiles have fixed sizes and nothing is added atomically, so that sums are always in the same order: no tuning by trial,
which could choose another one in the next run. Sums are in float32. Checked in Triton's interpreter and compiled for
GPUs, never run on one: the sizes are those whose compiled code keeps its sums in registers, not the fastest.
"""

import torch
import triton
import triton.language as tl

ROWS = 64
"""Output rows of a program."""
COLUMNS = 128
"""Outer channels of a program, at most."""
INNER = 32
"""Inner channels that are multiplied at a time, at most."""
PAIRS = 32
"""Pairs whose rows are multiplied at a time in a weight's gradient."""
ELEMENTS = 1024
"""Elements of a weight's gradient that a program adds up."""


@triton.jit
def _convolve(
    source,
    weights,
    neighbours,
    order,
    target,
    offsets,
    count,
    inner,
    outer,
    step,
    down,
    across,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
    INNER: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """A tile of the target: over offsets that any of its rows takes by, the sum of source[neighbours] @ weights."""
    place = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    column = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)
    there, wide = place < count, column < outer
    line = neighbours + place
    total = tl.zeros((ROWS, COLUMNS), tl.float32)
    for _ in range(offsets):
        takes = tl.load(line, mask=there, other=-1).to(tl.int64)
        if tl.max(takes, axis=0) >= 0:
            for low in range(0, inner, INNER):
                channel = low + tl.arange(0, INNER)
                deep = channel < inner
                given = (takes >= 0)[:, None] & deep[None, :]
                taken = tl.load(source + takes[:, None] * inner + channel[None, :], mask=given, other=0)
                cells = weights + channel[:, None] * down + column[None, :] * across
                weight = tl.load(cells, mask=deep[:, None] & wide[None, :], other=0)
                total = tl.dot(taken, weight, total, input_precision=PRECISION)
        line += count
        weights += step
    row = tl.load(order + place, mask=there, other=0)
    cells = target + row[:, None] * outer + column[None, :]
    tl.store(cells, total.to(target.dtype.element_ty), mask=there[:, None] & wide[None, :])


@triton.jit
def _correlate(
    source,
    slope,
    takes,
    gives,
    parts,
    sums,
    inner,
    outer,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
    PAIRS: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """A tile of sums[part]: source[takes].T @ slope[gives] over the part's pairs."""
    part, tiles = tl.program_id(0), tl.cdiv(outer, COLUMNS)
    channel = tl.program_id(1) // tiles * ROWS + tl.arange(0, ROWS)
    column = tl.program_id(1) % tiles * COLUMNS + tl.arange(0, COLUMNS)
    deep, wide = channel < inner, column < outer
    first, last = tl.load(parts + 2 * part), tl.load(parts + 2 * part + 1)
    total = tl.zeros((ROWS, COLUMNS), tl.float32)
    for at in range(first, last, PAIRS):
        pair = at + tl.arange(0, PAIRS)
        there = pair < last
        take = tl.load(takes + pair, mask=there, other=0).to(tl.int64)
        give = tl.load(gives + pair, mask=there, other=0).to(tl.int64)
        cells = source + take[:, None] * inner + channel[None, :]
        taken = tl.load(cells, mask=there[:, None] & deep[None, :], other=0)
        cells = slope + give[:, None] * outer + column[None, :]
        given = tl.load(cells, mask=there[:, None] & wide[None, :], other=0)
        total = tl.dot(tl.trans(taken), given, total, input_precision=PRECISION)
    cells = sums + part.to(tl.int64) * inner * outer + channel[:, None] * outer + column[None, :]
    tl.store(cells, total, mask=deep[:, None] & wide[None, :])


@triton.jit
def _add(sums, starts, gradient, size, ELEMENTS: tl.constexpr):
    """gradient[offset] = the sum of sums[part] over the offset's parts, one after the other."""
    offset = tl.program_id(0)
    element = tl.program_id(1) * ELEMENTS + tl.arange(0, ELEMENTS)
    there = element < size
    first, last = tl.load(starts + offset), tl.load(starts + offset + 1)
    line = sums + first.to(tl.int64) * size + element
    total = tl.zeros((ELEMENTS,), tl.float32)
    for _ in range(first, last):
        total += tl.load(line, mask=there, other=0)
        line += size
    cells = gradient + offset.to(tl.int64) * size + element
    tl.store(cells, total.to(gradient.dtype.element_ty), mask=there)


def convolve(source, weights, neighbours, order, target, tf32):
    """target[order[i]] = the sum over offsets of source[neighbours[offset, i]] @ weights[offset], but where that is -1.

    All but the weights [offset, inner, outer] are contiguous; `tf32` lets products of float32 be rounded to 10 bits.
    """
    offsets, inner, outer = weights.shape
    columns = _block(outer, COLUMNS)
    grid = triton.cdiv(len(target), ROWS), triton.cdiv(outer, columns)
    sizes = offsets, len(target), inner, outer
    blocks = ROWS, columns, _block(inner, INNER), _precision(tf32)
    with torch.cuda.device_of(source):
        if target.numel():
            tensors = source, weights, neighbours, order, target
            _convolve[grid](*tensors, *sizes, *weights.stride(), *blocks, num_warps=8 if columns > 64 else 4)


def correlate(source, slope, takes, gives, parts, starts, gradient, tf32):
    """gradient[offset] = the sum of source[takes].T @ slope[gives] over its parts, from starts[offset] on.

    `parts` [part, 2] are the first pair of each and the one behind its last; every tensor is contiguous.
    """
    offsets, inner, outer = gradient.shape
    sums = torch.empty(len(parts), inner, outer, device=source.device)
    rows, columns = _block(inner, 64), _block(outer, 64)
    tiles = triton.cdiv(inner, rows) * triton.cdiv(outer, columns)
    with torch.cuda.device_of(source):
        if sums.numel():
            tensors = source, slope, takes, gives, parts, sums
            _correlate[(len(parts), tiles)](*tensors, inner, outer, rows, columns, PAIRS, _precision(tf32))
        if gradient.numel():
            grid = offsets, triton.cdiv(inner * outer, ELEMENTS)
            _add[grid](sums, starts, gradient, inner * outer, ELEMENTS)


def _block(channels, most):
    """A power of two of channels, at least the 16 that a product of tiles takes."""
    return min(max(triton.next_power_of_2(channels), 16), most)


def _precision(tf32):
    return "tf32" if tf32 else "ieee"
