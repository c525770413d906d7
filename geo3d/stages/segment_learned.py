"""Stage: what a scan tells of an upright grid to class probabilities of its surface, by a trained sparse network."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from geo3d.errors import InputError
from geo3d.progress import steps
from geo3d.stages.segment import SegmentConfig
from geo3d.stages.weights import load_weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

    from geo3d.ops.surface_points import SurfacePoints
    from geo3d.scene.kinds import DistanceVolume, ScannedVolume, VoxelLabels
    from geo3d.scene.source import Source
    from geo3d.weight_files import Card

MODEL = "submanifold-unet"


def segment_learned(
    scanned: ScannedVolume,
    weights: Source,
    config: SegmentConfig,
    predicted: DistanceVolume | None = None,
) -> VoxelLabels:
    """Calibrated class probabilities of each voxel that the surface passes through: the scanned, and the predicted one.

    `predicted` lies on the same grid; where the scan knows nothing, its voxels are what it says they are. This network
    has learned on what was seen, and calls half of an inferred floor furniture. Raises InputError for a volume without
    surface or with numbers that are none, and for weights of another model or voxel size.
    """
    import torch

    from geo3d.ops.sparse_maps import unique_rows
    from geo3d.scene.kinds import VoxelLabels

    network, card = load_weights(weights, MODEL, "segment learned", scanned)
    with steps("segment", config.turns, "turns") as done:
        voxels, probabilities = _look(network, card, scanned, config.turns, done)
    if predicted is not None and predicted.voxels is not None and predicted.probabilities is not None:
        inferred, theirs = _inferred(predicted.voxels, predicted.probabilities, predicted.classes, voxels, card.classes)
        voxels, rows = unique_rows(torch.cat([voxels, inferred]))
        probabilities = torch.cat([probabilities, theirs])[rows.argsort()]
    where = scanned.origin, scanned.voxel_size, scanned.up, scanned.world_from_volume
    return VoxelLabels(voxels, probabilities, tuple(card.classes), *where)


def _inferred(
    voxels: Tensor, probabilities: Tensor, names: tuple[str, ...], seen: Tensor, classes: dict[str, tuple[str, ...]]
) -> tuple[Tensor, Tensor]:
    """The voxels that are not among those seen, and their probabilities of other classes.

    A class goes to the one that it is named like or folded into; those without a place are left out, and voxels that
    could only be of such with them.
    """
    from geo3d.ops.block_grid import find_rows, pack_blocks

    chances = probabilities.new_zeros(len(probabilities), len(classes))
    for column, name in enumerate(names):
        for place, (learned, folded) in enumerate(classes.items()):
            if name == learned or name in folded:
                chances[:, place] += probabilities[:, column]
                break
    total = chances.sum(dim=1, keepdim=True)
    kept = (find_rows(pack_blocks(seen), voxels) < 0) & (total[:, 0] > 0)
    return voxels[kept], (chances / total)[kept]


def _look(
    network: nn.Module,
    card: Card,
    scanned: ScannedVolume,
    turns: int,
    done: Callable[[], None],
) -> tuple[Tensor, Tensor]:
    """Voxels of a surface, sorted, and their class probabilities, by the mean of some turns."""
    import torch

    from geo3d.ops.sparse import reduce_rows
    from geo3d.ops.sparse_maps import unique_rows
    from geo3d.ops.surface_points import cell_features, floor_height, surface_points

    size = scanned.voxel_size
    surface, voxels = surface_points(scanned.distance, scanned.known, scanned.origin, size, scanned.truncation)
    if not len(voxels):
        raise InputError("the scanned volume has no surface to label")
    floor, corner = floor_height(surface), scanned.origin - size / 2
    temperature = card.scores.get("temperature", 1.0)
    total = torch.zeros(len(voxels), len(card.classes))
    with torch.no_grad():
        for turn in range(turns):
            tensor, rows = cell_features(_turned(surface, 2 * math.pi * turn / turns), floor, size, corner)
            total += (network(tensor).features[rows] / temperature).softmax(dim=1)
            done()
    found, rows = unique_rows(voxels)
    return found, reduce_rows(total / turns, rows, len(found), "mean")


def _turned(surface: SurfacePoints, angle: float) -> SurfacePoints:
    """Turned about z."""
    import torch

    cosine, sine = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    return replace(surface, points=surface.points @ turn.T, normals=surface.normals @ turn.T)
