"""Stray Scanner's folders: rows, frames of the video, confidence, and what is broken."""

from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.scans.formats import find_scan
from geo3d.errors import InputError
from geo3d.scene.frames import read_frame, stream_frames
from tests.data_tools.scans.phone_scans import LENS, views
from tests.data_tools.scans.test_formats import read, transforms
from tests.data_tools.scans.view_writers import View, write_stray, write_video


def write(folder: Path, count: int = 6) -> None:
    given = []
    for view in views(transforms(count)):
        sure = np.full((12, 16), 2)
        sure[3, :5], sure[4, :5] = 0, 1
        given.append(View(view.colour, view.depth, view.world_from_camera, sure))
    write_stray(folder, given, LENS)


def test_depth_of_low_confidence_alone_is_dropped(tmp_path: Path):
    write(tmp_path)
    depth = read_frame(read(tmp_path), 2).depth.numpy()
    assert (depth[3, :5] == 0).all()
    assert (depth == 0).sum() == 6  # and the last pixel, that has none


def test_rows_of_a_selection_take_their_own_frames_of_the_video(tmp_path: Path):
    write(tmp_path)
    scan = read(tmp_path, frames="1::2")
    assert [frame.colour.unique().tolist() for frame in stream_frames(scan)] == [[1], [3], [5]]
    assert [frame.colour.unique().tolist() for frame in stream_frames(scan, range(2, -1, -1))] == [[5], [3], [1]]


def test_rows_without_a_frame_depth_or_confidence_are_skipped(tmp_path: Path):
    write(tmp_path)
    write_video(tmp_path / "rgb.mp4", [view.colour for view in views([None] * 5)])
    (tmp_path / "depth/000001.png").unlink()
    (tmp_path / "confidence/000003.png").unlink()
    found = find_scan(tmp_path, "auto", ":", None).listing
    assert [frame.row for frame in found.frames] == [0, 2, 4]
    assert [frame.colour.unique().tolist() for frame in stream_frames(read(tmp_path))] == [[0], [2], [4]]
    assert found.skipped == (
        ("rgb.mp4 frame 1", "no depth/000001.png"),
        ("rgb.mp4 frame 3", "no confidence/000003.png"),
        ("rgb.mp4 frame 5", "rgb.mp4 has 5 frames"),
    )


def test_rows_may_have_intrinsics_of_their_own(tmp_path: Path):
    write(tmp_path)
    lines = (tmp_path / "odometry.csv").read_text().splitlines()
    more = [f"{line}, {100 + row}, 102, 16, 12" for row, line in enumerate(lines[1:])]
    (tmp_path / "odometry.csv").write_text("\n".join([f"{lines[0]}, fx, fy, cx, cy", *more]))
    assert read(tmp_path).colour_intrinsics[:, 0, 0].tolist() == [100, 101, 102, 103, 104, 105]
    assert read(tmp_path).intrinsics[:, 0, 0].tolist() == [50, 50.5, 51, 51.5, 52, 52.5]


BROKEN = {
    "no names": ("odometry.csv", b"1, 2, 3\n4, 5, 6\n", "must begin with a line of names"),
    "nothing": ("odometry.csv", b"", "must begin with a line of names"),
    "text": (
        "odometry.csv",
        b"timestamp, frame, x, y, z, qx, qy, qz, qw\n1, 000000, a, b, c, 0, 0, 0, 1\n",
        "no numbers",
    ),
    "no text": ("odometry.csv", b"\xff\xfe\0", "cannot be read"),
    "matrix": ("camera_matrix.csv", b"1, 2\n", "must hold 3x3 numbers, separated by commas"),
    "video": ("rgb.mp4", b"no video", "cannot be read as a video"),
    "confidence": ("confidence/000000.png", b"", "cannot be read as an image"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named(tmp_path: Path, name: str):
    write(tmp_path, 4)
    file, content, sentence = BROKEN[name]
    (tmp_path / file).write_bytes(content)
    with pytest.raises(InputError, match=rf"{Path(file).name} .*{sentence}"):
        read_frame(read(tmp_path), 0)


def test_a_video_that_disappears_midway_is_named(tmp_path: Path):
    write(tmp_path)
    scan = read(tmp_path)
    (tmp_path / "rgb.mp4").unlink()
    with pytest.raises(InputError, match=r"rgb\.mp4 cannot be read"):
        read_frame(scan, 0)
