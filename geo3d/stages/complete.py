"""Stage: what was inferred of a scene fills the voxels of a scan's volume that no view saw."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal

import tyro
from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import track
from geo3d.stages.mesh import MeshConfig

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import DistanceVolume, RgbdScan, ScannedVolume, TsdfVolume

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
BAND = 2.0
"""Inferred distances are used up to so many of their voxels from a surface: enough for marching cubes and to blend."""
TRUSTED = 2.0
"""Where seen and inferred distances differ by more than so many of the inferred ones' voxels, they are not of one
surface, and the difference is not carried on."""
SOME = 2048
"""Blocks that are worked on at a time."""


@settings
class CompleteConfig:
    """How a scan is completed where it has holes."""

    method: Annotated[Literal["auto", "off", "learned"], tyro.conf.arg(aliases=["--complete"])] = "auto"
    """learned: a network says where surfaces are that no view saw; off: holes stay; auto: learned for scans with views,
    off for points and meshes."""
    reach: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.4
    """How far inferred free space may go on from what was seen to be free, and so surfaces that bound it, in metres
    along the axes of the network's grid."""
    min_slope: Annotated[float, Field(ge=0, le=1)] = 0.3
    """How steep an inferred distance must be near its surface, in metres a metre: less is a guess between places."""
    min_weight: Annotated[float, Field(gt=0)] | None = None
    """Observations that a voxel needs to count as seen; None is as many as the mesh needs."""
    blend: Annotated[int, Field(ge=0, le=6)] = 5
    """Voxels over which inferred distances go over into seen ones."""


def complete(
    scan: RgbdScan, volume: TsdfVolume, scanned: ScannedVolume, predicted: DistanceVolume, config: CompleteConfig
) -> TsdfVolume:
    """Fill unseen voxels near the predicted surface, and mark them as inferred; what was seen stays as it is.

    `predicted` lies on the grid of `scanned`. Voxels deep behind a seen surface, which rays never reached, count as
    unseen where the prediction has free space there: a table's underside, not a wall's inside. No voxel from which a
    seen vertex is made changes. Raises InputError for grids that differ and for distances that are no numbers.
    """

    _refuse_unusable(scanned, predicted)
    hints = _hints(scanned, predicted, config)
    near = _predicted_in(_blocks_around(hints, volume), volume, hints, scan.crop)
    some = _rows_to_fill(near, volume, config)
    parts = [_fill(rows, near, volume, hints, config) for rows in track(some, "complete", len(some), "parts")]
    return _merged(volume, parts)


@dataclass(frozen=True)
class _Hints:
    """What the prediction says, on its grid."""

    distance: Tensor
    """Metres [x, y, z]."""
    free: Tensor
    """Free space up to whose surfaces the scan is completed [x, y, z]."""
    bound: Tensor
    """That, and solids that bound it, as far as the prediction is sure of their surface [x, y, z]."""
    where: tuple[Tensor, float, Tensor]
    """Origin, voxel size, world from volume."""

    @property
    def band(self) -> float:
        return BAND * self.where[1]


@dataclass(frozen=True)
class _Near:
    """What the prediction says of the blocks near its surfaces."""

    blocks: Tensor
    """Sorted."""
    distance: Tensor
    """Metres [block, 8, 8, 8]."""
    wanted: Tensor
    """Voxels that may be filled [block, 8, 8, 8]."""


@dataclass(frozen=True)
class _Filled:
    """What is inferred of some blocks."""

    blocks: Tensor
    tsdf: Tensor
    inferred: Tensor
    forgotten: Tensor
    """Voxels behind a seen surface that are free as predicted, but too far away to be filled: they are unseen again, or
    there would be a surface between."""


def _hints(scanned: ScannedVolume, predicted: DistanceVolume, config: CompleteConfig) -> _Hints:
    import torch

    from geo3d.ops.fill import around, free_space, slopes

    size = scanned.voxel_size
    seen = (scanned.known > 0) & (scanned.distance > -size)  # deeper lies what a ray did not reach
    steps = round(config.reach / size)
    free = free_space(predicted.distance, scanned.distance, seen, size, steps)
    sure = slopes(predicted.distance) >= config.min_slope * size
    passed = seen & (scanned.distance > 0)  # where a ray has passed there is nothing, whatever was inferred
    distance = torch.where(passed, predicted.distance.clamp(min=0.01 * size), predicted.distance)
    where = (scanned.origin, size, scanned.world_from_volume)
    bound = around(free, 2) & sure
    for axis in range(3):  # so that nothing is wanted outside of the grid
        bound.narrow(axis, 0, 1).fill_(False)
        bound.narrow(axis, bound.shape[axis] - 1, 1).fill_(False)
    return _Hints(distance, free, bound, where)


