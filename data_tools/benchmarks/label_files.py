"""Labels of vertices, points or voxels from the files that benchmarks publish, and from ours."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.scene.kinds import SemanticMesh


def read_ids(file: Path) -> NDArray[np.int64]:
    """One id a vertex [vertex]: a text of one a line, a ``.npy`` of whole numbers, or a PLY with property ``label``.

    Of an artifact of ours, given as its ``artifact.json``, the NYU40 ids. Told apart by content. Raises InputError
    naming the file, and the line.
    """
    from geo3d.ops.whole_numbers import whole_numbers

    if file.name == "artifact.json":
        return _artifact_ids(file)
    content = read_bytes(file)
    if content.startswith(b"\x93NUMPY"):
        return whole_array(file, 1)
    if content.startswith(b"ply"):
        return _whole(ply_property(file, "label"), file)
    numbers = whole_numbers(content.removeprefix(BOM_UTF8))
    if isinstance(numbers, int):
        line = content.split(b"\n")[numbers - 1][:40].decode("utf-8", "replace").strip()
        raise InputError(f"{file}, line {numbers}: {line!r} is not a whole number; one id a line is allowed")
    return numbers


def read_bytes(file: Path) -> bytes:
    """All of a file; raises InputError naming it."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror})") from error


def whole_array(file: Path, dimensions: int) -> NDArray[np.int64]:
    """A ``.npy`` of whole numbers; raises InputError for another type or shape."""
    import numpy as np

    try:
        read = np.load(file, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read as a NumPy array ({error})") from error
    if not isinstance(read, np.ndarray) or read.ndim != dimensions:
        shape = getattr(read, "shape", "several arrays")
        raise InputError(f"{file} has the shape {shape}; an array of {dimensions} dimensions is needed")
    return _whole(read, file)


def read_ply(file: Path) -> dict[str, dict[str, NDArray]]:
    """The elements of a PLY by name, each its properties by name: one value an element, text or binary."""
    import trimesh

    try:
        with open(file, "rb") as opened:
            options: Any = {"process": False, "maintain_order": True, "fix_texture": False}
            read: Any = trimesh.load(opened, file_type="ply", **options)
        raw = read.metadata["_ply_raw"]
    except Exception as error:  # its reader has errors of its own
        raise InputError(f"{file} cannot be read as a PLY ({type(error).__name__}: {error})") from error
    elements = {}
    for name, element in raw.items():
        data = element.get("data", {})  # a structured array of a binary file, a dictionary of columns of a text
        properties = data.keys() if isinstance(data, dict) else data.dtype.names or ()
        elements[name] = {key: data[key].reshape(len(data[key]), -1)[:, 0] for key in properties if len(data[key])}
    return elements


def ply_property(file: Path, name: str) -> NDArray:
    """One property of the vertices of a PLY [vertex]; raises InputError where they do not have it."""
    properties = read_ply(file).get("vertex", {})
    if name not in properties:
        there = ", ".join(properties) or "none"
        raise InputError(f"{file} has no property {name} of its vertices, which is needed (it has {there})")
    return properties[name]


def semantic_mesh(file: Path) -> SemanticMesh:
    """The artifact of an ``artifact.json``; raises InputError for another kind, or a damaged one."""
    from geo3d.scene.artifact import load

    mesh = load(file.parent)
    if type(mesh).__name__ != "SemanticMesh":
        raise InputError(f"{file.parent} is a {type(mesh).__name__}; a SemanticMesh is needed")
    return mesh


def same_length(prediction: Any, truth: Any, files: tuple[Path, Path], unit: str = "vertices") -> None:
    """Raise InputError where prediction and truth are not of the same length."""
    if len(prediction) != len(truth):
        raise InputError(
            f"{files[0]} has {len(prediction):,} labels, and {files[1]} {len(truth):,} {unit}; one each is needed"
        )


def _whole(read: NDArray, file: Path) -> NDArray[np.int64]:
    import numpy as np

    if not np.issubdtype(read.dtype, np.integer):
        raise InputError(f"{file} holds {read.dtype}; whole numbers are allowed")
    return read.astype(np.int64)


def _artifact_ids(file: Path) -> NDArray[np.int64]:
    from geo3d.data_tools.semantic_files import nyu40_ids

    return nyu40_ids(semantic_mesh(file))
