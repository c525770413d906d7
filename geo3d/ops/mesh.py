"""Triangle meshes: normals, areas, pieces."""

import torch
from jaxtyping import Bool, Float, Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from geo3d.kernels import mesh as kernels


def face_normals(vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"]) -> Float[Tensor, "face 3"]:
    """Normals as long as twice the face's area, pointing to where the corners run counter-clockwise."""
    a, b, c = (vertices[faces[:, i].long()] for i in range(3))
    return torch.linalg.cross(b - a, c - a)


def vertex_normals(vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"]) -> Float[Tensor, "vertex 3"]:
    """Unit means of the adjoining faces' normals, weighted by area; zero where no face has any."""
    sums = torch.zeros_like(vertices)
    if vertices.device.type == "cpu":
        kernels.add_normals(vertices.numpy(), faces.numpy(), sums.numpy())
    else:
        _add_normals_reference_(vertices, faces, sums)
    return torch.nn.functional.normalize(sums, dim=1, eps=1e-30)


def _add_normals_reference_(vertices: Tensor, faces: Tensor, sums: Tensor) -> None:
    normals = face_normals(vertices, faces)
    for i in range(3):
        sums.index_add_(0, faces[:, i].long(), normals)


def corners(faces: Int[Tensor, "face 3"], vertex_count: int) -> Bool[Tensor, " vertex"]:
    """Which vertices are a corner of a face."""
    used = torch.zeros(vertex_count, dtype=torch.bool, device=faces.device)
    if faces.device.type == "cpu":
        kernels.mark_corners(faces.numpy(), used.numpy())
    else:
        used[faces.reshape(-1).long()] = True
    return used


def connected_parts(faces: Int[Tensor, "face 3"], vertex_count: int) -> Int[Tensor, " vertex"]:
    """A part number for each vertex; vertices joined by edges share theirs."""
    rows, columns = faces[:, [0, 1]].reshape(-1).numpy(), faces[:, [1, 2]].reshape(-1).numpy()
    edges = coo_array((torch.ones(len(rows)).bool().numpy(), (rows, columns)), shape=(vertex_count, vertex_count))
    return torch.from_numpy(connected_components(edges, directed=False)[1])


def vertices_of_large_parts(
    vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"], min_area: float
) -> Bool[Tensor, " vertex"]:
    """Mark the vertices of connected parts with at least `min_area` of surface, in squared units of the vertices."""
    parts = connected_parts(faces, len(vertices))
    areas = face_normals(vertices, faces).norm(dim=1) / 2
    totals = torch.zeros(len(vertices), dtype=areas.dtype).index_add_(0, parts[faces[:, 0].long()].long(), areas)
    return totals[parts.long()] >= min_area


def keep_vertices(
    keep: Bool[Tensor, " vertex"], faces: Int[Tensor, "face 3"]
) -> tuple[Int[Tensor, " kept"], Int[Tensor, "kept_face 3"]]:
    """Rows of the vertices kept, and the faces all of whose corners are, in the new numbering."""
    number = (keep.cumsum(0) - 1).to(faces.dtype)
    if faces.device.type != "cpu":
        return keep.nonzero()[:, 0], _keep_faces_reference(keep, number, faces)
    kept = torch.empty_like(faces)
    count = kernels.keep_faces(keep.numpy(), number.numpy(), faces.numpy(), kept.numpy())
    return keep.nonzero()[:, 0], kept[:count]


def _keep_faces_reference(keep: Tensor, number: Tensor, faces: Tensor) -> Tensor:
    return number[faces[keep[faces.long()].all(dim=1)].long()]
