"""Checks of camera transforms: those that are none, and those that jump away from the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from geo3d.data_tools.inspection.agreement import APART
from geo3d.data_tools.inspection.bends import beside_the_way
from geo3d.data_tools.inspection.findings import Finding, counted
from geo3d.data_tools.inspection.misread import angle_between, angle_of
from geo3d.data_tools.scans.assemble import LEAST_FRAMES, fault_of

FAST = 3.0
"""Times the median step that is looked at closer; depth then decides, so that suspicion is cheap."""
LEAST_STEP, LEAST_TURN = 0.01, np.radians(1.0)
"""Metres and radians that the median step is taken to be at least: a tripod's noise is no speed."""
CERTAIN = 10.0
"""Times the median step that is told even where no other frame can confirm it."""
CONTRADICTION, OF_TYPICAL = 0.02, 5.0
"""Relative depth error between frames that see the same: at least so much, and so many times the scan's own median."""
NEAR, LIKE = 1.5, np.radians(25.0)
"""Metres and radians between two frames that, by their transforms, may see the same."""
LOOKED_AT, WITNESSES = 4, 3
"""Frames of a piece, and frames elsewhere that each is compared with."""
SHORT = 5
"""Frames in a piece between two jumps after which the path goes on where it was: those frames are to blame."""

NO_TRANSFORMS = Finding(
    "warning",
    "transform",
    "no frame has a transform",
    repair="geo3d scan-to-mesh finds the camera's path in the images",
)


def unusable_transforms(transforms: Sequence[np.ndarray | None]) -> list[Finding]:
    """Missing, NaN, infinite, not rigid: the main job leaves such frames out by itself."""
    reasons: dict[str, list[int]] = {}
    for row, transform in enumerate(transforms):
        if reason := _reason(transform):
            reasons.setdefault(reason, []).append(row)
    usable = len(transforms) - sum(map(len, reasons.values()))
    level = "warning" if usable >= LEAST_FRAMES else "error"
    return [
        Finding(level, "transform", f"{counted(len(rows), 'frame has/frames have')} {reason}", tuple(rows), reason)
        for reason, rows in reasons.items()
    ]


def _reason(transform: np.ndarray | None) -> str | None:
    fault = fault_of(transform)
    if fault is None or transform is None:
        return fault
    if (transform == -np.inf).any():
        return "a transform of -infinity, which stands for a lost camera"
    if not np.isfinite(transform).all():
        return "a transform with NaN or infinity"
    return {"transform is not rigid": "a transform that is not rigid"}.get(
        fault, f"a transform that is no use: {fault}"
    )


