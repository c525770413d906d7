"""Progress: nothing unless a display is installed, plain lines where it is no terminal."""

import io
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from geo3d import progress
from geo3d.progress import install_display, say, steps, track


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def items(self, count: int, seconds: float) -> Iterator[int]:
        for i in range(count):
            self.now += seconds
            yield i


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: made.now))
    monkeypatch.setattr(progress, "_shows", [])
    monkeypatch.setattr(progress, "_says", [])
    return made


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    output = capsys.readouterr()
    assert output.out == ""
    return output.err.splitlines()


def test_nothing_is_shown_where_no_display_is_installed(clock: Clock, capsys: pytest.CaptureFixture[str]):
    assert list(track(clock.items(5, 60), "fuse", total=5)) == [0, 1, 2, 3, 4]
    say("hello")
    assert shown(capsys) == []


def test_what_is_said_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]):
    install_display()
    say("hello")
    assert shown(capsys) == ["hello"]


def test_a_second_installation_does_not_say_things_twice(capsys: pytest.CaptureFixture[str]):
    install_display()
    install_display()
    say("hello")
    assert shown(capsys) == ["hello"]


def test_a_quick_step_shows_nothing(clock: Clock, capsys: pytest.CaptureFixture[str]):
    install_display()
    assert len(list(track(clock.items(100, 0.019), "fuse", total=100))) == 100
    assert shown(capsys) == []


def test_a_long_step_gets_a_line_after_two_seconds_then_every_ten_then_at_its_end(
    clock: Clock, capsys: pytest.CaptureFixture[str]
):
    install_display()
    for _ in track(clock.items(120, 0.25), "fuse", total=120, unit="frames"):
        pass
    assert shown(capsys) == [
        "fuse: 9/120 frames, 4.0/s, 28 s left",  # 2.25 s
        "fuse: 50/120 frames, 4.0/s, 18 s left",  # 12.5 s
        "fuse: 91/120 frames, 4.0/s, 7 s left",  # 22.75 s
        "fuse: 120/120 frames, 4.0/s",
    ]


def test_rate_and_time_left_follow_the_mean_pace(clock: Clock, capsys: pytest.CaptureFixture[str]):
    install_display()
    steps = track(clock.items(10, 4.0), "hash", total=10, unit="files")
    next(steps)
    clock.now += 1.0  # what is done with the item counts too: 1 in 5 s
    next(steps)
    assert shown(capsys) == ["hash: 1/10 files, 0.2/s, 45 s left"]


def test_each_step_starts_its_own_lines(clock: Clock, capsys: pytest.CaptureFixture[str]):
    install_display()
    for label in ("one", "two"):
        list(track(clock.items(2, 4.0), label, total=2))
    assert shown(capsys) == [
        "one: 1/2 items, 0.2/s, 4 s left",
        "one: 2/2 items, 0.2/s",
        "two: 1/2 items, 0.2/s, 4 s left",
        "two: 2/2 items, 0.2/s",
    ]


def test_an_error_inside_passes_through_and_ends_the_step(clock: Clock, capsys: pytest.CaptureFixture[str]):
    def broken() -> Iterator[int]:
        yield from clock.items(3, 5.0)
        raise ValueError("broken")

    install_display()
    with pytest.raises(ValueError, match="broken"):
        list(track(broken(), "fuse", total=9))
    list(track(clock.items(1, 1.0), "next", total=1))  # quick: says nothing
    assert [line.split(":")[0] for line in shown(capsys)] == ["fuse"]


def test_a_terminal_gets_a_bar_that_goes_when_the_step_is_done(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    install_display()
    list(track(clock.items(5, 1.0), "fuse", total=5, unit="frames"))
    assert "fuse" in terminal.getvalue()
    assert "frames" in terminal.getvalue()
    assert progress._shows[0].__self__.bar is None  # pyright: ignore[reportFunctionMemberAccess]


def test_parts_that_are_not_alike_are_counted_as_they_are_done(clock: Clock, capsys: pytest.CaptureFixture[str]):
    install_display()
    with steps("mesh", 3, "passes") as done:
        for _ in range(3):
            clock.now += 6
            done()
    assert shown(capsys)[0] == "mesh: 1/3 passes, 0.2/s, 12 s left"


def test_a_step_may_change_its_label_and_count_what_was_done_before(clock: Clock, capsys: pytest.CaptureFixture[str]):
    install_display()
    with steps("learn", 10, "steps", 6) as done:
        for loss in (3, 2, 1):
            clock.now += 20
            done(f"learn, loss {loss}")
    assert shown(capsys) == [
        "learn, loss 3: 7/10 steps, 0.1/s, 60 s left",
        "learn, loss 2: 8/10 steps, 0.1/s, 40 s left",
        "learn, loss 1: 9/10 steps, 0.1/s, 20 s left",
    ]


def test_whether_there_is_a_display_can_be_asked():
    assert not progress.is_displayed()
    install_display()
    assert progress.is_displayed()
