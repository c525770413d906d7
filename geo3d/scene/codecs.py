"""Decode images; the only file that does."""

import io
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from geo3d.errors import InputError
from geo3d.scene.kinds import Encoded
from geo3d.scene.npy import read_header
from geo3d.scene.packed import lzfse_content, zip_content
from geo3d.scene.text_images import along_z, text_image
from geo3d.scene.video import open_video

UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
"""What Pillow raises for files that are no image, or not a whole one."""

WHOLE = "a whole PNG, JPEG, PPM, PGM or TIFF file"
LARGEST_FILE, MOST_PIXELS = 2**28, 2**26
"""Of one image, in bytes and in pixels: 256 MiB, and 8192x8192."""

Size = tuple[int, int]


def decode_colour(root: Path, encoded: Encoded, size: Size) -> np.ndarray:
    """RGB [height, width, 3], uint8; raises InputError, naming the file, where that is not what it holds."""
    return _of_size(root / encoded.file, colour_of_any_size(root, encoded, size), size)


def colour_of_any_size(root: Path, encoded: Encoded, size: Size) -> np.ndarray:
    """The same; `size` only tells what images hold that do not say it themselves."""
    return _decoded(root, encoded, size, ("uint8",), 3)


def decode_depth(root: Path, encoded: Encoded, size: Size) -> np.ndarray:
    """Counts [height, width], uint16, int32 or float32; raises InputError, naming the file, where it holds no such."""
    return _of_size(root / encoded.file, depth_of_any_size(root, encoded, size), size)


def depth_of_any_size(root: Path, encoded: Encoded, size: Size) -> np.ndarray:
    """The same; `size` only tells what images hold that do not say it themselves."""
    counts = _decoded(root, encoded, size, ("uint16", "int32", "float32"), 1)
    return counts if encoded.rays is None else along_z(counts, encoded.rays)


def in_metres(counts: np.ndarray, depth_unit: float, depth_none: Iterable[int]) -> np.ndarray:
    """Depth in metres, float32; 0 where there is no measurement: `depth_none`, and what is no number above 0."""
    depth = counts.astype(np.float32) * np.float32(depth_unit)
    for none in depth_none:
        depth[counts == none] = 0
    if counts.dtype.kind != "u":
        depth[~((depth > 0) & (depth < np.inf))] = 0
    return depth


def decode_confidence(root: Path, encoded: Encoded, size: Size) -> np.ndarray:
    """[height, width], uint8; raises InputError, naming the file, where it holds no such."""
    return _of_size(root / encoded.file, _decoded(root, encoded, size, ("uint8",), 1), size)


def array_size(path: Path) -> Size:
    """Height and width of an image that NumPy saved, from its header; raises InputError where it is not one."""
    return _array_header(path)[0]


def decode_values(root: Path, encoded: Encoded, *sizes: Size) -> np.ndarray:
    """Values [height, width], uint8 or uint16, of one of the sizes; raises InputError where the file holds no such."""
    path = root / encoded.file
    pixels = CODECS[encoded.codec](path, encoded, sizes[0], 1)
    if pixels.shape not in sizes or pixels.dtype.name not in ("uint8", "uint16"):
        wanted = " or ".join(f"{width}x{height}" for height, width in dict.fromkeys(sizes))
        found = "x".join(map(str, pixels.shape[1::-1] + pixels.shape[2:]))
        raise InputError(f"{path} has {found} pixels of {pixels.dtype}; labels must be {wanted} of uint8 or uint16")
    return pixels


def image_size(path: Path, start: int = 0, length: int | None = None) -> Size:
    """Height and width of an image, from its header; raises InputError where it is not one."""
    try:
        with _opened(path if (start, length) == (0, None) else io.BytesIO(_part(path, start, length))) as image:
            return image.height, image.width
    except UNREADABLE as error:
        raise InputError(f"{path} cannot be read as an image; it must be {WHOLE}") from error


def _of_size(path: Path, pixels: np.ndarray, size: Size) -> np.ndarray:
    if (found := pixels.shape[:2]) != size:
        raise InputError(f"{path} is {found[1]}x{found[0]}; the scan's other images are {size[1]}x{size[0]}")
    return pixels


def _decoded(root: Path, encoded: Encoded, size: Size, kinds: tuple[str, ...], channels: int) -> np.ndarray:
    path = root / encoded.file
    pixels = CODECS[encoded.codec](path, encoded, size, channels)
    if pixels.dtype.name not in kinds or pixels.shape[2:] != (() if channels == 1 else (channels,)):
        wanted = f"{' or '.join(kinds)} with {channels} channel{'s' * (channels > 1)}"
        raise InputError(f"{path} has pixels of {pixels.dtype} {list(pixels.shape[2:])}; allowed are {wanted}")
    return pixels


