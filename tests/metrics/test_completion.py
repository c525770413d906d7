import itertools
import math

import numpy as np

from geo3d.metrics.completion import mean_error, near_either, running_mean32, total_error, unobserved


def test_the_error_of_a_region_is_that_of_a_slow_loop():
    random = np.random.default_rng(0)
    truth, prediction = random.uniform(0, 5, (2, 5, 6, 7))
    scan = random.uniform(-3, 3, (5, 6, 7))
    absolute, squared, count = 0.0, 0.0, 0
    for place in itertools.product(range(5), range(6), range(7)):
        if scan[place] <= -1 and (truth[place] < 2.5 or prediction[place] < 2.5):
            difference = truth[place] - prediction[place]
            absolute, squared, count = absolute + abs(difference), squared + difference**2, count + 1
    found = mean_error(truth, prediction, unobserved(scan) & near_either(truth, prediction, 2.5))
    assert np.allclose(found, (absolute / count, squared / count), rtol=1e-12)


def test_exactly_one_voxel_behind_is_unobserved_unless_strictly_more_is_asked_for():
    scan = np.array([-np.inf, -2, -1, -0.999, 0, 3, np.nan])
    assert unobserved(scan).tolist() == [True, True, True, False, False, False, True]
    assert unobserved(scan, strictly=True).tolist() == [True, True, False, False, False, False, True]


def test_a_voxel_is_near_where_either_surface_is_and_not_at_the_reach_itself():
    truth, prediction = np.array([1.0, 9, 2.5, 2.5]), np.array([9.0, 1, 2.5, 2.4])
    assert near_either(truth, prediction, 2.5).tolist() == [True, True, False, True]


def test_nothing_has_no_error():
    values = np.ones(3)
    assert all(math.isnan(error) for error in mean_error(values, values, np.zeros(3, bool)))
    assert math.isnan(running_mean32(np.zeros(0, np.float32)))


def test_the_running_mean_rounds_after_each_value():
    values = np.array([2.0**24, 1, 1, 1, 1], np.float32)
    assert running_mean32(values) == np.float32(2.0**24) / np.float32(
        5
    )  # the ones are lost, which they are not in a tree
    assert running_mean32(values[::-1]) == np.float32(2.0**24 + 4) / np.float32(5)


def test_a_total_is_in_float64_and_counts_its_voxels():
    truth = np.full(1000, 0.1, np.float32)
    total, voxels = total_error(truth, truth + np.float32(1), truth > 0)
    assert (round(total, 5), voxels) == (1000.0, 1000)
    assert total_error(truth, truth, truth < 0) == (0.0, 0)
