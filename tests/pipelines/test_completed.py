"""From a scan to a mesh whose holes a network fills; the network's weights are fresh, so what it says is anything."""

import json
from pathlib import Path

import numpy as np
import pytest

from geo3d import cli
from geo3d.data_tools.benchmarks.label_files import read_ids, read_ply
from geo3d.data_tools.semantic_files import inferred_share
from geo3d.scene.artifact import load
from tests.scenes import all_around, in_a_room, sphere, write_scan
from tests.stages.test_predict import tiny_weights

COARSE = ["--fuse.voxel-size", "0.08", "--mesh.min-weight", "1", "--segment", "planar"]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scan") / "scan"
    return write_scan(folder, in_a_room(sphere(0.5), 1.5), all_around(1.2)[:20], size=(60, 80), focal=50.0)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def out(scan: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "out"
    learned = ["--complete", "learned", "--complete.min-slope", "0", "--completion-weights", str(weights)]
    assert cli.main(["scan-to-mesh", str(scan), "--out", str(folder), *COARSE, *learned]) == 0
    return folder


def test_every_vertex_of_the_files_says_whether_it_was_observed(out: Path):
    mesh = load((out / "5_semantic").resolve())
    assert mesh.observed is not None
    vertices = read_ply(out / "semantic.ply")["vertex"]
    assert (vertices["observed"] == mesh.observed.numpy()).all()
    plain = read_ply(out / "mesh.ply")["vertex"]
    assert (plain["observed"] == load((out / "3_mesh").resolve()).observed.numpy()).all()
    assert 0 < inferred_share(mesh) < 1
    page = (out / "report.html").read_text()
    assert f"{100 * inferred_share(mesh):.1f} % of the surface inferred" in page
    assert "What was inferred, from above" in page
    assert len(read_ids(out / "semantic.ply")) == len(mesh.vertices)
    assert (mesh.labels[mesh.observed == 0] != 255).all()  # planes are found in inferred surface, too


def test_without_completion_the_mesh_has_the_observed_vertices_alone(scan: Path, out: Path, tmp_path: Path):
    assert cli.main(["scan-to-mesh", str(scan), "--out", str(tmp_path / "off"), *COARSE, "--complete", "off"]) == 0
    plain, completed = load((tmp_path / "off/3_mesh").resolve()), load((out / "3_mesh").resolve())
    assert plain.observed is None
    assert not (tmp_path / "off/2_scanned").exists()
    assert (read_ply(tmp_path / "off/semantic.ply")["vertex"]["observed"] == 1).all()
    assert "inferred" not in (tmp_path / "off/report.html").read_text()
    observed = set(map(tuple, completed.vertices[completed.observed > 0].tolist()))
    kept = np.mean([tuple(vertex) in observed for vertex in plain.vertices.tolist()])
    assert kept == 1


def test_by_default_networks_complete_and_label_what_has_views(scan: Path, tmp_path: Path):
    assert cli.main(["scan-to-mesh", str(scan), "--out", str(tmp_path / "out"), "--fuse.voxel-size", "0.08"]) == 0
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert {"2_scanned", "2_predicted", "2_completed"} < {stage["name"] for stage in run["stages"]}
    assert run["config"]["segment"]["method"] == run["config"]["complete"]["method"] == "learned"
    mesh = load((tmp_path / "out" / "5_semantic").resolve())
    assert mesh.observed is not None
    assert {"sofa", "door", "counter"} < set(mesh.classes)


def test_other_weights_make_only_what_depends_on_them_again(scan: Path, out: Path, tmp_path: Path):
    other = tiny_weights(tmp_path, temperature=3.0)
    learned = ["--complete.method", "learned", "--complete.min-slope", "0", "--completion-weights", str(other)]
    assert cli.main(["scan-to-mesh", str(scan), "--out", str(out), *COARSE, *learned]) == 0
    states = {stage["name"]: stage["state"] for stage in json.loads((out / "run.json").read_text())["stages"]}
    assert states["2_scanned"] == states["2_volume"] == "reused"
    assert states["2_predicted"] == "run"


def test_weights_that_are_not_there_are_named(scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    learned = ["--complete", "learned", "--completion-weights", "none.safetensors"]
    assert cli.main(["scan-to-mesh", str(scan), "--out", str(tmp_path / "out"), *COARSE, *learned]) == 2
    assert "there are no weights none.safetensors" in capsys.readouterr().err


def test_the_network_that_ships_labels_what_was_seen_and_what_was_inferred(scan: Path, out: Path):
    learned = ["--complete", "learned", "--complete.min-slope", "0", "--segment", "learned"]
    weights = json.loads((out / "run.json").read_text())["config"]["completion_weights"]
    given = ["scan-to-mesh", str(scan), "--out", str(out), *COARSE, *learned, "--completion-weights", weights]
    assert cli.main(given) == 0
    mesh = load((out / "5_semantic").resolve())
    assert mesh.observed is not None
    assert {"sofa", "door", "counter"} < set(mesh.classes)
    assert (mesh.labels[mesh.observed == 1] != 255).float().mean() > 0.98
    assert (mesh.labels[mesh.observed == 0] != 255).float().mean() > 0.7
    only_seen = [*given[: given.index("--complete")], "--segment", "learned", "--complete", "off"]
    assert cli.main(only_seen) == 0
    assert (load((out / "5_semantic").resolve()).labels != 255).float().mean() > 0.95
