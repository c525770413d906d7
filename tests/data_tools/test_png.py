"""PNG files, read back by Pillow and OpenCV."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from geo3d.data_tools.png import encode_png


def image_of(shape: tuple[int, ...], kind: type) -> np.ndarray:
    """Noise over half of the image, and one value below."""
    random = np.random.default_rng(sum(shape))
    image = random.integers(0, np.iinfo(kind).max, shape, dtype=kind, endpoint=True)
    image[shape[0] // 2 :] = image[0, 0]
    return image


@pytest.mark.parametrize("level", range(4))
@pytest.mark.parametrize(
    ("shape", "kind"), [((37, 53), np.uint8), ((37, 53, 3), np.uint8), ((37, 53), np.uint16), ((1, 1), np.uint16)]
)
def test_pillow_reads_back_what_is_written(shape: tuple[int, ...], kind: type, level: int):
    image = image_of(shape, kind)
    back = np.array(Image.open(io.BytesIO(encode_png(image, level))))
    assert back.dtype == kind
    np.testing.assert_array_equal(back, image)


def test_opencv_reads_back_three_channels_of_16_bits():
    cv2 = pytest.importorskip("cv2")
    image = image_of((37, 53, 3), np.uint16)
    bgr = cv2.imdecode(np.frombuffer(encode_png(image), np.uint8), cv2.IMREAD_UNCHANGED)
    assert bgr.dtype == np.uint16
    np.testing.assert_array_equal(bgr[..., ::-1], image)


def test_parts_of_arrays_are_written_as_they_look():
    image = image_of((40, 60, 3), np.uint16)
    for part in (image[::2, ::-3, 1], image[3:9].astype(">u2")[..., 0], image.transpose(1, 0, 2)[..., 2]):
        np.testing.assert_array_equal(np.array(Image.open(io.BytesIO(encode_png(part)))), part)


def test_each_part_of_the_file_has_its_checksum():
    rest, names = encode_png(image_of((5, 7), np.uint8))[8:], []
    while rest:
        (length,) = struct.unpack(">I", rest[:4])
        assert struct.unpack(">I", rest[8 + length : 12 + length]) == (zlib.crc32(rest[4 : 8 + length]),)
        names.append(rest[4:8])
        rest = rest[12 + length :]
    assert names == [b"IHDR", b"IDAT", b"IEND"]


@pytest.mark.parametrize(
    ("image", "level", "message"),
    [
        (np.zeros((4, 4), np.float32), 1, "a PNG of float32"),
        (np.zeros((4, 4), np.int16), 1, "a PNG of int16"),
        (np.zeros((4, 4, 4), np.uint8), 1, r"shape \(4, 4, 4\)"),
        (np.zeros(4, np.uint8), 1, r"shape \(4,\)"),
        (np.zeros((0, 4), np.uint8), 1, r"shape \(0, 4\)"),
        (np.zeros((4, 4), np.uint8), 4, "level 4 is none"),
    ],
)
def test_what_a_png_cannot_hold_is_refused(image: np.ndarray, level: int, message: str):
    with pytest.raises(ValueError, match=message):
        encode_png(image, level)
