"""Holes of a mesh closed and its faces made fewer, with what is known of each vertex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Surface:
    """Triangles, and what is known of their vertices."""

    vertices: Tensor
    """World positions [vertex, 3], in metres."""
    faces: Tensor
    colours: Tensor
    """RGB [vertex, 3], uint8."""
    observed: Tensor | None
    """Whether views saw a vertex; None: all of them."""


def holes_closed(surface: Surface, longest: float) -> Surface:
    """Fans in all holes whose rim is at most `longest` long; a middle has its rim's mean colour, and no view."""
    import torch

    from geo3d.ops.mesh_repair import close_holes, mean_of_rims

    if longest == 0:
        return surface
    middles, fans, edges, rim = close_holes(surface.vertices, surface.faces, longest)
    if len(middles) == 0:
        return surface
    shades = mean_of_rims(surface.colours.float(), edges, rim, len(middles)).round().byte()
    observed = surface.observed
    if observed is None:
        observed = torch.ones(len(surface.vertices), dtype=torch.bool)
    return Surface(
        torch.cat([surface.vertices, middles]),
        torch.cat([surface.faces, fans]),
        torch.cat([surface.colours, shades]),
        torch.cat([observed, torch.zeros(len(middles), dtype=torch.bool)]),
    )


def simplified(surface: Surface, faces: int | None, error: float | None) -> Surface:
    """Few faces, as many or as exact as asked for; a vertex has what the nearest one had."""
    from geo3d.ops import mesh_repair
    from geo3d.ops.nearest import nearest

    made = surface.vertices, surface.faces
    if error is not None:
        made = mesh_repair.simplified_within(*made, error)
    if faces is not None and len(made[1]) > faces:
        made = mesh_repair.simplified(*made, faces)
    if made[0] is surface.vertices:
        return surface
    _, rows = nearest(made[0].double(), surface.vertices.double())
    rows = rows.long()
    observed = None if surface.observed is None else surface.observed[rows]
    return Surface(*made, surface.colours[rows], observed)
