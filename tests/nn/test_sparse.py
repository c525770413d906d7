"""Sparse layers are dense ones, looked at where the result is active."""

import pytest
import torch
from torch import Tensor, nn

from geo3d.nn.sparse import (
    Convolution,
    GenerativeConvolution,
    InstanceNorm,
    Pointwise,
    Pool,
    SubmanifoldConvolution,
    TransposedConvolution,
    Unpool,
)
from geo3d.ops.sparse import SparseTensor, sparse_tensor, to_dense

LOW, SIDE, BATCHES = -6, 12, 2


@pytest.fixture
def tensor() -> SparseTensor:
    """150 places of two batches, negative ones among them, with five channels in float64."""
    random = torch.Generator().manual_seed(0)
    places = torch.randint(LOW, LOW + SIDE, (150, 4), generator=random)
    places[:, 0] %= BATCHES
    places = places.unique(dim=0)
    return sparse_tensor(places, torch.randn(len(places), 5, generator=random).double())[0]


def grid_of(tensor: SparseTensor, room: int = 0) -> Tensor:
    """Dense, in cells of the tensor's stride, with `room` empty ones on each side."""
    stride = tensor.stride[0]
    size = SIDE // stride + 2 * room
    return to_dense(tensor, (LOW - room * stride,) * 3, (size,) * 3, BATCHES)


def dense_weight(layer: Convolution | TransposedConvolution | GenerativeConvolution | SubmanifoldConvolution) -> Tensor:
    return layer.weight.reshape(*layer.size, *layer.weight.shape[1:])


def at(grid: Tensor, tensor: SparseTensor, room: int = 0) -> Tensor:
    places = tensor.coordinates.long()
    cells = (places[:, 1:] - LOW) // tensor.stride[0] + room
    return grid.movedim(1, -1)[places[:, 0], cells[:, 0], cells[:, 1], cells[:, 2]]


def test_a_submanifold_convolution_keeps_the_active_set(tensor: SparseTensor):
    layer = SubmanifoldConvolution(5, 7, 3, bias=True).double()
    found = layer(tensor)
    assert found.coordinates is tensor.coordinates
    kernel = dense_weight(layer).permute(4, 3, 0, 1, 2)
    wanted = nn.functional.conv3d(grid_of(tensor), kernel, layer.bias, padding=1)
    assert torch.allclose(found.features, at(wanted, tensor))


def test_a_plain_convolution_dilates_the_active_set_to_all_that_it_reaches(tensor: SparseTensor):
    layer = Convolution(5, 7, 3).double()
    found = layer(tensor)
    wanted = nn.functional.conv3d(grid_of(tensor, 2), dense_weight(layer).permute(4, 3, 0, 1, 2), padding=1)
    assert torch.allclose(grid_of(found, 2), wanted)
    assert len(found.coordinates) == int((wanted != 0).any(dim=1).sum()) > 3 * len(tensor.coordinates)


@pytest.mark.parametrize("size", [2, 3])
def test_a_strided_convolution_has_the_cells_that_hold_a_place(tensor: SparseTensor, size: int):
    layer = Convolution(5, 7, size, 2).double()
    found = layer(tensor)
    assert found.stride == (2, 2, 2)
    cells = (tensor.coordinates[:, 1:].div(2, rounding_mode="floor") * 2).int()
    assert torch.equal(found.coordinates, torch.cat([tensor.coordinates[:, :1], cells], dim=1).unique(dim=0))
    kernel = dense_weight(layer).permute(4, 3, 0, 1, 2)
    padded = nn.functional.pad(grid_of(tensor), (1, 1) * 3 if size == 3 else (0, 0) * 3)
    assert torch.allclose(found.features, at(nn.functional.conv3d(padded, kernel, stride=2), found))


