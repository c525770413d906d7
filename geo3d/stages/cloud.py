"""Stages: point clouds and meshes to points that all have a normal towards free space."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import say, steps

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import PointCloud, TriangleMesh

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
LEAST_POINTS = 10
NEAR = 9
"""Nearest points, each itself among them, whose distance says how far points lie apart."""
LEVEL = 0.9
"""Least cosine with up of the normals that say which side of a surface is free."""
ROOM = 1.8
"""Metres that a room is high, at least: of lower things whose top and bottom face apart, the outside is free."""
MESH_VOXEL = 0.02
"""Metres between the points of a mesh, but for small and for very large ones."""
MESH_VOXELS = 64
"""Along the longest side of a small mesh, at least."""
PER_VOXEL, MOST_SAMPLES = 6, 2_000_000
"""Points on a voxel's face as large, and in all, that a mesh is looked at by."""


@settings
class CloudConfig:
    """How points, and meshes that are given as input, become surfaces. RGB-D scans need none of it."""

    voxel_size: Positive | None = None
    """Edge length of a voxel, in metres; None is how far points lie from each other, or 2 cm for a mesh of a room."""
    reach: Annotated[float, Field(ge=1, le=10)] = 3.0
    """Sparser places have their points' surface widened up to so many times the usual distance between points."""
    neighbours: Annotated[int, Field(ge=4, le=100)] = 16
    """Points that a normal is estimated from, where the file has none."""
    viewpoint: tuple[float, float, float] | None = None
    """Where the points were seen from, in the file's own metres, so that normals can be turned there."""
    facing: Literal["auto", "outwards", "inwards"] = "auto"
    """Free side of surfaces that were seen from nowhere known: auto: the lowest level surface faces up, but for closed
    things lower than a room; outwards: of objects; inwards: of rooms."""
    up: tuple[float, float, float] | None = None
    """World direction that is up; None is what the format knows, or else what suits the surface best near z."""


def orient(cloud: PointCloud, config: CloudConfig) -> PointCloud:
    """Give each point a normal towards free space, and the distance between points around it.

    The file's own normals stay, unless a viewpoint or a facing is given. Others are those of planes through neighbours,
    turned to where the points were seen from, or by a spanning tree (Hoppe et al. 1992) whose sign is guessed. Raises
    InputError for fewer than 10 different points.
    """
    import torch

    from geo3d.ops.point_normals import neighbours_of, plane_normals, spacing_of

    cloud = _with_options(cloud, config)
    with steps("normals", 3, "passes") as done:
        distances, near = neighbours_of(cloud.points, max(config.neighbours, NEAR))
        spacing = spacing_of(distances[:, :NEAR])
        usual = float(spacing[spacing > 0].median()) if bool((spacing > 0).any()) else 0.0
        if len(spacing) < LEAST_POINTS or usual == 0:
            raise InputError(f"{len(spacing):,} points, of one place or few, are no surface; {LEAST_POINTS} are needed")
        done()
        given = cloud.normals is not None
        normals = cloud.normals
        if normals is None:
            normals = plane_normals(cloud.points, near[:, : config.neighbours])
        done()
        if not given or config.viewpoint is not None or config.facing != "auto":
            normals = _turned(cloud, normals, near[:, :NEAR], config)
        done()
    return replace(cloud, normals=normals, spacing=spacing.clamp(min=usual / 10).to(torch.float32))


