import numpy as np

from geo3d.metrics.bootstrap import interval, resamples, share_above


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    values = np.random.default_rng(0).normal(size=400)
    means = np.array([values[places].mean() for places in resamples(400, 4000, seed=1)])
    error = values.std() / 20
    low, high = interval(means)
    assert abs(low - (values.mean() - 1.96 * error)) < 0.1 * error
    assert abs(high - (values.mean() + 1.96 * error)) < 0.1 * error


def test_the_same_seed_draws_the_same_scenes():
    one, other = ([places.tolist() for places in resamples(7, 5, seed=3)] for _ in range(2))
    assert one == other
    assert one != [places.tolist() for places in resamples(7, 5, seed=4)]


def test_values_that_are_none_are_left_out():
    values = np.array([np.nan, 1.0, -1.0, 0.0, 2.0])
    assert share_above(values) == (2 + 0.5) / 4
    assert interval(np.array([np.nan, 3.0])) == (3.0, 3.0)
    assert np.isnan(interval(np.full(2, np.nan))).all()
    assert np.isnan(share_above(np.full(2, np.nan)))
