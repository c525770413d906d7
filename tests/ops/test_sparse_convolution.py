"""Sparse convolutions and their gradients are those of dense ones on the same active places."""

import itertools

import pytest
import torch
from torch import Tensor

from geo3d.ops import sparse_convolution as op
from geo3d.ops.sparse_convolution import sparse_convolution
from geo3d.ops.sparse_maps import KernelMap, coarser, kernel_map, kernel_offsets, unique_rows

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


def surface(
    count: int, channels: tuple[int, int], kind: torch.dtype, seed: int = 0
) -> tuple[Tensor, Tensor, KernelMap]:
    coordinates = active(3, count, 2, seed)
    random = torch.Generator().manual_seed(seed)
    features = torch.randn(len(coordinates), channels[0], generator=random).to(kind)
    weights = torch.randn(27, *channels, generator=random).to(kind)
    return features, weights, kernel_map(coordinates, coordinates, kernel_offsets((3, 3, 3), (1, 1, 1)))


def test_four_dimensions_are_those_of_a_slow_loop():
    coordinates = active(4, 60, 1)
    coordinates[:, 1:] -= 4
    offsets = kernel_offsets((3,) * 4, (1,) * 4)
    features, weights = torch.randn(len(coordinates), 2).double(), torch.randn(81, 2, 3).double()
    found = sparse_convolution(features, weights, kernel_map(coordinates, coordinates, offsets))
    rows = {tuple(place): row for row, place in enumerate(coordinates.tolist())}
    for row, place in enumerate(coordinates.tolist()):
        wanted = torch.zeros(3).double()
        for k, step in enumerate(offsets.tolist()):
            taken = rows.get((place[0], *(a + b for a, b in zip(place[1:], step, strict=True))))
            if taken is not None:
                wanted += features[taken] @ weights[k]
        assert torch.allclose(found[row], wanted)


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("channels", [(1, 1), (3, 20), (16, 96), (64, 64), (7, 130)])
def test_the_kernel_is_the_reference(kind: torch.dtype, channels: tuple[int, int]):
    features, weights, pairs = surface(250, channels, kind)
    wide = features.double(), weights.double()
    wanted = op._sums_reference(*wide, pairs)
    found = sparse_convolution(features, weights, pairs)
    assert found.dtype == kind
    tolerance = {torch.float64: 1e-12, torch.float32: 1e-5}.get(kind, 2 * torch.finfo(kind).eps)
    assert torch.allclose(found.double(), wanted, rtol=tolerance, atol=tolerance * float(wanted.abs().max()))
    slope = torch.randn(len(features), channels[1]).to(kind)
    gradient = op._products(features, slope, pairs, 27).double()
    wanted = op._products_reference(features.double(), slope.double(), pairs, 27)
    assert torch.allclose(gradient, wanted, rtol=tolerance, atol=tolerance * float(wanted.abs().max()))


def test_sums_of_half_numbers_are_rounded_once():
    """27 ones and a weight that bfloat16 cannot add step by step."""
    coordinates = torch.cartesian_prod(torch.tensor([0]), *[torch.arange(3)] * 3).int()
    pairs = kernel_map(coordinates, coordinates, kernel_offsets((3, 3, 3), (1, 1, 1)))
    weights = torch.full((27, 1, 1), 1.0).bfloat16()
    weights[0] = 256
    found = sparse_convolution(torch.ones(27, 1).bfloat16(), weights, pairs)
    assert found[13] == torch.tensor(256.0 + 26).bfloat16()  # in bfloat16, 256 + 1 is 256


def test_the_same_result_comes_out_every_time_and_with_any_number_of_threads():
    import numba

    features, weights, pairs = surface(300, (33, 64), torch.float32)
    slope = torch.randn(len(features), 64)
    first = op._sums(features, weights, pairs), op._products(features, slope, pairs, 27)
    threads = numba.get_num_threads()
    try:
        for count in {1, threads}:
            numba.set_num_threads(count)
            again = op._sums(features, weights, pairs), op._products(features, slope, pairs, 27)
            assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    finally:
        numba.set_num_threads(threads)


def test_gradients_are_those_of_finite_differences():
    features, weights, pairs = surface(12, (2, 3), torch.float64)
    features.requires_grad_()
    weights.requires_grad_()
    assert torch.autograd.gradcheck(lambda x, w: sparse_convolution(x, w, pairs), (features, weights))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda x, w, p: (x[1:], w, p), "rows, and the map takes from"),
        (lambda x, w, p: (x[:, 1:], w, p), "features have 3 channels, and the weights take 4"),
        (lambda x, w, p: (x, w[1:], p), "weights for 26 offsets, and the map has 27"),
        (lambda x, w, p: (x.double(), w, p), "both must be of one type"),
    ],
)
def test_what_does_not_belong_together_is_refused(change, said: str):
    with pytest.raises(ValueError, match=said):
        sparse_convolution(*change(*surface(20, (4, 4), torch.float32)))
