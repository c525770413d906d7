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

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import DistanceVolume, RgbdScan, ScannedVolume, TsdfVolume

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
BAND = 2.0
"""Inferred distances are used up to so many of their voxels from a surface: enough for marching cubes and to blend."""
TRUSTED = 2.0
"""Where seen and inferred distances differ by more than so many of the inferred ones' voxels, they are not of one
surface, and the difference is not carried on."""
SOME = 1024
"""Blocks that are worked on at a time."""


@settings
class CompleteConfig:
    """How a scan is completed where it has holes."""

    method: Annotated[Literal["off", "learned"], tyro.conf.arg(aliases=["--complete"])] = "off"
    """learned: a network says where surfaces are that no view saw; off: holes stay."""
    reach: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.6
    """How far inferred free space may go on from what was seen to be free, and so surfaces that bound it, in metres
    along the axes of the network's grid."""
    min_slope: Annotated[float, Field(ge=0, le=1)] = 0.3
    """How steep an inferred distance must be near its surface, in metres a metre: less is a guess between places."""
    min_weight: Annotated[float, Field(gt=0)] = 3.0
    """Observations that a voxel needs to count as seen: as many as the mesh needs, or there are gaps between."""
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
    import torch

    _refuse_unusable(scanned, predicted)
    hints = _hints(scanned, predicted, config)
    blocks = _worth_filling(_blocks_around(hints, volume), volume, hints, scan.crop, config)
    parts = []
    for part in track(blocks.split(SOME), "complete", total=-(-len(blocks) // SOME), unit="parts"):
        parts.append(_fill(part, blocks, volume, hints, scan.crop, config))
    filled = torch.cat([part.inferred.any(dim=(1, 2, 3)) for part in parts]) if parts else blocks.new_zeros(0).bool()
    return _merged(volume, blocks[filled], _Filled.joined(parts, filled))


@dataclass(frozen=True)
class _Hints:
    """What the prediction says, on its grid."""

    distance: Tensor
    """Metres [x, y, z]."""
    free: Tensor
    """1 in free space up to whose surfaces the scan is completed, 0 elsewhere [x, y, z]."""
    solid: Tensor
    """Whether solids there bound that free space, and the prediction is sure of them [x, y, z]."""
    where: tuple[Tensor, float, Tensor]
    """Origin, voxel size, world from volume."""

    @property
    def band(self) -> float:
        return BAND * self.where[1]


@dataclass(frozen=True)
class _Filled:
    """What is inferred of some blocks."""

    tsdf: Tensor
    inferred: Tensor

    @staticmethod
    def joined(parts: list[_Filled], kept: Tensor) -> _Filled:
        import torch

        if not parts:
            return _Filled(torch.zeros(0, 8, 8, 8), torch.zeros(0, 8, 8, 8).bool())
        return _Filled(torch.cat([part.tsdf for part in parts])[kept], torch.cat([p.inferred for p in parts])[kept])


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
    return _Hints(distance, free.float(), around(free, 2) & sure, where)


def _blocks_around(hints: _Hints, volume: TsdfVolume) -> Tensor:
    """Sorted coordinates of the blocks in which there may be voxels to fill."""
    import torch

    from geo3d.ops.block_grid import SIDE, pack_blocks, unpack_blocks
    from geo3d.ops.voxels import positions_of

    near = hints.solid & (hints.distance.abs() <= hints.band)
    centres = (positions_of(near.nonzero(), *hints.where) - volume.origin) / volume.voxel_size
    radius = math.sqrt(3) / 2 * hints.where[1] / volume.voxel_size
    low, high = ((centres + sign * radius + 0.5).div(SIDE).floor().int() for sign in (-1, 1))
    most = int((high - low).max()) if len(low) else 0
    keys = [pack_blocks((low + torch.tensor(step).int()).minimum(high)) for step in _steps(most)]
    return unpack_blocks(torch.cat(keys).unique())


def _worth_filling(blocks: Tensor, volume: TsdfVolume, hints: _Hints, crop: Tensor | None, config: CompleteConfig) -> Tensor:
    """Those of the blocks that have voxels to fill, before it is known which voxels seen vertices are made from."""
    import torch

    found = [torch.zeros(0, dtype=torch.bool)]
    for part in blocks.split(SOME):
        seen, scanned = _seen_in(part, volume, config.min_weight)
        distance, wanted = _predicted_in(part, volume, hints, crop)
        found.append((wanted & ~(seen & ((scanned >= 0) | (distance <= -2 * volume.voxel_size)))).any(dim=(1, 2, 3)))
    return blocks[torch.cat(found)]


def _seen_in(blocks: Tensor, volume: TsdfVolume, min_weight: float) -> tuple[Tensor, Tensor]:
    """Which voxels of blocks were seen, and their distances in metres."""
    from geo3d.ops.block_grid import find_rows, pack_blocks

    rows = find_rows(pack_blocks(volume.blocks), blocks)
    there, rows = (rows >= 0)[:, None, None, None], rows.clamp(min=0)
    return there & (volume.weight[rows] >= min_weight), volume.tsdf[rows] * volume.truncation


def _steps(most: int) -> list[tuple[int, ...]]:
    return list(itertools.product(range(most + 1), repeat=3))


def _fill(
    part: Tensor, blocks: Tensor, volume: TsdfVolume, hints: _Hints, crop: Tensor | None, config: CompleteConfig
) -> _Filled:
    """What is inferred of `part` of the `blocks`; a ring of blocks around it makes it what it is as part of all."""
    import torch

    from geo3d.ops.block_grid import find_rows, pack_blocks
    from geo3d.ops.fill import box_sum, face_neighbours, spread

    ring = _with_ring(part, blocks, volume.blocks)
    beside, (seen, scanned) = face_neighbours(ring), _seen_in(ring, volume, config.min_weight)
    distance, wanted = _predicted_in(ring, volume, hints, crop)
    outside = seen & (scanned >= 0)
    at_surface = box_sum(outside.float(), beside) > 0  # by a seen vertex there is a voxel on either side
    behind = seen & ~outside & ~at_surface & (distance > -2 * volume.voxel_size)
    kept = seen & ~behind
    inferred = wanted & ~kept
    limit = TRUSTED * hints.where[1]
    difference = scanned - distance
    close = (scanned.abs() < min(hints.band, 0.99 * volume.truncation)) & (difference.abs() <= limit)
    distance = distance + spread(difference, kept & close, inferred, config.blend, beside)
    chosen = find_rows(pack_blocks(ring), part)
    tsdf = (distance[chosen] / volume.truncation).clamp(-1, 1)
    return _Filled(tsdf.to(torch.float32), inferred[chosen])


def _with_ring(part: Tensor, blocks: Tensor, existing: Tensor) -> Tensor:
    """The blocks of a part and those around it that exist or may be filled; sorted."""
    import torch

    from geo3d.ops.block_grid import pack_blocks, unpack_blocks
    from geo3d.ops.planes import NEIGHBOURS

    around = pack_blocks((part[:, None] + NEIGHBOURS.int()).reshape(-1, 3)).unique()
    known = torch.cat([pack_blocks(blocks), pack_blocks(existing)])
    return unpack_blocks(around[torch.isin(around, known)])


def _predicted_in(blocks: Tensor, volume: TsdfVolume, hints: _Hints, crop: Tensor | None) -> tuple[Tensor, Tensor]:
    """Predicted metres at the voxels of blocks, and whether they may be filled."""
    import torch

    from geo3d.ops.block_grid import SIDE
    from geo3d.ops.fill import sample
    from geo3d.ops.voxels import voxels_of

    steps = torch.cartesian_prod(*[torch.arange(SIDE)] * 3).reshape(SIDE, SIDE, SIDE, 3)
    world = volume.origin.double() + (blocks.double()[:, None, None, None] * SIDE + steps) * volume.voxel_size
    places = voxels_of(world, *hints.where)
    distance, inside = sample(hints.distance, places)
    x, y, z = (places.round().long().clamp(min=0).minimum(torch.tensor(hints.solid.shape) - 1)).unbind(-1)
    # beside free space that was not reached a solid's far side would appear
    wanted = inside & (distance.abs() <= hints.band) & hints.solid[x, y, z] & ((distance <= 0) | (sample(hints.free, places)[0] > 0))
    if crop is not None:
        wanted &= ((world >= crop[0]) & (world <= crop[1])).all(dim=-1)
    return distance, wanted


def _merged(volume: TsdfVolume, blocks: Tensor, filled: _Filled) -> TsdfVolume:
    """The volume with the filled blocks put in."""
    import torch

    from geo3d.ops.block_grid import find_rows, pack_blocks, unpack_blocks

    keys = torch.cat([pack_blocks(volume.blocks), pack_blocks(blocks)]).unique()
    merged = unpack_blocks(keys)
    old, new = find_rows(keys, volume.blocks), find_rows(keys, blocks)
    tsdf = torch.ones(len(merged), 8, 8, 8)
    weight = torch.zeros(len(merged), 8, 8, 8, dtype=torch.uint8)
    inferred, colour = torch.zeros_like(weight), torch.zeros(*weight.shape, 3, dtype=torch.uint8)
    tsdf[old], weight[old], colour[old] = volume.tsdf, volume.weight, volume.colour
    tsdf[new] = torch.where(filled.inferred, filled.tsdf, tsdf[new])
    inferred[new] = filled.inferred.to(torch.uint8)
    return replace(volume, blocks=merged, tsdf=tsdf, weight=weight, colour=colour, inferred=inferred)


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
