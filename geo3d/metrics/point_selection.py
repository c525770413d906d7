"""Points thinned out to one a voxel, and those within a prism."""

import numpy as np
from jaxtyping import Bool, Float64


def voxel_means(points: Float64[np.ndarray, "point 3"], voxel_size: float) -> Float64[np.ndarray, "voxel 3"]:
    """The mean of the points in each voxel that holds any, voxels sorted.

    The grid begins half a voxel below the lowest coordinates, as Open3D's ``voxel_down_sample`` has it; the sums are
    taken in the order of the points, so that the means are its to the last bit.
    """
    if len(points) == 0:
        return points
    cells = np.floor((points - (points.min(axis=0) - voxel_size * 0.5)) / voxel_size).astype(np.int64)
    sizes = cells.max(axis=0) + 1
    if sizes.astype(np.float64).prod() < 2**62:
        numbers = (cells[:, 0] * sizes[1] + cells[:, 1]) * sizes[2] + cells[:, 2]
        voxel = np.unique(numbers, return_inverse=True)[1]
    else:
        voxel = np.unique(cells, axis=0, return_inverse=True)[1].reshape(-1)
    counts = np.bincount(voxel)
    return np.stack([np.bincount(voxel, points[:, axis]) for axis in range(3)], axis=1) / counts[:, None]


def in_prism(
    points: Float64[np.ndarray, "point 3"], polygon: Float64[np.ndarray, "corner 2"], axis: int, low: float, high: float
) -> Bool[np.ndarray, " point"]:
    """Which points lie within a polygon drawn across an axis, and between two heights along it, both included.

    The polygon's coordinates are the other two axes in order. A point is in it where a line along the first of them
    meets an odd number of edges before it; an edge holds its upper end and not its lower one, as in Open3D's
    ``SelectionPolygonVolume``.
    """
    across, up = ([1, 2], [0, 2], [0, 1])[axis]
    x, y, height = points[:, across], points[:, up], points[:, axis]
    met = np.zeros(len(points), np.int64)
    for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        on = ((a[1] < y) & (y <= b[1])) | ((b[1] < y) & (y <= a[1]))
        met[on] += a[0] + (y[on] - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) < x[on]
    return (met % 2 == 1) & (height >= low) & (height <= high)
