"""Making and rendering furnished rooms, to disk, with both cores."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOMS, SCANNED = 12, 4
SETS = os.cpu_count() or 1
"""Rooms that are rendered at the same time."""
FRAMES = 100
FOLDER = Path("runs/bench/made")


def rows() -> list[dict]:
    """Rooms an hour, without and with a scan of 100 frames; frames a second of a room on each core, both ways."""
    made = _row("rooms with all volumes", 3600 * ROOMS / _seconds("make-rooms", "out", count=ROOMS), "rooms/h", 300)
    scan = ["--frames", str(FRAMES)]
    seconds = _seconds("make-rooms", "out", *scan, count=SCANNED)
    scanned = _row("rooms with all volumes and 100 frames", 3600 * SCANNED / seconds, "rooms/h", 100)
    room = ["--rooms.count", str(SETS), "--rooms.seed", "3", "--rooms.uses", "living_room", "--no-sheet"]
    both = []
    for name, target, options in (
        ("all channels and flow, lossless", 15, ["--images.colour", "png", "--render.flow"]),
        ("JPEG, depth and ids", 40, ["--images.channels", "colour", "depth", "labels", "instances"]),
    ):
        for samples, shadows in ((2, "--render.shadows"), (1, "--render.no-shadows")):
            look = ["--render.samples", str(samples), shadows]
            few, many = (
                _seconds("render-dataset", "--out", *room, *look, *options, "--path.frames", str(count))
                for count in (20, 20 + 2 * FRAMES)
            )
            drawn = "4 samples, shadows" if samples == 2 else "1 sample"
            rate = SETS * 2 * FRAMES / (many - few)  # what a scene takes besides is in both
            both.append(_row(f"frames to disk, 640 x 480, {drawn}: {name}", rate, "frames/s", target))
    return [made, scanned, *both]


def _seconds(command: str, out: str, *options: str, count: int | None = None) -> float:
    shutil.rmtree(FOLDER, ignore_errors=True)
    where = [str(FOLDER)] if out == "out" else [out, str(FOLDER)]
    many = [] if count is None else ["--count", str(count), "--jobs", str(os.cpu_count())]
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "geo3d.cli", command, *where, *many, *options], capture_output=True)
    seconds = time.perf_counter() - start
    assert done.returncode == 0, done.stderr.decode()
    return seconds


def _row(name: str, ours: float, unit: str, target: float) -> dict:
    return {
        "name": name,
        "ours": ours,
        "peer": None,
        "unit": unit,
        "ratio": None,
        "target": target,
        "met": ours >= target,
    }


if __name__ == "__main__":
    for row in rows():
        print(f"{row['name']:75} {row['ours']:8.1f} {row['unit']:9} target {row['target']}: {row['met']}")
