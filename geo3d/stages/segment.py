"""Stage: signed distances to class probabilities of the voxels that hold the surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import cos, radians, sin
from typing import TYPE_CHECKING, Annotated, Literal

import tyro
from pydantic import Field

from geo3d.config import settings
from geo3d.progress import steps
from geo3d.stages.surface import CloudGrid, grid_around, surface_of, up_of, up_of_cloud, voxel_size_of

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import PointCloud, TsdfVolume, VoxelLabels

CLASSES = ("wall", "floor", "table", "ceiling", "otherprop")
WALL, FLOOR, TABLE, CEILING, OTHER = range(5)
LEVEL, STEEP = cos(radians(25)), sin(radians(25))
"""Cosines with up that level and upright surfaces have: over and under these."""
LEAST_CELLS = 12
"""Cells that a wall begins from, at least: of leaves seen from far away there are thousands of fewer."""
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


@settings
class SegmentConfig:
    """How voxels get their classes."""

    method: Annotated[Literal["auto", "fused", "learned", "planar"], tyro.conf.arg(aliases=["--segment"])] = "auto"
    """fused: by what the frames' own labels say, which fusing has counted; learned: by a network that knows the classes
    of its weights; planar: floor, ceiling, walls and table-like tops by their planes, and all else is otherprop; auto:
    learned for scans with views, planar for points and meshes, which may be of anything."""
    turns: Annotated[int, Field(ge=1, le=16)] = 4
    """learned: looks at the scan, each turned about up by an equal share of a full turn; their probabilities are
    averaged. What follows is for planar."""
    min_weight: Annotated[float, Field(gt=0)] = 1.0
    """Observations that a voxel needs to take part: no more than the mesh needs, or parts of it stay without labels."""
    cell: Positive = 0.05
    """Edge of the cells that regions grow over, in metres; at least a voxel's."""
    tolerance: Positive = 0.04
    """Distance from a plane at which its class has 0.6 of the probability it has on the plane, in metres."""
    wall_area: Positive = 0.6
    """Least surface of a wall, in square metres."""
    wall_height: Positive = 1.1
    """Least height that a wall spans, in metres."""
    table_area: Positive = 0.2
    """Least surface of a table-like top, in square metres."""


@dataclass(frozen=True)
class _Plane:
    label: int
    normal: Tensor
    offset: float
    cells: Tensor
    """Mean points of the cells that support it."""


def segment(volume: TsdfVolume, config: SegmentConfig) -> VoxelLabels:
    """Class probabilities from planes: a baseline that knows floors, ceilings, walls and tops by where they lie.

    Probability of a plane's class: exp(-d^2 / 2 tolerance^2) at distance d from the nearest such plane; other has what
    the likeliest leaves, and all are divided by their sum. Raises InputError where no surface was seen.
    """
    with steps("segment", 3, "passes") as done:
        vertices, normals, _ = surface_of(volume, config.min_weight, "segment.min_weight")
        return _labelled(vertices, normals, volume, lambda cells: up_of(volume, cells), config, done)


def segment_points(cloud: PointCloud, config: SegmentConfig) -> VoxelLabels:
    """The same of points with normals, in voxels as large as the points lie apart."""
    assert cloud.normals is not None
    with steps("segment", 3, "passes") as done:
        grid = grid_around(cloud, voxel_size_of(cloud))
        normals = cloud.normals.double()
        places = (cloud.points.double() - grid.origin) / grid.voxel_size
        return _labelled(places, normals, grid, lambda cells: up_of_cloud(cloud, cells), config, done)


def _labelled(
    places: Tensor,
    normals: Tensor,
    grid: TsdfVolume | CloudGrid,
    find_up: Callable[[Tensor], Tensor],
    config: SegmentConfig,
    done: Callable[..., None],
) -> VoxelLabels:
    """Of points all over a surface, in the grid's voxels; `find_up` tells up from the normals of cells."""
    from geo3d.ops.planes import mean_in_cells
    from geo3d.scene.kinds import VoxelLabels

    config = replace(config, cell=max(config.cell, grid.voxel_size))
    voxels, points, normals, _ = mean_in_cells(places, normals, 1.0)
    points = points * grid.voxel_size  # from the grid's origin on, in metres
    done()
    cells = mean_in_cells(points, normals, config.cell)[:3]
    up = find_up(cells[2])
    planes = _find_planes(*cells, up, config)
    done()
    probabilities = _probabilities(points, normals, planes, config)
    done()
    return VoxelLabels(voxels, probabilities, CLASSES, grid.origin, grid.voxel_size, up)