@pytest.mark.parametrize("size", [2, 3])
def test_a_transposed_convolution_goes_back_to_the_places_it_came_from(tensor: SparseTensor, size: int):
    down, up = Convolution(5, 6, size, 2).double(), TransposedConvolution(6, 7, size, 2).double()
    coarse = down(tensor)
    found = up(coarse)
    assert found.coordinates is tensor.coordinates
    assert found.stride == (1, 1, 1)
    kernel = dense_weight(up).permute(3, 4, 0, 1, 2)
    wanted = nn.functional.conv_transpose3d(grid_of(coarse), kernel, stride=2, padding=size // 2 if size % 2 else 0)
    wanted = nn.functional.pad(wanted, (0, SIDE - wanted.shape[2]) * 3)  # an odd kernel's last cell is not reached
    inside = (tensor.coordinates[:, 1:] < LOW + SIDE - 1).all(dim=1) | (size == 2)
    assert torch.allclose(found.features[inside], at(wanted, tensor)[inside])


def test_a_generative_convolution_makes_every_place_that_it_reaches(tensor: SparseTensor):
    coarse = Convolution(5, 6, 2, 2).double()(tensor)
    layer = GenerativeConvolution(6, 7, 2, 2).double()
    found = layer(coarse)
    assert len(found.coordinates) == 8 * len(coarse.coordinates)
    wanted = nn.functional.conv_transpose3d(grid_of(coarse), dense_weight(layer).permute(3, 4, 0, 1, 2), stride=2)
    assert torch.allclose(grid_of(found), wanted)


def test_pools_are_those_over_the_active_places_of_each_cell(tensor: SparseTensor):
    cells = tensor.coordinates.clone()
    cells[:, 1:] = cells[:, 1:].div(2, rounding_mode="floor") * 2
    for reduction in ("sum", "mean", "max"):
        found = Pool(reduction, 2, 2)(tensor)
        for place, features in zip(found.coordinates, found.features, strict=True):
            inside = tensor.features[(cells == place).all(dim=1)]
            wanted = {"sum": inside.sum(0), "mean": inside.mean(0), "max": inside.amax(0)}[reduction]
            assert torch.allclose(features, wanted)


def test_unpooling_gives_each_place_its_cells_features(tensor: SparseTensor):
    pooled = Pool("max", 2, 2)(tensor)
    found = Unpool(2, 2)(pooled)
    assert found.coordinates is tensor.coordinates
    rows = {tuple(place.tolist()): row for row, place in enumerate(pooled.coordinates)}
    for place, features in zip(found.coordinates.tolist(), found.features, strict=True):
        cell = (place[0], *(2 * (axis // 2) for axis in place[1:]))
        assert torch.equal(features, pooled.features[rows[cell]])


def test_an_instance_norm_makes_each_batch_and_channel_standard(tensor: SparseTensor):
    found = InstanceNorm(5).double()(tensor)
    for batch in range(BATCHES):
        inside = found.features[found.coordinates[:, 0] == batch]
        assert torch.allclose(inside.mean(0), torch.zeros(5).double(), atol=1e-12)
        assert torch.allclose(inside.var(0, unbiased=False), torch.ones(5).double(), atol=1e-4)


def test_a_layer_norm_is_of_each_place_alone():
    features = torch.randn(6, 5, generator=torch.Generator().manual_seed(0)).double()
    places = torch.nn.functional.pad(torch.arange(6)[:, None], (1, 2)).int()
    found = Pointwise(nn.LayerNorm(5).double())(SparseTensor(places, features, (1, 1, 1))).features
    spread = features.var(dim=1, unbiased=False, keepdim=True)
    expected = (features - features.mean(dim=1, keepdim=True)) / (spread + 1e-5).sqrt()
    assert torch.allclose(found, expected)


def test_a_layer_of_features_leaves_the_places(tensor: SparseTensor):
    found = Pointwise(nn.BatchNorm1d(5).double())(tensor)
    assert found.coordinates is tensor.coordinates
    assert torch.allclose(found.features, nn.BatchNorm1d(5).double()(tensor.features))


def test_kernel_maps_are_made_once(tensor: SparseTensor):
    down, up = Convolution(5, 5, 2, 2).double(), TransposedConvolution(5, 5, 2, 2).double()
    same = SubmanifoldConvolution(5, 5, 3).double()
    up(down(same(same(up(down(tensor))))))
    assert len(tensor.places.maps) == 2


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda t: TransposedConvolution(5, 5, 2, 2).double()(t), "were not made from finer ones"),
        (lambda t: TransposedConvolution(5, 5, 3, 3).double()(Convolution(5, 5, 2, 2).double()(t)), "does not lead"),
        (lambda t: GenerativeConvolution(5, 5, 2, 2).double()(t), "does not divide"),
        (lambda t: SubmanifoldConvolution(4, 5, 3).double()(t), "features have 5 channels, and the weights take 4"),
        (lambda t: SubmanifoldConvolution(5, 5, 0), "kernel size is 0"),
        (lambda t: SubmanifoldConvolution(5, 5, (3, 3)), r"kernel size is \(3, 3\)"),
    ],
)
def test_what_does_not_fit_is_said(tensor: SparseTensor, make, said: str):
    with pytest.raises(ValueError, match=said):
        make(tensor)


def test_nothing_in_gives_nothing_out():
    empty = SparseTensor(torch.empty(0, 4, dtype=torch.int32), torch.empty(0, 5), (1, 1, 1))
    made = Convolution(5, 6, 3, 2)(SubmanifoldConvolution(5, 5, 3)(empty))
    back = TransposedConvolution(6, 7, 3, 2)(made)
    assert back.features.shape == (0, 7)
    assert Pool("max", 2, 2)(empty).features.shape == (0, 5)
    assert Convolution(5, 6, 3)(empty).features.shape == (0, 6)
