"""Distances to triangle meshes: of any points, and signed ones of all voxels of a grid."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from geo3d.kernels import distance as kernel
from geo3d.kernels import triangle_tree
from geo3d.ops.threads import in_threads
from geo3d.ops.winding import check_grid, check_mesh, check_points, inside_mesh

PAIRS = 1 << 20
"""Points times triangles that the reference measures at once."""


def mesh_distance_volume(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    origin: Float[Tensor, "3"],
    voxel_size: float,
    shape: tuple[int, int, int],
    truncation: float = math.inf,
) -> Float[Tensor, "x y z"]:
    """Signed distances of voxel centres to a mesh: metres, float32, positive in free space, clipped to the truncation.

    `origin` is the centre of voxel (0, 0, 0). The sign is that of :func:`geo3d.ops.winding.inside_mesh`: solids are
    closed parts, which may overlap, and open meshes are decided by vote. The distance is that to the nearest face, be
    it hidden in another solid: outside it is the distance to the union of all parts, inside it may be smaller.
    Faces without area count as their edges. A mesh without faces is infinitely far away.

    On the CPU as many threads as torch has do the work, and each number of threads gives the same bytes.
    """
    check_mesh(vertices, faces)
    check_grid(origin, voxel_size, shape)
    if not truncation > 0:
        raise ValueError(f"the truncation is {truncation}; it must be above 0")
    if len(faces) == 0 or 0 in shape:
        return torch.full(shape, truncation, device=vertices.device)
    measure = _measure_voxels if vertices.device.type == "cpu" else _measure_voxels_reference
    distance = measure(vertices.double()[faces.long()], origin.double(), voxel_size, shape, truncation)
    inside = inside_mesh(vertices, faces, origin, voxel_size, shape)
    return torch.where(inside, -distance, distance)


def distance_to_mesh(
    points: Float[Tensor, "point 3"],
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    limit: float = math.inf,
) -> tuple[Float[Tensor, " point"], Int[Tensor, " point"]]:
    """Distances of points to the nearest face of a mesh, without sign, and which face that is.

    (inf, -1) for points farther than `limit`, or if there are no faces. Of faces that are equally near, to about 1e-7
    of the distance or of the mesh's size, any may be named; the distance is exactly that to the one named. Each call
    builds a tree of the triangles, so measure many points at once.
    """
    check_mesh(vertices, faces)
    check_points(points)
    if not limit > 0:
        raise ValueError(f"the limit is {limit}; it must be above 0")
    if len(points) == 0 or len(faces) == 0:
        return points.new_full((len(points),), math.inf), points.new_full((len(points),), -1).int()
    nearest = _measure_points if points.device.type == "cpu" else _measure_points_reference
    distance, face = nearest(points.double(), vertices.double()[faces.long()], limit)
    return distance.to(points.dtype), face


def _measure_voxels(
    triangles: Tensor, origin: Tensor, voxel_size: float, shape: tuple[int, int, int], truncation: float
) -> Tensor:
    tree, distance = _plant(triangles), torch.empty(shape)
    packets = math.prod(-(-side // kernel.SIDE) for side in shape)
    to_all = origin.numpy(), voxel_size, truncation, tree, distance.numpy()
    in_threads(packets, lambda first, last: kernel.measure_voxels(first, last, *to_all))
    return distance


def _measure_voxels_reference(
    triangles: Tensor, origin: Tensor, voxel_size: float, shape: tuple[int, int, int], truncation: float
) -> Tensor:
    steps = torch.stack(torch.meshgrid(*(torch.arange(side) for side in shape), indexing="ij"), dim=-1).reshape(-1, 3)
    points = origin + voxel_size * steps.to(origin.device)
    distance, _ = _measure_points_reference(points, triangles, truncation)
    return distance.clamp(max=truncation).reshape(shape).float()


def _measure_points(points: Tensor, triangles: Tensor, limit: float) -> tuple[Tensor, Tensor]:
    tree = _plant(triangles)
    order = _along_a_curve(points)
    ordered, distance = points[order].numpy(), torch.full((len(points),), math.inf, dtype=torch.float64)
    face = torch.full((len(points),), -1, dtype=torch.int32)
    starts = kernel.cut_packets(ordered, float((tree.boxes[0, 3:] - tree.boxes[0, :3]).max()) / 8)
    to_all = ordered, starts, limit, tree, distance.numpy(), face.numpy()
    in_threads(len(starts) - 1, lambda first, last: kernel.measure_points(first, last, *to_all))
    back = order.argsort()
    return distance[back], face[back]


def _plant(triangles: Tensor) -> triangle_tree.Tree:
    """The tree of triangles [face, corner, 3]."""
    leaves = 1 << max(0, math.ceil(math.log2(len(triangles) / triangle_tree.LEAF)))
    rows, starts = triangle_tree.sort_into_leaves(triangles.numpy(), leaves)
    ordered = triangles.numpy()[rows]
    axes, outlines = triangle_tree.lay_flat(ordered)
    return triangle_tree.Tree(rows, ordered, axes, outlines, starts, triangle_tree.box_nodes(ordered, starts))


def _along_a_curve(points: Tensor) -> Tensor:
    """An order in which neighbours follow each other: by interleaved bits of their coordinates (Morton 1966)."""
    low, high = points.aminmax(dim=0)
    cells = ((points - low) / (high - low).clamp(min=1e-30) * ((1 << 21) - 1)).long()
    # Every shift by s moves the upper half of each group of 2 s bits, so that two zeros end up before each bit.
    for shift, mask in (
        (32, 0x1F00000000FFFF),
        (16, 0x1F0000FF0000FF),
        (8, 0x100F00F00F00F00F),
        (4, 0x10C30C30C30C30C3),
        (2, 0x1249249249249249),
    ):
        cells = (cells | cells << shift) & mask
    return (cells[:, 0] << 2 | cells[:, 1] << 1 | cells[:, 2]).argsort(stable=True)


def _measure_points_reference(points: Tensor, triangles: Tensor, limit: float) -> tuple[Tensor, Tensor]:
    """All points against all triangles, some points at a time."""
    some = max(1, PAIRS // len(triangles))
    found = [_point_triangle_distances(part[:, None], triangles).min(dim=1) for part in points.split(some)]
    distance, face = (torch.cat(parts) for parts in zip(*found, strict=True))
    return distance.where(distance <= limit, math.inf), face.where(distance <= limit, -1).int()


def _point_triangle_distances(points: Tensor, triangles: Tensor) -> Tensor:
    """Distances [point, face]: to the nearest edge, or the plane where the point lies above the triangle."""
    edges = triangles.roll(-1, dims=1) - triangles
    normals = torch.linalg.cross(edges[:, 0], edges[:, 1])
    area, longest = normals.norm(dim=1), edges.norm(dim=2).amax(dim=1)
    above = (area > kernel.SLIVER * longest.square()).expand(len(points), -1)
    squared = torch.full_like(above, math.inf, dtype=points.dtype)
    for i in range(3):
        from_corner, edge = points - triangles[:, i], edges[:, i]
        share = (from_corner * edge).sum(-1) / edge.square().sum(-1).clamp(min=1e-300)
        squared = torch.minimum(squared, (from_corner - share.clamp(0, 1)[..., None] * edge).square().sum(-1))
        above = above & ((from_corner * torch.linalg.cross(normals, edge)).sum(-1) > 0)
    plane = ((points - triangles[:, 0]) * normals).sum(-1).abs() / area.clamp(min=1e-300)
    return torch.where(above, plane, squared.sqrt())
