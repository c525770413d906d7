"""Which voxels lie in the solids that a mesh bounds: signed crossings, counted along columns of voxels."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from geo3d.kernels import winding as kernel

FARTHEST = 1e15
"""Coordinates beyond this, in metres, are refused: their squares would leave single precision."""


def check_mesh(vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"]) -> None:
    """Raise a ValueError that names the first vertex that is nowhere, or the first face without its corners."""
    lost = ~(vertices.abs() <= FARTHEST).all(dim=1)
    if lost.any():
        row = int(lost.nonzero()[0, 0])
        where = tuple(vertices[row].tolist())
        raise ValueError(f"vertex {row} is at {where}; coordinates must be finite and within {FARTHEST:g} m")
    lost = ((faces < 0) | (faces >= len(vertices))).any(dim=1)
    if lost.any():
        row = int(lost.nonzero()[0, 0])
        raise ValueError(f"face {row} is {tuple(faces[row].tolist())}; there are {len(vertices)} vertices, from 0 on")


def check_points(points: Float[Tensor, "point 3"]) -> None:
    """Raise a ValueError that names the first point that is nowhere."""
    lost = ~(points.abs() <= FARTHEST).all(dim=1)
    if lost.any():
        row = int(lost.nonzero()[0, 0])
        where = tuple(points[row].tolist())
        raise ValueError(f"point {row} is at {where}; coordinates must be finite and within {FARTHEST:g} m")


def check_grid(origin: Float[Tensor, "3"], voxel_size: float, shape: tuple[int, int, int]) -> None:
    """Raise a ValueError that names what cannot be a grid of voxels."""
    if not bool((origin.abs() <= FARTHEST).all()):
        raise ValueError(f"the origin is {tuple(origin.tolist())}; it must be finite and within {FARTHEST:g} m")
    if not 0 < voxel_size <= FARTHEST:
        raise ValueError(f"the voxel size is {voxel_size}; it must be above 0 and at most {FARTHEST:g} m")
    if min(shape) < 0:
        raise ValueError(f"the shape is {shape}; no side can be negative")


def inside_mesh(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    origin: Float[Tensor, "3"],
    voxel_size: float,
    shape: tuple[int, int, int],
) -> Bool[Tensor, "x y z"]:
    """Mark the voxels whose centres lie in a solid: where the mesh winds around them at least once, outward faces out.

    Closed parts may overlap and hold each other. A part turned inside out is not solid, and takes one winding from
    those it overlaps. Exact for closed meshes, but for centres within rounding (1e-12 voxels) of a face.

    A mesh with holes is decided by vote of the columns along the three axes: a column that passes into the solid as
    often as out of it has a vote, and a voxel is inside where more say so than not. So a box that lacks a side,
    or two opposite ones, still holds its inside, and a single sheet has none.
    """
    votes = [_votes(*winding_columns(vertices, faces, origin, voxel_size, shape, axis)) for axis in range(3)]
    return votes[0] + votes[1] + votes[2] > 0


def _votes(numbers: Tensor, totals: Tensor) -> Tensor:
    """1 where a column finds the voxel inside, -1 where not, 0 where the column has no say."""
    return torch.where(totals == 0, (numbers > 0).to(torch.int8) * 2 - 1, 0)


def winding_columns(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    origin: Float[Tensor, "3"],
    voxel_size: float,
    shape: tuple[int, int, int],
    axis: int,
) -> tuple[Int[Tensor, "x y z"], Int[Tensor, "column_x column_y column_z"]]:
    """How often a mesh winds around each voxel's centre, counted along one axis; and what columns count in all.

    The first is the number of faces that a column passes into the solid up to the voxel, less those it passes out of
    it. The second has length 1 along the axis, and is 0 where the column passes as often in as out: everywhere, if the
    mesh is closed. `origin` is the centre of voxel (0, 0, 0).

    A column that meets edges and corners still counts right: the mesh is cut into rows, half-open intervals of the
    second axis, and rows into spans, half-open in the first; and both faces at an edge take its crossing with a row
    from the same numbers, so what one face leaves the next one enters.
    """
    check_mesh(vertices, faces)
    check_grid(origin, voxel_size, shape)
    order = [(axis + 1) % 3, (axis + 2) % 3, axis]
    placed = ((vertices.double() - origin.double()) / voxel_size)[:, order].contiguous()
    columns, rows, height = (shape[i] for i in order)
    steps = torch.zeros(columns, rows, height, dtype=torch.int32, device=vertices.device)
    totals = torch.zeros(columns, rows, dtype=torch.int32, device=vertices.device)
    if vertices.device.type == "cpu":
        kernel.cross_columns(placed.numpy(), faces.long().numpy(), steps.numpy(), totals.numpy())
    else:
        _cross_columns_reference_(placed, faces.long(), steps, totals)
    numbers = steps.cumsum(dim=2, dtype=torch.int32)
    return numbers.movedim((0, 1, 2), order), totals[..., None].movedim((0, 1, 2), order)


def _cross_columns_reference_(vertices: Tensor, faces: Tensor, steps: Tensor, totals: Tensor) -> None:
    """All rows of all faces at once, then all columns of all those rows."""
    columns, rows, height = steps.shape
    low, high = vertices[faces][..., 1].aminmax(dim=1)
    face, row = _spans(low, high, rows)
    a = vertices[faces][face]
    b = a.roll(-1, dims=1)
    rises, falls = ((p[..., 1] <= row[:, None]) & (row[:, None] < q[..., 1]) for p, q in ((a, b), (b, a)))
    lower, upper = torch.where(falls[..., None], b, a), torch.where(falls[..., None], a, b)
    share = (row[:, None] - lower[..., 1]) / (upper[..., 1] - lower[..., 1])
    crossing = lower + share[..., None] * (upper - lower)
    (up_x, _, up_z), (down_x, _, down_z) = (crossing[edges].unbind(-1) for edges in (rises, falls))
    at, column = _spans(torch.minimum(up_x, down_x), torch.maximum(up_x, down_x), columns)
    share = (column - up_x[at]) / (down_x[at] - up_x[at])
    z = (up_z[at] + share * (down_z[at] - up_z[at])).ceil().clamp(min=0)
    step = torch.where(up_x < down_x, 1, -1)[at].int()
    totals.index_put_((column, row[at]), step, accumulate=True)
    within = z < height
    steps.index_put_((column[within], row[at][within], z[within].long()), step[within], accumulate=True)


def _spans(low: Tensor, high: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The whole numbers of [low, high) that are in [0, count), and which pair each is of."""
    first, last = low.ceil().clamp(min=0, max=count), high.ceil().clamp(min=0, max=count)
    lengths = (last - first).clamp(min=0).long()
    pair = torch.arange(len(low), device=low.device).repeat_interleave(lengths)
    begins = lengths.cumsum(0) - lengths
    return pair, torch.arange(len(pair), device=low.device) - begins[pair] + first.long()[pair]
