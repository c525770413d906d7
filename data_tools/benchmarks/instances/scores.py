"""From the matches of any set of scenes to average precisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.protocol import Curve, Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

Line = tuple[Sequence[float], Sequence[float]]
HALF = 0
"""Place of the overlap 0.5; the last one is 0.25, and AP is the mean over all but that."""


@dataclass(frozen=True)
class Precisions:
    """Average precision of each class at each overlap, and the curve at one half."""

    average: NDArray[np.float64]
    """NaN where there is no true instance [class, overlap]."""
    curves: dict[int, Line]
    """Recall, from 0 on, and precision of each class that has both truth and matches."""
    ignored: tuple[int, ...]
    """Classes with true instances and predictions, of which at some overlap none counts."""


def instance_scores(tallies: Sequence[Tally], classes: tuple[str, ...], overlaps: NDArray[np.float64]) -> Scores:
    """AP, AP50 and AP25, over classes that have a true instance and of each."""
    import numpy as np

    from geo3d.metrics.confusion import mean_of

    totals = {name: np.sum([tally[name] for tally in tallies], axis=0) for name in ("missed", "true", "predicted")}
    found = _precisions(tallies, totals)
    columns = {"AP": found.average[:, :-1].mean(1), "AP50": found.average[:, HALF], "AP25": found.average[:, -1]}
    overall = {name: mean_of(values) for name, values in columns.items()}
    by_class = {**columns, "true instances": totals["true"], "predicted instances": totals["predicted"]}
    notes = _notes(found, [name for name, count in zip(classes, totals["true"], strict=True) if not count], classes)
    return Scores(overall, classes, by_class, curves=_curves(found, classes, overlaps), notes=notes)


def _precisions(tallies: Sequence[Tally], totals: dict[str, NDArray]) -> Precisions:
    import numpy as np

    from geo3d.metrics.average_precision import average_precisions, precision_recall

    scores, hits, cells = (np.concatenate([tally[name] for tally in tallies]) for name in ("scores", "hits", "cells"))
    missed, true, predicted = (totals[name] for name in ("missed", "true", "predicted"))
    counts = np.bincount(cells, minlength=missed.size).reshape(missed.shape)
    average = average_precisions(scores, hits, cells, missed.ravel()).reshape(missed.shape)
    average[true == 0] = np.nan
    curves: dict[int, Line] = {}
    for place in np.flatnonzero((true > 0) & (counts[:, HALF] > 0)).tolist():
        records = cells == place * missed.shape[1] + HALF
        precision, recall = precision_recall(scores[records], hits[records], int(missed[place, HALF]))
        curves[place] = recall[::-1].tolist(), precision[::-1].tolist()
    ignored = (true > 0) & (predicted > 0) & (counts == 0).any(1)
    return Precisions(average, curves, tuple(np.flatnonzero(ignored).tolist()))


def _curves(found: Precisions, classes: tuple[str, ...], overlaps: NDArray[np.float64]) -> tuple[Curve, ...]:
    import numpy as np

    there, order = np.flatnonzero(~np.isnan(found.average[:, HALF])).tolist(), np.argsort(overlaps)
    if not there:
        return ()
    rising = overlaps[order].tolist()
    averages = {"mean": found.average[there].mean(0), **{classes[place]: found.average[place] for place in there}}
    falling: dict[str, Line] = {name: (rising, values[order].tolist()) for name, values in averages.items()}
    precision: dict[str, Line] = {classes[place]: found.curves.get(place, ([0.0], [1.0])) for place in there}
    return (
        Curve("average precision over the overlap that a match has to exceed", "overlap", "AP", falling),
        Curve("precision over recall at an overlap of 0.5", "recall", "precision", precision),
    )


def _notes(found: Precisions, absent: Sequence[str], classes: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    if absent:
        notes.append(f"without a true instance, so left out of the means: {', '.join(absent)}")
    if found.ignored:
        names = ", ".join(classes[place] for place in found.ignored)
        notes.append(f"all predictions are ignored, so AP is 0 there: {names} (the official script fails here)")
    return tuple(notes)
