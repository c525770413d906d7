"""Fusing frames into blocks that are held in memory, and what comes out as a volume."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo3d.errors import InputError
from geo3d.progress import track
from geo3d.scene.device import chosen_device
from geo3d.stages.fuse_views import in_view, views

if TYPE_CHECKING:
    from torch import Tensor, device, dtype

    from geo3d.ops.fusion import Grid, Means
    from geo3d.scene.kinds import RgbdScan, TsdfVolume
    from geo3d.stages.fuse import FuseConfig

FIRST = 4096
"""Blocks that a graphics card has room for at first."""
AT_ONCE = 1024
"""Blocks that are finished at a time, because whole copies would be the memory's peak."""


def has_labels(scan: RgbdScan) -> bool:
    """Whether any frame has labels or class probabilities."""
    return any((*scan.labels, *scan.probabilities))


def block_bytes(scan: RgbdScan, config: FuseConfig) -> int:
    """Of a block's means while fusing (distance, weight, views, colour, labels), and of the volume made from them."""
    from geo3d.ops.label_votes import CANDIDATES

    return 8**3 * (9 + 5 + (8 + 3) * config.colour + 2 * 3 * CANDIDATES * has_labels(scan))


class Pool:
    """Room for all blocks that memory can hold; the system provides a page of it when it is first written."""

    def __init__(self, scan: RgbdScan, config: FuseConfig, limit: int) -> None:
        import numpy as np

        from geo3d.ops.fusion import Means
        from geo3d.ops.label_votes import CANDIDATES

        self.limit, labels = limit, has_labels(scan)
        self.capacity = max(limit // block_bytes(scan, config), 1)
        zeros = self._zeros
        self.means: Means | None = Means(
            tsdf=zeros(np.float32),
            weight=zeros(np.float32),
            seen=zeros(np.uint8),
            colour=zeros(np.int16, 4) if config.colour else None,
            candidates=zeros(np.uint8, CANDIDATES) if labels else None,
            votes=zeros(np.int16, CANDIDATES) if labels else None,
        )

    def take(self) -> Means:
        """The means, which the pool then no longer has."""
        assert self.means is not None, "the pool is used up"
        means, self.means = self.means, None
        return means

    def hold(self, count: int) -> None:
        """Have room for so many blocks, which are no more than the capacity: it is there from the start."""

    def _zeros(self, kind: type, *last: int) -> Tensor:
        """A field of no blocks, but for their rows; calloc, unlike torch.zeros, leaves the pages alone.

        So memory grows with the surface, and nothing is copied.
        """
        import numpy as np
        import torch

        return torch.from_numpy(np.zeros((self.capacity, 8, 8, 8, *last), kind))


class GrowingPool(Pool):
    """The same on a device whose memory is taken when it is asked for: the room doubles when it is full.

    While it grows, one field at a time is there twice: no more, at its capacity, than a block's bytes, which count the
    volume too, that is made on the CPU.
    """

    def __init__(self, scan: RgbdScan, config: FuseConfig, limit: int, device: device) -> None:
        self._device = device
        super().__init__(scan, config, limit)

    def hold(self, count: int) -> None:
        """Double the room until there is enough, or the capacity is reached."""
        from geo3d.ops.fusion import Means

        assert self.means is not None, "the pool is used up"
        rows = len(self.means.tsdf)
        if count <= rows:
            return
        parts = dict(vars(self.take()))
        for name, part in parts.items():
            if part is not None:
                parts[name] = part.new_zeros(min(max(count, 2 * rows), self.capacity), *part.shape[1:])
                parts[name][:rows] = part
        self.means = Means(**parts)

    def _zeros(self, kind: type, *last: int) -> Tensor:
        import numpy as np
        import torch

        like = torch.from_numpy(np.zeros(0, kind))
        return torch.zeros(min(FIRST, self.capacity), 8, 8, 8, *last, dtype=like.dtype, device=self._device)


def new_pool(scan: RgbdScan, config: FuseConfig, limit: int) -> Pool:
    """An empty pool, of at most `limit` bytes, on the config's device."""
    import torch

    chosen = chosen_device(config.device)
    return Pool(scan, config, limit) if chosen == "cpu" else GrowingPool(scan, config, limit, torch.device(chosen))


def fuse_frames(
    pool: Pool,
    scan: RgbdScan,
    config: FuseConfig,
    grid: Grid,
    rows: Sequence[int] | None = None,
    keys: tuple[int, int] | None = None,
    name: str = "fuse",
) -> tuple[Tensor, int]:
    """Average the frames at `rows` (all) into an empty pool; its blocks, and how many frames had no depth.

    `keys` are the first and the last packed block that take part. A voxel's means come from the same frames in the same
    order whatever other blocks there are.
    """
    import torch

    from geo3d.ops.block_grid import BlockTable, pack_blocks
    from geo3d.ops.fusion import integrate_

    rows, table, empty = range(len(scan.depth)) if rows is None else rows, BlockTable(), 0
    assert pool.means is not None, "the pool is used up"
    seen = views(scan, config, grid, rows, labels=has_labels(scan))
    for _, view, blocks in track(seen, name, total=len(rows), unit="frames"):
        empty += len(blocks) == 0 and not bool((view.depth > 0).any())
        if keys is not None:
            packed = pack_blocks(blocks)
            blocks = blocks[(packed >= keys[0]) & (packed <= keys[1])]
        at = table.rows(blocks)
        if len(table) > pool.capacity:
            raise InputError(
                f"voxel size {config.voxel_size:g} m takes more than the {pool.limit / 2**30:.1f} GiB of memory"
                f" that were free; {2 * config.voxel_size:g} m takes about a quarter"
            )
        pool.hold(len(table))
        if config.carve:
            known = table.blocks
            at = torch.cat([at, in_view(known, view, grid).int()]).unique()
            blocks = known[at.long()]
        there = at.to(view.depth.device), blocks.to(view.depth.device)
        integrate_(pool.means, *there, view, grid, config.weight_cap, config.free_weight)
    return table.blocks, empty


@dataclass(frozen=True)
class Part:
    """What a volume holds of some blocks, as :class:`geo3d.scene.kinds.TsdfVolume` has it."""

    blocks: Tensor
    tsdf: Tensor
    weight: Tensor
    colour: Tensor | None
    candidates: Tensor | None
    votes: Tensor | None


def finish(pool: Pool, blocks: Tensor, grid: Grid, scan: RgbdScan) -> Part:
    """Sort the blocks, leaving out those never seen, and round what was precise for the sake of the means.

    Uses the pool up: each of its fields is let go of as soon as its part is made, so that there are never two wholes.
    What comes out is on the CPU.
    """
    import torch

    from geo3d.ops.block_grid import pack_blocks

    means = dict(vars(pool.take()))
    del means["weight"]
    views = means.pop("seen")
    if scan.crop is not None:
        views[: len(blocks)] *= _inside(blocks, grid, scan.crop).to(views.device)
    order = pack_blocks(blocks).argsort().to(views.device)
    order = order[views[: len(blocks)].amax(dim=(1, 2, 3))[order] > 0]
    seen = views[order]
    del views
    tsdf = _made(lambda some, here: some.masked_fill(~here, 1), means.pop("tsdf"), order, seen)
    colour = means.pop("colour")
    colour = None if colour is None else _made(_rounded, colour, order, seen, (3,), seen.dtype)
    candidates, votes = means.pop("candidates"), means.pop("votes")
    if candidates is not None and votes is not None:
        sorts = [_labelled(candidates[some], votes[some], here) for some, here in _runs(order, seen)]
        candidates, votes = (torch.cat(parts).cpu() for parts in zip(*sorts, strict=True))
    return Part(blocks[order.cpu()], tsdf, seen.cpu(), colour, candidates, votes)


def _made(
    make: Callable[[Tensor, Tensor], Tensor],
    means: Tensor,
    order: Tensor,
    seen: Tensor,
    last: tuple[int, ...] = (),
    kind: dtype | None = None,
) -> Tensor:
    """What is made of the blocks' means and of which voxels were seen, some blocks at a time."""
    whole = means.new_empty(*seen.shape, *last, dtype=kind, device="cpu")
    done = 0
    for some, here in _runs(order, seen):
        whole[done : done + len(some)] = make(means[some], here)
        done += len(some)
    return whole


def _runs(order: Tensor, seen: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows of some blocks at a time, and which of their voxels were seen."""
    return ((some, views > 0) for some, views in zip(order.split(AT_ONCE), seen.split(AT_ONCE), strict=True))


def _rounded(colour: Tensor, seen: Tensor) -> Tensor:
    """RGB, black where there is none."""
    from geo3d.ops.fusion import LEVEL

    known = (colour[..., 3:] > 0) & seen[..., None]
    return ((colour[..., :3] + LEVEL // 2) // LEVEL).clamp(min=1).byte() * known


def _labelled(candidates: Tensor, votes: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """Those with the most votes first, and none where there are no votes."""
    from geo3d.ops.label_votes import NO_CLASS, sorted_candidates

    votes = votes * seen[..., None]
    candidates, votes = sorted_candidates(candidates, votes)
    return candidates.masked_fill(votes == 0, NO_CLASS), votes


def as_volume(part: Part, grid: Grid, scan: RgbdScan) -> TsdfVolume:
    """The volume of these blocks, and no others."""
    from geo3d.scene.kinds import TsdfVolume

    where = (grid.origin, grid.voxel_size, grid.truncation)
    classes = scan.classes if part.candidates is not None else ()
    labels = {"classes": classes, "candidates": part.candidates, "votes": part.votes}
    return TsdfVolume(part.blocks, part.tsdf, part.weight, part.colour, *where, *_up(scan), **labels)


def _up(scan: RgbdScan) -> tuple[Tensor, bool]:
    """The scan's up, or the mean of the cameras' own (z where they cancel out), and whether it is the scan's."""
    import torch

    if scan.up is not None:
        return scan.up, True
    mean = -scan.world_from_camera[:, :3, 1].mean(dim=0)
    rough = mean if mean.norm() > 0.1 else mean.new_tensor([0, 0, 1])
    return torch.nn.functional.normalize(rough, dim=0), False


def _inside(blocks: Tensor, grid: Grid, crop: Tensor) -> Tensor:
    """Which voxels [block, 8, 8, 8] have their centre in the crop."""
    import torch

    steps = torch.arange(8)
    flags = []
    for axis in range(3):
        centres = grid.origin[axis] + (blocks[:, axis, None].double() * 8 + steps) * grid.voxel_size
        flags.append((centres >= crop[0, axis]) & (centres <= crop[1, axis]))
    return flags[0][:, :, None, None] & flags[1][:, None, :, None] & flags[2][:, None, None, :]
