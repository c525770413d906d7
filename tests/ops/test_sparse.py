from typing import Any

import pytest
import torch
from torch import Tensor

from geo3d.ops.sparse import (
    Reduction,
    SparseTensor,
    add,
    concatenate,
    from_dense,
    interpolate,
    pool_batches,
    prune,
    sparse_tensor,
    to_dense,
    voxelize,
)

PLACES = torch.tensor([[1, 2, 0, -3], [0, 1, 1, 1], [0, -5, 0, 2], [1, 2, 0, -2]])


def tensor_of(places: Tensor = PLACES, channels: int = 2) -> SparseTensor:
    features = torch.arange(float(len(places) * channels)).reshape(len(places), channels)
    return sparse_tensor(places, features)[0]


def test_rows_are_sorted_and_found_again():
    features = torch.randn(4, 2)
    tensor, rows = sparse_tensor(PLACES, features)
    assert tensor.coordinates.tolist() == sorted(PLACES.tolist())
    assert torch.equal(tensor.features[rows], features)
    assert torch.equal(tensor.coordinates[rows], PLACES.int())


def test_dense_and_back():
    tensor = tensor_of(torch.tensor([[0, 1, 2], [0, 3, 0], [1, 0, 0]]))
    grid = to_dense(tensor, (0, 0), (4, 3), 2)
    assert grid.shape == (2, 2, 4, 3)
    again = from_dense(grid)
    kept = (tensor.features != 0).any(dim=1)
    assert torch.equal(again.coordinates, tensor.coordinates[kept])
    assert torch.equal(again.features, tensor.features[kept])
    with pytest.raises(ValueError, match="lies outside"):
        to_dense(tensor, (0, 0), (3, 3), 2)


@pytest.mark.parametrize("reduction", ["sum", "mean", "max"])
def test_points_of_a_voxel_are_reduced(reduction):
    random = torch.Generator().manual_seed(0)
    points, batch = torch.rand(200, 3, generator=random) * 4 - 2, torch.randint(0, 2, (200,), generator=random)
    features = torch.randn(200, 3, generator=random)
    tensor, rows = voxelize(points, batch, features, 0.5, reduction)
    cells = torch.cat([batch[:, None], (points / 0.5).floor().long()], dim=1)
    assert torch.equal(tensor.coordinates[rows].long(), cells)
    for row, found in enumerate(tensor.features):
        inside = features[rows == row]
        wanted = {"sum": inside.sum(0), "mean": inside.mean(0), "max": inside.amax(0)}[reduction]
        assert torch.allclose(found, wanted, atol=1e-6)


def test_a_random_point_of_each_voxel_is_one_of_its_points_by_the_seed():
    points, features = torch.rand(100, 2), torch.arange(100.0)[:, None]
    drawn = [voxelize(points, torch.zeros(100).long(), features, 0.5, "random", seed) for seed in (0, 0, 1)]
    for tensor, rows in drawn:
        assert torch.equal(rows[tensor.features[:, 0].long()], torch.arange(len(tensor.features)))
    assert torch.equal(drawn[0][0].features, drawn[1][0].features)
    assert not torch.equal(drawn[0][0].features, drawn[2][0].features)


def test_a_sum_is_over_all_places_of_both():
    one, other = tensor_of(PLACES[:3]), tensor_of(PLACES[1:])
    found = add(one, other)
    size = (20, 20, 20)
    wanted = to_dense(one, (-9, -9, -9), size, 2) + to_dense(other, (-9, -9, -9), size, 2)
    assert torch.equal(to_dense(found, (-9, -9, -9), size, 2), wanted)
    assert len(found.coordinates) == 4
    assert torch.equal(add(one, one.having(2 * one.features)).features, 3 * one.features)


def test_channels_are_put_together_at_the_same_places_only():
    one = tensor_of()
    assert torch.equal(concatenate(one, tensor_of()).features, torch.cat([one.features] * 2, dim=1))
    with pytest.raises(ValueError, match="are not the same ones"):
        concatenate(one, prune(one, torch.tensor([True, True, True, False])))


def test_pruning_keeps_rows():
    one, keep = tensor_of(), torch.tensor([True, False, False, True])
    found = prune(one, keep)
    assert torch.equal(found.coordinates, one.coordinates[keep])
    assert torch.equal(found.features, one.features[keep])


def test_batches_are_pooled_apart():
    tensor = tensor_of()
    first = tensor.coordinates[:, 0] == 0
    reductions: list[tuple[Reduction, Any]] = [("sum", torch.sum), ("mean", torch.mean), ("max", torch.amax)]
    for reduction, reduce in reductions:
        found = pool_batches(tensor, 3, reduction)
        assert torch.equal(found[0], reduce(tensor.features[first], dim=0))
        assert torch.equal(found[1], reduce(tensor.features[~first], dim=0))
        assert torch.equal(found[2], torch.zeros(2))


def test_between_places_features_are_linear():
    """A full grid of a linear function, at random points inside."""
    places = torch.cartesian_prod(torch.tensor([0]), *[torch.arange(-3, 4)] * 3)
    slope = torch.tensor([2.0, -1.0, 0.5]).double()
    tensor, _ = sparse_tensor(places, (places[:, 1:].double() @ slope)[:, None])
    points = torch.rand(50, 3).double() * 6 - 3
    found = interpolate(tensor, points, torch.zeros(50).long())
    assert torch.allclose(found[:, 0], points @ slope)
    far = interpolate(tensor, points + 100, torch.zeros(50).long())
    assert torch.equal(far, torch.zeros(50, 1).double())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: sparse_tensor(PLACES.float(), torch.ones(4, 1)), "coordinates are torch.float32"),
        (lambda: sparse_tensor(PLACES, torch.ones(3, 1)), r"features have the shape \(3, 1\)"),
        (lambda: sparse_tensor(PLACES[[0, 0]], torch.ones(2, 1)), "is given more than once"),
        (lambda: sparse_tensor(PLACES, torch.full((4, 1), torch.nan)), "features of row 0 are not finite"),
        (lambda: sparse_tensor(PLACES * 2**30, torch.ones(4, 1)), "must stay within"),
        (lambda: sparse_tensor(PLACES, torch.ones(4, 1), stride=2), "multiples of the stride"),
        (lambda: sparse_tensor(PLACES[:, :1], torch.ones(4, 1)), "1 to 4 dimensions"),
        (lambda: voxelize(torch.ones(1, 3), torch.zeros(1).long(), torch.ones(1, 1), 0.0), "voxel size is 0.0"),
        (
            lambda: voxelize(torch.full((1, 3), torch.inf), torch.zeros(1).long(), torch.ones(1, 1), 1.0),
            "point 0 is at",
        ),
        (lambda: add(tensor_of(), sparse_tensor(2 * PLACES, torch.ones(4, 2), 2)[0]), "strides"),
        (lambda: add(tensor_of(), tensor_of(channels=3)), "2 and 3 channels cannot be added"),
    ],
)
def test_what_is_no_sparse_tensor_is_refused(make, said: str):
    with pytest.raises(ValueError, match=said):
        make()


def test_large_features_are_allowed_whose_sum_is_not_finite():
    tensor, _ = sparse_tensor(PLACES, torch.full((4, 1), 3e38))
    assert (tensor.features == 3e38).all()
    for mixed in ([torch.inf, -torch.inf, 0, 0], [0, 0, torch.nan, 0]):
        with pytest.raises(ValueError, match="are not finite"):
            sparse_tensor(PLACES, torch.tensor(mixed)[:, None])
