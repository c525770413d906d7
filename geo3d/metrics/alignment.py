"""The rigid motion, or the one with scale, that takes points closest to those they belong to."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64


class Similarity(NamedTuple):
    """``true = scale * rotation @ given + translation``."""

    rotation: Float64[np.ndarray, "3 3"]
    """Without reflection."""
    translation: Float64[np.ndarray, "3"]
    """Metres."""
    scale: float
    """1 where it was not asked for."""
    determined: bool
    """Whether there is but one best rotation: not where the points, matched, lie on a line or at one place."""


def umeyama(
    given: Float64[np.ndarray, "point 3"], true: Float64[np.ndarray, "point 3"], with_scale: bool
) -> Similarity:
    """Least-squares motion from `given` to `true`; Umeyama 1991, equations 34 to 43, Horn 1987 without scale.

    Where the rotation is not determined it is one of the best; where all of either are at one place, the scale is 1.
    """
    from_mean, to_mean = given.mean(0), true.mean(0)
    apart, covariance = given - from_mean, (true - to_mean).T @ (given - from_mean) / len(given)
    U, D, V = np.linalg.svd(covariance)
    S = np.array([1.0, 1.0, -1.0 if np.linalg.det(U) * np.linalg.det(V) < 0 else 1.0])
    rotation = (U * S) @ V
    spread = (apart**2).sum() / len(given)
    rank = int((np.finfo(np.float64).eps < D).sum())
    scale = float(D @ S / spread) if with_scale and rank else 1.0
    return Similarity(rotation, to_mean - scale * rotation @ from_mean, scale, determined=rank >= 2)
