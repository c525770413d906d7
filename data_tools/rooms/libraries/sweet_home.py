"""Sweet Home 3D's furniture libraries (.sh3f): a zip of models and a catalogue of names, sizes and creators.

Debian's package sweethome3d-furniture holds five, all CC0 or CC BY 3.0. A catalogue is a Java properties file in which
all keys of one piece end with its number: ``name#7``, ``model#7``, ``width#7`` in centimetres. Models have x to their
right, y up and their front towards z, once they are turned by ``modelRotation`` (nine numbers, row by row), and are
stretched to the catalogue's size along each axis.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.libraries.reduce import to_model
from geo3d.data_tools.rooms.libraries.surfaces import Y_UP_TO_Z_UP, Beside, read_surfaces, turned
from geo3d.data_tools.rooms.libraries.sweet_home_kinds import placement
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.model import Model

CATALOGUE = "PluginFurnitureCatalog.properties"


@dataclass(frozen=True)
class Entry:
    """A piece of furniture in a library, as its catalogue describes it."""

    name: str
    """``sweet_home/`` and the catalogue's id."""
    title: str
    """Its name in English."""
    category: str
    """Where the catalogue lists it, such as Bedroom."""
    kind: str | None
    """What it is to the generator; None where it is nothing that stands in rooms."""
    label: str | None
    """NYU40 class, where it has a kind."""
    library: Path
    """The .sh3f file."""
    model: str
    """Its model in the library."""
    size: tuple[float, float, float]
    """Extent along x, y and z of the generator's frame, in metres."""
    turn: tuple[float, ...]
    """The catalogue's rotation, row by row, in the frame of its models."""
    elevation: float
    """Height of its foot above the floor, in metres."""
    creator: str
    """Who made it."""
    license: str
    """In the catalogue's words."""


def library_models(path: Path) -> list[Entry]:
    """All pieces of a .sh3f file, or of all such files in a folder, in order; no model is read, but all are there."""
    if not path.is_dir():
        return _entries(path)
    files = sorted(path.glob("*.sh3f"))
    if not files:
        raise InputError(f"{path} has no .sh3f file; give a Sweet Home 3D furniture library or a folder of them")
    return [entry for file in files for entry in _entries(file)]


def read_model(entry: Entry) -> Model:
    """A piece of furniture in the rooms' frame and the catalogue's size, with its materials.

    Solids are seldom closed and may be open sheets; :func:`geo3d.data_tools.rooms.libraries.reduce.to_model` says what
    is mended. Of a piece without a kind the label is "otherprop".
    """
    folder = PurePosixPath(entry.model).parent
    with _opened(entry.library) as archive:
        beside = Beside(lambda name: archive.read(_flat(folder / name)))
        try:
            data = archive.read(entry.model)
        except (KeyError, zipfile.BadZipFile, OSError) as error:
            raise InputError(f"{entry.library} lacks {entry.model}, the model of {entry.name}") from error
        read = read_surfaces(data, PurePosixPath(entry.model).suffix[1:].lower(), beside, entry.name)
    turn = Y_UP_TO_Z_UP @ np.array(entry.turn).reshape(3, 3)
    return to_model(turned(read, turn), entry.name, entry.label or "otherprop", np.array(entry.size))


def _entries(file: Path) -> list[Entry]:
    with _opened(file) as archive:
        try:
            properties = _properties(archive.read(CATALOGUE).decode("latin-1"))
        except (KeyError, zipfile.BadZipFile) as error:
            raise InputError(f"{file} has no readable {CATALOGUE}, so it is no Sweet Home 3D library") from error
        there = set(archive.namelist())
    pieces: dict[int, dict[str, str]] = defaultdict(dict)
    for key, value in properties.items():
        word, _, number = key.partition("#")
        if number.isdecimal():
            pieces[int(number)][word] = value
    entries = [_entry(file, number, pieces[number], properties) for number in sorted(pieces)]
    for entry in entries:
        if entry.model not in there:
            raise InputError(f"{file} lacks {entry.model}, the model of {entry.name}")
    return entries


def _entry(file: Path, number: int, piece: dict[str, str], library: dict[str, str]) -> Entry:
    """One piece from its keys; the file's own keys hold where it has none."""
    where = f"{file}: piece {number} of {CATALOGUE}"
    try:
        width, depth, height = (float(piece[key]) / 100 for key in ("width", "depth", "height"))
        turn = tuple(float(value) for value in piece.get("modelRotation", "1 0 0 0 1 0 0 0 1").split())
        elevation = float(piece.get("elevation", 0)) / 100
        model = _flat(PurePosixPath(piece["model"].lstrip("/")))
    except KeyError as error:
        raise InputError(f"{where} has no {error.args[0]}") from error
    except ValueError as error:
        raise InputError(f"{where} has something else where a number must be ({error})") from error
    if len(turn) != 9 or not np.isfinite([width, depth, height, elevation, *turn]).all():
        raise InputError(f"{where} must have finite sizes and a rotation of nine numbers")
    identity = piece.get("id", PurePosixPath(model).stem)
    title, category = piece.get("name", identity), piece.get("category", "")
    kind, label = placement(identity, title, category) or (None, None)
    return Entry(
        name=f"sweet_home/{identity}",
        title=title,
        category=category,
        kind=kind,
        label=label,
        library=file,
        model=model,
        size=(width, depth, height),
        turn=turn,
        elevation=elevation,
        creator=piece.get("creator", "unknown"),
        license=piece.get("license", library.get("license", "unknown")),
    )


def _opened(file: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{file} cannot be read as a Sweet Home 3D library, a zip file ({error})") from error


def _flat(path: PurePosixPath) -> str:
    """A path within the zip without ``.`` and ``..``."""
    parts: list[str] = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def _properties(text: str) -> dict[str, str]:
    r"""A Java properties file: ``key=value``, ``#`` and ``!`` comments, ``\`` before a line's end and in escapes."""
    values = {}
    for line in re.sub(r"(?<!\\)((?:\\\\)*)\\\r?\n[ \t]*", r"\1", text).splitlines():
        found = re.match(r"((?:\\.|[^\s\\=:])+)\s*[=:\s]?\s*(.*)", line.lstrip())
        if found and line.lstrip()[0] not in "#!":
            values[_unescaped(found[1])] = _unescaped(found[2])
    return values


def _unescaped(text: str) -> str:
    return re.sub(
        r"\\(?:u([0-9a-fA-F]{4})|(.))",
        lambda found: chr(int(found[1], 16)) if found[1] else ESCAPES.get(found[2], found[2]),
        text,
    )
