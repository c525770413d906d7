import numpy as np

from geo3d.metrics.confusion import (
    class_accuracy,
    confusion_matrix,
    false_negatives,
    false_positives,
    intersection_over_union,
    mean_of,
    overall_accuracy,
    true_positives,
)


def test_the_matrix_is_that_of_a_slow_loop():
    random = np.random.default_rng(0)
    truth, prediction = random.integers(-1, 7, 500), random.integers(0, 6, 500)
    slow = np.zeros((5, 6), int)
    for true, given in zip(truth, prediction, strict=True):
        if 0 <= true < 5:
            slow[true, given] += 1
    assert np.array_equal(confusion_matrix(truth, prediction, 5, 6), slow)


def test_scores_of_sets_counted_by_hand():
    truth, prediction = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 3, 0])
    counts = confusion_matrix(truth, prediction, 3, 4)
    assert true_positives(counts).tolist() == [2, 1, 0]
    assert false_negatives(counts).tolist() == [1, 1, 1]
    assert false_positives(counts).tolist() == [1, 1, 0]
    assert intersection_over_union(counts).tolist() == [2 / 4, 1 / 3, 0]
    assert class_accuracy(counts).tolist() == [2 / 3, 1 / 2, 0]
    assert overall_accuracy(counts) == 3 / 6


def test_a_class_that_is_nowhere_has_no_score_and_does_not_count_in_the_mean():
    counts = confusion_matrix(np.array([0, 0]), np.array([0, 1]), 3, 3)
    ious = intersection_over_union(counts)
    assert np.isnan(ious[2])
    assert ious[1] == 0  # not there, but predicted
    assert mean_of(ious) == 0.25
    assert np.isnan(mean_of(np.full(3, np.nan)))
