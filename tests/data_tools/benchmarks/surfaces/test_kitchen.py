from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from geo3d.data_tools.benchmarks.choices import Choices, MeshChoices
from geo3d.data_tools.benchmarks.protocol import Scene
from geo3d.data_tools.benchmarks.surfaces import mesh as protocol
from geo3d.data_tools.benchmarks.surfaces.comparison import draw
from geo3d.data_tools.benchmarks.surfaces.surface_files import read_surface
from geo3d.data_tools.mesh_files import write_ply
from geo3d.data_tools.scans.formats import find_scan
from geo3d.metrics.surface import correspond
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.mesh import MeshConfig, extract_mesh
from tests.pipelines.test_scan_to_mesh import open3d_mesh


@pytest.mark.filterwarnings("ignore")  # open3d's imports warn
def test_the_kitchen_is_scored_against_open3ds_with_open3ds_distances(shared_data: Path, tmp_path: Path):
    o3d: Any = pytest.importorskip("open3d")
    found = find_scan(shared_data / "scans" / "7scenes_kitchen", "auto", "0:60:4", None)
    scan = found.format.read(found.source(tmp_path / "hashes"), None)
    write_ply(extract_mesh(fuse(scan, FuseConfig(voxel_size=0.04)), MeshConfig()), tmp_path / "ours.ply")
    vertices, faces = open3d_mesh(scan, 0.04)
    trimesh.Trimesh(vertices, faces, process=False).export(tmp_path / "theirs.ply")
    scene = Scene("kitchen", (tmp_path / "ours.ply",), (tmp_path / "theirs.ply",))
    choices = Choices(mesh=MeshChoices(samples=50_000, thresholds=(0.02, 0.05)))

    scores = protocol.score([protocol.count(scene, choices)], choices).overall
    prediction, truth = draw((read_surface(scene.prediction[0]), read_surface(scene.truth[0])), choices)
    nearest = correspond(prediction.points, truth.points)
    clouds = [o3d.geometry.PointCloud(o3d.utility.Vector3dVector(side.points)) for side in (prediction, truth)]
    accuracy, completeness = (np.asarray(a.compute_point_cloud_distance(b)) for a, b in (clouds, clouds[::-1]))
    np.testing.assert_allclose(nearest.accuracy, accuracy, rtol=1e-9, atol=0)
    np.testing.assert_allclose(nearest.completeness, completeness, rtol=1e-9, atol=0)
    precision, recall = np.mean(accuracy < 0.05), np.mean(completeness < 0.05)
    assert scores["F-score at 0.05"] == pytest.approx(2 * precision * recall / (precision + recall), rel=1e-12)
    assert scores["Chamfer, (acc + comp) / 2"] == pytest.approx((accuracy.mean() + completeness.mean()) / 2, rel=1e-12)
    assert scores["Hausdorff"] == pytest.approx(max(accuracy.max(), completeness.max()), rel=1e-12)
    assert scores["F-score at 0.05"] > 0.9
    assert scores["normal consistency, signed"] > 0.85  # theirs looks into free space, as ours does
    assert protocol.picture(scene, choices) is not None