def _find_planes(cells: Tensor, points: Tensor, normals: Tensor, up: Tensor, config: SegmentConfig) -> list[_Plane]:
    facing, height = normals @ up, points @ up
    area = config.cell**2
    level = _level_regions(cells, points, normals, facing > LEVEL)
    large = [region for region in level if len(region) * area >= max(0.3, 0.03 * sum(map(len, level)) * area)]
    if not large:
        return _walls(cells, points, normals, up, config)
    ground = min(float(height[region].median()) for region in large)
    planes = []
    for region in level:
        at = float(height[region].median())
        if at - ground < 0.12 and len(region) * area >= 0.03:
            planes.append(_Plane(FLOOR, up, at, points[region]))
        elif 0.55 < at - ground < 1.2 and len(region) * area >= config.table_area:
            planes.append(_Plane(TABLE, up, at, points[region]))
    for region in _level_regions(cells, points, normals, facing < -LEVEL):
        at = float(height[region].median())
        if at - ground > 1.8 and len(region) * area >= 0.3:
            planes.append(_Plane(CEILING, -up, -at, points[region]))
    return planes + _walls(cells, points, normals, up, config)


def _level_regions(cells: Tensor, points: Tensor, normals: Tensor, among: Tensor) -> list[Tensor]:
    from geo3d.ops.planes import grow_regions

    return _rows_of(grow_regions(cells, points, normals, among, radians(20), 0.02))


def _walls(cells: Tensor, points: Tensor, normals: Tensor, up: Tensor, config: SegmentConfig) -> list[_Plane]:
    """Upright planes, largest first, that are high and large and have no parallel surface close behind."""
    import torch

    from geo3d.ops.planes import fit_plane, grow_regions

    upright, area, walls = (normals @ up).abs() < STEEP, config.cell**2, []
    free = upright.clone()
    for region in _rows_of(grow_regions(cells, points, normals, upright, radians(15), 0.03)):
        if (
            len(region) < LEAST_CELLS
            or len(region) * area < config.wall_area / 3
            or not bool(free[region].float().mean() > 0.5)
        ):
            continue
        normal, offset = fit_plane(points[region], normals[region], up)
        distance = points @ normal - offset
        parallel = upright & (normals @ normal > cos(radians(25)))
        support = (parallel & (distance.abs() < 1.5 * config.tolerance)).nonzero()[:, 0]
        if len(support) * area < config.wall_area:
            continue
        heights = points[support] @ up
        if float(heights.quantile(0.98) - heights.quantile(0.02)) < config.wall_height:
            continue
        free[support] = False
        aside = torch.linalg.cross(up, normal)
        low, high = ((points[support] @ aside).quantile(share) for share in (0.02, 0.98))
        along = points @ aside
        behind = parallel & (distance < -0.15) & (distance > -0.9) & (along > low) & (along < high)
        if int(behind.sum()) < 0.25 * len(support):
            walls.append(_Plane(WALL, normal, offset, points[support]))
    return walls


def _rows_of(regions: Tensor) -> list[Tensor]:
    """The rows of each region, the largest region first."""
    rows = regions.argsort(stable=True)
    numbers, counts = regions[rows].unique_consecutive(return_counts=True)
    found = [part for number, part in zip(numbers.tolist(), rows.split(counts.tolist()), strict=True) if number >= 0]
    return sorted(found, key=len, reverse=True)


def _probabilities(points: Tensor, normals: Tensor, planes: list[_Plane], config: SegmentConfig) -> Tensor:
    import torch

    from geo3d.ops.planes import near_cells

    scores = torch.zeros(len(points), len(CLASSES), dtype=torch.float64)
    for plane in planes:
        distance = points @ plane.normal - plane.offset
        candidates = (distance.abs() < 3 * config.tolerance) & (normals @ plane.normal > 0.6)
        rows = candidates.nonzero()[:, 0]
        rows = rows[near_cells(points[rows], plane.cells, 3 * config.cell)]
        score = torch.exp(-((distance[rows] / config.tolerance) ** 2) / 2)
        scores[rows, plane.label] = torch.maximum(scores[rows, plane.label], score)
    scores[:, OTHER] = 1 - scores.amax(dim=1)
    return (scores / scores.sum(dim=1, keepdim=True)).float()
