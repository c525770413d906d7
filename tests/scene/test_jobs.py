"""Jobs in processes: each ends on its own, however it ends."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from geo3d.errors import InputError
from geo3d.scene.jobs import Job, run_jobs


def write(path: Path, text: str) -> None:
    print("writing", text)
    path.write_text(text)


def refuse() -> None:
    raise InputError("the scan is not there")


def divide() -> float:
    return 1 / 0


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hoard(size: int) -> None:
    held = np.ones(size, np.uint8)
    time.sleep(0.5)
    held[0] = 0


def note_time(path: Path) -> None:
    start = time.monotonic()
    time.sleep(0.3)
    path.write_text(f"{start} {time.monotonic()} {os.environ['NUMBA_NUM_THREADS']}")


def test_what_fails_leaves_the_others_alone_and_says_why(tmp_path: Path):
    functions = {"refused": refuse, "faulty": divide, "killed": die}
    jobs = [Job(name, function, {}) for name, function in functions.items()]
    jobs.insert(1, Job("good", write, {"path": tmp_path / "a", "text": "one"}))
    jobs.append(Job("last", write, {"path": tmp_path / "b", "text": "two"}))
    outcomes = run_jobs(jobs, 2, tmp_path / "logs")
    assert [outcome.name for outcome in outcomes] == ["refused", "good", "faulty", "killed", "last"]
    refused, good, faulty, killed, last = outcomes
    assert refused.error == "the scan is not there"
    assert good.error is last.error is None
    assert faulty.error == "a fault in geo3d: ZeroDivisionError: division by zero"
    assert killed.error is not None
    assert "SIGKILL" in killed.error
    assert [(tmp_path / name).read_text() for name in "ab"] == ["one", "two"]
    assert (tmp_path / "logs/good.txt").read_text() == "writing one\n"
    assert "line" in (tmp_path / "logs/faulty.txt").read_text()  # the traceback


def test_a_job_that_wants_more_memory_than_allowed_fails_with_a_sentence(tmp_path: Path):
    jobs = [Job("modest", hoard, {"size": 1 << 20}), Job("greedy", hoard, {"size": 3 << 29})]
    modest, greedy = run_jobs(jobs, 2, tmp_path / "logs", max_memory=1 << 30)
    assert modest.error is None
    assert greedy.error == "needs more than the 1 GiB of --max-memory"


@pytest.mark.parametrize("at_once", [1, 3])
def test_as_many_jobs_as_asked_for_run_at_once_and_share_the_cores(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    files = [tmp_path / str(i) for i in range(4)]
    outcomes = run_jobs([Job(file.name, note_time, {"path": file}) for file in files], at_once, tmp_path / "logs")
    assert all(outcome.error is None for outcome in outcomes)
    noted = [file.read_text().split() for file in files]
    spans = [(float(start), float(end)) for start, end, _ in noted]
    together = max(sum(start <= moment < end for start, end in spans) for moment, _ in spans)
    assert together <= at_once
    assert {threads for *_, threads in noted} == {str(max(1, (os.cpu_count() or 1) // at_once))}
