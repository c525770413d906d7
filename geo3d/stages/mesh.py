"""Stage: signed distances to a triangle mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import steps
from geo3d.scene.device import Device, chosen_device
from geo3d.stages.surface import weights_of

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import TriangleMesh, TsdfVolume

LENDERS = 8
"""Observed vertices whose mean colour an inferred one gets."""


@settings
class MeshConfig:
    """How a volume becomes a mesh."""

    min_weight: Annotated[float, Field(gt=0)] = 3.0
    """Observations that a voxel needs to take part."""
    min_area: Annotated[float, Field(ge=0)] = 0.01
    """Connected pieces with less surface than this are dropped, in square metres."""
    min_inferred_area: Annotated[float, Field(ge=0)] = 0.2
    """The same of pieces that no view saw any of."""
    close_holes: Annotated[float, Field(ge=0)] = 0.0
    """Holes whose rim is at most this long are closed, in metres; what closes them counts as inferred."""
    target_faces: Annotated[int, Field(ge=4)] | None = None
    """Simplify to about so many faces, if there are more."""
    max_error: Annotated[float, Field(gt=0)] | None = None
    """Simplify as far as the surface stays within this of every vertex that it had, in metres."""
    device: Device = "cpu"
    """Where the volume is triangulated; auto is the graphics card where there is one. The mesh is the same; a card's
    kernels were checked in Triton's interpreter, and have never run on a card."""


def extract_mesh(volume: TsdfVolume, config: MeshConfig) -> TriangleMesh:
    """Triangulate where the distance passes through zero; raises InputError where it nowhere does.

    A vertex is observed where both voxels that it lies between were. Small connected pieces are dropped. Inferred
    vertices without a colour have that of observed ones near them, and those of a simplified mesh what the nearest one
    had.
    """
    from geo3d.ops.marching_cubes import extract_surface
    from geo3d.ops.mesh import keep_vertices, vertex_normals
    from geo3d.scene.kinds import TriangleMesh
    from geo3d.stages.mesh_shape import Surface, holes_closed, simplified

    with steps("mesh", 4, "passes") as done:
        device = chosen_device(config.device)
        grids = volume.blocks.to(device), volume.tsdf.to(device), weights_of(volume).to(device)
        colour = None if volume.colour is None else volume.colour.to(device)
        vertices, faces, colours = (part.cpu() for part in extract_surface(*grids, colour, config.min_weight))
        observed = None if volume.inferred is None else _observed(vertices, volume)
        vertices = volume.origin + vertices * volume.voxel_size
        if len(faces) == 0:
            most = float(volume.weight.max()) if len(volume.weight) else 0
            raise InputError(f"no surface was seen {config.min_weight:g} times (most: {most:g}); see mesh.min_weight")
        done()
        keep = _worth_keeping(vertices, faces, observed, config)
        if keep is not None:
            kept, faces = keep_vertices(keep, faces)
            vertices, colours = vertices[kept], colours[kept]
            observed = None if observed is None else observed[kept]
        if len(faces) == 0:
            raise InputError(f"no connected piece of surface has {config.min_area:g} m2; see mesh.min_area")
        done()
        if observed is not None:
            _lend_colours_(vertices, colours, observed)
        surface = Surface(vertices, faces, colours, observed)
        surface = simplified(holes_closed(surface, config.close_holes), config.target_faces, config.max_error)
        done()
        normals = vertex_normals(surface.vertices.double(), surface.faces).float()
        done()
    colours = None if volume.colour is None else surface.colours
    observed = None if surface.observed is None else surface.observed.byte()
    return TriangleMesh(surface.vertices.float(), surface.faces, normals, colours, observed)


def _observed(vertices: Tensor, volume: TsdfVolume) -> Tensor:
    """Which vertices, in voxels, lie between two voxels that are not inferred."""
    import torch

    from geo3d.ops.block_grid import SIDE, find_rows, pack_blocks

    keys, observed = pack_blocks(volume.blocks), torch.ones(len(vertices), dtype=torch.bool)
    if volume.inferred is None:
        return observed
    for end in (vertices.floor().int(), vertices.ceil().int()):
        block = end.div(SIDE, rounding_mode="floor")
        x, y, z = (end - SIDE * block).long().unbind(-1)
        observed &= volume.inferred[find_rows(keys, block), x, y, z] == 0
    return observed


def _worth_keeping(vertices: Tensor, faces: Tensor, observed: Tensor | None, config: MeshConfig) -> Tensor | None:
    """Which vertices belong to pieces that stay; None if all do."""
    import torch

    from geo3d.ops.mesh import connected_parts, vertices_of_large_parts

    keep = vertices_of_large_parts(vertices, faces, config.min_area) if config.min_area > 0 else None
    if observed is None or bool(observed.all()):
        return keep
    parts = connected_parts(faces, len(vertices)).long()
    seen = torch.zeros(len(vertices), dtype=torch.bool).index_fill_(0, parts[observed], True)[parts]
    seen |= vertices_of_large_parts(vertices, faces, max(config.min_area, config.min_inferred_area))
    return seen if keep is None else keep & seen


def _lend_colours_(vertices: Tensor, colours: Tensor, observed: Tensor) -> None:
    """Give inferred vertices that are black the mean colour of the observed ones nearest to them."""
    from scipy.spatial import KDTree

    known = observed & (colours > 0).any(dim=1)
    bare = ~observed & (colours == 0).all(dim=1)
    if not bool(known.any()) or not bool(bare.any()):
        return
    count = min(LENDERS, int(known.sum()))
    _, rows = KDTree(vertices[known].numpy()).query(vertices[bare].numpy(), k=count)
    colours[bare] = colours[known][rows.reshape(-1, count)].float().mean(dim=1).round().byte()
