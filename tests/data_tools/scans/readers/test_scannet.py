"""Scenes that ScanNet's SensReader exported, by its Python and by its C++ tool."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo3d.data_tools.scans.formats import find_scan
from geo3d.errors import InputError
from geo3d.scene.frames import stream_frames
from geo3d.scene.kinds import RgbdScan
from tests.data_tools.scans.writers import K, counts, text, transforms, write_scannet, write_seven_scenes


def read(folder: Path) -> RgbdScan:
    found = find_scan(folder, "auto", ":", None)
    return found.format.read(found.source(folder / "no folder" / "hashes.json"), None)


def test_frames_come_in_order_of_their_numbers(tmp_path: Path):
    write_scannet(tmp_path, transforms(12))
    assert read(tmp_path).world_from_camera[:, 0, 3].tolist() == list(range(12))


def test_labels_beside_the_images_are_left_alone(tmp_path: Path):
    write_scannet(tmp_path, transforms(3))
    (tmp_path / "label-filt").mkdir()
    Image.new("L", (3, 3)).save(tmp_path / "label-filt/0.png")
    (tmp_path / "color/notes.txt").write_text("")
    Image.new("RGB", (3, 3)).save(tmp_path / "color/thumbnail.png")
    assert len(read(tmp_path).depth) == 3


def test_colour_has_intrinsics_of_its_own_or_those_of_depth(tmp_path: Path):
    write_scannet(tmp_path, transforms(3))
    wide = np.eye(4)
    wide[:3, :3] = K * [[2], [2], [1]]
    (tmp_path / "intrinsic/intrinsic_color.txt").write_text(text(wide))
    assert read(tmp_path).colour_intrinsics[0].tolist() == wide[:3, :3].tolist()
    (tmp_path / "intrinsic/intrinsic_color.txt").unlink()
    assert read(tmp_path).colour_intrinsics[0].tolist() == K.tolist()


@pytest.mark.parametrize("name", ["extrinsic_depth", "extrinsic_color"])
def test_cameras_that_do_not_share_a_centre_are_refused(tmp_path: Path, name: str):
    write_scannet(tmp_path, transforms(3))
    moved = np.eye(4)
    moved[0, 3] = 0.025
    (tmp_path / f"intrinsic/{name}.txt").write_text(text(moved))
    with pytest.raises(InputError, match=f"{name}.txt sets a camera beside the frame's own transform"):
        read(tmp_path)


def as_the_cpp_tool_writes(folder: Path) -> None:
    write_seven_scenes(folder, transforms(3))
    (folder / "camera-intrinsics.txt").unlink()
    for row, path in enumerate(sorted(folder.glob("*.depth.png"))):
        path.with_suffix(".pgm").write_bytes(b"P5\n16 12\n65535\n" + counts(row).astype(">u2").tobytes())
        path.unlink()
    wide = np.eye(4)
    wide[:3, :3] = K
    numbers = " ".join(map(repr, wide.reshape(-1).tolist()))
    lines = [f"m_calibration{kind}{what} = {numbers} " for kind in ("Color", "Depth") for what in ("Intrinsic",)]
    (folder / "_info.txt").write_text("m_versionNumber = 4\nm_depthShift = 5000\n" + "\n".join(lines) + "\n")


def test_what_the_cpp_tool_exports_is_read_with_its_scale_and_intrinsics(tmp_path: Path):
    as_the_cpp_tool_writes(tmp_path)
    scan = read(tmp_path)
    assert scan.intrinsics[0].tolist() == scan.colour_intrinsics[0].tolist() == K.tolist()
    for row, frame in enumerate(stream_frames(scan)):
        np.testing.assert_allclose(frame.depth.numpy(), counts(row) / 5000, rtol=1e-6)


@pytest.mark.parametrize("content", ["", "m_depthShift = 1", "m_depthShift", "\xff"])
def test_a_broken_info_is_named(tmp_path: Path, content: str):
    as_the_cpp_tool_writes(tmp_path)
    (tmp_path / "_info.txt").write_text(content, encoding="latin-1")
    with pytest.raises(InputError, match=r"_info\.txt must hold m_calibrationDepthIntrinsic"):
        read(tmp_path)


@pytest.mark.parametrize("shift", ["0", "nan", "-1000", "1e-30"])
def test_a_depth_scale_that_is_none_is_named(tmp_path: Path, shift: str):
    as_the_cpp_tool_writes(tmp_path)
    told = (tmp_path / "_info.txt").read_text().replace("m_depthShift = 5000", f"m_depthShift = {shift}")
    (tmp_path / "_info.txt").write_text(told)
    with pytest.raises(InputError, match=r"_info\.txt must hold .*m_depthShift \(0\.001 to 1e9\)"):
        read(tmp_path)
