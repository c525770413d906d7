"""Atlas' eval_mesh, with Open3D."""

import sys
import types
import warnings
from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.protocol import Scores
from tests.official.record import Checkout
from tests.point_files import write_points

PROTOCOL = "mesh-atlas"
REPOSITORY, COMMIT = "magicleap/Atlas", "bee3ddbdb0935cf9aa9fc810e829115c6ab74dc5"
FIXTURES = (
    *("random", "dense, many a voxel", "sparse, none thinned out", "on voxels' borders", "ties at the threshold"),
    *("one point each", "duplicates", "identical", "nothing near", "half missed", "far outlier", "negative world"),
    *("empty prediction", "empty truth"),
)


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """One scene's vertices."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    truth = random.random((4000, 3)) * [2, 2, 0.3]
    points = truth[:3000] + random.normal(size=(3000, 3)) * 0.03
    if fixture == "dense, many a voxel":
        truth, points = truth * 0.1, points * 0.1
    elif fixture == "sparse, none thinned out":
        truth, points = truth * 9, points * 9
    elif fixture == "on voxels' borders":
        truth, points = np.round(truth, 2), np.round(points, 2) + 0.01
    elif fixture == "ties at the threshold":
        truth = np.stack([np.arange(50.0), np.zeros(50), np.zeros(50)], axis=1)
        points = truth + np.where(np.arange(50)[:, None] % 2, [0, 0.05, 0], [0, 0, np.nextafter(0.05, 0)])
    elif fixture == "one point each":
        truth, points = truth[:1], truth[:1] + np.array([0, 0, 0.03])
    elif fixture == "duplicates":
        truth, points = np.repeat(truth[:9], 100, axis=0), np.repeat(points[:9], 50, axis=0)
    elif fixture == "identical":
        points = truth
    elif fixture == "nothing near":
        points = points + 100
    elif fixture == "half missed":
        points = points[points[:, 0] < 1]
    elif fixture == "far outlier":
        points[7] = 1e5, -1e5, 3
    elif fixture == "negative world":
        truth, points = truth - 50, points - 50
    elif fixture == "empty prediction":
        points = points[:0]
    elif fixture == "empty truth":
        truth = truth[:0]
    write_points(predictions / "scene.ply", points)
    write_points(truths / "scene.ply", truth)


def official(checkout: Checkout, place: Path) -> dict:
    """The dictionary that eval_mesh returns."""
    empty = types.ModuleType("atlas.tsdf")
    setattr(empty, "TSDF", None)  # noqa: B010 - the volumes' class, which meshes do not need
    sys.modules |= {"atlas": types.ModuleType("atlas"), "atlas.tsdf": empty}
    made: dict = {}
    exec(compile(checkout.text("atlas/evaluation.py"), "evaluation.py", "exec"), made)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of means of nothing, and of 0 / 0
        return made["eval_mesh"](str(place / "pred/scene.ply"), str(place / "truth/scene.ply"))


def ours(scores: Scores) -> dict:
    """The same numbers."""
    return {name: scores.overall[name] for name in ("dist1", "dist2", "prec", "recal", "fscore")}
