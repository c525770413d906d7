"""Scenes that `geo3d render-dataset` made, as what is learned from reads them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from geo3d.errors import InputError
from geo3d.scene.artifact import load

IGNORED = 255
Classes = Mapping[str, tuple[str, ...]]
"""Each learned class, and the classes of the data that are folded into it; what is in none is not learned from."""


def scene_folders(data: Sequence[Path], voxel_size: float) -> list[Path]:
    """Finished scenes of data sets, sorted; raises InputError for a folder that has none."""
    found: list[Path] = []
    for folder in data:
        name = f"{1000 * voxel_size:03.0f}mm"
        scenes = sorted(path.parents[3] for path in folder.glob(f"*/volumes/{name}/scan/artifact.json"))
        scenes = [scene for scene in scenes if not (scene / ".begun").exists()]
        if not scenes:
            raise InputError(
                f"{folder} has no scene with volumes/{name}/scan; `geo3d render-dataset --volumes --scan-volumes"
                f" --voxel-sizes {voxel_size:g}` makes them"
            )
        found += scenes
    return found


def read_volumes(scene: Path, voxel_size: float, *names: str) -> list[Any]:
    """The scene's volumes by name: ``distance``, ``labels``, ``scan``."""
    return [load(scene / "volumes" / f"{1000 * voxel_size:03.0f}mm" / name) for name in names]


def generator(*seeds: int) -> torch.Generator:
    """Random numbers of their own for any seeds; torch alone would look at the lowest 32 bits of one."""
    return torch.Generator().manual_seed(int(np.random.SeedSequence(seeds).generate_state(1)[0]))


def fold_table(source: Sequence[str], classes: Classes) -> Tensor:
    """[256], the learned class of each label of the data; 255 for what is not learned from.

    Raises InputError for a class in two learned ones.
    """
    table = torch.full((256,), IGNORED)
    place = {name: i for i, name in enumerate(source)}
    taken: dict[str, str] = {}
    for number, (learned, folded) in enumerate(classes.items()):
        for name in folded:
            if name in taken:
                raise InputError(f"class {name} is folded into both {taken[name]} and {learned}; one is allowed")
            taken[name] = learned
            if name in place:
                table[place[name]] = number
    return table


def class_weights(labels: Sequence[Tensor], classes: int, balance: float) -> Tensor:
    """[class], the classes' shares to the power -`balance`, with a mean of 1 over labelled places."""
    counts = torch.stack([torch.bincount(part.flatten().int(), minlength=256)[:classes] for part in labels]).sum(dim=0)
    shares = (counts.double() / counts.sum().clamp(min=1)).clamp(min=1e-4)
    weights = shares**-balance
    return (weights / (weights * shares).sum()).float()
