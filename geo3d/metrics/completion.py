"""How far completed distances are from the true ones, on the voxels of a region."""

import numpy as np
from jaxtyping import Bool, Float


def unobserved(
    distance: Float[np.ndarray, "*grid"], behind: float = 1.0, strictly: bool = False
) -> Bool[np.ndarray, "*grid"]:
    """Voxels that no view tells of: signed distances to the scan, in voxels, of ``-behind`` and below, and NaN.

    Those of exactly ``-behind`` count unless `strictly`.
    """
    return ~(distance >= -behind if strictly else distance > -behind)


def near_either(
    truth: Float[np.ndarray, "*grid"], prediction: Float[np.ndarray, "*grid"], reach: float
) -> Bool[np.ndarray, "*grid"]:
    """Voxels nearer than `reach` to the true or to the predicted surface."""
    return (truth < reach) | (prediction < reach)


def mean_error(
    truth: Float[np.ndarray, "*grid"], prediction: Float[np.ndarray, "*grid"], region: Bool[np.ndarray, "*grid"]
) -> tuple[float, float]:
    """Mean absolute and mean squared difference over a region, summed in float64; NaN where it is empty."""
    difference = truth[region].astype(np.float64) - prediction[region]
    if not difference.size:
        return float("nan"), float("nan")
    return float(np.abs(difference).mean()), float(np.square(difference).mean())


def running_mean32(values: Float[np.ndarray, " value"]) -> float:
    """The mean as a loop in float32 finds it, one value after the other; NaN of nothing.

    Its rounding grows with the number of values, and depends on their order.
    """
    if not values.size:
        return float("nan")
    total = np.cumsum(values, dtype=np.float32)[-1]
    return float(total / np.float32(values.size))


def total_error(
    truth: Float[np.ndarray, "*grid"], prediction: Float[np.ndarray, "*grid"], region: Bool[np.ndarray, "*grid"]
) -> tuple[float, int]:
    """Sum of the absolute differences over a region, in float64, and its number of voxels."""
    difference = np.abs(truth[region] - prediction[region])
    return float(difference.sum(dtype=np.float64)), difference.size
