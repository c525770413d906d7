"""Kernels of marching cubes on a GPU: count, then place vertices, then join them, in the order of the CPU's kernels.

A program has one block, and a thread a few of its voxels; what comes before a voxel in its block is a running sum. To
whom cubes and edges belong is as in the CPU's file. Checked in Triton's interpreter and compiled for GPUs, never run
on one.
"""

import torch
import triton
import triton.language as tl

SIDE: tl.constexpr = tl.constexpr(8)
VOXELS: tl.constexpr = tl.constexpr(512)
CORNERS_OF_TRIANGLES: tl.constexpr = tl.constexpr(15)
"""The most that a case has, and the width of the table of them."""


@triton.jit
def _at(block, neighbours, x, y, z):
    """Row and place in the grids of voxels up to one beyond the block's own; the row is negative where there is none."""
    row = tl.load(neighbours + 8 * block + ((x >> 3) | (y >> 3) << 1 | (z >> 3) << 2)).to(tl.int64)
    return row, row * VOXELS + ((x & 7) * SIDE + (y & 7)) * SIDE + (z & 7)


@triton.jit
def _sign(block, neighbours, tsdf, weight, minimum, x, y, z):
    """Value, and 1 where it is inside, 0 outside, 2 where it was seen too little."""
    row, at = _at(block, neighbours, x, y, z)
    seen = row >= 0
    seen &= tl.load(weight + at, mask=seen, other=0).to(tl.float64) >= tl.load(minimum)
    value = tl.load(tsdf + at, mask=seen, other=0)
    return value, tl.where(seen, (value < 0).to(tl.int32), 2)


@triton.jit
def _voxels():
    voxel = tl.arange(0, VOXELS)
    return voxel // (SIDE * SIDE), voxel // SIDE % SIDE, voxel % SIDE


