from typing import Any

import numpy as np
import pytest

from geo3d.metrics.point_selection import in_prism, voxel_means

POLYGON = np.array([[0.0, 0.0], [4, 0], [4, 3], [2, 1], [0, 3]])


def open3d() -> Any:
    return pytest.importorskip("open3d")


@pytest.mark.filterwarnings("ignore")  # open3d's imports warn
@pytest.mark.parametrize("kind", ["scattered", "lattice", "negative", "outlier", "one"])
def test_voxel_means_are_open3ds_to_the_last_bit(kind: str):
    o3d, random = open3d(), np.random.default_rng(0)
    points = random.random((5000, 3)) * [1, 2, 0.3]
    if kind == "lattice":
        points = np.round(points, 2)
    elif kind == "negative":
        points -= 70
    elif kind == "outlier":
        points[3] = 1e6, -1e6, 1e6
    elif kind == "one":
        points = points[:1]
    theirs = np.asarray(o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points)).voxel_down_sample(0.02).points)
    ours = voxel_means(points, 0.02)
    assert np.array_equal(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)])


def test_voxel_means_are_those_of_a_slow_loop():
    points = np.random.default_rng(1).random((200, 3))
    cells: dict[tuple, list] = {}
    low = points.min(axis=0) - 0.125
    for point in points:
        cells.setdefault(tuple(int((x - x0) // 0.25) for x, x0 in zip(point, low, strict=True)), []).append(point)
    wanted = np.array([np.mean(cells[key], axis=0) for key in sorted(cells)])
    assert np.allclose(voxel_means(points, 0.25), wanted, rtol=1e-14)
    assert len(voxel_means(points[:0], 0.25)) == 0


@pytest.mark.filterwarnings("ignore")  # open3d's imports warn
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_prism_holds_the_points_that_open3ds_holds(axis: int):
    o3d = open3d()
    points = (np.indices((12, 12, 12)).reshape(3, -1).T - 1) * 0.5
    volume = o3d.visualization.SelectionPolygonVolume()
    volume.orthogonal_axis, volume.axis_min, volume.axis_max = "XYZ"[axis], 0.5, 2.0
    volume.bounding_polygon = o3d.utility.Vector3dVector(np.insert(POLYGON, axis, 0.0, axis=1))
    theirs = np.asarray(volume.crop_point_cloud(o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))).points)
    ours = points[in_prism(points, POLYGON, axis, 0.5, 2.0)]
    assert 0 < len(ours) < len(points)
    assert np.array_equal(ours, theirs)
