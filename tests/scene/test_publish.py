"""Locks that come and go."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from geo3d.scene.publish import locked_in_passing


def test_a_lock_whose_file_goes_with_it_is_held_by_one_at_a_time(tmp_path: Path):
    held: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with locked_in_passing(tmp_path / "locks" / "one.lock") as ours:
            assert ours
            held.append(number)
            most.append(len(held))
            (tmp_path / "locks" / "aside").write_text("x")  # the folder is there as long as the lock
            (tmp_path / "locks" / "aside").unlink()
            held.remove(number)
        with suppress(OSError):
            (tmp_path / "locks").rmdir()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(400)))
    assert most == [1] * 400
    assert not list(tmp_path.iterdir())


def test_a_lock_that_somebody_has_is_not_waited_for_unless_asked(tmp_path: Path):
    def tries() -> Iterator[bool]:
        with locked_in_passing(tmp_path / "locks" / "one.lock", wait=False) as ours:
            yield ours

    first = tries()
    assert next(first) is True
    assert next(tries()) is False
    assert list(first) == []
    assert next(tries()) is True
