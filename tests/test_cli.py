"""The command line: one sentence and exit code 2 for what cannot be used, and no torch before there is work."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from geo3d import cli, progress
from tests.scenes import all_around, sphere, write_scan

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def no_display_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SHOW_AFTER", float("inf"))
    monkeypatch.setattr(progress, "_shows", [])
    monkeypatch.setattr(progress, "_says", [])


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scan(tmp_path_factory.mktemp("scans") / "ball", sphere(0.3), all_around(1.0, 4), (24, 32), 30.0)


def written(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def mesh_of(scan: Path, *further: str | Path) -> list[str]:
    return ["scan-to-mesh", str(scan), *map(str, further)]


def spoiled(scan: Path, folder: Path, **index: object) -> Path:
    """A copy of the scan with other entries in its index."""
    folder.mkdir()
    for name in ("colour", "depth"):
        (folder / name).symlink_to(scan / name)
    written(folder / "scan.json", json.dumps(json.loads((scan / "scan.json").read_text()) | index))
    return folder


Wrong = Callable[[Path, Path], list[str]]
"""From a good scan and an empty folder to arguments that cannot be used."""

WRONG: dict[str, tuple[Wrong, str]] = {
    "command": (lambda _, tmp: ["scan-to-mush"], "there is no command scan-to-mush; there are scan-to-mesh"),
    "folder": (lambda _, tmp: mesh_of(tmp / "none", "--out", tmp / "o"), "none is not there"),
    "file": (lambda _, tmp: mesh_of(written(tmp / "f"), "--out", tmp / "o"), "f is in no format known here"),
    "format": (lambda _, tmp: mesh_of(tmp, "--out", tmp / "o"), "is in no format known here (7scenes, "),
    "frames": (lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--frames", "5"), "--frames 5 is no slice"),
    "two frames": (lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--frames", ":2"), "has 2 usable frames"),
    "crop": (lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--crop", *"101202"), "--crop 1.0 0.0 1.0 2.0 0.0 2.0"),
    "bound": (lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--fuse.voxel-size", "-1"), "voxel_size = -1.0"),
    "no number": (lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--fuse.voxel-size", "nan"), "voxel_size = nan"),
    "tiny voxels": (lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--fuse.voxel-size", "1e-5"), "GiB"),
    "too near": (lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--fuse.max-depth", "0.01"), "within 0.01 m"),
    "never enough": (lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--mesh.min-weight", "99"), "mesh.min_weight"),
    "config gone": (lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--config", tmp / "c.toml"), "c.toml cannot be read"),
    "config no TOML": (
        lambda s, tmp: mesh_of(s, "--out", tmp / "o", f"--config={written(tmp / 'c.toml', 'a = = 1')}"),
        "c.toml is not a TOML file",
    ),
    "config key": (
        lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--config", written(tmp / "c.toml", "[fuse]\nvoxelsize = 1")),
        "unknown key fuse.voxelsize; did you mean fuse.voxel_size?",
    ),
    "config value": (
        lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--config", written(tmp / "c.toml", "[mesh]\nmin_area = -2")),
        "mesh.min_area = -2 is not allowed",
    ),
    "config unnamed": (lambda s, tmp: mesh_of(s, "--out", tmp / "o", "--config"), "--config must be followed by"),
    "config unwanted": (lambda _, tmp: ["formats", "--config", "c.toml"], "geo3d formats takes no --config"),
    "out is a file": (lambda s, tmp: mesh_of(s, "--out", written(tmp / "o")), "o is a file"),
    "out is full": (lambda s, tmp: mesh_of(s, "--out", written(tmp / "o" / "mine").parent), "did not make (mine)"),
    "out below a file": (lambda s, tmp: mesh_of(s, "--out", written(tmp / "o") / "p"), str(Path("o") / "p")),
    "index": (
        lambda s, tmp: mesh_of(spoiled(s, tmp / "s", version=2), "--out", tmp / "o"),
        "version = 2 is not allowed",
    ),
    "intrinsics": (
        lambda s, tmp: mesh_of(spoiled(s, tmp / "s", intrinsics=[[0.0] * 3] * 3), "--out", tmp / "o"),
        "has intrinsics",
    ),
    "nothing to clean": (lambda _, tmp: ["clean", str(tmp)], "is no output folder of geo3d"),
    "frames of a room": (lambda _, tmp: ["make-room", str(tmp / "room"), "--frames", "2"], "frames = 2"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_input_that_cannot_be_used_gets_one_sentence(scan: Path, tmp_path: Path, capsys: Capture, wrong: str):
    arguments, part = WRONG[wrong][0](scan, tmp_path), WRONG[wrong][1]
    assert cli.main(arguments) == 2
    output = capsys.readouterr()
    lines = [line for line in output.err.splitlines() if not re.match(r"\d_\w+: ", line)]
    assert len(lines) == 1, output.err
    assert lines[0].startswith("geo3d: ")
    assert part in lines[0]
    assert "Traceback" not in output.out + output.err


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--fuse.voxl-size", "1"], "--fuse.voxl-size"),
        (["--fuse.voxel-size", "wide"], "--fuse.voxel-size"),
        (["--crop", "1", "2"], "--crop"),
        ([], "--out"),
    ],
)
def test_an_option_that_cannot_be_read_is_named(scan: Path, tmp_path: Path, capsys: Capture, options, named: str):
    out = ["--out", tmp_path / "o"] if options else []
    with pytest.raises(SystemExit) as caught:
        cli.main(mesh_of(scan, *out, *options))
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert named in error
    assert "Traceback" not in error
    assert not (tmp_path / "o").exists()


def test_debug_shows_the_traceback_and_the_sentence(capsys: Capture):
    assert cli.main(["scan-to-mush", "--debug"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Traceback")
    assert lines[-1].startswith("geo3d: there is no command scan-to-mush")


def out_of_torch() -> Exception:
    """What torch raises where the machine's memory does not do."""
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    return caught.value


