"""Stage: where the cameras of a scan stood, found from its images alone.

Frames are followed one after the other from key frame to key frame, places that are seen again are linked, and a graph
of all links gives the path that suits them best (Choi et al. 2015). Every step must pass a check against both depth
images; where none does, the path ends, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import say
from geo3d.progress import track as shown

if TYPE_CHECKING:
    from geo3d.scene.kinds import Encoded, RgbdScan
    from geo3d.stages.registration.follow import Track

LEAST_FRAMES, LEAST_SHARE = 3, 0.5
"""Frames that must hang together to be a scan, and their share of those with depth."""

TOLD = 5
"""Places where tracking is lost that are told one by one."""


@settings
class RegisterConfig:
    """Whether the camera's path is found from the images."""

    method: Literal["auto", "off", "always"] = "auto"
    """auto: where the scan says nothing of its cameras; off: never; always: also where it does, which is ignored."""


def register(scan: RgbdScan, config: RegisterConfig) -> RgbdScan:
    """The scan with transforms in the space of its first camera; frames that do not hang together are skipped.

    Raises InputError where fewer than LEAST_FRAMES or half of the frames with depth hang together.
    """
    from geo3d.stages.registration.libraries import missing, quiet_and_alone

    if missing():
        raise InputError(
            f"to find the camera's path in {scan.source}, as where a scan has none, takes {' and '.join(missing())}: "
            "pip install 'geo3d[register]', and on Linux the system's libusb-1.0-0"
        )
    import numpy as np
    import torch

    with quiet_and_alone():
        track, placed = _find_path(scan)
    rows = sorted(placed)
    world = np.linalg.inv(placed[rows[0]])
    return replace(
        scan,
        colour=tuple(scan.colour[row] for row in rows),
        depth=tuple(scan.depth[row] for row in rows),
        world_from_camera=torch.from_numpy(np.stack([world @ placed[row] for row in rows])),
        confidence=tuple(scan.confidence[row] for row in rows if scan.confidence),
        labels=tuple(scan.labels[row] for row in rows if scan.labels),
        probabilities=tuple(scan.probabilities[row] for row in rows if scan.probabilities),
        intrinsics=scan.intrinsics[rows],
        colour_intrinsics=scan.colour_intrinsics[rows],
        distortion=None if scan.distortion is None else scan.distortion[rows],
        colour_distortion=None if scan.colour_distortion is None else scan.colour_distortion[rows],
        up=None,
        skipped=(*scan.skipped, *_left_out(scan, track, placed)),
    )


def _find_path(scan: RgbdScan) -> tuple[Track, dict[int, Any]]:
    """The whole track, and ``world_from_camera`` [4, 4] by row, of the frames that hang together."""
    from geo3d.scene.frames import stream_frames
    from geo3d.stages.registration.follow import follow
    from geo3d.stages.registration.loops import close_loops, joined, optimise
    from geo3d.stages.registration.views import view_of

    unlabelled = replace(scan, labels=(), probabilities=())
    frames = shown(stream_frames(unlabelled), "register", total=len(scan.depth), unit="frames")
    track = follow(view_of(frame) for frame in frames)
    links = [*track.links, *close_loops(track)]
    whole = {row: key for row, (key, _) in track.hangs_on.items()}
    parts = joined(len(track.keys), links)
    frames_of = [sum(key in part for key in whole.values()) for part in map(set, parts)]
    most = max(frames_of, default=0)
    if most < max(LEAST_FRAMES, LEAST_SHARE * len(whole)):
        raise InputError(
            f"in {scan.source} the camera can be followed through {most} of {len(scan.depth)} frames only"
            f" ({_told(scan, track)}); scan slowly, with things of some form in view, or give the transforms"
        )
    placed = optimise(parts[frames_of.index(most)], links)
    found = {row: placed[key] @ on for row, (key, on) in track.hangs_on.items() if key in placed}
    _say(scan, track, found)
    return track, found


def _say(scan: RgbdScan, track: Track, found: dict[int, Any]) -> None:
    """Where tracking is lost, and how much of the scan the path is of."""
    for before, after in track.lost[:TOLD]:
        again = " and found again" if found.keys() >= {before, after} else ""
        say(f"register: tracking is lost{again} {_between(scan, before, after)}")
    if len(track.lost) > TOLD:
        say(f"register: tracking is lost {len(track.lost) - TOLD} times more")
    if len(found) < len(scan.depth):
        say(f"register: the path is that of {len(found)} of {len(scan.depth)} frames; the others are left out")


def _between(scan: RgbdScan, before: int, after: int) -> str:
    return f"between {_name(scan.colour[before], before)} and {_name(scan.colour[after], after)}"


def _told(scan: RgbdScan, track: Track) -> str:
    """What went wrong, in a few words."""
    said = []
    if track.lost:
        more = f", and {len(track.lost) - 1} times more" if len(track.lost) > 1 else ""
        said.append(f"tracking is lost {_between(scan, *track.lost[0])}{more}")
    if track.empty:
        said.append(f"{len(track.empty)} {'frames have' if len(track.empty) > 1 else 'frame has'} too little depth")
    return "; ".join(said) or "there are too few"


def _left_out(scan: RgbdScan, track: Track, placed: dict[int, Any]) -> Iterator[tuple[str, str]]:
    """Frames without a place: colour file and reason."""
    began = {after: before for before, after in track.lost}
    reason = f"tracking is lost {_between(scan, *track.lost[0])}" if track.lost else ""
    for row, encoded in enumerate(scan.colour):
        if row in began:
            reason = f"tracking is lost {_between(scan, began[row], row)}"
        if row in track.empty:
            yield _name(encoded, row), "too little depth to be registered"
        elif row not in placed:
            yield _name(encoded, row), reason


def _name(encoded: Encoded, row: int) -> str:
    return encoded.file if encoded.length is None else f"{encoded.file} frame {row}"
