"""Replica in NICE-SLAM's layout: whose row is whose, and where the camera is told."""

import json
from pathlib import Path

import pytest
from PIL import Image

from geo3d.data_tools.scans.formats import FORMATS, find_scan
from geo3d.errors import InputError
from geo3d.scene.kinds import RgbdScan
from tests.data_tools.scans.writers import K, transforms, write_replica


def read(folder: Path) -> RgbdScan:
    found = find_scan(folder, "auto", ":", None)
    assert found.format is FORMATS["replica"]
    return found.format.read(found.source(folder / "no folder" / "hashes.json"), None)


def test_the_camera_may_be_told_in_the_folder_above(tmp_path: Path):
    folder = tmp_path / "room 0"
    folder.mkdir()
    write_replica(folder, transforms(3))
    (folder / "cam_params.json").rename(tmp_path / "cam_params.json")
    assert read(folder).intrinsics[0].tolist() == K.tolist()


def test_without_it_the_camera_is_that_of_the_published_sequences(tmp_path: Path):
    write_replica(tmp_path, transforms(3))
    (tmp_path / "cam_params.json").unlink()
    with pytest.raises(InputError, match="has images of 16x12, and its intrinsics are for 1200x680"):
        read(tmp_path)
    for path in (tmp_path / "results").iterdir():
        Image.open(path).resize((1200, 680), Image.Resampling.NEAREST).save(path)
    scan = read(tmp_path)
    assert scan.intrinsics[0].tolist() == [[600, 0, 599.5], [0, 600, 339.5], [0, 0, 1]]
    assert scan.depth_unit == 1 / 6553.5


@pytest.mark.parametrize(("rows", "wanted"), [(8, [0, 3, 6]), (3, [0, 1, 2])])
def test_rows_are_those_of_the_numbers_unless_there_are_as_many_as_images(
    tmp_path: Path, rows: int, wanted: list[float]
):
    write_replica(tmp_path, transforms(8))
    lines = (tmp_path / "traj.txt").read_text().splitlines()
    (tmp_path / "traj.txt").write_text("\n".join(lines[:rows]))
    for number in (1, 2, 4, 5, 7):
        (tmp_path / f"results/frame{number:06}.png").unlink()
    assert read(tmp_path).world_from_camera[:, 0, 3].tolist() == wanted


@pytest.mark.parametrize(
    "told",
    ["", "[]", "{}", '{"camera": 1}', '{"camera": {"w": "a"}}', "[" * 100_000, '{"camera": {"w": 1' + "0" * 400 + "}}"],
)
def test_a_broken_camera_is_named(tmp_path: Path, told: str):
    write_replica(tmp_path, transforms(3))
    (tmp_path / "cam_params.json").write_text(told)
    with pytest.raises(InputError, match=r"cam_params\.json must hold an object camera with w, h, fx, fy, cx, cy"):
        read(tmp_path)


@pytest.mark.parametrize(("key", "value"), [("scale", 0), ("scale", -1), ("fx", float("nan")), ("w", float("inf"))])
def test_a_camera_that_is_none_is_named(tmp_path: Path, key: str, value: float):
    write_replica(tmp_path, transforms(3))
    camera = json.loads((tmp_path / "cam_params.json").read_text())
    camera["camera"][key] = value
    (tmp_path / "cam_params.json").write_text(json.dumps(camera))
    with pytest.raises(InputError, match=r"cam_params\.json has a camera .*; allowed are finite numbers"):
        read(tmp_path)
