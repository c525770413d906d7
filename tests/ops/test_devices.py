"""Batches move as a whole; the meta device stands for one that is not the CPU."""

from dataclasses import dataclass

import torch
from torch import Tensor

from geo3d.ops.devices import on_device
from geo3d.ops.sparse import SparseTensor, sparse_tensor

META, CPU = torch.device("meta"), torch.device("cpu")


@dataclass(frozen=True)
class Batch:
    cells: SparseTensor
    labels: list[Tensor]
    named: dict[str, tuple[Tensor, int]]
    scale: float


def batch() -> Batch:
    cells, _ = sparse_tensor(torch.tensor([[0, 1, 2, 3], [0, 0, 0, 0]]), torch.ones(2, 3))
    return Batch(cells, [torch.zeros(2)], {"a": (torch.ones(1), 3)}, 0.5)


def test_all_tensors_of_a_batch_go_along():
    found = on_device(batch(), META)
    assert found.cells.coordinates.is_meta
    assert found.cells.features.is_meta
    assert found.cells.stride == (1, 1, 1)
    assert found.labels[0].is_meta
    assert found.named["a"][0].is_meta
    assert (found.named["a"][1], found.scale) == (3, 0.5)


def test_what_is_there_already_stays_as_it_is():
    given = batch()
    found = on_device(given, CPU)
    assert found.cells.coordinates is given.cells.coordinates
    assert found.cells.places is given.cells.places
    assert found.labels[0] is given.labels[0]


def test_places_derived_on_one_device_are_not_taken_to_another():
    given = batch()
    given.cells.places.coarse[(0, 0)] = given.cells.coordinates
    assert on_device(given, META).cells.places.coarse == {}
