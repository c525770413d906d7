"""Sparse convolutions and their gradients are those of dense ones on the same active places."""

import itertools

import pytest
import torch
from torch import Tensor

from geo3d.ops.sparse_convolution import sparse_convolution
from geo3d.ops.sparse_maps import coarser, kernel_map, kernel_offsets, unique_rows

SIDE = 8


def active(dimensions: int, count: int, batches: int, seed: int = 0) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    columns = [torch.randint(0, batches, (count,), generator=random)]
    columns += [torch.randint(0, SIDE, (count,), generator=random) for _ in range(dimensions)]
    return unique_rows(torch.stack(columns, dim=1).int())[0]


def dense(coordinates: Tensor, features: Tensor, batches: int, dimensions: int) -> Tensor:
    grid = features.new_zeros(batches, *[SIDE] * dimensions, features.shape[1])
    return grid.index_put(tuple(coordinates.long().T), features).movedim(-1, 1)


def dense_kernel(weights: Tensor, size: tuple[int, ...]) -> Tensor:
    """[outchannel, channel, ...] of weights [offset, channel, outchannel]."""
    return weights.reshape(*size, *weights.shape[1:]).permute(-1, -2, *range(len(size)))


CONVOLUTIONS = {
    1: torch.nn.functional.conv1d,
    2: torch.nn.functional.conv2d,
    3: torch.nn.functional.conv3d,
}
CASES = [
    (dimensions, size, stride, dilation, batches, channels)
    for dimensions, size, stride, dilation, batches, channels in itertools.product(
        (1, 2, 3), (1, 2, 3, 5), (1, 2, 3), (1, 2), (1, 3), ((3, 5), (16, 32), (33, 64))
    )
    if (dilation == 1 or (size == 3 and stride == 1)) and (batches == 1 or channels == (3, 5))
]


@pytest.mark.parametrize(("dimensions", "size", "stride", "dilation", "batches", "channels"), CASES)
def test_forward_and_gradients_are_those_of_a_dense_convolution(
    dimensions: int, size: int, stride: int, dilation: int, batches: int, channels: tuple[int, int]
):
    coordinates = active(dimensions, 90, batches)
    targets = coarser(coordinates, (stride,) * dimensions) if stride > 1 else coordinates
    offsets = kernel_offsets((size,) * dimensions, (dilation,) * dimensions)
    pairs = kernel_map(coordinates, targets, offsets)
    random = torch.Generator().manual_seed(1)
    features = torch.randn(len(coordinates), channels[0], generator=random, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(len(offsets), *channels, generator=random, dtype=torch.float64, requires_grad=True)
    found = sparse_convolution(features, weights, pairs)

    grid = dense(coordinates, features, batches, dimensions)
    room = dilation * (size // 2) if size % 2 else 0
    grid = torch.nn.functional.pad(grid, (room, SIDE) * dimensions)
    kernel = dense_kernel(weights, (size,) * dimensions)
    wanted = CONVOLUTIONS[dimensions](grid, kernel, stride=stride, dilation=dilation)
    places = targets.long().clone()
    places[:, 1:] //= stride
    batch, *axes = places.T
    wanted = wanted.movedim(1, -1)[(batch, *axes)]
    assert torch.allclose(found, wanted, rtol=1e-12, atol=1e-12)

    slope = torch.randn(found.shape, generator=random, dtype=torch.float64)
    ours = torch.autograd.grad(found, (features, weights), slope)
    theirs = torch.autograd.grad(wanted, (features, weights), slope)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one, other, rtol=1e-11, atol=1e-11)
