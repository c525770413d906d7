"""The scores of label confusions, which every protocol of labels shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.protocol import Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally


def places_of(ids: Sequence[int], other: int) -> NDArray[np.int64]:
    """Table of the place in `ids` of each id from -1 to one past the largest; `other` where they do not hold it."""
    import numpy as np

    table = np.full(max(ids) + 3, other, np.int64)
    table[np.array(ids) + 1] = np.arange(len(ids))
    return table


def looked_up(table: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each id, of any size, in a table of :func:`places_of`."""
    import numpy as np

    return np.take(table, np.clip(ids, -1, len(table) - 2) + 1)


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
