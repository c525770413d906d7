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


def find_mesh(file: Path, memory: Path) -> Source:
    """A mesh file by its content; `memory` is where hashes are remembered."""
    if not file.is_file():
        raise InputError(f"{file} is not there; give a mesh file, such as a .ply")
    return Source(file.parent, {"mesh": file.name}, hash_files(file.parent, [file.name], memory))


def read_mesh(source: Source, config: None = None) -> TriangleMesh:
    """Any mesh that trimesh reads, vertices in the file's order and neither merged nor moved; units are metres."""
    import numpy as np
    import torch
    import trimesh

    from geo3d.scene.kinds import TriangleMesh

    file = source.root / source.listing["mesh"]
    try:
        read: Any = trimesh.load(file, process=False, maintain_order=True)
    except Exception as error:  # each of its readers has errors of its own
        raise InputError(f"{file} cannot be read as a mesh ({type(error).__name__}: {error})") from error
    if isinstance(read, trimesh.Scene):
        read = read.to_geometry()
    vertices = np.asarray(read.vertices)
    if len(vertices) == 0:
        raise InputError(f"{file} has no vertices")
    if not np.isfinite(vertices).all():
        raise InputError(f"{file} has vertices that are not finite")
    faces = torch.from_numpy(np.array(getattr(read, "faces", np.zeros((0, 3))), np.int32).reshape(-1, 3))
    shades = np.array(read.visual.vertex_colors if read.visual.kind == "vertex" else (), np.uint8)
    colours = torch.from_numpy(shades[:, :3].copy()) if shades.shape[:1] == vertices.shape[:1] else None
    return TriangleMesh(torch.from_numpy(vertices.astype(np.float32)), faces, None, colours)


def write_ply(mesh: TriangleMesh, path: Path) -> None:
    """Binary PLY with normals and colours, float32, in the mesh's own world."""
    path.write_bytes(to_trimesh(mesh).export(file_type="ply", vertex_normal=mesh.normals is not None))


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
