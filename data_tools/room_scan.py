"""Scan the built-in room: a camera path, light, a depth camera's noise, and the files of the plain layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from geo3d.data_tools import room
from geo3d.data_tools.scans.readers import plain
from geo3d.ops.camera import pixel_grid, unproject
from geo3d.ops.raycast import Solids, cast_rays, solid_normals
from geo3d.progress import track
from geo3d.scene.publish import published_file

DEPTH_UNIT = 0.001
DEPTH_RANGE = (0.3, 6.0)
"""Metres that the depth camera measures."""


def write_scan(scene: room.Room, folder: Path, frames: int, seed: int, noise: float, size: tuple[int, int]) -> None:
    """Render `frames` colour and depth images of `size` (height, width) into `folder`, then their ``scan.json``.

    `noise` scales the depth camera's errors: 0 is none, 1 is a Kinect's. What an earlier, killed call wrote is kept.
    """
    height, width = size
    focal = 0.82 * width  # a Kinect's field of view
    intrinsics = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])
    for name in ("colour", "depth"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    listed = []
    for i in track(range(frames), "make-room", total=frames, unit="frames"):
        colour_file, depth_file = folder / "colour" / f"{i:05}.jpg", folder / "depth" / f"{i:05}.png"
        world_from_camera = camera_on_path(i / frames, seed)
        if not (colour_file.exists() and depth_file.exists()):
            random = np.random.default_rng([seed, i])
            colour, depth = render(scene, world_from_camera, torch.from_numpy(intrinsics), size)
            with published_file(colour_file) as aside:
                Image.fromarray(_noisy_colour(colour, random, noise)).save(aside, format="JPEG", quality=92)
            with published_file(depth_file) as aside:
                Image.fromarray(_noisy_depth(depth, random, noise)).save(aside, format="PNG", compress_level=3)
        names = {"colour": f"colour/{i:05}.jpg", "depth": f"depth/{i:05}.png"}
        listed.append(names | {"world_from_camera": world_from_camera.tolist()})
    plain.write_index(folder, DEPTH_UNIT, (0, 0, 1), intrinsics.tolist(), listed)


def camera_on_path(share: float, seed: int) -> Tensor:
    """``world_from_camera`` after `share` of the path: three rounds, looking out level, out and down, and inwards."""
    wobble = np.random.default_rng(seed).uniform(0, 2 * np.pi, 6)
    lap, turn = int(share * 3), 2 * np.pi * (share * 3 % 1)
    shake = [0.05 * np.sin(7 * turn + phase) for phase in wobble]
    reach, high, ahead, gaze = [(0.25, 1.45, 1.0, 1.25), (0.55, 1.6, 1.0, 0.35), (1.45, 1.75, -1.0, 0.55)][lap]
    out = np.array([np.cos(turn), np.sin(turn) * room.DEPTH / room.WIDTH, 0])
    eye = reach * out + [shake[0], shake[1], high + shake[2]]
    target = ahead * 1.6 * out + [shake[3], shake[4], gaze + shake[5]]
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    world_from_camera = np.eye(4)
    world_from_camera[:3] = np.stack([right, np.cross(forward, right), forward, eye], axis=1)
    return torch.from_numpy(world_from_camera)


def render(
    scene: room.Room, world_from_camera: Tensor, intrinsics: Tensor, size: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Colour [height, width, 3] in [0, 1] and depth [height, width] in metres along z, from a perfect camera."""
    solids, eye = scene.solids, world_from_camera[:3, 3].contiguous()
    pixels = pixel_grid(*size).reshape(-1, 2)
    rays = unproject(pixels, torch.ones(len(pixels), dtype=torch.float64), intrinsics) @ world_from_camera[:3, :3].T
    depth, solid = cast_rays(eye, rays.contiguous(), solids)
    hit = solid >= 0
    points = (eye + depth[hit, None] * rays[hit]).float()
    single = Solids(solids.kinds, solids.centres.float(), solids.halves.float(), solids.yaws.float())
    normals = solid_normals(points, solid[hit], single)
    colour = torch.zeros(len(rays), 3)
    colour[hit] = _paint(scene, points, normals, solid[hit]) * _light(points, normals)[:, None]
    return colour.clamp(0, 1).reshape(*size, 3), torch.where(hit, depth, 0).reshape(size)


def _paint(scene: room.Room, points: Tensor, normals: Tensor, solid: Tensor) -> Tensor:
    """Each point's colour: the solid's, darkened by its pattern in a plane along its surface."""
    base = torch.tensor(scene.colours, dtype=torch.float32)[solid.long()] / 255
    pattern = torch.tensor(scene.patterns)[solid.long()]
    across = torch.where(normals[:, :1].abs() > 0.7, points[:, 1:2], points[:, :1])
    along = torch.where(normals[:, 2:].abs() > 0.7, points[:, 1:2], points[:, 2:])
    u, v = across[:, 0], along[:, 0]
    planks = 0.8 + 0.2 * ((u / 0.14).floor() * 0.37 % 1) - 0.25 * ((u / 0.14) % 1 < 0.06)
    checks = 0.75 + 0.25 * (((u / 0.12).floor() + (v / 0.12).floor()) % 2)
    stripes = 0.8 + 0.2 * ((v / 0.07).floor() % 2)
    speckles = 0.94 + 0.06 * torch.sin(31 * u) * torch.sin(37 * v)
    shades = torch.stack([torch.ones_like(u), planks, checks, stripes, speckles])
    return base * shades.gather(0, pattern[None])[0, :, None]


def _light(points: Tensor, normals: Tensor) -> Tensor:
    """Two lamps under the ceiling without shadows, and light from everywhere."""
    total = torch.full_like(points[:, 0], 0.35)
    for x, y, strength in ((-1.2, 0.8, 0.8), (1.4, -0.9, 0.7)):
        towards = torch.tensor([x, y, room.HEIGHT - 0.2]) - points
        distance = towards.norm(dim=1)
        total += strength * ((towards * normals).sum(dim=1) / distance).clamp(min=0) / (0.6 + 0.25 * distance**2)
    return total


def _noisy_colour(colour: Tensor, random: np.random.Generator, noise: float) -> np.ndarray:
    counts = 255 * colour.numpy() + noise * 2.5 * random.standard_normal(colour.shape, np.float32)
    return counts.clip(0, 255).astype(np.uint8)


def _noisy_depth(depth: Tensor, random: np.random.Generator, noise: float) -> np.ndarray:
    """Axial and lateral noise as measured on a Kinect (Nguyen et al. 2012, equations 1, 2); holes at jumps in depth."""
    height, width = depth.shape
    v, u = np.mgrid[:height, :width] + noise * random.normal(0, 0.5, (2, height, width))
    moved = depth.numpy()[v.round().astype(int).clip(0, height - 1), u.round().astype(int).clip(0, width - 1)]
    measured = moved + noise * random.normal(size=moved.shape) * (0.0012 + 0.0019 * (moved - 0.4) ** 2)
    jumps = np.zeros(moved.shape, bool)
    for axis in (0, 1):
        step = np.diff(moved, axis=axis, append=np.take(moved, [-1], axis))
        jumps |= np.abs(step) > 0.1 * moved
    lost = (jumps & (random.random(moved.shape) < 0.7 * min(noise, 1))) | (random.random(moved.shape) < 0.01 * noise)
    measured[lost | (moved < DEPTH_RANGE[0]) | (moved > DEPTH_RANGE[1])] = 0
    return np.round(measured / DEPTH_UNIT).astype(np.uint16)
