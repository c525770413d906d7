"""Where a scan may be completed, and how what is inferred joins what was seen: on dense grids and on sparse blocks."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from geo3d.kernels import fill as kernels
from geo3d.ops.block_grid import SIDE, find_rows, pack_blocks
from geo3d.ops.planes import NEIGHBOURS

Grid = Float[Tensor, "x y z"]
Marks = Bool[Tensor, "x y z"]
BlockValues = Float[Tensor, "block 8 8 8"]
BlockMarks = Bool[Tensor, "block 8 8 8"]
Around = Int[Tensor, "block 27"]


def grow(start: Marks, among: Marks, steps: int) -> Marks:
    """What `steps` steps from voxel to face-neighbouring voxel reach from `start`, all of them `among` some."""
    reached = start & among
    for _ in range(steps):
        before, reached = reached, _beside(reached) & among
        if torch.equal(before, reached):
            break
    return reached


def free_space(distance: Grid, seen_distance: Grid, seen: Marks, voxel_size: float, steps: int) -> Marks:
    """Voxels of free space that was seen, or that is inferred to go on from such for `steps` steps at most.

    `distance` are the completed scene's, `seen_distance` the scan's where it was `seen`; metres, positive in free
    space. Free space goes on in voxels half a voxel or more from a surface, so that it does not pass through a sheet,
    and what a scan saw comes before what is inferred. What lies behind a wall is not reached.
    """
    there = torch.where(seen, seen_distance, distance)
    wide = there >= voxel_size / 2
    reached = grow(seen & wide, wide, steps)
    return grow(reached, reached | (there > 0), 3)  # into corners: one step for each wall that meets there


def around(marks: Marks, reach: int) -> Marks:
    """The marked voxels and those up to `reach` away from one along each axis."""
    return torch.nn.functional.max_pool3d(marks.float()[None], 2 * reach + 1, 1, reach)[0] > 0


def slopes(distance: Grid) -> Grid:
    """The most that a distance changes between face-neighbouring voxels of the 27 around each.

    Near its surface a true distance changes by 0.58 (across a diagonal) to 1 voxel; less where a network cannot tell
    where a surface is, and says the mean.
    """
    steepest = torch.zeros_like(distance)
    for axis in range(3):
        change, side = distance.diff(dim=axis).abs(), distance.shape[axis]
        for first in (0, 1):
            ends = steepest.narrow(axis, first, side - 1)
            ends.copy_(ends.maximum(change))
    return torch.nn.functional.max_pool3d(steepest[None], 3, 1, 1)[0]


def sample(
    volumes: Float[Tensor, "channel x y z"], places: Float[Tensor, "block 8 8 8 3"]
) -> Float[Tensor, "channel block 8 8 8"]:
    """Values at places in voxels, trilinear; outside of the grid those of its border."""
    most = places.new_tensor(volumes.shape[1:]) - 1
    scaled = (2 / most.clamp(min=1) * places - 1).flip(-1).to(volumes.dtype)
    found = torch.nn.functional.grid_sample(
        volumes[None], scaled.reshape(1, 1, 1, -1, 3), padding_mode="border", align_corners=True
    )
    return found.reshape(len(volumes), *places.shape[:-1])


def blocks_around(blocks: Int[Tensor, "block 3"]) -> Int[Tensor, "block 27"]:
    """Rows of the 27 blocks around each, in the order of their coordinates; -1 where there is none.

    `blocks` are sorted lexicographically, without repeats.
    """
    return find_rows(pack_blocks(blocks), (blocks[:, None] + NEIGHBOURS.int()).reshape(-1, 3)).reshape(-1, 27)


def corners_of_cut_cubes(outside: BlockMarks, seen: BlockMarks, around: Around) -> BlockMarks:
    """Seen voxels inside of solids, so not `outside`, that marching cubes makes vertices from.

    They are corners of a cube of eight voxels all of which were seen, and one of which is outside.
    """
    if seen.device.type != "cpu":
        return _corners_reference(outside, seen, around)
    found = torch.zeros_like(seen)
    asked = seen & ~outside
    kernels.mark_corners(outside.numpy(), seen.numpy(), asked.numpy(), around.numpy(), found.numpy())
    return found


def spread(values: BlockValues, known: BlockMarks, into: BlockMarks, layers: int, around: Around) -> BlockValues:
    """Carry `values` from where they are `known` over into voxels around, fading to 0 after so many layers.

    Each layer has the mean of what the 27 voxels around its own got before; that of layer k is then multiplied by
    1 - s(k / (layers + 1)), s(x) = x^2 (3 - 2 x). 0 elsewhere, and where values are known.
    """
    if values.device.type != "cpu":
        return _spread_reference(values, known, into, layers, around)
    carried = torch.where(known, values, 0.0)
    numbers = torch.where(known, 1, torch.where(into, kernels.WAITING, 0)).byte()
    for layer in range(1, layers + 1):
        if not kernels.carry_on(carried.numpy(), numbers.numpy(), around.numpy(), layer):
            break
    share = (numbers.to(values.dtype) - 1) / (layers + 1)
    return torch.where((numbers > 1) & (numbers < kernels.WAITING), carried * _fade(share), 0.0)


def _spread_reference(values: Tensor, known: Tensor, into: Tensor, layers: int, around: Tensor) -> Tensor:
    carried, there, faded = torch.where(known, values, 0.0), known, torch.zeros_like(values)
    for layer in range(1, layers + 1):
        counts = _box_sum(there.to(values.dtype), around)
        new = into & ~there & (counts > 0)
        means = _box_sum(carried, around) / counts.clamp(min=1)
        carried, there = torch.where(new, means, carried), there | new
        faded = torch.where(new, means * _fade(torch.tensor(layer / (layers + 1))), faded)
    return faded


def _fade(share: Tensor) -> Tensor:
    return 1 - share**2 * (3 - 2 * share)


def _corners_reference(outside: Tensor, seen: Tensor, around: Tensor) -> Tensor:
    cubes = (
        _padded_blocks(values, around).unfold(1, 2, 1).unfold(2, 2, 1).unfold(3, 2, 1) for values in (seen, outside)
    )
    whole, cut = next(cubes).all(dim=(4, 5, 6)), next(cubes).any(dim=(4, 5, 6))  # [block, 9, 9, 9]
    corners = (whole & cut).unfold(1, 2, 1).unfold(2, 2, 1).unfold(3, 2, 1).any(dim=(4, 5, 6))
    return corners & seen & ~outside


def _box_sum(values: Tensor, around: Tensor) -> Tensor:
    """Sums over the 27 voxels around each; those of missing blocks count nothing."""
    return _windows(_padded_blocks(values, around), 3).sum(dim=(4, 5, 6))


def _windows(values: Tensor, side: int) -> Tensor:
    """[block, x, y, z, side, side, side]: the boxes that begin at each voxel."""
    return values.unfold(1, side, 1).unfold(2, side, 1).unfold(3, side, 1)


def _padded_blocks(values: Tensor, around: Tensor) -> Tensor:
    """[block, 10, 10, 10] of [block, 8, 8, 8]: with the voxels around each block, 0 where there are none."""
    side = torch.arange(-1, SIDE + 1, device=values.device)
    x, y, z = torch.meshgrid(side, side, side, indexing="ij")
    rows = around.long()[:, 9 * ((x >> 3) + 1) + 3 * ((y >> 3) + 1) + (z >> 3) + 1]
    return torch.where(rows >= 0, values[rows, x & 7, y & 7, z & 7], torch.zeros((), dtype=values.dtype))


def _beside(marks: Marks) -> Marks:
    """The marked voxels and those that share a face with one."""
    found = marks.clone()
    for axis in range(3):
        side = marks.shape[axis]
        found.narrow(axis, 1, side - 1).logical_or_(marks.narrow(axis, 0, side - 1))
        found.narrow(axis, 0, side - 1).logical_or_(marks.narrow(axis, 1, side - 1))
    return found
