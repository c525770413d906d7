"""Triangle meshes made whole, and made small."""

import torch
from fast_simplification import simplify
from jaxtyping import Float, Int
from torch import Tensor

from geo3d.ops.distance import distance_to_mesh
from geo3d.ops.mesh import connected_parts

ROUNDS = 8
"""Halvings of the range, in logarithms, that the number of faces for an error is looked for in."""
LEAST_FACES = 4


def rim_edges(faces: Int[Tensor, "face 3"], vertex_count: int) -> Int[Tensor, "edge 2"]:
    """Edges of one face only, as that face runs along them."""
    edges = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).long()
    ahead, back = edges[:, 0] * vertex_count + edges[:, 1], edges[:, 1] * vertex_count + edges[:, 0]
    return edges[~torch.isin(ahead, back)]


def short_rims(
    vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"], longest: float
) -> tuple[Int[Tensor, "edge 2"], Int[Tensor, " edge"], int]:
    """Edges of rims that run round once and are at most `longest` long, which rim each is of, and how many there are.

    Rims that touch themselves or each other are left out. A rim may be that of a hole or of a small sheet.
    """
    edges = rim_edges(faces, len(vertices))
    once = (edges.reshape(-1).bincount(minlength=len(vertices)) == 2) & (
        edges[:, 0].bincount(minlength=len(vertices)) == 1
    )
    parts = connected_parts(edges[:, [0, 1, 1]], len(vertices)).long()
    rim = parts[edges[:, 0]]
    lengths = (vertices[edges[:, 0]] - vertices[edges[:, 1]]).norm(dim=1)
    total = lengths.new_zeros(len(vertices)).index_add_(0, rim, lengths)
    plain = torch.ones(len(vertices), dtype=torch.bool).index_fill_(0, parts[edges[~once[edges].all(dim=1), 0]], False)
    kept = plain[rim] & (total[rim] <= longest)
    numbers, rim = rim[kept].unique(return_inverse=True)
    return edges[kept], rim, len(numbers)


def close_holes(
    vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"], longest: float
) -> tuple[Float[Tensor, "hole 3"], Int[Tensor, "new_face 3"], Int[Tensor, "edge 2"], Int[Tensor, " edge"]]:
    """A vertex in the middle of each hole whose rim is at most `longest` long, and a fan of faces around it.

    The new vertices come after those there are. Also gives the rims' edges, and the hole that each is of.
    """
    edges, rim, count = short_rims(vertices, faces, longest)
    middles = mean_of_rims(vertices, edges, rim, count)
    fans = torch.stack([edges[:, 1], edges[:, 0], len(vertices) + rim], dim=1)
    return middles, fans.to(faces.dtype), edges, rim


def mean_of_rims(
    values: Float[Tensor, "vertex channel"], edges: Int[Tensor, "edge 2"], rim: Int[Tensor, " edge"], count: int
) -> Float[Tensor, "hole channel"]:
    """The mean of the vertices of each rim, each of which begins one of its edges."""
    sums = values.new_zeros(count, values.shape[1]).index_add_(0, rim, values[edges[:, 0]])
    return sums / rim.bincount(minlength=count)[:, None].clamp(min=1)


def simplified(
    vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"], count: int, keep_rims: bool = False
) -> tuple[Float[Tensor, "kept 3"], Int[Tensor, "kept_face 3"]]:
    """About `count` faces at most, by quadric edge collapse (Garland and Heckbert 1997); float32.

    Rims of open meshes shrink, unless they are kept: then there may be more faces.
    """
    parts = vertices.float().numpy(), faces.int().numpy()
    made = simplify(*parts, target_count=count, preserve_border=keep_rims)
    kept, joined = made[0], made[1]
    return torch.from_numpy(kept).float(), torch.from_numpy(joined).to(faces.dtype)


def simplified_within(
    vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"], error: float
) -> tuple[Float[Tensor, "kept 3"], Int[Tensor, "kept_face 3"]]:
    """The fewest faces found such that no vertex is farther than `error` from them; all where none are found.

    Numbers of faces are tried by halving, as if the error only grew where there are fewer; it is checked for what comes
    out. Rims stay as they are.
    """
    low, high, best = LEAST_FACES, len(faces), (vertices.float(), faces)
    for _ in range(ROUNDS):
        count = round((low * high) ** 0.5)
        if not low < count < high:
            break
        tried = simplified(vertices, faces, count, keep_rims=True)
        if len(tried[1]) and bool((distance_to_mesh(vertices.float(), *tried, limit=error)[0] <= error).all()):
            high, best = count, tried
        else:
            low = count
    return best
