"""Trained weights as a stage's source: those that are shipped by their name, anybody's by their file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.errors import InputError
from geo3d.scene.source import Source, hash_files
from geo3d.weight_files import card_of, load_model

if TYPE_CHECKING:
    from torch import nn

    from geo3d.weight_files import Card

SHIPPED = Path(__file__).parents[1] / "weights"


def find_weights(name: str, memory: Path) -> Source:
    """Weights by the name of shipped ones or by their .safetensors file; `memory` is where hashes are remembered."""
    shipped = {path.stem: path for path in sorted(SHIPPED.glob("*.safetensors"))}
    file = shipped.get(name, Path(name))
    if not file.is_file():
        raise InputError(f"there are no weights {name}: give a .safetensors file or one of {', '.join(shipped)}")
    card = card_of(file)
    if not card.is_file():
        raise InputError(f"{card}, the card of {file.name}, is missing")
    return Source(file.parent, {"weights": file.name}, hash_files(file.parent, [file.name, card.name], memory))


def load_weights(source: Source, model: str, what: str) -> tuple[nn.Module, Card]:
    """The network and its card; raises InputError where it is another model than `model`, which `what` needs."""
    file = source.root / source.listing["weights"]
    network, card = load_model(file)
    if card.model != model:
        raise InputError(f"{file} holds the weights of {card.model}; {what} needs those of {model}")
    return network, card
