"""A card for every number: what was compared, how, with what; enough to compute it again and to see what differs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.protocol import Protocol, Scores
from geo3d.data_tools.benchmarks.protocols import module_of
from geo3d.errors import InputError
from geo3d.scene.key import code_reached_from, library_versions

if TYPE_CHECKING:
    from geo3d.data_tools.benchmarks.counting import Counted

LAYOUT = 1
"""Version of the card's layout."""


def make_card(
    protocol: Protocol,
    choices: Choices,
    counted: Sequence[Counted],
    scores: Scores,
    predictions: Path,
    truths: Path,
    home: Path,
) -> dict[str, Any]:
    """The card as plain values, with the folders named relative to `home`, where it will lie."""
    given = {file: digest for one in counted for file, digest in one.hashes.items() if file in one.scene.prediction}
    wanted = {file: digest for one in counted for file, digest in one.hashes.items() if file in one.scene.truth}
    return {
        "card": LAYOUT,
        "protocol": {"name": protocol.name, "version": protocol.version, "title": protocol.title},
        "choices": dataclasses.asdict(choices),
        "scores": plain_scores(scores),
        "scenes": {one.scene.name: one.key for one in counted},
        "predictions": _folder(predictions, given, home),
        "truth": _folder(truths, wanted, home),
        "code": {"geo3d": version("geo3d"), "sha256": code_hash(protocol)},
        "environment": library_versions() | {"system": platform.system(), "machine": platform.machine()},
    }


def plain_scores(scores: Scores) -> dict[str, Any]:
    """Scores as JSON takes them: NaN becomes null, classes become keys."""
    columns = {name: [_number(value) for value in values] for name, values in scores.by_class.items()}
    return {
        "overall": {name: _number(value) for name, value in scores.overall.items()},
        "by_class": {
            label: {name: values[i] for name, values in columns.items()} for i, label in enumerate(scores.classes)
        },
        "notes": list(scores.notes),
    }


def code_hash(protocol: Protocol) -> str:
    """SHA-256 of all the code of geo3d that a protocol reaches."""
    reached = code_reached_from(module_of(protocol.name))
    return hashlib.sha256(json.dumps(reached, sort_keys=True).encode()).hexdigest()


def read_card(file: Path) -> dict[str, Any]:
    """A card; raises InputError for what is none."""
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read as a card ({error}); give a card.json of geo3d benchmark") from error
    if not _is_card(card):
        raise InputError(f"{file} is no card of this layout ({LAYOUT}); give a card.json of geo3d benchmark")
    return card


def _is_card(read: Any) -> bool:
    parts = {"protocol", "choices", "scores", "scenes", "predictions", "truth", "code", "environment"}
    if not isinstance(read, dict) or read.get("card") != LAYOUT:
        return False
    if not all(isinstance(read.get(part), dict) for part in parts):
        return False
    folders = read["predictions"], read["truth"]
    whole = all(isinstance(one.get("folder"), str) and isinstance(one.get("files"), dict) for one in folders)
    return whole and isinstance(read["protocol"].get("name"), str)


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What a card says and the recomputed one does not: one line each, files first, then numbers."""
    lines = []
    for part in ("predictions", "truth"):
        before, after = old[part]["files"], new[part]["files"]
        lines += [f"{part}: {name} is gone" for name in sorted(before.keys() - after.keys())]
        lines += [f"{part}: {name} is new" for name in sorted(after.keys() - before.keys())]
        shared = sorted(before.keys() & after.keys())
        lines += [f"{part}: {name} has other bytes" for name in shared if before[name] != after[name]]
    flat, again = _flat(old["scores"]), _flat(new["scores"])
    for name in flat | again:
        if flat.get(name) != again.get(name):
            lines.append(f"{name}: {flat.get(name)} on the card, {again.get(name)} now")
    return lines


def circumstances(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What may explain a difference: versions of protocol, code and libraries that are not the card's."""
    lines = []
    for part in ("protocol", "code", "environment"):
        before, after = old[part], new[part]
        keys = sorted(before.keys() | after.keys())
        lines += [
            f"{part} {key}: {before.get(key)}, now {after.get(key)}"
            for key in keys
            if before.get(key) != after.get(key)
        ]
    return lines


def _folder(folder: Path, hashes: dict[Path, str], home: Path) -> dict[str, Any]:
    files = {file.relative_to(folder).as_posix(): digest for file, digest in sorted(hashes.items())}
    return {"folder": os.path.relpath(folder.resolve(), home.resolve()), "files": files}


def _number(value: Any) -> float | int | None:
    number = value.item() if hasattr(value, "item") else value
    return None if isinstance(number, float) and not math.isfinite(number) else number


def _flat(scores: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat = {}
    for key, value in scores.items():
        flat |= _flat(value, f"{prefix}{key} / ") if isinstance(value, dict) else {prefix + key: value}
    return flat
