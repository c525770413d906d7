"""Trained weights: a safetensors file and beside it a card that says what they are and where they come from."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic

from geo3d.catalogue import build, find_entry
from geo3d.errors import InputError
from geo3d.scene.publish import published_file

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class Card:
    """What is known about trained weights."""

    model: str
    """Name in the catalogue."""
    options: dict[str, Any]
    """The model's constructor arguments, but for the number of classes."""
    classes: dict[str, tuple[str, ...]]
    """Learned classes in order, each with the source classes folded into it."""
    batches: dict[str, Any]
    """Options of the source of batches, such as voxel_size: what is fed in must be made in the same way."""
    data: tuple[dict[str, Any], ...]
    """What was learned from and validated on, as far as it can be named."""
    licence: str
    """Of the data."""
    seeds: tuple[int, ...]
    commit: str
    """Of the program: a git commit, or its version where it is not in a repository."""
    steps: int
    """Optimiser steps behind these weights."""
    scores: dict[str, float] = field(default_factory=dict)
    """On validation; may hold the softmax's "temperature" and the "ece" it leaves."""
    sha256: str = ""
    """Of the file of weights; :func:`save_weights` fills it in."""


def card_of(file: Path) -> Path:
    """Where the card of a file of weights lies."""
    return file.with_suffix(".json")


def save_weights(model: nn.Module | Mapping[str, Tensor], card: Card, file: Path) -> Card:
    """Write the weights of a model (or of its state) to `file`, and the card beside it; gives the card as written."""
    from safetensors.torch import save
    from torch import nn

    state = model.state_dict() if isinstance(model, nn.Module) else model
    content = save({name: value.detach().cpu().contiguous() for name, value in state.items()})
    card = replace(card, sha256=hashlib.sha256(content).hexdigest())
    file.parent.mkdir(parents=True, exist_ok=True)
    with published_file(file) as aside:
        aside.write_bytes(content)
    with published_file(card_of(file)) as aside:
        aside.write_text(json.dumps(asdict(card), indent=1) + "\n", encoding="utf-8")
    return card


def load_model(file: Path) -> tuple[nn.Module, Card]:
    """The model that a card describes, with its weights, in eval mode on the CPU.

    Raises InputError for files that are missing, truncated or not those the card was written with, for a model that
    is not in the catalogue, and for weights of another architecture.
    """
    card = read_card(file)
    model = make_model(card.model, card.options, len(card.classes))
    content = _content(file)
    state = _state_of(content, file)
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise InputError(f"{file} is not the file that {card_of(file).name} describes: its SHA-256 differs")
    misfit = misfits(state, model.state_dict())
    if misfit:
        raise InputError(f"{file} does not fit the model {card.model} that its card describes: {misfit[0]}")
    model.load_state_dict(state)
    return model.eval(), card


def read_card(file: Path) -> Card:
    """The card beside a file of weights; raises InputError where it is missing or cannot be read."""
    beside = card_of(file)
    try:
        return pydantic.TypeAdapter(Card).validate_python(json.loads(beside.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise InputError(f"{beside}, the card of {file.name}, is missing") from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{beside} is no card of weights: {where}: {first['msg'].lower()}") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{beside} is no card of weights ({error})") from error


def make_model(name: str, options: Mapping[str, Any], classes: int) -> nn.Module:
    """A model of the catalogue with fresh weights; torch's random numbers are left as they are."""
    import torch

    with torch.random.fork_rng(devices=[]):
        return build(find_entry(name).model, options, classes=classes)


def read_state(file: Path) -> dict[str, Tensor]:
    """Tensors by name from a safetensors file or a checkpoint of torch, of which nothing but tensors is ever run.

    A checkpoint that keeps them under "state_dict", "model" or "model_state_dict" is looked into. Raises InputError.
    """
    import torch

    content = _content(file)
    if file.suffix == ".safetensors":
        return _state_of(content, file)
    try:
        found = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged or unsafe pickle makes of the reader
        raise InputError(f"{file} holds no weights that can be read safely ({_first_line(error)})") from error
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(found, dict) and isinstance(found.get(key), dict):
            found = found[key]
    if not isinstance(found, dict) or not all(isinstance(value, torch.Tensor) for value in found.values()):
        raise InputError(f"{file} holds something else than tensors by name")
    return dict(found)


def start_from(
    file: Path, model: nn.Module, name: str, options: Mapping[str, Any], classes: tuple[str, ...]
) -> list[str]:
    """Fill a model with the weights of a file, but for what depends on the classes where those are others.

    Gives the names of what was left fresh. Raises InputError for weights of another model, or of other options.
    """
    state, wanted = read_state(file), model.state_dict()
    card = read_card(file) if card_of(file).exists() else None
    if card is not None and card.model != name:
        raise InputError(f"{file} holds weights of {card.model}, and the model is {name}")
    heads = _heads(name, options, len(classes))
    if card is not None:
        fresh = [] if tuple(card.classes) == classes else heads
    else:
        fresh = [one for one in heads if one in state and state[one].shape != wanted[one].shape]
    misfit = misfits(_without(state, fresh), _without(wanted, fresh))
    if misfit:
        raise InputError(f"{file} does not fit {name} with these options: {misfit[0]}")
    model.load_state_dict(wanted | _without(state, fresh))
    return fresh


def _heads(name: str, options: Mapping[str, Any], classes: int) -> list[str]:
    """What has another shape where there is one class more."""
    import torch

    with torch.device("meta"):
        one, other = (make_model(name, options, count).state_dict() for count in (classes, classes + 1))
    return [key for key, value in one.items() if value.shape != other[key].shape]


def _without(state: Mapping[str, Tensor], names: list[str]) -> dict[str, Tensor]:
    return {name: value for name, value in state.items() if name not in names}


def misfits(state: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> list[str]:
    """What is missing, extra or of another shape, a sentence each."""
    found = []
    for name, value in wanted.items():
        if name not in state:
            found.append(f"{name} is missing")
        elif state[name].shape != value.shape:
            found.append(f"{name} is {_sizes(state[name])} in the file and {_sizes(value)} in the model")
    return found + [f"{name} is not in the model" for name in state if name not in wanted]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{file} does not exist; give a file of weights") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}); give a file of weights") from error


def _state_of(content: bytes, file: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return load(content)
    except SafetensorError as error:
        raise InputError(f"{file} is truncated, or no safetensors file ({_first_line(error)})") from error


def _sizes(value: Tensor) -> str:
    return " x ".join(str(side) for side in value.shape) or "one number"


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".") or type(error).__name__
