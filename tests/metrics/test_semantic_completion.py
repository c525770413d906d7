import numpy as np
import pytest

from geo3d.metrics.confusion import confusion_matrix
from geo3d.metrics.semantic_completion import completion_counts, completion_iou


def test_counts_are_those_of_sets_of_filled_voxels():
    random = np.random.default_rng(0)
    truth, prediction = (random.integers(0, 4, 1000) * (random.random(1000) < 0.4) for _ in range(2))
    confusion = confusion_matrix(truth, prediction, 4, 4)
    there, predicted = set(np.flatnonzero(truth)), set(np.flatnonzero(prediction))
    assert completion_counts(confusion) == (len(there & predicted), len(predicted), len(there))
    assert completion_iou(confusion) == pytest.approx(len(there & predicted) / len(there | predicted))


def test_a_volume_that_is_empty_in_both_has_no_score():
    assert np.isnan(completion_iou(np.diag([7, 0, 0])))
