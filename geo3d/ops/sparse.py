"""Sparse tensors: features at the active places of a grid, and what is done with them place by place.

Tensors that share one coordinates tensor (the same object) share their places; every op says whose places its result
has. Places that follow from others (coarser ones, those a kernel reaches) and kernel maps are made once, and kept as
long as any of the tensors lives.
"""

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from geo3d.ops.sparse_maps import KernelMap, coarser, find_places, kernel_map, kernel_offsets, reached, unique_rows

FARTHEST = 1 << 30
"""Coordinates lie within it on both sides, so that steps from them fit into 32 bits."""

Reduction = Literal["sum", "mean", "max"]


@dataclass(frozen=True)
class Places:
    """What was derived from coordinates, by the ids of their tensors, which are kept so that none is used twice."""

    coarse: dict[tuple, Tensor] = field(default_factory=dict)
    """By id and stride: the multiples of the stride at or below."""
    fine: dict[int, tuple[Tensor, tuple[int, ...]]] = field(default_factory=dict)
    """By id: what coarser coordinates were made from, and its stride."""
    reached: dict[tuple, tuple[Tensor, Tensor]] = field(default_factory=dict)
    """By id and offsets: what lies an offset away, and from what."""
    maps: dict[tuple, tuple[KernelMap, Tensor, Tensor]] = field(default_factory=dict)
    """By ids of input and output and the offsets; with both coordinates."""


@dataclass(frozen=True)
class SparseTensor:
    """Features at active places."""

    coordinates: Int[Tensor, "row axis"]
    """int32, the batch first, sorted lexicographically, none twice."""
    features: Float[Tensor, "row channel"]
    """At each place."""
    stride: tuple[int, ...]
    """What the coordinates are multiples of, along each dimension."""
    places: Places = field(default_factory=Places)
    """What follows from the coordinates."""

    def having(self, features: Float[Tensor, "row channel"]) -> "SparseTensor":
        """Other features at the same places."""
        return replace(self, features=features)


def sparse_tensor(coordinates: Tensor, features: Tensor, stride: int = 1) -> tuple[SparseTensor, Int[Tensor, " row"]]:
    """A sparse tensor of rows in any order, and for each given row its row in the tensor.

    `coordinates` [row, 1 + dimension] hold the batch first, `features` are [row, channel]. Raises ValueError for
    coordinates that are not whole numbers, out of range or given twice, and for features that are not finite or of
    another length.
    """
    check_coordinates(coordinates, stride)
    check_features(coordinates, features)
    unique, rows = unique_rows(coordinates.int())
    if len(unique) < len(coordinates):
        twice = int((torch.bincount(rows) > 1).nonzero()[0, 0])
        raise ValueError(f"place {tuple(unique[twice].tolist())} is given more than once; voxelize() reduces such rows")
    order = torch.empty_like(rows).scatter_(0, rows, torch.arange(len(rows), device=rows.device))
    return SparseTensor(unique, features[order], (stride,) * (coordinates.shape[1] - 1)), rows


def voxelize(
    points: Float[Tensor, "point dimension"],
    batch: Int[Tensor, " point"],
    features: Float[Tensor, "point channel"],
    voxel_size: float,
    reduction: Reduction | Literal["random"] = "mean",
    seed: int = 0,
) -> tuple[SparseTensor, Int[Tensor, " point"]]:
    """Points to the voxels that hold them (voxel i spans [i, i + 1) times the size), and each point's row.

    Features of a voxel's points are summed, averaged, the largest of each channel, or those of one point drawn by seed.
    Raises ValueError for points that are not finite or out of range, and a size that is not above 0.
    """
    if not voxel_size > 0:
        raise ValueError(f"the voxel size is {voxel_size}; it must be above 0")
    cells = (points.double() / voxel_size).floor()
    if not bool((cells.abs() < FARTHEST).all()):
        row = int((~(cells.abs() < FARTHEST)).any(dim=1).nonzero()[0, 0])
        raise ValueError(
            f"point {row} is at {tuple(points[row].tolist())}; coordinates must be finite and within {FARTHEST} voxels"
        )
    coordinates = torch.cat([batch[:, None].int(), cells.int()], dim=1)
    check_features(coordinates, features)
    unique, rows = unique_rows(coordinates)
    if reduction == "random":
        drawn = torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed)).to(rows.device)
        chosen = torch.empty(len(unique), dtype=torch.int64, device=rows.device).scatter_(0, rows[drawn], drawn)
        return SparseTensor(unique, features[chosen], (1,) * points.shape[1]), rows
    return SparseTensor(unique, reduce_rows(features, rows, len(unique), reduction), (1,) * points.shape[1]), rows


