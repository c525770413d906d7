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
    from geo3d.ops.surface_points import SurfacePoints
    from geo3d.scene.kinds import DistanceVolume, ScannedVolume, VoxelLabels
    from geo3d.scene.source import Source

MODEL = "submanifold-unet"


def segment_learned(
    scanned: ScannedVolume,
    weights: Source,
    config: SegmentConfig,
    predicted: DistanceVolume | None = None,
) -> VoxelLabels:
    """Calibrated class probabilities of each voxel that the surface passes through: the scanned, and the predicted one.

    `predicted` lies on the same grid; the surface goes on with it where the scan knows nothing. Raises InputError for a
    volume without surface or with numbers that are none, and for weights of another model or voxel size.
    """
    import torch

    from geo3d.ops.sparse import reduce_rows
    from geo3d.ops.sparse_maps import unique_rows
    from geo3d.ops.surface_points import cell_features, floor_height, surface_points
    from geo3d.scene.kinds import VoxelLabels

    network, card = load_weights(weights, MODEL, "segment learned", scanned)
    size = scanned.voxel_size
    inferred = None if predicted is None else predicted.distance
    where = scanned.origin, scanned.voxel_size, scanned.truncation
    surface, voxels = surface_points(scanned.distance, scanned.known, *where, inferred)
    if not len(voxels):
        raise InputError("the scanned volume has no surface to label")
    floor, corner = floor_height(surface), scanned.origin - size / 2
    temperature = card.scores.get("temperature", 1.0)
    total = torch.zeros(len(voxels), len(card.classes))
    with steps("segment", config.turns, "turns") as done, torch.no_grad():
        for turn in range(config.turns):
            tensor, rows = cell_features(_turned(surface, 2 * math.pi * turn / config.turns), floor, size, corner)
            total += (network(tensor).features[rows] / temperature).softmax(dim=1)
            done()
    found, rows = unique_rows(voxels)
    probabilities = reduce_rows(total / config.turns, rows, len(found), "mean")
    where = scanned.origin, scanned.voxel_size, scanned.up, scanned.world_from_volume
    return VoxelLabels(found, probabilities, tuple(card.classes), *where)


def _turned(surface: SurfacePoints, angle: float) -> SurfacePoints:
    """Turned about z."""
    import torch

    cosine, sine = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    return replace(surface, points=surface.points @ turn.T, normals=surface.normals @ turn.T)
