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

from tests.bench import agreement, distance, learning, raster, rooms, scores, sparse, sparse_gpu, surfaces

ROUNDS = 3
TARGETS = {0.01: {"integrate": 5.0, "extract": 2.0}, 0.02: {"integrate": 4.0, "extract": 2.0}}
"""How many times as fast as the peer, by the edge of a voxel in metres."""
JOB_TARGETS = {"job": 2.5, "memory": 1 / 0.6}
BYTES_PER_VOXEL = 4 + 4 + 1
"""Read and written for every voxel in view: distance, weight, views; those near the surface have a colour, too."""
PEERS = (16, 8)
"""Edges of Open3D's blocks, in voxels: its default, and ours."""

Runs = list[dict[str, float]]


def main() -> None:
    rows, rate = [], copy_rate()
    for name, scan in scans().items():
        for voxel_size, targets in TARGETS.items():
            rows += fusing(name, scan, voxel_size, targets, rate)
        if name == "kitchen":
            rows += jobs(scan)
    rows += [entry for name, scan in scans().items() for entry in stages(name, scan)]
    rows += distance.rows() + raster.rows() + surfaces.rows() + scores.rows() + sparse.rows() + sparse_gpu.rows()
    rows += rooms.rows()
    with TemporaryDirectory() as made:
        rows += learning.rows(Path(made))
    Path("bench.json").write_text(json.dumps(rows, indent=1) + "\n")
    print(f"medians of {ROUNDS} runs in turn on {os.cpu_count()} cores; truncation 8 voxels, depth to 4 m, weight 3")
    for entry in rows:
        target = f"  target {entry['target']:.3g}: {'met' if entry['met'] else 'MISSED'}" if entry["target"] else ""
        beside = f"{entry['peer']:10.4g} {entry['unit']:8} {entry['ratio']:5.2f}x" if entry["peer"] else entry["unit"]
        figures = f"{entry['ours']:10.4g} {beside}"
        print(f"{entry['name']:58} {figures}{target}")


def fusing(name: str, scan: Path, voxel_size: float, targets: dict[str, float], rate: float) -> list[dict]:
    """Integrating and meshing frames that are in memory, and how that compares with moving the voxels alone."""
    rows, (ours, *peers) = [], measure("tests.bench.fusion", scan, voxel_size)
    for block, peer in zip(PEERS, peers, strict=True):
        against = f"{name} at {100 * voxel_size:g} cm, Open3D with blocks of {block}^3"
        for work, unit in (("integrate", "s/frame"), ("extract", "s")):
            rows.append(row(f"{work}, {against}", ours, peer, work, unit, targets[work]))
        rows.append(row(f"memory to integrate, {against}", ours, peer, "memory", "bytes", None))
    limit = 2 * BYTES_PER_VOXEL * ours[0]["visited"] / rate
    share = limit / statistics.median(run["integrate"] for run in ours)
    print(
        f"{name} at {100 * voxel_size:g} cm: the voxels in view of a frame, {ours[0]['visited'] / 1e6:.2f} million,"
        f" are {2 * BYTES_PER_VOXEL * ours[0]['visited'] / 1e6:.0f} MB to move, {1000 * limit:.1f} ms at a copy's"
        f" {rate / 1e9:.1f} GB/s: {share:.0%} of the time it takes"
    )
    return rows


def jobs(scan: Path) -> list[dict]:
    """From a folder of frames to a mesh file, and how far both sides' surfaces lie apart."""
    rows, (ours, *peers) = [], measure("tests.bench.folder", scan, 0.01)
    for block, peer in zip(PEERS, peers, strict=True):
        against = f"{scan.name} at 1 cm, Open3D with blocks of {block}^3"
        rows.append(row(f"folder to mesh, {against}", ours, peer, "job", "s", JOB_TARGETS["job"]))
        rows.append(row(f"memory, folder to mesh, {against}", ours, peer, "memory", "bytes", JOB_TARGETS["memory"]))
    rows += agreement.rows(scan)
    return rows


def scans() -> dict[str, Path]:
    """The built-in room, and a real kitchen where it is there."""
    room = Path("runs/bench/room")
    subprocess.run([sys.executable, "-m", "geo3d.cli", "make-room", str(room), "--frames", "60"], check=True)
    shared = Path(os.environ.get("GEO3D_DATA", "../shared/data")) / "scans" / "7scenes_kitchen"
    return {"room": room} | ({"kitchen": shared} if shared.is_dir() else {})


def measure(bench: str, scan: Path, voxel_size: float) -> list[Runs]:
    """The runs of ours, then of each peer."""
    sides = [["ours"], *(["peer", "--block", str(block)] for block in PEERS)]
    runs: list[Runs] = [[] for _ in sides]
    for _ in range(ROUNDS):
        for side, done in zip(sides, runs, strict=True):
            done.append(run_bench(bench, scan, *side, "--voxel-size", str(voxel_size)))
    return runs


def run_bench(bench: str, scan: Path, *options: str) -> dict[str, float]:
    """What a side's process prints at its end."""
    command = [sys.executable, "-m", bench, str(scan), *options]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    print(f"{scan.name} {' '.join(options)}: {output}", file=sys.stderr)
    return json.loads(output)


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
