"""Checks of time stamps, for formats that keep them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from geo3d.data_tools.inspection.findings import Finding, counted

LONG = 10.0
"""Times the median gap between frames: no camera that drops frames now and then drops so many in a row."""
LEAST_GAP = 0.5
"""Seconds: shorter ones are nothing to tell, however regular the rest."""


def time_goes_back(stamps: Sequence[float | None]) -> list[Finding]:
    """Frames not later than the one before."""
    known = [(row, stamp) for row, stamp in enumerate(stamps) if stamp is not None]
    rows = tuple(row for (_, before), (row, stamp) in pairwise(known) if not stamp > before)
    if not rows:
        return []
    told = f"{counted(len(rows), 'frame is/frames are')} stamped no later than the one before"
    repair = "order the frames by time; where transforms were matched by these stamps, match them again"
    return [Finding("warning", "time goes back", told, rows, repair=repair)]


def time_jumps(stamps: Sequence[float | None]) -> list[Finding]:
    """Frames long after the one before."""
    known = [(row, stamp) for row, stamp in enumerate(stamps) if stamp is not None]
    gaps = np.diff([stamp for _, stamp in known])
    if len(gaps) < 2 or not (typical := float(np.median(gaps))) > 0:
        return []
    long = gaps > max(LONG * typical, LEAST_GAP)
    rows = tuple(row for (row, _), jumps in zip(known[1:], long, strict=True) if jumps)
    if not rows:
        return []
    told = (
        f"time jumps before {counted(len(rows), 'frame/frames')}, by up to {gaps.max():.3g} s; "
        f"frames are {typical:.3g} s apart elsewhere"
    )
    return [Finding("warning", "time jumps", told, rows, repair="the recording may be in pieces: --frames takes one")]


def frame_rate(stamps: Sequence[float | None]) -> float | None:
    """Frames a second; None where fewer than two frames have stamps, or time stands still."""
    gaps = np.diff([stamp for stamp in stamps if stamp is not None])
    typical = float(np.median(gaps)) if len(gaps) else 0.0
    return 1 / typical if typical > 0 else None
