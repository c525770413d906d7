"""A scene to render of a user's mesh with its materials, or of a labelled mesh of ours."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.labels import nyu40
from geo3d.data_tools.rooms.libraries.surfaces import Beside
from geo3d.errors import InputError
from geo3d.progress import say

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from geo3d.scene.kinds import ModelledScene, SemanticMesh

ENDINGS = (".ply", ".obj", ".glb", ".gltf", ".off", ".stl")
"""Of mesh files that are read."""
NO_COLOUR = (190, 190, 190)
"""Of surfaces whose file says nothing."""
UNLABELLED = 255


@dataclass(frozen=True)
class _Part:
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


def read_mesh_scene(file: Path) -> ModelledScene:
    """A mesh file as it lies in its own world, metres, shown in its own colours without any lamp.

    Every part of a file is an object, whose label is the class of NYU40 that its name begins with, or none. A PLY file
    with the properties ``label`` (NYU40 ids) and ``instance``, such as our ``semantic.ply``, has its own objects. Up is
    y in glTF files, else z. Transparent materials come as if they were not. Raises InputError for what is no mesh.
    """
    import numpy as np

    parts = _read(file)
    if not sum(len(part.faces) for part in parts):
        raise InputError(f"{file} has no faces, of which there would be something to see")
    if not all(np.isfinite(part.vertices).all() for part in parts):
        raise InputError(f"{file} has vertices that are not finite")
    if any(len(part.faces) and not 0 <= part.faces.min() <= part.faces.max() < len(part.vertices) for part in parts):
        raise InputError(f"{file} has faces that name vertices which are not there")
    y_up = file.suffix.lower() in (".glb", ".gltf")
    return _joined(parts, (0.0, 1.0, 0.0) if y_up else (0.0, 0.0, 1.0))


def semantic_scene(mesh: SemanticMesh) -> ModelledScene:
    """A labelled mesh; a face has its first corner's label and instance, without one it is its class's object."""
    import numpy as np

    faces = mesh.faces.numpy()
    table = np.zeros(256, np.int64)
    table[: len(mesh.classes)] = [nyu40.IDS[name] for name in mesh.classes]
    part = _Part(
        name="",
        vertices=mesh.vertices.numpy(),
        faces=faces,
        uv=np.zeros((len(faces), 3, 2), np.float32),
        colour=NO_COLOUR if mesh.colours is None else (255, 255, 255),
        picture=None,
        vertex_colours=None if mesh.colours is None else mesh.colours.numpy(),
        objects=mesh.instances.numpy()[faces[:, 0]],
        labels=table[mesh.labels.numpy()[faces[:, 0]]],
    )
    return _joined([part], tuple(mesh.up.tolist()))


def _read(file: Path) -> list[_Part]:
    import trimesh

    beside = Beside(lambda name: (file.parent / name).read_bytes())
    resolver: Any = beside
    logging.getLogger("trimesh").setLevel(logging.ERROR)  # it tells of missing pictures itself, with a traceback
    try:
        with file.open("rb") as opened:
            kind = file.suffix[1:].lower()
            read: Any = trimesh.load(opened, file_type=kind, resolver=resolver, process=False, maintain_order=True)
        parts = read.dump() if isinstance(read, trimesh.Scene) else [read]
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror or error}); give a mesh file") from error
    except Exception as error:  # each of its readers has errors of its own
        raise InputError(f"{file} cannot be read as a mesh ({type(error).__name__}: {error})") from error
    for name in dict.fromkeys(beside.missing):
        say(f"{file} names {name}, which is not there; a plain colour stands for it")
    return [_part(part) for part in parts if hasattr(part, "faces")]


def _part(mesh: Any) -> _Part:
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
    return _Part(mesh.metadata.get("name") or "", vertices, faces, uv, colour, picture, shades, objects, labels)


def _look(material: Any) -> tuple[tuple[int, int, int], Image | None]:
    """Colour and picture of an OBJ's material, or of a glTF's, whose colours are linear in light (glTF 2.0, 3.9.2)."""
    import numpy as np

    colour = np.asarray(material.main_color[:3], np.float64) / 255
    image = getattr(material, "image", None) or getattr(material, "baseColorTexture", None)
    if hasattr(material, "baseColorFactor"):
        colour = np.where(colour <= 0.0031308, 12.92 * colour, 1.055 * colour ** (1 / 2.4) - 0.055)
    elif image is not None:
        colour = np.ones(3)  # readers of OBJ show the picture as it is
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


def _joined(parts: list[_Part], up: tuple[float, ...]) -> ModelledScene:
    import numpy as np
    import torch

    from geo3d.scene.kinds import ModelledScene

    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    objects, labels, names = _objects(parts)
    pictures = [part.picture for part in parts if part.picture is not None]
    rows = np.cumsum([part.picture is not None for part in parts]) - 1
    colours = torch.tensor([part.colour for part in parts], dtype=torch.uint8)
    return ModelledScene(
        vertices=_tensor([part.vertices for part in parts], np.float32),
        faces=_tensor([part.faces + start for part, start in zip(parts, starts, strict=False)], np.int32),
        uv=_tensor([part.uv for part in parts], np.float32),
        face_materials=_tensor([np.full(len(part.faces), i) for i, part in enumerate(parts)], np.int32),
        face_objects=torch.from_numpy(objects.astype(np.int32)),
        object_labels=torch.tensor(labels, dtype=torch.uint8),
        object_names=tuple(names),
        classes=tuple(name for name, _ in nyu40.NYU40),
        colours=colours,
        seconds=colours,
        patterns=torch.zeros(len(parts), dtype=torch.int32),
        masks=torch.zeros(1, 256, 256, dtype=torch.uint8),
        pictures=torch.tensor(np.where([part.picture is not None for part in parts], rows, -1), dtype=torch.int32),
        picture_sizes=torch.tensor([picture.shape[:2] for picture in pictures], dtype=torch.int32).reshape(-1, 2),
        texels=_tensor([np.zeros((0, 3)), *(picture[::-1].reshape(-1, 3) for picture in pictures)], np.uint8),
        vertex_colours=_vertex_colours(parts),
        lights=torch.zeros(0, 3),
        light_colours=torch.zeros(0, 3),
        ambient=1.0,
        up=torch.tensor(up, dtype=torch.float32),
    )


def _objects(parts: list[_Part]) -> tuple[NDArray, list[int], list[str]]:
    """Object of each face; label and name of each object."""
    import numpy as np

    found, labels, names = [], [], []
    for part in parts:
        if part.objects is None or part.labels is None:
            found.append(np.full(len(part.faces), len(labels)))
            labels.append(_label_of(part.name))
            names.append(part.name)
            continue
        # The faces without an instance are an object for each class.
        pairs = np.column_stack([part.objects, np.where(part.objects > 0, -1, part.labels)])
        _, first, rows = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
        found.append(rows.reshape(-1) + len(labels))
        ids = part.labels[first]
        labels += np.where(ids > 0, ids - 1, UNLABELLED).tolist()
        names += [part.name] * len(first)
    return np.concatenate(found), labels, names


def _label_of(name: str) -> int:
    """Place of the class that a name begins with: ``Chair_03`` is a chair; the longest counts."""
    words = name.lower().replace("_", " ").replace("-", " ")
    fitting = [known for known, _ in nyu40.NYU40 if words.startswith(known)]
    return nyu40.IDS[max(fitting, key=len)] - 1 if fitting else UNLABELLED


def _vertex_colours(parts: list[_Part]) -> Any:
    import numpy as np

    if all(part.vertex_colours is None for part in parts):
        return None
    white = [np.full((len(part.vertices), 3), 255) for part in parts]
    shades = [w if part.vertex_colours is None else part.vertex_colours for part, w in zip(parts, white, strict=True)]
    return _tensor(shades, np.uint8)


def _tensor(arrays: list[NDArray], kind: Any) -> Any:
    import numpy as np
    import torch

    return torch.from_numpy(np.concatenate(arrays).astype(kind))
