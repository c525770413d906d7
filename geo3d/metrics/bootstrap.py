"""How far a score would move with other scenes: the paired bootstrap (Efron and Tibshirani 1993, chapter 16)."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int64


def resamples(count: int, draws: int, seed: int) -> Iterator[Int64[np.ndarray, " scene"]]:
    """`draws` times the places of `count` scenes drawn with replacement; the same for every method, so paired."""
    random = np.random.default_rng(seed)
    for _ in range(draws):
        yield random.integers(0, count, count)


def interval(values: Float[np.ndarray, " draw"], level: float = 0.95) -> tuple[float, float]:
    """The middle part of the values that are not NaN (the percentile interval); NaN where there are none."""
    there = values[~np.isnan(values)]
    if not len(there):
        return float("nan"), float("nan")
    low, high = np.quantile(there, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def share_above(values: Float[np.ndarray, " draw"]) -> float:
    """Share of the values that are above 0, those at 0 counted half; NaN ones are left out."""
    there = values[~np.isnan(values)]
    return float(((there > 0) + 0.5 * (there == 0)).mean()) if len(there) else float("nan")
