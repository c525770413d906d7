"""Stage: scenes of which the truth is known to the weights of a model of the catalogue."""

from __future__ import annotations

import hashlib
import math
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

import geo3d
from geo3d.catalogue import Entry, build, defaults_of, find_entry, options_of
from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.learning.config import FREE
from geo3d.progress import say
from geo3d.train import Task, TrainConfig, train
from geo3d.weight_files import Card, make_model, save_weights, start_from

if TYPE_CHECKING:
    from torch import Tensor, nn

WEIGHTS = "weights.safetensors"
GIVEN = ("data", "validation", "classes", "seed")
"""What every source of batches is made from, besides its options."""


@settings
class LearnConfig:
    """What learns what, from what, and how."""

    model: str = "minkunet"
    """Name in the catalogue."""
    data: tuple[Path, ...] = ()
    """Folders of scenes to learn from, as `geo3d render-dataset` makes them."""
    validation: tuple[Path, ...] = ()
    """Folders of other scenes, to score on."""
    licence: str = "not stated"
    """Of the data, as the card of the weights shall have it."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Of the model."""
    batches: dict[str, Any] = Field(default_factory=dict)
    """Options of the source of its batches."""
    task: dict[str, Any] = Field(default_factory=dict)
    """Options of its task."""
    classes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Learned classes in order, each with the classes of the data that are folded into it."""
    loop: TrainConfig = Field(default_factory=TrainConfig)
    """How it learns."""
    stored: Literal["float32", "float16"] = "float32"
    """Numbers of the file of weights; those of float16 are rounded to 11 bits and take half the space."""


@dataclass(frozen=True)
class Learned:
    """What is left when a model has learned."""

    file: Path
    """The weights; their card lies beside it."""
    card: Card
    history: dict[str, Any]
    """As :class:`geo3d.train.Trained` has it."""


def learn(config: LearnConfig, folder: Path, weights: Path | None = None) -> Learned:
    """Let a model learn, and write its weights into `folder`, which also keeps the checkpoint that it goes on from.

    It starts from `weights` where they are given. Raises InputError for options, data or weights that cannot be used.
    """
    entry, source, task = _check(config)
    model, options = _make(config, entry, source)
    data = [*described_data(config.data, "learned from"), *described_data(config.validation, "validated on")]
    if weights is not None:
        data.append(_described_start(weights))
        fresh = start_from(weights, model, config.model, options, tuple(config.classes))
        if fresh:
            say(f"{weights} has other classes: {', '.join(fresh)} begin anew, the rest goes on from there")
    trained = train(model, task, source, config.loop, folder)
    card = Card(
        model=config.model,
        options=options,
        classes=config.classes,
        batches=defaults_of(entry.input, GIVEN) | config.batches,
        data=tuple(data),
        licence=config.licence,
        seeds=(config.loop.seed,),
        commit=program_version(),
        steps=trained.step,
        scores={name: value for name, value in trained.scores.items() if math.isfinite(value)},
    )
    kept = {name: _stored(value, config.stored) for name, value in trained.weights.items()}
    return Learned(folder / WEIGHTS, save_weights(kept, card, folder / WEIGHTS), trained.history)


def _stored(value: Tensor, kind: str) -> Tensor:
    import torch

    return value.to(getattr(torch, kind)) if value.is_floating_point() else value


def described_data(folders: Sequence[Path], use: str) -> list[dict[str, Any]]:
    """Each folder's name, use, number of scenes, and a digest of their names and of the settings that made them.

    Raises InputError for a folder that has no scenes.
    """
    found = []
    for folder in folders:
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder; give one of scenes, as geo3d render-dataset makes it")
        scenes = sorted(path.name for path in folder.iterdir() if _is_scene(path))
        if not scenes:
            raise InputError(f"{folder} holds no scenes; give a folder that geo3d render-dataset has filled")
        digest = hashlib.sha256("\n".join(scenes).encode())
        if (folder / "settings.json").exists():
            digest.update((folder / "settings.json").read_bytes())
        named = {"use": use, "folder": folder.resolve().name, "scenes": len(scenes)}
        found.append(named | {"sha256": digest.hexdigest()})
    return found


def claims(config: LearnConfig, weights: Path | None) -> dict[str, Any]:
    """All that must be the same for a run to go on, as plain values; raises InputError for what cannot be read."""
    found = asdict(config) | {"weights": None}
    found["loop"] = {name: value for name, value in asdict(config.loop).items() if name not in FREE}
    found["data"] = described_data(config.data, "data")
    found["validation"] = described_data(config.validation, "validation")
    if weights is not None:
        try:
            found["weights"] = _described_start(weights)["sha256"]
        except OSError as error:
            raise InputError(f"{weights} cannot be read ({error.strerror}); give a file of weights") from error
    return found


def _described_start(weights: Path) -> dict[str, Any]:
    """The weights that a model went on from, by the digest that their card has, too."""
    return {"use": "went on from", "file": weights.name, "sha256": hashlib.sha256(weights.read_bytes()).hexdigest()}


def program_version() -> str:
    """The git commit of this program, marked where files of it were changed since; its version outside a repository."""
    package = Path(geo3d.__file__).parent

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(package), *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        git("ls-files", "--error-unmatch", "errors.py")  # a virtual environment in somebody's repository is not ours
        return git("rev-parse", "HEAD") + (" and changes" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return version("geo3d")


def _is_scene(folder: Path) -> bool:
    """Whether it is one, and finished."""
    return folder.is_dir() and folder.name[0] != "." and folder.name != "logs" and not (folder / ".begun").exists()


def _check(config: LearnConfig) -> tuple[Entry, Any, Task]:
    """Everything that was asked for, or InputError before anything long has begun."""
    entry = find_entry(config.model)
    if not config.classes:
        raise InputError('classes names no class to learn; give a table such as [classes] with floor = ["floor"]')
    for name, folders in (("data", config.data), ("validation", config.validation)):
        if not folders:
            raise InputError(f"{name} names no folder of scenes; give one or more that geo3d render-dataset has filled")
        described_data(folders, name)
    task = build(entry.task, config.task)
    given = config.data, config.validation, config.classes, config.loop.seed
    return entry, build(entry.input, config.batches, **dict(zip(GIVEN, given, strict=True))), task


def _make(config: LearnConfig, entry: Entry, source: Any) -> tuple[nn.Module, dict[str, Any]]:
    """The model with fresh weights of the seed, and all its options but for the number of classes."""
    import torch

    options = dict(config.options)
    if hasattr(source, "channels") and "channels" in options_of(entry.model):
        if "channels" in options:
            raise InputError(f"options.channels is given by the batches ({source.channels}); leave it out")
        options["channels"] = source.channels
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.loop.seed)
        model = make_model(config.model, options, len(config.classes))
    return model, defaults_of(entry.model, ("classes",)) | options
