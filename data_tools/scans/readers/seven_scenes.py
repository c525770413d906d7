"""7-Scenes (Shotton et al. 2013): Kinect sequences, also the layout of 3DMatch's scans.

Depth is 16-bit PNG in millimetres, 65535 where there is none; ``pose.txt`` maps camera to world, axes as ours; the
format says nothing about which way is up. 7-Scenes itself ships no intrinsics (f = 585, centre of a 640x480 image).
The same layout, with depth as PGM and intrinsics and depth scale in ``_info.txt``, is what ScanNet's SensReader exports
(its C++ tool), and with PNG and ``info.txt`` that of BundleFusion's recordings.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble, read_numbers, read_transform
from geo3d.data_tools.scans.listing import FrameFiles, Listing, images
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "frame-*.color.jpg or .png, with .depth.png (or .pgm); .pose.txt and camera-intrinsics.txt if there"
_INTRINSICS, _INFO = "camera-intrinsics.txt", ("_info.txt", "info.txt")


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    colour = {path.name.split(".color.")[0]: path for path in images(folder, "frame-*.color.*")}
    if not colour:
        return None
    frames, skipped = [], []
    for row, (stem, path) in enumerate(sorted(colour.items())):
        depth = next((name for name in _depth_names(stem) if (folder / name).exists()), None)
        if depth:
            transform = f"{stem}.pose.txt" if (folder / f"{stem}.pose.txt").exists() else None
            frames.append(FrameFiles(path.name, depth, row, transform))
        else:
            skipped.append((path.name, f"no {stem}.depth.png"))
    shared = tuple(name for name in (_INTRINSICS, *_INFO) if (folder / name).exists())[:1]
    return Listing(tuple(frames), shared, tuple(skipped), located=any(frame.transform for frame in frames))


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    transforms = [
        read_transform(source.root / f["transform"]) if f["transform"] else None for f in source.listing["frames"]
    ]
    depth, colour, unit = Camera(np.array([[585.0, 0, 320], [0, 585, 240], [0, 0, 1]])), None, 0.001
    if _INTRINSICS in source.listing["shared"]:
        depth = Camera(read_numbers(source.root / _INTRINSICS, (3, 3)))
    elif source.listing["shared"]:
        depth, colour, unit = _read_info(source.root / source.listing["shared"][0])
    return assemble(source, transforms, depth, colour, depth_unit=unit, depth_none=(65535,))


def _depth_names(stem: str) -> tuple[str, ...]:
    return tuple(f"{stem}.depth{suffix}" for suffix in (".png", ".pgm", ".tif", ".tiff"))


def _read_info(path: Path) -> tuple[Camera, Camera, float]:
    """Depth and colour camera, and metres a count, from lines such as ``m_depthShift = 1000``."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        values = {name.strip(): value.split() for name, _, value in (line.partition("=") for line in lines)}
        depth, colour = (
            Camera(np.array(values[f"m_calibration{kind}Intrinsic"], np.float64).reshape(4, 4)[:3, :3])
            for kind in ("Depth", "Color")
        )
        shift = float(values["m_depthShift"][0])
        if not 1e-3 <= shift <= 1e9:
            raise ValueError(f"m_depthShift = {shift}")
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise InputError(
            f"{path} must hold m_calibrationDepthIntrinsic and m_calibrationColorIntrinsic (16 numbers each) and "
            f"m_depthShift (0.001 to 1e9): {error!r}"
        ) from error
    return depth, colour, 1 / shift
