"""Calibration: known temperatures are found again, errors are what a loop finds."""

import math

import numpy as np
import pytest

from geo3d.metrics.calibration import calibration_error, fit_temperature, probabilities_at


def drawn(temperature: float, count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn with the probabilities that they have at a temperature."""
    random = np.random.default_rng(1)
    logits = 3 * random.standard_normal((count, 5))
    likely = np.exp(logits / temperature)
    likely /= likely.sum(axis=1, keepdims=True)
    labels = (random.random((count, 1)) > likely.cumsum(axis=1)).sum(axis=1).clip(max=4)
    return logits, labels


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5, 8.0])
def test_the_temperature_that_labels_were_drawn_with_is_found(temperature: float):
    assert fit_temperature(*drawn(temperature)) == pytest.approx(temperature, rel=0.05)


def test_at_the_fitted_temperature_the_likelihood_has_no_slope():
    logits, labels = drawn(2.0, 500)
    fitted = fit_temperature(logits, labels)

    def cost(temperature: float) -> float:
        return -sum(
            math.log(row[label]) for row, label in zip(probabilities_at(logits, temperature), labels, strict=True)
        )

    assert cost(fitted) < min(cost(0.98 * fitted), cost(1.02 * fitted))
    assert (cost(1.001 * fitted) - cost(0.999 * fitted)) / (0.002 * fitted) == pytest.approx(0, abs=0.05)


def test_scaling_logits_scales_the_temperature():
    logits, labels = drawn(1.5, 2000)
    assert fit_temperature(4 * logits, labels) == pytest.approx(4 * fit_temperature(logits, labels), rel=1e-4)


def test_labels_that_are_always_right_want_it_as_cold_as_is_looked_for():
    logits, _ = drawn(1.0, 100)
    assert fit_temperature(logits, logits.argmax(axis=1)) == pytest.approx(0.05, rel=1e-3)


def test_probabilities_are_those_of_the_closed_form():
    found = probabilities_at(np.array([[0.0, 2 * math.log(3)], [1000.0, 0.0]], np.float32), 2.0)
    assert found == pytest.approx(np.array([[0.25, 0.75], [1.0, 0.0]]))


@pytest.mark.parametrize("bins", [1, 10, 15])
def test_the_calibration_error_is_what_a_loop_finds(bins: int):
    logits, labels = drawn(2.0, 1000)
    likely = probabilities_at(logits, 1.0)
    likely[0] = [1, 0, 0, 0, 0]
    inside: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for row, label in zip(likely.tolist(), labels.tolist(), strict=True):
        confidence = max(row)
        for place in range(bins):
            if place / bins < confidence <= (place + 1) / bins:
                inside[place].append((confidence, row.index(confidence) == label))
    expected = sum(
        abs(sum(right for _, right in one) - sum(confidence for confidence, _ in one)) for one in inside
    ) / len(labels)
    assert calibration_error(likely, labels, bins) == pytest.approx(expected)


def test_a_confidence_between_two_bins_is_of_the_lower_one():
    likely = np.array([[0.5, 0.25, 0.25], [0.4, 0.3, 0.3], [0.6, 0.2, 0.2]])
    right_below, wrong_above = abs(1 - 0.5 - 0.4), 0.6
    assert calibration_error(likely, np.array([0, 1, 1]), 4) == pytest.approx((right_below + wrong_above) / 3)


def test_honest_probabilities_have_little_error_and_boastful_ones_much():
    logits, labels = drawn(3.0)
    assert calibration_error(probabilities_at(logits, 3.0), labels) < 0.02
    assert calibration_error(probabilities_at(logits, 1.0), labels) > 0.2


def test_of_nothing_the_temperature_is_one_and_the_error_not_known():
    assert fit_temperature(np.zeros((0, 3)), np.zeros(0, np.int64)) == 1
    assert math.isnan(calibration_error(np.zeros((0, 3)), np.zeros(0, np.int64)))
