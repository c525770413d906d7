"""Sparse voxel grids: blocks of 8^3 voxels, named by whole-number coordinates."""

import numpy as np
import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from geo3d.kernels import blocks as kernels

SIDE = 8
"""Voxels along a block's edge."""
LIMIT = (1 << 20) - 1
"""Block coordinates lie in [-LIMIT, LIMIT); one more on each side keeps neighbours apart."""

_SIDE = 1 << kernels.BITS


def pack_blocks(blocks: Int[Tensor, "block 3"]) -> Int[Tensor, " block"]:
    """One int64 a block, which sorts as the coordinates do lexicographically.

    Raises ValueError for coordinates outside [-LIMIT, LIMIT).
    """
    if blocks.numel() and not -LIMIT <= int(blocks.min()) <= int(blocks.max()) < LIMIT:
        raise ValueError(f"block coordinates reach {int(blocks.abs().max())}; allowed are -{LIMIT} to {LIMIT - 1}")
    return _pack(blocks)


def _pack(blocks: Tensor) -> Tensor:
    x, y, z = (blocks.long() + _SIDE // 2).unbind(-1)
    return (x * _SIDE + y) * _SIDE + z


def find_rows(keys: Int[Tensor, " block"], wanted: Int[Tensor, "n 3"]) -> Int[Tensor, " n"]:
    """Row of each wanted block among packed, sorted `keys`; -1 where it is none of them.

    Wanted coordinates may lie one step outside [-LIMIT, LIMIT).
    """
    if len(keys) == 0:
        return wanted.new_full((len(wanted),), -1, dtype=torch.int64)
    packed = _pack(wanted)
    rows = torch.searchsorted(keys, packed).clamp(max=len(keys) - 1)
    return torch.where(keys[rows] == packed, rows, -1)


def upper_neighbours(blocks: Int[Tensor, "block 3"]) -> Int[Tensor, "block 8"]:
    """Rows of the blocks one step up along each axis, at x + 2 y + 4 z; -1 where there is none.

    `blocks` are sorted lexicographically, without repeats.
    """
    corner = torch.arange(8, device=blocks.device)
    steps = torch.stack([corner & 1, corner >> 1 & 1, corner >> 2 & 1], dim=-1)
    return find_rows(pack_blocks(blocks), (blocks[:, None] + steps).reshape(-1, 3)).reshape(-1, 8).int()


def unpack_blocks(keys: Int[Tensor, " block"]) -> Int[Tensor, "block 3"]:
    """The inverse of :func:`pack_blocks`."""
    axes = torch.stack([keys >> 2 * kernels.BITS, keys >> kernels.BITS, keys], dim=-1)
    return ((axes & (_SIDE - 1)) - _SIDE // 2).int()


class BlockTable:
    """A growing table from block coordinates to rows 0, 1, 2, ... in the order they were first asked for."""

    def __init__(self) -> None:
        self._keys: list[np.ndarray] = []
        self._count = 0
        self._make_slots(1 << 13)

    def __len__(self) -> int:
        return self._count

    @property
    def blocks(self) -> Int[Tensor, "block 3"]:
        """The coordinates, by row."""
        return unpack_blocks(torch.from_numpy(self._all_keys()))

    def rows(self, blocks: Int[Tensor, "n 3"]) -> Int[Tensor, " n"]:
        """The row of each block, none of them twice; a new block gets the next free row."""
        keys, before = pack_blocks(blocks).numpy(), self._count
        if 2 * (self._count + len(keys)) > len(self._slots):
            self._make_slots(4 * (self._count + len(keys)))
        rows = np.empty(len(keys), np.int32)
        self._count = kernels.insert(keys, self._slots, self._slot_rows, self._count, rows)
        self._keys.append(keys[rows >= before])
        return torch.from_numpy(rows)

    def _all_keys(self) -> np.ndarray:
        return np.concatenate([np.zeros(0, np.int64), *self._keys])

    def _make_slots(self, least: int) -> None:
        size = 1 << (least - 1).bit_length()
        self._slots, self._slot_rows = np.full(size, kernels.EMPTY, np.int64), np.zeros(size, np.int32)
        keys = self._all_keys()
        kernels.insert(keys, self._slots, self._slot_rows, 0, np.empty(len(keys), np.int32))


def split_blocks(
    values: Shaped[Tensor, "x y z"], fill: float | int
) -> tuple[Int[Tensor, "block 3"], Shaped[Tensor, "block 8 8 8"]]:
    """Cut a dense grid into all its blocks, sorted; what the last ones have beyond the grid is `fill`."""
    sides = [-(-side // SIDE) for side in values.shape]
    whole = values.new_full([side * SIDE for side in sides], fill)
    whole[: values.shape[0], : values.shape[1], : values.shape[2]] = values
    x, y, z = sides
    parts = whole.reshape(x, SIDE, y, SIDE, z, SIDE).permute(0, 2, 4, 1, 3, 5).reshape(-1, SIDE, SIDE, SIDE)
    return torch.cartesian_prod(*(torch.arange(side) for side in sides)).int(), parts
