"""What there is to know of a scan's frames, each decoded once and then forgotten."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, Told
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.data_tools.scans.listing import FrameFiles

STRIDE = 4
"""Every fourth pixel each way is enough for shares and percentiles."""
SAMPLES = 200
"""Depths kept of each frame for the percentiles of the whole scan."""

Size = tuple[int, int]


@dataclass(frozen=True)
class ImageFacts:
    """One image."""

    fault: str | None = None
    """Why it cannot be read; what follows is then empty."""
    size: Size | None = None
    """Height and width, in pixels."""
    digest: bytes = b""
    """Of the pixels: equal for equal ones, however they are written."""
    low: float = 0.0
    """Colour: 1st percentile of the darkest channel's values. Depth: least count that is not 0."""
    high: float = 0.0
    """Colour: 99th percentile of the brightest channel's. Depth: largest count."""
    spread: float = 0.0
    """Widest gap between 1st and 99th percentile of a channel; of depth, between least and largest count."""
    at_most: float = 0.0
    """Depth: share of pixels whose count is the largest that 16 bits hold, and that count as measured."""


@dataclass(frozen=True)
class FrameFacts:
    """One frame."""

    colour: ImageFacts
    depth: ImageFacts
    measured: float = 0.0
    """Share of pixels with depth."""
    samples: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    """Some of its depths, in metres."""


def look_at(root: Path, frame: FrameFiles, told: Told) -> tuple[FrameFacts, np.ndarray | None]:
    """Decode a frame; also its depth in metres, None where it cannot be read."""
    colour = _colour_facts(root, frame, told.colour)
    depth, measured, metres = ImageFacts(), 0.0, None
    try:
        counts = decode(root, frame, told.depth, "depth")
    except InputError as error:
        return FrameFacts(colour, ImageFacts(_said(error, root))), None
    metres = in_metres(counts, told)
    some, known = counts[::STRIDE, ::STRIDE], metres[::STRIDE, ::STRIDE] > 0
    measured = float(np.count_nonzero(metres)) / max(metres.size, 1)
    least, most = (float(some[known].min()), float(some[known].max())) if known.any() else (0.0, 0.0)
    full = np.iinfo(np.uint16).max
    at_most = float((some[known] == full).mean()) if known.any() and counts.dtype == np.uint16 else 0.0
    depth = ImageFacts(None, counts.shape, _digest(counts), least, most, most - least, at_most)
    samples = metres[::STRIDE, ::STRIDE][known]
    return FrameFacts(colour, depth, measured, samples[:: max(1, len(samples) // SAMPLES)].copy()), metres


def in_metres(counts: np.ndarray, told: Told) -> np.ndarray:
    """Depth as the scan's readers have it: metres along z, 0 = none."""
    from geo3d.scene import codecs

    return codecs.in_metres(counts, told.depth_unit, told.depth_none)


def decode(root: Path, frame: FrameFiles, camera: Camera, kind: str) -> np.ndarray:
    """The pixels of a frame's ``colour`` or ``depth`` image, whatever its size; raises InputError."""
    from geo3d.scene import codecs
    from geo3d.scene.kinds import Encoded

    file, part = getattr(frame, kind), getattr(frame, f"{kind}_part")
    read = codecs.colour_of_any_size if kind == "colour" else codecs.depth_of_any_size
    start, length = part or (0, None)
    return read(root, Encoded(file, "", start, length, camera.codec, camera.rays), camera.size or (0, 0))


def _colour_facts(root: Path, frame: FrameFiles, camera: Camera) -> ImageFacts:
    try:
        pixels = decode(root, frame, camera, "colour")
    except InputError as error:
        return ImageFacts(_said(error, root))
    low, high = np.percentile(pixels[::STRIDE, ::STRIDE].reshape(-1, 3), [1, 99], axis=0)
    spread = float((high - low).max())
    return ImageFacts(None, pixels.shape[:2], _digest(pixels), float(low.min()), float(high.max()), spread)


def _digest(pixels: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(pixels).data, digest_size=16).digest()


def _said(error: InputError, root: Path) -> str:
    """The reason without the folder that everybody knows."""
    return str(error).removeprefix(f"{root}/")