def _image(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """Whatever Pillow reads: PNG, JPEG, PGM, TIFF; the plainest PNGs are read faster."""
    try:
        content = _part(path, encoded.start, encoded.length)
    except UNREADABLE as error:
        raise InputError(f"{path} cannot be read as an image; it must be {WHOLE}") from error
    return _image_of(path, content, channels)


def _image_of(path: Path, content: bytes, channels: int) -> np.ndarray:
    from geo3d.scene.png import decode_png

    try:
        pixels = decode_png(content)
        if pixels is not None and pixels.shape[2:] == (() if channels == 1 else (channels,)):
            return pixels
        image = _opened(io.BytesIO(content))
        if channels == 3 and image.mode in ("L", "RGBA", "P"):
            image = image.convert("RGB")
        pixels = np.array(image)
    except UNREADABLE as error:
        raise InputError(f"{path} cannot be read as an image; it must be {WHOLE}") from error
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def _raw(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """Rows of pixels, as they are: bytes of RGB, or little-endian 16-bit counts."""
    return _pixels(path, encoded_bytes(path, encoded), size, channels)


def _zlib(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """The same, deflated."""
    expected = size[0] * size[1] * (channels if channels == 3 else 2)
    try:
        content = zlib.decompressobj().decompress(encoded_bytes(path, encoded), expected + 1)
    except zlib.error as error:
        raise InputError(f"{path} has an image at byte {encoded.start} that cannot be inflated: {error}") from error
    return _pixels(path, content, size, channels)


def _array(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """What NumPy saved, [height, width] or [height, width, 1]; 16-bit counts as they are, other numbers as float32."""
    found, kind, across, start = _array_header(path)
    if found != size:  # before anything is read: the header may claim whatever it likes
        raise InputError(f"{path} is {found[1]}x{found[0]}; the scan's other images are {size[1]}x{size[0]}")
    length = size[0] * size[1] * kind.itemsize
    pixels = np.frombuffer(encoded_bytes(path, Encoded(encoded.file, "", start, length)), kind)
    pixels = pixels.reshape(size[::-1]).T if across else pixels.reshape(size)
    return pixels.astype(np.uint16 if kind.name == "uint16" else np.float32, order="C")


def _array_header(path: Path) -> tuple[Size, np.dtype, bool, int]:
    """Size, type, whether columns come first, and where the data begin."""
    try:
        with open(path, "rb") as file:
            shape, across, kind = read_header(file)
            if len(shape) not in (2, 3) or shape[2:] not in ((), (1,)) or kind.kind not in "fui":
                raise ValueError(f"it holds {kind} {list(shape)}")
            return (shape[0], shape[1]), kind, across, file.tell()
    except (OSError, ValueError) as error:
        raise InputError(f"{path} must hold [height, width] numbers as NumPy saves them: {error}") from error


def _lzfse(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """LZFSE data."""
    return _lzfse_of(path, encoded_bytes(path, encoded), size)


def _lzfse_of(path: Path, content: bytes, size: Size) -> np.ndarray:
    """Little-endian float32, or 8-bit where there are as many bytes as pixels."""
    count = size[0] * size[1]
    pixels = lzfse_content(path, content, 4 * count)
    if len(pixels) not in (count, 4 * count):
        raise InputError(f"{path} has an image of {len(pixels)} bytes, {size[1]}x{size[0]} pixels are {4 * count}")
    return np.frombuffer(pixels, "<f4" if len(pixels) == 4 * count else np.uint8).reshape(size)


def _zipped_image(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """An image file in a zip file."""
    most = (1 << 20) + 4 * size[0] * size[1]  # image files are smaller than their pixels, but for what else they tell
    return _image_of(path, zip_content(path, encoded.start, encoded.length, most), channels)


def _zipped_lzfse(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """LZFSE data in a zip file."""
    most = (1 << 16) + 4 * size[0] * size[1]
    return _lzfse_of(path, zip_content(path, encoded.start, encoded.length, most), size)


def _text(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """Numbers as text, of depth."""
    return text_image(path, size)


def _video(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """A frame of a video: the part's start is its number."""
    return open_video(path).frame(encoded.start)


def _pixels(path: Path, content: bytes, size: Size, channels: int) -> np.ndarray:
    kind, shape = (np.dtype(np.uint8), (*size, 3)) if channels == 3 else (np.dtype("<u2"), size)
    expected = int(np.prod(shape)) * kind.itemsize
    if len(content) != expected:
        than = "more" if len(content) > expected else "fewer"
        raise InputError(f"{path} has an image of {than} bytes than the {expected} of {size[1]}x{size[0]} pixels")
    return np.frombuffer(content, kind).reshape(shape).copy()


def encoded_bytes(path: Path, encoded: Encoded) -> bytes:
    """An image's bytes as they are in its file; raises InputError, naming it, where they are not there."""
    try:
        return _part(path, encoded.start, encoded.length)
    except (OSError, EOFError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _opened(content: Path | io.BytesIO) -> Image.Image:
    """An image whose header is read, and says that decoding it takes no more memory than a camera's."""
    image = Image.open(content)
    if image.width * image.height > MOST_PIXELS:
        image.close()
        raise ValueError(f"{image.width}x{image.height} pixels are more than {MOST_PIXELS:,}")
    return image


def _part(path: Path, start: int, length: int | None) -> bytes:
    with open(path, "rb") as file:
        file.seek(start)
        content = file.read(LARGEST_FILE + 1 if length is None else length)
    if len(content) > LARGEST_FILE:
        raise OSError(f"an image of more than {LARGEST_FILE:,} bytes")
    if length is not None and len(content) < length:
        raise EOFError(f"it ends within the image that begins at byte {start}")
    return content


CODECS: dict[str, Callable[[Path, Encoded, Size, int], np.ndarray]] = {
    "image": _image,
    "raw": _raw,
    "zlib": _zlib,
    "array": _array,
    "lzfse": _lzfse,
    "zipped image": _zipped_image,
    "zipped lzfse": _zipped_lzfse,
    "text": _text,
    "video": _video,
}
"""By name: reads [height, width] counts or [height, width, 3] RGB from a file, of the size and channels asked for."""
