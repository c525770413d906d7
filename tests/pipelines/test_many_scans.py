"""Several scans in one command."""

import json
import shutil
from pathlib import Path

import pytest

from geo3d import cli
from geo3d.errors import InputError
from geo3d.pipelines.many_scans import scans_to_meshes
from tests.plain_runs import PLAIN
from tests.scenes import all_around, sphere, write_scan

COARSE = ["--fuse.voxel-size", "0.05", "--mesh.min-weight", "1", *PLAIN]


@pytest.fixture
def scans(tmp_path: Path) -> list[Path]:
    first = write_scan(tmp_path / "first", sphere(0.5), all_around(1.5, 16), (72, 96), 80.0)
    second = shutil.copytree(first, tmp_path / "second")
    broken = shutil.copytree(first, tmp_path / "broken")
    (broken / "scan.json").write_text("{")
    return [first, broken, second]


def test_a_broken_scan_is_named_the_others_are_done_and_the_next_run_reuses_them(scans, tmp_path, capfd):
    out = tmp_path / "runs"
    command = ["scan-to-mesh", *map(str, scans), "--out", str(out), "--jobs", "2", *COARSE]
    assert cli.main(command) == 1
    said = capfd.readouterr().err
    assert "1 of 3 scans failed (broken)" in said.splitlines()[-1]
    first, broken, second = json.loads((out / "summary.json").read_text())
    assert first["error"] is second["error"] is None
    assert "scan.json" in broken["error"]
    meshes = [out / entry["name"] / "semantic.ply" for entry in (first, second)]
    assert meshes[0].read_bytes() == meshes[1].read_bytes()
    shutil.copy(scans[0] / "scan.json", scans[1] / "scan.json")
    before = [mesh.stat().st_mtime_ns for mesh in meshes]
    assert cli.main(command) == 0
    assert [mesh.stat().st_mtime_ns for mesh in meshes] == before
    assert (out / broken["name"] / "semantic.ply").read_bytes() == meshes[0].read_bytes()


def test_what_cannot_be_meant_is_refused_before_anything_runs(scans, tmp_path):
    out = tmp_path / "runs"
    with pytest.raises(InputError, match="give a scan"):
        scans_to_meshes((), out)
    with pytest.raises(InputError, match="--jobs 0"):
        scans_to_meshes(tuple(scans), out, jobs=0)
    with pytest.raises(InputError, match=r"--onto .*m\.ply is one mesh, and there are 3 scans"):
        scans_to_meshes(tuple(scans), out, onto=tmp_path / "m.ply")
    for size, sentence in (("lots", "is no size"), ("10MiB", "too little"), ("4000TiB", "GiB are free")):
        with pytest.raises(InputError, match=sentence):
            scans_to_meshes(tuple(scans), out, jobs=2, max_memory=size)
    assert not out.exists()
    (out / "thesis").mkdir(parents=True)
    with pytest.raises(InputError, match="files that geo3d did not make"):
        scans_to_meshes(tuple(scans), out)


def test_one_scan_in_bounded_memory_has_its_files_in_the_folder_itself(scans, tmp_path):
    out = tmp_path / "runs"
    assert cli.main(["scan-to-mesh", str(scans[0]), "--out", str(out), "--max-memory", "2GiB", *COARSE]) == 0
    assert (out / "semantic.ply").exists()
    assert cli.main(["scan-to-mesh", str(scans[0]), "--out", str(out), *COARSE]) == 0