def sample_mesh(mesh: TriangleMesh, config: CloudConfig) -> PointCloud:
    """Points all over a mesh, about six a voxel's face, and its vertices, with normals as its faces run.

    Raises InputError for a mesh without any area, and for voxels that are too small for it.
    """
    import torch

    from geo3d.metrics.surface_samples import sample_surface
    from geo3d.ops.mesh import face_normals, vertex_normals
    from geo3d.scene.kinds import PointCloud

    vertices = mesh.vertices.double()
    doubled = face_normals(vertices, mesh.faces)
    area, longest = float(doubled.norm(dim=1).sum()) / 2, float((vertices.amax(dim=0) - vertices.amin(dim=0)).max())
    if not area > 0:
        raise InputError("the mesh has no face with an area, and so no surface to label")
    fits = math.sqrt(PER_VOXEL * area / MOST_SAMPLES)
    size = config.voxel_size or max(min(MESH_VOXEL, longest / MESH_VOXELS), fits)
    if size < fits / 2:
        raise InputError(f"cloud.voxel_size {size:g} m is too small for {area:.4g} m2 of mesh; {fits:.2g} m fits")
    count = math.ceil(PER_VOXEL * area / size**2)
    points, face = sample_surface(mesh.vertices.numpy(), mesh.faces.numpy(), count, (0,))
    own = vertex_normals(vertices, mesh.faces)
    held = (own != 0).any(dim=1)
    points = torch.cat([torch.from_numpy(points), vertices[held]])
    normals = torch.cat([torch.nn.functional.normalize(doubled[face], dim=1, eps=1e-300), own[held]])
    up = None if config.up is None else torch.tensor(_unit(config.up), dtype=torch.float64)
    return PointCloud(points.float(), normals.float(), None, torch.full((len(points),), size), up=up)


def _with_options(cloud: PointCloud, config: CloudConfig) -> PointCloud:
    import torch

    if config.up is not None:
        cloud = replace(cloud, up=torch.tensor(_unit(config.up), dtype=torch.float64))
    if config.viewpoint is not None:
        seen_from = torch.tensor(config.viewpoint, dtype=torch.float64)
        cloud = replace(cloud, viewpoint=seen_from - seen_from.new_tensor(cloud.shift))
    return cloud


def _unit(up: tuple[float, float, float]) -> tuple[float, ...]:
    length = math.hypot(*up)
    if not 0 < length < math.inf:
        raise InputError(f"cloud.up is {up}; it must have a length above 0 that is finite")
    return tuple(axis / length for axis in up)


def _turned(cloud: PointCloud, normals: Tensor, near: Tensor, config: CloudConfig) -> Tensor:
    """The normals, of signs as they come, towards free space."""
    import torch

    from geo3d.ops.point_normals import consistent_signs

    if cloud.viewpoint is not None and (config.facing == "auto" or config.viewpoint is not None):
        ahead = ((cloud.viewpoint - cloud.points.double()) * normals).sum(dim=1, keepdim=True)
        return torch.where(ahead < 0, -normals, normals)
    signs, parts = consistent_signs(normals, near)
    normals = normals * signs[:, None].to(normals.dtype)
    up = torch.tensor([0.0, 0.0, 1.0]) if cloud.up is None else cloud.up.float()
    wrong = torch.zeros(int(parts.max()) + 1, dtype=torch.bool)
    order = parts.argsort(stable=True)
    sizes = parts[order].unique_consecutive(return_counts=True)[1].tolist()
    for number, rows in enumerate(order.split(sizes)):
        wrong[number] = not _faces_free_space(cloud.points[rows], normals[rows], up, config.facing)
    if config.facing == "auto":
        say("normals: seen from nowhere known, the free side is guessed; see cloud.viewpoint and cloud.facing")
    return torch.where(wrong[parts][:, None], -normals, normals)


def _faces_free_space(points: Tensor, normals: Tensor, up: Tensor, facing: str) -> bool:
    """Whether the normals of one connected part, which agree, look to where free space is, as far as can be told."""
    outwards = float(((points - points.mean(dim=0)) * normals).sum(dim=1).mean()) >= 0
    if facing != "auto":
        return outwards == (facing == "outwards")
    tilt, height = normals @ up, points @ up
    level = tilt.abs() > LEVEL
    if int(level.sum()) < LEAST_POINTS:
        return outwards
    tilt, height = tilt[level], height[level]
    low, high = _mean_at(tilt, height, 0.0, 0.25), _mean_at(tilt, height, 0.75, 1.0)
    closed = low * high < 0
    tall = float(height.max() - height.min()) >= ROOM
    return high > 0 if closed and not tall else low > 0


def _mean_at(values: Tensor, height: Tensor, first: float, last: float) -> float:
    """Mean of the values at a share of the heights, in order of height."""
    order = height.argsort()
    begin, end = int(first * len(order)), max(int(last * len(order)), 1)
    return float(values[order[begin:end]].mean())
