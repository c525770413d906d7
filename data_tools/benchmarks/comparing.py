"""Methods side by side: how far their scores, and what lies between them, would move with other scenes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.protocol import Protocol
from geo3d.progress import track

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally


@dataclass(frozen=True)
class Method:
    """What one benchmark run says of a method."""

    name: str
    tallies: list[Tally]


@dataclass(frozen=True)
class Compared:
    """One score of one method beside the first method's."""

    method: str
    score: str
    value: float
    between: tuple[float, float]
    """What 95 % of the resamples give."""
    difference: float
    """Value less the first method's."""
    difference_between: tuple[float, float]
    """What 95 % of the resamples give: a difference is clear where 0 is not inside."""
    first: bool
    """Whether this is the first method."""
    above_first: float
    """Share of the resamples in which the value is above the first method's; equal ones count half."""


def compare_methods(
    protocol: Protocol, choices: Choices, methods: Sequence[Method], draws: int, seed: int
) -> list[Compared]:
    """Every overall score of every method, with paired bootstrap intervals; all have the same scenes in one order."""
    import numpy as np

    from geo3d.metrics.bootstrap import interval, resamples, share_above

    scores = [protocol.score(method.tallies, choices).overall for method in methods]
    names = list(dict.fromkeys(name for score in scores for name in score))
    nan = float("nan")  # of a score that only other scenes or methods have, such as that of an area
    resample_of = [_resampler(method.tallies, protocol.adds_up) for method in methods]
    drawn = np.empty((len(methods), draws, len(names)))
    chosen = resamples(len(methods[0].tallies), draws, seed)
    for draw, places in enumerate(track(chosen, "resample", draws, "draws")):
        for row, resample in enumerate(resample_of):
            resampled = protocol.score(resample(places), choices).overall
            drawn[row, draw] = [resampled.get(name, nan) for name in names]
    return [
        Compared(
            method=method.name,
            score=name,
            value=scores[row].get(name, nan),
            between=interval(drawn[row, :, column]),
            difference=scores[row].get(name, nan) - scores[0].get(name, nan),
            difference_between=interval(drawn[row, :, column] - drawn[0, :, column]),
            first=row == 0,
            above_first=share_above(drawn[row, :, column] - drawn[0, :, column]),
        )
        for column, name in enumerate(names)
        for row, method in enumerate(methods)
    ]


def _resampler(tallies: Sequence[Tally], adds_up: bool) -> Callable[[NDArray[np.int64]], list[Tally]]:
    """What gives the tallies at some places: all of them, or where they add up their sum, in one product."""
    import numpy as np

    if not adds_up:
        return lambda places: [tallies[place] for place in places]
    shapes = {name: counts.shape for name, counts in tallies[0].items()}
    stacked = {name: np.stack([tally[name].ravel() for tally in tallies]).astype(np.float64) for name in shapes}

    def summed(places: NDArray[np.int64]) -> list[Tally]:
        often = np.bincount(places, minlength=len(tallies)).astype(np.float64)  # sums are whole, exact below 2^53
        return [{name: (often @ stacked[name]).reshape(shape).astype(np.int64) for name, shape in shapes.items()}]

    return summed
