"""Scenes that calls make into one folder, each in a folder of its own: shared over processes, and each made once."""

from __future__ import annotations

import os
import shutil
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo3d.data_tools.rendered.scene_sources import LOGS, SceneSource
from geo3d.errors import InputError, SomeFailedError
from geo3d.progress import say, track
from geo3d.scene.jobs import Job, run_jobs
from geo3d.scene.publish import locked_in_passing

MAKING = ".making"
"""Folder of the scenes that are not whole yet."""


@dataclass(frozen=True)
class Work:
    """What is done for each scene."""

    make: Callable[..., None]
    """Fills a scene's folder, which a killed call may have begun: ``make(source, folder, **options)``."""
    options: dict[str, Any]
    complete: Callable[..., None] | None = None
    """Is called likewise for a scene that is there."""


def make_scenes(sources: Sequence[SceneSource], out: Path, work: Work, jobs: int) -> list[str]:
    """Make scenes, in up to `jobs` processes; gives what is to be said of those that could not be.

    What fails in one leaves the others alone; of a single scene, exceptions come as they are.
    """
    count = min(jobs, len(sources))
    try:
        if len(sources) == 1:
            make_one(sources[0], out, work)
        elif count > 1:
            shares = [{"sources": sources[i::count], "out": out, "work": work} for i in range(count)]
            listed = [Job(f"scenes{i}", make_some, share) for i, share in enumerate(shares)]
            return [one.error for one in run_jobs(listed, count, out / LOGS, label="scenes") if one.error]
        else:
            make_some(sources, out, work)
    except SomeFailedError as failed:
        return [str(failed)]
    finally:
        with suppress(OSError):  # there is none, or it holds what another call makes or a killed one began
            (out / MAKING).rmdir()
    return []


def make_some(sources: Sequence[SceneSource], out: Path, work: Work) -> None:
    """Make scenes one after the other, those last that another process is at; SomeFailedError says what failed."""
    failed: list[str] = []

    def tried(source: SceneSource, wait: bool) -> bool:
        try:
            return make_one(source, out, work, wait)
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


def make_one(source: SceneSource, out: Path, work: Work, wait: bool = True) -> bool:
    """Make or complete a scene; gives False where another process is at it and `wait` is False."""
    folder = out / MAKING / source.name
    lock = folder.with_name(f"{source.name}.lock")
    with locked_in_passing(lock, wait=False) as ours:
        if ours:
            _fill(source, out, folder, work)
    if not ours and wait:
        say(f"{source.name}: waiting for another process that makes it")
        with locked_in_passing(lock):
            _fill(source, out, folder, work)
    return ours or wait


def refuse_failed(sources: Sequence[SceneSource], out: Path, said: Sequence[str], done: str) -> None:
    """Raise SomeFailedError with what was `said`, if anything was or any scene is not there; `done` is as in made."""
    missing, why = sum(not (out / source.name).exists() for source in sources), "; ".join(said)
    if missing:
        raise SomeFailedError(f"{missing} of {len(sources)} scenes could not be {done} ({why})")
    if said:
        raise SomeFailedError(f"some scenes could not be completed ({why})")


def _fill(source: SceneSource, out: Path, folder: Path, work: Work) -> None:
    """Make a scene aside and put it in its place; complete one that is there, perhaps since the scenes were listed."""
    if not (out / source.name).exists():
        begun = folder.exists()
        try:
            work.make(source, folder, **work.options)
        except InputError:
            if not begun:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        os.sync()
        os.rename(folder, out / source.name)
    elif work.complete is not None:
        work.complete(source, out / source.name, **work.options)
