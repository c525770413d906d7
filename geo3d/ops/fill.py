"""Where a scan may be completed, and how what is inferred joins what was seen: on dense grids and on sparse blocks."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from geo3d.ops.block_grid import SIDE, find_rows, pack_blocks

Grid = Float[Tensor, "x y z"]
Marks = Bool[Tensor, "x y z"]


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
    return reached | (_beside(reached) & (there > 0))


def around(marks: Marks, reach: int) -> Marks:
    """The marked voxels and those up to `reach` away from one along each axis."""
    return torch.nn.functional.max_pool3d(marks.float()[None], 2 * reach + 1, 1, reach)[0] > 0


def slopes(distance: Grid) -> Grid:
    """The steepest change of a distance across one voxel's edge in the 27 voxels around, in its units a voxel.

    1 voxel a voxel is what a distance has; less where a network cannot tell where a surface is and says the mean.
    """
    steepest = torch.zeros_like(distance)
    for axis in range(3):
        change = distance.diff(dim=axis).abs()
        low, high = _padded(change, axis, 1, 0), _padded(change, axis, 0, 1)
        steepest = steepest.maximum(low).maximum(high)
    return torch.nn.functional.max_pool3d(steepest[None], 3, 1, 1)[0]


def sample(
    volume: Float[Tensor, "x y z"], places: Float[Tensor, "*batch 3"]
) -> tuple[Float[Tensor, "*batch"], Bool[Tensor, "*batch"]]:
    """Values at places in voxels, trilinear, and whether they lie in the grid; outside of it those of its border."""
    most = places.new_tensor(volume.shape) - 1
    inside = ((places >= 0) & (places <= most)).all(dim=-1)
    scaled = (2 * places / most.clamp(min=1) - 1).flip(-1).to(volume.dtype)
    found = torch.nn.functional.grid_sample(
        volume[None, None], scaled.reshape(1, 1, 1, -1, 3), padding_mode="border", align_corners=True
    )
    return found.reshape(places.shape[:-1]), inside


def face_neighbours(blocks: Int[Tensor, "block 3"]) -> Int[Tensor, "block 6"]:
    """Rows of the blocks below and above along x, y and z; -1 where there is none. `blocks` are sorted."""
    steps = torch.cat([torch.stack([-one, one]) for one in torch.eye(3, dtype=torch.int32)])
    return find_rows(pack_blocks(blocks), (blocks[:, None] + steps).reshape(-1, 3)).reshape(-1, 6)


def box_sum(values: Float[Tensor, "block 8 8 8"], beside: Int[Tensor, "block 6"]) -> Float[Tensor, "block 8 8 8"]:
    """Sums over the 27 voxels around each, along one axis after the other; voxels of missing blocks count nothing."""
    for axis in range(3):
        low, high = (
            values[beside[:, 2 * axis + upper].clamp(min=0)].narrow(axis + 1, (SIDE - 1) * (1 - upper), 1)
            * (beside[:, 2 * axis + upper] >= 0)[:, None, None, None]
            for upper in (0, 1)
        )
        padded = torch.cat([low, values, high], dim=axis + 1)
        values = sum(padded.narrow(axis + 1, step, SIDE) for step in range(3))
    return values


def spread(
    values: Float[Tensor, "block 8 8 8"],
    known: Bool[Tensor, "block 8 8 8"],
    into: Bool[Tensor, "block 8 8 8"],
    layers: int,
    beside: Int[Tensor, "block 6"],
) -> Float[Tensor, "block 8 8 8"]:
    """Carry `values` from where they are `known` over into voxels around, fading to 0 after so many layers.

    Each layer has the mean of what the 27 voxels around its own got before; that of layer k is then multiplied by
    1 - s(k / (layers + 1)), s(x) = x^2 (3 - 2 x). 0 elsewhere, and where values are known.
    """
    carried, there = torch.where(known, values, 0.0), known
    faded = torch.zeros_like(values)
    for layer in range(1, layers + 1):
        counts = box_sum(there.to(values.dtype), beside)
        new = into & ~there & (counts > 0)
        if not bool(new.any()):
            break
        means = box_sum(carried, beside) / counts.clamp(min=1)
        share = layer / (layers + 1)
        carried, there = torch.where(new, means, carried), there | new
        faded = torch.where(new, means * (1 - share**2 * (3 - 2 * share)), faded)
    return faded


def _beside(marks: Marks) -> Marks:
    """The marked voxels and those that share a face with one."""
    found = marks.clone()
    for axis in range(3):
        side = marks.shape[axis]
        found.narrow(axis, 1, side - 1).logical_or_(marks.narrow(axis, 0, side - 1))
        found.narrow(axis, 0, side - 1).logical_or_(marks.narrow(axis, 1, side - 1))
    return found


def _padded(values: Grid, axis: int, before: int, after: int) -> Grid:
    shape = list(values.shape)
    shape[axis] = 1
    zeros = values.new_zeros(shape)
    return torch.cat([zeros] * before + [values] + [zeros] * after, dim=axis)
