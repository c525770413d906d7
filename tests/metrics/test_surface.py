import math

import numpy as np
import pytest

from geo3d.metrics.surface import (
    agreement,
    chamfers,
    correspond,
    f_score,
    jaccard,
    normal_consistency,
    share_within,
    summary,
)


def test_correspondence_is_that_of_a_slow_loop():
    random = np.random.default_rng(0)
    prediction, truth = random.normal(size=(40, 3)), random.normal(size=(30, 3))
    found = correspond(prediction, truth)
    for i, point in enumerate(prediction):
        distances = [math.dist(point, other) for other in truth]
        assert found.accuracy[i] == pytest.approx(min(distances), rel=1e-14)
        assert found.nearest_truth[i] == distances.index(min(distances))
    for i, point in enumerate(truth):
        distances = [math.dist(point, other) for other in prediction]
        assert found.completeness[i] == pytest.approx(min(distances), rel=1e-14)
        assert found.nearest_prediction[i] == distances.index(min(distances))


def test_accuracy_starts_at_the_prediction_and_completeness_at_the_truth():
    found = correspond(np.zeros((1, 3)), np.array([[1.0, 0, 0], [5, 0, 0]]))
    assert found.accuracy.tolist() == [1]
    assert found.completeness.tolist() == [1, 5]


def test_chamfers_in_each_meaning():
    accuracy, completeness = np.array([1.0, 3.0]), np.array([4.0, 4.0, 7.0])
    a, c, squares = 2.0, 5.0, (1 + 9) / 2 + (16 + 16 + 49) / 3
    assert chamfers(accuracy, completeness).tolist() == pytest.approx([a + c, (a + c) / 2, 5, squares, squares / 2])
    assert np.isnan(chamfers(accuracy[:0], completeness)).all()
    assert np.isnan(chamfers(accuracy, completeness[:0])).all()


def test_a_distance_at_the_threshold_is_not_within_it():
    distances = np.array([0.05, 0.0, np.nextafter(0.05, 0), 0.2])
    assert share_within(distances, [0.05, 0.0, 1.0, 0.2]).tolist() == [0.5, 0, 1, 0.75]
    assert np.isnan(share_within(distances[:0], [0.05])).all()
    assert share_within(np.array([np.inf]), [1.0]).tolist() == [0]


def test_f_score_is_the_harmonic_mean_and_0_where_both_are_0():
    precision, recall = np.array([0.5, 0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.3])
    assert f_score(precision, recall).tolist() == pytest.approx([2 / 3, 0, 0, 0])
    assert math.isnan(f_score(np.array([np.nan]), np.array([0.0]))[0])


def test_the_summary_is_mean_median_and_largest():
    assert summary(np.array([4.0, 1.0, 1.0])).tolist() == [2, 1, 4]
    assert np.isnan(summary(np.zeros(0))).all()
    assert np.isnan(summary(np.full(3, np.inf))).all()


def test_agreement_is_the_cosine_whatever_the_lengths():
    normals = np.array([[2.0, 0, 0], [0, 0, 3], [0, 0, 0], [1, 1, 0]])
    others = np.array([[0.5, 0, 0], [0, 0, -9], [1, 0, 0], [0, 4, 0]])
    assert agreement(normals, others).tolist() == pytest.approx([1, -1, 0, math.sqrt(0.5)])
    assert math.isnan(agreement(normals, others, without=math.nan)[2])


def test_normal_consistency_looks_at_the_nearest_point_of_the_other_side():
    prediction, truth = np.array([[0.0, 0, 0], [9, 0, 0]]), np.array([[9.0, 0, 1], [0, 0, 1], [0.1, 0, 0]])
    predicted, true = np.array([[0.0, 0, 1], [1, 0, 0]]), np.array([[-1.0, 0, 0], [0, 1, 0], [0, 0, -1]])
    found = correspond(prediction, truth)
    unsigned, signed = normal_consistency(found, predicted, true)
    assert unsigned.tolist() == pytest.approx([1, (1 + 0 + 1) / 3])
    assert signed.tolist() == pytest.approx([-1, (-1 + 0 - 1) / 3])


def test_jaccard_of_sets_counted_by_hand():
    first, second = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert jaccard(first, second) == 1 / 3
    assert math.isnan(jaccard(first & ~first, second & ~second))
