from itertools import pairwise

import numpy as np
import pytest

from geo3d.metrics.instances import Candidates, Matches, match_instances, shared_vertices

LIMITS = np.array([0.5, 0.75, 0.25])


def candidates(true: list[set], predicted: list[set], confidences: list[float]) -> Candidates:
    inside = set().union(*true) if true else set()
    return Candidates(
        shared=np.array([[len(a & b) for b in true] for a in predicted], int).reshape(len(predicted), len(true)),
        predicted=np.array([len(a) for a in predicted], int),
        true=np.array([len(a) for a in true], int),
        void=np.array([len(a - inside) for a in predicted], int),
        confidences=np.array(confidences, float),
    )


def at(found: Matches, place: int = 0) -> tuple[list[tuple[float, bool]], int]:
    """Records at one overlap, sorted, and how many were missed."""
    rows = found.overlaps == place
    records = zip(found.scores[rows].tolist(), found.hits[rows].tolist(), strict=True)
    return sorted(records), int(found.missed[place])


def slow(true: list[set], predicted: list[set], confidences: list[float], limit: float, smallest: int, once: bool):
    """The rules with sets, one after the other."""
    records, missed, taken = [], 0, set()
    for one in (one for one in true if len(one) >= smallest):
        best = None
        for i, other in enumerate(predicted):
            if i in taken or not len(one & other) / len(one | other) > limit:
                continue
            if best is None:
                best = confidences[i]
                taken.add(i)
                continue
            records.append((min(best, confidences[i]), False))
            best = max(best, confidences[i])
            if once:
                taken.add(i)
        missed += best is None
        records += [] if best is None else [(best, True)]
    needed = set().union(*(one for one in true if len(one) >= smallest), set())
    for confidence, other in zip(confidences, predicted, strict=True):
        if any(len(one & other) / len(one | other) > limit for one in true):
            continue
        if not len(other - needed) / len(other) > limit:
            records.append((confidence, False))
    return sorted(records), missed


@pytest.mark.parametrize("once", [False, True])
def test_matches_are_those_of_the_rules_with_sets(once: bool):
    random = np.random.default_rng(0)
    for _ in range(200):
        ends = np.sort(random.integers(0, 90, 5))
        true = [set(range(a, b)) for a, b in pairwise(ends) if b > a]
        predicted = [set(range(a, a + random.integers(1, 40))) for a in random.integers(0, 80, 7)]
        confidences = random.choice([0.1, 0.3, 0.5, 0.9], 7).tolist()
        found = match_instances(candidates(true, predicted, confidences), LIMITS, 10, once)
        for place, limit in enumerate(LIMITS):
            assert at(found, place) == slow(true, predicted, confidences, limit, 10, once)


def test_a_match_needs_more_than_the_overlap():
    true, predicted = [set(range(20))], [set(range(10)), set(range(11))]
    assert at(match_instances(candidates(true, predicted[:1], [0.9]), LIMITS, 1)) == ([(0.9, False)], 1)
    assert at(match_instances(candidates(true, predicted[1:], [0.9]), LIMITS, 1)) == ([(0.9, True)], 0)


def test_of_two_that_fit_the_less_confident_is_false_whichever_comes_first():
    true, both = [set(range(20))], [set(range(18)), set(range(2, 20))]
    for confidences in ([0.2, 0.8], [0.8, 0.2]):
        assert at(match_instances(candidates(true, both, confidences), LIMITS, 1)) == ([(0.2, False), (0.8, True)], 0)


def test_one_that_came_second_matches_again_unless_each_counts_once():
    true = [set(range(20)), set(range(20, 40))]
    given = candidates(true, [set(range(20)), set(range(8, 32))], [0.9, 0.4])
    assert at(match_instances(given, LIMITS, 1), 2) == ([(0.4, False), (0.4, True), (0.9, True)], 0)
    assert at(match_instances(given, LIMITS, 1, once=True), 2) == ([(0.4, False), (0.9, True)], 1)


def test_what_lies_mostly_in_the_void_or_in_what_is_too_small_is_ignored():
    true, small = [set(range(20))], set(range(20, 28))
    for inside, kept in ((5, [(0.5, False)]), (4, [])):  # a half is not more than a half
        partly_void = set(range(inside)) | set(range(100, 110 - inside))
        assert at(match_instances(candidates(true, [partly_void], [0.5]), LIMITS, 10))[0] == kept
    over_small = {1, 2, 3} | set(list(small)[:4])
    assert at(match_instances(candidates([*true, small], [over_small], [0.5]), LIMITS, 9))[0] == []
    assert at(match_instances(candidates([*true, small], [over_small], [0.5]), LIMITS, 8))[0] == [(0.5, False)]


def test_what_finds_a_true_instance_that_is_too_small_is_no_mistake():
    found = match_instances(candidates([set(range(9))], [set(range(12))], [0.5]), LIMITS, 10)
    assert at(found) == ([], 0)


def test_nothing_is_matched_with_nothing():
    found = match_instances(candidates([], [], []), LIMITS, 1)
    assert found.scores.size == found.hits.size == found.overlaps.size == 0
    assert found.missed.tolist() == [0, 0, 0]
    assert at(match_instances(candidates([{1}], [], []), LIMITS, 1)) == ([], 1)


def test_vertices_are_counted_by_instance():
    instances, mask = np.array([0, 2, 2, 1, 2, 0]), np.array([1, 1, 0, 0, 1, 1], bool)
    assert shared_vertices(instances, mask, 4).tolist() == [2, 0, 2, 0]
