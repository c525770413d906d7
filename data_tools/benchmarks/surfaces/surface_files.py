"""Surfaces to compare, from meshes and point clouds of any format, in double precision."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.benchmarks.label_files import read_bytes
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MESHES = ("ply", "obj", "off", "stl", "glb", "gltf", "3mf", "dae")
POINTS = ("xyz", "xyzn", "txt", "npy", "npz")
PATTERNS = (
    *(f"*.{suffix}" for suffix in (*MESHES, *POINTS)),
    *("*/mesh.ply", "*/artifact.json", "*/5_semantic/artifact.json", "*/3_mesh/artifact.json"),
)
FARTHEST = 1e15
"""Coordinates beyond this have no use, and their squares lose all."""


@dataclass(frozen=True)
class Surface:
    """Points, and the triangles over them where there are any."""

    file: Path
    """Where it is from."""
    points: NDArray[np.float64]
    """[point, 3], the vertices of a mesh."""
    faces: NDArray[np.int64]
    """[face, 3] rows of the points; none for a point cloud."""
    normals: NDArray[np.float64] | None
    """[point, 3], where the file has them."""


def read_surface(file: Path) -> Surface:
    """A mesh that trimesh reads, a text or array of points, or an artifact of ours, given as its ``artifact.json``.

    Told apart by content where that is possible. Files without anything in them are empty surfaces. Raises InputError
    naming the file, and the vertex, face or line.
    """
    if file.name == "artifact.json":
        surface = _artifact(file)
    elif file.suffix in (".xyz", ".xyzn", ".txt"):
        surface = _text(file)
    elif read_bytes(file)[:6] == b"\x93NUMPY":
        surface = _columns(file, _array(file))
    elif file.suffix == ".npz":
        surface = _arrays(file)
    else:
        surface = _mesh(file)
    _check(surface)
    return surface


def read_arrays(file: Path, names: tuple[str, ...]) -> dict[str, NDArray]:
    """Named arrays of a ``.npz``; raises InputError where one is missing."""
    import zipfile
    from io import BytesIO

    import numpy as np

    content = BytesIO(read_bytes(file))
    try:
        with np.load(content, allow_pickle=False) as stored:
            missing = [name for name in names if name not in stored.files]
            if not missing:
                return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise InputError(f"{file} cannot be read as named NumPy arrays ({error})") from error
    raise InputError(f"{file} has no array {missing[0]}, which is needed")


def _array(file: Path) -> NDArray:
    import numpy as np

    try:
        return np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{file} cannot be read as a NumPy array ({error})") from error


def _arrays(file: Path) -> Surface:
    stored = read_arrays(file, ("points",))
    return made(file, stored["points"], normals=stored.get("normals"))


def _text(file: Path) -> Surface:
    """Three numbers a line, and more behind them that do not count; in ``.xyzn`` the next three are the normal."""
    rows: list[list[float]] = []
    for number, line in enumerate(read_bytes(file).decode("utf-8", "replace").splitlines(), 1):
        words = line.split("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            rows.append([float(word) for word in words])
        except ValueError:
            raise InputError(f"{file}, line {number}: {line[:40]!r} is not numbers; x y z are allowed") from None
        if len(words) < 3 or len(words) != len(rows[0]):
            raise InputError(f"{file}, line {number} has {len(words)} numbers; {max(3, len(rows[0]))} are needed")
    return _columns(file, rows)


def _columns(file: Path, rows: Any) -> Surface:
    import numpy as np

    table = np.asarray(rows)
    if len(table) == 0:
        table = np.zeros((0, 3))
    if table.ndim != 2 or table.shape[1] < 3 or not np.issubdtype(table.dtype, np.number):
        raise InputError(f"{file} holds {table.dtype} of the shape {table.shape}; three numbers a point are needed")
    return made(file, table[:, :3], normals=table[:, 3:6] if file.suffix == ".xyzn" and table.shape[1] > 5 else None)


def _mesh(file: Path) -> Surface:
    import numpy as np
    import trimesh

    read_bytes(file)
    try:
        read: Any = trimesh.load(file, process=False, maintain_order=True, fix_texture=False)
    except Exception as error:  # each of its readers has errors of its own
        raise InputError(f"{file} cannot be read as a mesh ({type(error).__name__}: {error})") from error
    raw = read.metadata.get("_ply_raw", {}).get("vertex", {}).get("data", {})
    if isinstance(read, trimesh.Scene):
        if not read.geometry:
            return made(file, np.zeros((0, 3)))
        read = read.to_geometry()
    normals = None
    if {"nx", "ny", "nz"} <= set(raw if isinstance(raw, dict) else raw.dtype.names or ()):
        normals = np.stack([np.ravel(raw[axis]) for axis in ("nx", "ny", "nz")], axis=1)
    return made(file, read.vertices, getattr(read, "faces", None), normals)


def _artifact(file: Path) -> Surface:
    from geo3d.scene.artifact import load

    artifact = load(file.parent)
    points = getattr(artifact, "points", getattr(artifact, "vertices", None))
    if points is None:
        raise InputError(f"{file.parent} is a {type(artifact).__name__}; a TriangleMesh or PointCloud is needed")
    others = (getattr(artifact, name, None) for name in ("faces", "normals"))
    return made(file, points.numpy(), *(None if other is None else other.numpy() for other in others))


def made(file: Path, points: Any, faces: Any = None, normals: Any = None) -> Surface:
    """A surface of arrays of any types; raises InputError for shapes that are none."""
    import numpy as np

    for read in (points, faces, normals):
        if read is not None and np.asarray(read).dtype.kind not in "biuf":
            raise InputError(f"{file} holds {np.asarray(read).dtype}; real numbers are needed")
    placed = np.array(points, np.float64)
    if placed.ndim != 2 or placed.shape[1] != 3:
        raise InputError(f"{file} has points of the shape {placed.shape}; three numbers each are needed")
    joined = np.zeros((0, 3), np.int64) if faces is None else np.array(faces, np.int64).reshape(-1, 3)
    turned = None if normals is None else np.array(normals, np.float64)
    if turned is not None and turned.shape != placed.shape:
        raise InputError(f"{file} has {len(placed)} points and normals of the shape {turned.shape}; one each is needed")
    return Surface(file, placed, joined, turned)


def _check(surface: Surface) -> None:
    import numpy as np

    lost = np.flatnonzero(~(np.abs(surface.points) <= FARTHEST).all(axis=1))
    if len(lost):
        where = tuple(surface.points[lost[0]].tolist())
        raise InputError(
            f"{surface.file}: vertex {lost[0]} is at {where}; coordinates must be finite, below {FARTHEST:g}"
        )
    lost = np.flatnonzero(((surface.faces < 0) | (surface.faces >= len(surface.points))).any(axis=1))
    if len(lost):
        face = tuple(surface.faces[lost[0]].tolist())
        raise InputError(
            f"{surface.file}: face {lost[0]} is {face}; there are {len(surface.points)} vertices, from 0 on"
        )
