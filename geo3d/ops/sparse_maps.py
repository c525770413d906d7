"""Kernel maps: which active input each offset of a sparse kernel takes for which active output.

Coordinates are whole numbers [row, 1 + dimension], the batch first, sorted lexicographically and none twice. Rows that
lie a constant step apart are then found by merging sorted keys: no hash table, the same result on every run, and pairs
that come in the order of both their rows. On a GPU a hash table finds the same pairs in the same order.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise, product

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from geo3d.kernels import joins
from geo3d.ops.implementations import implementation

PARTS = 16
"""Parts of a list that are merged at the same time; a fixed number, so that nothing depends on the machine's cores."""
LARGEST = 1 << 62
"""Keys lie below it."""
BITS = 62
"""Of the number that output rows are ordered by, none of them its sign."""


@dataclass(frozen=True)
class KernelMap:
    """Pairs of rows, offset after offset, each in the order of both its input and its output rows."""

    takes: Int[Tensor, " pair"]
    """Input rows."""
    gives: Int[Tensor, " pair"]
    """Output rows."""
    starts: tuple[int, ...]
    """Where each offset's pairs begin, and where the last one's end."""
    inputs: int
    """Number of input rows."""
    outputs: int
    """Number of output rows."""

    @cached_property
    def swapped(self) -> "KernelMap":
        """The map of the transposed convolution, which is also that of the gradient."""
        return KernelMap(self.gives, self.takes, self.starts, self.outputs, self.inputs)

    @cached_property
    def table(self) -> tuple[Int[Tensor, " output"], Int[Tensor, "offset output"]]:
        """Output rows in an order in which those that take by the same offsets are neighbours, so that a tile of them
        skips the other offsets (as spconv's implicit products do), and the input rows they take; -1 for none.
        """
        offsets = len(self.starts) - 1
        rows = self.takes.new_full((offsets, self.outputs), -1)
        sizes = torch.tensor(self.starts, device=rows.device).diff()
        which = torch.repeat_interleave(torch.arange(offsets, device=rows.device), sizes, output_size=len(self.takes))
        rows[which, self.gives.long()] = self.takes
        taken = torch.zeros(self.outputs, dtype=torch.int64, device=rows.device)
        for offset in range(offsets):  # of more offsets than bits, some share one
            taken |= (rows[offset] >= 0).long() << (offset * BITS // max(offsets, BITS))
        order = taken.argsort(stable=True)
        return order, rows[:, order]


def kernel_offsets(size: tuple[int, ...], dilation: tuple[int, ...]) -> Int[Tensor, "offset dimension"]:
    """Steps of a kernel's cells, the first axis slowest, as in a dense kernel flattened.

    Odd sizes are centred; even ones begin at 0, as the corners of a stride do.
    """
    axes = [range(-(n // 2), n // 2 + 1) if n % 2 else range(n) for n in size]
    steps = torch.tensor(list(product(*axes)), dtype=torch.int64).reshape(-1, len(size))
    return steps * torch.tensor(dilation)


def kernel_map(
    inputs: Int[Tensor, "input axis"], outputs: Int[Tensor, "output axis"], offsets: Int[Tensor, "offset dimension"]
) -> KernelMap:
    """Pairs for which input = output + offset; raises ValueError where the coordinates' extent has no 62-bit key."""
    steps = torch.nn.functional.pad(offsets.to(inputs.device), (1, 0))
    low, sizes = _extent(inputs, outputs, steps)
    sources, targets = pack(inputs, low, sizes), pack(outputs, low, sizes)
    moved = pack(steps, torch.zeros_like(low), sizes)
    join = _JOINS[implementation(inputs.device)]
    if inputs is outputs and len(offsets) % 2 and torch.equal(offsets, -offsets.flip(0)):
        return _mirrored(*join(sources, targets, moved[: len(offsets) // 2]), len(inputs))
    takes, gives, starts = join(sources, targets, moved)
    return KernelMap(takes, gives, starts, len(inputs), len(outputs))


def _mirrored(takes: Tensor, gives: Tensor, starts: tuple[int, ...], count: int) -> KernelMap:
    """The whole map among the same places, from that of the first half of a centred kernel's offsets.

    The middle one takes every place to itself, and each of the others is the reverse of one of the first half.
    """
    own = torch.arange(count, dtype=takes.dtype, device=takes.device)
    spans = [slice(first, last) for first, last in pairwise(starts)][::-1]
    sizes = [span.stop - span.start for span in spans]
    middle = starts[-1] + count
    behind = (middle + total for total in accumulate(sizes))
    return KernelMap(
        torch.cat([takes, own, *(gives[span] for span in spans)]),
        torch.cat([gives, own, *(takes[span] for span in spans)]),
        (*starts, middle, *behind),
        count,
        count,
    )


def unique_rows(coordinates: Int[Tensor, "row axis"]) -> tuple[Int[Tensor, "unique axis"], Int[Tensor, " row"]]:
    """Coordinates sorted and each once, and for every given one its row among them."""
    low, sizes = _extent(coordinates, coordinates, coordinates.new_zeros(1, coordinates.shape[1]))
    keys, rows = torch.unique(pack(coordinates, low, sizes), return_inverse=True)
    return unpack(keys, low, sizes).to(coordinates.dtype), rows


def coarser(coordinates: Int[Tensor, "row axis"], stride: tuple[int, ...]) -> Int[Tensor, "coarse axis"]:
    """The multiples of a stride at or below each coordinate, sorted, each once; the batch stays."""
    steps = torch.tensor((1, *stride), dtype=coordinates.dtype, device=coordinates.device)
    return unique_rows(coordinates.div(steps, rounding_mode="floor") * steps)[0]


def reached(
    coordinates: Int[Tensor, "row axis"], offsets: Int[Tensor, "offset dimension"]
) -> Int[Tensor, "reached axis"]:
    """Every coordinate an offset away from one of those given, sorted, each once."""
    steps = torch.nn.functional.pad(offsets.to(coordinates), (1, 0))
    return unique_rows((coordinates[:, None] + steps).reshape(-1, coordinates.shape[1]))[0]


def find_places(coordinates: Int[Tensor, "row axis"], wanted: Int[Tensor, "place axis"]) -> Int[Tensor, " place"]:
    """The row of each wanted place among sorted coordinates; -1 where it is none of them."""
    low, sizes = _extent(coordinates, wanted, coordinates.new_zeros(1, coordinates.shape[1]))
    keys, asked = pack(coordinates, low, sizes), pack(wanted, low, sizes)
    if not len(keys):
        return torch.full_like(asked, -1)
    rows = torch.searchsorted(keys, asked).clamp(max=len(keys) - 1)
    return torch.where(keys[rows] == asked, rows, -1)


def pack(
    coordinates: Int[Tensor, "row axis"], low: Int[Tensor, " axis"], sizes: Int[Tensor, " axis"]
) -> Int[Tensor, " row"]:
    """One number a coordinate, which sorts as they do: its digits, in a system whose places have `sizes`."""
    keys = torch.zeros(len(coordinates), dtype=torch.int64, device=coordinates.device)
    for axis in range(coordinates.shape[1]):
        keys = keys * sizes[axis] + (coordinates[:, axis].long() - low[axis])
    return keys


def unpack(
    keys: Int[Tensor, " row"], low: Int[Tensor, " axis"], sizes: Int[Tensor, " axis"]
) -> Int[Tensor, "row axis"]:
    """The inverse of :func:`pack`."""
    digits = []
    for axis in range(len(sizes) - 1, -1, -1):
        digits.append(keys % sizes[axis] + low[axis])
        keys = keys // sizes[axis]
    return torch.stack(digits[::-1], dim=1)


def _extent(inputs: Tensor, outputs: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
    """Lowest coordinate and number of places of each axis, with room for the steps on both sides."""
    there = [part.long() for part in (inputs, outputs) if len(part)]
    if not there:
        return steps.new_zeros(steps.shape[1]), steps.new_ones(steps.shape[1])
    room = steps.abs().amax(dim=0) if len(steps) else steps.new_zeros(steps.shape[1])
    low = torch.stack([part.amin(dim=0) for part in there]).amin(dim=0) - room
    high = torch.stack([part.amax(dim=0) for part in there]).amax(dim=0) + room
    sizes = high - low + 1
    product_of_sizes = int(np.prod([int(size) for size in sizes], dtype=object))
    if product_of_sizes >= LARGEST:
        raise ValueError(
            f"coordinates span {' x '.join(str(int(size)) for size in sizes)} places (batch first); "
            f"their product must stay below 2^62"
        )
    return low, sizes


def _joined(sources: Tensor, targets: Tensor, steps: Tensor) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    keys = sources.numpy(), targets.numpy(), steps.numpy()
    counts = np.empty((len(steps), PARTS), np.int64)
    joins.count_matches(*keys, PARTS, counts)
    ends = counts.cumsum().reshape(counts.shape)
    total = int(ends[-1, -1]) if ends.size else 0
    takes, gives = torch.empty(total, dtype=torch.int32), torch.empty(total, dtype=torch.int32)
    joins.fill_matches(*keys, PARTS, ends - counts, takes.numpy(), gives.numpy())
    return takes, gives, (0, *ends[:, -1].tolist())


def _joined_reference(sources: Tensor, targets: Tensor, steps: Tensor) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    """The same by binary search; on any device."""
    takes, gives, starts = [], [], [0]
    for step in steps:
        wanted = targets + step
        at = torch.searchsorted(sources, wanted).clamp(max=max(len(sources) - 1, 0))
        found = (sources[at] == wanted).nonzero()[:, 0] if len(sources) else wanted[:0]
        takes.append(at[found].int())
        gives.append(found.int())
        starts.append(starts[-1] + len(found))
    empty = torch.empty(0, dtype=torch.int32, device=sources.device)
    return torch.cat([empty, *takes]), torch.cat([empty, *gives]), tuple(starts)


def _joined_triton(sources: Tensor, targets: Tensor, steps: Tensor) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    from geo3d.kernels.joins_triton import find_rows

    rows = find_rows(sources, targets, steps)
    found = rows >= 0
    ends = found.sum(dim=1).cumsum(dim=0).tolist()
    return rows[found], found.nonzero()[:, 1].int(), (0, *ends)


_JOINS = {"numba": _joined, "triton": _joined_triton, "torch": _joined_reference}
