"""Which predicted instance found which true one, by how much they overlap."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float64, Int


class Candidates(NamedTuple):
    """The true and predicted instances of one class in one scene, and what they share."""

    shared: Int[np.ndarray, "predicted true"]
    """Vertices that are in both."""
    predicted: Int[np.ndarray, " predicted"]
    """Vertices of each prediction; none is empty."""
    true: Int[np.ndarray, " true"]
    """Vertices of each true instance; none is empty."""
    void: Int[np.ndarray, " predicted"]
    """Vertices of each prediction that are in no true instance of any class."""
    confidences: Float64[np.ndarray, " predicted"]
    """Finite."""


class Matches(NamedTuple):
    """What precision and recall are made of, for each of some overlaps that count as found."""

    scores: Float64[np.ndarray, " record"]
    """Confidence of a true or false positive."""
    hits: Bool[np.ndarray, " record"]
    """Whether it is a true one."""
    overlaps: Int[np.ndarray, " record"]
    """Place of the overlap that it is a record of."""
    missed: Int[np.ndarray, " overlap"]
    """True instances that nothing found."""


def shared_vertices(
    instances: Int[np.ndarray, " vertex"], mask: Bool[np.ndarray, " vertex"], count: int
) -> Int[np.ndarray, " instance"]:
    """How many vertices of a mask are in each of `count` instances."""
    return np.bincount(instances[mask], minlength=count)


def match_instances(
    given: Candidates, overlaps: Float64[np.ndarray, " overlap"], smallest: int, once: bool = False
) -> Matches:
    """Match each true instance, in order, to the predictions that overlap it by more; in order, what is left of them.

    Overlap is intersection over union. Of the predictions that fit the same true instance, the most confident is a
    true positive and the others are false ones; one that came second can still find a further instance, unless each
    counts only `once`. True instances below `smallest` vertices need not be found. A prediction that overlaps none
    enough is a false positive, unless more of it than the overlap lies in what is void or too small.
    """
    unions = given.predicted[:, None] + given.true - given.shared
    needed = given.true >= smallest
    fits = (given.shared / unions > overlaps[:, None, None]) & needed
    ignored = given.void + given.shared[:, ~needed].sum(1)
    alone = ~fits.any(2) & (ignored / given.predicted <= overlaps[:, None])
    best, worse = _greedy(fits, given.confidences, once)
    at, prediction = np.nonzero(alone)
    found = np.bincount([place for place, _ in best], minlength=len(overlaps)).astype(np.int64)
    return Matches(
        np.array([*best.values(), *(score for _, score in worse), *given.confidences[prediction]], np.float64),
        np.repeat([True, False], [len(best), len(worse) + len(at)]),
        np.array([*(place for place, _ in best), *(place for place, _ in worse), *at], np.int64),
        needed.sum() - found,
    )


def _greedy(
    fits: Bool[np.ndarray, "overlap predicted true"], confidences: Float64[np.ndarray, " predicted"], once: bool
) -> tuple[dict[tuple[int, int], float], list[tuple[int, float]]]:
    """Confidence of what found each (overlap, true instance), and (overlap, confidence) of what came too late."""
    best: dict[tuple[int, int], float] = {}
    worse, taken = [], set()
    for at, true, predicted in np.argwhere(fits.transpose(0, 2, 1)).tolist():
        if (at, predicted) in taken:
            continue
        confidence, before = float(confidences[predicted]), best.get((at, true))
        if before is not None:
            worse.append((at, min(before, confidence)))
        if before is None or once:
            taken.add((at, predicted))
        best[at, true] = confidence if before is None else max(before, confidence)
    return best, worse
