"""A scene to render of a user's mesh with its materials, or of a labelled mesh of ours."""

from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.labels import nyu40
from geo3d.data_tools.rendered.mesh_parts import NO_COLOUR, MeshPart, read_parts
from geo3d.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.scene.kinds import ModelledScene, SemanticMesh

FARTHEST = 1e9
"""Metres."""
UNLABELLED, MOST_OBJECTS = 255, 2**16 - 1
LAMPS = (1.0, 0.6, 1.5), (-1.2, 0.9, 0.4), (0.2, -1.4, 0.5)
"""Where lamps stand about a mesh without colours; the third axis is up."""


def read_mesh_scene(file: Path, up: tuple[float, float, float] | None = None) -> ModelledScene:
    """A mesh file as it lies in its own world, metres; in its own colours without any lamp, or else lit from around.

    Every part of a file is an object, whose label is the class of NYU40 that its name begins with, or none. A PLY file
    with the properties ``label`` (NYU40 ids) and ``instance``, such as our ``semantic.ply``, has its own objects. `up`
    is y in glTF and OBJ files, else z, unless it is given. Transparent materials come as if they were not. Raises
    InputError for what is no mesh, or none that could be seen.
    """
    import numpy as np

    parts = read_parts(file)
    if not sum(len(part.faces) for part in parts):
        raise InputError(f"{file} has no faces, of which there would be something to see")
    if not all((np.abs(part.vertices) <= FARTHEST).all() for part in parts):
        raise InputError(f"{file} has vertices that are not finite, or beyond {FARTHEST:g} m")
    if any(len(part.faces) and not 0 <= part.faces.min() <= part.faces.max() < len(part.vertices) for part in parts):
        raise InputError(f"{file} has faces that name vertices which are not there")
    usual = (0.0, 1.0, 0.0) if file.suffix.lower() in (".glb", ".gltf", ".obj") else (0.0, 0.0, 1.0)
    length = math.hypot(*(up or usual))
    if not 0 < length < math.inf:
        raise InputError(f"up is {up}; it must have a length above 0 that is finite")
    scene = _joined(parts, tuple(axis / length for axis in up or usual))
    if (count := len(scene.object_labels)) > MOST_OBJECTS:
        raise InputError(f"{file} has {count:,} objects; {MOST_OBJECTS:,} fit into images of instances")
    coloured = scene.vertex_colours is not None or bool((scene.pictures >= 0).any())
    return scene if coloured else lit(scene)


def lit(scene: ModelledScene) -> ModelledScene:
    """A scene with three lamps around and above it, so that its shape shows."""
    import torch

    from geo3d.ops.camera import rotation_between

    used = scene.vertices[scene.faces.long().unique()]
    low, high = used.amin(dim=0), used.amax(dim=0)
    away = 1.5 * float((high - low).norm())
    axes = rotation_between(torch.tensor([0.0, 0.0, 1.0]), scene.up).float()
    places = torch.nn.functional.normalize(torch.tensor(LAMPS), dim=1) @ axes.T
    strengths = torch.tensor([[0.8], [0.45], [0.3]]) * (0.6 + 0.25 * away**2)  # undoes the falling off with distance
    lamps = {"lights": (low + high) / 2 + away * places, "light_colours": strengths.expand(-1, 3).contiguous()}
    return dataclasses.replace(scene, **lamps, ambient=0.25)


def semantic_scene(mesh: SemanticMesh) -> ModelledScene:
    """A labelled mesh; a face has its first corner's label and instance, without one it is its class's object."""
    import numpy as np

    faces = mesh.faces.numpy()
    table = np.zeros(256, np.int64)
    table[: len(mesh.classes)] = [nyu40.id_of(name) for name in mesh.classes]
    part = MeshPart(
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


def _joined(parts: list[MeshPart], up: tuple[float, ...]) -> ModelledScene:
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


def _objects(parts: list[MeshPart]) -> tuple[NDArray, list[int], list[str]]:
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
    fitting = [known for known, _ in nyu40.NYU40 if re.match(rf"{known}s?(?![a-z])", words)]
    return nyu40.IDS[max(fitting, key=len)] - 1 if fitting else UNLABELLED


def _vertex_colours(parts: list[MeshPart]) -> Any:
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
