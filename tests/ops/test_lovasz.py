import pytest
import torch

from geo3d.metrics.confusion import confusion_matrix, intersection_over_union, mean_of
from geo3d.ops.lovasz import lovasz_softmax


def test_of_certain_predictions_it_is_one_minus_the_mean_iou():
    random = torch.Generator().manual_seed(0)
    labels, found = (torch.randint(0, 4, (500,), generator=random) for _ in range(2))
    iou = intersection_over_union(confusion_matrix(labels.numpy(), found.numpy(), 4, 4))
    certain = torch.nn.functional.one_hot(found, 4).double()
    assert float(lovasz_softmax(certain, labels)) == pytest.approx(1 - mean_of(iou))


def test_the_extension_is_a_sum_over_the_largest_errors_first():
    """By the definition: errors m_1 >= m_2 >= ..., each times what the set so far loses more than the one before."""
    random = torch.Generator().manual_seed(1)
    chances, labels = torch.rand(40, 3, generator=random).double().softmax(dim=1), torch.randint(0, 3, (40,))
    expected = []
    for place in range(3):
        of_class = labels == place
        errors = torch.where(of_class, 1 - chances[:, place], chances[:, place])
        before, total = 0.0, 0.0
        for count, row in enumerate(errors.argsort(descending=True).tolist(), start=1):
            wrong = set(errors.argsort(descending=True)[:count].tolist())
            truth = set(of_class.nonzero()[:, 0].tolist())
            lost = 1 - len(truth - wrong) / len(truth | wrong)
            total, before = total + float(errors[row]) * (lost - before), lost
        expected.append(total)
    torch.testing.assert_close(lovasz_softmax(chances, labels), torch.tensor(expected).double().mean())


def test_classes_that_do_not_occur_count_nothing():
    chances = torch.tensor([[0.5, 0.2, 0.3], [0.1, 0.6, 0.3]])
    assert float(lovasz_softmax(chances, torch.tensor([0, 0]))) == float(
        lovasz_softmax(chances[:, :2], torch.tensor([0, 0]))
    )
    assert float(lovasz_softmax(chances[:0], torch.tensor([], dtype=torch.int64))) == 0


def test_going_down_it_finds_the_labels():
    labels = torch.tensor([0, 0, 0, 1, 2, 2])
    logits = torch.zeros(6, 3, requires_grad=True)
    optimiser = torch.optim.Adam([logits], 0.2)
    for _ in range(60):
        optimiser.zero_grad()
        loss = lovasz_softmax(logits.softmax(dim=1), labels)
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.02
    assert torch.equal(logits.argmax(dim=1), labels)
