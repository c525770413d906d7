"""Precision over recall of scored detections, and the average precision below that curve."""

import numpy as np
from jaxtyping import Bool, Float64


def precision_recall(
    scores: Float64[np.ndarray, " detection"], hits: Bool[np.ndarray, " detection"], missed: int
) -> tuple[Float64[np.ndarray, " point"], Float64[np.ndarray, " point"]]:
    """Precision and recall of what scores at least as high, at each distinct score from the lowest on; (1, 0) ends it.

    `missed` is what no detection found, whatever its score. There must be a detection.
    """
    order = np.argsort(scores)
    scores, hits = scores[order], hits[order]
    first = np.concatenate([[0], 1 + np.flatnonzero(scores[1:] != scores[:-1])])
    below = np.concatenate([[0], hits.cumsum()])
    found = below[-1] - below[first]
    precision = found / (len(scores) - first)
    recall = found / max(below[-1] + missed, 1)
    return np.concatenate([precision, [1.0]]), np.concatenate([recall, [0.0]])


def average_precision(precision: Float64[np.ndarray, " point"], recall: Float64[np.ndarray, " point"]) -> float:
    """Area below precision over falling recall, by the trapezoidal rule.

    That is what the instance scripts of Cityscapes and ScanNet sum up: each precision times half the recall between its
    neighbours, the first point being its own.
    """
    return -float(np.trapezoid(precision, recall))
