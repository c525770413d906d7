"""Stage: what a trained network infers of a scanned volume: where surfaces are, and what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.scene.memory import available_memory
from geo3d.stages.weights import load_weights

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import DistanceVolume, ScannedVolume
    from geo3d.scene.source import Source

MODEL = "unet3d"


def predict(scanned: ScannedVolume, weights: Source, config: None = None) -> DistanceVolume:
    """Signed distances of the whole scene as the network infers them, clipped, and what their surface is.

    The surface is the scanned one where the scan knows of one, and the inferred one elsewhere.
    """
    from geo3d.ops.sparse_maps import unique_rows
    from geo3d.ops.surface_points import surface_points
    from geo3d.scene.kinds import DistanceVolume
    from geo3d.weight_files import read_card

    distance, probabilities = infer(scanned, weights)
    distance = distance.clamp(-scanned.truncation, scanned.truncation)
    grid = scanned.origin, scanned.voxel_size, scanned.truncation
    voxels, _ = unique_rows(surface_points(scanned.distance, scanned.known, *grid, distance)[1])
    x, y, z = voxels.long().T
    classes = tuple(read_card(weights.root / weights.listing["weights"]).classes)
    labels = classes, voxels, probabilities[:, x, y, z].T.contiguous()
    return DistanceVolume(distance, *grid, scanned.up, scanned.world_from_volume, *labels)


def infer(scanned: ScannedVolume, weights: Source) -> tuple[Tensor, Tensor]:
    """Distances in metres [x, y, z], not clipped, and class probabilities [class, x, y, z], calibrated.

    The network runs in tiles that memory holds. Raises InputError for weights of another model, or that learned with
    other voxels, and for distances that are no numbers.
    """
    import torch

    from geo3d.ops.encodings import encode
    from geo3d.ops.tiles import run_in_tiles

    model, card = load_weights(weights, MODEL, "completion", scanned)
    encoding, temperature = card.batches.get("encoding", "tsdf"), card.scores.get("temperature", 1.0)

    def found(tile: Tensor) -> tuple[Tensor, Tensor]:
        distance, logits = model(tile[None])
        return distance[0], (logits[0] / temperature).softmax(dim=0)

    grid = encode(scanned.distance, scanned.known, scanned.truncation, scanned.voxel_size, encoding)
    tiling = int(model.stride), int(model.halo), int(model.voxel_memory), available_memory() // 2  # type: ignore[arg-type]
    with torch.inference_mode():
        distance, probabilities = run_in_tiles(found, grid, *tiling)
    return distance.clone() * scanned.truncation, probabilities.clone()
