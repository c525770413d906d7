"""Which voxels of labelled volumes and labelled points count."""

import numpy as np
from jaxtyping import Bool, Float, Int, Int64


def inner_occupied_columns(occupied: Bool[np.ndarray, "z y x"], border: int) -> Bool[np.ndarray, "y x"]:
    """Columns with an occupied voxel at any height, `border` voxels and more from the sides of the grid."""
    columns = np.any(occupied, axis=0)
    inner = np.zeros_like(columns)
    inside = tuple(slice(border, max(border, side - border)) for side in columns.shape)
    inner[inside] = columns[inside]
    return inner


def first_in_cubes(points: Float[np.ndarray, "point 3"], size: float) -> Int64[np.ndarray, " voxel"]:
    """The first point in each voxel of that edge length, of a grid that starts at the lowest coordinates."""
    cells = np.floor((points - points.min(axis=0)) / size).astype(np.int64) if len(points) else np.zeros((0, 3), int)
    return np.sort(np.unique(cells, axis=0, return_index=True)[1])


def first_in_numbered_cubes(points: Float[np.ndarray, "point 3"], size: float) -> Int64[np.ndarray, " voxel"]:
    """The first point of each number that PointNet++'s ``point_cloud_label_to_surface_voxel_label_fast`` gives.

    It rounds up, so that a side of n voxels has the n + 1 numbers 0 to n, but counts n to a row: voxels of the far
    sides have the numbers of others, and of two such only one is kept.
    """
    if not len(points):
        return np.zeros(0, np.int64)
    low = points.min(axis=0)
    sides = np.ceil((points.max(axis=0) - low) / size)
    x, y, z = np.ceil((points - low) / size).T
    return np.sort(np.unique(x + y * sides[0] + z * sides[0] * sides[1], return_index=True)[1])


def column_blocks(
    points: Float[np.ndarray, "point 3"], side: float, margin: float, context: float, least: float
) -> list[Int64[np.ndarray, " inside"]]:
    """Points of each square of the ground, `side` wide, from the lowest corner on, x before y.

    Points up to `margin` outside belong to it, too, so that a point can lie in several. A square is left out where less
    than the share `least` of the points up to `context` around it lie in it.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    count_x, count_y = (int(count) for count in np.ceil((high - low)[:2] / side))
    found = []
    for x in range(count_x):
        for y in range(count_y):
            start = low + np.array([x * side, y * side, 0])
            end = low + np.array([(x + 1) * side, (y + 1) * side, high[2] - low[2]])
            around = np.flatnonzero(((points >= start - context) & (points <= end + context)).all(axis=1))
            near = points[around]
            inside = around[((near >= start - margin) & (near <= end + margin)).all(axis=1)]
            if len(around) and len(inside) / len(around) >= least:
                found.append(inside)
    return found


def counts_by_class(
    truth: Int[np.ndarray, " place"], prediction: Int[np.ndarray, " place"], classes: int
) -> Int64[np.ndarray, "2 class"]:
    """Places of each class, and how many of them are right."""
    right = np.bincount(truth[truth == prediction], minlength=classes)
    return np.stack([np.bincount(truth, minlength=classes), right])
