"""``geo3d inspect``: what it prints and writes, its exit codes, and what the main job does with its list."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from geo3d import cli, progress
from geo3d.data_tools.inspection.inspect_scan import inspect_scan
from geo3d.scene.artifact import read_record
from tests.data_tools.inspection.drafts import clone, made
from tests.data_tools.inspection.faults import FAULTS
from tests.data_tools.scans.test_formats import WRITERS, transforms
from tests.plain_runs import PLAIN

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def no_display_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(progress, "SHOW_AFTER", float("inf"))
    monkeypatch.setattr(progress, "_shows", [])
    monkeypatch.setattr(progress, "_says", [])
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A clean one, and one with a truncated image and a jump."""
    folder = tmp_path_factory.mktemp("scans")
    draft = made(folder / "clean", frames=12)
    spoiled = clone(draft, folder / "a spoiled scän")
    for fault in ("colour empty", "one frame 1 m off"):
        FAULTS[fault].plant(spoiled)
    return {"clean": draft.write(), "spoiled": spoiled.write()}


def test_a_clean_scan_is_told_in_numbers(scans: dict[str, Path], capsys: Capture):
    assert cli.main(["inspect", str(scans["clean"]), "--strict"]) == 0
    printed = capsys.readouterr().out
    assert "frames         12, 12 with a transform" in printed
    assert "depth          120x90, f 100.0 100.0, c 59.5 44.5, 62 x 48 degrees; 0.001 m a count" in printed
    assert "nothing wrong found; 0 of 12 frames on the skip-list" in printed
    written = json.loads(Path("inspection.json").read_text())
    assert written["findings"] == written["skip"] == []
    numbers = written["scan_in_numbers"]
    assert numbers["path_length"] == pytest.approx(11 * numbers["median_step"], rel=0.1)
    assert numbers["median_step"] == pytest.approx(1.4 * np.pi / 30, rel=0.15)  # half round in 30 steps, and a bob
    assert max(numbers["extent"]) == pytest.approx(4.0, abs=0.5)  # the room's edge


def test_the_scan_is_left_as_it_is_unless_asked(
    scans: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
):
    scan = tmp_path / "scan"
    shutil.copytree(scans["clean"], scan)
    before = sorted(path.name for path in scan.rglob("*"))
    monkeypatch.chdir(scan)
    assert cli.main(["inspect", "."]) == 2
    assert "say with --out where inspection.json goes" in capsys.readouterr().err
    assert sorted(path.name for path in scan.rglob("*")) == before
    assert cli.main(["inspect", ".", "--out", "."]) == 0
    assert (scan / "inspection.json").exists()


def test_only_our_own_file_is_replaced(scans: dict[str, Path], capsys: Capture):
    Path("mine.json").write_text("{}")
    assert cli.main(["inspect", str(scans["clean"]), "--out", "mine.json"]) == 2
    assert "mine.json is no inspection that geo3d wrote" in capsys.readouterr().err
    assert Path("mine.json").read_text() == "{}"
    for _ in range(2):
        assert cli.main(["inspect", str(scans["clean"]), "--out", "ours.json", "--frames", ":3"]) == 0
    assert cli.main(["inspect", str(scans["clean"]), "--out", "none/ours.json"]) == 2


def test_findings_are_exit_0_and_errors_are_1_where_strict(scans: dict[str, Path], capsys: Capture):
    assert cli.main(["inspect", str(scans["spoiled"])]) == 0
    out = capsys.readouterr().out
    assert "error   unreadable: 2 colour images cannot be used" in out
    assert "error   jump: 1 frame stands" in out
    assert "(colour/0006.png)" in out
    assert "2 errors; 3 of 12 frames on the skip-list" in out
    assert cli.main(["inspect", str(scans["spoiled"]), "--strict"]) == 1
    assert "has 2 errors" in capsys.readouterr().err


def test_the_main_job_leaves_out_what_is_listed(scans: dict[str, Path], tmp_path: Path, capsys: Capture):
    job = ["scan-to-mesh", str(scans["spoiled"]), "--out", str(tmp_path / "out"), "--fuse.voxel-size", "0.08", *PLAIN]
    assert cli.main(job) == 2
    assert cli.main(["inspect", str(scans["spoiled"])]) == 0
    assert cli.main([*job, "--skip", "inspection.json"]) == 0
    skipped = read_record(tmp_path / "out" / "1_scan")["fields"]["skipped"]
    assert sorted(map(tuple, skipped)) == [
        ("colour/0003.png", "the colour image cannot be read"),
        ("colour/0006.png", "its transform jumps"),
        ("colour/0007.png", "the colour image cannot be read"),
    ]


@pytest.mark.parametrize("what", ["nothing", "an empty folder", "a text file"])
def test_where_there_is_no_scan_the_exit_code_is_2(tmp_path: Path, what: str, capsys: Capture):
    path = tmp_path / what
    if what == "an empty folder":
        path.mkdir()
    if what == "a text file":
        path.write_text("hello")
    assert cli.main(["inspect", str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not Path("inspection.json").exists()


def test_as_much_as_can_be_is_told_of_a_scan_that_its_reader_refuses(tmp_path: Path):
    WRITERS["7scenes"](tmp_path, transforms(5))
    (tmp_path / "camera-intrinsics.txt").write_text("585 0 oops")
    (tmp_path / "frame-000020.depth.png").write_bytes(b"")
    inspection = inspect_scan(tmp_path)
    found = {finding["check"]: finding for finding in inspection["findings"]}
    assert found["refused"]["sentence"].startswith("it cannot be read: camera-intrinsics.txt must hold 3x3 numbers")
    assert found["unreadable"]["frames"] == ["frame-000020.color.png"]
    assert inspection["scan_in_numbers"]["depth"]["size"] == (12, 16)


def test_as_much_as_can_be_is_told_of_a_folder_that_its_format_refuses(tmp_path: Path):
    WRITERS["hololens"](tmp_path, transforms(4))
    (tmp_path / "images/00003.png").unlink()
    (tmp_path / "depth/00006.png").write_bytes(b"no image")
    sentences = [finding["sentence"] for finding in inspect_scan(tmp_path)["findings"]]
    assert sentences == [
        "it cannot be read: poses.txt has 4 rows for 3 images; it must have one an image",
        "1 image cannot be read, the first of them depth/00006.png",
        "depth has 3 images of 16x12",
        "images has 3 images of 32x24",
    ]
