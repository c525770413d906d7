"""The literal list of models: what each is made of, what it is fed with, and what it learns from.

Classes are named as "module:Class" and imported on use, so that asking for one model does not import all.
"""

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any, get_type_hints

import pydantic

from geo3d.errors import InputError


@dataclass(frozen=True)
class Entry:
    """A model that can be learned."""

    name: str
    """As configs and weights name it."""
    model: str
    """The network: architecture alone."""
    input: str
    """The source of its batches."""
    task: str
    """What it learns from."""
    paper: str
    """Where it comes from."""


CELLS = ("geo3d.batches.room_surfaces:RoomSurfaces", "geo3d.tasks.label_cells:LabelCells")

CATALOGUE = (
    Entry(
        "unet3d",
        "geo3d.models.volume.unet3d:UNet3d",
        "geo3d.batches.room_blocks:RoomBlocks",
        "geo3d.tasks.complete_and_label:CompleteAndLabel",
        "Çiçek, Abdulkadir, Lienkamp, Brox and Ronneberger 2016",
    ),
    Entry("minkunet", "geo3d.models.sparse.minkunet:MinkUNet", *CELLS, "Choy, Gwak and Savarese 2019"),
    Entry(
        "submanifold-unet",
        "geo3d.models.sparse.submanifold_unet:SubmanifoldUNet",
        *CELLS,
        "Graham, Engelcke and van der Maaten 2018",
    ),
    Entry(
        "sparse-resnet",
        "geo3d.models.sparse.resnet:SparseResNet",
        "geo3d.batches.room_pieces:RoomPieces",
        "geo3d.tasks.classify:Classify",
        "Choy, Gwak and Savarese 2019",
    ),
)


def find_entry(name: str) -> Entry:
    """The entry of that name; raises InputError naming the closest one."""
    names = [entry.name for entry in CATALOGUE]
    if name in names:
        return CATALOGUE[names.index(name)]
    raise InputError(f"there is no model {name}{_closest(name, names)} (there are {', '.join(names)})")


def resolve(place: str) -> type:
    """The class at "module:Class"."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def build(place: str, options: Mapping[str, Any], **given: Any) -> Any:
    """Make an object of the class at `place` from options of a file or a person, and from what the caller gives.

    Raises InputError naming an option that the class does not have, and what there is, or a value it does not take.
    """
    made, allowed = resolve(place), options_of(place, tuple(given))
    return made(**given, **{name: _checked(place, name, value, allowed) for name, value in options.items()})


def options_of(place: str, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Names and types of the keywords that the constructor of the class at `place` takes, those given aside."""
    made = resolve(place)
    hints = get_type_hints(made.__init__)
    kinds = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    found = [name for name, value in signature(made).parameters.items() if value.kind in kinds and name not in without]
    return {name: hints.get(name, Any) for name in found}


def defaults_of(place: str, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The keywords that have defaults there, and these."""
    parameters, empty = signature(resolve(place)).parameters, Parameter.empty
    found = {name: parameters[name].default for name in options_of(place, without)}
    return {name: value for name, value in found.items() if value is not empty}


def _checked(place: str, name: str, value: Any, allowed: dict[str, Any]) -> Any:
    made = place.partition(":")[2]
    if name not in allowed:
        there = ", ".join(allowed) or "none"
        raise InputError(f"{made} has no option {name}{_closest(name, list(allowed))} (there are: {there})")
    try:
        return pydantic.TypeAdapter(allowed[name]).validate_python(value)
    except pydantic.ValidationError as error:
        message = error.errors()[0]["msg"]
        raise InputError(f"{made}: {name} = {value!r} is not allowed: {message[0].lower()}{message[1:]}") from error


def _closest(name: str, names: list[str]) -> str:
    closest = difflib.get_close_matches(name, names, 1, cutoff=0.5)
    return f"; did you mean {closest[0]}?" if closest else ""
