"""What a benchmark's protocol is: how its files pair up, how one scene is counted, and how counts become scores.

A protocol compares a stored prediction with a stored truth and never sees a model. It is one file in one of the folders
beside this one, holds a :class:`Protocol` named ``PROTOCOL``, and is listed in ``protocols.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Tally = dict[str, NDArray]
    """What one scene adds to the scores: plain arrays, small, and enough to make the scores of any set of scenes."""


@dataclass(frozen=True)
class Scene:
    """The files of one unit of a benchmark: a scene, a shape, an area, a sequence."""

    name: str
    """As it is listed; none twice."""
    prediction: tuple[Path, ...]
    """Every file that the prediction consists of; empty where it is missing."""
    truth: tuple[Path, ...]
    """Every file that the truth consists of."""


@dataclass(frozen=True)
class Curve:
    """Lines over a common axis."""

    title: str
    across: str
    """What runs along x, with its unit."""
    up: str
    """What runs along y."""
    lines: dict[str, tuple[Sequence[float], Sequence[float]]]
    """By name: x and y."""


@dataclass(frozen=True)
class Scores:
    """The numbers of a benchmark."""

    overall: dict[str, float]
    """By name, with the unit in it if it has one; the first is the one that scenes and methods are ranked by."""
    classes: tuple[str, ...] = ()
    """Rows of ``by_class``."""
    by_class: dict[str, Sequence[float]] = field(default_factory=dict)
    """Columns by name: a number a class, NaN where the protocol gives none."""
    confusion: NDArray[np.int64] | None = None
    """Counts, [truth, prediction]: a row a class."""
    confused_with: tuple[str, ...] = ()
    """Columns of ``confusion``: the classes, and what else can be predicted."""
    curves: tuple[Curve, ...] = ()
    """Precision over recall, or a score over a threshold."""
    notes: tuple[str, ...] = ()
    """What somebody who quotes the numbers has to know about them: a sentence each."""


@dataclass(frozen=True)
class Protocol:
    """How a benchmark scores."""

    name: str
    """As in ``geo3d benchmark NAME``."""
    version: int
    """Goes up whenever a number can come out differently."""
    title: str
    """What is scored, in a line."""
    explained: tuple[tuple[str, str], ...]
    """The protocol's choices in plain words: about what (unit, ids, ignored, absent class, ...), and which."""
    sources: tuple[str, ...]
    """Where they are defined: repository, path and commit, or paper."""
    find: Callable[[Path, Path], list[Scene]]
    """Pair the files below a folder of predictions with those below a folder of truths, in order of name.

    Raises InputError for a prediction that no truth belongs to.
    """
    count: Callable[[Scene, Choices], Tally | None]
    """Compare one scene, without shared state: scenes run in threads. None: the protocol leaves a missing one out.

    Raises InputError naming file and line for what cannot be compared.
    """
    score: Callable[[Sequence[Tally], Choices], Scores]
    """The scores of any number of scenes, at least one, and one of them as often as it is given."""
    lower_is_better: bool = False
    """Whether the first of the overall scores is an error."""
    picture: Callable[[Scene, Choices], NDArray[np.uint8] | None] | None = None
    """RGB [height, width, 3] of how prediction and truth differ; None where the files do not say where things are."""
    pictured: str = ""
    """What its panels and colours mean: a sentence."""
    adds_up: bool = False
    """Whether the scores depend on the sums of the tallies' arrays alone, all of which hold counts."""
