"""Paths found without their transforms, beside the given ones: ``python -m tests.bench.register [SCAN ...]``.

A scan is a folder with transforms, which are hidden. Without any it is a made room, without and with a depth camera's
errors and with few of its frames, and the real ones where they are. Positions are aligned by a rigid motion, as
``geo3d benchmark trajectory`` does by default; steps are those between frames that follow each other.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from geo3d.data_tools.scans.formats import find_scan
from geo3d.errors import InputError
from geo3d.metrics.alignment import umeyama
from geo3d.metrics.trajectory import absolute_errors, pairs_by_frames, relative_errors
from geo3d.scene.kinds import RgbdScan
from geo3d.scene.memory import peak_memory, reset_peak_memory
from geo3d.stages.register import RegisterConfig, register


def main() -> None:
    given = [(Path(name), ":") for name in sys.argv[1:]]
    print("| scan | frames | found | path | ATE | worst | RPE | RPE | a frame | memory |\n" + 10 * "|---" + "|")
    lost: list[str] = []
    for scan, frames in given or [*rooms(), *real()]:
        print(line(scan, frames, lost), flush=True)
    print("\n".join(["", *lost]))


def rooms() -> list[tuple[Path, str]]:
    scans = []
    for noise in (0, 1):
        folder = Path(f"runs/bench/register/noise{noise}")
        command = ["make-rooms", str(folder), "--config", "configs/make_rooms/demo.toml", "--noise", str(noise)]
        subprocess.run([sys.executable, "-m", "geo3d.cli", *command], check=True)
        scans += [next(folder.glob("*/scan"))]
    return [(scans[0], "::2"), (scans[1], "::2"), (scans[1], "::8")]


def real() -> list[tuple[Path, str]]:
    scans = Path(os.environ.get("GEO3D_DATA", "../shared/data")) / "scans"
    names = ("7scenes_kitchen", "hololens", "redwood")
    return [(scans / name, ":") for name in names if (scans / name).is_dir()]


def line(folder: Path, frames: str, lost: list[str]) -> str:
    """One of the table; frames that were not found are added to `lost`, with the reason."""
    found = find_scan(folder, "auto", frames, None)
    memory = folder / "nowhere" / "hashes.json"
    true = found.format.read(found.source(memory), None)
    head = f"| {Path(*folder.parts[-3:])} {frames} | {len(true.colour)}"
    hidden = found.without_transforms().format.read(found.without_transforms().source(memory), None)
    start, _ = time.perf_counter(), reset_peak_memory()
    try:
        located = register(hidden, RegisterConfig())
    except InputError as error:
        lost.append(str(error))
        return f"{head} | none |" + 7 * " |"
    lost += [f"{folder / name}: {reason}" for name, reason in located.skipped]
    seconds, peak = time.perf_counter() - start, peak_memory()
    ate, worst, way, turn, path = errors(located, true)
    figures = f"{100 * ate:.1f} cm | {100 * worst:.1f} cm | {100 * way:.1f} cm | {np.degrees(turn):.2f} degrees"
    cost = f"{seconds / len(true.colour):.2f} s | {peak / 2**20:.0f} MiB"
    return f"{head} | {len(located.colour)} | {path:.1f} m | {figures} | {cost} |"


def errors(located: RgbdScan, true: RgbdScan) -> tuple[float, float, float, float, float]:
    """Of positions the root mean square and the largest, of steps the first in metres and radians; the true path."""
    rows = [true.colour.index(image) for image in located.colour]
    given, wanted = located.world_from_camera.numpy(), true.world_from_camera.numpy()[rows]
    motion = umeyama(given[:, :3, 3].copy(), wanted[:, :3, 3].copy(), with_scale=False)
    absolute = absolute_errors(given[:, :3, 3] @ motion.rotation.T + motion.translation, wanted[:, :3, 3])
    ways, turns = relative_errors(given, wanted, pairs_by_frames(len(rows), 1, every=True))
    path = float(np.linalg.norm(np.diff(wanted[:, :3, 3], axis=0), axis=1).sum())
    ate, way, turn = (float(np.sqrt((values**2).mean())) for values in (absolute, ways, turns))
    return ate, float(absolute.max()), way, turn, path


if __name__ == "__main__":
    main()
