"""ICL-NUIM (Handa et al. 2014) as POV-Ray wrote it: ``scene_00_0000.png``, its ``.depth`` and its ``.txt``.

The ``.depth`` is text: each pixel's distance from the camera's centre in metres, row by row from the top, which becomes
depth along z. The ``.txt`` has the camera's vectors as MATLAB reads them (``cam_pos = [x, y, z]';``); the authors'
computeRT.m takes z = cam_dir, x = cam_up x z and y = z x x for the camera's axes, and cam_pos for its centre, their
getcamK.m takes fx = width |cam_dir| / |cam_right| and fy = -height |cam_dir| / |cam_up| for its intrinsics, with the
principal point in the image's middle, where the centre of the first pixel is (0, 0): 481.2, -480, 319.5, 239.5.
``cam_angle`` and the rest do not count.

fy is negative because y points up, in the camera and, as POV-Ray's worlds are left-handed, in the world. As in the
layout for TUM's tools (:mod:`geo3d.data_tools.scans.readers.icl_nuim`), S world_from_camera S, where S is
diag(1, -1, 1, 1), is in a right-handed world whose y axis points down; there the camera's axes are ours, and fy is 480.
So the format knows up.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble
from geo3d.data_tools.scans.listing import FrameFiles, Listing
from geo3d.data_tools.scans.readers.icl_nuim import MIRROR
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = (
    "scene_00_N.png, scene_00_N.depth (distances as text) and scene_00_N.txt (cam_pos, cam_dir, cam_up, cam_right)"
)
KINDS = "png", "depth", "txt"
NAME = re.compile(rf"scene((?:_\d{{1,9}})+)\.({'|'.join(KINDS)})")
VECTOR = re.compile(r"^\s*(cam_\w+)\s*=\s*\[([^\]]*)\]", re.MULTILINE)
NEEDED = "cam_pos", "cam_dir", "cam_up", "cam_right"
MOST_CHARACTERS = 1 << 16
SAME_FOCAL_LENGTH = 1e-3
"""Of its own length; the files have six digits."""


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    numbered: dict[tuple[int, ...], dict[str, str]] = {}
    for path in folder.glob("scene_*"):
        if found := NAME.fullmatch(path.name):
            numbered.setdefault(tuple(map(int, found[1][1:].split("_"))), {})[found[2]] = path.name
    if not any("depth" in files for files in numbered.values()):
        return None
    frames, skipped = [], []
    for row, (_, files) in enumerate(sorted(numbered.items())):
        missing = [kind for kind in ("png", "depth") if kind not in files]
        if not missing:
            frames.append(FrameFiles(files["png"], files["depth"], row, files.get("txt")))
        elif missing != ["png", "depth"]:
            skipped.append((files.get("png") or files["depth"], f"no .{missing[0]} of that name"))
    return Listing(tuple(frames), (), tuple(skipped))


def read(source: Source, config: None) -> RgbdScan:
    """Read the cameras, which also tell the intrinsics; depth is of colour's size."""
    from geo3d.scene.codecs import image_size

    listed = source.listing["frames"]
    vectors = [_vectors(source.root / frame["transform"]) if frame["transform"] else None for frame in listed]
    size = image_size(source.root / listed[0]["colour"]) if listed else (480, 640)
    intrinsics = _intrinsics(source.root, [found for found in vectors if found], size)
    fx, fy, cx, cy = intrinsics[[0, 1, 0, 1], [0, 1, 2, 2]].tolist()
    transforms = [_world_from_camera(found) if found else None for found in vectors]
    depth = Camera(intrinsics, "text", size, rays=(fx, fy, cx, cy))
    return assemble(source, transforms, depth, Camera(intrinsics), depth_unit=1.0, up=(0.0, -1.0, 0.0))


def _vectors(path: Path) -> dict[str, np.ndarray]:
    """Those that are needed; raises InputError where they are not there, or are no camera's as it is assumed."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            written = dict(VECTOR.findall(file.read(MOST_CHARACTERS)))
        found = {name: np.array(written[name].replace(",", " ").split(), np.float64).reshape(3) for name in NEEDED}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except (KeyError, ValueError) as error:
        raise InputError(f"{path} must hold {', '.join(NEEDED)}, each as [x, y, z] of numbers: {error}") from error
    x, right = np.cross(found["cam_up"], found["cam_dir"]), found["cam_right"]
    with np.errstate(all="ignore"):
        cosine = x @ right / np.linalg.norm(x) / np.linalg.norm(right)
    if not cosine > 0.99:  # nor where a vector is none
        raise InputError(f"{path} has a cam_right that does not point along cam_up x cam_dir, as it must")
    return found


def _world_from_camera(vectors: dict[str, np.ndarray]) -> np.ndarray:
    """[4, 4], in our world."""
    z = vectors["cam_dir"] / np.linalg.norm(vectors["cam_dir"])
    x = np.cross(vectors["cam_up"], z)
    x /= np.linalg.norm(x)
    given = np.eye(4)
    given[:3] = np.column_stack([x, np.cross(z, x), z, vectors["cam_pos"]])
    return MIRROR @ given @ MIRROR


def _intrinsics(root: Path, cameras: list[dict[str, np.ndarray]], size: tuple[int, int]) -> np.ndarray:
    """[3, 3], of all cameras; raises InputError where there are none, or they are not alike."""
    if not cameras:
        raise InputError(f"{root} has no scene_00_N.txt for any of its frames, which says where the camera stood")
    height, width = size
    lengths = np.array(
        [[np.linalg.norm(found[name]) for name in ("cam_right", "cam_up", "cam_dir")] for found in cameras]
    )
    focal = np.array([width, height]) * lengths[:, 2:] / lengths[:, :2]
    fx, fy = common = np.median(focal, axis=0)
    if np.abs(focal / common - 1).max() > SAME_FOCAL_LENGTH:
        raise InputError(
            f"{root} has cameras of the focal lengths {focal[:, 0].min():g} to {focal[:, 0].max():g}; allowed is one"
        )
    return np.array([[fx, 0, (width - 1) / 2], [0, fy, (height - 1) / 2], [0, 0, 1]])
