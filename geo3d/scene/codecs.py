"""Decode images; the only file that does."""

import io
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from geo3d.errors import InputError
from geo3d.scene.kinds import Encoded

UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
"""What Pillow raises for files that are no image, or not a whole one."""

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
    return _decoded(root, encoded, size, ("uint16", "int32", "float32"), 1)


def in_metres(counts: np.ndarray, depth_unit: float, depth_none: Iterable[int]) -> np.ndarray:
    """Depth in metres, float32; 0 where there is no measurement: `depth_none`, and what is no number above 0."""
    depth = counts.astype(np.float32) * np.float32(depth_unit)
    for none in depth_none:
        depth[counts == none] = 0
    if counts.dtype.kind != "u":
        depth[~((depth > 0) & (depth < np.inf))] = 0
    return depth


def image_size(path: Path, start: int = 0, length: int | None = None) -> Size:
    """Height and width of an image, from its header; raises InputError where it is not one."""
    try:
        with Image.open(path if (start, length) == (0, None) else io.BytesIO(_part(path, start, length))) as image:
            return image.height, image.width
    except UNREADABLE as error:
        raise InputError(f"{path} cannot be read as an image; it must be a whole PNG or JPEG file") from error


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
    """Whatever Pillow reads: PNG, JPEG, PGM, TIFF."""
    try:
        image = Image.open(io.BytesIO(_part(path, encoded.start, encoded.length)))
        if channels == 3 and image.mode in ("L", "RGBA", "P"):
            image = image.convert("RGB")
        pixels = np.array(image)
    except UNREADABLE as error:
        raise InputError(f"{path} cannot be read as an image; it must be a whole PNG or JPEG file") from error
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def _raw(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """Rows of pixels, as they are: bytes of RGB, or little-endian 16-bit counts."""
    return _pixels(path, _read(path, encoded), size, channels)


def _zlib(path: Path, encoded: Encoded, size: Size, channels: int) -> np.ndarray:
    """The same, deflated."""
    expected = size[0] * size[1] * (channels if channels == 3 else 2)
    try:
        content = zlib.decompressobj().decompress(_read(path, encoded), expected + 1)
    except zlib.error as error:
        raise InputError(f"{path} has an image at byte {encoded.start} that cannot be inflated: {error}") from error
    return _pixels(path, content, size, channels)


def _pixels(path: Path, content: bytes, size: Size, channels: int) -> np.ndarray:
    kind, shape = (np.dtype(np.uint8), (*size, 3)) if channels == 3 else (np.dtype("<u2"), size)
    expected = int(np.prod(shape)) * kind.itemsize
    if len(content) != expected:
        than = "more" if len(content) > expected else "fewer"
        raise InputError(f"{path} has an image of {than} bytes than the {expected} of {size[1]}x{size[0]} pixels")
    return np.frombuffer(content, kind).reshape(shape).copy()


def _read(path: Path, encoded: Encoded) -> bytes:
    try:
        return _part(path, encoded.start, encoded.length)
    except (OSError, EOFError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _part(path: Path, start: int, length: int | None) -> bytes:
    with open(path, "rb") as file:
        file.seek(start)
        content = file.read(-1 if length is None else length)
    if length is not None and len(content) < length:
        raise EOFError(f"it ends within the image that begins at byte {start}")
    return content


CODECS: dict[str, Callable[[Path, Encoded, Size, int], np.ndarray]] = {"image": _image, "raw": _raw, "zlib": _zlib}
"""By name: reads [height, width] counts or [height, width, 3] RGB from a file, of the size and channels asked for."""
