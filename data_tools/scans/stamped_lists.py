"""Lists of files with time stamps, as TUM writes them, and which of two belong together."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from geo3d.errors import InputError

MOST_APART = 0.02
"""Seconds between colour and depth of one frame, as in TUM's associate.py."""
DENSEST = 100
"""Images that one may be compared with; a Kinect has one or two."""


def read_list(path: Path) -> dict[float, str]:
    """Files by time stamp in seconds, in order of time; of equal stamps the last counts, and # begins a comment line.

    Raises InputError where a line does not begin with a finite number, and a name.
    """
    found: dict[float, str] = {}
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    for number, line in enumerate(text.splitlines(), 1):
        words = re.split(r"[,\s]+", line.strip(), maxsplit=1)
        if not words[0] or words[0].startswith("#"):
            continue
        stamp = _number(words[0])
        if stamp is None or len(words) < 2 or not words[1]:
            raise InputError(f"{path} has the line {number} {line[:80]!r}; allowed are a time in seconds, then a file")
        found[stamp] = words[1]
    return dict(sorted(found.items()))


def associated(path: Path, colour: dict[float, str], depth: dict[float, str]) -> dict[float, float]:
    """The depth's stamp for each stamp of colour that has one: the closest first, each once.

    `path` is named where stamps are so dense that nobody could tell.
    """
    from geo3d.metrics.association import closest_stamps_once

    first, second = np.array(list(colour), np.float64), np.array(list(depth), np.float64)
    if not (len(first) and len(second)):
        return {}
    near = np.searchsorted(second, first + 2 * MOST_APART) - np.searchsorted(second, first - 2 * MOST_APART)
    if near.max() > DENSEST:
        raise InputError(f"{path} has {near.max():,} images within {4 * MOST_APART} s; {DENSEST} are allowed")
    pairs = closest_stamps_once(first, second, MOST_APART).tolist()
    return {float(first[a]): float(second[b]) for a, b in pairs}


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if np.isfinite(value) else None
