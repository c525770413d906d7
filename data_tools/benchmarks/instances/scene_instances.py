"""The instances of one scene, and how many vertices each prediction shares with each of the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.instances.instance_files import MOST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.instances.instance_files import Predicted
    from geo3d.metrics.instances import Candidates


@dataclass(frozen=True)
class TrueInstances:
    """The instances of the classes that count."""

    at: NDArray[np.int64]
    """Place of each vertex's instance, from 1 on; 0 is void [vertex]."""
    labels: NDArray[np.int64]
    """Place of each one's class, in the order of their ids [instance]."""
    sizes: NDArray[np.int64]
    """Vertices [instance]."""


@dataclass(frozen=True)
class PredictedInstances:
    """Predictions in their order, and what they share with the truth."""

    labels: NDArray[np.int64]
    """Place of each one's class [predicted]."""
    confidences: NDArray[np.float64]
    """Finite [predicted]."""
    shared: NDArray[np.int64]
    """Vertices in the void, then in each true instance [predicted, 1 + instance]."""


def true_instances(ids: NDArray[np.int64], places: Mapping[int, int]) -> TrueInstances:
    """Group vertices by id, which is label * 1000 + number [vertex]; labels that have no place are void."""
    import numpy as np

    table = np.full(max(places) + 1, -1, np.int64)
    table[list(places)] = list(places.values())
    within = np.where((ids >= 0) & (ids < len(table) * MOST), ids, 0)
    sizes = np.bincount(within, minlength=len(table) * MOST)
    there = np.flatnonzero(sizes)
    there = there[table[there // MOST] >= 0]
    at = np.zeros(len(sizes), np.int64)
    at[there] = np.arange(1, len(there) + 1)
    return TrueInstances(at[within], table[there // MOST], sizes[there])


def predicted_instances(predicted: Iterable[Predicted], true: TrueInstances, smallest: int) -> PredictedInstances:
    """Take one mask after the other; those of fewer vertices than `smallest` are left out."""
    import numpy as np

    from geo3d.metrics.instances import shared_vertices

    labels, confidences, shared = [], [], []
    for one in predicted:
        counts = shared_vertices(true.at, one.mask, len(true.labels) + 1)
        if counts.sum() >= smallest:
            labels.append(one.label)
            confidences.append(one.confidence)
            shared.append(counts)
    rows = np.array(shared, np.int64).reshape(-1, len(true.labels) + 1)
    return PredictedInstances(np.array(labels, np.int64), np.array(confidences, np.float64), rows)


def candidates_of(label: int, true: TrueInstances, predicted: PredictedInstances) -> Candidates:
    """The true and predicted instances of one class."""
    from geo3d.metrics.instances import Candidates

    rows, columns = predicted.labels == label, true.labels == label
    shared = predicted.shared[rows]
    return Candidates(
        shared=shared[:, 1:][:, columns],
        predicted=shared.sum(1),
        true=true.sizes[columns],
        void=shared[:, 0],
        confidences=predicted.confidences[rows],
    )
