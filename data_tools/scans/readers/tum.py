"""TUM RGB-D recordings (Sturm et al. 2012): lists of images with time stamps, and a trajectory with others.

Colour and depth are paired by their stamps as TUM's associate.py pairs them; the camera is that of the trajectory at
the depth image's time, between its neighbours (``transforms_at``) if these are at most WIDEST apart. The trajectory
maps the colour camera to the world, axes as ours (TUM's generate_pointcloud.py unprojects with +x, +y and +z, the
centre of the first pixel at (0, 0)); depth is registered to it, 16-bit PNG with 5000 counts a metre, 0 where there is
none. TUM calibrated its cameras, and which one it was stands in the lists' comments and the folder's name; else they
are those of ROS. The lens distortion of freiburg1 and freiburg2 is left in. Which way is up is not said: the motion
capture's z in TUM's own recordings, the first camera's axes in trajectories of others.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.cameras.interpolate import transforms_at
from geo3d.data_tools.cameras.trajectories import read_stamped
from geo3d.data_tools.scans.assemble import Camera, assemble
from geo3d.data_tools.scans.known_camera import OWN, intrinsics_of, refuse_other_size
from geo3d.data_tools.scans.listing import FrameFiles, Listing
from geo3d.data_tools.scans.stamped_lists import MOST_APART, associated, read_list
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = f"rgb.txt, depth.txt; groundtruth.txt (or trajectory.txt, pose.txt) if there, {OWN} for a camera not TUM's"
LISTS = "rgb.txt", "depth.txt"
TRAJECTORIES = "groundtruth.txt", "trajectory.txt", "pose.txt", "CameraTrajectory.txt", "KeyFrameTrajectory.txt"
"""The first that is there counts."""
WIDEST = 0.15
"""Seconds between two cameras of the trajectory; TUM's motion capture has one every 0.01.

In the middle of such gaps, cut into the truth of freiburg1_xyz (0.33 m/s), 95 % of positions are within 5.4 mm and of
rotations within 1 degree; with 0.1 s it is 2.2 mm and 0.6 degrees, with 0.5 s 55 mm and 3.3 degrees.
"""
CAMERAS = {
    "freiburg1": (517.3, 516.5, 318.6, 255.3),
    "freiburg2": (520.9, 521.0, 325.1, 249.7),
    "freiburg3": (535.4, 539.2, 320.1, 247.6),
    "ROS": (525.0, 525.0, 319.5, 239.5),
}
"""fx, fy, cx, cy for 640x480, from TUM's page on intrinsic calibration."""


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    if not all((folder / name).is_file() for name in LISTS):
        return None
    colour, depth = (read_list(folder / name) for name in LISTS)
    pairs = associated(folder / LISTS[1], colour, depth)
    frames, skipped = [], []
    for row, (stamp, name) in enumerate(colour.items()):
        if stamp not in pairs:
            skipped.append((name, f"no depth image within {MOST_APART} s"))
            continue
        other = depth[pairs[stamp]]
        missing = [file for file in (name, other) if not os.path.isfile(folder / file)]
        if missing:
            skipped.append((name, f"no {missing[0]}"))
        else:
            frames.append(FrameFiles(name, other, row, stamp=pairs[stamp]))
    shared = (*LISTS, *(name for name in (*TRAJECTORIES, OWN) if (folder / name).is_file()))
    located = not {*TRAJECTORIES}.isdisjoint(shared)
    return Listing(tuple(frames), shared, tuple(skipped), located, _camera(folder))


def read(source: Source, config: None) -> RgbdScan:
    """Read the trajectory and intrinsics."""
    listed = source.listing["frames"]
    known = [name for name in TRAJECTORIES if name in source.listing["shared"]]
    transforms: list[np.ndarray | None] = [None] * len(listed)
    if known:
        path = source.root / known[0]
        stamps, given = read_stamped(path)
        if stamps is None:
            raise InputError(f"{path} has no time stamps; a line must be a time, x y z, and qx qy qz qw")
        transforms = transforms_at(np.array([frame["stamp"] for frame in listed]), stamps, given, WIDEST)
    intrinsics = intrinsics_of(source, CAMERAS[source.listing["camera"]])
    scan = assemble(source, transforms, Camera(intrinsics), depth_unit=1 / 5000)
    refuse_other_size(source, scan, (480, 640))
    return scan


def _camera(folder: Path) -> str:
    """A key of CAMERAS: what the comments in the lists name, or else the folder's name."""
    comments = ""
    for name in LISTS:
        with open(folder / name, encoding="utf-8", errors="replace") as file:
            comments += "".join(line for line in (file.readline(500) for _ in range(5)) if line.startswith("#"))
    for text in (comments, folder.absolute().name):
        found = re.search(r"(?:freiburg|fr)([123])(?![0-9])", text)
        if found:
            return f"freiburg{found[1]}"
    return "ROS"
