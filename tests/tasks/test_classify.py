"""What things are: the loss of logits, and the share that is right."""

import pytest
import torch
from torch import Tensor, nn

from geo3d.batches.room_pieces import LabelledPieces
from geo3d.ops.sparse import SparseTensor
from geo3d.tasks.classify import Classify


class Given(nn.Module):
    """Logits that are the features."""

    def forward(self, tensor: SparseTensor, batches: int) -> Tensor:
        assert batches == len(tensor.features)
        return tensor.features


def batch(logits: list[list[float]], labels: list[int]) -> LabelledPieces:
    rows = torch.arange(len(labels), dtype=torch.int32)
    places = torch.stack([rows, rows, rows, rows], dim=1)
    return LabelledPieces(SparseTensor(places, torch.tensor(logits), (1, 1, 1)), torch.tensor(labels))


def test_the_loss_is_minus_the_logarithm_of_the_right_probability():
    ((part, loss),) = Classify().losses(Given(), batch([[1.0, 3.0], [2.0, 0.0]], [1, 1]))
    chances = torch.tensor([[1.0, 3.0], [2.0, 0.0]]).exp()
    right = chances[:, 1] / chances.sum(dim=1)
    assert part == "model"
    assert float(loss) == pytest.approx(float(-right.log().mean()))


def test_scores_count_each_class_alike_first():
    batches = [batch([[1.0, 0, 0], [1.0, 0, 0]], [0, 0]), batch([[0, 1.0, 0], [0, 0, 1.0]], [0, 1])]
    scores = Classify().scores(Given(), batches)
    assert list(scores) == ["class_accuracy", "accuracy"]
    assert scores["class_accuracy"] == pytest.approx((2 / 3 + 0) / 2)
    assert scores["accuracy"] == pytest.approx(2 / 4)
