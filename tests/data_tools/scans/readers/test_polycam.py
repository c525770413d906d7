"""Polycam's raw data: optimised cameras, confidence, and what is broken."""

import json
from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.scans.formats import find_scan
from geo3d.errors import InputError
from geo3d.scene.frames import read_frame
from tests.data_tools.scans.phone_scans import LENS, views
from tests.data_tools.scans.test_formats import K, read, transforms
from tests.data_tools.scans.view_writers import View, write_polycam


def write(folder: Path, corrected: bool) -> list[Path]:
    given = []
    for view in views(transforms(4)):
        sure = np.full((12, 16), 2)
        sure[3, :5], sure[4, :5] = 0, 1
        given.append(View(view.colour, view.depth, view.world_from_camera, sure))
    write_polycam(folder, given, LENS, corrected)
    return sorted((folder / "keyframes/corrected_cameras").glob("*.json")) or sorted(folder.glob("keyframes/cameras/*"))


def test_optimised_cameras_are_used_for_all_frames_or_none(tmp_path: Path):
    paths = write(tmp_path, corrected=True)
    assert read(tmp_path).world_from_camera.tolist() == np.stack(transforms(4)).tolist()
    paths[1].unlink()
    listing = find_scan(tmp_path, "auto", ":", None).listing
    assert [frame.row for frame in listing.frames] == [0, 2, 3]
    assert listing.skipped[0][1] == f"no keyframes/corrected_cameras/{paths[1].name}"


def test_depth_is_of_the_sensors_own_camera(tmp_path: Path):
    for path in write(tmp_path, corrected=True):
        camera = json.loads(path.read_text())
        path.write_text(json.dumps(camera | {"fx": 110.0, "cx": 15.0}))
    scan = read(tmp_path)
    np.testing.assert_array_equal(scan.intrinsics[0].numpy(), K)
    assert scan.colour_intrinsics[0, 0, [0, 2]].tolist() == [110, 14.5]


def test_depth_of_low_confidence_alone_is_dropped(tmp_path: Path):
    write(tmp_path, corrected=False)
    depth = read_frame(read(tmp_path), 2).depth.numpy()
    assert (depth[3, :5] == 0).all()
    assert (depth == 0).sum() == 6  # and the last pixel, that has none


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fx": None}, "has fx = None; it must be a number"),
        ({"fx": "1"}, "has fx = '1'; it must be a number"),
        ({"width": 1000}, "has depth of 32x24 with colour of 1000x24: other views|has depth of 16x12 with colour"),
        ({"height": 0}, "other views"),
        (None, "is not JSON"),
    ],
)
def test_a_broken_camera_is_named(tmp_path: Path, change: dict | None, sentence: str):
    path = write(tmp_path, corrected=False)[1]
    path.write_text("{" if change is None else json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=rf"{path.name} .*({sentence})"):
        read(tmp_path)


def test_a_frame_whose_matrix_is_incomplete_is_skipped(tmp_path: Path):
    path = write(tmp_path, corrected=False)[1]
    camera = json.loads(path.read_text())
    for value in (None, "a", True):
        path.write_text(json.dumps(camera | {"t_11": value}))
        ((name, reason),) = read(tmp_path).skipped
        assert (Path(name).stem, reason) == (path.stem, "no transform" if value is not True else reason)
