"""How well a volume of classes says what is empty and what is not."""

import numpy as np
from jaxtyping import Int

from geo3d.metrics.confusion import divided


def completion_counts(confusion: Int[np.ndarray, "truth prediction"]) -> tuple[int, int, int]:
    """Voxels that are filled in both, in the prediction, and in the truth; class 0 is empty, all others are filled."""
    return int(confusion[1:, 1:].sum()), int(confusion[:, 1:].sum()), int(confusion[1:, :].sum())


def completion_iou(confusion: Int[np.ndarray, "truth prediction"]) -> float:
    """Voxels filled in both, over those filled in either; NaN where there are none."""
    both, predicted, there = completion_counts(confusion)
    return float(divided(np.array(both), np.array(predicted + there - both)))
