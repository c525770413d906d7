"""Faults of every kind planted in scans: which are found and named, and what is said of the clean ones.

``python -m tests.bench.inspection [SCAN ...]`` plants in scans of a ball and a box in a room and of the built-in room,
without and with noise, and in each SCAN.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from geo3d.data_tools import room, room_scan
from geo3d.data_tools.inspection.inspect_scan import inspect_scan
from tests.data_tools.inspection.drafts import Draft, clone, copied, made
from tests.data_tools.inspection.faults import FAULTS, Fault

FRAMES = 30
"""Of each SCAN; more only take longer."""
ROOM_FRAMES = 90
"""Three rounds; with fewer, frames in a row see different things, and a jump among them shows in nothing."""
LEAST_FRAMES = 20
"""That faults are planted in."""


def main() -> None:
    with TemporaryDirectory() as folder:
        drafts = dict(scans(Path(folder)))
        for name, draft in drafts.items():
            started = time.monotonic()
            said = [f"{one['level']} {one['check']}" for one in inspect_scan(draft.write())["findings"]]
            seconds = time.monotonic() - started
            print(f"{name}, clean, {len(draft.frames)} frames, {seconds:.1f} s: {', '.join(said) or 'nothing found'}")
        drafts = {name: draft for name, draft in drafts.items() if len(draft.frames) >= LEAST_FRAMES}
        print(f"\n{'planted':38} {'in':>3} {'found':>5} {'frames right':>12} {'false alarms':>12}")
        for kind, fault in FAULTS.items():
            counts = Counter()
            for name, draft in drafts.items():
                counts += judged(fault, draft, Path(folder) / "spoiled" / name / kind.replace(" ", "_"))
            figures = f"{len(drafts):3} {counts['found']:5} {counts['frames']:12} {counts['false']:12}"
            print(f"{kind:38} {figures}", flush=True)


def scans(folder: Path) -> Iterator[tuple[str, Draft]]:
    """By name."""
    for noise in (0, 1):
        yield f"solids, noise {noise}", made(folder / f"solids {noise}", noise=0.005 * noise)
        rendered = folder / f"rendered {noise}"
        room_scan.write_scan(room.furnish(), rendered, ROOM_FRAMES, 0, noise, (120, 160))
        yield f"room, noise {noise}", copied(rendered, folder / f"room {noise}")
    for scan in map(Path, sys.argv[1:]):
        yield scan.name, copied(scan, folder / scan.name, f":{FRAMES}")


def judged(fault: Fault, draft: Draft, folder: Path) -> Counter[str]:
    """Whether it is found, its frames are named rightly, and how many other warnings and errors there are."""
    spoiled = clone(draft, folder)
    rows = fault.plant(spoiled)
    findings: list[dict[str, Any]] = inspect_scan(spoiled.write())["findings"]
    named = [one["frames"] for one in findings if one["check"] == fault.check]
    wanted = [spoiled.frames[row]["colour"] for row in sorted(rows or ())]
    others = [one for one in findings if one["check"] not in {fault.check, *fault.also} and one["level"] != "note"]
    for one in others:
        print(f"    {draft.folder.name}: {one['level']} {one['check']}: {one['sentence']}")
    return Counter({"found": bool(named), "frames": named[:1] == [wanted], "false": len(others) + len(named[1:])})


if __name__ == "__main__":
    main()
