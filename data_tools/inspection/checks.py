"""All checks of a scan, and the frames they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from geo3d.data_tools.inspection import cameras, copies, images, misread, path, stamps
from geo3d.data_tools.inspection.agreement import APART
from geo3d.data_tools.inspection.findings import LEVELS, Finding, counted
from geo3d.data_tools.inspection.gather import NOTHING_KNOWN, ScanFacts


def inspect_facts(facts: ScanFacts) -> list[Finding]:
    """What is wrong, worst first."""
    found = [
        *_incomplete(facts),
        *images.unreadable_images(facts.frames),
        *images.images_of_other_size(facts.frames),
        *images.blank_colour(facts.frames),
        *images.empty_depth(facts.frames),
        *images.depth_at_its_limit(facts.frames),
        *_copies(facts),
        *_cameras(facts),
        *misread.misread_transforms(facts.believed),
        *misread.misread_depth(facts.believed, facts.told.depth_unit, median_depth(facts)),
        *misread.contradictions(facts.believed),
        *(path.unusable_transforms(facts.told.transforms) if facts.located else [path.NO_TRANSFORMS]),
        *_time(facts),
    ]
    found += _jumps(facts, frames_to_skip(found))
    found += _refused(facts, frames_to_skip(found))
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def frames_to_skip(findings: Sequence[Finding]) -> dict[int, str]:
    """Why each frame is better left out; of several reasons the worst."""
    reasons: dict[int, str] = {}
    for finding in findings:
        for row in finding.frames if finding.skip else ():
            reasons.setdefault(row, finding.skip)
    return dict(sorted(reasons.items()))


def median_depth(facts: ScanFacts) -> float | None:
    """Metres, as read; None where nothing was measured."""
    samples = [frame.samples for frame in facts.frames if len(frame.samples)]
    return float(np.median(np.concatenate(samples))) if samples else None


def _incomplete(facts: ScanFacts) -> list[Finding]:
    if not facts.unpaired:
        return []
    name, reason = facts.unpaired[0]
    told = f"{counted(len(facts.unpaired), 'frame is/frames are')} left out by the format: {name}: {reason}"
    return [Finding("warning", "incomplete", told)]


def _refused(facts: ScanFacts, skipped: dict[int, str]) -> list[Finding]:
    """What the reader says of the scan even without the frames that are better left out."""
    refusal = facts.refusal_without(skipped.keys())
    return [Finding("error", "refused", f"it cannot be read: {refusal}")] if refusal else []


def _copies(facts: ScanFacts) -> list[Finding]:
    files = [((f.colour, f.colour_part), (f.depth, f.depth_part)) for f in facts.files]
    transforms: list[np.ndarray | None] = [None] * len(files)
    for row, transform in zip(facts.placed, facts.world_from_camera, strict=True):
        transforms[row] = transform
    return [
        *copies.copied_frames(facts.frames, files, transforms),
        *copies.frozen_colour(facts.frames, files, transforms),
        *copies.frozen_depth(facts.frames, files, transforms, facts.disagreement),
    ]


def _cameras(facts: ScanFacts) -> list[Finding]:
    sizes = {kind: images.common_size(facts.frames, kind) for kind in ("colour", "depth")}
    if facts.told.depth.intrinsics is NOTHING_KNOWN:
        return []
    found = cameras.check_intrinsics("depth", facts.told.depth.intrinsics, sizes["depth"])
    if sizes["colour"] != sizes["depth"] or facts.told.colour.intrinsics is not facts.told.depth.intrinsics:
        found += cameras.check_intrinsics("colour", facts.told.colour.intrinsics, sizes["colour"])
    return found or cameras.check_sizes(sizes["colour"], sizes["depth"])


def _jumps(facts: ScanFacts, skipped: dict[int, str]) -> list[Finding]:
    """Of the frames that nothing else is wrong with."""
    kept = [i for i, row in enumerate(facts.placed) if row not in skipped]
    rows = [facts.placed[i] for i in kept]
    errors = [facts.errors.get(pair) or facts.disagreement(*pair) for pair in pairwise(rows)]
    known = np.array([np.nan if error == APART else error for error in errors], np.float64)
    if not np.isfinite(known).any():  # depth cannot be asked, and speed alone is no proof
        return []
    times = [facts.files[row].stamp for row in rows]
    seconds = None if None in times else np.diff(np.array(times, np.float64))

    def between(first: int, second: int) -> float:
        return facts.disagreement(rows[first], rows[second])

    transforms = facts.world_from_camera[kept]
    if misread.is_of_positions(facts.believed, median_depth(facts)):
        transforms[:, :3, 3] /= facts.believed.factor
    return path.jumps(transforms, rows, known, between, seconds)


def _time(facts: ScanFacts) -> list[Finding]:
    times = [frame.stamp for frame in facts.files]
    return [*stamps.time_goes_back(times), *stamps.time_jumps(times)]
