"""From a scene's description to its triangles."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from geo3d.data_tools.labels import nyu40
from geo3d.data_tools.rooms.arrange.stock import Models, build, check_libraries
from geo3d.data_tools.rooms.description import SceneDescription, world_vertices
from geo3d.data_tools.rooms.shell import shell
from geo3d.data_tools.rooms.textures import PATTERNS, pattern_masks

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from geo3d.data_tools.rooms.draw import Material
    from geo3d.data_tools.rooms.model import Model
    from geo3d.scene.kinds import ModelledScene

AMBIENT = 0.35
"""Light from everywhere, beside that of the scene's lamps."""
WHITE = (255, 255, 255)
CLASSES = tuple(name for name, _ in nyu40.NYU40)


def build_scene(description: SceneDescription, models: Models) -> ModelledScene:
    """Every triangle of a described scene; the building's walls, floors and ceilings are an object each.

    Labels are NYU40's. Raises InputError where things came from a library that the models lack or that has changed.
    """
    import numpy as np
    import torch

    from geo3d.scene.kinds import ModelledScene

    check_libraries(description, models)
    building = shell(description)
    placed: list[tuple[Model, NDArray, str]] = [(building, building.vertices, "shell")]
    for thing in description.things:
        model = build(thing, models)
        placed.append((model, world_vertices(thing, model), thing.builder))
    starts = np.cumsum([0, *(len(vertices) for _, vertices, _ in placed)])
    objects = np.cumsum([0, *(len(model.labels) for model, _, _ in placed)])
    materials: dict[Material, int] = {}
    rows = [np.array([materials.setdefault(m, len(materials)) for m in model.materials]) for model, _, _ in placed]
    labels = [CLASSES.index(label) for model, _, _ in placed for label in model.labels]
    lights = description.lights
    colours, seconds, patterns = _looks(list(materials))
    pictures, picture_sizes, texels = _pictures(list(materials))
    return ModelledScene(
        vertices=torch.from_numpy(np.concatenate([vertices for _, vertices, _ in placed]).astype(np.float32)),
        faces=torch.from_numpy(
            np.concatenate([model.faces + start for (model, _, _), start in zip(placed, starts, strict=False)]).astype(
                np.int32
            )
        ),
        uv=torch.from_numpy(np.concatenate([model.uv for model, _, _ in placed]).astype(np.float32)),
        face_materials=torch.from_numpy(
            np.concatenate([row[model.face_materials] for (model, _, _), row in zip(placed, rows, strict=True)])
        ).int(),
        face_objects=torch.from_numpy(
            np.concatenate([model.face_labels + o for (model, _, _), o in zip(placed, objects, strict=False)])
        ).int(),
        object_labels=torch.tensor(labels, dtype=torch.uint8),
        object_names=tuple(name for model, _, name in placed for _ in model.labels),
        classes=CLASSES,
        colours=colours,
        seconds=seconds,
        patterns=patterns,
        masks=torch.from_numpy(pattern_masks()),
        pictures=pictures,
        picture_sizes=picture_sizes,
        texels=texels,
        vertex_colours=None,
        lights=torch.tensor([light.position for light in lights], dtype=torch.float32).reshape(-1, 3),
        light_colours=torch.tensor(
            [[light.strength * channel for channel in light.colour] for light in lights], dtype=torch.float32
        ).reshape(-1, 3),
        ambient=AMBIENT,
        up=torch.tensor([0.0, 0.0, 1.0]),
    )


def _looks(materials: list[Material]) -> tuple[Tensor, Tensor, Tensor]:
    """Colours, second colours and patterns of materials; white where a picture is multiplied with it."""
    import torch

    colours = [WHITE if material.picture else material.colour for material in materials]
    seconds = [material.second or colour for material, colour in zip(materials, colours, strict=True)]
    patterns = [PATTERNS.index(material.pattern) for material in materials]
    first = torch.tensor(colours, dtype=torch.uint8)
    return first, torch.tensor(seconds, dtype=torch.uint8), torch.tensor(patterns, dtype=torch.int32)


def _pictures(materials: list[Material]) -> tuple[Tensor, Tensor, Tensor]:
    """The picture of each material or -1, the pictures' heights and widths, and all their texels, each picture once."""
    import numpy as np
    import torch
    from PIL import Image

    files: dict[bytes, int] = {}
    rows = [files.setdefault(material.picture, len(files)) if material.picture else -1 for material in materials]
    # the first row of a picture file is its upper edge, where v is 1
    read = [np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))[::-1] for file in files]
    sizes = torch.tensor([picture.shape[:2] for picture in read], dtype=torch.int32).reshape(-1, 2)
    texels = np.concatenate([np.zeros((0, 3), np.uint8), *(picture.reshape(-1, 3) for picture in read)])
    return torch.tensor(rows, dtype=torch.int32), sizes, torch.from_numpy(texels)
