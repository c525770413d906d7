"""Normals of points: from planes through their neighbours, and turned to one side."""

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree
from scipy.spatial import KDTree
from torch import Tensor

from geo3d.kernels import point_normals as kernel
from geo3d.ops.threads import in_threads

LEAST = 1e-6
"""Added to a tree's weights, because 0 would be no edge."""


def neighbours_of(
    points: Float[Tensor, "point 3"], count: int
) -> tuple[Float[Tensor, "point near"], Int[Tensor, "point near"]]:
    """Distances to the nearest points, each one itself among them, and their rows, nearest first; float64.

    As many as there are, where these are less than `count`.
    """
    places = points.double().numpy()
    count = min(count, len(places))
    distances, rows = KDTree(places).query(places, k=count, workers=torch.get_num_threads())
    shape = len(places), count  # which are flat for one neighbour
    return torch.from_numpy(np.reshape(distances, shape)), torch.from_numpy(np.reshape(rows, shape))


def spacing_of(distances: Float[Tensor, "point near"]) -> Float[Tensor, " point"]:
    """How far points lie from each other around each: the edge of a square as large as a neighbour's share of the disc.

    `distances` are those to the nearest points of a surface, each one itself first.
    """
    others = distances.shape[1] - 1
    return distances[:, -1] * (torch.pi / max(others, 1)) ** 0.5


def plane_normals(points: Float[Tensor, "point 3"], neighbours: Int[Tensor, "point near"]) -> Float[Tensor, "point 3"]:
    """Unit normals, of either sign, of the planes through the neighbours that fit best by least squares.

    (Hoppe et al. 1992, section 3.2.) Any direction across a line for neighbours on one.
    """
    if points.device.type != "cpu":
        return _plane_normals_reference(points, neighbours)
    normals, places, near = np.empty((len(points), 3)), points.double().numpy(), neighbours.numpy()
    in_threads(len(points), lambda first, last: kernel.fit_normals(first, last, places, near, normals))
    return torch.from_numpy(normals).to(points.dtype)


def _plane_normals_reference(points: Tensor, neighbours: Tensor) -> Tensor:
    near = points.double()[neighbours.long()]
    spread = near - near.mean(dim=1, keepdim=True)
    return torch.linalg.eigh(spread.mT @ spread)[1][..., 0].to(points.dtype)


def consistent_signs(
    normals: Float[Tensor, "point 3"], neighbours: Int[Tensor, "point near"]
) -> tuple[Int[Tensor, " point"], Int[Tensor, " point"]]:
    """Signs that turn normals of neighbours to one side, and a number for each connected part, whose sign is anybody's.

    Signs spread over a minimum spanning tree of the neighbourhood's graph, whose weights are 1 - abs(cosine): along the
    smoothest ways (Hoppe et al. 1992, section 3.3).
    """
    count, near = neighbours.shape
    first = torch.arange(count).repeat_interleave(near - 1)
    second = neighbours[:, 1:].reshape(-1).long()
    weights = LEAST + 1 - (normals[first] * normals[second]).sum(dim=1).abs().double().clamp(max=1)
    edges = (weights.numpy(), (first.numpy(), second.numpy()))
    graph = coo_array(edges, shape=(count + 1, count + 1)).tocsr()
    tree = minimum_spanning_tree(graph)
    parts = connected_components(tree[:count, :count], directed=False)[1]
    roots = np.unique(parts, return_index=True)[1]
    to_roots = coo_array((np.ones(len(roots)), (np.full(len(roots), count), roots)), shape=graph.shape)
    order, parents = breadth_first_order((tree + to_roots).tocsr(), count, directed=False)
    signs = np.ones(count, np.int64)
    kernel.signs_along(order.astype(np.int64), parents.astype(np.int64), normals.double().numpy(), signs)
    return torch.from_numpy(signs), torch.from_numpy(parts.astype(np.int64))
