"""Marching cubes over sparse blocks (Lorensen and Cline 1987), with shared vertices and without cracks."""

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.kernels import marching_cubes as kernels
from geo3d.ops import cube_table
from geo3d.ops.block_grid import SIDE, upper_neighbours
from geo3d.ops.implementations import implementation
from geo3d.ops.mesh import corners, keep_vertices

NUDGE = 1e-3
"""Vertices keep this share of an edge from its ends, so that no triangle collapses where a distance is exactly 0."""


def extract_surface(
    blocks: Int[Tensor, "block 3"],
    tsdf: Float[Tensor, "block 8 8 8"],
    weight: UInt8[Tensor, "block 8 8 8"],
    colour: UInt8[Tensor, "block 8 8 8 3"] | None,
    min_weight: float,
) -> tuple[Float[Tensor, "vertex 3"], Int[Tensor, "face 3"], UInt8[Tensor, "vertex 3"]]:
    """Triangulate the zero level of `tsdf` between voxels whose weight is at least `min_weight` (more than 0).

    `blocks` are sorted lexicographically. Returns vertices in voxels (float64, voxel (0, 0, 0) at 0), faces
    counter-clockwise seen from positive distances, and RGB interpolated along the cut edges; black is a colour that is
    not known, and the edge's other end then gives it; without `colour` all is black.
    """
    if len(blocks) == 0:
        none = tsdf.new_zeros(0, 3)
        return none.double(), none.int(), none.byte()
    if colour is None:
        colour = weight.new_zeros(3).expand(*weight.shape, 3)
    extract = _EXTRACT[implementation(tsdf.device)]
    vertices, faces, colours = extract(blocks, tsdf, weight, colour, max(min_weight, 1e-9))
    kept, faces = keep_vertices(corners(faces, len(vertices)), faces)  # a cut edge may have no cube that was seen whole
    return vertices[kept], faces, colours[kept]


def _extract_numba(
    blocks: Tensor, tsdf: Tensor, weight: Tensor, colour: Tensor, min_weight: float
) -> tuple[Tensor, Tensor, Tensor]:
    neighbours, values, weights = upper_neighbours(blocks).numpy(), tsdf.numpy(), weight.numpy()
    vertex_counts, triangle_counts = np.zeros((2, len(blocks)), np.int64)
    per_case = cube_table.TRIANGLE_COUNT
    kernels.count(neighbours, values, weights, min_weight, per_case, vertex_counts, triangle_counts)
    vertices = np.empty((vertex_counts.sum(), 3), np.float64)
    colours = np.empty((len(vertices), 3), np.uint8)
    numbers = np.empty((*values.shape, 3), np.int32)
    first = np.cumsum(vertex_counts) - vertex_counts
    kernels.place(
        neighbours,
        blocks.numpy(),
        values,
        weights,
        colour.numpy(),
        min_weight,
        NUDGE,
        vertex_counts,
        first,
        vertices,
        colours,
        numbers,
    )
    faces = np.empty((triangle_counts.sum(), 3), np.int32)
    first = np.cumsum(triangle_counts) - triangle_counts
    edges = (cube_table.TRIANGLE_EDGES, cube_table.EDGE_OWNER)
    kernels.join(neighbours, values, weights, min_weight, triangle_counts, first, per_case, *edges, numbers, faces)
    return torch.from_numpy(vertices), torch.from_numpy(faces), torch.from_numpy(colours)


def _extract_triton(
    blocks: Tensor, tsdf: Tensor, weight: Tensor, colour: Tensor, min_weight: float
) -> tuple[Tensor, Tensor, Tensor]:
    from geo3d.kernels.marching_cubes_triton import extract

    device, grids = tsdf.device, [part.contiguous() for part in (blocks, tsdf, weight, colour)]
    numbers = [torch.tensor([number], dtype=torch.float64, device=device) for number in (min_weight, NUDGE)]
    tables = cube_table.TRIANGLE_COUNT, cube_table.TRIANGLE_EDGES, cube_table.EDGE_OWNER
    return extract(upper_neighbours(blocks), *grids, *numbers, *(torch.from_numpy(part).to(device) for part in tables))


def _extract_reference(
    blocks: Tensor, tsdf: Tensor, weight: Tensor, colour: Tensor, min_weight: float
) -> tuple[Tensor, Tensor, Tensor]:
    """The same vertices and faces in the same order, from tensors of all cubes at once."""
    device, neighbours = tsdf.device, upper_neighbours(blocks).long()
    cube = torch.from_numpy(cube_table.CORNERS).long().to(device)
    voxel = torch.cartesian_prod(*[torch.arange(SIDE, device=device)] * 3)
    at = voxel[:, None] + cube  # [512, 8, 3]
    step = at >> 3
    row = neighbours[:, step[..., 0] | step[..., 1] << 1 | step[..., 2] << 2]  # [block, 512, 8]
    x, y, z = (at & 7).unbind(-1)
    seen = (row >= 0) & (weight[row, x, y, z] >= min_weight)
    values = torch.where(seen, tsdf[row, x, y, z], torch.nan)
    bits = (values < 0) << torch.arange(8, device=device)
    cases = bits.sum(-1) * seen.all(-1)

    ends = torch.tensor([1, 2, 4], device=device)
    a, b = values[..., :1], values[..., ends]  # [block, 512, 3]: the edges that each voxel owns
    cut = ((a < 0) & (b >= 0)) | ((a >= 0) & (b < 0))
    numbers = (cut.reshape(-1).cumsum(0) - 1).reshape(cut.shape)
    along = (a / (a - b))[cut].double().clamp(NUDGE, 1 - NUDGE)
    base = blocks.long()[:, None] * SIDE + voxel
    axis = cut.nonzero()[:, 2]
    vertices = base[:, :, None].expand(-1, -1, 3, -1)[cut].double()
    vertices[torch.arange(len(axis), device=device), axis] += along
    shades = colour[row.clamp(min=0), x, y, z].double()  # [block, 512, 8, 3]
    low, high = shades[:, :, :1].expand(-1, -1, 3, -1)[cut], shades[:, :, ends][cut]
    low = torch.where((low == 0).all(dim=1, keepdim=True), high, low)
    high = torch.where((high == 0).all(dim=1, keepdim=True), low, high)
    colours = (low + along[:, None] * (high - low) + 0.5).to(torch.uint8)

    edges = torch.from_numpy(cube_table.TRIANGLE_EDGES).long().to(device)[cases]  # [block, 512, 15]
    block, cube, corner = (edges >= 0).nonzero(as_tuple=True)
    owner = torch.from_numpy(cube_table.EDGE_OWNER).long().to(device)[edges[block, cube, corner]]
    at = voxel[cube] + owner[:, :3]
    step = at >> 3
    row = neighbours[block, step[:, 0] | step[:, 1] << 1 | step[:, 2] << 2]
    inner = at & 7
    faces = numbers[row, (inner[:, 0] * SIDE + inner[:, 1]) * SIDE + inner[:, 2], owner[:, 3]]
    return vertices, faces.reshape(-1, 3).int(), colours


_EXTRACT = {"numba": _extract_numba, "triton": _extract_triton, "torch": _extract_reference}
