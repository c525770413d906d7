"""Work in several processes, one a job: what fails in one, even a kill, leaves the others alone."""

import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from geo3d.errors import InputError, SomeFailedError
from geo3d.progress import install_display, steps
from geo3d.scene.memory import bound_memory, peak_memory, resident_memory

LOOK_EVERY = 0.05
"""Seconds between looks at how much memory the processes hold."""


@dataclass(frozen=True)
class Job:
    """A function of a module, and what to call it with."""

    name: str
    function: Callable[..., Any]
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    name: str
    error: str | None
    """One sentence; None where all went well."""
    seconds: float
    peak_memory: int | None
    """Largest resident memory of its process, in bytes; None where it was killed."""


@dataclass
class _Running:
    job: Job
    process: BaseProcess
    answers: Connection
    started: float
    greedy: bool = False


def run_jobs(
    jobs: Sequence[Job], at_once: int, logs: Path, max_memory: int | None = None, label: str = "jobs"
) -> list[Outcome]:
    """Call each job in a process of its own, `at_once` at a time, in order; what it says goes to ``logs/NAME.txt``.

    A process that holds more than `max_memory` bytes is ended. The processes share the cores.
    """
    logs.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, Outcome] = {}
    waiting, running = list(jobs), []
    try:
        with steps(label, len(jobs), "done") as done:
            while waiting or running:
                while waiting and len(running) < at_once:
                    running.append(_start(waiting.pop(0), logs, max_memory, (os.cpu_count() or 1) // at_once))
                wait([one.process.sentinel for one in running], LOOK_EVERY if max_memory else None)
                _end_the_greedy(running, max_memory)
                for one in [one for one in running if not one.process.is_alive()]:
                    running.remove(one)
                    outcomes[one.job.name] = _outcome(one, max_memory)
                    done()
    finally:
        for one in running:
            one.process.terminate()
    return [outcomes[job.name] for job in jobs]


def _start(job: Job, logs: Path, max_memory: int | None, threads: int) -> _Running:
    context = multiprocessing.get_context("spawn")
    answers, theirs = context.Pipe(duplex=False)
    arguments = (job, logs / f"{job.name}.txt", max_memory, max(threads, 1), theirs)
    process = context.Process(target=_work, args=arguments, daemon=True)
    process.start()
    theirs.close()
    return _Running(job, process, answers, time.monotonic())


def _end_the_greedy(running: Sequence[_Running], max_memory: int | None) -> None:
    for one in running:
        if max_memory is not None and resident_memory(one.process.pid) > max_memory:
            one.greedy = True
            one.process.kill()
            one.process.join()


def _outcome(one: _Running, max_memory: int | None) -> Outcome:
    one.process.join()
    seconds = time.monotonic() - one.started
    try:
        error, peak = one.answers.recv()
    except EOFError:
        code = one.process.exitcode or 0
        ended = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
        error, peak = f"its process ended {ended}, as it does when the machine's memory runs out", None
    if one.greedy and max_memory:
        error, peak = f"needs more than the {max_memory / 2**30:.3g} GiB of --max-memory", None
    return Outcome(one.job.name, error, round(seconds, 3), peak)


def _work(job: Job, log: Path, max_memory: int | None, threads: int, answers: Connection) -> None:
    """What a job's process does: all that is said goes to the log, and the outcome to the parent."""
    with log.open("a", buffering=1) as lines:
        os.dup2(lines.fileno(), sys.stdout.fileno())
        os.dup2(lines.fileno(), sys.stderr.fileno())
    install_display()
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(variable, str(threads))  # read when torch and numba are imported, which is later
    if max_memory is not None:
        bound_memory(max_memory)
    error = None
    try:
        job.function(**job.arguments)
    except (InputError, SomeFailedError) as wrong:
        error = str(wrong)
    except Exception as fault:
        traceback.print_exc()
        error = f"a fault in geo3d: {type(fault).__name__}: {fault}"
    answers.send((error, peak_memory()))
