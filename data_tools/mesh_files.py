"""Mesh artifacts to the files that other programs read, through trimesh."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimesh import Trimesh

    from geo3d.scene.kinds import TriangleMesh


def write_ply(mesh: TriangleMesh, path: Path) -> None:
    """Binary PLY with normals and colours, float32, in the mesh's own world."""
    path.write_bytes(to_trimesh(mesh).export(file_type="ply", vertex_normal=mesh.normals is not None))


def write_glb(mesh: TriangleMesh, path: Path) -> None:
    """Binary glTF 2.0 with normals and colours, in the mesh's own world."""
    path.write_bytes(to_trimesh(mesh).export(file_type="glb", include_normals=mesh.normals is not None))


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
