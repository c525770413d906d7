"""Stage: what a scan tells of an upright grid to class probabilities of its surface, by a trained sparse network."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import steps
from geo3d.stages.weights import load_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

    from geo3d.ops.surface_cells import SurfaceCells
    from geo3d.scene.kinds import ScannedVolume, VoxelLabels
    from geo3d.scene.source import Source

MODEL = "submanifold-unet"


@settings
class SegmentLearnedConfig:
    """How a network labels surface voxels."""

    turns: Annotated[int, Field(ge=1, le=16)] = 4
    """Looks at the scan, each turned about up by an equal share of a full turn; their probabilities are averaged."""


def segment_learned(scanned: ScannedVolume, weights: Source, config: SegmentLearnedConfig) -> VoxelLabels:
    """Calibrated class probabilities of each voxel that the scanned surface passes through.

    Raises InputError for a volume without surface or with numbers that are none, and for weights of another model or
    voxel size.
    """
    import torch

    from geo3d.ops.surface_cells import floor_height, surface_cells
    from geo3d.scene.kinds import VoxelLabels

    network, card = load_weights(weights, MODEL, "segment learned")
    size = float(card.batches.get("voxel_size", 0.05))
    if abs(size - scanned.voxel_size) > 1e-6:
        raise InputError(f"the weights label voxels of {size:g} m, and the scan's grid has {scanned.voxel_size:g} m")
    if not bool(torch.isfinite(scanned.distance).all()):
        raise InputError("the scanned volume has distances that are not finite; fuse it again")
    cells, voxels = surface_cells(
        scanned.distance, scanned.known, scanned.origin, scanned.voxel_size, scanned.truncation
    )
    if not len(voxels):
        raise InputError("the scanned volume has no surface to label")
    floor, temperature = floor_height(cells), card.scores.get("temperature", 1.0)
    total = torch.zeros(len(voxels), len(card.classes))
    with steps("segment", config.turns, "turns") as done, torch.no_grad():
        for turn in range(config.turns):
            seen = _turned(cells, 2 * math.pi * turn / config.turns)
            total += _probabilities(network, seen, floor, size, temperature)
            done()
    probabilities = total / config.turns
    where = scanned.origin, scanned.voxel_size, scanned.up, scanned.world_from_volume
    return VoxelLabels(voxels, probabilities, tuple(card.classes), *where)


def _probabilities(network: nn.Module, cells: SurfaceCells, floor: float, size: float, temperature: float) -> Tensor:
    from geo3d.ops.surface_cells import cell_features

    tensor, rows = cell_features(cells, floor, size)
    return (network(tensor).features[rows] / temperature).softmax(dim=1)


def _turned(cells: SurfaceCells, angle: float) -> SurfaceCells:
    """Turned about z."""
    import torch

    cosine, sine = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    return replace(cells, points=cells.points @ turn.T, normals=cells.normals @ turn.T)
