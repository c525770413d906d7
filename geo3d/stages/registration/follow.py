"""Follow the camera from frame to frame: each hangs on a key frame, and key frames on one another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo3d.stages.registration.align import align
from geo3d.stages.registration.step import Step
from geo3d.stages.registration.views import LEADING, LEAST_POINTS, View

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEY_OVERLAP = 0.7
"""A frame that shares less with its key frame is a new one."""
ALIKE, LEAST_ALIKE, PLACES = 0.9, 4, 5
"""Cosine of descriptors that may be of one feature, how many of the LEADING ones must be, and most views tried."""


@dataclass(frozen=True, eq=False)
class Link:
    """A step between two key frames."""

    source: int
    target: int
    step: Step
    closing: bool
    """Whether it was found by looking for the place, and not by following the camera."""


@dataclass
class Track:
    """Where the camera went, as far as it could be followed."""

    keys: list[View] = field(default_factory=list)
    key_rows: list[int] = field(default_factory=list)
    """The key frames' places in the scan."""
    parts: list[int] = field(default_factory=list)
    """Of each key frame, a number: key frames of one number are linked by the camera's way."""
    rough: list[NDArray[np.float64]] = field(default_factory=list)
    """Of each key frame, [4, 4], ``part_from_camera``: the steps one after the other."""
    links: list[Link] = field(default_factory=list)
    hangs_on: dict[int, tuple[int, NDArray[np.float64]]] = field(default_factory=dict)
    """By place in the scan: the frame's key frame, and ``key_from_camera`` [4, 4]."""
    empty: list[int] = field(default_factory=list)
    """Frames with too little depth."""
    lost: list[tuple[int, int]] = field(default_factory=list)
    """Frames between which the camera was not followed; the second began a part."""


@dataclass(frozen=True, eq=False)
class _Last:
    """The frame before, as it was placed."""

    row: int
    view: View
    step: Step | None
    """To its key frame; None: it is one."""


def follow(views: Iterable[View]) -> Track:
    """Hang each frame on a key frame that it is seen to lie to; where there is none, a new part begins."""
    track, last = Track(), None
    for row, view in enumerate(views):
        if len(view.points) < LEAST_POINTS:
            track.empty.append(row)
        else:
            last = _Last(row, view, _place(track, row, view, last))
    return track


def _place(track: Track, row: int, view: View, last: _Last | None) -> Step | None:
    """Hang a frame on a key frame, by the step that is given back, or make it one."""
    key, step = (0, None) if last is None else _beside(track, view, last)
    if step is None:
        if last is not None:
            track.lost.append((last.row, row))
        _begin_part(track, row, view)
    elif step.overlap < KEY_OVERLAP:
        _add_key(track, row, view, key, step)
    else:
        track.hangs_on[row] = key, step.target_from_source
        return step
    return None


def _beside(track: Track, view: View, last: _Last) -> tuple[int, Step | None]:
    """A key frame, and the step to it: the last one, the frame before, which becomes one, or any other."""
    key, key_from_last = track.hangs_on[last.row]
    step = align(view, track.keys[key], key_from_last)
    if step is None and last.step is not None:
        to_last = align(view, last.view, np.eye(4))
        if to_last is not None:
            return _add_key(track, last.row, last.view, key, last.step), to_last
    return (key, step) if step is not None else _anywhere(track, view, key)


def _anywhere(track: Track, view: View, key: int) -> tuple[int, Step | None]:
    """Look for the view's place by what it looks like, and by its form beside the last key frame."""
    for other in alike(view, track.keys):
        step = align(view, track.keys[other], None)
        if step is not None:
            return other, step
    return key, align(view, track.keys[key], None, by_shape=True)


def alike(view: View, others: list[View]) -> list[int]:
    """The PLACES of the other views that share most features with one, best first; fewer where few share any."""
    if not others or not len(view.descriptors):
        return []
    leading = view.descriptors[:LEADING]
    shared = [int(((leading @ other.descriptors[:LEADING].T).max(axis=1, initial=0) > ALIKE).sum()) for other in others]
    order = np.argsort([-count for count in shared], kind="stable")[:PLACES]
    return [int(i) for i in order if shared[i] >= LEAST_ALIKE]


def _begin_part(track: Track, row: int, view: View) -> None:
    track.hangs_on[row] = len(track.keys), np.eye(4)
    track.parts.append(max(track.parts, default=-1) + 1)
    track.rough.append(np.eye(4))
    track.keys.append(view)
    track.key_rows.append(row)


def _add_key(track: Track, row: int, view: View, onto: int, step: Step) -> int:
    key = len(track.keys)
    track.hangs_on[row] = key, np.eye(4)
    track.parts.append(track.parts[onto])
    track.rough.append(track.rough[onto] @ step.target_from_source)
    track.keys.append(view)
    track.key_rows.append(row)
    track.links.append(Link(key, onto, step, closing=False))
    return key
