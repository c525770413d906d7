"""Signed distances to the surface that points with normals lie on, by implicit moving least squares (Kolluri 2008)."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.kernels import implicit as kernel
from geo3d.ops.block_grid import SIDE, find_rows, pack_blocks, unpack_blocks
from geo3d.ops.threads import in_threads

CUTOFF = 3.0
"""Widths within which a point takes part."""
ASIDE = 2.0
"""Widths, along its plane, within which a point counts as an observation: surfaces end about where points do."""
LEAST_COSINE = -0.3
"""Between normals that take part and the nearest point's: a thin sheet's other side does not, an edge's does."""


@dataclass(frozen=True)
class Distances:
    """What points say of the voxels around, in sorted blocks; all that are near any."""

    blocks: Int[Tensor, "block 3"]
    distance: Float[Tensor, "block 8 8 8"]
    """In voxels, positive in front of the points; 0 where nothing is known."""
    count: UInt8[Tensor, "block 8 8 8"]
    """Points that say so, up to 255; 0 where nothing is known."""
    colour: UInt8[Tensor, "block 8 8 8 3"]
    """RGB, black where it is not known."""


def near_blocks(points: Float[Tensor, "point 3"], widths: Float[Tensor, " point"]) -> Int[Tensor, "block 3"]:
    """The blocks that points may say anything of, and a few more; sorted. Points and widths are in voxels."""
    own = pack_blocks(_blocks_of(points)).unique()
    steps = torch.cartesian_prod(*[torch.arange(-_ring(widths), _ring(widths) + 1)] * 3).int()
    parts = [pack_blocks((part[:, None] + steps).reshape(-1, 3)).unique() for part in unpack_blocks(own).split(4096)]
    return unpack_blocks(torch.cat(parts).unique())


def signed_distances(
    points: Float[Tensor, "point 3"],
    normals: Float[Tensor, "point 3"],
    widths: Float[Tensor, " point"],
    colours: UInt8[Tensor, "point 3"] | None = None,
) -> Distances:
    """At each voxel, the mean of the distances to the planes of the points around, and of their colours.

    Points are in voxels, voxel (0, 0, 0) has its centre at 0. A point's weight is exp(-r^2 / 2 width^2), at a distance
    r of at most CUTOFF widths, and the square of that for colours, which makes them sharper. Points whose normals turn
    away from that of the point that is nearest in its own widths do not take part, so that sheets may be as thin as a
    voxel. Known is what lies at most ASIDE widths, measured along its plane, from a point that takes part.
    """
    blocks = near_blocks(points, widths)
    fill = _fill_kernel if points.device.type == "cpu" else _fill_reference
    distance, count, colour = fill(blocks, points.double(), normals.double(), widths.double(), colours)
    some = (count > 0).flatten(1).any(dim=1)
    return Distances(blocks[some], distance[some], count[some], colour[some])


def _blocks_of(points: Tensor) -> Tensor:
    """That whose voxels' cells hold each point."""
    return ((points.double() + 0.5) / SIDE).floor().int()


def _ring(widths: Tensor) -> int:
    """Blocks around a point's own that its ball reaches into."""
    return int((CUTOFF * float(widths.max()) + 0.5) // SIDE) + 1


def _fill_kernel(
    blocks: Tensor, points: Tensor, normals: Tensor, widths: Tensor, colours: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    keys = pack_blocks(_blocks_of(points))
    order = keys.argsort(stable=True)
    own, counts = keys[order].unique_consecutive(return_counts=True)
    starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)]).numpy()
    steps = torch.cartesian_prod(*[torch.arange(-_ring(widths), _ring(widths) + 1)] * 3).int()
    around = find_rows(own, (blocks[:, None] + steps).reshape(-1, 3)).reshape(len(blocks), -1).int().numpy()
    shades = np.zeros((0, 3), np.uint8) if colours is None else colours[order].numpy()
    distance = torch.zeros(len(blocks), SIDE, SIDE, SIDE)
    count = torch.zeros_like(distance, dtype=torch.uint8)
    colour = torch.zeros(*distance.shape, 3, dtype=torch.uint8)
    flat = (part.numpy().reshape(len(blocks), kernel.VOXELS, *part.shape[4:]) for part in (distance, count, colour))
    given = points[order].numpy(), normals[order].numpy(), shades, widths[order].numpy()
    where = blocks.long().numpy(), around, starts, *given, CUTOFF, ASIDE, LEAST_COSINE, *flat
    in_threads(len(blocks), lambda first, last: kernel.fill_blocks(first, last, *where))
    return distance, count, colour


def _fill_reference(
    blocks: Tensor, points: Tensor, normals: Tensor, widths: Tensor, colours: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """One block after the other, all its voxels against all points."""
    steps = torch.cartesian_prod(*[torch.arange(SIDE)] * 3).to(points.device)
    parts = [_block_reference(SIDE * block + steps, points, normals, widths, colours) for block in blocks.long()]
    distance, count, colour = (torch.stack(part) for part in zip(*parts, strict=True))
    shape = (-1, SIDE, SIDE, SIDE)
    return distance.reshape(shape), count.reshape(shape), colour.reshape(*shape, 3)


def _block_reference(
    voxels: Tensor, points: Tensor, normals: Tensor, widths: Tensor, colours: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    away = voxels[:, None] - points  # [voxel, point, 3]
    squared = (away / widths[:, None]).square().sum(dim=2)
    alike = (normals @ normals[squared.argmin(dim=1)].T).T >= LEAST_COSINE
    near = (squared <= CUTOFF**2) & alike
    ahead = (away * normals).sum(dim=2)
    votes = torch.where(near, torch.exp(-squared.clamp(max=CUTOFF**2) / 2), 0.0)
    count = (near & (squared - (ahead / widths).square() <= ASIDE**2)).sum(dim=1)
    distance = (votes * ahead).sum(dim=1) / votes.sum(dim=1).clamp(min=1e-300)
    colour = torch.zeros(len(voxels), 3, device=points.device)
    if colours is not None:
        sharp = votes.square()
        colour = (
            (sharp @ colours.double() / sharp.sum(dim=1, keepdim=True).clamp(min=1e-300) + 0.5).floor().clamp(min=1)
        )
    known = count > 0
    shades = torch.where(known[:, None], colour, 0).to(torch.uint8)
    return torch.where(known, distance, 0).float(), count.clamp(max=255).to(torch.uint8), shades