def _blocks_around(hints: _Hints, volume: TsdfVolume) -> Tensor:
    """Sorted coordinates of the blocks in which there may be voxels to fill."""
    import torch

    from geo3d.ops.block_grid import SIDE, pack_blocks, unpack_blocks
    from geo3d.ops.voxels import positions_of

    near = hints.bound & (hints.distance.abs() <= hints.band + hints.where[1])
    centres = (positions_of(near.nonzero(), *hints.where) - volume.origin) / volume.voxel_size
    radius = math.sqrt(3) / 2 * hints.where[1] / volume.voxel_size
    low, high = ((centres + sign * radius + 0.5).div(SIDE).floor().int() for sign in (-1, 1))
    most = int((high - low).max()) if len(low) else 0
    keys = [pack_blocks((low + torch.tensor(step).int()).minimum(high)) for step in _steps(most)]
    return unpack_blocks(torch.cat(keys).unique())


def _predicted_in(blocks: Tensor, volume: TsdfVolume, hints: _Hints, crop: Tensor | None) -> _Near:
    import torch

    from geo3d.ops.block_grid import SIDE
    from geo3d.ops.fill import sample
    from geo3d.ops.voxels import voxels_of

    hinted = torch.stack([hints.distance, hints.free.float(), hints.bound.float()])
    steps = torch.cartesian_prod(*[torch.arange(SIDE)] * 3).reshape(SIDE, SIDE, SIDE, 3) * volume.voxel_size
    in_voxels = steps @ hints.where[2].to(steps.dtype) / hints.where[1]
    distance, wanted = torch.empty(len(blocks), 8, 8, 8), torch.empty(len(blocks), 8, 8, 8, dtype=torch.bool)
    for begin in range(0, len(blocks), SOME):
        part = slice(begin, begin + SOME)
        corners = volume.origin.double() + blocks[part].double() * SIDE * volume.voxel_size
        places = voxels_of(corners, *hints.where)[:, None, None, None].float() + in_voxels
        distance[part], free, bound = sample(hinted, places)
        # Beside free space that was not reached the far side of a solid would appear.
        wanted[part] = (distance[part].abs() <= hints.band) & (bound > 0.5) & ((distance[part] <= 0) | (free > 0))
        if crop is not None:
            world = corners[:, None, None, None] + steps
            wanted[part] &= ((world >= crop[0]) & (world <= crop[1])).all(dim=-1)
    return _Near(blocks, distance, wanted)


def _rows_to_fill(near: _Near, volume: TsdfVolume, config: CompleteConfig) -> list[Tensor]:
    """Rows of the blocks with voxels to fill, some at a time: unseen ones, and such as may lie behind a surface."""
    import torch

    found = [torch.zeros(0, dtype=torch.bool)]
    for begin in range(0, len(near.blocks), SOME):
        part = slice(begin, begin + SOME)
        seen, scanned = _seen_in(near.blocks[part], volume, config)
        behind = seen & (scanned < 0) & (near.distance[part] > -2 * volume.voxel_size)
        found.append(((near.wanted[part] & ~seen) | behind).any(dim=(1, 2, 3)))
    rows = torch.cat(found).nonzero()[:, 0]
    return list(rows.split(SOME)) if len(rows) else []


def _seen_in(blocks: Tensor, volume: TsdfVolume, config: CompleteConfig) -> tuple[Tensor, Tensor]:
    """Which voxels of blocks were seen, and their distances in metres."""
    from geo3d.ops.block_grid import find_rows, pack_blocks

    rows = find_rows(pack_blocks(volume.blocks), blocks)
    there, rows = (rows >= 0)[:, None, None, None], rows.clamp(min=0)
    least = config.min_weight or MeshConfig().min_weight
    return there & (volume.weight[rows] >= least), volume.tsdf[rows] * volume.truncation


def _steps(most: int) -> list[tuple[int, ...]]:
    return list(itertools.product(range(most + 1), repeat=3))


