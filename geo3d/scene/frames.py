"""Decode the frames of a scan; the only file that does."""

import io
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from geo3d.errors import InputError
from geo3d.scene.kinds import Encoded, RgbdScan

LOOK_AHEAD = 3
"""Frames decoded before they are asked for; also all that are held in memory."""

UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""What Pillow raises for files that are no image, or not a whole one."""


@dataclass(frozen=True)
class Frame:
    """One decoded frame of a scan."""

    colour: UInt8[Tensor, "row column 3"]
    """RGB."""
    depth: Float[Tensor, "height width"]
    """Metres along z; 0 = none."""
    world_from_camera: Float[Tensor, "4 4"]
    """Rigid, in metres."""


def stream_frames(scan: RgbdScan, rows: range | None = None) -> Iterator[Frame]:
    """Decode frames in order, on a second thread and a few ahead; `rows` takes some of them only."""
    waiting = deque()
    with ThreadPoolExecutor(1) as pool:
        for row in rows if rows is not None else range(len(scan.depth)):
            waiting.append(pool.submit(read_frame, scan, row))
            if len(waiting) > LOOK_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def read_frame(scan: RgbdScan, row: int) -> Frame:
    """Decode one frame; raises InputError where an image cannot be read or is not as the scan says."""
    colour = _decode(scan.source, scan.colour[row], scan.colour_size, ("RGB",))
    counts = _decode(scan.source, scan.depth[row], scan.depth_size, ("I;16", "I;16B", "I"))
    depth = counts.astype(np.float32) * np.float32(scan.depth_unit)
    for none in scan.depth_none:
        depth[counts == none] = 0
    return Frame(torch.from_numpy(colour.copy()), torch.from_numpy(depth), scan.world_from_camera[row])


def image_size(path: Path) -> tuple[int, int]:
    """Height and width of an image file, from its header; raises InputError where it is not one."""
    try:
        with Image.open(path) as image:
            return image.height, image.width
    except UNREADABLE as error:
        raise InputError(f"{path} cannot be read as an image; it must be a whole PNG or JPEG file") from error


def _decode(root: Path, encoded: Encoded, size: tuple[int, int], modes: tuple[str, ...]) -> np.ndarray:
    path = root / encoded.file
    try:
        with open(path, "rb") as file:
            file.seek(encoded.start)
            image = Image.open(io.BytesIO(file.read(-1 if encoded.length is None else encoded.length)))
        if modes == ("RGB",) and image.mode in ("L", "RGBA", "P"):
            image = image.convert("RGB")
        pixels = np.asarray(image)
    except UNREADABLE as error:
        raise InputError(f"{path} cannot be read as an image; it must be a whole PNG or JPEG file") from error
    if image.mode not in modes:
        raise InputError(f"{path} has pixels of kind {image.mode}; allowed are {', '.join(modes)}")
    if (image.height, image.width) != size:
        raise InputError(f"{path} is {image.width}x{image.height}; the scan's other images are {size[1]}x{size[0]}")
    return pixels
