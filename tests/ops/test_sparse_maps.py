import itertools

import pytest
import torch
from torch import Tensor

from geo3d.ops import sparse_maps
from geo3d.ops.sparse_maps import coarser, find_places, kernel_map, kernel_offsets, reached, unique_rows


def scattered(count: int, spread: int, dimensions: int = 3, seed: int = 0) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    columns = [torch.randint(0, 3, (count, 1), generator=random)]
    columns.append(torch.randint(-spread, spread, (count, dimensions), generator=random))
    return unique_rows(torch.cat(columns, dim=1).int())[0]


def pairs_of(inputs: Tensor, outputs: Tensor, offsets: Tensor) -> list[tuple[int, int, int]]:
    """Offset, input row, output row: a loop over a dictionary."""
    rows = {tuple(place): row for row, place in enumerate(inputs.tolist())}
    found = []
    for k, step in enumerate(offsets.tolist()):
        for row, (batch, *place) in enumerate(outputs.tolist()):
            taken = rows.get((batch, *(a + b for a, b in zip(place, step, strict=True))))
            if taken is not None:
                found.append((k, taken, row))
    return found


@pytest.mark.parametrize("way", ["numba", "triton", "torch"])
@pytest.mark.parametrize(("size", "dilation", "stride"), [(3, 1, 1), (2, 1, 2), (5, 1, 1), (3, 4, 1), (3, 1, 3)])
def test_a_map_is_that_of_a_loop(way: str, size: int, dilation: int, stride: int, monkeypatch: pytest.MonkeyPatch):
    if way == "triton":
        pytest.importorskip("triton")
    monkeypatch.setattr(sparse_maps, "implementation", lambda device: way)
    inputs = scattered(200, 5).to("cuda" if way == "triton" and torch.cuda.is_available() else "cpu")
    outputs = coarser(inputs, (stride,) * 3)
    offsets = kernel_offsets((size,) * 3, (dilation,) * 3)
    found = kernel_map(inputs, outputs, offsets)
    spans = zip(found.starts[:-1], found.starts[1:], strict=True)
    listed = [
        (k, int(found.takes[pair]), int(found.gives[pair]))
        for k, (first, last) in enumerate(spans)
        for pair in range(first, last)
    ]
    assert listed == pairs_of(inputs, outputs, offsets)
    assert found.swapped.swapped == found


@pytest.mark.parametrize(("size", "stride"), [(3, 1), (2, 2), (5, 1)])
def test_a_table_has_all_pairs_and_alike_rows_beside_each_other(size: int, stride: int):
    inputs = scattered(300, 5)
    found = kernel_map(inputs, coarser(inputs, (stride,) * 3), kernel_offsets((size,) * 3, (1,) * 3))
    for pairs in (found, found.swapped):
        order, rows = pairs.table
        assert sorted(order.tolist()) == list(range(pairs.outputs))
        for offset, (first, last) in enumerate(itertools.pairwise(pairs.starts)):
            line = torch.full((pairs.outputs,), -1, dtype=torch.int32)
            line[pairs.gives[first:last].long()] = pairs.takes[first:last]
            assert torch.equal(rows[offset], line[order])
        changes = (rows[:, 1:] >= 0) != (rows[:, :-1] >= 0)
        unordered = (rows >= 0)[:, order.argsort()]
        assert changes.sum() < (unordered[:, 1:] != unordered[:, :-1]).sum()


def test_batches_never_mix():
    places = torch.tensor([[0, 0, 0, 0], [1, 0, 0, 1]]).int()
    found = kernel_map(places, places, kernel_offsets((3, 3, 3), (1, 1, 1)))
    assert found.takes.tolist() == found.gives.tolist() == [0, 1]


def test_offsets_are_in_the_order_of_a_dense_kernel():
    assert kernel_offsets((3, 2), (1, 5)).tolist() == [[-1, 0], [-1, 5], [0, 0], [0, 5], [1, 0], [1, 5]]


def test_rows_come_back_sorted_and_once():
    places = torch.tensor([[1, 5], [0, -7], [1, 5], [0, 3]])
    unique, rows = unique_rows(places)
    assert unique.tolist() == [[0, -7], [0, 3], [1, 5]]
    assert torch.equal(unique[rows], places)


def test_coarser_places_are_below_also_where_they_are_negative():
    assert coarser(torch.tensor([[0, -1], [0, 0], [0, 3], [2, -4]]), (4,)).tolist() == [[0, -4], [0, 0], [2, -4]]


def test_reached_places_are_all_sums():
    places, offsets = scattered(20, 6), kernel_offsets((3, 2, 1), (2, 1, 1))
    wanted = {(b, x + i, y + j, z + k) for b, x, y, z in places.tolist() for i, j, k in offsets.tolist()}
    assert {tuple(place) for place in reached(places, offsets).tolist()} == wanted


def test_places_are_found_or_not():
    places = scattered(50, 4)
    wanted = torch.cat([places[::3], torch.tensor([[0, 100, 0, 0], [7, 0, 0, 0]]).int()])
    rows = find_places(places, wanted)
    assert rows[:-2].tolist() == list(range(0, len(places), 3))
    assert rows[-2:].tolist() == [-1, -1]
    assert find_places(places[:0], wanted).tolist() == [-1] * len(wanted)


def test_an_extent_without_a_key_is_refused():
    places = torch.tensor([[0, 0, 0, 0], [0, 2**24, 2**24, 2**24]]).int()
    with pytest.raises(ValueError, match="their product must stay below 2\\^62"):
        kernel_map(places, places, kernel_offsets((3, 3, 3), (1, 1, 1)))


def test_far_from_the_origin_is_as_near_it():
    places = scattered(100, 5)
    moved = places + torch.tensor([0, 10**8, -(10**8), 10**9]).int()
    offsets = kernel_offsets((3, 3, 3), (1, 1, 1))
    one, other = kernel_map(places, places, offsets), kernel_map(moved, moved, offsets)
    assert torch.equal(one.takes, other.takes)
    assert one.starts == other.starts


@pytest.mark.parametrize("size", [(3, 3, 3), (5, 1, 3), (1, 1, 1), (2, 3, 3)])
def test_a_map_among_the_same_places_is_that_between_equal_ones(size: tuple[int, int, int]):
    places, offsets = scattered(300, 5), kernel_offsets(size, (1, 2, 1))
    same, equal = kernel_map(places, places, offsets), kernel_map(places, places.clone(), offsets)
    assert same.starts == equal.starts
    assert torch.equal(same.takes, equal.takes)
    assert torch.equal(same.gives, equal.gives)
