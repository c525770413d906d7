"""Distances between two point clouds both ways, and scores of them, beside Open3D's."""

import importlib
from typing import Any

import numpy as np

from geo3d.metrics.surface import chamfers, correspond, f_score, share_within
from tests.bench import raster

COUNT = 1_000_000
ROUNDS = 5
THRESHOLD = 0.01


def rows() -> list[dict]:
    """Seconds for Chamfer and F-score of a million points against a million; ours and Open3D's are the same numbers."""
    o3d: Any = importlib.import_module("open3d")
    prediction, truth = surface(0), surface(1)
    clouds = [o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points)) for points in (prediction, truth)]

    def theirs() -> tuple[float, float]:
        accuracy, completeness = (np.asarray(a.compute_point_cloud_distance(b)) for a, b in (clouds, reversed(clouds)))
        return scores(accuracy, completeness)

    def ours() -> tuple[float, float]:
        found = correspond(prediction, truth)
        return scores(found.accuracy, found.completeness)

    assert ours() == theirs()
    seconds, peer = raster.in_turn(ours, theirs, rounds=ROUNDS)
    name, ratio = f"Chamfer and F-score of {COUNT:,} against {COUNT:,} points, Open3D's distances", peer / seconds
    return [{"name": name, "ours": seconds, "peer": peer, "unit": "s", "ratio": ratio, "target": 1, "met": ratio >= 1}]


def scores(accuracy: np.ndarray, completeness: np.ndarray) -> tuple[float, float]:
    """Chamfer-L1 and the F-score within the threshold."""
    precision, recall = (share_within(side, [THRESHOLD]) for side in (accuracy, completeness))
    return float(chamfers(accuracy, completeness)[1]), float(f_score(precision, recall)[0])


def surface(seed: int) -> np.ndarray:
    """Points on a rough sphere, in no order."""
    random = np.random.default_rng(seed)
    points = random.normal(size=(COUNT, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True) * (1 + 0.01 * random.normal(size=(COUNT, 1)))


if __name__ == "__main__":
    print(*rows(), sep="\n")
