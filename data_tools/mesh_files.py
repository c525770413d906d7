"""Mesh artifacts to and from the files of other programs, through trimesh; meshes made ready to look at."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.errors import InputError
from geo3d.scene.source import Source, hash_files

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor
    from trimesh import Trimesh

    from geo3d.scene.kinds import SemanticMesh, TexturedMesh, TriangleMesh

FARTHEST = 1e15
"""Metres."""
NO_MATERIAL = (102, 102, 102)
"""What trimesh gives to materials that are not there."""


def find_mesh(file: Path, memory: Path) -> Source:
    """A mesh file by its content; `memory` is where hashes are remembered."""
    if not file.is_file():
        raise InputError(f"{file} is not there; give a mesh file, such as a .ply")
    return Source(file.parent, {"mesh": file.name}, hash_files(file.parent, [file.name], memory))


def read_mesh(source: Source, config: None = None) -> TriangleMesh:
    """Any mesh that trimesh reads, vertices in the file's order and neither merged nor moved; units are metres.

    Parts of a scene come in order of name, where the scene puts them. Pictures and colours of faces become colours of
    vertices. Of a source with a crop, a world box, the faces with all corners in it are kept. Raises InputError for
    what is no mesh, and for vertices that are nowhere.
    """
    import numpy as np
    import torch

    from geo3d.scene.kinds import TriangleMesh

    file = source.root / source.listing["mesh"]
    parts = _parts(file)
    vertices = np.concatenate([np.zeros((0, 3)), *(np.asarray(part.vertices).reshape(-1, 3) for part in parts)])
    _refuse_lost(file, vertices)
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    triangles = [_faces_of(part) + start for part, start in zip(parts, starts, strict=False)]
    faces = np.concatenate([np.zeros((0, 3), np.int64), *triangles])
    if len(faces) and not 0 <= faces.min() <= faces.max() < len(vertices):
        raise InputError(f"{file} has faces that name vertices which are not there")
    placed = torch.from_numpy(vertices.astype(np.float32)), torch.from_numpy(faces.astype(np.int32))
    mesh = TriangleMesh(*placed, None, _colours(parts))
    crop = source.listing.get("crop")
    return mesh if crop is None else _cropped(file, mesh, crop)


def _refuse_lost(file: Path, vertices: NDArray) -> None:
    import numpy as np

    if len(vertices) == 0:
        raise InputError(f"{file} has no vertices")
    if not np.isfinite(vertices).all():
        raise InputError(f"{file} has vertices that are not finite")
    if np.abs(vertices).max() > FARTHEST:
        raise InputError(f"{file} has vertices beyond {FARTHEST:g} m, whose squares float32 does not hold")


def _parts(file: Path) -> list[Any]:
    """What trimesh reads: meshes alone, where there are any, else points."""
    from geo3d.data_tools.rendered.mesh_parts import load_parts

    parts = [part for part in load_parts(file).values() if hasattr(part, "vertices")]
    return [part for part in parts if hasattr(part, "faces")] or parts


def _faces_of(part: Any) -> NDArray[np.int64]:
    import numpy as np

    return np.array(getattr(part, "faces", np.zeros((0, 3))), np.int64).reshape(-1, 3)


def _colours(parts: list[Any]) -> Tensor | None:
    """RGB of all vertices, white for parts that have none; None where no part has any."""
    import numpy as np
    import torch

    shades = [_shades(part) for part in parts]
    if all(shade is None for shade in shades):
        return None
    white = [np.full((len(part.vertices), 3), 255, np.uint8) for part in parts]
    return torch.from_numpy(np.concatenate([w if s is None else s for s, w in zip(shades, white, strict=True)]))


def _shades(part: Any) -> NDArray[np.uint8] | None:
    """RGB of one part's vertices; None where it has none, or where its picture is missing."""
    import numpy as np

    kind = part.visual.kind
    if kind == "face":
        return _mean_of_faces(_faces_of(part), np.asarray(part.visual.face_colors)[:, :3], len(part.vertices))
    found = _painted(part) if kind == "texture" else part.visual.vertex_colors if kind == "vertex" else None
    fits = found is not None and np.shape(found)[:1] == (len(part.vertices),)
    return np.array(found, np.uint8)[:, :3] if fits else None


def _painted(part: Any) -> Any:
    """The colours that a part's picture, or the plain colour of its material, gives to vertices; None without both."""
    material = part.visual.material
    image = getattr(material, "image", None) or getattr(material, "baseColorTexture", None)
    stand_in = image.convert("RGB").getcolors(1) if image is not None else tuple(material.main_color[:3]) == NO_MATERIAL
    try:
        return None if stand_in else part.visual.to_color().vertex_colors
    except Exception:  # of pictures that cannot be read, trimesh's are many
        return None


