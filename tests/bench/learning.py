"""Networks on volumes: a room completed and labelled, and a training step beside a product of matrices."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from geo3d.batches.room_blocks import RoomBlocks
from geo3d.catalogue import find_entry, resolve
from geo3d.ops.surface_points import CHANNELS, SurfacePoints, cell_features
from geo3d.scene.memory import peak_memory, reset_peak_memory
from geo3d.tasks.complete_and_label import CompleteAndLabel
from tests.rooms_to_learn import write_scene

ROOM = (128, 128, 64)
"""Voxels of a room of 6 x 6 x 3 m at 5 cm, filled up to multiples of 16."""
CLASSES = {"floor": ("floor",), "wall": ("wall",), "otherprop": ("table",)}
ROUNDS = 3
SECONDS, MEMORY = 20, 3e9


def rows(folder: Path) -> list[dict]:
    """Seconds and peak memory of a room; a step's seconds, and the share of them that its data takes."""
    seconds, memory = room()
    step, share, data = training_step(folder)
    print(
        f"a training step of 4 x 64^3 at {share:.0%} of the rate of a product of matrices; its data took {data:.2f} s"
    )
    return [
        entry("complete and label a room of 6 x 6 x 3 m at 5 cm", seconds, "s", SECONDS),
        entry("memory of that, above what was there", memory, "bytes", MEMORY),
        entry("training step of the 3D U-Net, 4 x 64^3, float32", step, "s", None),
        entry("share of a step that one thread takes to make its data", data / step, "", 0.1),
    ]


def entry(name: str, ours: float, unit: str, target: float | None) -> dict:
    """A row without a peer; targets are most what is allowed."""
    met = None if target is None else ours <= target
    return {"name": name, "ours": ours, "peer": None, "unit": unit, "ratio": None, "target": target, "met": met}


def room() -> tuple[float, float]:
    """Seconds of both networks on a room, the sparse one four times as in use, and how much memory they took."""
    volume, points, corner = torch.randn(1, 2, *ROOM), surface(), torch.zeros(3)
    dense = network("unet3d", channels=2, classes=16)
    sparse = network("submanifold-unet", channels=CHANNELS, classes=16, width=24, steps=5, residual=True)

    def whole() -> None:
        with torch.no_grad():
            dense(volume)
            for _ in range(4):
                sparse(cell_features(points, 0.0, 0.05, corner)[0])

    whole()
    reset_peak_memory()
    before, seconds = peak_memory(), median_seconds(whole)
    return seconds, peak_memory() - before


def surface() -> SurfacePoints:
    """Floor, ceiling and walls of the room, and the same area again of furniture, as five levels within it."""
    across = torch.arange(0.025, 6, 0.05)
    floor = torch.cartesian_prod(across, across)
    level = [torch.cat([floor, torch.full((len(floor), 1), height)], dim=1) for height in (0.0, 0.5, 0.8, 1.5, 3.0)]
    wall = torch.cartesian_prod(across, torch.arange(0.025, 3, 0.05))
    walls = [torch.stack([wall[:, 0], torch.full((len(wall),), side), wall[:, 1]], dim=1) for side in (0.0, 6.0)]
    walls += [points[:, [1, 0, 2]] for points in walls]
    points = torch.cat(level + walls)
    normals = nn.functional.normalize(torch.randn(len(points), 3), dim=1)
    return SurfacePoints(points, normals, torch.full((len(points),), 0.5), torch.full((len(points),), 0.2))


def network(name: str, **options: object) -> nn.Module:
    """A model of the catalogue, to be used."""
    return resolve(find_entry(name).model)(**options).eval()


def training_step(folder: Path) -> tuple[float, float, float]:
    """Seconds of a step, its share of a product's rate, and seconds to make its batch."""
    for number in range(2):
        write_scene(folder / f"room_{number}", number, (80, 80, 64))
    source = RoomBlocks([folder], [], CLASSES)
    began = time.perf_counter()
    batch = source.training(0)
    data = time.perf_counter() - began
    model, task = network("unet3d", channels=2, classes=len(CLASSES)).train(), CompleteAndLabel()

    def step() -> None:
        model.zero_grad()
        next(task.losses(model, batch))[1].backward()

    step()
    seconds = median_seconds(step)
    with FlopCounterMode(display=False) as counter:
        step()
    return seconds, counter.get_total_flops() / seconds / product_rate(), data


def product_rate() -> float:
    """Operations a second of a product of matrices."""
    one, other = torch.randn(2048, 2048), torch.randn(2048, 2048)
    torch.mm(one, other)
    return 2 * 2048**3 / median_seconds(lambda: one @ other)


def median_seconds(work: Callable[[], object]) -> float:
    """Of a few calls."""
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as made:
        print(*rows(Path(made)), sep="\n")
