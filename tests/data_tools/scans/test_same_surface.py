"""A ball of known size, written in each format and by distorting lenses, is fused to the same surface."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from geo3d.data_tools.scans.formats import find_scan
from geo3d.ops.raycast import cast_rays
from geo3d.scene.kinds import RgbdScan, TsdfVolume
from geo3d.stages.fuse import FuseConfig, fuse
from tests.data_tools.scans.view_writers import (
    Lens,
    View,
    record3d_members,
    unpacked,
    write_polycam,
    write_record3d,
    write_stray,
    write_transforms,
)
from tests.scenes import all_around, in_a_room, sphere

RADIUS, COLOUR, DEPTH = 0.6, (72, 96), (48, 64)
LENS = Lens(fx=82.0, fy=84.0, cx=50.0, cy=34.0)
"""Far from symmetric, so that an axis turned round is seen."""
CAMERAS = all_around(1.8, 12)
BENT = {"k1": -0.2, "k2": 0.05, "p1": 0.01, "p2": -0.02}


@cache
def seen(size: tuple[int, int], number: int, is_bent: bool = False) -> np.ndarray:
    """Exact depth along z of a camera, in metres; rays of bent pixels are OpenCV's."""
    world_from_camera, lens = CAMERAS[number], BENT if is_bent else {}
    height, width = size
    scale = np.array([width / COLOUR[1], height / COLOUR[0]])
    focal, middle = np.array([LENS.fx, LENS.fy]) * scale, np.array([LENS.cx, LENS.cy]) * scale
    pixels = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=-1).reshape(-1, 1, 2)
    camera = np.array([[focal[0], 0, middle[0]], [0, focal[1], middle[1]], [0, 0, 1]])
    bent = np.array([lens.get(name, 0.0) for name in ("k1", "k2", "p1", "p2")])
    precise = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 200, 1e-12)
    ideal = cv2.undistortPoints(pixels, camera, bent, criteria=precise)[:, 0]
    rays = np.concatenate([ideal, np.ones((len(ideal), 1))], axis=1) @ world_from_camera[:3, :3].T
    start = torch.from_numpy(world_from_camera[:3, 3].copy())
    depth, solid = cast_rays(start, torch.from_numpy(rays).contiguous(), in_a_room(sphere(RADIUS), 2.5))
    return torch.where(solid >= 0, depth, 0).numpy().reshape(size)


def views(is_bent: bool = False, has_faults: bool = True) -> list[View]:
    """The ball is red, the room green; a patch of each depth is wrong, and of low confidence."""
    found = []
    for number, camera in enumerate(CAMERAS):
        near = seen(COLOUR, number, is_bent) < 1.9
        colour = np.where(near[..., None], [230, 20, 20], [20, 200, 20]).astype(np.uint8)
        depth, sure = 1000 * seen(DEPTH, number, is_bent), np.full(DEPTH, 2)
        if has_faults:
            sure[14:34, 22:42] = 0
            depth[14:34, 22:42] -= 50
        found.append(View(colour, depth, camera, sure if has_faults else None))
    return found


def write(folder: Path, name: str) -> Path:
    given = views(name == "bent", name not in ("bent", "nerfstudio"))
    if name in ("nerfstudio", "bent"):
        write_transforms(folder, given, LENS, **(BENT if name == "bent" else {}))
    elif name == "polycam":
        write_polycam(folder, given, LENS, corrected=True)
    elif name == "stray":
        write_stray(folder, given, LENS)
    elif name == "record3d unpacked":
        unpacked(folder, record3d_members(given, LENS))
    else:
        write_record3d(folder / "a.r3d", given, LENS, deflated=name == "record3d deflated")
        return folder / "a.r3d"
    return folder


def read(place: Path) -> RgbdScan:
    found = find_scan(place, "auto", ":", None)
    return found.format.read(found.source(place / "no folder" / "hashes.json"), None)


def on_the_ball(volume: TsdfVolume) -> tuple[np.ndarray, np.ndarray]:
    """Errors of the signed distances near the ball, in metres, and the colours there."""
    inside = torch.stack(torch.meshgrid(*[torch.arange(8)] * 3, indexing="ij"), dim=-1)
    places = volume.origin + volume.voxel_size * (8 * volume.blocks[:, None, None, None] + inside).float()
    distance = places.norm(dim=-1) - RADIUS
    near = (distance.abs() < 0.03) & (volume.weight > 1)
    assert volume.colour is not None
    return (volume.tsdf * volume.truncation - distance)[near].numpy(), volume.colour[near].numpy()


@pytest.mark.parametrize(
    "name", ["nerfstudio", "bent", "polycam", "stray", "record3d", "record3d deflated", "record3d unpacked"]
)
def test_a_ball_is_fused_to_the_same_surface(tmp_path: Path, name: str):
    folder = tmp_path / "a scan ü"
    folder.mkdir()
    volume = fuse(read(write(folder, name)), FuseConfig(voxel_size=0.03, truncation=0.12))
    errors, colours = on_the_ball(volume)
    assert len(errors) > 2000
    assert np.abs(np.median(errors)) < 0.002
    assert np.quantile(np.abs(errors), 0.9) < 0.008
    red = (colours[:, 0] > 150) & (colours[:, 1] < 90)
    assert red.mean() > 0.9
