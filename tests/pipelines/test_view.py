"""The live viewer: what a browser shows of it, who can reach it, and what it says."""

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest

from geo3d import cli, progress
from geo3d.data_tools.viewer.controls import show
from geo3d.data_tools.viewer.server import open_server
from geo3d.scene.artifact import store
from tests.browser import open_page, until
from tests.squares import AS_SEEN, COLOURED, LABELLED, OF_CLASS, YELLOW, scan_of_squares


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What scan-to-mesh leaves, as far as the viewer reads it."""
    folder = tmp_path_factory.mktemp("out")
    scan = scan_of_squares(tmp_path_factory.mktemp("frames"))
    artifacts = {"1_scan": scan, "3_mesh": COLOURED, "5_semantic": LABELLED}
    for name, artifact in artifacts.items():
        (folder / name).mkdir()
        store(artifact, folder / name)
    return folder


def visible(picture: np.ndarray, colours: dict[str, tuple[int, int, int]], tolerance: int) -> set[str]:
    """Which colours a picture has, between viser's notice and panel; a pixel has the nearest, if any is near enough."""
    differences = np.stack([np.abs(picture[:, 320:450] - colour).max(axis=2) for colour in colours.values()])
    nearest = np.where(differences.min(axis=0) <= tolerance, differences.argmin(axis=0), -1)
    return {name for i, name in enumerate(colours) if (nearest == i).mean() > 0.005}


def test_without_a_scan_there_are_no_cameras():
    with open_server("127.0.0.1", 0) as server:
        show(server, None, COLOURED, LABELLED)
        assert server.scene.get_handle_by_name("/cameras/path") is None
        assert server.initial_camera.look_at is not None


def test_a_browser_shows_the_scan_and_its_classes_and_hides_what_is_switched_off(tmp_path: Path):
    with open_server("127.0.0.1", 0) as server:
        controls = show(server, scan_of_squares(tmp_path), COLOURED, LABELLED)
        assert list(controls.classes) == ["wall", "floor", "table"]
        with open_page(f"http://127.0.0.1:{server.get_port()}", tmp_path, (800, 500)) as page:

            def shows(names: set[str], colours: dict, tolerance: int) -> bool:
                return visible(page.picture(), colours, tolerance) == names

            every, no_floor = {"floor", "wall", "table"}, {"wall", "table"}
            seen = {"frames": YELLOW}
            until(lambda: shows(every | {"frames"}, AS_SEEN | seen, 40))  # viser's tone curve adds contrast
            page.click("label", "Cameras")
            until(lambda: shows(every, AS_SEEN | seen, 40))
            controls.form.value, controls.colouring.value = "points", "classes"
            until(lambda: shows(every, OF_CLASS, 3))
            page.click("label", "floor")
            until(lambda: shows(no_floor, OF_CLASS, 3))
            assert not controls.classes["floor"].value
            controls.form.value = "mesh"
            until(lambda: shows(no_floor, OF_CLASS, 50))  # lit
            page.click("button", "all")
            until(lambda: shows(every, OF_CLASS, 50))
            page.click("button", "none")
            until(lambda: shows(set(), OF_CLASS, 50))
            assert page.errors == []


def test_nobody_can_have_the_scan_published(monkeypatch: pytest.MonkeyPatch):
    """A button of viser's page, or any page that connects, asks the server for a public address."""

    def fail(*_: object) -> None:
        raise AssertionError("a tunnel was opened")

    monkeypatch.setattr("viser._viser.ViserTunnel", fail)
    with open_server("127.0.0.1", 0) as server:
        assert server.request_share_url() is None


@pytest.fixture(autouse=True)
def no_display_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_shows", [])
    monkeypatch.setattr(progress, "_says", [])


