"""Triangles of models that others made, with what they look like, as trimesh reads them."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.data_tools.rooms.draw import Colour, Material
from geo3d.errors import InputError
from geo3d.progress import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PIL.Image import Image

LARGEST_PICTURE = 512
"""Pixels along a picture's longer side; finer detail than a scan's colours show."""
NO_COLOUR: Colour = (190, 190, 190)
"""Of surfaces whose file says nothing."""
COLOUR_STEP = 64
"""Face colours nearer than this to each other, in each channel of 256, may share a material."""
Y_UP_TO_Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""From x right, y up, front towards z (glTF, Sweet Home 3D) to the rooms' frame of a model."""


@dataclass(frozen=True)
class Surfaces:
    """Triangles that share no corners, which need not close any solid."""

    corners: NDArray[np.float64]
    """[face, corner, 3], in the file's unit and frame."""
    uv: NDArray[np.float32]
    """[face, corner, 2], from the left and the bottom of the material's picture; zero where it has none."""
    materials: tuple[Material, ...]
    """Each a colour, or a picture and its mean colour."""
    face_materials: NDArray[np.int32]
    """[face], rows of ``materials``."""


class Beside:
    """Gives what a model's file names, its materials and pictures, and remembers what is not there."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self.missing: list[str] = []

    def get(self, name: str) -> bytes:
        """A file by its name, or else by the last part of it: models keep the folders of their maker's machine."""
        whole = name.strip().replace("\\", "/")
        for candidate in (whole, whole.rsplit("/", 1)[-1]):
            try:
                return self._read(candidate)
            except (KeyError, OSError):
                continue
        self.missing.append(name.strip())
        raise FileNotFoundError(name)

    __getitem__ = get


def read_surfaces(data: bytes, kind: str, beside: Beside, source: str) -> Surfaces:
    """A model's triangles from its file's content; `kind` is the file's ending, `source` names it in messages.

    A material or picture that is not there is told, and the material's own colour or grey is used. Transparent
    materials come as if they were not.
    """
    import trimesh

    try:
        read: Any = trimesh.load(io.BytesIO(data), file_type=kind, resolver=beside, process=False)  # pyright: ignore
    except Exception as error:  # each of its readers has errors of its own
        raise InputError(f"{source} cannot be read as a model ({type(error).__name__}: {error})") from error
    for name in dict.fromkeys(beside.missing):
        say(f"{source} names {name}, which is not there; a plain colour stands for it")
    parts = read.dump() if isinstance(read, trimesh.Scene) else [read]
    looks = [_look(part) for part in parts if len(getattr(part, "faces", ())) > 0]
    if not looks:
        raise InputError(f"{source} has no faces")
    joined = _joined(looks)
    if not np.isfinite(joined.corners).all():
        raise InputError(f"{source} has vertices that are not finite")
    return joined


def turned(surfaces: Surfaces, turn: NDArray[np.float64]) -> Surfaces:
    """The same in another frame; `turn` [3, 3] may mirror, and faces are then wound the other way."""
    corners, uv = surfaces.corners @ turn.T, surfaces.uv
    if np.linalg.det(turn) < 0:
        corners, uv = corners[:, ::-1], uv[:, ::-1]
    return dataclasses.replace(surfaces, corners=corners, uv=uv)


def _joined(parts: list[Surfaces]) -> Surfaces:
    """All as one, equal materials once."""
    materials = tuple(dict.fromkeys(material for part in parts for material in part.materials))
    rows = [np.array([materials.index(material) for material in part.materials])[part.face_materials] for part in parts]
    return Surfaces(
        np.concatenate([part.corners for part in parts]),
        np.concatenate([part.uv for part in parts]),
        materials,
        np.concatenate(rows).astype(np.int32),
    )


def _look(mesh: Any) -> Surfaces:
    """A mesh of trimesh's, whose material is one or whose faces or vertices have colours."""
    corners = np.asarray(mesh.vertices, np.float64)[mesh.faces]
    uv = np.zeros((len(corners), 3, 2), np.float32)
    rows = np.zeros(len(corners), np.int32)
    if mesh.visual.kind in ("face", "vertex"):
        materials, rows = _from_face_colours(np.asarray(mesh.visual.face_colors)[:, :3])
    elif mesh.visual.kind == "texture":
        material = _material(mesh.visual.material)
        if mesh.visual.uv is None:
            material = Material(material.colour)
        else:
            uv = np.nan_to_num(np.asarray(mesh.visual.uv, np.float32))[mesh.faces]
        materials = (material,)
    else:
        materials = (Material(NO_COLOUR),)
    return Surfaces(corners, uv, materials, rows)


def _from_face_colours(colours: NDArray[np.uint8]) -> tuple[tuple[Material, ...], NDArray[np.int32]]:
    """A few materials of mean colours, and the row of each face."""
    _, rows = np.unique(colours // COLOUR_STEP, axis=0, return_inverse=True)
    means = [colours[rows == row].mean(axis=0) for row in range(rows.max() + 1)]
    return tuple(Material(_colour(mean)) for mean in means), rows.astype(np.int32)


def _material(material: Any) -> Material:
    """Of an OBJ or a glTF file, which gives its colours linear in light (glTF 2.0, 3.9.2)."""
    picture = getattr(material, "image", None) or getattr(material, "baseColorTexture", None)
    if picture is not None:
        return _pictured(picture)
    colour = np.asarray(material.main_color[:3], np.float64) / 255
    if hasattr(material, "baseColorFactor"):
        colour = np.where(colour <= 0.0031308, 12.92 * colour, 1.055 * colour ** (1 / 2.4) - 0.055)
    return Material(_colour(255 * colour))


def _pictured(image: Image) -> Material:
    """A picture as PNG and its mean colour, which also shows through where the picture is transparent."""
    from PIL import Image as Images

    image = image.convert("RGBA")
    image.thumbnail((LARGEST_PICTURE, LARGEST_PICTURE))
    pixels = np.asarray(image, np.float64)
    shown = pixels[..., 3:] / 255
    mean = (pixels[..., :3] * shown).sum(axis=(0, 1)) / max(shown.sum(), 1e-9)
    flat = np.rint(shown * pixels[..., :3] + (1 - shown) * mean).astype(np.uint8)
    file = io.BytesIO()
    Images.fromarray(flat).save(file, "PNG")
    return Material(_colour(mean), tile=1.0, picture=file.getvalue())


def _colour(channels: NDArray[np.float64]) -> Colour:
    red, green, blue = (int(channel) for channel in np.rint(channels))
    return red, green, blue
