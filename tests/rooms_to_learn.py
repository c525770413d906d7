"""Data sets of small made-up scenes, stored as `geo3d render-dataset` stores them."""

from pathlib import Path

import torch

from geo3d.scene.artifact import store
from geo3d.scene.kinds import DistanceVolume, ScannedVolume, SemanticVolume

SIZE, TRUNCATION = 0.05, 0.15
CLASSES = ("wall", "floor", "table")
UP = torch.tensor([0.0, 0, 1])


def write_scene(scene: Path, seed: int = 0, shape: tuple[int, int, int] = (48, 40, 32)) -> None:
    """An open box room with a table: floor at 0.3 m, walls at 0.2 m from the grid's ends, behind the table unseen."""
    random = torch.Generator().manual_seed(seed)
    x, y, z = torch.meshgrid(*(torch.arange(side) * SIZE for side in shape), indexing="ij")
    far = [(side - 1) * SIZE for side in shape]
    walls = torch.stack([x - 0.2, far[0] - 0.2 - x, y - 0.2, far[1] - 0.2 - y]).amin(dim=0)
    middle = 0.8 + 0.5 * torch.rand(2, generator=random)
    table = torch.stack([(x - middle[0]).abs() - 0.35, (y - middle[1]).abs() - 0.3, (z - 0.9).abs() - 0.1]).amax(dim=0)
    every = torch.stack([walls, z - 0.3, table])
    distance, labels = every.min(dim=0)
    clipped = distance.clamp(-TRUNCATION, TRUNCATION)
    origin = torch.tensor([-1.0, -1.0, -0.3])
    known = (distance > -0.1) & ~((z < 0.8) & (table < 0.3))
    scanned = torch.where(known, clipped, TRUNCATION)
    near = torch.where(distance.abs() < TRUNCATION, labels, 255).byte()
    volumes = {
        "distance": DistanceVolume(clipped, origin, SIZE, TRUNCATION, UP),
        "labels": SemanticVolume(near, CLASSES, origin, SIZE, TRUNCATION, UP),
        "scan": ScannedVolume(scanned, known.byte(), origin, SIZE, TRUNCATION, UP),
    }
    for name, volume in volumes.items():
        folder = scene / "volumes" / "050mm" / name
        folder.mkdir(parents=True)
        store(volume, folder)


def write_rooms(folder: Path, count: int, seed: int = 0) -> Path:
    """A data set of some rooms."""
    for number in range(count):
        write_scene(folder / f"room_{number:03}", seed + number)
    return folder
