"""Stage: what a trained network infers of a scanned volume: where surfaces are, and what they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geo3d
from geo3d.errors import InputError
from geo3d.scene.memory import available_memory
from geo3d.scene.source import Source, hash_files
from geo3d.weight_files import card_of, load_model, read_card

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import DistanceVolume, ScannedVolume

SHIPPED = Path(geo3d.__file__).parent / "weights" / "unet3d.safetensors"
"""Weights that complete scans."""


def find_weights(file: Path | None, memory: Path) -> Source:
    """Weights and their card by their content, the shipped ones by default; `memory` is where hashes are remembered."""
    file = SHIPPED if file is None else file
    if not file.is_file():
        raise InputError(f"{file} is not there; give weights that geo3d train made, or leave --complete off")
    read_card(file)
    names = {"weights": file.name, "card": card_of(file).name}
    return Source(file.parent, names, hash_files(file.parent, names.values(), memory))


def predict(scanned: ScannedVolume, weights: Source, config: None = None) -> DistanceVolume:
    """Signed distances of the whole scene as the network infers them, clipped to the truncation."""
    from geo3d.scene.kinds import DistanceVolume

    distance, _ = infer(scanned, weights.root / weights.listing["weights"])
    where = scanned.origin, scanned.voxel_size, scanned.truncation, scanned.up, scanned.world_from_volume
    return DistanceVolume(distance.clamp(-scanned.truncation, scanned.truncation), *where)


def infer(scanned: ScannedVolume, file: Path) -> tuple[Tensor, Tensor]:
    """Distances in metres [x, y, z], not clipped, and class probabilities [class, x, y, z], calibrated.

    Of a network of the kind of :class:`geo3d.models.volume.unet3d.UNet3d`, run in tiles that memory holds. Raises
    InputError for weights that learned with other voxels, and for distances that are no numbers.
    """
    import torch

    from geo3d.ops.encodings import encode
    from geo3d.ops.tiles import run_in_tiles

    model, card = load_model(file)
    learned = card.batches.get("voxel_size", scanned.voxel_size)
    if abs(learned - scanned.voxel_size) > 1e-6:
        raise InputError(
            f"{file} has learned with voxels of {learned:g} m, and scan_grid.voxel_size is {scanned.voxel_size:g} m"
        )
    if not bool(scanned.distance.isfinite().all()):
        raise InputError("the scanned volume has distances that are no finite numbers; none is allowed")
    encoding, temperature = card.batches.get("encoding", "tsdf"), card.scores.get("temperature", 1.0)

    def found(tile: Tensor) -> tuple[Tensor, Tensor]:
        distance, logits = model(tile[None])
        return distance[0], (logits[0] / temperature).softmax(dim=0)

    grid = encode(scanned.distance, scanned.known, scanned.truncation, scanned.voxel_size, encoding)
    tiling = int(model.stride), int(model.halo), int(model.voxel_memory), available_memory() // 2  # type: ignore[arg-type]
    with torch.inference_mode():
        distance, probabilities = run_in_tiles(found, grid, *tiling)
    return distance.clone() * scanned.truncation, probabilities.clone()
