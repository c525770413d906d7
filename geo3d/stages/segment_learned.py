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

    `predicted` lies on the same grid; the surface goes on with it where the scan knows nothing. The scanned surface is
    looked at by itself, as the network has learned it, so that nothing inferred changes its labels. Raises InputError
    for a volume without surface or with numbers that are none, and for weights of another model or voxel size.
    """
    import torch

    from geo3d.ops.block_grid import find_rows, pack_blocks
    from geo3d.ops.sparse_maps import unique_rows
    from geo3d.scene.kinds import VoxelLabels

    network, card = load_weights(weights, MODEL, "segment learned", scanned)
    surfaces = [None] if predicted is None else [None, predicted.distance]
    with steps("segment", config.turns * len(surfaces), "turns") as done:
        looks = [_look(network, card, scanned, inferred, config.turns, done) for inferred in surfaces]
    (voxels, probabilities), (all_voxels, of_all) = looks[0], looks[-1]
    inferred = find_rows(pack_blocks(voxels), all_voxels) < 0
    voxels, rows = unique_rows(torch.cat([voxels, all_voxels[inferred]]))
    probabilities = torch.cat([probabilities, of_all[inferred]])[rows.argsort()]
    where = scanned.origin, scanned.voxel_size, scanned.up, scanned.world_from_volume
    return VoxelLabels(voxels, probabilities, tuple(card.classes), *where)


def _look(
    network: nn.Module,
    card: Card,
    scanned: ScannedVolume,
    inferred: Tensor | None,
    turns: int,
    done: Callable[[], None],
) -> tuple[Tensor, Tensor]:
    """Voxels of a surface, sorted, and their class probabilities, by the mean of some turns."""
    import torch

    from geo3d.ops.sparse import reduce_rows
    from geo3d.ops.sparse_maps import unique_rows
    from geo3d.ops.surface_points import cell_features, floor_height, surface_points

    size = scanned.voxel_size
    surface, voxels = surface_points(
        scanned.distance, scanned.known, scanned.origin, size, scanned.truncation, inferred
    )
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
