"""Parts of a scanned surface that go missing, as a scan misses them."""

from dataclasses import replace

import torch
from torch import Generator, Tensor

from geo3d.ops.surface_points import SurfacePoints

COLUMN = 0.1
"""Metres along the sides of the columns in which something hides what is below it."""
TOPS = (0.3, 1.3)
"""Metres above the floor at which tops are that cameras look down on: tables, beds, low cabinets."""
ONE_SIDED = 0.45
"""Share of free voxels around a flat surface of which one side was seen, at most."""


def windowed(surface: SurfacePoints, labels: Tensor, side: float, random: Generator) -> tuple[SurfacePoints, Tensor]:
    """What lies in an upright column around one point, as much as a scan or a network's memory holds."""
    halves = side / 2 * (0.5 + 0.5 * torch.rand(2, generator=random))
    return kept(surface, labels, ((surface.points - _one_of(surface, random))[:, :2].abs() < halves).all(dim=1))


def holed(surface: SurfacePoints, labels: Tensor, random: Generator) -> tuple[SurfacePoints, Tensor]:
    """Without balls and single points that the scan has missed."""
    keep = torch.rand(len(surface.points), generator=random) > 0.2 * float(torch.rand(1, generator=random))
    for _ in range(int(torch.randint(0, 5, (1,), generator=random))):
        radius = 0.2 + 0.8 * float(torch.rand(1, generator=random))
        keep &= (surface.points - _one_of(surface, random)).norm(dim=1) > radius
    return kept(surface, labels, keep) if int(keep.sum()) > 100 else (surface, labels)


def from_above(surface: SurfacePoints, labels: Tensor, floor: float, random: Generator) -> tuple[SurfacePoints, Tensor]:
    """Around one point, only what a camera sees that is held high: no undersides, and nothing below tops.

    A table whose legs nobody looked at is a slab like a bed; only how high it is tells them apart.
    """
    radius = 1 + 2 * float(torch.rand(1, generator=random))
    near = (surface.points - _one_of(surface, random))[:, :2].norm(dim=1) < radius
    hidden = near & ((surface.normals[:, 2] < -0.3) | (surface.points[:, 2] < _tops(surface, floor) - COLUMN))
    level = near & (surface.normals[:, 2] > 0.7)
    one_sided = replace(surface, free=torch.where(level, surface.free.clamp(max=ONE_SIDED), surface.free))
    return kept(one_sided, labels, ~hidden) if int((~hidden).sum()) > 100 else (surface, labels)


def kept(surface: SurfacePoints, labels: Tensor, keep: Tensor) -> tuple[SurfacePoints, Tensor]:
    """Some of the points."""
    some = SurfacePoints(surface.points[keep], surface.normals[keep], surface.free[keep], surface.unknown[keep])
    return some, labels[keep]


def _tops(surface: SurfacePoints, floor: float) -> Tensor:
    """Height of the top in each point's column that goes on in the columns around it; minus infinity without one."""
    points, nothing = surface.points, -torch.inf
    columns = ((points[:, :2] - points[:, :2].amin(dim=0)) / COLUMN).long() + 1
    width, depth = (int(side) + 2 for side in columns.amax(dim=0))
    height = points[:, 2] - floor
    is_top = (surface.normals[:, 2] > 0.8) & (height > TOPS[0]) & (height < TOPS[1])
    place = columns[:, 0] * depth + columns[:, 1]
    tops = torch.full((width * depth,), nothing).scatter_reduce(0, place[is_top], points[is_top, 2], "amax")
    plan = tops.reshape(1, 1, width, depth)
    lowest_around = -torch.nn.functional.max_pool2d(-plan, 3, 1, 1)
    inner = torch.where(plan - lowest_around < COLUMN, plan, nothing)
    return inner.flatten()[place]


def _one_of(surface: SurfacePoints, random: Generator) -> Tensor:
    return surface.points[int(torch.randint(len(surface.points), (1,), generator=random))]
