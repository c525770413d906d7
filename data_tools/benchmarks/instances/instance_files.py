"""True and predicted instances from the files that ScanNet's benchmark takes, and from ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.instances.submission import (
    mask_files,
    read_archive,
    read_beside,
    read_list,
    read_mask,
)
from geo3d.data_tools.benchmarks.label_files import read_bytes, read_ids, read_ply, semantic_mesh
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 1000
"""An instance's number is below this, for the true id is label * 1000 + number."""


@dataclass(frozen=True)
class Predicted:
    """One predicted instance."""

    label: int
    """Place of its class."""
    confidence: float
    """Finite."""
    mask: NDArray[np.bool_]
    """Which vertices it has [vertex]."""


def read_true(file: Path) -> NDArray[np.int64]:
    """Label * 1000 + instance of each vertex [vertex]: a text, a ``.npy``, or a PLY or an artifact of ours.

    In ours a vertex of no instance has the id 0, whatever its label. Raises InputError naming the file.
    """
    import numpy as np

    if file.name == "artifact.json":
        from geo3d.data_tools.semantic_files import nyu40_ids

        mesh = semantic_mesh(file)
        labels, instances = nyu40_ids(mesh), mesh.instances.numpy().astype(np.int64)
    elif read_start(file) == b"ply":
        vertices = read_ply(file).get("vertex", {})
        if not {"label", "instance"} <= vertices.keys():
            there = ", ".join(vertices) or "none"
            raise InputError(f"{file} has the properties {there} of its vertices; label and instance are needed")
        labels, instances = (vertices[name].astype(np.int64) for name in ("label", "instance"))
    else:
        return read_ids(file)
    if len(instances) and not 0 <= instances.min() <= instances.max() < MOST:
        raise InputError(f"{file} has instances from {instances.min()} to {instances.max()}; 0 to {MOST - 1} fit")
    return np.where(instances > 0, labels * MOST + instances, 0)


def read_start(file: Path) -> bytes:
    """The first three bytes; raises InputError where they cannot be read."""
    try:
        with open(file, "rb") as opened:
            return opened.read(3)
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror})") from error


def files_of(file: Path, places: Mapping[int, int]) -> tuple[Path, ...]:
    """The file of a scene's prediction, and the masks of the labels in `places` that it names."""
    if file.suffix != ".txt":
        return (file,)
    listed = read_list(read_bytes(file), str(file), whole=False)
    return (file, *mask_files(file, [one for one in listed if one.label_id in places]))


def read_predicted(file: Path, vertices: int, places: Mapping[int, int], strict: bool) -> Iterator[Predicted]:
    """The predicted instances of the labels in `places`, one after the other, in their order.

    A mask that is listed again counts once, in its first place by its last line, as in the official script's
    dictionary; where the reading is `strict` it counts each time. Raises InputError naming the line of what cannot be
    read, or has not as many `vertices`.
    """
    if file.name == "artifact.json":
        yield from _of_mesh(file, vertices, places)
        return
    text, name, read = read_archive(file) if file.suffix == ".zip" else read_beside(file)
    listed = read_list(text, name, whole=strict)
    for one in listed if strict else {one.mask: one for one in listed}.values():
        if one.label_id not in places:
            continue
        mask = read_mask(read(one, vertices), f"{name}: {one.mask}", strict)
        if len(mask) != vertices:
            raise InputError(f"{one.place}: {one.mask} has {len(mask):,} vertices, and the truth {vertices:,}")
        yield Predicted(places[one.label_id], one.confidence, mask)


def _of_mesh(file: Path, vertices: int, places: Mapping[int, int]) -> Iterator[Predicted]:
    import numpy as np

    from geo3d.data_tools.semantic_files import list_objects

    mesh = semantic_mesh(file)
    if len(mesh.vertices) != vertices:
        raise InputError(f"{file.parent} has {len(mesh.vertices):,} vertices, and the truth {vertices:,}")
    for thing in list_objects(mesh):
        if thing["nyu40"] in places:
            mask = np.zeros(vertices, bool)
            mask[thing["vertices"]] = True
            yield Predicted(places[thing["nyu40"]], thing["score"], mask)
