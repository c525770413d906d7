"""Stage: signed distances to a triangle mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import steps

if TYPE_CHECKING:
    from geo3d.scene.kinds import TriangleMesh, TsdfVolume


@settings
class MeshConfig:
    """How a volume becomes a mesh."""

    min_weight: Annotated[float, Field(gt=0)] = 3.0
    """Observations that a voxel needs to take part."""
    min_area: Annotated[float, Field(ge=0)] = 0.01
    """Connected pieces with less surface than this are dropped, in square metres."""


def extract_mesh(volume: TsdfVolume, config: MeshConfig) -> TriangleMesh:
    """Triangulate where the distance passes through zero; raises InputError where it nowhere does."""
    from geo3d.ops.marching_cubes import extract_surface
    from geo3d.ops.mesh import keep_vertices, vertex_normals, vertices_of_large_parts
    from geo3d.scene.kinds import TriangleMesh

    with steps("mesh", 3, "passes") as done:
        vertices, faces, colours = extract_surface(
            volume.blocks, volume.tsdf, volume.weight, volume.colour, config.min_weight
        )
        vertices = volume.origin + vertices * volume.voxel_size
        if len(faces) == 0:
            most = float(volume.weight.max()) if len(volume.weight) else 0
            raise InputError(f"no surface was seen {config.min_weight:g} times (most: {most:g}); see mesh.min_weight")
        done()
        if config.min_area > 0:
            kept, faces = keep_vertices(vertices_of_large_parts(vertices, faces, config.min_area), faces)
            vertices, colours = vertices[kept], colours[kept]
        if len(faces) == 0:
            raise InputError(f"no connected piece of surface has {config.min_area:g} m2; see mesh.min_area")
        done()
        normals = vertex_normals(vertices, faces).float()
        done()
    return TriangleMesh(vertices.float(), faces, normals, colours)
