"""Images that are ranges of bytes, raw or deflated, and files that would fill the memory."""

import os
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo3d.errors import InputError
from geo3d.scene.codecs import LARGEST_FILE, decode_colour, decode_depth, image_size
from geo3d.scene.kinds import Encoded

SIZE = (5, 7)
COLOUR = np.arange(5 * 7 * 3).reshape(5, 7, 3).astype(np.uint8)
DEPTH = (np.arange(5 * 7).reshape(5, 7) * 1873).astype(np.uint16)


def part(folder: Path, content: bytes, codec: str, length: int | None = None) -> Encoded:
    """`content`, between other bytes, in a file."""
    (folder / "all.bin").write_bytes(b"before" + content + b"after")
    return Encoded("all.bin", "", 6, len(content) if length is None else length, codec)


@pytest.mark.parametrize(("codec", "encode"), [("raw", bytes), ("zlib", zlib.compress)])
def test_pixels_are_those_that_were_written(tmp_path: Path, codec: str, encode):
    colour = decode_colour(tmp_path, part(tmp_path, encode(COLOUR.tobytes()), codec), SIZE)
    np.testing.assert_array_equal(colour, COLOUR)
    depth = decode_depth(tmp_path, part(tmp_path, encode(DEPTH.astype("<u2").tobytes()), codec), SIZE)
    np.testing.assert_array_equal(depth, DEPTH)
    depth[0, 0] = 7  # what is read may be changed


@pytest.mark.parametrize(("codec", "encode"), [("raw", bytes), ("zlib", zlib.compress)])
@pytest.mark.parametrize(("change", "than"), [(-1, "fewer"), (1, "more")])
def test_an_image_of_too_few_or_many_bytes_is_named(tmp_path: Path, codec: str, encode, change: int, than: str):
    content = encode((DEPTH.tobytes() + b"x")[: 70 + change])
    with pytest.raises(InputError, match=rf"all\.bin has an image of {than} bytes than the 70 of 7x5 pixels"):
        decode_depth(tmp_path, part(tmp_path, content, codec), SIZE)


def test_what_cannot_be_inflated_is_named(tmp_path: Path):
    with pytest.raises(InputError, match=r"all\.bin has an image at byte 6 that cannot be inflated"):
        decode_depth(tmp_path, part(tmp_path, b"no zlib", "zlib"), SIZE)
    short = zlib.compress(np.random.default_rng(0).bytes(70))[:30]
    with pytest.raises(InputError, match="fewer bytes than the 70"):
        decode_depth(tmp_path, part(tmp_path, short, "zlib"), SIZE)


@pytest.mark.parametrize("codec", ["raw", "zlib", "image"])
def test_a_file_that_ends_within_an_image_is_named(tmp_path: Path, codec: str):
    with pytest.raises(InputError, match=r"all\.bin cannot be read"):
        decode_depth(tmp_path, part(tmp_path, b"x" * 40, codec, length=1000), SIZE)


def test_a_bomb_is_not_inflated(tmp_path: Path):
    bomb = part(tmp_path, zlib.compress(bytes(20_000_000), 1), "zlib")
    tracemalloc.start()
    with pytest.raises(InputError, match="more bytes than the 70"):
        decode_depth(tmp_path, bomb, SIZE)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_a_png_that_claims_to_be_huge_is_not_decoded(tmp_path: Path):
    Image.new("L", (7, 5)).save(tmp_path / "a.png")
    content = bytearray((tmp_path / "a.png").read_bytes())
    content[16:24] = (9000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.png cannot be read as an image"):
        image_size(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"a\.png cannot be read as an image"):
        decode_depth(tmp_path, Encoded("a.png", ""), SIZE)


def test_a_file_too_large_for_an_image_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert LARGEST_FILE == 2**28
    monkeypatch.setattr("geo3d.scene.codecs.LARGEST_FILE", 2**20)
    (tmp_path / "a.png").touch()
    os.truncate(tmp_path / "a.png", 2**40)  # which takes no space
    tracemalloc.start()
    with pytest.raises(InputError, match=r"a\.png cannot be read as an image"):
        decode_depth(tmp_path, Encoded("a.png", ""), SIZE)
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()


@pytest.mark.parametrize("suffix", ["png", "pgm", "tif"])
def test_16_bits_are_read_to_the_digit_from_all_files_that_have_them(tmp_path: Path, suffix: str):
    name = f"a.{suffix}"
    if suffix == "pgm":
        (tmp_path / name).write_bytes(b"P5\n7 5\n65535\n" + DEPTH.astype(">u2").tobytes())
    else:
        Image.fromarray(DEPTH).save(tmp_path / name)
    assert image_size(tmp_path / name) == SIZE
    np.testing.assert_array_equal(decode_depth(tmp_path, Encoded(name, ""), SIZE), DEPTH)


@pytest.mark.parametrize("suffix", ["png", "ppm", "tif"])
def test_colour_is_read_to_the_digit_from_all_files_that_keep_it(tmp_path: Path, suffix: str):
    Image.fromarray(COLOUR).save(tmp_path / f"a.{suffix}")
    np.testing.assert_array_equal(decode_colour(tmp_path, Encoded(f"a.{suffix}", ""), SIZE), COLOUR)


def test_real_depth_of_other_recorders_is_read(shared_data: Path):
    folder = shared_data / "scans/redwood/other_formats"
    by_hand = np.frombuffer((folder / "NYU_depth.pgm").read_bytes()[-480 * 640 * 2 :], ">u2").reshape(480, 640)
    found = decode_depth(folder, Encoded("NYU_depth.pgm", ""), (480, 640))
    assert len(np.unique(found)) > 100
    np.testing.assert_array_equal(found, by_hand)
