"""Where scenes to render come from: seeds of rooms, folders of `make-rooms` and `scan-to-mesh`, mesh files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.names import names_apart
from geo3d.data_tools.rendered.mesh_parts import ENDINGS
from geo3d.data_tools.rendered.mesh_scene import read_mesh_scene, semantic_scene
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.arrange.stock import Models
    from geo3d.data_tools.rooms.description import SceneDescription
    from geo3d.data_tools.rooms.libraries.library import LibraryModel
    from geo3d.scene.kinds import CameraPath, ModelledScene

LOGS = "logs"
"""Folder of what processes say, beside those of scenes."""
TAKEN = (LOGS, "dataset.json", "settings.json", "coco.json")
"""Names beside the folders of scenes."""
ALLOWED = (
    "a mesh file (" + ", ".join(ENDINGS) + "), the output folder of geo3d scan-to-mesh, "
    "or a scene or the output folder of geo3d make-rooms"
)


@dataclass(frozen=True)
class Furniture:
    """What made rooms are furnished with beside the builders."""

    library: tuple[LibraryModel, ...] = ()
    """Models of libraries."""
    share: float = 0.5
    """How often a piece is one of these, where there is any of its kind."""
    stretch: float = 0.0
    """How far from 1 the factors may be by which pieces are stretched."""

    def builders(self, split: str) -> Models:
        """What a split may use of it."""
        from geo3d.data_tools.rooms.catalogue import builders_of

        return builders_of(split, self.library, self.share, self.stretch)


NOTHING_ELSE = Furniture()


@dataclass(frozen=True)
class SceneSource:
    """A scene that can be loaded, in any process."""

    name: str
    path: Path | None
    """A mesh file or a folder; None is a made room."""
    seed: int = 0
    split: str = "train"
    uses: tuple[str, ...] = ()
    furniture: Furniture = NOTHING_ELSE


@dataclass(frozen=True)
class LoadedScene:
    """A scene, and what is known of it besides."""

    scene: ModelledScene
    description: SceneDescription | None = None
    """Of made rooms, with the models that they are built from."""
    models: Models | None = None
    cameras: CameraPath | None = None
    """Of the scan that a mesh was made from."""


def made_rooms(
    count: int, seed: int, split: str, uses: tuple[str, ...], furniture: Furniture = NOTHING_ELSE
) -> list[SceneSource]:
    """The rooms of `count` seeds from `seed` on."""
    return [SceneSource(f"{split}_{one:06}", None, one, split, uses, furniture) for one in range(seed, seed + count)]


def find_sources(paths: Sequence[Path], furniture: Furniture = NOTHING_ELSE) -> list[SceneSource]:
    """The scenes that files and folders hold; raises InputError for one that holds none, or one that is given twice.

    Made rooms are built from their descriptions, with the `furniture` that these name.
    """
    found = [scene for path in paths for scene in _scenes_of(path)]
    names = names_apart(found)
    for name, path in zip(names, found, strict=True):
        if name in TAKEN:
            raise InputError(f"{path} has a name that a data set uses itself; rename it")
    return [SceneSource(name, path, furniture=furniture) for name, path in zip(names, found, strict=True)]


def digest_of(source: SceneSource) -> str:
    """What a scene's folder was rendered from: the same for the same content, wherever it lies."""
    path = source.path
    if path is None:
        return f"{source.split} {source.seed}"
    file = path if path.is_file() else path / "description.json"
    file = file if file.exists() else path / "5_semantic" / "artifact.json"
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}); give {ALLOWED}") from error


def load_scene(source: SceneSource, up: tuple[float, float, float] | None = None) -> LoadedScene:
    """Read or make a scene; `up` is that of mesh files, which know none."""
    path = source.path
    if path is None:
        return _made(source)
    if path.is_file():
        return LoadedScene(read_mesh_scene(path, up))
    if (path / "description.json").exists():
        return _described(path, source.furniture)
    return _scanned(path)


def _scenes_of(path: Path) -> list[Path]:
    if path.is_file() and path.suffix.lower() in ENDINGS:
        return [path]
    if path.is_dir():
        if (path / "description.json").exists() or (path / "5_semantic").exists():
            return [path]
        inside = sorted(one.parent for one in path.glob("*/description.json") if not one.parent.name.startswith("."))
        if inside:
            return inside
    there = "is not there" if not path.exists() else "holds no scene"
    raise InputError(f"{path} {there}; give {ALLOWED}")


def _made(source: SceneSource) -> LoadedScene:
    from geo3d.data_tools.rooms.build import build_scene
    from geo3d.data_tools.rooms.place import describe

    models = source.furniture.builders(source.split)
    description = describe(source.seed, source.split, models, source.uses)
    return LoadedScene(build_scene(description, models), description, models)


def _described(folder: Path, furniture: Furniture) -> LoadedScene:
    from geo3d.data_tools.rooms.build import build_scene
    from geo3d.data_tools.rooms.description import from_json

    file = folder / "description.json"
    try:
        description = from_json(file.read_text(encoding="utf-8"))
        if not (isinstance(description.seed, int) and description.seed >= 0):
            raise InputError(f"its seed is {description.seed!r}; whole numbers from 0 on are allowed")
        models = furniture.builders(description.split)
        return LoadedScene(build_scene(description, models), description, models)
    except InputError as error:
        raise InputError(f"{file} cannot be built: {error}") from error
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"{file} is no description of geo3d make-rooms ({type(error).__name__}: {error})") from error


def _scanned(folder: Path) -> LoadedScene:
    from geo3d.scene.artifact import load
    from geo3d.scene.kinds import CameraPath

    mesh = load(folder / "5_semantic")
    if not len(mesh.faces):
        raise InputError(f"{folder} holds a mesh without faces, of which there is nothing to see")
    if not (folder / "1_scan").exists():
        return LoadedScene(semantic_scene(mesh))
    scan = load(folder / "1_scan")
    cameras = CameraPath(scan.world_from_camera, scan.intrinsics.median(dim=0).values, scan.depth_size)
    return LoadedScene(semantic_scene(mesh), cameras=cameras)
