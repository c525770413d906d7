import numpy as np
import pytest

from geo3d.metrics.average_precision import average_precision, average_precisions, precision_recall


def slow(scores: np.ndarray, hits: np.ndarray, missed: int) -> tuple[list[float], list[float]]:
    """Counted anew for each distinct score."""
    precision, recall = [], []
    for limit in sorted(set(scores)):
        chosen = [hit for score, hit in zip(scores, hits, strict=True) if score >= limit]
        precision.append(sum(chosen) / len(chosen))
        recall.append(sum(chosen) / (sum(hits) + missed))
    return [*precision, 1.0], [*recall, 0.0]


def test_curves_are_those_of_counting_at_each_score():
    random = np.random.default_rng(0)
    for count in (1, 2, 3, 40):
        for kinds in (2, 1000):
            scores, hits = random.integers(0, kinds, count) / kinds, random.random(count) < 0.6
            precision, recall = precision_recall(scores, hits, 3)
            wanted = slow(scores, hits, 3)
            assert precision.tolist() == wanted[0]
            assert recall.tolist() == wanted[1]


def test_detections_of_the_same_score_are_one_point_in_any_order():
    scores = np.array([0.5, 0.5, 0.5, 0.9])
    for hits in ([True, False, False, True], [False, False, True, True]):
        precision, recall = precision_recall(scores, np.array(hits), 0)
        assert precision.tolist() == [0.5, 1.0, 1.0]
        assert recall.tolist() == [1.0, 0.5, 0.0]


def test_the_average_is_the_convolution_that_the_scripts_write():
    random = np.random.default_rng(1)
    scores, hits = random.random(60), random.random(60) < 0.4
    precision, recall = precision_recall(scores, hits, 7)
    padded = np.concatenate([recall[:1], recall, [0.0]])
    assert average_precision(precision, recall) == pytest.approx(
        precision @ np.convolve(padded, [-0.5, 0, 0.5], "valid"), abs=1e-15
    )


@pytest.mark.parametrize(
    ("hits", "missed", "wanted"),
    [
        ([True, True], 0, 1.0),
        ([False, False], 2, 0.0),
        ([True], 1, 0.5),
        ([False, True], 0, 1.0),  # the hit has the higher score
        ([True, False], 0, 0.25),  # the line from (0, 0) to (1, 1/2), where COCO's steps have 0.5
    ],
)
def test_averages_by_hand(hits: list[bool], missed: int, wanted: float):
    scores = np.arange(len(hits)) / 10
    assert average_precision(*precision_recall(scores, np.array(hits), missed)) == pytest.approx(wanted, abs=1e-15)


def test_many_curves_at_once_are_each_by_itself():
    random = np.random.default_rng(2)
    for count in (0, 1, 5, 300):
        curves, missed = random.integers(0, 12, count) // 2 * 2, random.integers(0, 4, 12)
        scores, hits = random.integers(0, 30, count) / 30, random.random(count) < 0.5
        found = average_precisions(scores, hits, curves, missed)
        for curve in range(12):
            of = curves == curve
            wanted = 0.0
            if of.any():
                wanted = average_precision(*precision_recall(scores[of], hits[of], int(missed[curve])))
            assert found[curve] == pytest.approx(wanted, abs=1e-15)
