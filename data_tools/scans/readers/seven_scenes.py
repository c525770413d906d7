"""7-Scenes (Shotton et al. 2013): Kinect sequences, also the layout of 3DMatch's scans.

Depth is 16-bit PNG in millimetres, 65535 where there is none; ``pose.txt`` maps camera to world, axes as ours; the
format says nothing about which way is up. 7-Scenes itself ships no intrinsics (f = 585, centre of a 640x480 image).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble, read_numbers, read_transform
from geo3d.data_tools.scans.listing import FrameFiles, Listing, images

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "frame-*.color.jpg or .png, with .depth.png of the same name; .pose.txt, camera-intrinsics.txt if there"
_INTRINSICS = "camera-intrinsics.txt"


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    colour = {path.name.split(".color.")[0]: path for path in images(folder, "frame-*.color.*")}
    if not colour:
        return None
    frames, skipped = [], []
    for row, (stem, path) in enumerate(sorted(colour.items())):
        if (folder / f"{stem}.depth.png").exists():
            transform = f"{stem}.pose.txt" if (folder / f"{stem}.pose.txt").exists() else None
            frames.append(FrameFiles(path.name, f"{stem}.depth.png", row, transform))
        else:
            skipped.append((path.name, f"no {stem}.depth.png"))
    shared = (_INTRINSICS,) if (folder / _INTRINSICS).exists() else ()
    return Listing(tuple(frames), shared, tuple(skipped), located=any(frame.transform for frame in frames))


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    transforms = [
        read_transform(source.root / f["transform"]) if f["transform"] else None for f in source.listing["frames"]
    ]
    intrinsics = np.array([[585.0, 0, 320], [0, 585, 240], [0, 0, 1]])
    if source.listing["shared"]:
        intrinsics = read_numbers(source.root / _INTRINSICS, (3, 3))
    return assemble(source, transforms, Camera(intrinsics), depth_none=(65535,))