def reduce_rows(
    features: Float[Tensor, "row channel"], targets: Int[Tensor, " row"], count: int, reduction: Reduction
) -> Float[Tensor, "count channel"]:
    """Rows with one target put together; 0 where a target has none. Differentiable."""
    if reduction not in get_args(Reduction):
        raise ValueError(f"there is no reduction {reduction}; there are {', '.join(get_args(Reduction))}")
    if reduction == "max":
        lowest = features.new_full((count, features.shape[1]), -torch.inf)
        wide = targets[:, None].expand(-1, features.shape[1])
        found = lowest.scatter_reduce(0, wide, features, "amax")
        return torch.where(found == -torch.inf, 0, found)
    total = features.new_zeros(count, features.shape[1]).index_add(0, targets, features)
    if reduction == "sum":
        return total
    return total / torch.bincount(targets, minlength=count).clamp(min=1)[:, None].to(total.dtype)


def to_dense(tensor: SparseTensor, low: tuple[int, ...], size: tuple[int, ...], batches: int) -> Tensor:
    """[batch, channel, *size]: 0 where nothing is active; cell 0 is the place `low`, one cell a stride.

    Raises ValueError where a place lies outside.
    """
    places = tensor.coordinates.long().clone()
    places[:, 1:] -= torch.tensor(low, device=places.device)
    places[:, 1:] //= torch.tensor(tensor.stride, device=places.device)
    most = torch.tensor((batches, *size), device=places.device)
    if bool(((places < 0) | (places >= most)).any()):
        raise ValueError(f"a place lies outside of {batches} batches of {size} cells from {low} on")
    grid = tensor.features.new_zeros(batches, *size, tensor.features.shape[1])
    return grid.index_put(tuple(places.T), tensor.features).movedim(-1, 1)


def from_dense(grid: Float[Tensor, "batch channel *size"]) -> SparseTensor:
    """The cells of a dense tensor in which any channel is not 0."""
    last = grid.movedim(1, -1)
    places = (last != 0).any(dim=-1).nonzero()
    return SparseTensor(places.int(), last[tuple(places.T)], (1,) * (grid.ndim - 2))


def coarser_places(tensor: SparseTensor, stride: tuple[int, ...]) -> SparseTensor:
    """Places `stride` times coarser that hold a tensor's, with no features: [row, 0]."""
    steps = tuple(mine * more for mine, more in zip(tensor.stride, stride, strict=True))
    if steps == tensor.stride:
        return _empty(tensor.coordinates, steps, tensor)
    kept, key = tensor.places, (id(tensor.coordinates), steps)
    if key not in kept.coarse:
        kept.coarse[key] = coarser(tensor.coordinates, steps)
        kept.fine[id(kept.coarse[key])] = tensor.coordinates, tensor.stride
    return _empty(kept.coarse[key], steps, tensor)


def finer_places(tensor: SparseTensor) -> SparseTensor:
    """The places that a tensor's were made coarser from; raises ValueError where there were none."""
    if id(tensor.coordinates) not in tensor.places.fine:
        raise ValueError(f"places of stride {tensor.stride} were not made from finer ones, so none can be restored")
    return _empty(*tensor.places.fine[id(tensor.coordinates)], tensor)


def reached_places(
    tensor: SparseTensor, offsets: Int[Tensor, "offset dimension"], stride: tuple[int, ...]
) -> SparseTensor:
    """Every place an offset away from a tensor's, as places of a stride."""
    kept, key = tensor.places, (id(tensor.coordinates), tuple(offsets.flatten().tolist()))
    if key not in kept.reached:
        kept.reached[key] = reached(tensor.coordinates, offsets), tensor.coordinates
    return _empty(kept.reached[key][0], stride, tensor)


def map_between(
    source: SparseTensor, target: SparseTensor, size: tuple[int, ...], dilation: tuple[int, ...]
) -> KernelMap:
    """The kernel map from one tensor's places to another's, in steps of the source's stride."""
    kept, key = source.places, (id(source.coordinates), id(target.coordinates), size, dilation)
    if key not in kept.maps:
        steps = tuple(mine * more for mine, more in zip(source.stride, dilation, strict=True))
        pairs = kernel_map(source.coordinates, target.coordinates, kernel_offsets(size, steps))
        kept.maps[key] = pairs, source.coordinates, target.coordinates
    return kept.maps[key][0]


def pool(
    features: Float[Tensor, "input channel"], pairs: KernelMap, reduction: Reduction
) -> Float[Tensor, "output channel"]:
    """Sum, mean or largest of each channel over the active places that a kernel takes; 0 where it takes none."""
    return reduce_rows(features[pairs.takes.long()], pairs.gives.long(), pairs.outputs, reduction)


