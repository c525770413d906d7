"""How well the parts of one shape were found."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64, Int


def part_ious(
    truth: Int[np.ndarray, " point"], prediction: Int[np.ndarray, " point"], parts: Sequence[int]
) -> Float64[np.ndarray, " part"]:
    """Points in both over points in either, of each part; 1 where a part is in neither (Qi et al. 2017)."""
    true, given = (labels[:, None] == np.asarray(parts) for labels in (truth, prediction))
    both, either = (true & given).sum(0), (true | given).sum(0)
    return np.where(either > 0, both / np.maximum(either, 1), 1.0)
