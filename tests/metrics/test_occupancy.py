import numpy as np

from geo3d.metrics.occupancy import occluded, occupancy_counts, visible_or_occluded

VALUES = np.array([-1.5, -1, -0.999, -0.5, 0, 0.5, 0.999, 1, 1.5, np.nan])


def test_surfaces_and_exactly_minus_one_count_and_one_does_not():
    assert VALUES[visible_or_occluded(VALUES)].tolist() == [-1, -0.999, -0.5, 0, 0.5, 0.999]


def test_what_is_behind_is_from_minus_one_to_below_nothing():
    assert VALUES[occluded(VALUES)].tolist() == [-1, -0.999, -0.5]


def test_counts_are_those_of_a_slow_loop():
    truth, prediction = np.random.default_rng(0).integers(0, 3, (2, 60))
    hits = false_hits = misses = 0
    for true, given in zip(truth, prediction, strict=True):
        hits += true > 0 and given > 0
        false_hits += true == 0 and given > 0
        misses += true > 0 and given == 0
    assert occupancy_counts(truth, prediction) == (hits, false_hits, misses)
