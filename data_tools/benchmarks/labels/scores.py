"""The scores of label confusions, which every protocol of labels shares."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.protocol import Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally


def places_of(ids: Sequence[int], other: int) -> NDArray[np.int64]:
    """Table of the place of each id in `ids`, from id 0 to one past the largest; `other` for those it does not hold."""
    import numpy as np

    table = np.full(max(ids) + 2, other, np.int64)
    table[list(ids)] = np.arange(len(ids))
    return table


def looked_up(table: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each id; what is out of the table is like its last entry."""
    return table[ids.clip(-1, len(table) - 1)]  # -1 is the last entry


def total_confusion(tallies: Sequence[Tally]) -> NDArray[np.int64]:
    """The sum of the tallies' ``confusion``."""
    import numpy as np

    return np.sum([tally["confusion"] for tally in tallies], axis=0)


def confusion_scores(confusion: NDArray[np.int64], classes: tuple[str, ...], others: tuple[str, ...]) -> Scores:
    """Mean IoU, overall and mean class accuracy; means are over classes that are there or predicted."""
    from geo3d.metrics.confusion import class_accuracy, intersection_over_union, mean_of, overall_accuracy

    ious, accuracies = intersection_over_union(confusion), class_accuracy(confusion)
    overall = {
        "mean IoU": mean_of(ious),
        "overall accuracy": overall_accuracy(confusion),
        "mean class accuracy": mean_of(accuracies),
    }
    columns = {"IoU": ious, "accuracy": accuracies, "count": confusion.sum(1)}
    return Scores(overall, classes, columns, confusion, (*classes, *others))


def absent(confusion: NDArray[np.int64], classes: tuple[str, ...]) -> tuple[str, ...]:
    """Classes that are neither there nor predicted."""
    columns = confusion[:, : len(classes)].sum(0) + confusion.sum(1)
    return tuple(name for name, count in zip(classes, columns, strict=True) if count == 0)


def listed(names: Sequence[str]) -> str:
    """Names for a sentence: how many, and the first dozen."""
    shown = ", ".join(names[:12])
    return shown if len(names) <= 12 else f"{len(names)} classes ({shown}, ...)"


def without_absent(scores: Scores, choices: Choices) -> Scores:
    """Scores that say which classes are neither there nor predicted, on which the official code fails.

    To the compatible reading they are not part of the mean IoU; to the strict one it is then not defined.
    """
    if scores.confusion is None or not (gone := absent(scores.confusion, scores.classes)):
        return scores
    note = f"neither there nor predicted, so left out of the mean: {listed(gone)} (the official script fails here)"
    if choices.reading == "compatible":
        return dataclasses.replace(scores, notes=(*scores.notes, note))
    note = f"neither there nor predicted, so the mean over {len(scores.classes)} classes is not defined: {listed(gone)}"
    overall = scores.overall | {"mean IoU": float("nan")}
    return dataclasses.replace(scores, overall=overall, notes=(*scores.notes, note))
