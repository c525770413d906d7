"""From what a format's file parsed to an RgbdScan: checks that hold for every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.data_tools.scans.listing import image_name
from geo3d.errors import InputError
from geo3d.progress import track

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import Encoded, RgbdScan
    from geo3d.scene.source import Source

Rays = tuple[float, float, float, float]
LEAST_FRAMES = 3
"""That make a scan."""
FARTHEST = 10_000.0
"""Metres from the world's origin."""


@dataclass(frozen=True)
class Camera:
    """What took the images of one kind, and how they are kept."""

    intrinsics: np.ndarray
    """[3, 3], or [frame, 3, 3] for each listed frame, in pixels; pixel centres at whole numbers."""
    codec: str = "image"
    """A name of :data:`geo3d.scene.codecs.CODECS`."""
    size: tuple[int, int] | None = None
    """Height and width, in pixels, of images that do not say it themselves; others are asked."""
    distortion: np.ndarray | None = None
    """[8], or [frame, 8] for each listed frame, as in :mod:`geo3d.scene.undistort`; None: a pinhole."""
    rays: Rays | None = None
    """Of depth: fx, fy, cx, cy, where images hold distances along a pinhole's rays, not along z."""


@dataclass(frozen=True)
class LabelSet:
    """What the values of label images mean; see the fields of RgbdScan."""

    classes: tuple[str, ...] = ()
    ids: tuple[tuple[int, ...], ...] = ()
    none: tuple[int, ...] = ()


@dataclass(frozen=True)
class Told:
    """What a format's files say of a scan, before any of it is checked."""

    transforms: list[np.ndarray | None]
    """``world_from_camera`` of each listed frame."""
    depth: Camera
    colour: Camera
    depth_unit: float
    depth_none: tuple[int, ...]


_listeners: list[Callable[[Told], None]] = []


@contextmanager
def overhear() -> Iterator[list[Told]]:
    """A list that gets what readers tell :func:`assemble` in this block, also where it then refuses the scan."""
    heard: list[Told] = []
    _listeners.append(heard.append)
    try:
        yield heard
    finally:
        _listeners.remove(heard.append)


def assemble(
    source: Source,
    transforms: list[np.ndarray | None],
    depth: Camera,
    colour: Camera | None = None,
    depth_unit: float = 0.001,
    depth_none: tuple[int, ...] = (),
    up: tuple[float, ...] | None = None,
    label_set: LabelSet = LabelSet(),
) -> RgbdScan:
    """Make the scan from its files and a ``world_from_camera`` [4, 4] (or None) for each listed frame.

    Without a colour camera it is the depth's. All listed frames have a confidence image, kept as depth is, or none has.
    Frames without a usable transform are skipped with the reason. Where the listing is not `located`, `transforms` and
    `up` are left alone, all frames are kept, and their transforms are NaN. Raises InputError where fewer than 3 frames
    are left, where an image is no image or of another size than the rest, or where the intrinsics are not those of a
    pinhole.
    """
    import torch

    from geo3d.scene.kinds import RgbdScan

    colour = colour or Camera(depth.intrinsics)
    for listen in _listeners:
        listen(Told(transforms, depth, colour, depth_unit, depth_none))
    located = source.listing["located"]
    skipped = [(name, reason) for name, reason in source.listing["skipped"]]
    kept = []
    for row, (frame, transform) in enumerate(zip(source.listing["frames"], transforms, strict=True)):
        reason = fault_of(transform) if located else None
        if reason:
            skipped.append((image_name(frame["colour"], frame["colour_part"], frame["row"]), reason))
        else:
            kept.append((row, frame, transform if located else np.full((4, 4), np.nan)))
    if len(kept) < LEAST_FRAMES:
        why = "; ".join(f"{count} x {reason}" for reason, count in Counter(r for _, r in skipped).most_common())
        raise InputError(
            f"{source.root} has {len(kept)} usable frames, at least {LEAST_FRAMES} are needed"
            + (f" ({why})" if why else "")
        )
    rows, frames, placed = ([entry[part] for entry in kept] for part in range(3))
    crop = source.listing["crop"]
    return RgbdScan(
        source=source.root,
        colour=_encoded(source, frames, "colour", colour),
        depth=_encoded(source, frames, "depth", depth),
        world_from_camera=torch.from_numpy(np.stack(placed).astype(np.float64)),
        intrinsics=torch.from_numpy(_pinholes(source.root, depth.intrinsics, rows)),
        colour_intrinsics=torch.from_numpy(_pinholes(source.root, colour.intrinsics, rows)),
        depth_size=depth.size or _common_size(source.root, frames, "depth"),
        colour_size=colour.size or _common_size(source.root, frames, "colour"),
        depth_unit=depth_unit,
        depth_none=depth_none,
        up=None if up is None or not located else torch.from_numpy(_unit(source.root, up)),
        crop=None if crop is None else torch.tensor(crop, dtype=torch.float64).reshape(2, 3),
        skipped=tuple(skipped),
        classes=label_set.classes,
        labels=_told(source, frames, "labels"),
        label_ids=label_set.ids,
        label_none=label_set.none,
        probabilities=_told(source, frames, "probabilities"),
        confidence=_encoded(source, frames, "confidence", depth) if frames[0]["confidence"] else (),
        distortion=_lenses(source.root, depth.distortion, rows),
        colour_distortion=_lenses(source.root, colour.distortion, rows),
    )


