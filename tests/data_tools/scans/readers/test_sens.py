"""ScanNet's .sens: what is read, what is refused, and that a file may lie about all it holds."""

import os
import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from geo3d.data_tools.png import encode_png
from geo3d.data_tools.scans.formats import FORMATS, find_scan
from geo3d.data_tools.scans.readers import sens
from geo3d.data_tools.scans.sens_layout import SensHeader
from geo3d.data_tools.scans.write_sens import write_frames
from geo3d.errors import InputError
from geo3d.scene.frames import stream_frames
from geo3d.scene.kinds import RgbdScan
from tests.data_tools.scans.writers import K, counts, transforms, write_seven_scenes
from tests.data_tools.scans.writers import write_sens as write_by_hand

NAME = 4 + 8
"""First byte of the sensor's name, 5 bytes long; 64 matrix entries follow, then codes, sizes, shift and frames."""
CODES = NAME + 5 + 4 * 64
COUNT = CODES + 4 * 6 + 4


def read(path: Path, frames: str = ":") -> RgbdScan:
    found = find_scan(path, "auto", frames, None)
    assert found.format is FORMATS["sens"]
    return found.format.read(found.source(found.folder / "no folder" / "hashes.json"), None)


def spoiled(folder: Path, at: int, code: str, *values) -> Path:
    """A file of four frames with other values at that byte."""
    write_by_hand(folder, transforms(4))
    file = folder / "a scan.sens"
    content = bytearray(file.read_bytes())
    struct.pack_into("<" + code, content, at, *values)
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("name", ["a scan.sens", "süß 扫描.sens", "no suffix"])
def test_a_file_is_read_by_its_own_path_whatever_its_name(tmp_path: Path, name: str):
    write_by_hand(tmp_path, transforms(4))
    (tmp_path / "a scan.sens").rename(tmp_path / name)
    scan = read(tmp_path / name)
    assert [part.file for part in scan.depth] == [name] * 4
    assert [round(float(frame.depth[0, 0]), 4) for frame in stream_frames(scan)] == [1, 2, 3, 4]


def test_frames_are_taken_from_the_middle(tmp_path: Path):
    write_by_hand(tmp_path, transforms(9))
    frames = list(stream_frames(read(tmp_path, "1:8:2")))
    assert [float(frame.world_from_camera[0, 3]) for frame in frames] == [1, 3, 5, 7]
    assert [int(frame.colour[0, 0, 0]) for frame in frames] == [1, 3, 5, 7]


def test_stamps_are_seconds(tmp_path: Path):
    write_by_hand(tmp_path, transforms(3))
    assert [frame.stamp for frame in find_scan(tmp_path, "auto", ":", None).listing.frames] == [1, 2, 3]


@pytest.mark.parametrize("colour", ["raw", "png", "jpeg"])
@pytest.mark.parametrize("depth", ["raw", "zlib"])
def test_every_way_of_keeping_images_is_read(tmp_path: Path, colour: str, depth: str):
    pixels = np.arange(24 * 32 * 3).reshape(24, 32, 3).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.jpg", quality=90)
    encoded = {"raw": pixels.tobytes(), "png": encode_png(pixels), "jpeg": (tmp_path / "a.jpg").read_bytes()}[colour]
    kept = counts(0).astype("<u2").tobytes()
    codes = ["raw", "png", "jpeg"].index(colour), ["raw", "zlib"].index(depth)
    header = SensHeader(2 * K / [[1], [1], [2]], K, *codes, (24, 32), (12, 16), 5000, 3)
    frame = encoded, zlib.compress(kept) if depth == "zlib" else kept
    write_frames(tmp_path / "a.sens", header, [(matrix, *frame) for matrix in transforms(3)])
    scan = read(tmp_path)
    assert scan.intrinsics[0].tolist() == K.tolist()
    assert scan.colour_intrinsics[0].tolist() == [[100, 0, 15], [0, 102, 11], [0, 0, 1]]
    wanted = np.asarray(Image.open(tmp_path / "a.jpg")) if colour == "jpeg" else pixels
    for decoded in stream_frames(scan):
        np.testing.assert_array_equal(decoded.colour.numpy(), wanted)
        np.testing.assert_allclose(decoded.depth.numpy(), counts(0) / 5000, rtol=1e-6)


