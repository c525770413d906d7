"""Tanks and Temples' EvaluateHisto, with Open3D and matplotlib."""

import importlib
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.surfaces.tanks_and_temples import STEPS, STRETCH
from tests.official.record import Checkout
from tests.point_files import write_points

PROTOCOL = "mesh-tanks-and-temples"
REPOSITORY, COMMIT = "isl-org/TanksAndTemples", "3c2c2125e9b16f32790c96a8953611de785d91d6"
FIXTURES = (
    *("random", "cropped", "cropped across x", "cropped across y", "crop through points", "scaled and turned"),
    *("dense, many a voxel", "ties at the threshold", "one point each", "duplicates", "identical", "far outlier"),
    *("nothing near", "nothing in the crop", "empty prediction", "empty truth"),
)
POLYGON = ((0.1, 0.2), (0.8, 0.1), (0.9, 0.9), (0.5, 0.4), (0.2, 0.8))


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Ignatius, whose threshold is 3 mm."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    truth = random.random((4000, 3)) * [1, 1, 0.01]
    points = truth[:3000] + random.normal(size=(3000, 3)) * 0.002
    if fixture == "dense, many a voxel":
        truth, points = truth * 0.02, points * 0.02
    elif fixture == "ties at the threshold":
        truth = np.stack([np.arange(50.0), np.zeros(50), np.zeros(50)], axis=1)
        points = truth + np.where(np.arange(50)[:, None] % 2, [0, 0.003, 0], [0, 0, np.nextafter(0.003, 0)])
    elif fixture == "one point each":
        truth, points = truth[:1], truth[:1] + np.array([0, 0, 0.001])
    elif fixture == "duplicates":
        truth, points = np.repeat(truth[:9], 100, axis=0), np.repeat(points[:9], 50, axis=0)
    elif fixture == "identical":
        points = truth
    elif fixture == "far outlier":
        points[7] = 1e3, -1e3, 3
    elif fixture == "nothing near":
        points = points + 100
    elif fixture == "empty prediction":
        points = points[:0]
    elif fixture == "empty truth":
        truth = truth[:0]
    elif fixture == "crop through points":
        truth, points = np.round(truth, 1), np.round(points, 1)
    elif fixture in ("cropped across x", "cropped across y"):
        order = [2, 0, 1] if fixture == "cropped across x" else [0, 2, 1]
        truth, points = truth[:, order], points[:, order]
    (truths / "Ignatius").mkdir()
    write_points(truths / "Ignatius" / "Ignatius.ply", truth)
    if "crop" in fixture:
        (truths / "Ignatius" / "Ignatius.json").write_text(json.dumps(crop(fixture)))
    if fixture == "scaled and turned":
        turn = np.eye(4)
        turn[:3, :3] = 1.7 * np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0], [0.48, 0.64, 0.6]])
        turn[:3, 3] = 3, -2, 0.5
        np.savetxt(predictions / "Ignatius_trans.txt", turn, "%.17g")
        points = (points - turn[:3, 3]) @ np.linalg.inv(turn[:3, :3]).T
    write_points(predictions / "Ignatius.ply", points)


def crop(fixture: str) -> dict:
    """A polygon that is not convex."""
    axis, place = {"cropped across x": ("X", 0), "cropped across y": ("Y", 1)}.get(fixture, ("Z", 2))
    corners = [list(corner) for corner in POLYGON]
    if fixture == "nothing in the crop":
        corners = [[x + 9, y] for x, y in corners]
    for corner in corners:
        corner.insert(place, 0.0)
    low, high = (0.0, 0.0) if fixture == "crop through points" else (0.002, 0.009)
    return {
        "class_name": "SelectionPolygonVolume",
        "version_major": 1,
        "version_minor": 0,
        "orthogonal_axis": axis,
        "axis_min": low,
        "axis_max": high,
        "bounding_polygon": corners,
    }


def official(checkout: Checkout, place: Path) -> dict:
    """What EvaluateHisto returns; without a crop file it is given a volume that cuts nothing."""
    o3d: Any = importlib.import_module("open3d")
    made: dict = {}
    exec(compile(checkout.text("python_toolbox/evaluation/evaluation.py"), "evaluation.py", "exec"), made)
    points, truth = (o3d.io.read_point_cloud(str(next((place / side).rglob("*.ply")))) for side in ("pred", "truth"))
    aligned = next((place / "pred").glob("*_trans.txt"), None)
    cropped = next((place / "truth").rglob("*.json"), None)
    volume = Whole() if cropped is None else o3d.visualization.read_selection_polygon_volume(str(cropped))
    turn = np.eye(4) if aligned is None else np.loadtxt(aligned)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = made["EvaluateHisto"](
            points, truth, turn, volume, 0.003 / 2.0, 0.003, str(place / "code"), STRETCH, "Ignatius"
        )
    precision, recall, f, _, of_prediction, _, of_truth = found
    return {"F-score": f, "precision": precision, "recall": recall} | curves(of_prediction, of_truth)


class Whole:
    """A volume that holds everything."""

    def crop_point_cloud(self, cloud):
        return cloud


def curves(of_prediction, of_truth) -> dict:
    """Every fiftieth value of the curves; an empty side has none."""
    if len(of_prediction) == 1:
        return {"curve of precision": [0.0] * 10, "curve of recall": [0.0] * 10}
    assert len(of_prediction) == STEPS * STRETCH - 1
    return {"curve of precision": of_prediction[::50].tolist(), "curve of recall": of_truth[::50].tolist()}


def ours(scores: Scores) -> dict:
    """The same numbers."""
    lines = scores.curves[0].lines
    return scores.overall | curves(*(np.array(lines[name][1]) for name in ("precision", "recall")))
