"""The nearest of many points."""

import math
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from geo3d.kernels import nearest as kernel
from geo3d.ops.threads import in_threads
from geo3d.ops.winding import check_points

PAIRS = 1 << 20
"""Pairs of points that the reference measures at once."""


def nearest(
    points: Float[Tensor, "point 3"], among: Float[Tensor, "other 3"]
) -> tuple[Float64[Tensor, " point"], Int64[Tensor, " point"]]:
    """How far the nearest of the others is from each point, and its row: the first of equally near ones.

    In double precision and exact: the square root of the least sum of squares that a loop over all pairs finds.
    (inf, -1) where there are no others. Each call sorts both sets into trees, so ask for many points at once. Takes
    about as long for scattered points as for clusters and duplicates; points that are all far from all others, seen
    from which these are about equally near, take long.

    On the CPU as many threads as torch has do the work, and each number of threads gives the same bytes.
    """
    check_points(points)
    check_points(among)
    if len(points) == 0 or len(among) == 0:
        return _nothing(points)
    if points.device.type != "cpu":
        return _nearest_reference(points, among)
    return _search(_plant(points), _plant(among))


def nearest_both_ways(
    first: Float[Tensor, "point 3"], second: Float[Tensor, "other 3"]
) -> tuple[
    tuple[Float64[Tensor, " point"], Int64[Tensor, " point"]], tuple[Float64[Tensor, " other"], Int64[Tensor, " other"]]
]:
    """:func:`nearest` of the first among the second, then of the second among the first, with each sorted once."""
    check_points(first)
    check_points(second)
    if len(first) == 0 or len(second) == 0 or first.device.type != "cpu":
        return nearest(first, second), nearest(second, first)
    trees = _plant(first), _plant(second)
    return _search(*trees), _search(*reversed(trees))


class _Tree(NamedTuple):
    points: np.ndarray
    rows: np.ndarray
    starts: np.ndarray
    boxes: np.ndarray
    firsts: np.ndarray


def _nothing(points: Tensor) -> tuple[Tensor, Tensor]:
    found = torch.full((len(points),), math.inf, dtype=torch.float64, device=points.device)
    return found, torch.full((len(points),), -1, dtype=torch.int64, device=points.device)


def _plant(points: Tensor) -> _Tree:
    """Sort points into a tree: its top by one thread, then the parts below by several."""
    placed, count = points.double().numpy().copy(), len(points)
    leaves = 1 << max(0, math.ceil(math.log2(count / kernel.LANES)))
    rows, starts = np.arange(count), np.arange(leaves + 1) * count // leaves
    threads = torch.get_num_threads()
    parts = min(leaves, 1 if threads == 1 else 1 << threads.bit_length())
    span = leaves // parts
    kernel.sort_into_leaves(placed, rows, starts, 0, leaves, span)
    in_threads(
        parts, lambda first, last: kernel.sort_into_leaves(placed, rows, starts, first * span, last * span, 1), parts
    )
    return _Tree(placed, rows, starts, kernel.box_nodes(placed, starts), kernel.first_rows(rows, starts))


def _search(asking: _Tree, among: _Tree) -> tuple[Tensor, Tensor]:
    found, where = np.empty(len(asking.rows)), np.empty(len(asking.rows), np.int64)
    trees = tuple(asking), tuple(among)
    in_threads(len(asking.starts) - 1, lambda first, last: kernel.find_nearest(first, last, *trees, found, where))
    return torch.from_numpy(found), torch.from_numpy(where)


def _nearest_reference(points: Tensor, among: Tensor) -> tuple[Tensor, Tensor]:
    """All points against all others, some points at a time."""
    some, others = max(1, PAIRS // len(among)), among.double()
    parts = [_least(part, others) for part in points.double().split(some)]
    found, where = (torch.cat(part) for part in zip(*parts, strict=True))
    return found.sqrt(), where


def _least(points: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    dx, dy, dz = (points[:, None, axis] - others[:, axis] for axis in range(3))
    squared = dx * dx + dy * dy + dz * dz
    least = squared.amin(dim=1)
    return least, (squared == least[:, None]).int().argmax(dim=1)  # argmin may name any of equal ones