def pool_batches(tensor: SparseTensor, batches: int, reduction: Reduction) -> Float[Tensor, "batch channel"]:
    """Sum, mean or largest of each channel over all places of each batch."""
    return reduce_rows(tensor.features, tensor.coordinates[:, 0].long(), batches, reduction)


def prune(tensor: SparseTensor, keep: Bool[Tensor, " row"]) -> SparseTensor:
    """The rows that are kept, at places of their own."""
    return SparseTensor(tensor.coordinates[keep], tensor.features[keep], tensor.stride)


def add(one: SparseTensor, other: SparseTensor) -> SparseTensor:
    """The sum; where only one is active, its features. Raises ValueError for other strides or channels."""
    _check_alike(one, other)
    if one.features.shape[1] != other.features.shape[1]:
        raise ValueError(f"{one.features.shape[1]} and {other.features.shape[1]} channels cannot be added")
    if one.coordinates is other.coordinates:
        return one.having(one.features + other.features)
    unique, rows = unique_rows(torch.cat([one.coordinates, other.coordinates]))
    total = reduce_rows(torch.cat([one.features, other.features]), rows, len(unique), "sum")
    return SparseTensor(unique, total, one.stride)


def concatenate(one: SparseTensor, other: SparseTensor) -> SparseTensor:
    """The channels of both, one after the other; raises ValueError where they are not at the same places."""
    _check_alike(one, other)
    if one.coordinates is not other.coordinates and not torch.equal(one.coordinates, other.coordinates):
        raise ValueError(f"{len(one.coordinates)} and {len(other.coordinates)} places are not the same ones")
    return one.having(torch.cat([one.features, other.features], dim=1))


def interpolate(
    tensor: SparseTensor, points: Float[Tensor, "point dimension"], batch: Int[Tensor, " point"]
) -> Float[Tensor, "point channel"]:
    """Features between places, linearly along each dimension; places that are not active count as 0.

    Points are in the coordinates' unit: a place's features are met at its coordinates.
    """
    stride = torch.tensor(tensor.stride, dtype=points.dtype, device=points.device)
    low = (points / stride).floor()
    part = points / stride - low
    found = tensor.features.new_zeros(len(points), tensor.features.shape[1])
    for corner in kernel_offsets((2,) * points.shape[1], (1,) * points.shape[1]).to(points.device):
        share = torch.where(corner == 1, part, 1 - part).prod(dim=1)
        places = torch.cat([batch[:, None].int(), ((low + corner) * stride).int()], dim=1)
        rows = find_places(tensor.coordinates, places)
        taken = torch.where((rows >= 0)[:, None], tensor.features[rows.clamp(min=0)], 0) if len(tensor.features) else 0
        found = found + share[:, None].to(found.dtype) * taken
    return found


def check_coordinates(coordinates: Tensor, stride: int) -> None:
    """Raise ValueError for coordinates [row, 1 + dimension] that are none."""
    if coordinates.dtype not in (torch.int32, torch.int64, torch.int16, torch.uint8, torch.int8):
        raise ValueError(f"coordinates are {coordinates.dtype}; whole numbers are allowed (voxelize() takes points)")
    if coordinates.ndim != 2 or not 2 <= coordinates.shape[1] <= 5:
        raise ValueError(
            f"coordinates have the shape {tuple(coordinates.shape)}; [row, 1 + 1 to 4 dimensions] is needed"
        )
    if len(coordinates) and int(coordinates.long().abs().max()) >= FARTHEST:
        raise ValueError(f"coordinates reach {int(coordinates.long().abs().max())}; they must stay within {FARTHEST}")
    if stride < 1 or bool((coordinates[:, 1:] % stride != 0).any()):
        raise ValueError(f"coordinates must be multiples of the stride, {stride}, which is 1 or more")


def check_features(coordinates: Tensor, features: Tensor) -> None:
    """Raise ValueError for features that do not belong to coordinates."""
    if features.ndim != 2 or len(features) != len(coordinates):
        raise ValueError(
            f"features have the shape {tuple(features.shape)}; one row for {len(coordinates)} places is needed"
        )
    quick = bool(torch.isfinite(features.sum()))  # a sum of finite numbers can overflow, that of others is not finite
    if not quick and not bool(torch.isfinite(features).all()):
        row = int((~torch.isfinite(features)).any(dim=1).nonzero()[0, 0])
        raise ValueError(f"the features of row {row} are not finite")


def _check_alike(one: SparseTensor, other: SparseTensor) -> None:
    if one.stride != other.stride:
        raise ValueError(f"strides {one.stride} and {other.stride} differ; both tensors must be of one")


def _empty(coordinates: Tensor, stride: tuple[int, ...], like: SparseTensor) -> SparseTensor:
    return SparseTensor(coordinates, like.features.new_empty(len(coordinates), 0), stride, like.places)
