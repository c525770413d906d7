"""Whether probabilities are what they say, and the temperature that makes them so (Guo et al. 2017)."""

import numpy as np
from jaxtyping import Float, Int

COLDEST, HOTTEST = 0.05, 20.0
"""Between which temperatures are looked for."""
GOLDEN = (5**0.5 - 1) / 2
CUTS = 30
"""Of the golden-section search: the logarithm of the temperature is found to within 6 / 2^21."""


def fit_temperature(logits: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, " sample"]) -> float:
    """What to divide logits by so that the labels are likeliest; 1 where there are none.

    The likelihood's logarithm is concave in the inverse temperature, so that a line search finds its one peak.
    """
    if not len(labels):
        return 1.0
    low, high = np.log(COLDEST), np.log(HOTTEST)
    inner = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
    costs = [_cost(logits, labels, place) for place in inner]
    for _ in range(CUTS):
        if costs[0] < costs[1]:
            high, inner[1], costs[1] = inner[1], inner[0], costs[0]
            inner[0] = high - GOLDEN * (high - low)
            costs[0] = _cost(logits, labels, inner[0])
        else:
            low, inner[0], costs[0] = inner[0], inner[1], costs[1]
            inner[1] = low + GOLDEN * (high - low)
            costs[1] = _cost(logits, labels, inner[1])
    return float(np.exp((low + high) / 2))


def probabilities_at(
    logits: Float[np.ndarray, "sample class"], temperature: float
) -> Float[np.ndarray, "sample class"]:
    """Softmax of logits divided by a temperature, in float64."""
    scaled = logits.astype(np.float64) / temperature
    likely = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


def calibration_error(
    probabilities: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, " sample"], bins: int = 15
) -> float:
    """The expected calibration error: how far the share that is right is from the confidence, by bins of confidence.

    Bins are (i / bins, (i + 1) / bins]; the mean counts each by its samples (equation 3). NaN of nothing.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    place = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    off = np.bincount(place, weights=right - confidence, minlength=bins)
    return float(np.abs(off).sum() / len(labels)) if len(labels) else float("nan")


def _cost(logits: np.ndarray, labels: np.ndarray, log_temperature: float) -> float:
    """Mean negative logarithm of the labels' probabilities."""
    scaled = logits.astype(np.float64) / np.exp(log_temperature)
    scaled -= scaled.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(labels)), labels]))