def read_numbers(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of a text file, float64; -1 in `shape` is any count. Raises InputError where the shape is another."""
    try:
        numbers = np.array(path.read_text(encoding="utf-8").split(), dtype=np.float64)
        return numbers.reshape(shape)
    except (OSError, ValueError) as error:
        wanted = "x".join("n" if n < 0 else str(n) for n in shape)
        raise InputError(f"{path} must hold {wanted} numbers as text: {error}") from error


def read_transform(path: Path) -> np.ndarray | None:
    """A 4x4 matrix from a frame's own text file; None where there is none in it."""
    try:
        return read_numbers(path, (4, 4))
    except InputError:
        return None


def fault_of(transform: np.ndarray | None) -> str | None:
    """Why a frame with this ``world_from_camera`` cannot be used; None where it can."""
    if transform is None:
        return "no transform"
    if not np.isfinite(transform).all():
        return "transform with NaN or infinity"
    if np.abs(transform[3] - [0, 0, 0, 1]).max() > 1e-6:
        return "last row of the transform is not 0 0 0 1"
    if np.abs(transform[:3, 3]).max() > FARTHEST:
        return f"more than {FARTHEST / 1000:g} km from the world's origin, where float32 loses the millimetre"
    rotation = transform[:3, :3]
    if np.abs(rotation).max() > 2 or np.abs(rotation.T @ rotation - np.eye(3)).max() > 1e-2:  # huge ones overflow
        return "transform is not rigid"
    if np.linalg.det(rotation) < 0:
        return "transform is not rigid"
    return None


def _encoded(source: Source, frames: list[dict[str, Any]], kind: str, camera: Camera) -> tuple[Encoded, ...]:
    return tuple(_image(source, frame, kind, camera.codec, camera.rays) for frame in frames)


def _told(source: Source, frames: list[dict[str, Any]], kind: str) -> tuple[Encoded | None, ...]:
    """The files of one kind, or images in zip files, None for frames without; none at all where no frame has any."""
    found = []
    for frame in frames:
        codec = "zipped image" if frame.get(f"{kind}_part") else "image"
        found.append(_image(source, frame, kind, codec) if frame.get(kind) else None)
    return tuple(found) if any(found) else ()


def _image(source: Source, frame: dict[str, Any], kind: str, codec: str, rays: Rays | None = None) -> Encoded:
    from geo3d.scene.kinds import Encoded

    start, length = frame.get(f"{kind}_part") or (0, None)
    return Encoded(frame[kind], source.sha256[frame[kind]], start, length, codec, rays)


def _common_size(root: Path, frames: list[dict[str, Any]], kind: str) -> tuple[int, int]:
    from geo3d.scene.codecs import image_size

    sizes = [
        image_size(root / frame[kind], *(frame[f"{kind}_part"] or ()))
        for frame in track(frames, "sizes", total=len(frames), unit="images")
    ]
    height, width = common = Counter(sizes).most_common(1)[0][0]
    for frame, size in zip(frames, sizes, strict=True):
        if size != common:
            name = root / frame[kind]
            raise InputError(f"{name} is {size[1]}x{size[0]}; the scan's other images are {width}x{height}")
    return common


def _lenses(root: Path, distortion: np.ndarray | None, rows: list[int]) -> Tensor | None:
    """[kept frame, 8]."""
    import torch

    if distortion is None or not distortion.any():
        return None
    if not np.isfinite(distortion).all():
        raise InputError(f"{root} has a lens with distortion that is no number: {distortion.tolist()}")
    kept = np.repeat(distortion[None], len(rows), axis=0) if distortion.ndim == 1 else distortion[rows]
    return torch.from_numpy(kept.astype(np.float64))


def _unit(root: Path, up: tuple[float, ...]) -> np.ndarray:
    length = np.linalg.norm(up)
    if not 0.99 < length < 1.01:
        raise InputError(f"{root} has up = {list(up)}; it must be a unit vector")
    return np.array(up, np.float64) / length


def _pinholes(root: Path, intrinsics: np.ndarray, rows: list[int]) -> np.ndarray:
    """[kept frame, 3, 3]."""
    if intrinsics.ndim == 2:
        return np.repeat(_pinhole(root, intrinsics)[None], len(rows), axis=0)
    return np.stack([_pinhole(root, intrinsics[row]) for row in rows])


def _pinhole(root: Path, matrix: np.ndarray) -> np.ndarray:
    zeros = [matrix[0, 1], matrix[1, 0], matrix[2, 0], matrix[2, 1], matrix[2, 2] - 1]
    if not np.isfinite(matrix).all() or min(matrix[0, 0], matrix[1, 1]) <= 0 or np.abs(zeros).max() > 1e-6:
        text: Any = matrix.tolist()
        raise InputError(
            f"{root} has intrinsics {text}; allowed are [[fx, 0, cx], [0, fy, cy], [0, 0, 1]], fx and fy > 0"
        )
    return matrix.astype(np.float64)
