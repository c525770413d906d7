"""Scans by a camera that is carried through rooms whose surface is known, with the path kept aside."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from geo3d.ops.camera import pixel_grid, unproject
from geo3d.ops.raycast import BOX, Solids, cast_rays
from geo3d.scene.kinds import Encoded, RgbdScan
from tests.scenes import in_a_room, looking_at, one_solid

SIZE = (120, 160)
K = torch.tensor([[130.0, 0, 79.5], [0, 130, 59.5], [0, 0, 1]], dtype=torch.float64)
UNIT = 1e-4
"""Metres a count."""


def room(seed: int, half: float = 1.6) -> Solids:
    """Six walls and five boxes somewhere in between."""
    random = np.random.default_rng(seed)
    parts = [in_a_room(one_solid(BOX, (0.0, 0.0, -half + 0.2), (0.3, 0.2, 0.2)), half)]
    for _ in range(4):
        x, y, z = random.uniform(-half + 0.3, half - 0.3, 3)
        parts.append(one_solid(BOX, (x, y, z), tuple(random.uniform(0.1, 0.3, 3)), random.uniform(0, 3)))
    return Solids(
        *(torch.cat(part) for part in zip(*((s.kinds, s.centres, s.halves, s.yaws) for s in parts), strict=True))
    )


def walk(count: int, step: float = 0.12) -> list[np.ndarray]:
    """``world_from_camera`` along an arc, looking to the far side."""
    angles = step * np.arange(count)
    eyes = np.stack([0.7 * np.cos(angles), 0.7 * np.sin(angles), 0.2 + 0.1 * np.sin(3 * angles)], axis=1)
    targets = np.stack([-np.cos(angles), -np.sin(angles), -0.4 + 0 * angles], axis=1)
    return [looking_at(eye, target) for eye, target in zip(eyes, targets, strict=True)]


def take(folder: Path, row: int, solids: Solids, world_from_camera: np.ndarray, seed: int, textured: bool) -> None:
    """Write one frame's images; the texture is a sum of waves through space."""
    transform = torch.from_numpy(world_from_camera)
    pixels = pixel_grid(*SIZE).reshape(-1, 2)
    rays = unproject(pixels, torch.ones(len(pixels), dtype=torch.float64), K) @ transform[:3, :3].T
    depth = cast_rays(transform[:3, 3].contiguous(), rays.contiguous(), solids)[0].numpy()
    points = world_from_camera[:3, 3] + depth[:, None] * rays.numpy()
    random = np.random.default_rng(seed)
    ways = random.normal(size=(3, 40))
    ways *= 2 * np.pi / random.uniform(0.1, 0.4, 40) / np.linalg.norm(ways, axis=0)
    grey = 128 + textured * 25 * np.sin(points @ ways + random.uniform(0, 6, 40)).sum(axis=1)
    colour = np.repeat(grey.clip(0, 255).astype(np.uint8).reshape(*SIZE, 1), 3, axis=2)
    Image.fromarray(colour).save(folder / f"{row:03}.colour.png")
    Image.fromarray(np.rint(depth / UNIT).astype(np.uint16).reshape(SIZE)).save(folder / f"{row:03}.depth.png")


def blank(folder: Path, row: int) -> None:
    """A frame in which nothing was seen."""
    Image.fromarray(np.zeros((*SIZE, 3), np.uint8)).save(folder / f"{row:03}.colour.png")
    Image.fromarray(np.zeros(SIZE, np.uint16)).save(folder / f"{row:03}.depth.png")


def unlocated(folder: Path, count: int) -> RgbdScan:
    """The scan of `count` frames in a folder, of which nobody knows where they were taken."""
    return RgbdScan(
        source=folder,
        colour=tuple(Encoded(f"{row:03}.colour.png", "") for row in range(count)),
        depth=tuple(Encoded(f"{row:03}.depth.png", "") for row in range(count)),
        world_from_camera=torch.full((count, 4, 4), float("nan"), dtype=torch.float64),
        intrinsics=K.repeat(count, 1, 1),
        colour_intrinsics=K.repeat(count, 1, 1),
        depth_size=SIZE,
        colour_size=SIZE,
        depth_unit=UNIT,
        depth_none=(),
        up=None,
        crop=None,
        skipped=(),
    )
