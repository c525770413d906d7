"""Scenes that calls make into one folder, each in a folder of its own: shared over processes, and each made once."""

from __future__ import annotations

import os
import shutil
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from geo3d.data_tools.rendered.scene_sources import LOGS, SceneSource
from geo3d.errors import InputError, SomeFailedError
from geo3d.progress import say, track
from geo3d.scene.jobs import Job, run_jobs
from geo3d.scene.publish import locked_in_passing

MAKING = ".making"
"""Folder of the scenes that are not whole yet."""
Make = Callable[..., None]
"""Fills a scene's folder, which a killed call may have begun: ``make(source, folder, **options)``."""


def make_scenes(sources: Sequence[SceneSource], out: Path, make: Make, options: dict[str, Any], jobs: int) -> list[str]:
    """Make scenes, in up to `jobs` processes; gives what is to be said of those that could not be.

    What fails in one leaves the others alone; of a single scene, exceptions come as they are.
    """
    count, arguments = min(jobs, len(sources)), {"out": out, "make": make, "options": options}
    try:
        if len(sources) == 1:
            make_one(sources[0], **arguments)
        elif count > 1:
            listed = [Job(f"scenes{i}", make_some, {"sources": sources[i::count]} | arguments) for i in range(count)]
            return [one.error for one in run_jobs(listed, count, out / LOGS, label="scenes") if one.error]
        else:
            make_some(sources, **arguments)
    except SomeFailedError as failed:
        return [str(failed)]
    finally:
        with suppress(OSError):  # there is none, or it holds what another call makes or a killed one began
            (out / MAKING).rmdir()
    return []


def make_some(sources: Sequence[SceneSource], out: Path, make: Make, options: dict[str, Any]) -> None:
    """Make scenes one after the other, those last that another process is at; SomeFailedError says what failed."""
    failed: list[str] = []

    def tried(source: SceneSource, wait: bool) -> bool:
        try:
            return make_one(source, out, make, options, wait)
        except (InputError, OSError) as error:
            failed.append(f"{source.name}: {error}")
        except Exception as fault:
            traceback.print_exc()
            failed.append(f"{source.name}: a fault: {type(fault).__name__}: {fault}")
        return True

    others = [source for source in track(sources, "scenes", len(sources), "scenes") if not tried(source, wait=False)]
    for source in others:
        tried(source, wait=True)
    if failed:
        raise SomeFailedError("; ".join(failed))


def make_one(source: SceneSource, out: Path, make: Make, options: dict[str, Any], wait: bool = True) -> bool:
    """Make a scene unless it is there; gives False where another process is at it and `wait` is False."""
    folder = out / MAKING / source.name
    lock = folder.with_name(f"{source.name}.lock")
    with locked_in_passing(lock, wait=False) as ours:
        if ours:
            _fill(source, out, folder, make, options)
    if not ours and wait:
        say(f"{source.name}: waiting for another process that makes it")
        with locked_in_passing(lock):
            _fill(source, out, folder, make, options)
    return ours or wait


def refuse_missing(sources: Sequence[SceneSource], out: Path, said: Sequence[str], done: str) -> None:
    """Raise SomeFailedError if any scene is not there, with what was `said` of those; `done` is as in made."""
    missing = sum(not (out / source.name).exists() for source in sources)
    if missing:
        raise SomeFailedError(f"{missing} of {len(sources)} scenes could not be {done} ({'; '.join(said)})")


def _fill(source: SceneSource, out: Path, folder: Path, make: Make, options: dict[str, Any]) -> None:
    """Make a scene aside and put it in its place, unless another call has since they were listed."""
    if (out / source.name).exists():
        return
    try:
        make(source, folder, **options)
    except InputError:  # of which nothing can be gone on with
        shutil.rmtree(folder, ignore_errors=True)
        raise
    os.sync()
    os.rename(folder, out / source.name)