def _mean_of_faces(faces: NDArray[np.int64], shades: NDArray, count: int) -> NDArray[np.uint8]:
    """Colours [vertex, 3]: the mean of the faces that meet there, white where none does."""
    import numpy as np

    sums, number = np.zeros((count, 3)), np.zeros(count)
    for corner in range(3):
        np.add.at(sums, faces[:, corner], shades)
        np.add.at(number, faces[:, corner], 1)
    means = sums / np.maximum(number, 1)[:, None]
    return np.where(number[:, None] > 0, np.rint(means), 255).astype(np.uint8)


def _cropped(file: Path, mesh: TriangleMesh, crop: list[float]) -> TriangleMesh:
    from geo3d.ops.mesh import keep_vertices

    low, high = mesh.vertices.new_tensor(crop).reshape(2, 3)
    kept, faces = keep_vertices(((mesh.vertices >= low) & (mesh.vertices <= high)).all(dim=1), mesh.faces)
    if not len(faces):
        raise InputError(f"{file} has no face in --crop")
    colours = None if mesh.colours is None else mesh.colours[kept]
    return dataclasses.replace(mesh, vertices=mesh.vertices[kept], faces=faces, colours=colours)


def write_ply(mesh: TriangleMesh, path: Path) -> None:
    """Binary PLY with normals and colours, float32, in the mesh's own world.

    Where some of it was inferred, vertices have the property ``observed``, 0 for those.
    """
    made = to_trimesh(mesh)
    if mesh.observed is not None:
        made.vertex_attributes["observed"] = mesh.observed.numpy()
    path.write_bytes(made.export(file_type="ply", vertex_normal=mesh.normals is not None))


def write_glb(mesh: TriangleMesh, path: Path) -> None:
    """Binary glTF 2.0 with normals and colours, in the mesh's own world."""
    path.write_bytes(to_trimesh(mesh).export(file_type="glb", include_normals=mesh.normals is not None))


def write_textured_glb(mesh: TexturedMesh, path: Path) -> None:
    """Binary glTF 2.0 with its texture as JPEG, in the mesh's own world."""
    import numpy as np
    import trimesh
    from PIL import Image
    from trimesh.visual import TextureVisuals
    from trimesh.visual.material import PBRMaterial

    encoded = io.BytesIO()
    Image.fromarray(mesh.texture.numpy()).save(encoded, "JPEG", quality=92)
    picture = Image.open(encoded)
    material = PBRMaterial(baseColorTexture=picture, metallicFactor=0.0, roughnessFactor=1.0)
    uv = mesh.uv.reshape(-1, 2).numpy() * [1, -1] + [0, 1]  # trimesh's begins at the lowest row
    made = trimesh.Trimesh(
        vertices=mesh.vertices[mesh.faces.long().reshape(-1)].numpy(),
        faces=np.arange(len(uv)).reshape(-1, 3),
        visual=TextureVisuals(uv=uv, material=material),
        process=False,
        validate=False,
    )
    path.write_bytes(made.export(file_type="glb"))


def to_trimesh(mesh: TriangleMesh) -> Trimesh:
    """The same mesh as trimesh's, vertices neither merged nor moved."""
    import trimesh

    return trimesh.Trimesh(
        vertices=mesh.vertices.numpy(),
        faces=mesh.faces.numpy(),
        vertex_normals=None if mesh.normals is None else mesh.normals.numpy(),
        vertex_colors=None if mesh.colours is None else mesh.colours.numpy(),
        process=False,
        validate=False,
    )


def thinned(
    vertices: NDArray[np.float32], faces: NDArray[np.int32], most_faces: int
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """A mesh of about `most_faces` at most to look at, by quadric edge collapse (Garland and Heckbert 1997).

    Its vertices, its faces, and for each of its vertices the row of the given one that is nearest and lends its colour.
    """
    import numpy as np
    from fast_simplification import simplify
    from scipy.spatial import KDTree

    if len(faces) <= most_faces:
        return vertices, faces, np.arange(len(vertices))
    kept, joined = simplify(vertices, faces, target_count=most_faces)
    return kept, joined, KDTree(vertices).query(kept)[1]


def turned(mesh: TriangleMesh | SemanticMesh | TexturedMesh, up: Tensor) -> Any:
    """The same mesh, turned about the world's origin by the smallest angle so that `up` is z."""
    import torch

    from geo3d.ops.camera import rotation_between

    up_axis = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    rotation = rotation_between(up, up_axis).float()
    moved: dict[str, Any] = {"vertices": mesh.vertices @ rotation.T}
    normals: Tensor | None = getattr(mesh, "normals", None)
    if normals is not None:
        moved["normals"] = normals @ rotation.T
    if hasattr(mesh, "up"):
        moved["up"] = up_axis
    return dataclasses.replace(mesh, **moved)