@contextmanager
def viewing(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command at work, and the first line it says."""
    lines = ["import signal, sys", "from geo3d.cli import main"]
    lines += ["signal.signal(signal.SIGINT, signal.default_int_handler)"]  # a job in the background ignores it
    lines += ["sys.exit(main(['view', *sys.argv[1:]]))"]
    command = [sys.executable, "-W", "error", "-c", "\n".join(lines), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process, process.stderr.readline()
        finally:
            process.kill()


def test_it_listens_on_this_machine_alone_and_ctrl_c_ends_it_quietly(out: Path):
    with viewing(out, "--port", "0") as (process, line):
        found = re.fullmatch(rf"http://127\.0\.0\.1:(\d+) shows {re.escape(str(out))}; Ctrl-C ends it\n", line)
        assert found, line
        listening = [c for c in psutil.Process(process.pid).net_connections() if c.status == psutil.CONN_LISTEN]
        assert [tuple(connection.laddr) for connection in listening] == [("127.0.0.1", int(found[1]))]
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=20)
    assert (process.returncode, *rest) == (0, "", "")


def test_told_to_it_listens_everywhere_and_says_who_can_see(out: Path):
    with viewing(out, "--host", "0.0.0.0", "--port", "0") as (process, line):
        assert line.startswith("http://localhost:")
        assert process.stderr is not None
        assert process.stderr.readline() == "everyone who reaches this machine can see it\n"
        listening = [c for c in psutil.Process(process.pid).net_connections() if c.status == psutil.CONN_LISTEN]
        assert [connection.laddr.ip for connection in listening] == ["0.0.0.0"]


def wrong(out: Path, tmp_path: Path, case: str) -> tuple[list[str | Path], str]:
    """Arguments that cannot be used, and a part of what is said."""
    if case == "folder":
        return [tmp_path / "none"], "none is no finished run: it has no 3_mesh, 5_semantic; run geo3d scan-to"
    if case == "unfinished":
        (tmp_path / "1_scan").symlink_to(out / "1_scan")
        (tmp_path / "3_mesh").symlink_to(tmp_path / "cleaned away")
        return [tmp_path], "is no finished run: it has no 3_mesh, 5_semantic"
    if case == "damaged":
        shutil.copytree(out, tmp_path / "copy", symlinks=True)
        (tmp_path / "copy/5_semantic/tensors.safetensors").write_bytes(b"")
        return [tmp_path / "copy", "--port", "0"], "5_semantic is damaged"
    if case == "port":
        return [out, "--port", "99999"], "--port 99999 is no port; allowed are 1024 to 65535, and 0"
    assert case == "host"
    return [out, "--host", "203.0.113.7"], "--host 203.0.113.7 --port 8080 cannot be listened on"  # RFC 5737: nobody's


@pytest.mark.parametrize("case", ["folder", "unfinished", "damaged", "port", "host"])
def test_what_cannot_be_shown_is_one_sentence(out: Path, tmp_path: Path, capsys, case: str):
    arguments, part = wrong(out, tmp_path, case)
    complains(capsys, arguments, part)


def test_a_port_in_use_is_one_sentence(out: Path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        complains(capsys, [out, "--port", port], f"port {port} of 127.0.0.1 is in use; give another with --port")


def test_without_viser_it_says_how_to_get_it(out: Path, capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "viser", None)
    complains(capsys, [out], "pip install 'geo3d[viewer]'")


def complains(capsys, arguments: list, part: str) -> None:
    assert cli.main(["view", *map(str, arguments)]) == 2
    output = capsys.readouterr()
    (line,) = output.err.splitlines()
    assert line.startswith("geo3d: ")
    assert part in line
    assert output.out == ""


def test_its_help_imports_neither_torch_nor_viser():
    lines = ["import sys", "from geo3d import cli", "try: cli.main(['view', '--help'])", "except SystemExit: pass"]
    lines += [f"assert {name!r} not in sys.modules" for name in ("torch", "viser", "numba", "trimesh", "scipy")]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage: geo3d view" in done.stdout
