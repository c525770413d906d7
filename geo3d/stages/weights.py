"""Trained weights as a stage's source: those that are shipped by their name, anybody's by their file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.errors import InputError
from geo3d.scene.source import Source, hash_files
from geo3d.weight_files import card_of, load_model

if TYPE_CHECKING:
    from torch import nn

    from geo3d.scene.kinds import ScannedVolume
    from geo3d.weight_files import Card

SHIPPED = Path(__file__).parents[1] / "weights"


def file_of(name: str) -> Path:
    """The file of the weights that ship under this name, or else the file that has it."""
    shipped = SHIPPED / f"{name}.safetensors"
    return shipped if shipped.is_file() else Path(name)


def find_weights(name: str, memory: Path) -> Source:
    """Weights by the name of shipped ones or by their .safetensors file; `memory` is where hashes are remembered."""
    file = file_of(name)
    if not file.is_file():
        shipped = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.safetensors")))
        raise InputError(f"there are no weights {name}: give a .safetensors file or one of {shipped}")
    card = card_of(file)
    if not card.is_file():
        raise InputError(f"{card}, the card of {file.name}, is missing")
    return Source(file.parent, {"weights": file.name}, hash_files(file.parent, [file.name, card.name], memory))


def load_weights(source: Source, model: str, what: str, scanned: ScannedVolume) -> tuple[nn.Module, Card]:
    """The network that is to be shown a scan, and its card.

    Raises InputError for another model than `model`, which `what` needs, one that learned with other voxels, and for
    distances that are no numbers.
    """
    file = source.root / source.listing["weights"]
    network, card = load_model(file)
    if card.model != model:
        raise InputError(f"{file} holds the weights of {card.model}; {what} needs those of {model}")
    learned = card.batches.get("voxel_size", scanned.voxel_size)
    if abs(learned - scanned.voxel_size) > 1e-6:
        raise InputError(
            f"{file} has learned with voxels of {learned:g} m, and scan_grid.voxel_size is {scanned.voxel_size:g} m"
        )
    if not bool(scanned.distance.isfinite().all()):
        raise InputError("the scanned volume has distances that are no finite numbers; none is allowed")
    return network, card
