"""Whether depth or transforms are read as something else than they are: as another unit, inverted, of other axes.

Each is tried on pairs of frames that look almost the same way. The angle between two cameras is the same however their
transforms are misread, so that it chooses the pairs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from geo3d.data_tools.inspection.agreement import APART, Pair, Reading, View, disagreement, pair_of, placed
from geo3d.data_tools.inspection.findings import Finding

MOST_PAIRS = 32
"""Enough for a median, few enough to be decoded in a second."""
LIKE = np.radians(12.0)
"""Angle between two cameras that still see the same, and far enough apart to tell one reading from another."""
ALIKE = np.radians(40.0)
"""The same for frames in no order, of which the closest are taken."""
GAPS = (32, 24, 16, 12, 8, 6, 4, 3, 2, 1)
"""Frames from one to the other, the longest that will do first: a longer way tells more."""
NEEDS_NO_REASON = 0.005
"""Relative depth error: what sensors and trackers have, whatever the reading. Clean scans have 0.1 to 1 %."""
MUCH_BETTER = 0.5
"""Error of another reading, over that of the given: on clean scans no other is better than 0.9."""
MOSTLY = 0.8
"""Share of the pairs that must be better for it, too."""
SUSPICIOUS = 0.02
"""Error from which on other readings are tried together with other units."""
CONTRADICTS = 0.05
"""Error that no sensor has and that is worth a word even where no other reading explains it."""
FACTORS = 1.3 ** np.arange(-35, 36)
"""Depth from 1/10,000 to 10,000 times as large."""
FEW, FEWER = 12, 4
"""Pairs, and one point in how many, that a factor is searched with; all then decide whether it is believed."""
UNITS = (1.0, 0.1, 0.01, 1 / 1000, 1 / 2000, 1 / 4000, 1 / 5000, 1 / 6553.5, 1e-4, 0.3048, 0.0254)
"""Metres a count that formats use."""
OF_A_UNIT = 0.06
"""Relative difference from a unit that is the same."""
NEAR, FAR = 0.05, 100.0
"""Metres: a scan's median depth lies between."""

_FLIP = np.diag([1.0, -1.0, -1.0, 1.0])

READINGS: dict[str, Reading] = {
    "as given": lambda matrix: matrix,
    "inverted": np.linalg.inv,
    "OpenGL axes": lambda matrix: matrix @ _FLIP,
    "inverted, OpenGL axes": lambda matrix: np.linalg.inv(matrix) @ _FLIP,
}
"""What ``world_from_camera`` may have been written as. The last is camera-from-world of cameras that look along -z."""
REPAIRS = {
    "inverted": "world_from_camera: the inverse of what is there, which is camera_from_world",
    "OpenGL axes": "world_from_camera: with the second and third column negated (x right, y down, z forward)",
    "inverted, OpenGL axes": "world_from_camera: the inverse, then with the second and third column negated",
}


@dataclass(frozen=True)
class Believed:
    """How a scan's numbers fit each other best."""

    reading: str
    """A name of READINGS."""
    factor: float
    """Of all depths."""
    error: float | None
    """Relative depth error between frames, so read; None where no two overlap in any reading."""
    error_as_given: float | None
    """And as given."""


AS_GIVEN = Believed("as given", 1.0, None, None)


