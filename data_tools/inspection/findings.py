"""What an inspection says of a scan."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
"""An error spoils the mesh or stops the run; a warning costs frames or quality; a note is worth knowing."""


@dataclass(frozen=True)
class Finding:
    """One thing found."""

    level: Level
    check: str
    """Which check found it: one or two words."""
    sentence: str
    """What is wrong."""
    frames: tuple[int, ...] = ()
    """Places in the listing; empty: it concerns the whole scan."""
    skip: str = ""
    """Why these frames are better left out; empty: they need not be."""
    repair: str = ""
    """What makes it right: an option, or a field of the plain layout."""


def counted(count: int, what: str) -> str:
    """``1 frame has``, ``2 frames have``: `what` is such as ``frame has/frames have``."""
    one, many = what.split("/")
    return f"{count:,} {one if count == 1 else many}"
