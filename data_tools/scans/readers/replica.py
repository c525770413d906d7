"""Replica as rendered for iMAP, in the layout of NICE-SLAM (Zhu et al. 2022), which other systems write, too.

A row of ``traj.txt`` is a frame's camera-to-world matrix, axes as ours (NICE-SLAM's loader negates y and z to get
OpenGL's): the n-th that of the n-th image where there are as many, or else of the image with the number n - 1. Depth
is along z, 16-bit PNG, ``scale`` counts a metre, 6553.5 where there is no ``cam_params.json``. The centre of the first
pixel is (0, 0): the principal point is (width - 1) / 2. Which way is up is not said.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble, read_numbers
from geo3d.data_tools.scans.listing import FrameFiles, Listing, by_number, images
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = (
    "results/frame*.jpg, results/depth*.png; traj.txt (16 numbers a row), and cam_params.json here or above, if there"
)
TRAJECTORY = "traj.txt"
CAMERA = "cam_params.json", os.path.join("..", "cam_params.json")
"""The first that is there counts."""
ASSUMED = {"w": 1200.0, "h": 680.0, "fx": 600.0, "fy": 600.0, "cx": 599.5, "cy": 339.5, "scale": 6553.5}
"""Of the published sequences."""


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    colour, depth = (by_number(images(folder / "results", f"{kind}*"), kind) for kind in ("frame", "depth"))
    if not colour or not depth:
        return None
    located = (folder / TRAJECTORY).is_file()
    lines = sum(1 for line in (folder / TRAJECTORY).read_bytes().splitlines() if line.strip()) if located else 0
    frames, skipped = [], []
    for place, (number, path) in enumerate(colour.items()):
        name, row = str(path.relative_to(folder)), place if lines == len(colour) else number
        if number in depth:
            frames.append(FrameFiles(name, str(depth[number].relative_to(folder)), row))
        else:
            skipped.append((name, "no depth image of that number"))
    camera = next((name for name in CAMERA if (folder / name).is_file()), None)
    shared = (*((TRAJECTORY,) if located else ()), *((camera,) if camera else ()))
    return Listing(tuple(frames), shared, tuple(skipped), located)


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    there = TRAJECTORY in source.listing["shared"]
    rows = list(read_numbers(source.root / TRAJECTORY, (-1, 4, 4))) if there else []
    listed = [frame["row"] for frame in source.listing["frames"]]
    transforms = [rows[row] if row < len(rows) else None for row in listed]
    camera = _camera(source)
    intrinsics = np.array([[camera["fx"], 0, camera["cx"]], [0, camera["fy"], camera["cy"]], [0, 0, 1]])
    scan = assemble(source, transforms, Camera(intrinsics), depth_unit=1 / camera["scale"])
    for height, width in (scan.depth_size, scan.colour_size):
        if (width, height) != (camera["w"], camera["h"]):
            raise InputError(
                f"{source.root} has images of {width}x{height}, and its intrinsics are for "
                f"{camera['w']:g}x{camera['h']:g}; cam_params.json must say those of the images"
            )
    return scan


def _camera(source: Source) -> dict[str, float]:
    """Intrinsics and counts a metre, with the keys of ASSUMED."""
    name = next((name for name in CAMERA if name in source.listing["shared"]), None)
    if name is None:
        return ASSUMED
    path = source.root / name
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["camera"]
        camera = {key: float(told[key]) for key in ASSUMED}
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise InputError(f"{path} must hold an object camera with {', '.join(ASSUMED)}: {error!r}") from error
    if not (np.isfinite(list(camera.values())).all() and camera["scale"] > 0):
        raise InputError(f"{path} has a camera {camera}; allowed are finite numbers, and a scale above 0")
    return camera
