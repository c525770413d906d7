"""Values of sparse voxels at points, and pieces of a mesh that have one label."""

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.ops.block_grid import LIMIT, find_rows, pack_blocks
from geo3d.ops.mesh import connected_parts, face_normals
from geo3d.ops.planes import NEIGHBOURS

UNLABELLED = 255


def at_points(
    points: Float[Tensor, "point 3"],
    voxels: Int[Tensor, "voxel 3"],
    values: Float[Tensor, "voxel class"],
    method: str,
) -> Float[Tensor, "point class"]:
    """Class probabilities at points given in voxels (voxel (0, 0, 0) has its centre at 0); zero where none is known.

    `voxels` are sorted lexicographically, none twice. ``nearest``: of the known voxel whose centre is nearest, among
    those around the point's own (27; the first in lexicographic order of equally near ones). ``trilinear``: of the
    eight voxels around, by their shares; unknown ones take no part. ``majority``: each known voxel of the 27 votes for
    its likeliest class; the shares of votes.
    """
    base = (points.floor() if method == "trilinear" else points.round()).clamp(-LIMIT, LIMIT - 1).int()
    steps = NEIGHBOURS[(NEIGHBOURS >= 0).all(dim=1)] if method == "trilinear" else NEIGHBOURS
    keys = pack_blocks(voxels)
    sums, nearest = points.new_zeros(len(points), values.shape[1]), points.new_full((len(points),), torch.inf)
    if method == "majority":
        values = torch.nn.functional.one_hot(values.argmax(dim=1), values.shape[1])
    if len(keys) == 0:
        return sums
    values = values.to(points.dtype)
    for step in steps:
        voxel = base + step.int()
        row = find_rows(keys, voxel)
        known = row >= 0
        if method == "nearest":
            distance = torch.where(known, (points - voxel).square().sum(dim=1), torch.inf)
            closer = distance < nearest
            sums[closer], nearest[closer] = values[row[closer]], distance[closer]
        else:
            share = (1 - (points - voxel).abs()).prod(dim=1) if method == "trilinear" else torch.ones_like(nearest)
            sums += torch.where(known, share, 0)[:, None] * values[row]
    return sums / sums.sum(dim=1, keepdim=True).clamp(min=1e-12)


def pieces_of_one_label(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    labels: UInt8[Tensor, " vertex"],
    things: list[int],
    min_area: float,
) -> Int[Tensor, " vertex"]:
    """Number connected pieces of equal label from 1 on, the largest first; 0 where the label is none of `things`.

    Only faces whose corners agree join them, and pieces with less than `min_area` of those get 0. A mesh without faces
    has no pieces.
    """
    same = (labels[faces.long()] == labels[faces[:, :1].long()]).all(dim=1) & torch.isin(
        labels[faces[:, 0].long()], torch.tensor(things, dtype=torch.uint8)
    )
    joined = faces[same]
    part = connected_parts(joined, len(vertices)).long()
    areas = face_normals(vertices, joined).norm(dim=1) / 2
    totals = torch.zeros(len(vertices) + 1, dtype=areas.dtype).index_add_(0, part[joined[:, 0].long()], areas)
    order = totals.argsort(descending=True, stable=True)
    count = int(((totals >= min_area) & (totals > 0)).sum())
    number = torch.zeros(len(totals), dtype=torch.int32)
    number[order[:count]] = torch.arange(1, count + 1).int()
    return number[part]
