"""Look at a scan: light listing, what its reader tells, and every frame decoded once, on all cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.inspection.agreement import APART, View, disagreement, pair_of, placed, points_of
from geo3d.data_tools.inspection.cameras import check_intrinsics
from geo3d.data_tools.inspection.facts import FrameFacts, decode, in_metres, look_at
from geo3d.data_tools.inspection.misread import READINGS, Believed, believe, find_pairs
from geo3d.data_tools.scans.assemble import Camera, Told, fault_of, overhear
from geo3d.data_tools.scans.listing import FrameFiles, Listing
from geo3d.errors import InputError
from geo3d.progress import track
from geo3d.scene.source import Source

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

CORNERS = 100
"""Points kept of each frame for the scene's extent."""
NOTHING_KNOWN = np.diag([np.nan, np.nan, 1.0])
"""Intrinsics of scans whose reader told none."""
TOLD_NOTHING = Told([], Camera(NOTHING_KNOWN), Camera(NOTHING_KNOWN), 0.001, ())
"""What a reader that fails before it has read anything has told; most formats count millimetres."""


@dataclass(frozen=True)
class ScanFacts:
    """All that the checks look at."""

    files: tuple[FrameFiles, ...]
    unpaired: tuple[tuple[str, str], ...]
    """Frames that the format found but cannot use: colour file and reason."""
    told: Told
    located: bool
    """Whether the scan says where any camera stood."""
    frames: tuple[FrameFacts, ...]
    believed: Believed
    placed: tuple[int, ...]
    """Frames with a usable transform."""
    world_from_camera: np.ndarray
    """[placed, 4, 4], as believed."""
    errors: dict[tuple[int, int], float]
    """Relative depth error of each placed frame and the next; APART where they do not overlap."""
    points: np.ndarray
    """[n, 3] of the scene, in its world, as believed."""
    disagreement: Callable[[int, int], float]
    """The same of any two of the listing's frames, decoded again."""
    refusal_without: Callable[[Set[int]], str | None]
    """Why the reader refuses the scan without some of its frames."""


def gather(folder: Path, reader: ModuleType, listing: Listing) -> ScanFacts:
    """Decode all frames of a listing; nothing in them raises."""
    told, refusal = _hear(folder, reader, listing)
    transforms = [None if fault_of(transform) else transform for transform in told.transforms]

    def given(row: int) -> View | None:
        return _view(folder, listing.frames[row], told, row, transforms[row])

    believed = believe(find_pairs(transforms, given))
    read = READINGS[believed.reading]

    def between(first: View | None, second: View | None) -> float:
        if first is None or second is None:
            return APART
        pair = pair_of(first, second)
        return disagreement(pair, placed(pair, read), believed.factor)

    def refusal_without(rows: Set[int]) -> str | None:
        kept = tuple(frame for row, frame in enumerate(listing.frames) if row not in rows)
        return _hear(folder, reader, replace(listing, frames=kept))[1] if rows else refusal

    frames, errors, points, before = [], {}, [np.zeros((0, 3))], None
    for row, (facts, depth) in enumerate(_decoded(folder, listing.frames, told)):
        frames.append(facts)
        if (transform := transforms[row]) is None:
            continue
        here = _as_view(depth, told, row, transform)
        if here is not None:
            corners = believed.factor * points_of(here.depth, here.intrinsics, CORNERS)
            points.append(corners @ read(transform)[:3, :3].T + read(transform)[:3, 3])
        if before is not None:
            errors[before[0], row] = between(before[1], here)
        before = row, here
    usable = {row: read(transform) for row, transform in enumerate(transforms) if transform is not None}
    return ScanFacts(
        files=listing.frames,
        unpaired=listing.skipped,
        told=told,
        located=listing.located,
        frames=tuple(frames),
        believed=believed,
        placed=tuple(usable),
        world_from_camera=np.array(list(usable.values())).reshape(-1, 4, 4),
        errors=errors,
        points=np.concatenate(points),
        disagreement=lambda first, second: between(given(first), given(second)),
        refusal_without=refusal_without,
    )


def _hear(folder: Path, reader: ModuleType, listing: Listing) -> tuple[Told, str | None]:
    """What the reader tells of the scan, and why it refuses it, if it does."""
    known = {"crop": None, **asdict(listing)}
    source, refusal = Source(folder, known, dict.fromkeys(listing.files, "")), None
    with overhear() as heard:
        try:
            reader.read(source, None)
        except (InputError, OSError) as error:
            refusal = str(error).removeprefix(f"{folder}/")
    told = heard[0] if heard else replace(TOLD_NOTHING, transforms=[None] * len(listing.frames))
    return told, refusal


def _decoded(folder: Path, files: tuple[FrameFiles, ...], told: Told) -> Iterator[tuple[FrameFacts, np.ndarray | None]]:
    """In order; a few frames a core in memory."""
    cores = os.cpu_count() or 1
    waiting = deque()
    with ThreadPoolExecutor(cores) as pool:
        for frame in track(files, "inspect", total=len(files), unit="frames"):
            waiting.append(pool.submit(look_at, folder, frame, told))
            if len(waiting) > 2 * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _view(folder: Path, frame: FrameFiles, told: Told, row: int, transform: np.ndarray | None) -> View | None:
    try:
        depth = in_metres(decode(folder, frame, told.depth, "depth"), told)
    except InputError:
        return None
    return _as_view(depth, told, row, transform)


def _as_view(depth: np.ndarray | None, told: Told, row: int, transform: np.ndarray | None) -> View | None:
    """None where the frame cannot be placed, or its intrinsics are not of its image."""
    if depth is None or transform is None or not depth.any():
        return None
    matrix = told.depth.intrinsics if told.depth.intrinsics.ndim == 2 else told.depth.intrinsics[row]
    return View(depth, matrix, transform) if not check_intrinsics("depth", matrix, depth.shape) else None
