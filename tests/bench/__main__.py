"""``make bench``: ours and a peer in turn, several times; medians, ratios, memory and the share of the limit.

Writes ``bench.json``, a list of ``{name, ours, peer, unit, ratio, target, met}``; a ratio is peer over ours, so more is
better.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROUNDS = 5
TARGET = 2.5
BYTES_PER_VOXEL = 4 + 4 + 1 + 12
"""Read and written once a voxel in view: distance, weight, views, colour."""


def main() -> None:
    rows = []
    for name, scan in scans().items():
        for block in (16, 8):
            sides = measure(scan, block)
            for work, unit in (("integrate", "s/frame"), ("extract", "s")):
                ours, peer = (statistics.median(run[work] for run in runs) for runs in sides)
                rows.append(row(f"{work}, {name}, peer's blocks {block}^3", ours, peer, unit, TARGET))
            ours, peer = (statistics.median(run["memory"] for run in runs) / 2**20 for runs in sides)
            rows.append(row(f"memory of integrating, {name}, peer's blocks {block}^3", ours, peer, "MiB", None))
    Path("bench.json").write_text(json.dumps(rows, indent=1) + "\n")
    print(
        f"\nmedians of {ROUNDS} runs of each side, in turn, on {os.cpu_count()} cores; 1 cm, truncation 8 voxels, depth to 4 m"
    )
    for entry in rows:
        target = f"  target {entry['target']}: {'met' if entry['met'] else 'MISSED'}" if entry["target"] else ""
        figures = f"{entry['ours']:9.4g} {entry['peer']:9.4g} {entry['unit']:8} {entry['ratio']:5.2f}x"
        print(f"{entry['name']:58} {figures}{target}")
    print(
        f"\nthe limit: copying memory runs at {copy_rate() / 1e9:.1f} GB/s here, and a voxel in view moves 2 x {BYTES_PER_VOXEL} bytes"
    )


def scans() -> dict[str, Path]:
    """The built-in room, and a real kitchen where it is there."""
    room = Path("runs/bench/room")
    subprocess.run([sys.executable, "-m", "geo3d.cli", "make-room", str(room), "--frames", "60"], check=True)
    found = {"room": room}
    shared = Path(os.environ.get("GEO3D_DATA", "../shared/data")) / "scans" / "7scenes_kitchen"
    return found | ({"kitchen": shared} if shared.is_dir() else {})


def measure(scan: Path, block: int) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    sides: tuple[list[dict[str, float]], list[dict[str, float]]] = ([], [])
    for _ in range(ROUNDS):
        for side, runs in zip(("ours", "peer"), sides, strict=True):
            command = [sys.executable, "-m", "tests.bench.fusion", side, str(scan), "--block", str(block)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
            print(f"{scan.name} {side}: {done.stdout.splitlines()[-1]}", file=sys.stderr)
    return sides


def row(name: str, ours: float, peer: float, unit: str, target: float | None) -> dict:
    ratio = peer / ours
    met = None if target is None else ratio >= target
    return {"name": name, "ours": ours, "peer": peer, "unit": unit, "ratio": ratio, "target": target, "met": met}


def copy_rate() -> float:
    """Bytes read and written a second by a large copy on one core."""
    source = np.ones(1 << 26, np.uint8)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        source.copy()
        times.append(time.perf_counter() - start)
    return 2 * len(source) / min(times)


if __name__ == "__main__":
    main()
