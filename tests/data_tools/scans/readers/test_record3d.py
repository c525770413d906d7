"""Record3D's files: older and newer metadata, stored or deflated members, and what is broken."""

import json
import os
from pathlib import Path
from typing import Any

import lzfse
import numpy as np
import pytest

from geo3d.data_tools.scans.formats import find_scan
from geo3d.data_tools.scans.readers import record3d
from geo3d.errors import InputError
from geo3d.scene.frames import read_frame
from geo3d.scene.kinds import RgbdScan
from tests.data_tools.scans.phone_scans import LENS, views
from tests.data_tools.scans.test_formats import K, read, transforms
from tests.data_tools.scans.view_writers import View, image_bytes, pack, record3d_members, unpacked


def members(**further: Any) -> dict[str, bytes]:
    return record3d_members(views(transforms(3)), LENS, **further)


def without(content: dict[str, bytes], *keys: str) -> dict[str, bytes]:
    """Members whose metadata lack some keys."""
    index = {k: v for k, v in json.loads(content["metadata"]).items() if k not in keys}
    return content | {"metadata": json.dumps(index).encode()}


def packed(folder: Path, content: dict[str, bytes], deflated: bool = False) -> RgbdScan:
    pack(folder / "a.r3d", content, deflated)
    return read(folder)


def test_a_folder_and_deflated_members_hold_the_same_scan(tmp_path: Path):
    stored = packed(tmp_path, members())
    unpacked(tmp_path / "folder", members())
    (tmp_path / "deflated").mkdir()
    for other in (read(tmp_path / "folder"), packed(tmp_path / "deflated", members(), deflated=True)):
        assert other.world_from_camera.tolist() == stored.world_from_camera.tolist()
        assert other.intrinsics.tolist() == stored.intrinsics.tolist()
        for row in range(3):
            assert read_frame(other, row).depth.tolist() == read_frame(stored, row).depth.tolist()
            assert read_frame(other, row).colour.tolist() == read_frame(stored, row).colour.tolist()


def test_older_metadata_without_the_size_of_depth_are_read(tmp_path: Path):
    scan = packed(tmp_path, without(members(), "dw", "dh", "initPose"))
    assert scan.depth_size == (12, 16)
    np.testing.assert_array_equal(scan.intrinsics[0].numpy(), K)
    odd = members() | {"rgbd/0.depth": lzfse.compress(bytes(4 * 191))}
    with pytest.raises(InputError, match=r"a\.r3d has no dw and dh, and 191 depths make no image of the shape"):
        packed(tmp_path, without(odd, "dw", "dh"))


def test_frames_may_have_intrinsics_of_their_own_and_another_size_than_told(tmp_path: Path):
    own = [[100.0, 102, 16, 12], [90, 92, 17, 13], [80, 82, 18, 14]]
    scan = packed(tmp_path, members(perFrameIntrinsicCoeffs=own))
    np.testing.assert_allclose(scan.intrinsics[:, 0, 0], [50, 45, 40])
    np.testing.assert_allclose(scan.colour_intrinsics[:, 0, 2], [15.5, 16.5, 17.5])
    larger = members(w=64, h=48, K=[200, 0, 0, 0, 204, 0, 32, 24, 1])
    np.testing.assert_allclose(
        packed(tmp_path, larger).colour_intrinsics[0], [[100, 0, 15.5], [0, 102, 11.5], [0, 0, 1]]
    )


def test_depth_of_low_confidence_and_no_number_is_dropped(tmp_path: Path):
    given = []
    for view in views(transforms(3)):
        sure = np.arange(192).reshape(12, 16) % 3
        depth = view.depth.astype(float)
        depth[0, :3] = [np.nan, np.inf, -5]
        given.append(View(view.colour, depth, view.world_from_camera, sure))
    depth = read_frame(packed(tmp_path, record3d_members(given, LENS)), 1).depth.numpy()
    wanted = given[1].depth / 1000 * (given[1].confidence > 0)
    wanted[0, :3] = 0
    np.testing.assert_allclose(depth, wanted, rtol=1e-6)


