"""A model, batches and a task of the smallest kind, which learn from stored scenes in a moment."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from geo3d.batches.scenes import IGNORED, Classes, fold_table, read_volumes, scene_folders
from geo3d.catalogue import Entry

Pair = tuple[Tensor, Tensor]
ENTRY = Entry(
    "toy", "tests.toy_learning:Layers", "tests.toy_learning:Voxels", "tests.toy_learning:LabelVoxels", "of our own"
)
STOP: list[int] = []
"""Indices of batches at which a run dies."""


class StoppedError(Exception):
    pass


class Layers(nn.Module):
    def __init__(self, channels: int = 3, classes: int = 20, width: int = 8) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(channels, width), nn.BatchNorm1d(width), nn.ReLU())
        self.head = nn.Linear(width, classes)

    def forward(self, values: Tensor) -> Tensor:
        return self.head(self.trunk(values))


class Voxels:
    """Distance and place of voxels near surfaces, and their labels."""

    channels = 4

    def __init__(
        self,
        data: Sequence[Path],
        validation: Sequence[Path],
        classes: Classes,
        seed: int = 0,
        count: int = 64,
        poison: int | None = None,
    ) -> None:
        self.seed, self.count, self.poison = seed, count, poison
        self.learned = [_read(scene, classes) for scene in scene_folders(data, 0.05)]
        self.held_out = [_read(scene, classes) for scene in scene_folders(validation, 0.05)]

    def training(self, index: int) -> Pair:
        if index in STOP:
            raise StoppedError
        random = torch.Generator().manual_seed(1000 * self.seed + index)
        values, labels = self.learned[index % len(self.learned)]
        rows = torch.randint(len(labels), (self.count,), generator=random)
        return values[rows] * (torch.nan if index == self.poison else 1), labels[rows]

    def validation(self) -> Iterable[Pair]:
        return [pair for pair in self.held_out if len(pair[1])]


class LabelVoxels:
    def __init__(self, smoothing: float = 0.0) -> None:
        self.smoothing = smoothing

    def parts(self, model: nn.Module) -> dict[str, nn.Module]:
        return {"model": model}

    def losses(self, model: nn.Module, batch: Pair) -> Iterator[tuple[str, Tensor]]:
        yield "model", cross_entropy(model(batch[0]), batch[1], label_smoothing=self.smoothing)

    def scores(self, model: nn.Module, batches: Iterable[Pair]) -> dict[str, float]:
        right = torch.cat([model(values).argmax(dim=1) == labels for values, labels in batches])
        return {"accuracy": float(right.float().mean()), "nothing": float("nan")}


def _read(scene: Path, classes: Classes) -> Pair:
    scanned, labels = read_volumes(scene, 0.05, "scan", "labels")
    folded = fold_table(labels.classes, classes)[labels.labels.long()]
    rows = (folded != IGNORED).nonzero()
    values = torch.cat([scanned.distance[tuple(rows.T)][:, None], 0.05 * rows], dim=1)
    return values.float(), folded[tuple(rows.T)]
