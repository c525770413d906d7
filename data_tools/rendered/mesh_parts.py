"""Mesh files of other programs as parts of one material each, with what they say of colours and labels."""

from __future__ import annotations

import io
import logging
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.labels import nyu40
from geo3d.data_tools.rooms.libraries.surfaces import NO_COLOUR, Beside
from geo3d.errors import InputError
from geo3d.progress import say

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

ENDINGS = (".ply", ".obj", ".glb", ".gltf", ".off", ".stl")
"""Of mesh files that are read."""


@dataclass(frozen=True)
class MeshPart:
    """One mesh of a file, which has one material."""

    name: str
    vertices: NDArray
    faces: NDArray
    uv: NDArray
    """[face, 3, 2]."""
    colour: tuple[int, int, int]
    picture: NDArray | None
    """[row, column, 3], the first row on top."""
    vertex_colours: NDArray | None
    objects: NDArray | None
    """[face], any numbers; None is one object."""
    labels: NDArray | None
    """[face], NYU40 ids; 0 = none."""


def read_parts(file: Path) -> list[MeshPart]:
    """The parts of a mesh file, each where it is in the file's world; raises InputError for what is no mesh."""
    return [_part(name, part) for name, part in load_parts(file).items() if hasattr(part, "faces")]


def load_parts(file: Path) -> dict[str, Any]:
    """What trimesh makes of a file, by name, each where it is in the file's world, vertices in the file's order.

    A picture that is missing is told; raises InputError for what is no mesh.
    """
    import trimesh

    beside = Beside(lambda name: (file.parent / name).read_bytes())
    resolver: Any = beside
    logging.getLogger("trimesh").setLevel(logging.ERROR)  # it tells of missing pictures itself, with a traceback
    try:
        with file.open("rb") as opened, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numbers in its handling of materials that are not there
            kind = file.suffix[1:].lower()
            data = io.BytesIO(_with_material(opened.read(), beside) if kind == "obj" else opened.read())
            read: Any = trimesh.load(data, file_type=kind, resolver=resolver, process=False, maintain_order=True)
        parts = _placed(read) if isinstance(read, trimesh.Scene) else {"": read}
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror or error}); give a mesh file") from error
    except Exception as error:  # each of its readers has errors of its own
        raise InputError(f"{file} cannot be read as a mesh ({type(error).__name__}: {error})") from error
    for name in dict.fromkeys(beside.missing):
        say(f"{file} names {name}, which is not there; a plain colour stands for it")
    return parts


def _placed(scene: Any) -> dict[str, Any]:
    """The meshes of a scene by the names of their nodes, in order of name, where the nodes put them."""
    placed = {}
    for node in sorted(scene.graph.nodes_geometry):  # which trimesh has in no order
        matrix, geometry = scene.graph[node]
        placed[node] = scene.geometry[geometry].copy()
        placed[node].apply_transform(matrix)
    return placed


def _with_material(data: bytes, beside: Beside) -> bytes:
    """An OBJ file which names a library of one material, and uses none, uses that."""
    library = re.search(rb"^mtllib[ \t]+(.+?)[ \t\r]*$", data, re.MULTILINE)
    if library is None or re.search(rb"^usemtl[ \t]", data, re.MULTILINE):
        return data
    try:
        names = re.findall(rb"^newmtl[ \t]+(.+?)[ \t\r]*$", beside.get(library[1].decode()), re.MULTILINE)
    except OSError:
        return data
    used = b"\nusemtl " + names[0] + b"\n" if len(names) == 1 else b""
    return data[: library.end()] + used + data[library.end() :]


def _part(name: str, mesh: Any) -> MeshPart:
    import numpy as np

    vertices, faces = np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces, np.int64)
    uv, colour, picture, shades = np.zeros((len(faces), 3, 2), np.float32), (255, 255, 255), None, None
    if mesh.visual.kind == "face":  # each face gets corners of its own
        shades = np.asarray(mesh.visual.face_colors)[:, :3].repeat(3, axis=0)
        vertices, faces = vertices[faces].reshape(-1, 3), np.arange(faces.size).reshape(-1, 3)
    elif mesh.visual.kind == "vertex":
        shades = np.asarray(mesh.visual.vertex_colors)[:, :3]
    elif mesh.visual.kind == "texture":
        colour, image = _look(mesh.visual.material)
        if image is not None and mesh.visual.uv is not None:
            picture = np.asarray(image.convert("RGB"))
            uv = np.nan_to_num(np.asarray(mesh.visual.uv, np.float32))[faces]
    else:
        colour = NO_COLOUR
    objects, labels = _written_labels(mesh, faces)
    return MeshPart(name, vertices, faces, uv, colour, picture, shades, objects, labels)


def _look(material: Any) -> tuple[tuple[int, int, int], Image | None]:
    """Colour and picture of an OBJ's material, or of a glTF's, whose colours are linear in light (glTF 2.0, 3.9.2)."""
    import numpy as np

    colour = np.asarray(material.main_color[:3], np.float64) / 255
    image = getattr(material, "image", None) or getattr(material, "baseColorTexture", None)
    if hasattr(material, "baseColorFactor"):
        colour = np.where(colour <= 0.0031308, 12.92 * colour, 1.055 * colour ** (1 / 2.4) - 0.055)
    elif image is not None:
        colour = np.ones(3)  # readers of OBJ show the picture as it is
    if image is not None and image.convert("RGB").getcolors(1):  # trimesh's, of materials that are not there
        return NO_COLOUR, None
    red, green, blue = np.rint(255 * colour).astype(int).tolist()
    return (red, green, blue), image


def _written_labels(mesh: Any, faces: NDArray) -> tuple[NDArray | None, NDArray | None]:
    """Instances and NYU40 ids of faces, of a PLY file whose vertices have them."""
    import numpy as np

    data = mesh.metadata.get("_ply_raw", {}).get("vertex", {}).get("data")
    names = getattr(getattr(data, "dtype", None), "names", None) or (data if isinstance(data, dict) else ())
    if data is None or "label" not in names or not len(faces):
        return None, None
    labels = np.asarray(data["label"]).reshape(-1).astype(np.int64)[faces[:, 0]]
    labels[labels > len(nyu40.NYU40)] = 0
    instances = np.asarray(data["instance"]).reshape(-1).astype(np.int64) if "instance" in names else None
    return (np.zeros(len(faces), np.int64) if instances is None else instances[faces[:, 0]]), labels
