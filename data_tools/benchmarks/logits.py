"""Classes that were predicted: ids, or the scores of all classes, of which the best one is taken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def are_logits(table: NDArray, classes: int) -> bool:
    """Whether an array that was read has a column of numbers a class."""
    return table.ndim == 2 and table.shape[1] == classes


def best(logits: NDArray[np.floating], allowed: Sequence[int], file: Path) -> NDArray[np.int64]:
    """The allowed class with the highest score of each row, the first of several.

    Raises InputError naming the first row with a score that is not finite.
    """
    import numpy as np

    wrong = ~np.isfinite(logits).all(axis=1)
    if wrong.any():
        raise InputError(f"{file}, row {int(np.argmax(wrong)) + 1}: a score is not finite; numbers are needed")
    return np.asarray(allowed)[logits[:, list(allowed)].argmax(axis=1)]
