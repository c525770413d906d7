"""Fusing within bounded memory: the volume is made in parts, each from the frames that see it, and kept on disk."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from geo3d.errors import InputError
from geo3d.progress import say, track
from geo3d.stages.fuse import FuseConfig, tell_of_empty
from geo3d.stages.fuse_pool import Part, as_volume, block_bytes, finish, fuse_frames, new_pool
from geo3d.stages.fuse_views import views

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.ops.fusion import Grid
    from geo3d.scene.kinds import RgbdScan, TsdfVolume

LEAST_BLOCKS = 64
"""That a tile has, unless the volume has fewer."""


@dataclass(frozen=True)
class Tile:
    """A part of the volume: blocks that follow each other in lexicographic order."""

    keys: tuple[int, int]
    """The first and the last, packed."""
    rows: tuple[int, ...]
    """Frames that may see any of them."""


def fuse_in_tiles(scan: RgbdScan, config: FuseConfig, grid: Grid, limit: int) -> TsdfVolume:
    """The volume that :func:`geo3d.stages.fuse.fuse` gives, to the bit, in `limit` bytes above what it takes itself.

    Bounded are the blocks that are averaged and the frames that wait; a list of all blocks, about 1 % of the volume,
    comes on top. The volume itself is mapped from files without a name in the system's temporary folder.
    """
    frames = frame_bytes(scan)
    least = frames + LEAST_BLOCKS * block_bytes(scan, config)
    if limit < least:
        raise InputError(
            f"fuse.max_memory {config.max_memory} is too small: frames of this size need {-(-least // 2**20)} MiB"
        )
    capacity = (limit - frames) // block_bytes(scan, config)
    tiles = plan_tiles(scan, config, grid, capacity)
    if len(tiles) > 1:
        say(f"fuse: in {len(tiles)} parts, to stay within {config.max_memory}")
    spool = _Spool()
    for number, tile in enumerate(tiles, start=1):
        name = f"fuse {number}/{len(tiles)}"
        pool = new_pool(scan, config, limit - frames)
        blocks, _ = fuse_frames(pool, scan, config, grid, tile.rows, tile.keys, name)
        spool.add(finish(pool, blocks, grid, scan))
    return as_volume(spool.joined(), grid, scan)


def frame_bytes(scan: RgbdScan) -> int:
    """What the frames take that are decoded ahead, and the one that is fused."""
    from geo3d.scene.frames import LOOK_AHEAD

    depth, colour = (height * width for height, width in (scan.depth_size, scan.colour_size))
    told = 4 * any(scan.labels) + 8 * len(scan.classes) * any(scan.probabilities)
    return (LOOK_AHEAD + 1) * (10 * depth + (6 + told) * colour) + 64 * depth


def plan_tiles(scan: RgbdScan, config: FuseConfig, grid: Grid, capacity: int) -> list[Tile]:
    """Cut all blocks that any frame sees into runs of at most `capacity`, about equally long."""
    import numpy as np

    from geo3d.ops.block_grid import BlockTable, pack_blocks

    table, columns, empty = BlockTable(), [], 0
    rows = range(len(scan.depth))
    for _, view, blocks in track(views(scan, config, grid, rows), "plan", total=len(rows), unit="frames"):
        empty += len(blocks) == 0 and not bool((view.depth > 0).any())
        table.rows(blocks)
        columns.append(blocks[:, 0].unique().numpy())
    tell_of_empty(scan, config, empty)
    blocks = table.blocks
    order = pack_blocks(blocks).argsort()
    tiles = []
    for run in order.chunk(max(1, -(-len(order) // capacity))):
        low, high = blocks[run[[0, -1]], 0].tolist()
        # a frame that carves may see any block
        seeing = [row for row in rows if config.carve or np.any((columns[row] >= low) & (columns[row] <= high))]
        begin, end = pack_blocks(blocks[run[[0, -1]]]).tolist()
        tiles.append(Tile((begin, end), tuple(seeing)))
    return tiles


class _Spool:
    """Files without a name, one for each field of a part, that parts are written to one after the other."""

    def __init__(self) -> None:
        self.files: dict[str, IO[bytes]] = {}
        self.kept: dict[str, Tensor] = {}
        self.count = 0

    def add(self, part: Part) -> None:
        self.count += len(part.blocks)
        for field in dataclasses.fields(part):
            values = getattr(part, field.name)
            if values is not None:
                if field.name not in self.files:
                    self.files[field.name] = TemporaryFile()  # noqa: SIM115 - until all parts are mapped
                values.contiguous().numpy().tofile(self.files[field.name])
                self.kept[field.name] = values[:0].clone()  # its type and shape

    def joined(self) -> Part:
        """All parts as one, mapped: the system reads pages when they are touched, and may drop them again."""
        import numpy as np
        import torch

        whole = dict.fromkeys((field.name for field in dataclasses.fields(Part)), None)
        for name, like in self.kept.items():
            shape = (self.count, *like.shape[1:])
            file, kind = self.files[name], like.numpy().dtype
            file.flush()
            whole[name] = torch.from_numpy(np.memmap(file, kind, "r+", shape=shape)) if self.count else like
            file.close()
        return Part(**whole)  # pyright: ignore[reportArgumentType]
