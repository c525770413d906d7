"""Scores that every task that labels has: how right the labels are, and how right they say that they are."""

import numpy as np
from jaxtyping import Float, Int

from geo3d.metrics.calibration import calibration_error, fit_temperature, probabilities_at
from geo3d.metrics.confusion import intersection_over_union, mean_of, overall_accuracy


def label_scores(
    confusion: Int[np.ndarray, "truth prediction"],
    logits: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, " sample"],
) -> dict[str, float]:
    """Mean IoU first, accuracy, the temperature that samples ask for and the error it leaves, and each class's IoU."""
    iou, temperature = intersection_over_union(confusion), fit_temperature(logits, labels)
    return {
        "miou": mean_of(iou),
        "accuracy": overall_accuracy(confusion),
        "temperature": temperature,
        "ece": calibration_error(probabilities_at(logits, temperature), labels),
        "ece uncalibrated": calibration_error(probabilities_at(logits, 1.0), labels),
        **{f"iou {place}": float(value) for place, value in enumerate(iou)},
    }
