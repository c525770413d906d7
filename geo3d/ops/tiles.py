"""Run a fully convolutional function over a grid of any size in tiles, with the same result as all at once."""

import itertools
import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from geo3d.errors import InputError

Range = tuple[int, int]
"""First voxel and the one after the last."""
Tile = tuple[tuple[Range, ...], tuple[Range, ...]]
"""What a tile gives, and what it takes for that, along x, y and z."""


def run_in_tiles(
    function: Callable[[Float[Tensor, "channel x y z"]], tuple[Tensor, ...]],
    grid: Float[Tensor, "channel x y z"],
    stride: int,
    halo: int,
    voxel_memory: int,
    max_memory: int,
) -> tuple[Tensor, ...]:
    """What a function gives for a whole grid, from tiles whose work takes no more than `max_memory` bytes each.

    The function takes grids whose sides are multiples of `stride`, and gives tensors whose last three dimensions are
    the grid's; what it gives for a region aligned to the stride depends on `halo` voxels around, and its work takes
    `voxel_memory` bytes a voxel, halo included. The grid and what is found of it are not counted. The far ends of the
    grid are filled up with zeros to multiples of the stride, as they are where the grid is run at once.

    Raises InputError where the smallest tiles take too much.
    """
    shape = grid.shape[1:]
    padded = pad_to_multiple(grid, stride)
    wholes: list[Tensor] = []
    for given, taken in plan_tiles(padded.shape[1:], stride, halo, voxel_memory, max_memory):
        target = tuple(slice(first, min(end, side)) for (first, end), side in zip(given, shape, strict=True))
        source = tuple(slice(to.start - first, to.stop - first) for to, (first, _) in zip(target, taken, strict=True))
        found = function(padded[(slice(None), *(slice(*one) for one in taken))])
        if not wholes:
            wholes = [part.new_empty((*part.shape[:-3], *shape)) for part in found]
        for whole, part in zip(wholes, found, strict=True):
            whole[(..., *target)] = part[(..., *source)]
        del found, part  # so that they are gone while the next tile is worked on
    return tuple(wholes)


def pad_to_multiple(grid: Float[Tensor, "*channels x y z"], stride: int) -> Float[Tensor, "*channels x2 y2 z2"]:
    """Zeros behind the far ends of a grid, so that its sides are multiples of a stride."""
    behind = [-side % stride for side in grid.shape[-3:]]
    return torch.nn.functional.pad(grid, (0, behind[2], 0, behind[1], 0, behind[0])) if any(behind) else grid


def plan_tiles(shape: tuple[int, ...], stride: int, halo: int, voxel_memory: int, max_memory: int) -> list[Tile]:
    """Tiles that cover a grid once, aligned to the stride, and take in the fewest voxels, halos counted, of all such.

    The grid's sides are multiples of the stride; memory is in bytes.
    """
    halo = -(-halo // stride) * stride
    best, fewest = None, None
    for sides in itertools.product(*(_core_sides(side, stride) for side in shape)):
        axes = [_cuts(side, core, halo) for side, core in zip(shape, sides, strict=True)]
        largest = math.prod(max(end - first for _, (first, end) in axis) for axis in axes)
        taken = math.prod(sum(end - first for _, (first, end) in axis) for axis in axes)
        if largest * voxel_memory <= max_memory and (fewest is None or taken < fewest):
            best, fewest = axes, taken
    if best is None:
        least = voxel_memory * math.prod(min(side, stride + 2 * halo) for side in shape)
        raise InputError(
            f"a network that looks {halo} voxels around needs {least / 2**20:.3g} MiB for its smallest tile, and "
            f"--max-memory leaves it {max_memory / 2**20:.3g} MiB; allow more"
        )
    tiles = itertools.product(*best)
    return [(tuple(given for given, _ in tile), tuple(taken for _, taken in tile)) for tile in tiles]


def _core_sides(side: int, stride: int) -> list[int]:
    """Sides of tiles without halo that cut an axis into 1, 2, 3, ... parts of nearly equal lengths."""
    cells = side // stride
    return sorted({-(-cells // parts) * stride for parts in range(1, cells + 1)})


def _cuts(side: int, core: int, halo: int) -> list[tuple[Range, Range]]:
    """Along an axis: what each tile gives, and takes."""
    ranges = [(first, min(first + core, side)) for first in range(0, side, core)]
    return [((first, end), (max(first - halo, 0), min(end + halo, side))) for first, end in ranges]
