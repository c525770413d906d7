"""A scan that nobody knows the cameras of becomes a mesh, and the path that was found lies beside it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.cameras.trajectories import read_stamped
from geo3d.errors import InputError
from geo3d.pipelines.scan_to_mesh import ScanToMeshConfig, scan_to_mesh
from geo3d.scene.kinds import RgbdScan
from geo3d.scene.runner import Made
from geo3d.stages.fuse import FuseConfig
from geo3d.stages.register import RegisterConfig
from tests.plain_runs import plain
from tests.walks import UNIT, K, blank, room, take, walk

pytest.importorskip("open3d")
pytestmark = pytest.mark.filterwarnings("ignore")  # open3d's imports warn
ROWS = 5


def write(folder: Path, transforms: list[np.ndarray], located: bool, lost: int | None = None) -> None:
    """A scan with, or without, transforms, but for one frame that has `lost` its own."""
    folder.mkdir()
    frames = []
    for row, transform in enumerate(transforms):
        if row == 2:
            blank(folder, row)
        else:
            take(folder, row, room(0), transform, 0, True)
        files = {"colour": f"{row:03}.colour.png", "depth": f"{row:03}.depth.png"}
        frames.append(files | {"world_from_camera": transform.tolist() if located and row != lost else None})
    index = {"format": "geo3d-scan", "version": 1, "depth_unit": UNIT, "intrinsics": K.tolist(), "frames": frames}
    (folder / "scan.json").write_text(json.dumps(index | ({"up": [0, 0, 1]} if located else {})))


def config(method: str = "auto") -> ScanToMeshConfig:
    return plain(
        register=RegisterConfig(method=method),  # type: ignore[arg-type]
        fuse=FuseConfig(voxel_size=0.05),
    )


def states(out: Path) -> dict[str, str]:
    return {stage["name"]: stage["state"] for stage in json.loads((out / "run.json").read_text())["stages"]}


def test_colour_and_depth_alone_become_a_mesh(tmp_path: Path):
    true = walk(ROWS)
    write(tmp_path / "scan", true, located=False)
    mesh = scan_to_mesh(tmp_path / "scan", tmp_path / "out", config()).load()
    assert len(mesh.faces) > 1000
    scan = Made[RgbdScan]("", tmp_path / "out" / "1_scan").load()
    assert scan.skipped == (("002.colour.png", "too little depth to be registered"),)
    wanted = np.linalg.inv(true[0]) @ np.stack([true[row] for row in (0, 1, 3, 4)])
    stamps, path = read_stamped(tmp_path / "out" / "trajectory.txt")
    assert stamps is not None
    assert stamps.tolist() == [0, 1, 3, 4]
    np.testing.assert_allclose(path, wanted, atol=0.01)
    np.testing.assert_allclose(path, scan.world_from_camera.numpy(), atol=1e-12)

    shutil.move(tmp_path / "scan", tmp_path / "elsewhere")
    scan_to_mesh(tmp_path / "elsewhere", tmp_path / "out", config())
    assert set(states(tmp_path / "out").values()) == {"reused"}
    assert Made[RgbdScan]("", tmp_path / "out" / "1_scan").load().source == tmp_path / "elsewhere"


def test_paths_that_are_given_are_found_anew_only_if_asked_for(tmp_path: Path):
    write(tmp_path / "scan", walk(ROWS), located=True, lost=4)
    scan_to_mesh(tmp_path / "scan", tmp_path / "out", config())
    assert Made[RgbdScan]("", tmp_path / "out" / "1_scan").load().skipped == (("004.colour.png", "no transform"),)
    assert "1_frames" not in states(tmp_path / "out")
    assert not (tmp_path / "out" / "trajectory.txt").exists()
    scan_to_mesh(tmp_path / "scan", tmp_path / "out", config("always"))
    scan = Made[RgbdScan]("", tmp_path / "out" / "1_scan").load()
    np.testing.assert_array_equal(scan.world_from_camera[0].numpy(), np.eye(4))
    assert [image.file[:3] for image in scan.colour] == ["000", "001", "003", "004"]
    assert scan.up is None
    assert (tmp_path / "out" / "trajectory.txt").exists()
    scan_to_mesh(tmp_path / "scan", tmp_path / "out", config())
    assert not (tmp_path / "out" / "trajectory.txt").exists()


def test_nothing_is_found_where_that_is_off(tmp_path: Path):
    write(tmp_path / "scan", walk(ROWS), located=False)
    with pytest.raises(
        InputError, match=r"scan does not say where its cameras stood; with register\.method auto it is found"
    ):
        scan_to_mesh(tmp_path / "scan", tmp_path / "out", config("off"))


def test_a_run_that_is_stopped_while_it_registers_goes_on_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    write(tmp_path / "scan", walk(ROWS), located=False)
    with monkeypatch.context() as patch:
        patch.setattr("geo3d.stages.registration.loops.close_loops", stopped)
        with pytest.raises(KeyboardInterrupt):
            scan_to_mesh(tmp_path / "scan", tmp_path / "out", config())
    assert not (tmp_path / "out" / "1_scan").exists()
    scan_to_mesh(tmp_path / "scan", tmp_path / "out", config())
    assert {name: state for name, state in states(tmp_path / "out").items() if name[0] == "1"} == {
        "1_frames": "reused",
        "1_scan": "run",
    }
