"""Counts of which class was taken for which, and the scores that follow from them."""

import numpy as np
from jaxtyping import Float64, Int, Int64


def confusion_matrix(
    truth: Int[np.ndarray, " place"], prediction: Int[np.ndarray, " place"], classes: int, columns: int
) -> Int64[np.ndarray, "truth prediction"]:
    """How often places of each true class, below ``classes``, were given each predicted one, below ``columns``.

    Places whose truth is out of that range are not counted; a prediction out of its range is an error of the caller.
    """
    rows = np.clip(truth, -1, classes).astype(np.int64) + 1  # a row before and one behind take what does not count
    counts = np.bincount(rows * columns + prediction, minlength=(classes + 2) * columns)
    return counts.reshape(classes + 2, columns)[1:-1]


def true_positives(confusion: Int[np.ndarray, "truth prediction"]) -> Int[np.ndarray, " class"]:
    """What was given its true class."""
    return np.diagonal(confusion).copy()


def false_negatives(confusion: Int[np.ndarray, "truth prediction"]) -> Int[np.ndarray, " class"]:
    """What is of the class and was given another, or none that counts."""
    return confusion.sum(1) - np.diagonal(confusion)


def false_positives(confusion: Int[np.ndarray, "truth prediction"]) -> Int[np.ndarray, " class"]:
    """What is of another class and was given this one."""
    classes = len(confusion)
    return confusion[:, :classes].sum(0) - np.diagonal(confusion)


def intersection_over_union(confusion: Int[np.ndarray, "truth prediction"]) -> Float64[np.ndarray, " class"]:
    """TP / (TP + FP + FN) of each class, a row each; NaN where a class is neither there nor predicted."""
    hits = true_positives(confusion)
    return divided(hits, hits + false_positives(confusion) + false_negatives(confusion))


def class_accuracy(confusion: Int[np.ndarray, "truth prediction"]) -> Float64[np.ndarray, " class"]:
    """TP / (TP + FN) of each class, which is its recall; NaN where it is not there."""
    return divided(true_positives(confusion), confusion.sum(1))


def overall_accuracy(confusion: Int[np.ndarray, "truth prediction"]) -> float:
    """Share of what was given its true class; NaN where nothing counts."""
    return float(divided(np.array([np.diagonal(confusion).sum()]), np.array([confusion.sum()]))[0])


def divided(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Above / below in float64, NaN where both or only what is below are 0."""
    found = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    return np.divide(above, below, out=found, where=below != 0)


def mean_of(values: np.ndarray) -> float:
    """The mean of what is not NaN; NaN where nothing is left."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else float("nan")
