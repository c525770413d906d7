"""Any folder of meshes, ``FOLDER/KIND/NAME.obj`` (or .glb, .ply, .stl), as furniture that its folders label.

Kinds are those of :data:`geo3d.data_tools.rooms.kinds.LABELS`. Meshes are in metres, z up, with their front towards -y
and x to their right; a .glb is y up with its front towards z, as glTF 2.0 (3.4) has it. Where they stand does not
matter. What hangs on a wall has its back at the largest y.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.kinds import LABELS
from geo3d.data_tools.rooms.libraries.reduce import to_model
from geo3d.data_tools.rooms.libraries.surfaces import Y_UP_TO_Z_UP, Beside, read_surfaces, turned
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.model import Model

ENDINGS = (".glb", ".obj", ".ply", ".stl")


def folder_models(folder: Path) -> dict[str, list[Path]]:
    """The mesh files of a folder by kind, both in order; none is read."""
    if not folder.is_dir():
        raise InputError(f"{folder} is not there; give a folder with one folder a kind, such as {folder / 'chair'}")
    kinds = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    found = {kind.name: sorted(path for path in kind.iterdir() if path.suffix.lower() in ENDINGS) for kind in kinds}
    models = {kind: paths for kind, paths in found.items() if paths}
    for kind in models:
        _check_kind(folder, kind)
    if not models:
        raise InputError(f"{folder} has no models; meshes ({', '.join(ENDINGS)}) stand in folders named by kind")
    return models


def read_folder_model(path: Path) -> Model:
    """A mesh file as furniture of the kind that its folder is named by; its name is ``labelled_folder/KIND/FILE``.

    Solids need not be closed; :func:`geo3d.data_tools.rooms.libraries.reduce.to_model` says what is mended.
    """
    kind = path.parent.name
    _check_kind(path.parent.parent, kind)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from error
    ending = path.suffix.lower()
    surfaces = read_surfaces(data, ending[1:], Beside(lambda name: (path.parent / name).read_bytes()), str(path))
    surfaces = turned(surfaces, Y_UP_TO_Z_UP if ending == ".glb" else np.eye(3))
    return to_model(
        surfaces, f"labelled_folder/{kind}/{path.name}", LABELS[kind], np.ptp(surfaces.corners, axis=(0, 1))
    )


def _check_kind(folder: Path, kind: str) -> None:
    if kind not in LABELS:
        closest = difflib.get_close_matches(kind, LABELS, 1, cutoff=0.5)
        hint = f"; did you mean {closest[0]}?" if closest else ""
        raise InputError(f"{folder / kind} is not named by a kind{hint} (kinds: {', '.join(LABELS)})")
