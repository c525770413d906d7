"""How long-running code tells where it is: silent, unless a command line installs a display.

A stage writes ``for frame in track(frames, "fuse", total=len(frames), unit="frames")``, and nothing else; or, where its
parts are not alike, ``with steps("mesh", 3, "passes") as done`` and a ``done()`` after each, or a ``done(label)``.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
SHOW_AFTER = 2.0
"""Seconds after which a step is worth a progress display."""
LINE_EVERY = 10.0
"""Seconds between plain lines where the output is no terminal."""


@dataclass
class Step:
    """How far one step is: ``done`` of ``total`` ``unit`` since ``started`` (``time.monotonic``, seconds)."""

    label: str
    unit: str
    total: int
    started: float
    done: int = 0

    def line(self) -> str:
        """Name, count, rate and time left, as one plain line."""
        seconds = max(time.monotonic() - self.started, 1e-9)
        rate = self.done / seconds
        left = f", {(self.total - self.done) / rate:.0f} s left" if 0 < self.done < self.total else ""
        return f"{self.label}: {self.done}/{self.total} {self.unit}, {rate:.1f}/s{left}"


_shows: list[Callable[[Step | None], None]] = []
_says: list[Callable[[str], None]] = []


def track(items: Iterable[T], label: str, total: int, unit: str = "items") -> Iterator[T]:
    """Pass the items on, telling the installed display about each."""
    with steps(label, total, unit) as done:
        for item in items:
            yield item
            done()


@contextmanager
def steps(label: str, total: int, unit: str) -> Iterator[Callable[..., None]]:
    """A function to call after each of `total` parts of the work, which tells the installed display."""
    step = Step(label, unit, total, time.monotonic())

    def done(label: str | None = None) -> None:
        step.done += 1
        step.label = label or step.label
        for show in _shows:
            show(step)

    try:
        yield done
    finally:
        for show in _shows:
            show(None)


def say(line: str) -> None:
    """Tell the person one thing worth knowing; nothing happens unless a display is installed."""
    for tell in _says:
        tell(line)


def is_displayed() -> bool:
    """Whether a display is installed, which another process may want to have, too."""
    return bool(_shows)


def install_display() -> None:
    """Show progress on standard error from here on: bars on a terminal, plain lines elsewhere."""
    _shows[:] = [_Bar().show if sys.stderr.isatty() else _Lines().show]
    _says[:] = [lambda line: print(line, file=sys.stderr, flush=True)]


class _Lines:
    """One line after SHOW_AFTER seconds, then one every LINE_EVERY, then one at the end."""

    def __init__(self) -> None:
        self.last: float | None = None

    def show(self, step: Step | None) -> None:
        if step is None:
            self.last = None
            return
        now = time.monotonic()
        due = now - step.started > SHOW_AFTER if self.last is None else now - self.last > LINE_EVERY
        if due or (self.last is not None and step.done == step.total):
            self.last = now
            say(step.line())


class _Bar:
    """A rich progress bar, which appears after SHOW_AFTER seconds and goes when the step is done."""

    def __init__(self) -> None:
        self.bar = None
        self.task = None

    def show(self, step: Step | None) -> None:
        if step is None:
            if self.bar is not None:
                self.bar.stop()
            self.bar = None
        elif self.bar is not None and self.task is not None:
            rate = step.done / (time.monotonic() - step.started)
            self.bar.update(self.task, description=step.label, completed=step.done, rate=rate)
        elif time.monotonic() - step.started > SHOW_AFTER:
            self._start(step)

    def _start(self, step: Step) -> None:
        from rich import progress
        from rich.console import Console

        self.bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[unit]}  {task.fields[rate]:.1f}/s  left"),
            progress.TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.bar.add_task(step.label, total=step.total, completed=step.done, unit=step.unit, rate=0.0)
        self.bar.start()
