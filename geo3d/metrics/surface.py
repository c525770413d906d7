"""How far two sets of points of surfaces lie apart, and the scores that follow from it.

Accuracy is what goes from the prediction to the truth, completeness what goes from the truth to the prediction.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64, Int64

from geo3d.ops.nearest import nearest_both_ways


class Correspondence(NamedTuple):
    """The nearest point of the other set, for each point of both."""

    accuracy: Float64[np.ndarray, " predicted"]
    """Distance of each predicted point to the truth; inf where there is none."""
    nearest_truth: Int64[np.ndarray, " predicted"]
    """Its row, the first of equally near ones; -1 where there is none."""
    completeness: Float64[np.ndarray, " true"]
    """Distance of each true point to the prediction."""
    nearest_prediction: Int64[np.ndarray, " true"]
    """Its row."""


def correspond(prediction: Float[np.ndarray, "predicted 3"], truth: Float[np.ndarray, "true 3"]) -> Correspondence:
    """Nearest points both ways, exact in double precision."""
    sides = (torch.from_numpy(np.array(points, np.float64)) for points in (prediction, truth))
    (accuracy, nearest_truth), (completeness, nearest_prediction) = nearest_both_ways(*sides)
    return Correspondence(accuracy.numpy(), nearest_truth.numpy(), completeness.numpy(), nearest_prediction.numpy())


def summary(distances: Float64[np.ndarray, " point"]) -> Float64[np.ndarray, "3"]:
    """Mean, median and largest; NaN where there are none, or the other side has no points."""
    if len(distances) == 0 or np.isinf(distances[0]):
        return np.full(3, np.nan)
    return np.array([distances.mean(), np.median(distances), distances.max()])


CHAMFERS = ("sum", "half sum", "larger", "sum of squares", "half sum of squares")


def chamfers(
    accuracy: Float64[np.ndarray, " predicted"], completeness: Float64[np.ndarray, " true"]
) -> Float64[np.ndarray, " meaning"]:
    """What papers call Chamfer distance, in the order of CHAMFERS; NaN where a side has no points.

    With a and c the means of the distances, and A and C those of their squares: a + c; (a + c) / 2, which
    Mescheder et al. 2019 call chamfer-L1; max(a, c); A + C (Fan et al. 2017, there of sums); (A + C) / 2.
    """
    if len(accuracy) == 0 or len(completeness) == 0:
        return np.full(len(CHAMFERS), np.nan)
    a, c = accuracy.mean(), completeness.mean()
    squares = np.square(accuracy).mean() + np.square(completeness).mean()
    return np.array([a + c, (a + c) / 2, max(a, c), squares, squares / 2])


def share_within(distances: Float64[np.ndarray, " point"], thresholds: Sequence[float]) -> Float64[np.ndarray, " cut"]:
    """Share of the distances that are below each threshold, and not at it; NaN where there are no distances."""
    if len(distances) == 0:
        return np.full(len(thresholds), np.nan)
    return np.searchsorted(np.sort(distances), np.asarray(thresholds, np.float64), side="left") / len(distances)


def f_score(precision: Float[np.ndarray, "*cut"], recall: Float[np.ndarray, "*cut"]) -> Float64[np.ndarray, "*cut"]:
    """2 P R / (P + R), their harmonic mean; 0 where both are 0 (Knapitsch et al. 2017, equation 6)."""
    product, total = 2.0 * precision * recall, precision + recall
    return np.divide(product, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total > 0)


def agreement(
    normals: Float[np.ndarray, "point 3"], others: Float[np.ndarray, "point 3"], without: float = 0.0
) -> Float64[np.ndarray, " point"]:
    """Cosine of the angle between normals of any length, row by row; `without` where one has no length."""
    first, second = (side.astype(np.float64) for side in (normals, others))
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    dots = np.einsum("ij,ij->i", first, second)
    return np.divide(dots, lengths, out=np.full(len(dots), without), where=lengths > 0)


def normal_consistency(
    found: Correspondence,
    predicted: Float[np.ndarray, "predicted 3"],
    true: Float[np.ndarray, "true 3"],
    without: float = 0.0,
) -> Float64[np.ndarray, "2 2"]:
    """Mean :func:`agreement` of the prediction's normals, and of the truth's; first without signs, then with them."""
    sides = (
        agreement(predicted, true[found.nearest_truth], without),
        agreement(true, predicted[found.nearest_prediction], without),
    )
    return np.array([[np.abs(side).mean() for side in sides], [side.mean() for side in sides]])


def jaccard(first: Bool[np.ndarray, " place"], second: Bool[np.ndarray, " place"]) -> float:
    """Places that both hold over places that any holds; NaN where there are none."""
    union = int((first | second).sum())
    return int((first & second).sum()) / union if union else float("nan")
