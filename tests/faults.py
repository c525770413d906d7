"""Kill runs of scan-to-mesh with SIGKILL at chosen points, and see that the next run repairs everything.

``python -m tests.faults SCAN FOLDER [--random N]`` prints one JSON object. It runs in a process of its own, which forks
one child a kill; for that it keeps to one thread, and to numba's threading layer that can be forked.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from geo3d.pipelines.scan_to_mesh import (
    INSTANCES,
    MESH_FILES,
    SEMANTIC_FILES,
    ReadConfig,
    scan_to_mesh,
)
from geo3d.stages.mesh import MeshConfig
from tests.plain_runs import plain

CONFIG = plain(read=ReadConfig("plain"), mesh=MeshConfig(min_weight=1))
STAGES = ("read", "fuse", "extract_mesh", "segment", "label")
STAGE_FILES = ("plain.py", "fuse.py", "mesh.py", "segment.py", "label.py")
PUBLICATION = ("mkdir", "fsync", "rename", "replace", "symlink", "unlink", "rmdir")
"""The system calls, by their names in `os`, that publication makes besides writing."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("scan", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--random", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    os.environ["NUMBA_THREADING_LAYER"] = "workqueue"  # numba is not imported yet
    whole, counts_file = arguments.folder / "undisturbed", arguments.folder / "counts.json"
    _run(arguments.scan, whole)
    truth = published(whole)
    assert _wait(_fork(lambda: _count(arguments.scan, arguments.folder / "counted", counts_file))) == 0
    counts = json.loads(counts_file.read_text())
    points = [("publish", n) for n in range(counts["publish"])]
    points += [(stage, counts[stage] * part // 3) for stage in STAGES for part in (1, 2)]
    dice = random.Random(0)
    for _ in range(arguments.random):
        where = dice.choice(("publish", *STAGES))
        points.append((where, dice.randrange(counts[where])))
    faults = []
    for number, (where, n) in enumerate(points):
        out = arguments.folder / f"killed{number}"
        killed = _wait(_fork(lambda out=out, where=where, n=n: _run_until(arguments.scan, out, where, n)))
        again = _wait(_fork(lambda out=out: _run(arguments.scan, out)))
        if killed != -signal.SIGKILL or again != 0 or published(out) != truth:
            faults.append({"where": where, "at": n, "killed": killed, "again": again})
        shutil.rmtree(out)
    print(json.dumps({"kills": len(points), "counts": counts, "faults": faults}))


def published(out: Path) -> dict[str, str]:
    """Every file that the folder's links and exports show, by name, as a hash of its bytes or as a link's target."""
    found = {}
    for entry in [
        *(out / name for name in (*MESH_FILES, *SEMANTIC_FILES, INSTANCES)),
        *(out / f"{i}_{n}" for i, n in enumerate(("scan", "volume", "mesh", "labels", "semantic"), 1)),
    ]:
        for file in sorted(entry.iterdir()) if entry.is_dir() else [entry]:
            content = os.readlink(file) if file.is_symlink() else hashlib.sha256(file.read_bytes()).hexdigest()
            found[str(file.relative_to(out))] = content
    return found


def _run(scan: Path, out: Path) -> None:
    scan_to_mesh(scan, out, CONFIG)


def _count(scan: Path, out: Path, result: Path) -> None:
    counts: dict[str, int] = dict.fromkeys(("publish", *STAGES), 0)

    def see(where: str) -> None:
        counts[where] += 1

    _watch(see)
    _run(scan, out)
    sys.setprofile(None)
    result.write_text(json.dumps(counts))


def _run_until(scan: Path, out: Path, where: str, n: int) -> None:
    seen = 0

    def see(at: str) -> None:
        nonlocal seen
        if at == where:
            if seen == n:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    _watch(see)
    _run(scan, out)


def _watch(see: Callable[[str], None]) -> None:
    """Call `see` before each system call of publication, and at each Python call of ours within a stage."""
    for name in PUBLICATION:
        setattr(os, name, _announced(getattr(os, name), see))
    inside: list[str] = []

    def profile(frame: FrameType, event: str, _: Any) -> None:
        if event not in ("call", "return") or "geo3d" not in frame.f_code.co_filename:
            return
        if frame.f_code.co_name in STAGES and frame.f_code.co_filename.endswith(STAGE_FILES):
            inside[:] = [frame.f_code.co_name] if event == "call" else []
        if inside and event == "call":
            see(inside[0])

    sys.setprofile(profile)


def _announced(call: Callable[..., Any], see: Callable[[str], None]) -> Callable[..., Any]:
    def announce(*arguments: Any, **named: Any) -> Any:
        see("publish")
        return call(*arguments, **named)

    return announce


def _fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def _wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