def find_pairs(transforms: Sequence[np.ndarray | None], view: Callable[[int], View | None]) -> list[Pair]:
    """Pairs of frames that look almost the same way, all along the scan."""
    usable = [row for row, transform in enumerate(transforms) if transform is not None]
    anchors = usable[:: -(-len(usable) // MOST_PAIRS) or 1]
    chosen = [(row, other) for row in anchors if (other := _partner(row, usable, transforms)) is not None]
    rows = sorted({row for pair in chosen for row in pair})
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        views = dict(zip(rows, pool.map(view, rows), strict=True))
    seen = [(views[first], views[second]) for first, second in chosen]
    return [pair_of(first, second) for first, second in seen if first is not None and second is not None]


def believe(pairs: Sequence[Pair]) -> Believed:
    """The reading and factor with which the pairs agree; those given, unless others are much better."""
    if not pairs:
        return AS_GIVEN
    given = _errors(pairs, "as given", 1.0)
    if np.median(given) <= NEEDS_NO_REASON:
        return Believed("as given", 1.0, float(np.median(given)), float(np.median(given)))
    tried = {(reading, 1.0): _errors(pairs, reading, 1.0) for reading in READINGS}
    if not any(_is_better(errors, given) for errors in tried.values()):
        further = READINGS if np.median(given) > SUSPICIOUS else ("as given",)
        scaled = [(reading, _best_factor(pairs, reading)) for reading in further]
        tried |= {key: _errors(pairs, *key) for key in scaled}
    best = min(tried, key=lambda key: np.median(tried[key]))
    chosen = best if _is_better(tried[best], given) else ("as given", 1.0)
    error, before = float(np.median(tried[chosen])), float(np.median(given))
    return Believed(*chosen, *(None if value >= APART else value for value in (error, before)))


def misread_transforms(believed: Believed) -> list[Finding]:
    """Inverted, or of other axes."""
    if believed.reading == "as given":
        return []
    what = {"inverted": "inverted", "OpenGL axes": "of cameras that look along -z (OpenGL's axes)"}
    which = what.get(believed.reading, "inverted, and of OpenGL's axes")
    told = f"the transforms are {which}: so read, {_gain(believed)}"
    return [Finding("error", believed.reading, told, repair=REPAIRS[believed.reading])]


def misread_depth(believed: Believed, depth_unit: float, median_depth: float | None) -> list[Finding]:
    """A depth unit that does not go with the transforms, or makes a scene of no sensible size."""
    if believed.factor != 1.0:
        return [_of_other_unit(believed, depth_unit, median_depth or 1.0)]
    if median_depth is None or NEAR <= median_depth <= FAR:
        return []
    told = f"half of all depths are {'below' if median_depth < NEAR else 'above'} {median_depth:.3g} m"
    return [Finding("error", "depth scale", told, repair=f"depth_unit: now {depth_unit:g} m a count; is it another?")]


def is_of_positions(believed: Believed, median_depth: float | None) -> bool:
    """Whether it is rather the positions than the depths that are of another unit: depths are sensible as they are."""
    depth = median_depth or 0.0
    return NEAR <= depth <= FAR and not NEAR <= depth * believed.factor <= FAR


def contradictions(believed: Believed) -> list[Finding]:
    """Frames that do not agree, in any reading."""
    if believed.reading != "as given" or believed.factor != 1.0 or (believed.error or 0.0) < CONTRADICTS:
        return []
    told = f"where neighbouring frames see the same, their depths differ by {believed.error:.1%} (median)"
    repair = "world_from_camera, intrinsics, or depth that is not along z but along the ray: one of them is inexact"
    return [Finding("warning", "contradiction", told, repair=repair)]


def _of_other_unit(believed: Believed, depth_unit: float, median_depth: float) -> Finding:
    factor, unit = believed.factor, depth_unit * believed.factor
    likely = min(UNITS, key=lambda known: abs(np.log(known / unit)))
    unit = likely if abs(likely / unit - 1) < OF_A_UNIT else float(f"{unit:.3g}")
    told = f"depths {factor:.4g} times as large fit the transforms: {_gain(believed)}"
    repair = f"depth_unit: {unit:.6g} instead of {depth_unit:.6g}"
    if is_of_positions(believed, median_depth):
        repair = f"world_from_camera: positions divided by {factor:.4g}, to metres; depth seems to be in metres"
    return Finding("error", "depth scale", told, repair=repair)


def _gain(believed: Believed) -> str:
    before = "do not overlap at all" if believed.error_as_given is None else f"differ by {believed.error_as_given:.1%}"
    return f"neighbouring frames agree to {believed.error or 0:.1%} of depth, while as given they {before}"


def _errors(pairs: Sequence[Pair], reading: str, factor: float) -> np.ndarray:
    return np.array([disagreement(pair, placed(pair, READINGS[reading]), factor) for pair in pairs])


def _is_better(errors: np.ndarray, given: np.ndarray) -> bool:
    """Much, and for most of the pairs that overlap in either."""
    overlap = np.minimum(errors, given) < APART
    mostly = (errors < given)[overlap].mean() >= MOSTLY if overlap.any() else False
    return bool(mostly and np.median(errors) < MUCH_BETTER * np.median(given))


def _best_factor(pairs: Sequence[Pair], reading: str) -> float:
    """By two searches, the second around what the first has found, with some points of some pairs."""
    some = [replace(pair, points=pair.points[::FEWER]) for pair in pairs[:: 1 + len(pairs) // FEW]]
    where = [placed(pair, READINGS[reading]) for pair in some]

    def error(factor: float) -> float:
        return float(np.median([disagreement(*pair, factor) for pair in zip(some, where, strict=True)]))

    best = 1.0
    for factors in (FACTORS, 1.03 ** np.arange(-9, 10)):
        tried = best * factors
        best = float(tried[np.argmin([error(factor) for factor in tried])])
    return best


def _partner(anchor: int, usable: list[int], transforms: Sequence[np.ndarray | None]) -> int | None:
    ahead = (anchor + gap for gap in GAPS if anchor + gap < len(transforms))
    for other in ahead:
        if transforms[other] is not None and angle_between(transforms[anchor], transforms[other]) < LIKE:
            return other
    angles = {other: angle_between(transforms[anchor], transforms[other]) for other in usable if other != anchor}
    closest = min(angles, key=lambda other: angles[other], default=None)
    return closest if closest is not None and angles[closest] < ALIKE else None


def angle_between(first: np.ndarray | None, second: np.ndarray | None) -> float:
    """Radians by which one camera is turned against the other."""
    if first is None or second is None:
        return np.inf
    return float(angle_of(np.linalg.norm(first[:3, :3] - second[:3, :3])))


def angle_of(difference: np.ndarray | np.floating) -> np.ndarray:
    """Radians from the Frobenius norm of the difference of two rotations.

    0 for equal ones however far they are from orthogonal, unlike the arc cosine of the trace.
    """
    return 2 * np.arcsin(np.minimum(difference / np.sqrt(8), 1))
