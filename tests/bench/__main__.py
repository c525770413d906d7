"""``make bench``: ours and a peer in turn, several times; medians, ratios, memory and the share of the limit; and the
seconds and memory of each stage of a whole run.

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
from tempfile import TemporaryDirectory

import numpy as np

from tests.bench import distance, learning, raster, rooms, scores, sparse, surfaces

ROUNDS = 3
TARGET = 2.5
BYTES_PER_VOXEL = 4 + 4 + 1
"""Read and written for every voxel in view: distance, weight, views; those near the surface have a colour, too."""
PEERS = (16, 8)
"""Edges of Open3D's blocks, in voxels: its default, and ours."""

Runs = list[dict[str, float]]


def main() -> None:
    rows, rate = [], copy_rate()
    for name, scan in scans().items():
        ours, *peers = measure(scan)
        for block, peer in zip(PEERS, peers, strict=True):
            against = f"{name}, Open3D with blocks of {block}^3"
            rows.append(row(f"integrate, {against}", ours, peer, "integrate", "s/frame", TARGET))
            rows.append(row(f"extract, {against}", ours, peer, "extract", "s", TARGET))
            rows.append(row(f"memory to integrate, {against}", ours, peer, "memory", "bytes", None))
        limit = 2 * BYTES_PER_VOXEL * ours[0]["visited"] / rate
        share = limit / statistics.median(run["integrate"] for run in ours)
        print(
            f"{name}: the voxels in view of a frame move in {1000 * limit:.1f} ms at {rate / 1e9:.1f} GB/s: {share:.0%}"
        )
    rows += [entry for name, scan in scans().items() for entry in stages(name, scan)]
    rows += distance.rows() + raster.rows() + surfaces.rows() + scores.rows() + sparse.rows() + rooms.rows()
    with TemporaryDirectory() as made:
        rows += learning.rows(Path(made))
    Path("bench.json").write_text(json.dumps(rows, indent=1) + "\n")
    print(
        f"medians of {ROUNDS} runs in turn on {os.cpu_count()} cores; 1 cm, truncation 8 voxels, depth to 4 m, weight 3"
    )
    for entry in rows:
        target = f"  target {entry['target']}: {'met' if entry['met'] else 'MISSED'}" if entry["target"] else ""
        beside = f"{entry['peer']:10.4g} {entry['unit']:8} {entry['ratio']:5.2f}x" if entry["peer"] else entry["unit"]
        figures = f"{entry['ours']:10.4g} {beside}"
        print(f"{entry['name']:58} {figures}{target}")


def scans() -> dict[str, Path]:
    """The built-in room, and a real kitchen where it is there."""
    room = Path("runs/bench/room")
    subprocess.run([sys.executable, "-m", "geo3d.cli", "make-room", str(room), "--frames", "60"], check=True)
    shared = Path(os.environ.get("GEO3D_DATA", "../shared/data")) / "scans" / "7scenes_kitchen"
    return {"room": room} | ({"kitchen": shared} if shared.is_dir() else {})


def measure(scan: Path) -> list[Runs]:
    """The runs of ours, then of each peer."""
    sides: list[list[str]] = [["ours"], *(["peer", "--block", str(block)] for block in PEERS)]
    runs: list[Runs] = [[] for _ in sides]
    for _ in range(ROUNDS):
        for side, done in zip(sides, runs, strict=True):
            command = [sys.executable, "-m", "tests.bench.fusion", str(scan), *side]
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
            done.append(json.loads(output))
            print(f"{scan.name} {' '.join(side)}: {output}", file=sys.stderr)
    return runs


def stages(name: str, scan: Path) -> list[dict]:
    """Seconds and peak memory (of the process, imports and all) of each stage of ``geo3d scan-to-mesh`` at 2 cm."""
    rows = []
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "geo3d.cli", "scan-to-mesh", str(scan), "--out", f"{folder}/out"]
        subprocess.run(command, capture_output=True, check=True)
        for stage in json.loads(Path(folder, "out", "run.json").read_text())["stages"]:
            for what, unit in (("seconds", "s"), ("peak_memory", "bytes")):
                entry = {"name": f"{stage['name']} at 2 cm, {name}", "ours": stage[what], "peer": None, "unit": unit}
                rows.append(entry | {"ratio": None, "target": None, "met": None})
    return rows


def row(name: str, ours: Runs, peer: Runs, work: str, unit: str, target: float | None) -> dict:
    here, there = (statistics.median(run[work] for run in runs) for runs in (ours, peer))
    ratio = there / here
    met = None if target is None else ratio >= target
    return {"name": name, "ours": here, "peer": there, "unit": unit, "ratio": ratio, "target": target, "met": met}


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
