import math

import pytest
import torch
from torch import nn

from geo3d.batches.room_surfaces import LabelledCells
from geo3d.ops.sparse import SparseTensor
from geo3d.tasks.label_cells import LabelCells


class Given(nn.Module):
    """Logits that the features are."""

    def forward(self, cells: SparseTensor) -> SparseTensor:
        return cells


def batch(logits: list[list[float]], labels: list[int], weights: list[float]) -> LabelledCells:
    rows = torch.tensor(logits)
    places = torch.nn.functional.pad(torch.arange(len(rows))[:, None], (1, 2)).int()
    return LabelledCells(SparseTensor(places, rows, (1, 1, 1)), torch.tensor(labels), torch.tensor(weights))


def test_the_loss_is_the_weighted_mean_of_what_has_a_label():
    given = batch([[0.0, 1.0], [2.0, 0.0], [5.0, 5.0]], [1, 1, 255], [1.0, 3.0])
    ((part, loss),) = LabelCells(smoothing=0.0).losses(Given(), given)
    expected = (3 * math.log(1 + math.exp(-1)) + 3 * math.log(1 + math.exp(2))) / 6
    assert part == "model"
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_scores_are_those_of_all_batches_together():
    one = batch([[1.0, 0, 0], [1.0, 0, 0]], [0, 1], [1.0] * 3)
    other = batch([[0, 1.0, 0], [0, 0, 1.0], [0, 0, 1.0]], [1, 1, 255], [1.0] * 3)
    scores = LabelCells().scores(Given(), [one, other])
    assert scores["iou 0"] == pytest.approx(1 / 2)
    assert scores["iou 1"] == pytest.approx(1 / 3)
    assert scores["accuracy"] == pytest.approx(2 / 4)
    assert scores["miou"] == pytest.approx((1 / 2 + 1 / 3 + 0) / 3)


def test_the_loss_of_overlap_counts_what_has_a_label():
    given = batch([[9.0, 0.0], [0.0, 9.0], [9.0, 0.0]], [0, 0, 255], [1.0, 1.0])
    ((_, plain),) = LabelCells(smoothing=0.0).losses(Given(), given)
    ((_, both),) = LabelCells(smoothing=0.0, overlap=2.0).losses(Given(), given)
    assert float(both - plain) == pytest.approx(2 * 0.5, abs=1e-3)