@triton.jit
def _case(block, neighbours, tsdf, weight, minimum, x, y, z):
    """Each cube's case: bit i is set where corner i is inside; 0, which has no triangles, where one is unknown."""
    case, known = x * 0, x >= 0
    for i in tl.static_range(8):
        _, sign = _sign(block, neighbours, tsdf, weight, minimum, x + i % 2, y + i // 2 % 2, z + i // 4)
        known &= sign < 2
        case |= sign << i
    return tl.where(known, case, 0)


@triton.jit
def _count(neighbours, tsdf, weight, minimum, triangle_count, vertices, triangles):
    """Each block's vertices, on cut edges that it owns, and triangles."""
    block = tl.program_id(0).to(tl.int64)
    x, y, z = _voxels()
    _, here = _sign(block, neighbours, tsdf, weight, minimum, x, y, z)
    cut = x * 0
    for axis in tl.static_range(3):
        _, there = _sign(block, neighbours, tsdf, weight, minimum, x + (axis == 0), y + (axis == 1), z + (axis == 2))
        cut += (here + there == 1).to(tl.int32)
    tl.store(vertices + block, tl.sum(cut, axis=0).to(tl.int64))
    case = _case(block, neighbours, tsdf, weight, minimum, x, y, z)
    tl.store(triangles + block, tl.sum(tl.load(triangle_count + case), axis=0).to(tl.int64))


@triton.jit
def _edge(block, neighbours, tsdf, weight, minimum, x, y, z, axis: tl.constexpr):
    """Whether the edge from each voxel along an axis is cut, and where, as a share of it."""
    a, here = _sign(block, neighbours, tsdf, weight, minimum, x, y, z)
    b, there = _sign(block, neighbours, tsdf, weight, minimum, x + (axis == 0), y + (axis == 1), z + (axis == 2))
    cut = here + there == 1
    apart = tl.where(cut, a - b, 1)
    # In double precision and then rounded: the quotient is the exact one, rounded, on every device.
    return cut, (a.to(tl.float64) / apart.to(tl.float64)).to(a.dtype).to(tl.float64)


@triton.jit
def _place(neighbours, blocks, tsdf, weight, colour, minimum, nudge, first, positions, colours, numbers):
    """Put a vertex on each cut edge, in voxels from the grid's origin, with its colour; `numbers` finds it again."""
    block = tl.program_id(0).to(tl.int64)
    x, y, z = _voxels()
    voxel = tl.arange(0, VOXELS)
    nearest = tl.load(nudge)
    count = x * 0
    for axis in tl.static_range(3):
        cut, _ = _edge(block, neighbours, tsdf, weight, minimum, x, y, z, axis)
        count += cut.to(tl.int32)
    vertex = tl.load(first + block) + tl.cumsum(count, axis=0) - count
    for axis in tl.static_range(3):
        cut, along = _edge(block, neighbours, tsdf, weight, minimum, x, y, z, axis)
        along = tl.minimum(tl.maximum(along, nearest), 1 - nearest)
        for direction in tl.static_range(3):
            inner = voxel >> 3 * (2 - direction) & 7
            at = (tl.load(blocks + 3 * block + direction) * SIDE + inner).to(tl.float64)
            tl.store(positions + 3 * vertex + direction, at + along * (direction == axis), mask=cut)
        _shade(block, neighbours, x, y, z, axis, along, cut, colour, colours + 3 * vertex)
        tl.store(numbers + 3 * (block * VOXELS + voxel) + axis, vertex.to(tl.int32), mask=cut)
        vertex += cut.to(tl.int64)


@triton.jit
def _shade(block, neighbours, x, y, z, axis: tl.constexpr, along, cut, colour, target):
    """Blend the colours of a cut edge's ends; where one is black, it is not known, and the other one's stands for it."""
    _, low = _at(block, neighbours, x, y, z)
    _, high = _at(block, neighbours, x + (axis == 0), y + (axis == 1), z + (axis == 2))
    low_known, high_known = x < 0, x < 0
    for c in tl.static_range(3):
        low_known |= tl.load(colour + 3 * low + c, mask=cut, other=0) != 0
        high_known |= tl.load(colour + 3 * high + c, mask=cut, other=0) != 0
    for c in tl.static_range(3):
        a = tl.load(colour + 3 * low + c, mask=cut, other=0).to(tl.float64)
        b = tl.load(colour + 3 * high + c, mask=cut, other=0).to(tl.float64)
        begin, end = tl.where(low_known, a, b), tl.where(high_known, b, a)
        tl.store(target + c, (begin + along * (end - begin) + 0.5).to(tl.uint8), mask=cut)


@triton.jit
def _join(neighbours, tsdf, weight, minimum, first, triangle_count, triangle_edges, owners, numbers, faces):
    """Write each cube's triangles as rows of vertices."""
    block = tl.program_id(0).to(tl.int64)
    x, y, z = _voxels()
    case = _case(block, neighbours, tsdf, weight, minimum, x, y, z)
    count = tl.load(triangle_count + case)
    face = tl.load(first + block) + tl.cumsum(count, axis=0) - count
    for corner in tl.static_range(CORNERS_OF_TRIANGLES):
        there = corner < 3 * count
        owner = owners + 4 * tl.load(triangle_edges + CORNERS_OF_TRIANGLES * case + corner, mask=there, other=0)
        _, at = _at(block, neighbours, x + tl.load(owner), y + tl.load(owner + 1), z + tl.load(owner + 2))
        vertex = tl.load(numbers + 3 * at + tl.load(owner + 3), mask=there, other=0)
        tl.store(faces + 3 * face + corner, vertex, mask=there)


def extract(neighbours, blocks, tsdf, weight, colour, minimum, nudge, triangle_count, triangle_edges, owners):
    """Vertices in voxels [vertex, 3], faces [face, 3] and colours [vertex, 3]; all are contiguous tensors of one device.

    `neighbours` [block, 8] are rows of the blocks one step up, -1 where there is none; `minimum` and `nudge` are one
    float64 each; the three tables are those of :mod:`geo3d.ops.cube_table`.
    """
    if triangle_edges.shape[1] != CORNERS_OF_TRIANGLES.value:
        raise ValueError(f"the table has {triangle_edges.shape[1]} corners a case, not {CORNERS_OF_TRIANGLES.value}")
    grid, grids = (len(blocks),), (neighbours, tsdf, weight, minimum)
    vertex_counts, triangle_counts = neighbours.new_empty(2, len(blocks), dtype=torch.int64)
    with torch.cuda.device_of(tsdf):
        _count[grid](*grids, triangle_count, vertex_counts, triangle_counts)
        last_vertices, last_faces = vertex_counts.cumsum(0), triangle_counts.cumsum(0)
        vertices = tsdf.new_empty(int(last_vertices[-1]), 3, dtype=torch.float64)
        colours, numbers = colour.new_empty(len(vertices), 3), neighbours.new_empty(*tsdf.shape, 3)
        faces = neighbours.new_empty(int(last_faces[-1]), 3)
        _place[grid](
            neighbours, blocks, tsdf, weight, colour, minimum, nudge, last_vertices - vertex_counts, vertices, colours,
            numbers, enable_fp_fusion=False,
        )  # fmt: skip
        first = last_faces - triangle_counts
        _join[grid](*grids, first, triangle_count, triangle_edges, owners, numbers, faces)
    return vertices, faces, colours