def steps_between(transforms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Metres and radians from each of [n, 4, 4] to the next."""
    turns = [angle_between(*pair) for pair in pairwise(transforms)]
    return np.linalg.norm(np.diff(transforms[:, :3, 3], axis=0), axis=1), np.array(turns)


def break_path(unusual: np.ndarray, errors: np.ndarray, beside: Sequence[int] = ()) -> list[range]:
    """Pieces of the path between the steps that are worth a closer look.

    `unusual` is how many times the median step each step is; `errors` are relative depth errors between each frame and
    the next, NaN where they do not overlap; `beside` are frames that are pieces of their own.
    """
    overlaps = np.isfinite(errors)
    lost = ~overlaps & (overlaps.mean() > 0.5)  # where frames in a row mostly overlap, those that do not are suspicious
    alone = np.isin(np.arange(len(unusual) + 1), beside)
    cut = (unusual > FAST) | (errors > largest_error(errors)) | lost | alone[:-1] | alone[1:]
    return [range(*bounds) for bounds in pairwise([0, *(np.flatnonzero(cut) + 1).tolist(), len(unusual) + 1])]


def largest_error(errors: np.ndarray) -> float:
    """Relative depth error that a scan with these errors between its frames may well have."""
    known = errors[np.isfinite(errors)]
    return max(CONTRADICTION, OF_TYPICAL * float(np.median(known))) if len(known) else CONTRADICTION


def jumps(
    transforms: np.ndarray,
    rows: Sequence[int],
    errors: np.ndarray,
    disagreement: Callable[[int, int], float],
    seconds: np.ndarray | None = None,
) -> list[Finding]:
    """Frames whose transforms jump: speed raises the suspicion, and depth decides.

    `transforms` [n, 4, 4] are those of the listing's frames `rows`; `errors` [n - 1] as :func:`break_path` has them,
    `seconds` [n - 1] the time each step took, `disagreement` the relative depth error of two of the n. The largest
    piece of the path is believed, then what agrees with it, then the largest of the rest, and so on.
    """
    if len(rows) < LEAST_FRAMES:
        return []
    unusual, beside = _unusual_steps(transforms, seconds), beside_the_way(transforms, rows)
    groups, wrong, pending = _hear_witnesses(
        break_path(unusual, errors, beside), transforms, largest_error(errors), disagreement
    )
    alone = {piece.start for piece in pending if len(piece) == 1}.intersection(beside)
    detours = alone.union(_detours(pending, set().union(*groups), transforms))
    wrong, doubtful = sorted([*wrong, *detours]), _far_off(groups, transforms)
    found = []
    if wrong:
        what = "frame stands where its/frames stand where their"
        told = f"{counted(len(wrong), what)} depth or path contradicts that of the others"
        found.append(Finding("error", "jump", told, tuple(rows[i] for i in wrong), "its transform jumps"))
    if doubtful:
        told = f"the path jumps at {counted(len(doubtful), 'frame/frames')}, and no others see the same to check it"
        repair = "if it was recorded in one go, the transforms are wrong from there on: --frames takes one piece"
        found.append(Finding("warning", "jump", told, tuple(rows[i] for i in doubtful), repair=repair))
    return found


def _hear_witnesses(
    pieces: list[range], transforms: np.ndarray, limit: float, disagreement: Callable[[int, int], float]
) -> tuple[list[set[int]], list[int], list[range]]:
    """Groups of frames to believe, frames that depth contradicts, and short pieces of which nobody can tell.

    Frames of one group are known to stand rightly to each other, those of two are not.
    """
    pending = sorted(pieces, key=len, reverse=True)
    groups: list[set[int]] = [set(pending.pop(0))]
    wrong: list[int] = []
    while True:
        heard = False
        for piece in list(pending):
            told = _witnesses(sorted(set().union(*groups)), piece, transforms, disagreement)
            if not told:
                continue
            heard = True
            pending.remove(piece)
            if np.median(list(told.values())) > limit:
                wrong += list(piece)
            else:
                groups = _joined(groups, {*piece, *told})
        if not heard and (not pending or len(pending[0]) <= SHORT):
            return groups, wrong, pending
        if not heard:
            groups.append(set(pending.pop(0)))


def _witnesses(
    believed: list[int], piece: range, transforms: np.ndarray, disagreement: Callable[[int, int], float]
) -> dict[int, float]:
    """Depth errors of a piece against believed frames that see the same."""
    told = {}
    for i in piece[:: max(1, len(piece) // LOOKED_AT)]:
        away = np.linalg.norm(transforms[believed, :3, 3] - transforms[i, :3, 3], axis=1) / NEAR
        turns = angle_of(np.linalg.norm(transforms[believed, :3, :3] - transforms[i, :3, :3], axis=(1, 2)))
        away = np.maximum(away, turns / LIKE)
        closest = [believed[k] for k in np.argsort(away)[:WITNESSES] if away[k] < 1]
        told |= {other: error for other in closest if (error := disagreement(i, other)) < APART}
    return told


def _joined(groups: list[set[int]], frames: set[int]) -> list[set[int]]:
    """The groups, those with one of the frames made one with them."""
    met = [group for group in groups if group & frames]
    return [*(group for group in groups if not group & frames), frames.union(*met)]


def _far_off(groups: list[set[int]], transforms: np.ndarray) -> list[int]:
    """First frames of groups that nothing ties to the largest one: no witness, and no step that a hand can make."""
    usual, believed = _usual_step(transforms), sorted(set().union(*groups))
    for before, after in pairwise(believed):
        if _unusual(transforms, before, after, usual) <= CERTAIN:
            groups = _joined(groups, {before, after})
    largest = max(groups, key=len)
    return sorted(min(group) for group in groups if group is not largest)


def _detours(pieces: list[range], believed: set[int], transforms: np.ndarray) -> list[int]:
    """Frames of short pieces without witnesses that leave a path which then goes on where it was."""
    usual, found = _usual_step(transforms), []
    for piece in pieces:
        before = max((i for i in believed if i < piece.start), default=None)
        after = min((i for i in believed if i >= piece.stop), default=None)
        into = min(_unusual(transforms, before, piece.start, usual), _unusual(transforms, piece.stop - 1, after, usual))
        if into > FAST and _unusual(transforms, before, after, usual) <= FAST:
            found += list(piece)
    return found


def _unusual_steps(transforms: np.ndarray, seconds: np.ndarray | None) -> np.ndarray:
    """How many times the median step each step is, for the time it took."""
    metres, radians = steps_between(transforms)
    usual = _usual_step(transforms)
    unusual = np.maximum(metres / usual[0], radians / usual[1])
    if seconds is not None and (seconds > 0).all():
        unusual /= np.maximum(seconds / np.median(seconds), 1.0)
    return unusual


def _usual_step(transforms: np.ndarray) -> tuple[float, float]:
    metres, radians = steps_between(transforms)
    return max(float(np.median(metres)), LEAST_STEP), max(float(np.median(radians)), LEAST_TURN)


def _unusual(transforms: np.ndarray, first: int | None, second: int | None, usual: tuple[float, float]) -> float:
    """How many times the median step it is a frame from one frame to another; infinite where one is none."""
    if first is None or second is None:
        return np.inf
    metres, radians = steps_between(transforms[[first, second]])
    return float(max(metres[0] / usual[0], radians[0] / usual[1])) / (second - first)
