"""One scan, or many at once, each in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import tyro

from geo3d.data_tools.names import names_apart
from geo3d.errors import InputError, SomeFailedError
from geo3d.pipelines.scan_to_mesh import ScanToMeshConfig, scan_to_mesh
from geo3d.progress import say
from geo3d.scene.jobs import Job, Outcome, run_jobs
from geo3d.scene.memory import available_memory, parse_size
from geo3d.scene.publish import published_file

SUMMARY = "summary.json"
LEAST_MEMORY = 1 << 30
"""Bytes; torch and the compiled kernels take about half of it before there is any scan."""


def scans_to_meshes(
    scans: Annotated[tuple[Path, ...], tyro.conf.Positional],
    out: Path,
    config: Annotated[ScanToMeshConfig, tyro.conf.arg(name="")] = ScanToMeshConfig(),  # noqa: B008 - frozen
    *,
    onto: Path | None = None,
    align_up: bool = False,
    dry_run: bool = False,
    jobs: int = 1,
    max_memory: str | None = None,
) -> None:
    """Turn scans into meshes with colours, normals and labels.

    Only what has changed since the last run into the same folder is made again.

    Args:
        scans: Folders of scans, or files of points or meshes, in the formats that `geo3d formats` lists.
        out: Folder for the output; new, empty or of an earlier run. Several scans get a folder each in it.
        config: Everything that can be set.
        onto: Label the vertices of this mesh file, in their order, instead of those of the scan's own mesh.
        align_up: Turn what is written so that z is up; artifacts stay in the scan's world.
        dry_run: Only say what would run, what would be reused, and why.
        jobs: Scans to work on at the same time.
        max_memory: Memory that one scan's process may take, such as 4GiB; one that needs more fails, the others go on.
    """
    if not scans:
        raise InputError("give a scan, or several")
    if jobs < 1:
        raise InputError(f"--jobs {jobs} does nothing; 1 or more are allowed")
    limit = None if max_memory is None else _checked_memory(max_memory, jobs)
    if len(scans) == 1 and limit is None:
        scan_to_mesh(scans[0], out, config, onto=onto, align_up=align_up, dry_run=dry_run)
        return
    if onto is not None and len(scans) > 1:
        raise InputError(f"--onto {onto} is one mesh, and there are {len(scans)} scans; label it with one of them")
    names = names_apart(scans)
    folders = {name: out / name for name in names} if len(scans) > 1 else {names[0]: out}
    if dry_run:
        for scan, folder in zip(scans, folders.values(), strict=True):
            say(f"{scan}:")
            scan_to_mesh(scan, folder, config, onto=onto, align_up=align_up, dry_run=True)
        return
    options = {"config": config, "onto": onto, "align_up": align_up}
    listed = [
        Job(name, scan_to_mesh, {"scan": scan, "out": folder} | options)
        for (name, folder), scan in zip(folders.items(), scans, strict=True)
    ]
    _refuse_foreign(out)
    if len(scans) == 1:
        (out / ".store").mkdir(parents=True, exist_ok=True)  # the mark of an output folder
    outcomes = run_jobs(listed, jobs, out / "logs", limit, "scans")
    with published_file(out / SUMMARY) as aside:
        aside.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=2) + "\n", encoding="utf-8")
    _tell(outcomes, out)


def _tell(outcomes: Sequence[Outcome], out: Path) -> None:
    wide = max(len(outcome.name) for outcome in outcomes)
    for outcome in outcomes:
        peak = "" if outcome.peak_memory is None else f"{outcome.peak_memory / 2**20:.0f} MiB"
        ended = "failed: " + " ".join(outcome.error.split()) if outcome.error else "done"
        say(f"{outcome.name:{wide}}  {outcome.seconds:7.1f} s  {peak:>9}  {ended}")
    failed = [outcome.name for outcome in outcomes if outcome.error]
    if failed:
        names = ", ".join(failed)
        raise SomeFailedError(
            f"{len(failed)} of {len(outcomes)} scans failed ({names}); {out / 'logs'} has what each said"
        )


def _refuse_foreign(out: Path) -> None:
    """As the runner does for one scan: what others put into a folder is not mixed with ours."""
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; give a folder for the output")
    if out.is_dir() and any(out.iterdir()) and not (out / "logs").is_dir() and not (out / ".store").is_dir():
        found = min(path.name for path in out.iterdir())
        raise InputError(f"{out} holds files that geo3d did not make ({found}); give a new or empty folder")


def _checked_memory(text: str, jobs: int) -> int:
    limit, free = parse_size(text, "--max-memory"), available_memory()
    if limit < LEAST_MEMORY:
        raise InputError(f"--max-memory {text} is too little for any scan; 1GiB or more are allowed")
    if limit * jobs > free:
        wanted, there = limit * jobs / 2**30, free / 2**30
        raise InputError(f"{jobs} jobs of --max-memory {text} may take {wanted:.1f} GiB, and {there:.1f} GiB are free")
    return limit
