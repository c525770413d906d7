"""Polycam's raw exports (PolyCam/polyform, README): ARKit on phones with a lidar, keyframes in folders.

``t_00`` to ``t_23`` of a camera's JSON are the rows of ARKit's camera-to-world matrix: y up, looking along -z; the
world's y is against gravity. Where Polycam has optimised the cameras (``corrected_cameras``) and straightened the
images (``corrected_images``), both are used, and frames without them are left out: the two worlds differ. Depth is
16-bit PNG in millimetres of the sensor's view, so that its intrinsics are those of ``cameras``, scaled to its size;
pixels count from the image's corner (ARKit's convention). Where ``confidence/`` is there (0 low, 127 medium, 255 high),
depth of low confidence is dropped.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble
from geo3d.data_tools.scans.conventions import OPENGL, pinhole, resized
from geo3d.data_tools.scans.json_files import number, read_json
from geo3d.data_tools.scans.listing import FrameFiles, Listing, images

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "keyframes/ with images/, depth/ and cameras/ (Polycam's raw data); corrected_*/ and confidence/ if there"
FRAMES = "keyframes"
TRANSFORM = tuple(f"t_{row}{column}" for row in range(3) for column in range(4))


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    root = folder / FRAMES
    colour = images(root / "images")
    if not colour or not all((root / name).is_dir() for name in ("cameras", "depth")):
        return None
    better = bool(images(root / "corrected_images")) and (root / "corrected_cameras").is_dir()
    known = images(root / "confidence")
    frames, skipped = [], []
    for row, path in enumerate(colour):
        stem = path.stem
        own, cameras = f"{FRAMES}/cameras/{stem}.json", f"{FRAMES}/{'corrected_' * better}cameras/{stem}.json"
        image = f"{FRAMES}/{'corrected_' * better}images/{path.name}"
        depth = f"{FRAMES}/depth/{stem}.png"
        sure = f"{FRAMES}/confidence/{stem}.png" if known else None
        missing = [name for name in (image, depth, own, cameras, sure) if name and not (folder / name).is_file()]
        if missing:
            skipped.append((image, f"no {missing[0]}"))
        else:
            frames.append(FrameFiles(image, depth, row, cameras, confidence=sure))
    shared = tuple(f"{FRAMES}/cameras/{Path(frame.depth).stem}.json" for frame in frames) if better else ()
    return Listing(tuple(frames), shared, tuple(skipped))


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    from geo3d.scene.codecs import image_size

    files = source.listing["frames"]
    paths = [source.root / file["transform"] for file in files]
    cameras = [read_json(path) for path in paths]
    depth_size = image_size(source.root / files[0]["depth"]) if files else (1, 1)
    colour_size = image_size(source.root / files[0]["colour"]) if files else (1, 1)
    depth = []
    for path in paths:
        own = path.parent.with_name("cameras") / path.name
        depth.append(_intrinsics(read_json(own), depth_size, own))
    colour = [_intrinsics(camera, colour_size, path) for camera, path in zip(cameras, paths, strict=True)]
    return assemble(
        source,
        [_transform(camera, path) for camera, path in zip(cameras, paths, strict=True)],
        Camera(np.array(depth).reshape(-1, 3, 3)),
        Camera(np.array(colour).reshape(-1, 3, 3)),
        up=(0.0, 1.0, 0.0),
    )


def _intrinsics(camera: dict[str, Any], size: tuple[int, int], path: Path) -> np.ndarray:
    """[3, 3] of an image of that height and width."""
    told = round(number(camera, "height", path)), round(number(camera, "width", path))
    own = pinhole(*(number(camera, name, path) for name in ("fx", "fy", "cx", "cy")))
    return resized(own, told, size, path)


def _transform(camera: dict[str, Any], path: Path) -> np.ndarray | None:
    if not all(isinstance(camera.get(name), int | float) for name in TRANSFORM):
        return None
    matrix = np.eye(4)
    matrix[:3] = np.array([camera[name] for name in TRANSFORM], np.float64).reshape(3, 4)
    return matrix * OPENGL
