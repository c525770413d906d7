"""Scenes whose true surface is known, and scans of them in the plain layout."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from geo3d.ops.camera import pixel_grid, unproject
from geo3d.ops.raycast import BOX, ELLIPSOID, Solids, cast_rays

UNIT = 1e-4
"""Metres a count of the depth images: fine enough to be no error of its own."""


def one_solid(kind: int, centre: tuple[float, ...], half: tuple[float, ...], yaw: float = 0.0) -> Solids:
    real = [torch.tensor([part], dtype=torch.float64) for part in (centre, half, yaw)]
    return Solids(torch.tensor([kind]), *real)


def sphere(radius: float) -> Solids:
    return one_solid(ELLIPSOID, (0.0, 0.0, 0.0), (radius, radius, radius))


def box(half: float, yaw: float = 0.0) -> Solids:
    return one_solid(BOX, (0.0, 0.0, 0.0), (half, half, half), yaw)


def in_a_room(solids: Solids, half: float) -> Solids:
    """The same with six walls `half` metres away, so that no ray looks into nothing."""
    walls = [
        one_solid(
            BOX,
            tuple(sign * (half + 0.1) * (i == axis) for i in range(3)),
            tuple(0.1 if i == axis else half + 0.2 for i in range(3)),
        )
        for axis in range(3)
        for sign in (-1, 1)
    ]
    parts = zip(*((s.kinds, s.centres, s.halves, s.yaws) for s in (solids, *walls)), strict=True)
    return Solids(*(torch.cat(part) for part in parts))


def looking_at(eye: np.ndarray, target: np.ndarray) -> np.ndarray:
    """``world_from_camera`` of a camera at `eye` that looks at `target`, its y axis down where that can be."""
    forward = (target - eye) / np.linalg.norm(target - eye)
    below = np.array([0.0, 0.0, -1.0]) if abs(forward[2]) < 0.99 else np.array([0.0, 1.0, 0.0])
    right = np.cross(below, forward)
    right /= np.linalg.norm(right)
    world_from_camera = np.eye(4)
    world_from_camera[:3] = np.stack([right, np.cross(forward, right), forward, eye], axis=1)
    return world_from_camera


def all_around(distance: float, count: int = 40) -> list[np.ndarray]:
    """Cameras spread evenly over a sphere (a Fibonacci lattice), looking at its middle."""
    z = 1 - 2 * (np.arange(count) + 0.5) / count
    angle = np.pi * (1 + 5**0.5) * np.arange(count)
    ring = np.sqrt(1 - z**2)
    eyes = distance * np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)
    return [looking_at(eye, np.zeros(3)) for eye in eyes]


def depth_of(solids: Solids, world_from_camera: np.ndarray, intrinsics: np.ndarray, size: tuple[int, int]) -> Tensor:
    """Exact depth along z, 0 = none."""
    transform = torch.from_numpy(world_from_camera)
    pixels = pixel_grid(*size).reshape(-1, 2)
    rays = unproject(pixels, torch.ones_like(pixels[:, 0]), torch.from_numpy(intrinsics)) @ transform[:3, :3].T
    depth, solid = cast_rays(transform[:3, 3].contiguous(), rays.contiguous(), solids)
    return torch.where(solid >= 0, depth, 0).reshape(size)


def write_scan(
    folder: Path,
    solids: Solids,
    cameras: list[np.ndarray],
    size: tuple[int, int] = (120, 160),
    focal: float = 150.0,
    noise: float = 0.0,
    rounds: int = 1,
) -> Path:
    """Write the solids' scan in the plain layout; `noise` is the standard deviation of depth, in metres.

    Each of the `rounds` has all cameras, and fresh noise.
    """
    height, width = size
    intrinsics = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])
    random = np.random.default_rng(0)
    for name in ("colour", "depth"):
        (folder / name).mkdir(parents=True)
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    colour = np.stack([np.tile(ramp, (height, 1)), np.full(size, 128, np.uint8), np.full(size, 40, np.uint8)], axis=-1)
    Image.fromarray(colour).save(folder / "colour/all.png")
    exact = [depth_of(solids, camera, intrinsics, size).numpy() for camera in cameras]
    frames = []
    for i in range(rounds * len(cameras)):
        depth = exact[i % len(cameras)]
        depth = np.where(depth > 0, depth + noise * random.normal(size=size), 0)
        name, world_from_camera = f"depth/{i:04}.png", cameras[i % len(cameras)].tolist()
        Image.fromarray(np.round(depth / UNIT).astype(np.uint16)).save(folder / name)
        frames.append({"colour": "colour/all.png", "depth": name, "world_from_camera": world_from_camera})
    index = {"format": "geo3d-scan", "version": 1, "depth_unit": UNIT}
    index |= {"intrinsics": intrinsics.tolist(), "frames": frames}
    (folder / "scan.json").write_text(json.dumps(index))
    return folder


def no_pictures(materials: int) -> dict[str, Any]:
    """What `ModelledScene` and `Surfaces` hold where there are neither pictures nor colours of vertices."""
    return {
        "pictures": torch.full((materials,), -1, dtype=torch.int32),
        "picture_sizes": torch.zeros(0, 2, dtype=torch.int32),
        "texels": torch.zeros(0, 3, dtype=torch.uint8),
        "vertex_colours": None,
    }
