"""Frames and the cameras that took or see them."""

from dataclasses import dataclass
from pathlib import Path

from jaxtyping import Float, UInt8
from torch import Tensor


@dataclass(frozen=True)
class Encoded:
    """An encoded image: a file, or a range of bytes in one."""

    file: str
    """Relative to the scan's ``source``."""
    sha256: str
    """Of the whole file."""
    start: int = 0
    """First byte."""
    length: int | None = None
    """Bytes; None reads to the end."""
    codec: str = "image"
    """How the pixels are written: a name of :data:`geo3d.scene.codecs.CODECS`."""
    rays: tuple[float, float, float, float] | None = None
    """Of depth: fx, fy, cx, cy where distances along a pinhole's rays are written, and depth along z is decoded."""


@dataclass(frozen=True)
class RgbdScan:
    """Colour and depth images with camera transforms; the images stay encoded where they are, and are streamed."""

    source: Path
    """Folder that the images lie in."""
    colour: tuple[Encoded, ...]
    """RGB images, one a frame."""
    depth: tuple[Encoded, ...]
    """Depth images, one a frame: depth along z."""
    world_from_camera: Float[Tensor, "frame 4 4"]
    """Rigid, in metres; colour and depth share one camera centre and orientation. NaN, of all frames: not known."""
    intrinsics: Float[Tensor, "frame 3 3"]
    """Of the depth camera in each frame, in pixels; pixel centres at whole numbers."""
    colour_intrinsics: Float[Tensor, "frame 3 3"]
    """Of the colour camera, in pixels."""
    depth_size: tuple[int, int]
    """Height and width of every depth image, in pixels."""
    colour_size: tuple[int, int]
    """Height and width of every colour image, in pixels."""
    depth_unit: float
    """Metres a count of the depth images; a count that is not above 0, or no number, is no measurement."""
    depth_none: tuple[int, ...]
    """Further counts that mean no measurement."""
    up: Float[Tensor, "3"] | None
    """Unit vector in world space where the format knows it."""
    crop: Float[Tensor, "2 3"] | None
    """Lowest and highest corner of the world box that matters, in metres; None is everything."""
    skipped: tuple[tuple[str, str], ...]
    """Frames left out: colour file and reason."""
    classes: tuple[str, ...] = ()
    """The label set of ``labels`` and ``probabilities``."""
    labels: tuple[Encoded | None, ...] = ()
    """8- or 16-bit images of classes, of the colour or the depth images' size, one a frame or None; empty: no frame."""
    label_ids: tuple[tuple[int, ...], ...] = ()
    """The values in ``labels`` of each of the classes, any number of them; empty: their places."""
    label_none: tuple[int, ...] = ()
    """The values in ``labels`` that are no class, where any further one is a fault; empty: any other is no class."""
    probabilities: tuple[Encoded | None, ...] = ()
    """Class probabilities [class, height, width] of such images; a frame that has them needs no ``labels``."""
    confidence: tuple[Encoded, ...] = ()
    """One 8-bit image a frame, of the depth's size, 0 where its depth is no measurement; empty: nothing is said."""
    distortion: Float[Tensor, "frame 8"] | None = None
    """Of the depth camera's lens: k1 k2 p1 p2 k3 k4 k5 k6 of :mod:`geo3d.scene.undistort`; None: a pinhole."""
    colour_distortion: Float[Tensor, "frame 8"] | None = None
    """Of the colour camera's lens."""


@dataclass(frozen=True)
class CameraPath:
    """Where one pinhole camera stands in each frame."""

    world_from_camera: Float[Tensor, "frame 4 4"]
    """Rigid, in metres."""
    intrinsics: Float[Tensor, "3 3"]
    """In pixels; pixel centres at whole numbers."""
    size: tuple[int, int]
    """Height and width of the images, in pixels."""


@dataclass(frozen=True)
class RenderedFrames:
    """Images of a scene and what is known about each pixel; they stay encoded where they are. Empty: not rendered."""

    source: Path
    """Folder that the images lie in."""
    colour: tuple[Encoded, ...]
    """RGB images, one a frame."""
    depth: tuple[Encoded, ...]
    """16-bit counts of ``depth_unit`` along z; 0 = none."""
    normals: tuple[Encoded, ...]
    """8-bit, world space, towards the camera: 127.5 (n + 1), rounded; black where there is nothing."""
    labels: tuple[Encoded, ...]
    """8-bit places in ``classes``; 255 = none."""
    instances: tuple[Encoded, ...]
    """16-bit object numbers from 1 on; 0 = none."""
    forward_flow: tuple[Encoded, ...]
    """To the next frame, as KITTI has it: three 16-bit channels, 64 u + 2^15, 64 v + 2^15, and 1 where seen there."""
    backward_flow: tuple[Encoded, ...]
    """To the frame before, likewise."""
    world_from_camera: Float[Tensor, "frame 4 4"]
    """Rigid, in metres."""
    intrinsics: Float[Tensor, "3 3"]
    """In pixels; pixel centres at whole numbers."""
    size: tuple[int, int]
    """Height and width of the images, in pixels."""
    depth_unit: float
    """Metres a count."""
    classes: tuple[str, ...]
    """The label set."""
    instance_labels: UInt8[Tensor, " object"]
    """Label of each object, of number 1 on."""
    up: Float[Tensor, "3"]
    """Unit vector in world space."""
