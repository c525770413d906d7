"""Which of two lists of time stamps belong together."""

import numpy as np
from jaxtyping import Float64, Int64


def nearest_stamps(
    first: Float64[np.ndarray, " first"], second: Float64[np.ndarray, " second"], most_apart: float
) -> Int64[np.ndarray, "pair 2"]:
    """Rows of each stamp of the shorter list (of equal ones, the second) and of the one nearest to it in the other.

    Stamps at most `most_apart` belong together; of two as near the earlier is taken, and one of the longer list can
    be taken again. As evo does it.
    """
    if len(first) < len(second):
        return _nearest(first, second, most_apart)
    return _nearest(second, first, most_apart)[:, ::-1]


def _nearest(
    stamps: Float64[np.ndarray, " stamp"], others: Float64[np.ndarray, " other"], most_apart: float
) -> Int64[np.ndarray, "pair 2"]:
    if (np.diff(others) >= 0).all():
        after = np.searchsorted(others, stamps, side="right")
        before, after = np.maximum(after - 1, 0), np.minimum(after, len(others) - 1)
        chosen = np.where(np.abs(others[after] - stamps) < np.abs(stamps - others[before]), after, before)
    else:
        chosen = np.array([np.abs(others - stamp).argmin() for stamp in stamps], np.int64)
    kept = np.abs(others[chosen] - stamps) <= most_apart
    return np.stack([np.flatnonzero(kept), chosen[kept]], axis=1)


def closest_stamps_once(
    first: Float64[np.ndarray, " first"], second: Float64[np.ndarray, " second"], most_apart: float
) -> Int64[np.ndarray, "pair 2"]:
    """Rows of stamps less than `most_apart` from each other, the closest first, each at most once; in order of time.

    Of the same stamp given again the last row counts. As associate.py of Sturm et al. 2012 does it.
    """
    (early, rows), (late, other_rows) = (_last_of_each(stamps) for stamps in (first, second))
    reach = 2 * most_apart  # what rounding leaves out at the ends does not matter
    start, stop = np.searchsorted(late, early - reach), np.searchsorted(late, early + reach)
    left = np.repeat(np.arange(len(early)), stop - start)
    right = np.concatenate([np.arange(a, b) for a, b in zip(start, stop, strict=True)], dtype=np.int64)
    apart = np.abs(early[left] - late[right])
    order = np.lexsort([right, left, apart])
    taken: dict[int, int] = {}
    gone = set()
    for i in order[apart[order] < most_apart].tolist():
        if int(left[i]) not in taken and int(right[i]) not in gone:
            taken[int(left[i])] = int(right[i])
            gone.add(int(right[i]))
    pairs = [(rows[a], other_rows[taken[a]]) for a in sorted(taken)]
    return np.array(pairs, np.int64).reshape(-1, 2)


def _last_of_each(
    stamps: Float64[np.ndarray, " stamp"],
) -> tuple[Float64[np.ndarray, " different"], Int64[np.ndarray, " different"]]:
    """Different stamps, sorted, and the last row of each."""
    different, from_end = np.unique(stamps[::-1], return_index=True)
    return different, len(stamps) - 1 - from_end
