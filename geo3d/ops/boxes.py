"""Oriented boxes."""

import numpy as np
import torch
from jaxtyping import Float
from scipy.spatial import ConvexHull, QhullError
from torch import Tensor


def upright_box(
    points: Float[Tensor, "point 3"], up: Float[Tensor, "3"]
) -> tuple[Float[Tensor, "3"], Float[Tensor, "3 3"], Float[Tensor, "3"]]:
    """The smallest box around points of those that stand along `up`, a unit vector.

    Returns centre, axes as rows (right-handed; the last is `up`) and sizes along them. Of the footprint's rectangles
    the least is one along an edge of its convex hull (Freeman and Shapira 1975).
    """
    level = torch.linalg.svd(up[None])[2][1:]  # two directions across up
    flat = (points @ level.T).numpy()
    try:
        hull = flat[ConvexHull(flat).vertices]
        edges = np.roll(hull, -1, axis=0) - hull
    except (QhullError, ValueError):  # all points in one line, or fewer than three: along the longest distance
        hull, spread = flat, flat - flat.mean(axis=0)
        edges = np.linalg.svd(spread, full_matrices=False)[2][:1] if len(flat) > 1 else np.array([[1.0, 0.0]])
    angles = np.arctan2(edges[:, 1], edges[:, 0])
    along, across = np.stack([np.cos(angles), np.sin(angles)], 1), np.stack([-np.sin(angles), np.cos(angles)], 1)
    extents = np.ptp(hull @ along.T, axis=0) * np.ptp(hull @ across.T, axis=0)
    best = int(extents.argmin())
    first = torch.from_numpy(along[best]).to(points) @ level
    axes = torch.stack([first, torch.linalg.cross(up, first), up])
    places = points @ axes.T
    low, high = places.amin(dim=0), places.amax(dim=0)
    return (low + high) / 2 @ axes, axes, high - low