def test_frames_are_numbered_by_their_names_and_skipped_where_one_is_missing(tmp_path: Path):
    content = members()
    moved = {name.replace("rgbd/2.", "rgbd/10."): part for name, part in content.items()}
    del moved["rgbd/1.depth"]
    pack(tmp_path / "a.r3d", moved)
    listing = find_scan(tmp_path / "a.r3d", "auto", ":", None).listing
    assert [frame.row for frame in listing.frames] == [0, 10]
    assert listing.skipped == (("a.r3d frame 1", "no rgbd/1.depth"),)


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "paths": ({"poses": [[0, 0, 0, 1]]}, r"must have nx7 numbers as poses"),
    "no paths": ({"poses": "none"}, r"must have nx7 numbers as poses"),
    "intrinsics": ({"K": [1, 2, 3]}, r"must have 9 numbers as K"),
    "few intrinsics": (
        {"perFrameIntrinsicCoeffs": [[1, 1, 1, 1]]},
        r"has 1 perFrameIntrinsicCoeffs, fewer than frames",
    ),
    "huge": ({"dw": 60000, "dh": 60000}, r"has depth of 60000x60000; allowed are 16777216 pixels"),
    "absurd": ({"dw": 1e300, "dh": 1e300}, r"has dw x dh = "),
    "another view": ({"dw": 12, "dh": 16}, r"has depth of 12x16 with colour of 32x24: other views"),
    "no size": ({"w": None}, r"has w = None; it must be a number"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_metadata_are_told_in_a_sentence(tmp_path: Path, name: str):
    further, sentence = BROKEN[name]
    with pytest.raises(InputError, match=rf"a\.r3d {sentence}"):
        packed(tmp_path, members(**further))


@pytest.mark.parametrize("content", [b"", b"no JSON", b"[]", b"\xff\xfe"])
def test_metadata_that_are_no_object_are_named(tmp_path: Path, content: bytes):
    with pytest.raises(InputError, match=r"a\.r3d (is not JSON|must hold a JSON object)"):
        packed(tmp_path, members() | {"metadata": content})


@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("rgbd/1.depth", b"", "LZFSE data that are damaged"),
        ("rgbd/1.depth", lzfse.compress(bytes(4 * 191)), "has an image of 764 bytes, 16x12 pixels are 768"),
        ("rgbd/1.depth", lzfse.compress(bytes(1_000_000)), "or more than the 768 bytes of an image"),
        ("rgbd/1.depth", bytes(9_000_000), "has a member at byte .* more than"),
        ("rgbd/1.jpg", b"no image", "cannot be read as an image"),
        ("rgbd/1.jpg", image_bytes(np.zeros((9, 9, 3), np.uint8)), "is 9x9; the scan's other images are 32x24"),
        ("rgbd/1.jpg", bytes(9_000_000), "has a member at byte .* more than"),
    ],
    ids=["empty", "short", "bomb", "long", "text", "small", "long image"],
)
def test_a_broken_image_is_named(tmp_path: Path, deflated: bool, name: str, content: bytes, sentence: str):
    scan = packed(tmp_path, members() | {name: content}, deflated)
    assert read_frame(scan, 0).depth.any()
    with pytest.raises(InputError, match=rf"a\.r3d .*{sentence}"):
        read_frame(scan, 1)


def test_a_file_that_is_no_zip_file_is_named_or_left_to_others(tmp_path: Path):
    pack(tmp_path / "a.r3d", members())
    whole = (tmp_path / "a.r3d").read_bytes()
    for content in (b"", whole[:-40], whole[: len(whole) // 2], b"once upon"):
        (tmp_path / "a.r3d").write_bytes(content)
        with pytest.raises(InputError, match=r"a\.r3d is not a whole \.r3d file"):
            record3d.find_file(tmp_path / "a.r3d")
        (tmp_path / "a.bin").write_bytes(content)
        assert record3d.find_file(tmp_path / "a.bin") is None
    pack(tmp_path / "a.zip", {"some": b"file"})
    assert record3d.find_file(tmp_path / "a.zip") is None
    (tmp_path / "a.bin").write_bytes(whole)
    assert record3d.find_file(tmp_path / "a.bin") is not None


def test_a_file_that_disappears_midway_is_named(tmp_path: Path):
    scan = packed(tmp_path, members())
    os.remove(tmp_path / "a.r3d")
    with pytest.raises(InputError, match=r"a\.r3d has a member at byte"):
        read_frame(scan, 0)
