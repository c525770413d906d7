"""The image files of a rendered frame, a folder for each channel: ``depth/000012.png``."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from geo3d.config import settings
from geo3d.data_tools.png import encode_png

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.ops.flow import Flow
    from geo3d.ops.render import View

Channel = Literal["colour", "depth", "normals", "labels", "instances"]
FLOWS = ("forward_flow", "backward_flow")


@settings
class ImagesConfig:
    """Which images are written, and how."""

    channels: tuple[Channel, ...] = ("colour", "depth", "normals", "labels", "instances")
    """What is written of each frame; flow has its own switch."""
    colour: Literal["jpg", "png"] = "jpg"
    """Kind of the colour images; PNG loses nothing and is several times as large."""
    depth_unit: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 0.001
    """Metres a count of the 16-bit depth images; what is farther than 65,535 counts has no depth."""


def image_files(config: ImagesConfig, flow: bool, number: int, count: int) -> dict[str, str]:
    """The files of a frame by channel, relative to the scene's folder; the first has no flow back, the last none on."""
    kinds = {channel: config.colour if channel == "colour" else "png" for channel in config.channels}
    kinds |= {FLOWS[0]: "png"} if flow and number + 1 < count else {}
    kinds |= {FLOWS[1]: "png"} if flow and number else {}
    return {channel: f"{channel}/{number:06}.{kind}" for channel, kind in kinds.items()}


def write_images(
    folder: Path, files: dict[str, str], view: View, flows: Mapping[str, Flow], config: ImagesConfig
) -> None:
    """Write one frame, its view and its `flows` by channel; each file is there as a whole or not at all."""
    for channel, name in files.items():
        data = _encoded_flow(flows[channel]) if channel in FLOWS else _encoded(channel, view, config)
        aside = folder / f"{name}.part"
        aside.write_bytes(data)
        os.replace(aside, folder / name)


def _encoded(channel: str, view: View, config: ImagesConfig) -> bytes:
    import numpy as np

    if channel == "colour":
        return _jpeg(view.colour.numpy()) if config.colour == "jpg" else encode_png(view.colour.numpy())
    if channel == "depth":
        counts = np.rint(view.depth.numpy() * np.float32(1 / config.depth_unit))
        return encode_png(np.where(counts <= 0xFFFF, counts, 0).astype(np.uint16))
    if channel == "normals":
        levels = (view.normals.numpy() * np.float32(127.5) + np.float32(128)).astype(np.uint8)  # cut off: rounded
        levels[view.objects.numpy() == 0] = 0
        return encode_png(levels)
    if channel == "labels":
        return encode_png(view.labels.numpy())
    if channel == "instances":
        return encode_png(view.objects.numpy().astype(np.uint16))
    raise ValueError(f"{channel} is no channel of a view")


def _encoded_flow(flow: Flow) -> bytes:
    """As KITTI's: 64 u + 2^15, 64 v + 2^15, valid (Menze and Geiger 2015, development kit).

    What goes farther than the 512 pixels that this holds counts as not seen.
    """
    import numpy as np

    counts = flow.moved.numpy() * np.float32(64) + np.float32(2**15 + 0.5)
    kept = flow.seen.numpy() & ((counts >= 1) & (counts < 2**16)).all(axis=2)
    image = np.empty((*kept.shape, 3), np.uint16)
    image[..., :2], image[..., 2] = np.clip(counts, 1, 2**16 - 1, out=counts), kept
    return encode_png(image)


def _jpeg(image: NDArray) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=92)
    return file.getvalue()
