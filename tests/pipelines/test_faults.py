"""What survives a kill, a flipped byte, a full disk and a second process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from geo3d.pipelines.scan_to_mesh import scan_to_mesh
from tests import scenes
from tests.plain_runs import PLAIN, plain

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def scan(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("scan") / "scan"
    return scenes.write_scan(folder, scenes.sphere(0.5), scenes.all_around(1.5, 12), size=(60, 80), focal=75.0)


def geo3d(*arguments: object, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "geo3d.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **options)


def kill(scan: Path, folder: Path, extra: int) -> None:
    command = [sys.executable, "-m", "tests.faults", str(scan), str(folder), "--random", str(extra)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["faults"] == []
    assert report["kills"] >= 20 + extra
    assert all(count >= 3 for count in report["counts"].values())


def test_a_run_killed_anywhere_is_completed_to_the_bit_by_the_next(scan, tmp_path):
    kill(scan, tmp_path, 0)


@pytest.mark.soak
def test_many_runs_killed_anywhere_are_completed_to_the_bit_by_the_next(scan, tmp_path):
    kill(scan, tmp_path, 200)


@pytest.mark.parametrize("link", ["1_scan", "2_volume", "3_mesh", "4_labels", "5_semantic"])
def test_a_flipped_byte_is_found_and_only_that_stage_redone(scan, tmp_path, link):
    out = tmp_path / "out"
    scan_to_mesh(scan, out, plain())
    file = out / link / "tensors.safetensors"
    content = file.read_bytes()
    for at in (0, len(content) // 2, len(content) - 1):
        damaged = bytearray(content)
        damaged[at] ^= 1
        (out / "flipped").write_bytes(damaged)
        (out / "flipped").replace(file)  # not in place: this process may have the file mapped
        scan_to_mesh(scan, out, plain())
        redone = {stage["name"]: stage["reason"] for stage in states(out) if stage["state"] == "run"}
        assert list(redone) == [link]
        assert "tensors.safetensors does not match its checksum" in redone[link]
        assert file.read_bytes() == content


def states(out: Path) -> list[dict[str, str]]:
    return json.loads((out / "run.json").read_text())["stages"]


def test_two_processes_in_one_folder_do_the_work_once(scan, tmp_path):
    command = [sys.executable, "-m", "geo3d.cli", "scan-to-mesh", str(scan), "--out", str(tmp_path / "out"), *PLAIN]
    both = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    lines = [line for process in both for line in process.communicate()[1].splitlines()]
    assert [process.returncode for process in both] == [0, 0]
    for link in ("1_scan", "2_volume", "3_mesh"):
        assert sum(line.startswith(f"{link}: run,") for line in lines) == 1
        assert sum(line.startswith(f"{link}: reused") for line in lines) == 1


def test_a_full_disk_is_one_sentence_and_what_was_there_stays(scan, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root can make a small disk")
    try:
        first = geo3d("scan-to-mesh", scan, "--out", disk / "out", "--fuse.voxel-size", 0.05, *PLAIN)
        assert first.returncode == 0, first.stderr
        before = {
            path: path.read_bytes()
            for path in disk.rglob("*")
            if path.is_file() and path.suffix in (".ply", ".safetensors")
        }
        links = {path: os.readlink(path) for path in disk.rglob("*") if path.is_symlink()}
        full = geo3d("scan-to-mesh", scan, "--out", disk / "out", "--fuse.voxel-size", 0.008, *PLAIN)
        assert full.returncode == 2
        assert "Traceback" not in full.stderr
        assert "No space left" in full.stderr.splitlines()[-1]
        assert all(path.read_bytes() == content for path, content in before.items())
        assert all(os.readlink(path) == target for path, target in links.items() if path.name != "1_scan")
        assert not list(disk.rglob("*.part"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