@pytest.mark.parametrize(
    ("error", "code", "part"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (RuntimeError("boom"), 1, "a fault in geo3d, not in your input: RuntimeError: boom"),
        (OSError(28, "No space left on device", "/disk/file"), 2, "/disk/file: No space left on device"),
        (MemoryError("much"), 2, "out of memory"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB. See the settings"), 2, "out of memory"),
        (out_of_torch(), 2, "out of memory ([enforce fail"),
    ],
)
def test_every_other_end_has_its_code(monkeypatch: pytest.MonkeyPatch, capsys: Capture, error, code: int, part: str):
    def fail(arguments: list[str]) -> int:
        raise error

    monkeypatch.setattr(cli, "_dispatch", fail)
    assert cli.main(["formats"]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("geo3d: ")
    assert part in line


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_what_is_advised_when_memory_runs_out_is_an_option_of_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, command: str
):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    helped = capsys.readouterr().out

    def fail(arguments: list[str]) -> int:
        raise MemoryError("much")

    monkeypatch.setattr(cli, "_dispatch", fail)
    assert cli.main([command]) == 2
    advised = [word for word in capsys.readouterr().err.split() if word.startswith("--")]
    assert all(option in helped for option in advised)
    assert bool(advised) == (command == "scan-to-mesh")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_every_command(capsys: Capture, arguments: list[str]):
    assert cli.main(arguments) == 0
    output = capsys.readouterr()
    assert all(f"geo3d {name} " in output.out for name in cli.COMMANDS)
    assert output.err == ""


@pytest.mark.parametrize("command", list(cli.COMMANDS))
def test_each_command_has_its_own_help(capsys: Capture, command: str):
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    assert caught.value.code == 0
    assert f"usage: geo3d {command}" in capsys.readouterr().out


def test_options_go_over_the_config_file_and_it_over_the_defaults(scan: Path, tmp_path: Path, capsys: Capture):
    file = written(tmp_path / "c.toml", "[fuse]\nvoxel_size = 0.04\nmax_depth = 2.0\n[mesh]\nmin_weight = 1.0\n")
    out = tmp_path / "o"
    assert cli.main(mesh_of(scan, "--out", out, "--config", file, "--fuse.voxel-size", "0.05")) == 0
    config = json.loads((out / "run.json").read_text())["config"]
    assert [config["fuse"][name] for name in ("voxel_size", "max_depth", "weight_cap")] == [0.05, 2.0, 255.0]
    assert [config["mesh"][name] for name in ("min_weight", "min_area")] == [1.0, 0.01]
    assert "mesh.ply: " in capsys.readouterr().err


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_as_a_program_it_exits_with_the_code_and_one_line(tmp_path: Path):
    done = run("-m", "geo3d.cli", "scan-to-mesh", tmp_path / "none", "--out", tmp_path / "o")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"geo3d: {tmp_path / 'none'} is not there; give the folder of a scan, or its file\n"
    assert not (tmp_path / "o").exists()


def test_help_and_planning_import_no_torch(scan: Path, tmp_path: Path):
    calls = [["--help"], ["formats"], mesh_of(scan, "--out", tmp_path / "o", "--dry-run")]
    lines = ["import sys", "from geo3d import cli"]
    lines += [f"assert cli.main({call!r}) == 0" for call in calls]
    lines += ["assert 'torch' not in sys.modules", "assert 'numba' not in sys.modules"]
    done = run("-c", "\n".join(lines))
    assert (done.returncode, done.stderr.count("would run")) == (0, 8), done.stderr
    assert not (tmp_path / "o").exists()