def test_a_claim_of_a_billion_frames_costs_nothing(tmp_path: Path):
    file = spoiled(tmp_path, COUNT, "Q", 10**9)
    tracemalloc.start()
    begin = time.monotonic()
    listing = find_scan(file, "auto", ":", None).listing
    assert time.monotonic() - begin < 5
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert len(listing.frames) == 4
    ((name, reason),) = listing.skipped
    assert name == "a scan.sens frame 4"
    # the eight bytes after the frames are the count of inertial measurements
    assert reason == "the file ends before it; this and all that follow, 999,999,996 of 1,000,000,000, are left out"


def test_an_endless_file_of_empty_frames_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sens, "MOST_FRAMES", 1000)
    file = spoiled(tmp_path, COUNT, "Q", 2**63)
    os.truncate(file, 2**40)  # zeros that take no space: empty frames
    with pytest.raises(InputError, match="holds more than 1,000 frames; that many are allowed"):
        find_scan(file, "auto", ":", None)


def test_images_are_skipped_when_a_large_file_is_listed(tmp_path: Path):
    """Three frames of 400 MB each, if one would read them."""
    side = 10_000
    header = SensHeader(K, K, 0, 0, (side // 2, side), (side, side // 2), 1000, 3)
    write_frames(tmp_path / "a.sens", header, [])
    with open(tmp_path / "a.sens", "r+b") as file:
        file.seek(-8, os.SEEK_END)
        for matrix in transforms(3):
            image, depth = 3 * side * side // 2, side * side
            file.write(struct.pack("<16f4Q", *matrix.reshape(-1), 0, 0, image, depth))
            file.seek(image + depth, os.SEEK_CUR)
        file.truncate()
    tracemalloc.start()
    frames = find_scan(tmp_path, "auto", ":", None).listing.frames
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert len(frames) == 3


@pytest.mark.parametrize(
    ("at", "code", "value", "sentence"),
    [
        (0, "I", 3, "has version 3 of the .sens format; allowed is 4"),
        (4, "Q", 2**62, "has a sensor's name of 4,611,686,018,427,387,904 bytes; allowed are 4,096"),
        (NAME + 5 + 4 * 16, "f", 0.9, "has a colour camera beside the frame's own transform"),
        (NAME + 5 + 4 * 51, "f", 0.05, "has a depth camera beside the frame's own transform"),
        (NAME + 5 + 4 * 51, "f", np.nan, "has a depth camera beside the frame's own transform"),
        (CODES, "i", -1, "has colour of the unknown kind -1; allowed are 0"),
        (CODES + 4, "i", 2, r"has depth coded by Occipital's occi; allowed are 0 \(raw\) and 1 \(zlib\)"),
        (CODES + 4, "i", 7, "has depth of the unknown kind 7"),
        (CODES + 8, "I", 0, "has images of 0x24; allowed are sides up to 16,384"),
        (CODES + 16, "I", 2**32 - 1, "has images of 4294967295x12"),
        (CODES + 24, "f", 0.0, "has a depth shift of 0 counts a metre"),
        (CODES + 24, "f", np.nan, "has a depth shift of nan counts a metre"),
        (NAME + 5, "f", -50.0, r"has intrinsics .*; allowed are \[\[fx, 0, cx\]"),
        (NAME + 5 + 4 * 32, "f", np.inf, r"has intrinsics .*; allowed are \[\[fx, 0, cx\]"),
    ],
)
def test_a_header_that_cannot_be_used_is_told(tmp_path: Path, at: int, code: str, value: float, sentence: str):
    file = spoiled(tmp_path, at, code, value)
    with pytest.raises(InputError, match=sentence) as caught:
        read(file)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("length", [0, 3, 11, 14, 100, CODES + 3, COUNT + 7])
def test_a_file_that_ends_within_its_header_is_told(tmp_path: Path, length: int):
    write_by_hand(tmp_path, transforms(3))
    os.truncate(tmp_path / "a scan.sens", length)
    with pytest.raises(InputError, match=r"a scan\.sens ends within its header"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("kept", "where"), [(0, "before"), (95, "before"), (96, "within"), (96 + 2304, "within"), (96 + 2305, "within")]
)
def test_whole_frames_of_a_truncated_file_are_used(tmp_path: Path, kept: int, where: str):
    write_by_hand(tmp_path, transforms(5))
    file = tmp_path / "a scan.sens"
    os.truncate(file, record(file, 4) + kept)
    scan = read(file)
    assert len(scan.depth) == 4
    reason = f"the file ends {where} it; this and all that follow, 1 of 5, are left out"
    assert scan.skipped == (("a scan.sens frame 4", reason),)


def record(file: Path, row: int) -> int:
    """First byte of a frame's record."""
    return find_scan(file, "auto", ":", None).listing.frames[row].colour_part[0] - 96  # pyright: ignore


def test_frames_after_a_damaged_record_are_left_out(tmp_path: Path):
    write_by_hand(tmp_path, transforms(5))
    file = tmp_path / "a scan.sens"
    content, at = bytearray(file.read_bytes()), record(file, 3)
    struct.pack_into("<Q", content, at + 80, 2**64 - 1)
    file.write_bytes(content)
    scan = read(file)
    assert len(scan.depth) == 3
    ((name, reason),) = scan.skipped
    assert name == "a scan.sens frame 3"
    assert reason.startswith("a colour image of 18,446,744,073,709,551,615 bytes is more than 32x24 pixels take")


@pytest.mark.parametrize(("field", "kind"), [(80, "colour"), (88, "depth")])
def test_a_frame_without_an_image_is_skipped(tmp_path: Path, field: int, kind: str):
    write_by_hand(tmp_path, transforms(5))
    file = tmp_path / "a scan.sens"
    content, at = bytearray(file.read_bytes()), record(file, 1)
    colour, depth = struct.unpack_from("<2Q", content, at + 80)
    start = at + 96 + (0 if kind == "colour" else colour)
    struct.pack_into("<Q", content, at + field, 0)
    del content[start : start + (colour if kind == "colour" else depth)]
    file.write_bytes(content)
    scan = read(file)
    assert scan.world_from_camera[:, 0, 3].tolist() == [0, 2, 3, 4]
    assert scan.skipped == (("a scan.sens frame 1", f"no {kind} image"),)


def test_an_image_that_is_not_what_the_header_says_is_named_when_it_is_read(tmp_path: Path):
    file = spoiled(tmp_path, CODES + 16, "2I", 15, 12)
    with pytest.raises(InputError, match=r"a scan\.sens has an image of more bytes than the 360 of 15x12 pixels"):
        next(stream_frames(read(file)))


def test_a_folder_with_two_files_and_a_file_of_another_kind_are_told(tmp_path: Path):
    write_by_hand(tmp_path, transforms(3))
    (tmp_path / "b.sens").write_bytes(b"")
    with pytest.raises(InputError, match=r"has 2 \.sens files; give the path of one"):
        find_scan(tmp_path, "auto", ":", None)
    (tmp_path / "c").write_bytes(b"\4\0\0\0 four, and nothing more")
    with pytest.raises(InputError, match="is in no format known here"):
        find_scan(tmp_path / "c", "auto", ":", None)


def test_a_link_to_itself_is_no_scan(tmp_path: Path):
    (tmp_path / "a.sens").symlink_to("a.sens")
    with pytest.raises(InputError, match=r"a\.sens cannot be read: Too many levels"):
        find_scan(tmp_path, "auto", ":", None)
    with pytest.raises(InputError, match="is not there"):
        find_scan(tmp_path / "a.sens", "auto", ":", None)


@pytest.mark.parametrize("how", ["gone", "shorter"])
def test_a_file_that_is_taken_away_after_it_was_listed_is_named(tmp_path: Path, how: str):
    write_by_hand(tmp_path, transforms(4))
    file = tmp_path / "a scan.sens"
    found = find_scan(file, "auto", ":", None)
    source = found.source(tmp_path / "no folder" / "hashes.json")
    if how == "gone":
        file.unlink()
        with pytest.raises(InputError, match=r"a scan\.sens cannot be read: No such file"):
            found.format.read(source, None)
    else:
        scan = found.format.read(source, None)
        os.truncate(file, 3000)
        with pytest.raises(InputError, match=r"a scan\.sens cannot be read: it ends within the image"):
            list(stream_frames(scan))


def test_what_the_writer_writes_is_read_back(tmp_path: Path):
    """Of a format with another mark for no depth, and PNG for colour."""
    from geo3d.data_tools.scans.write_sens import write_sens

    (tmp_path / "frames").mkdir()
    write_seven_scenes(tmp_path / "frames", transforms(4))
    found = find_scan(tmp_path / "frames", "auto", ":", None)
    given = found.format.read(found.source(tmp_path / "no folder" / "hashes.json"), None)
    write_sens(given, tmp_path / "a.sens")
    back = read(tmp_path / "a.sens")
    assert back.world_from_camera.tolist() == given.world_from_camera.float().double().tolist()
    assert (back.intrinsics - given.intrinsics).abs().max() < 1e-5
    for ours, theirs in zip(stream_frames(back), stream_frames(given), strict=True):
        assert torch.equal(ours.depth, theirs.depth)
        assert torch.equal(ours.colour, theirs.colour)


def test_a_scan_without_transforms_is_written_as_one_whose_camera_was_lost(tmp_path: Path):
    from geo3d.data_tools.scans.write_sens import write_sens

    (tmp_path / "frames").mkdir()
    write_seven_scenes(tmp_path / "frames", [None] * 4)
    found = find_scan(tmp_path / "frames", "auto", ":", None)
    write_sens(found.format.read(found.source(tmp_path / "no folder" / "hashes.json"), None), tmp_path / "a.sens")
    assert (tmp_path / "a.sens").read_bytes().count(16 * np.float32(-np.inf).tobytes()) == 4
    assert not find_scan(tmp_path / "a.sens", "auto", ":", None).listing.located
    assert read(tmp_path / "a.sens").world_from_camera.isnan().all()


def test_the_kitchen_as_one_file_is_fused_to_the_same_volume(shared_data: Path, tmp_path: Path):
    """But for transforms and intrinsics, which a .sens file rounds to float32."""
    from dataclasses import replace

    from geo3d.data_tools.scans.write_sens import write_sens
    from geo3d.stages.fuse import FuseConfig, fuse

    found = find_scan(shared_data / "scans/7scenes_kitchen", "auto", ":40:10", None)
    given = found.format.read(found.source(tmp_path / "no folder" / "hashes.json"), None)
    write_sens(given, tmp_path / "kitchen.sens")
    scan = read(tmp_path / "kitchen.sens")
    original = found.folder / given.colour[0].file
    part = scan.colour[0]
    assert (tmp_path / "kitchen.sens").read_bytes()[part.start :][: part.length] == original.read_bytes()
    rounded = {"world_from_camera": given.world_from_camera.float().double()}
    config = FuseConfig(voxel_size=0.04)
    ours, theirs = fuse(scan, config), fuse(replace(given, **rounded), config)
    for name in ("blocks", "tsdf", "weight", "colour"):
        assert torch.equal(getattr(ours, name), getattr(theirs, name)), name
