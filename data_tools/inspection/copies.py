"""Checks for images that are there twice: frames stored again, and a stream that stood still while the camera moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from geo3d.data_tools.inspection.agreement import APART
from geo3d.data_tools.inspection.facts import FrameFacts
from geo3d.data_tools.inspection.findings import Finding, counted
from geo3d.data_tools.inspection.images import EMPTY, ONE_COLOUR
from geo3d.data_tools.inspection.misread import angle_between

MOVED = 0.02
"""Metres: more than a camera on a tripod is said to move by a tracker's noise."""
TURNED = np.radians(1.0)
"""Likewise."""
AROUND = np.radians(30.0)
"""Turn from which on two views see different sides of things, and equal depth may be symmetry."""
OTHERWISE = 0.02
"""Relative depth error between equal depth images that says that their transforms contradict it."""

Images = Sequence[tuple[object, object]]
"""What colour and depth image of each frame are read from: file and part of it."""
Transforms = Sequence[np.ndarray | None]
"""``world_from_camera`` of each frame, where it has a usable one."""


def copied_frames(frames: Sequence[FrameFacts], images: Images, transforms: Transforms) -> list[Finding]:
    """Frames whose colour and depth are those of an earlier one, in other files: stored twice, or from elsewhere."""
    first: dict[tuple[bytes, bytes], int] = {}
    again, frozen = [], []
    for row, frame in enumerate(frames):
        if frame.colour.fault or frame.depth.fault or frame.measured < EMPTY:
            continue
        earlier = first.setdefault((frame.colour.digest, frame.depth.digest), row)
        if earlier == row or (moved(transforms[earlier], transforms[row]) and images[earlier][0] == images[row][0]):
            continue  # one image for all frames is meant so, and a ball looks the same from everywhere
        (frozen if moved(transforms[earlier], transforms[row]) else again).append(row)
    found = []
    if again:
        told = f"{counted(len(again), 'frame is/frames are')} there twice, with the same images and no other transform"
        found.append(Finding("warning", "duplicate", told, tuple(again), "the same as an earlier frame"))
    if frozen:
        what = counted(len(frozen), "frame has/frames have")
        told = f"{what} the images of an earlier one, and a transform from elsewhere"
        found.append(Finding("error", "frozen", told, tuple(frozen), "the images of an earlier frame, from elsewhere"))
    return found


def frozen_colour(frames: Sequence[FrameFacts], images: Images, transforms: Transforms) -> list[Finding]:
    """Colour that is the frame's before, under other depth, while the camera moved."""

    def stands_still(row: int) -> bool:
        before, here = frames[row - 1], frames[row]
        same = here.colour.digest == before.colour.digest and images[row][0] != images[row - 1][0]
        blank = here.colour.spread <= ONE_COLOUR
        return same and not blank and here.depth.digest != before.depth.digest and _moves(transforms, row)

    rows = tuple(row for row in range(1, len(frames)) if not frames[row].colour.fault and stands_still(row))
    if not rows:
        return []
    told = f"{counted(len(rows), 'frame has/frames have')} the colour image of the one before, though the camera moved"
    return [Finding("warning", "frozen colour", told, rows, "the colour image is that of the frame before")]


def frozen_depth(
    frames: Sequence[FrameFacts],
    images: Images,
    transforms: Transforms,
    disagreement: Callable[[int, int], float],
) -> list[Finding]:
    """Depth that is the frame's before, though by its transform it cannot be; `disagreement` is of two frames."""

    def stands_still(row: int) -> bool:
        before, here = frames[row - 1], frames[row]
        same = here.depth.digest == before.depth.digest and images[row][1] != images[row - 1][1]
        copied = here.colour.digest == before.colour.digest and images[row][0] != images[row - 1][0]
        if not same or copied or here.measured < EMPTY or here.depth.spread == 0 or not _moves(transforms, row):
            return False
        if angle_between(transforms[row - 1], transforms[row]) > AROUND:
            return False
        return OTHERWISE < disagreement(row - 1, row) < APART

    rows = tuple(row for row in range(1, len(frames)) if not frames[row].depth.fault and stands_still(row))
    if not rows:
        return []
    told = f"{counted(len(rows), 'frame has/frames have')} the depth image of the one before, though the camera moved"
    return [Finding("error", "frozen depth", told, rows, "the depth image is that of the frame before")]


def moved(first: np.ndarray | None, second: np.ndarray | None) -> bool:
    """Whether two transforms, both there, are further apart than a tracker's noise."""
    if first is None or second is None:
        return False
    return bool(np.linalg.norm(second[:3, 3] - first[:3, 3]) > MOVED or angle_between(first, second) > TURNED)


def _moves(transforms: Transforms, row: int) -> bool:
    return moved(transforms[row - 1], transforms[row])
