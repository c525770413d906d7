"""Stage: class probabilities of voxels to the vertices of a mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import steps

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import SemanticMesh, TriangleMesh, VoxelLabels

STUFF = ("wall", "floor", "ceiling")
"""Classes that have no instances."""


@settings
class LabelConfig:
    """How vertices get their labels, and things their instances."""

    transfer: Literal["nearest", "trilinear", "majority"] = "nearest"
    """nearest: the nearest labelled voxel of the 27 around a vertex; trilinear: the eight around it, by their shares;
    majority: each of the 27 votes for its likeliest class. A vertex with no labelled voxel there is unseen."""
    min_object: Annotated[float, Field(ge=0)] = 0.03
    """Connected things with less surface than this are no objects, in square metres."""


def label(mesh: TriangleMesh, labels: VoxelLabels, config: LabelConfig) -> SemanticMesh:
    """Give each vertex, in its order, class probabilities, the likeliest class, and its object.

    Raises InputError for a mesh without vertices, and for one that lies nowhere near the labelled voxels.
    """
    import torch

    from geo3d.ops.transfer import UNLABELLED, at_points, pieces_of_one_label
    from geo3d.ops.voxels import positions_of, voxels_of
    from geo3d.scene.kinds import SemanticMesh

    if len(mesh.vertices) == 0:
        raise InputError("the mesh to label has no vertices")
    with steps("label", 2, "passes") as done:
        where = labels.origin, labels.voxel_size, labels.world_from_volume
        points = voxels_of(mesh.vertices.double(), *where)
        probabilities = at_points(points, labels.voxels, labels.probabilities, config.transfer).float()
        confidence, best = probabilities.max(dim=1)
        done()
        if not bool((confidence > 0).any()):
            raise InputError(
                f"no vertex of the mesh lies on the scanned surface: the mesh spans {_span(mesh.vertices)}, the scan"
                f" {_span(positions_of(labels.voxels, *where))}; is it in another frame or unit?"
            )
        names = torch.where(confidence > 0, best, UNLABELLED).to(torch.uint8)
        things = [i for i, name in enumerate(labels.classes) if name not in STUFF]
        objects = pieces_of_one_label(mesh.vertices, mesh.faces, names, things, config.min_object)
        done()
    return SemanticMesh(
        mesh.vertices,
        mesh.faces,
        mesh.normals,
        mesh.colours,
        names,
        confidence,
        probabilities,
        objects,
        labels.classes,
        labels.up,
        mesh.observed,
    )


def _span(points: Tensor) -> str:
    low, high = (", ".join(f"{value:.1f}" for value in end.tolist()) for end in (points.amin(0), points.amax(0)))
    return f"({low}) to ({high}) m"
