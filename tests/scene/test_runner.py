"""The runner: what is made, what is reused, and why."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geo3d.errors import InputError
from geo3d.scene.runner import clean, open_runner
from tests import scenes
from tests.plain_runs import PLAIN

ROOT = Path(__file__).parents[2]
LINKS = ("1_scan", "2_volume", "3_mesh", "4_labels", "5_semantic")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A copy of the package, a scan, and a finished run of the copy over the scan."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copytree(ROOT / "geo3d", folder / "code" / "geo3d", ignore=shutil.ignore_patterns("__pycache__"))
    scenes.write_scan(folder / "scan", scenes.sphere(0.5), scenes.all_around(1.5, 12), size=(60, 80), focal=75.0)
    run(folder)
    return folder


def run(folder: Path, *options: str) -> list[str]:
    """The lines that the copy prints."""
    command = [sys.executable, "-m", "geo3d.cli", "scan-to-mesh", str(folder / "scan"), "--out", str(folder / "out")]
    done = subprocess.run([*command, *PLAIN, *options], cwd=folder / "code", capture_output=True, text=True, check=True)
    return done.stderr.splitlines()


def would_run(folder: Path, *options: str) -> list[str]:
    return [line.split(":")[0] for line in run(folder, "--dry-run", *options) if ": would run" in line]


def test_a_second_run_does_nothing(made):
    before = {path: path.lstat().st_mtime_ns for path in (made / "out").rglob("*") if path.name != "run.json"}
    lines = run(made)
    assert [line for line in lines if "reused" in line] == [f"{link}: reused" for link in LINKS]
    after = {path: path.lstat().st_mtime_ns for path in (made / "out").rglob("*") if path.name != "run.json"}
    assert {p: t for p, t in after.items() if p.is_file()} == {p: t for p, t in before.items() if p.is_file()}


@pytest.mark.parametrize(
    ("option", "redone"),
    [
        (("--mesh.min-area", "0.02"), (LINKS[2], LINKS[4])),
        (("--segment.cell", "0.06"), LINKS[3:]),
        (("--label.transfer", "majority"), LINKS[4:]),
        (("--fuse.max-depth", "3.5"), LINKS[1:]),
        (("--frames", "0:11"), LINKS),
        (("--format", "plain"), ()),
    ],
)
def test_a_changed_value_redoes_what_depends_on_it(made, option, redone):
    assert would_run(made, *option) == list(redone)


def test_a_dry_run_says_why_and_writes_nothing(made):
    before = sorted((made / "out").rglob("*"))
    assert any("min_area 0.01 -> 0.02 changed" in line for line in run(made, "--dry-run", "--mesh.min-area", "0.02"))
    assert sorted((made / "out").rglob("*")) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "redone"),
    [
        ("ops/mesh.py", "min_area", "least_area", LINKS[2:]),
        ("ops/camera.py", "homogeneous", "lifted", LINKS[1:]),
        ("kernels/fusion.py", "vote", "ballot", LINKS[1:]),
        ("ops/raycast.py", "slabs", "slices", ()),
        ("ops/camera.py", "the inverse of", "That which undoes", ()),
        ("ops/fusion.py", "Where voxels lie", "Where voxels are", ()),
        ("data_tools/scans/readers/redwood.py", "_CAMERA", "_LENS", ()),
        ("data_tools/scans/readers/plain.py", "INDEX", "CONTENTS", LINKS),
    ],
)
def test_an_edit_redoes_exactly_what_depends_on_it(made, file, old, new, redone):
    path = made / "code" / "geo3d" / file
    text = path.read_text()
    assert old in text
    try:
        path.write_text(text.replace(old, new) + "# a comment\n")
        assert would_run(made) == list(redone)
    finally:
        path.write_text(text)


def test_a_moved_scan_is_the_same_scan(made):
    (made / "scan").rename(made / "elsewhere")
    try:
        command = [
            sys.executable,
            "-m",
            "geo3d.cli",
            "scan-to-mesh",
            str(made / "elsewhere"),
            "--out",
            str(made / "out"),
            *PLAIN,
        ]
        done = subprocess.run(command, cwd=made / "code", capture_output=True, text=True, check=True)
        assert done.stderr.count("reused") == len(LINKS)
        assert (made / "out" / "1_scan" / "source").resolve() == made / "elsewhere"
    finally:
        (made / "elsewhere").rename(made / "scan")


def test_clean_removes_what_no_link_reaches_and_nothing_else(made, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(made / "out", out, symlinks=True)
    kept = {path.name for path in (out / ".store").iterdir() if path.is_dir()}
    (out / ".store" / ("0" * 64)).mkdir()
    (out / ".store" / ("0" * 64) / "tensors.safetensors").write_bytes(bytes(1000))
    (out / ".store" / "1.part").mkdir()
    (out / ".99.mesh.ply").write_bytes(bytes(10))
    assert clean(out) == 1010
    assert {path.name for path in (out / ".store").iterdir() if path.is_dir()} == kept
    assert not (out / ".99.mesh.ply").exists()
    assert (out / "3_mesh" / "artifact.json").exists()


def test_clean_waits_for_nobody(made):
    with open_runner(made / "out"), pytest.raises(InputError, match="in use"):
        clean(made / "out")


def test_exports_are_made_again_where_missing_or_not_true(made):
    for file, damaged in (("mesh.ply", None), ("mesh.glb", b"something else")):
        path = made / "out" / file
        content = path.read_bytes()
        path.unlink()
        if damaged:
            path.write_bytes(damaged)
        assert f"{file}: written" in run(made)
        assert path.read_bytes() == content


def test_the_summary_says_what_happened(made):
    run(made)
    summary = json.loads((made / "out" / "run.json").read_text())
    assert summary["config"]["fuse"]["voxel_size"] == 0.02
    assert {"torch", "numba", "python"} <= summary["versions"].keys()
    assert [stage["name"] for stage in summary["stages"]] == list(LINKS)
    assert all(stage["state"] == "reused" and len(stage["key"]) == 64 for stage in summary["stages"])


def test_somebody_elses_folder_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("all of it")
    with pytest.raises(InputError, match=r"thesis\.tex"), open_runner(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(InputError, match="is a file"), open_runner(tmp_path / "thesis.tex"):
        pass
