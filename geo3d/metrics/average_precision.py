"""Precision over recall of scored detections, and the average precision below that curve."""

import numpy as np
from jaxtyping import Bool, Float64, Int


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


def average_precisions(
    scores: Float64[np.ndarray, " detection"],
    hits: Bool[np.ndarray, " detection"],
    curves: Int[np.ndarray, " detection"],
    missed: Int[np.ndarray, " curve"],
) -> Float64[np.ndarray, " curve"]:
    """The average precision of many curves at once, each detection being of one of them; 0 where a curve has none."""
    order = np.lexsort([scores, curves])
    scores, hits, curves = scores[order], hits[order], curves[order]
    first = np.flatnonzero(np.append(True, (scores[1:] != scores[:-1]) | (curves[1:] != curves[:-1]))[: len(scores)])
    curve, below = curves[first], np.append(0, hits.cumsum())
    ends = np.bincount(curves, minlength=len(missed)).cumsum()
    all_found = np.diff(below[ends], prepend=0)
    found = below[ends[curve]] - below[first]
    precision = found / (ends[curve] - first)
    recall = found / np.maximum(all_found + missed, 1)[curve]
    last = np.append(curve[1:] != curve[:-1], True)[: len(curve)]
    next_precision, next_recall = np.where(last, 1, np.roll(precision, -1)), np.where(last, 0, np.roll(recall, -1))
    areas = (precision + next_precision) / 2 * (recall - next_recall)
    return np.bincount(curve, areas, minlength=len(missed)).astype(np.float64)  # of nothing it counts in whole numbers