def _fill(rows: Tensor, near: _Near, volume: TsdfVolume, hints: _Hints, config: CompleteConfig) -> _Filled:
    """What is inferred of some of the blocks; a ring of blocks around them makes it what it is as part of all."""
    import torch

    from geo3d.ops.block_grid import find_rows, pack_blocks
    from geo3d.ops.fill import blocks_around, corners_of_cut_cubes, spread

    ring = _with_ring(near.blocks[rows], near.blocks, volume.blocks)
    around, (seen, scanned) = blocks_around(ring), _seen_in(ring, volume, config)
    at = find_rows(pack_blocks(near.blocks), ring)
    predicted = (at >= 0)[:, None, None, None]
    distance = torch.where(predicted, near.distance[at.clamp(min=0)], math.inf)
    outside = seen & (scanned >= 0)
    at_surface = corners_of_cut_cubes(outside, seen, around)
    behind = predicted & seen & ~outside & ~at_surface & (distance > -2 * volume.voxel_size)
    kept = seen & ~behind
    inferred = predicted & near.wanted[at.clamp(min=0)] & ~kept
    difference = scanned - distance
    close = (scanned.abs() < min(hints.band, 0.99 * volume.truncation)) & (difference.abs() <= TRUSTED * hints.where[1])
    forgotten = behind & (distance > 0) & ~inferred
    distance = distance + spread(difference, kept & close, inferred, config.blend, around)
    chosen = find_rows(pack_blocks(ring), near.blocks[rows])
    tsdf = (distance[chosen] / volume.truncation).clamp(-1, 1)
    return _Filled(near.blocks[rows], tsdf, inferred[chosen], forgotten[chosen])


def _with_ring(part: Tensor, blocks: Tensor, existing: Tensor) -> Tensor:
    """The blocks of a part and those around it that exist or may be filled; sorted."""
    import torch

    from geo3d.ops.block_grid import pack_blocks, unpack_blocks
    from geo3d.ops.planes import NEIGHBOURS

    around = pack_blocks((part[:, None] + NEIGHBOURS.int()).reshape(-1, 3)).unique()
    known = torch.cat([pack_blocks(blocks), pack_blocks(existing)])
    return unpack_blocks(around[torch.isin(around, known)])


def _merged(volume: TsdfVolume, parts: list[_Filled]) -> TsdfVolume:
    """The volume with what was inferred put in."""
    import torch

    from geo3d.ops.block_grid import find_rows, pack_blocks, unpack_blocks

    filled = [((part.inferred | part.forgotten).any(dim=(1, 2, 3)), part) for part in parts]
    keys = torch.cat([pack_blocks(volume.blocks), *(pack_blocks(part.blocks[some]) for some, part in filled)]).unique()
    merged, old = unpack_blocks(keys), find_rows(keys, volume.blocks)
    tsdf, weight = torch.ones(len(merged), 8, 8, 8), torch.zeros(len(merged), 8, 8, 8, dtype=torch.uint8)
    inferred, colour = torch.zeros_like(weight), None
    tsdf[old], weight[old] = volume.tsdf, volume.weight
    if volume.colour is not None:
        colour = weight.new_zeros(*weight.shape, 3)
        colour[old] = volume.colour
    for some, part in filled:
        rows = find_rows(keys, part.blocks[some])
        forgotten = part.forgotten[some]
        tsdf[rows] = torch.where(part.inferred[some], part.tsdf[some], tsdf[rows]).masked_fill(forgotten, 1.0)
        weight[rows] = weight[rows].masked_fill(forgotten, 0)
        inferred[rows] = part.inferred[some].to(torch.uint8)
    whole = {"blocks": merged, "tsdf": tsdf, "weight": weight, "colour": colour, "inferred": inferred}
    return replace(volume, **whole, candidates=None, votes=None)


def _refuse_unusable(scanned: ScannedVolume, predicted: DistanceVolume) -> None:
    import torch

    same = scanned.distance.shape == predicted.distance.shape and scanned.voxel_size == predicted.voxel_size
    same = same and torch.allclose(scanned.origin.double(), predicted.origin.double())
    if not same or not torch.allclose(scanned.world_from_volume.double(), predicted.world_from_volume.double()):
        raise InputError("the scanned and the predicted volume lie on different grids; the same is needed")
    for name, volume in (("scanned", scanned), ("predicted", predicted)):
        bad = int((~volume.distance.isfinite()).sum())
        if bad:
            raise InputError(f"the {name} volume has {bad:,} distances that are no finite numbers; none is allowed")
