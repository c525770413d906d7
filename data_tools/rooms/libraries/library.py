"""Libraries of furniture that others made, as builders that always give the same model."""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.arrange.stock import FITTED
from geo3d.data_tools.rooms.description import Library
from geo3d.data_tools.rooms.libraries.attribution import Credit
from geo3d.data_tools.rooms.libraries.labelled_folder import folder_models, read_folder_model
from geo3d.data_tools.rooms.libraries.sizes import misfit
from geo3d.data_tools.rooms.libraries.sweet_home import Entry, library_models, read_model
from geo3d.data_tools.rooms.libraries.tops import TOPPED, with_tops
from geo3d.errors import InputError
from geo3d.progress import say

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw
    from geo3d.data_tools.rooms.model import Model

KEPT = 1000
"""Models that a process keeps in memory; one takes about 0.2 MB."""
LICENSE = "LICENSE.txt"
"""File in a folder of labelled meshes with the licence of all of them."""


@dataclass(frozen=True)
class LibraryModel:
    """A builder that always gives the same model; it is read when it is first called."""

    kind: str
    """One of :data:`geo3d.data_tools.rooms.kinds.LABELS`."""
    library: Library
    credit: Credit
    source: Entry | Path
    """What it is read from."""

    @property
    def name(self) -> str:
        """The library's and the model's."""
        return f"{self.library.name}/{self.credit.model}"

    def __call__(self, draw: Draw) -> Model:
        """The model; nothing is drawn. Raises InputError where it cannot be used."""
        model = _read(self)
        if model is None:
            raise InputError(f"{self.name} cannot be used: {unusable[self.name]}")
        return model


unusable: dict[str, str] = {}
"""Names of the models that this process could not use, and why."""


@functools.lru_cache(maxsize=KEPT)
def _read(piece: LibraryModel) -> Model | None:
    try:
        source = piece.source
        model = read_model(source) if isinstance(source, Entry) else read_folder_model(source)
        if wrong := misfit(piece.kind, model.size.tolist()):
            raise InputError(wrong)
    except InputError as error:
        unusable[piece.name] = str(error)
        say(f"{piece.name} is left out: {error}")
        return None
    return with_tops(model) if piece.kind in TOPPED else model


def open_libraries(paths: tuple[Path, ...]) -> tuple[LibraryModel, ...]:
    """The models of .sh3f files, of folders of such files and of folders of labelled meshes; none is read.

    What has no kind, or cannot be of its kind by its size, is left out and counted.
    """
    files = [file for path in paths for file in (sorted(path.glob("*.sh3f")) if path.is_dir() else ()) or [path]]
    twice = [name for name, count in Counter(_name(file) for file in files).items() if count > 1]
    if twice:
        raise InputError(f"two libraries are called {twice[0]}; rename one, since a scene names its libraries")
    models = tuple(model for file in files for model in _opened(file))
    if paths and not models:
        raise InputError(f"{', '.join(map(str, paths))}: no model can stand in a room; give another library")
    return models


def _name(path: Path) -> str:
    return path.resolve().name


def _opened(path: Path) -> list[LibraryModel]:
    """The models of one library, of those of the same name the first."""
    models = _of_folder(path) if path.is_dir() else _of_sweet_home(path)
    return list({model.name: model for model in reversed(models)}.values())[::-1]


def _of_sweet_home(path: Path) -> list[LibraryModel]:
    if not path.exists():
        raise InputError(f"{path} is not there; give a Sweet Home 3D library (.sh3f) or a folder of labelled meshes")
    entries = library_models(path)
    library = Library(_name(path), hashlib.sha256(path.read_bytes()).hexdigest())
    known = [(entry, entry.kind) for entry in entries if entry.kind is not None]
    usable = [(entry, kind) for entry, kind in known if not misfit(kind, entry.size)]
    say(
        f"{path}: {len(usable)} models; {len(entries) - len(known)} are left out because they are no furniture of a"
        f" room, {len(known) - len(usable)} because of their size or because their kind is made to measure"
    )
    return [
        LibraryModel(kind, library, Credit(_own(entry.name), entry.title, entry.creator, entry.license), entry)
        for entry, kind in usable
    ]


def _of_folder(folder: Path) -> list[LibraryModel]:
    found = [(kind, path) for kind, paths in folder_models(folder).items() for path in paths]
    library = Library(_name(folder), _hash_of(folder))
    usable = [(kind, path) for kind, path in found if kind not in FITTED]
    if len(usable) < len(found):
        say(f"{folder}: {len(found) - len(usable)} models are left out because their kind is made to measure")
    file = folder / LICENSE
    license = file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else "unknown"
    return [
        LibraryModel(kind, library, Credit(f"{kind}/{path.name}", path.stem, "unknown", license), path)
        for kind, path in usable
    ]


def _own(name: str) -> str:
    """A model's name without that of its reader."""
    return name.partition("/")[2]


def _hash_of(folder: Path) -> str:
    """Of the names and contents of all files in a folder, whatever it is called and wherever it lies."""
    files = sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())
    whole = hashlib.sha256()
    for name, path in files:
        whole.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return whole.hexdigest()
