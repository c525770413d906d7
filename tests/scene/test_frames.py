"""Frames are decoded in order and to the digit, and files that are no frames are named."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from geo3d.errors import InputError
from geo3d.scene.codecs import image_size
from geo3d.scene.frames import LOOK_AHEAD, read_frame, stream_frames
from geo3d.scene.kinds import Encoded, RgbdScan

UNIT = 1 / 1024
"""Metres a count: a power of two, so that float32 depths are exact."""


def counts(row: int) -> np.ndarray:
    return (np.arange(6 * 8).reshape(6, 8) * 1000 + row).astype(np.uint16)


def colours(row: int) -> np.ndarray:
    return (np.arange(5 * 7 * 3).reshape(5, 7, 3) + row).astype(np.uint8)


def make_scan(folder: Path, frames: int = 3, depth_none: tuple[int, ...] = ()) -> RgbdScan:
    for row in range(frames):
        Image.fromarray(counts(row)).save(folder / f"{row}.depth.png")
        Image.fromarray(colours(row)).save(folder / f"{row}.png")
    transforms = torch.eye(4, dtype=torch.float64).repeat(frames, 1, 1)
    transforms[:, 0, 3] = torch.arange(frames)
    return RgbdScan(
        source=folder,
        colour=tuple(Encoded(f"{row}.png", "") for row in range(frames)),
        depth=tuple(Encoded(f"{row}.depth.png", "") for row in range(frames)),
        world_from_camera=transforms,
        intrinsics=torch.eye(3, dtype=torch.float64).repeat(frames, 1, 1),
        colour_intrinsics=torch.eye(3, dtype=torch.float64).repeat(frames, 1, 1),
        depth_size=(6, 8),
        colour_size=(5, 7),
        depth_unit=UNIT,
        depth_none=depth_none,
        up=None,
        crop=None,
        skipped=(),
    )


@pytest.mark.parametrize("rows", [None, range(0), range(1), range(1, 17, 5), range(19, -1, -1)])
def test_frames_stream_in_the_order_asked_for(tmp_path: Path, rows: range | None):
    frames = list(stream_frames(make_scan(tmp_path, 20), rows))
    asked = list(range(20) if rows is None else rows)
    assert [int(frame.world_from_camera[0, 3]) for frame in frames] == asked
    assert [round(float(frame.depth[0, 0]) / UNIT) for frame in frames] == asked
    assert [int(frame.colour[0, 0, 0]) for frame in frames] == asked


def test_a_stream_may_be_left_early(tmp_path: Path):
    stream = stream_frames(make_scan(tmp_path, 20))
    assert float(next(stream).depth[0, 0]) == 0
    stream.close()  # pyright: ignore[reportAttributeAccessIssue]


def test_only_a_few_frames_are_read_ahead(tmp_path: Path):
    scan = make_scan(tmp_path, 20)
    (tmp_path / f"{LOOK_AHEAD + 3}.png").write_text("no image")
    stream = stream_frames(scan)
    for _ in range(LOOK_AHEAD + 3):
        next(stream)
    with pytest.raises(InputError):
        next(stream)


def test_values_are_those_of_the_files(tmp_path: Path):
    frame = read_frame(make_scan(tmp_path), 2)
    assert frame.depth.dtype == torch.float32
    assert frame.depth.tolist() == (counts(2) * UNIT).tolist()
    assert frame.colour.tolist() == colours(2).tolist()


def test_a_millimetre_is_a_millimetre(tmp_path: Path):
    scan = dataclasses.replace(make_scan(tmp_path), depth_unit=0.001)
    np.testing.assert_allclose(read_frame(scan, 0).depth.numpy(), counts(0) / 1000, rtol=2e-7)


def test_counts_that_mean_none_become_zero(tmp_path: Path):
    frame = read_frame(make_scan(tmp_path, depth_none=(5000, 47000)), 0)
    wanted = np.where(np.isin(counts(0), (5000, 47000)), 0, counts(0) * UNIT)
    assert frame.depth.tolist() == wanted.tolist()
    assert int((frame.depth == 0).sum()) == 3


def test_an_image_may_be_a_range_of_bytes_in_a_file(tmp_path: Path):
    scan = make_scan(tmp_path)
    parts = [(tmp_path / name).read_bytes() for name in ("1.png", "1.depth.png", "2.png")]
    (tmp_path / "all.bin").write_bytes(b"head" + b"".join(parts))
    starts = [4 + sum(map(len, parts[:i])) for i in range(3)]
    depth = (Encoded("all.bin", "", starts[1], len(parts[1])),)
    scan = dataclasses.replace(scan, colour=(Encoded("all.bin", "", starts[2]),), depth=depth)
    frame = read_frame(scan, 0)
    assert frame.depth.tolist() == (counts(1) * UNIT).tolist()
    assert frame.colour.tolist() == colours(2).tolist()


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_grey_transparent_and_palette_images_become_rgb(tmp_path: Path, mode: str):
    scan = make_scan(tmp_path)
    image = Image.new("RGB", (7, 5), (102, 102, 102)).convert(mode)
    image.save(tmp_path / "0.png")
    assert read_frame(scan, 0).colour.tolist() == np.full((5, 7, 3), 102).tolist()


def spoil(path: Path, how: str) -> None:
    if how == "truncated":
        path.write_bytes(path.read_bytes()[:-30])
    elif how == "header only":
        path.write_bytes(path.read_bytes()[:20])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "text":
        path.write_text("once upon a time")
    elif how == "gone":
        path.unlink()
    elif how == "other size":
        Image.open(path).resize((4, 4), Image.Resampling.NEAREST).save(path)
    else:
        Image.fromarray(np.zeros((6, 8), np.uint8)).save(path)


@pytest.mark.parametrize("how", ["truncated", "header only", "empty", "text", "gone", "other size"])
@pytest.mark.parametrize("name", ["1.png", "1.depth.png"])
def test_a_file_that_is_no_such_image_is_named(tmp_path: Path, name: str, how: str):
    scan = make_scan(tmp_path)
    spoil(tmp_path / name, how)
    with pytest.raises(InputError) as caught:
        list(stream_frames(scan))
    assert str(caught.value).startswith(str(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_a_depth_image_of_8_bits_is_named(tmp_path: Path):
    scan = make_scan(tmp_path)
    spoil(tmp_path / "1.depth.png", "8 bits")
    with pytest.raises(InputError, match=r"1\.depth\.png has pixels of uint8 \[\]; allowed are uint16"):
        read_frame(scan, 1)


def test_sizes_come_from_headers(tmp_path: Path):
    make_scan(tmp_path)
    spoil(tmp_path / "1.png", "truncated")
    assert image_size(tmp_path / "1.png") == (5, 7)
    for how in ("text", "empty", "gone"):
        spoil(tmp_path / "1.png", how)
        with pytest.raises(InputError, match=r"1\.png cannot be read as an image"):
            image_size(tmp_path / "1.png")
