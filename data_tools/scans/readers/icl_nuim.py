"""ICL-NUIM (Handa et al. 2014): made rooms in the layout for TUM's tools (``living_room_traj0_frei_png``).

Frame N is ``rgb/N.png``, ``depth/N.png`` and the row N of the trajectory, which begins with 1; depth is along z, 5000
counts a metre. POV-Ray, which made the images, has its y axis up, in the world and in the camera, whose fy is therefore
-480 (the authors' VaFRIC code: x = up x direction, y = direction x x). Such a world is a mirror image of ours: with S =
diag(1, -1, 1, 1), S world_from_camera S is in a world whose y axis points down, where the camera is as ours and fy is
480. So the format knows up, and the centre of the first pixel is (0, 0), as VaFRIC unprojects it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.cameras.trajectories import read_stamped
from geo3d.data_tools.scans.assemble import Camera, assemble
from geo3d.data_tools.scans.known_camera import OWN, intrinsics_of, refuse_other_size
from geo3d.data_tools.scans.listing import FrameFiles, Listing, by_number, images
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

MIRROR = np.diag([1.0, -1.0, 1.0, 1.0])
"""From POV-Ray's world to ours, and from its camera's axes to ours."""
LOOKS_FOR = "rgb/N.png, depth/N.png and one *.gt.freiburg"


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    trajectories = sorted(path.name for path in folder.glob("*.gt.freiburg"))
    if not trajectories:
        return None
    if len(trajectories) > 1:
        raise InputError(f"{folder} has the trajectories {', '.join(trajectories)}; allowed is one, of these images")
    colour, depth = by_number(images(folder / "rgb")), by_number(images(folder / "depth"))
    frames, skipped = [], []
    for number, path in colour.items():
        name = str(path.relative_to(folder))
        if number in depth:
            frames.append(FrameFiles(name, str(depth[number].relative_to(folder)), number))
        else:
            skipped.append((name, "no depth image of that name"))
    own = (OWN,) if (folder / OWN).is_file() else ()
    return Listing(tuple(frames), (trajectories[0], *own), tuple(skipped))


def read(source: Source, config: None) -> RgbdScan:
    """Read the trajectory, and mirror its world."""
    path = source.root / source.listing["shared"][0]
    stamps, given = read_stamped(path)
    if stamps is None:
        raise InputError(f"{path} has no numbers of frames; each line must be a number, x y z, and qx qy qz qw")
    placed = dict(zip(stamps.tolist(), MIRROR @ given @ MIRROR, strict=True))
    transforms = [placed.get(float(frame["row"])) for frame in source.listing["frames"]]
    intrinsics = intrinsics_of(source, (481.2, 480.0, 319.5, 239.5))
    scan = assemble(source, transforms, Camera(intrinsics), depth_unit=1 / 5000, up=(0.0, -1.0, 0.0))
    refuse_other_size(source, scan, (480, 640))
    return scan
