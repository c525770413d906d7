"""Which prediction belongs to which truth: files pair up by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from geo3d.data_tools.benchmarks.protocol import Scene
from geo3d.errors import InputError


def finder(truth: Sequence[str], prediction: Sequence[str]) -> Callable[[Path, Path], list[Scene]]:
    """A protocol's ``find`` for one file a scene.

    `truth` and `prediction` are patterns such as ``*_vh_clean_2.labels.ply`` or ``sequences/*/labels/*.label``: what
    the stars stand for is the scene's name, different parts joined by ``/``. Of several patterns the first that any
    file fits holds for the whole folder.
    """

    def find(predictions: Path, truths: Path) -> list[Scene]:
        wanted, given = named(truths, truth, "truth"), named(predictions, prediction, "predictions")
        refuse_extra(predictions, {name: given[name] for name in given.keys() - wanted.keys()})
        return [Scene(name, (given[name],) if name in given else (), (wanted[name],)) for name in sorted(wanted)]

    return find


def named(folder: Path, patterns: Sequence[str], what: str) -> dict[str, Path]:
    """Files below a folder that fit the first pattern that any fits, by what its stars stand for.

    Raises InputError where there is no folder, or nothing in it fits.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not there; give the folder of the {what}")
    for pattern in patterns:
        found = {_starred(path.relative_to(folder).as_posix(), pattern): path for path in folder.glob(pattern)}
        if found:
            return found
    raise InputError(f"{folder} holds no {what} named {' or '.join(patterns)}")


def refuse_extra(folder: Path, extra: dict[str, Path]) -> None:
    """Raise InputError where there are predictions that no truth belongs to."""
    if extra:
        first = extra[min(extra)]
        others = f" and {len(extra) - 1} more" if len(extra) > 1 else ""
        raise InputError(f"{first}{others} has no truth of that name; take it out of {folder}, or add its truth")


def _starred(path: str, pattern: str) -> str:
    """What the stars of a pattern stand for in a path that fits it; one star at most in each part."""
    parts = []
    for part, star in zip(path.split("/"), pattern.split("/"), strict=True):
        if "*" in star:
            before, after = star.split("*")
            parts.append(part[len(before) : len(part) - len(after)])
    return "/".join(dict.fromkeys(parts))
