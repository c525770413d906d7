"""PNG files of the plainest kinds are read as Pillow reads them, and all others are left to it."""

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo3d.kernels.png import AVERAGE, NONE, PAETH, SUB, UP
from geo3d.scene.png import SIGNATURE, decode_png

SHAPES = {"grey 8": (np.uint8, (23, 31)), "grey 16": (np.uint16, (23, 31)), "RGB": (np.uint8, (23, 31, 3))}


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def filtered(plain: bytes, above: bytes, step: int, kind: int) -> bytes:
    """A row's bytes as the specification's table of filters has them."""
    out = bytearray([kind])
    for i, value in enumerate(plain):
        a, b = plain[i - step] if i >= step else 0, above[i]
        c = above[i - step] if i >= step else 0
        nearest = min((a, b, c), key=lambda one: abs(a + b - c - one))
        out.append((value - {NONE: 0, SUB: a, UP: b, AVERAGE: (a + b) // 2, PAETH: nearest}.get(kind, 0)) % 256)
    return bytes(out)


def written(pixels: np.ndarray, kinds: list[int], **header: int) -> bytes:
    """A PNG file whose rows have the filters `kinds`, in turn, in two IDAT chunks and with a comment between."""
    colour, step = 2 if pixels.ndim == 3 else 0, pixels.itemsize * (3 if pixels.ndim == 3 else 1)
    rows = [row.astype(row.dtype.newbyteorder(">")).tobytes() for row in pixels]
    above = [bytes(len(rows[0])), *rows]
    packed = zlib.compress(b"".join(filtered(row, above[i], step, kinds[i % len(kinds)]) for i, row in enumerate(rows)))
    fields = {"width": pixels.shape[1], "height": pixels.shape[0], "bits": 8 * pixels.itemsize, "colour": colour}
    fields |= {"compression": 0, "filter": 0, "interlace": 0} | header
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", *fields.values())), chunk(b"tEXt", b"a\0b")]
    parts += [chunk(b"IDAT", packed[:9]), chunk(b"IDAT", packed[9:]), chunk(b"IEND", b"")]
    return SIGNATURE + b"".join(parts)


def random_pixels(kind: str) -> np.ndarray:
    """Noise, with flat parts, where a predictor's neighbours are equally near."""
    dtype, shape = SHAPES[kind]
    pixels = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    pixels[8:15, 5:20] = pixels[8, 5]
    return pixels


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("filters", [[NONE], [SUB], [UP], [AVERAGE], [PAETH], [PAETH, UP, AVERAGE, SUB, NONE]])
def test_pixels_are_those_that_were_filtered(kind: str, filters: list[int]):
    pixels = random_pixels(kind)
    found = decode_png(written(pixels, filters))
    assert found is not None
    assert found.dtype == pixels.dtype
    assert (found == pixels).all()


@pytest.mark.parametrize("kind", SHAPES)
def test_what_pillow_writes_is_read(kind: str):
    pixels, file = np.cumsum(random_pixels(kind) // 50, axis=1, dtype=SHAPES[kind][0]), io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    found = decode_png(file.getvalue())
    assert found is not None
    assert (found == pixels).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1)])
def test_images_of_one_row_or_column(shape: tuple[int, int]):
    pixels = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape) * 9001
    assert np.array_equal(decode_png(written(pixels, [PAETH, AVERAGE, SUB])), pixels)  # pyright: ignore


@pytest.mark.parametrize(
    "header",
    [
        {"interlace": 1},
        {"compression": 1},
        {"filter": 1},
        {"bits": 4},
        {"colour": 3},
        {"colour": 6},
        {"width": 0},
        {"width": 30},
        {"height": 24},
        {"width": 1 << 31},
        {"width": (1 << 31) - 1, "height": (1 << 31) - 1},
    ],
)
def test_other_kinds_and_sizes_that_do_not_fit_are_left_to_others(header: dict[str, int]):
    assert decode_png(written(random_pixels("grey 16"), [UP], **header)) is None


@pytest.mark.parametrize("mode", ["P", "RGBA", "LA", "1"])
def test_modes_with_palette_or_transparency_are_left_to_others(mode: str):
    file = io.BytesIO()
    Image.new(mode, (8, 6)).save(file, "PNG")
    assert decode_png(file.getvalue()) is None


def test_an_unknown_filter_is_left_to_others():
    assert decode_png(written(random_pixels("RGB"), [NONE, 5])) is None


def test_whatever_byte_is_wrong_or_missing_no_pixel_is():
    pixels = random_pixels("grey 16")
    whole = written(pixels, [PAETH])
    for at in range(len(whole)):
        spoiled = bytearray(whole)
        spoiled[at] ^= 1 << at % 8
        for content in (bytes(spoiled), whole[:at]):
            found = decode_png(content)
            assert found is None or np.array_equal(found, pixels)


def test_nothing_is_inflated_beyond_what_the_header_says():
    bomb = zlib.compress(bytes(1 << 24))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 16, 0, 0, 0, 0))
    content = SIGNATURE + header + chunk(b"IDAT", bomb) + chunk(b"IEND", b"")
    decode_png(written(random_pixels("grey 16"), [UP]))
    tracemalloc.start()
    assert decode_png(content) is None
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_real_depth_images_are_as_pillow_has_them(shared_data: Path):
    files = sorted((shared_data / "scans").rglob("*depth*.png"))[::10]
    assert files
    for file in files:
        found, wanted = decode_png(file.read_bytes()), np.array(Image.open(file))
        assert found is None or np.array_equal(found, wanted)
    assert decode_png(files[0].read_bytes()) is not None
