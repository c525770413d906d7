"""Replace a folder, a file or a link at once: after a kill at any point there is the old one or the new one.

Written aside, synced to the disk, renamed. A file is never written in place: somebody may have it mapped.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK_FILE = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC


@contextmanager
def published_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill, and put it in the place of `target` if the block ends well."""
    aside, old = target.with_name(target.name + ".part"), target.with_name(target.name + ".old")
    for leftover in (aside, old):
        shutil.rmtree(leftover, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        yield aside
        for file in sorted(aside.iterdir()):
            if not file.is_symlink():
                _sync(file)
        _sync(aside)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    if target.exists():
        os.rename(target, old)
    os.rename(aside, target)
    _sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def published_file(target: Path) -> Iterator[Path]:
    """Give the name of a file to write, and put it in the place of `target` if the block ends well."""
    aside = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        yield aside
        _sync(aside)
        os.replace(aside, target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    _sync(target.parent)


def publish_link(link: Path, target: Path) -> None:
    """Let `link` name `target`; a target beside or below the link is named relatively, so that both can move."""
    if target.is_relative_to(link.parent):
        target = target.relative_to(link.parent)
    if link.is_symlink() and os.readlink(link) == str(target):
        return
    aside = link.with_name(f".{os.getpid()}.{link.name}")
    aside.unlink(missing_ok=True)
    os.symlink(target, aside)
    os.replace(aside, link)
    _sync(link.parent)


def leftovers(folder: Path) -> list[Path]:
    """What a killed process left of the files and links it was about to publish in `folder`."""
    return [path for path in folder.glob(".*.*") if path.name.split(".")[1].isdigit()]


@contextmanager
def locked(file: Path, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold a lock that the system releases when the process ends, however it ends.

    Yields False, without the lock, where another process has it and `wait` is False.
    """
    descriptor = os.open(file, LOCK_FILE, 0o666)
    try:
        yield _take(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, wait)
    finally:
        os.close(descriptor)


@contextmanager
def locked_in_passing(file: Path, wait: bool = True) -> Iterator[bool]:
    """Hold a lock as :func:`locked` does, whose file goes with it; others may remove its folder while that is empty."""
    descriptor, ours = _open_and_take(file, wait)
    try:
        yield ours
    finally:
        if ours:
            file.unlink(missing_ok=True)
        os.close(descriptor)


def _open_and_take(file: Path, wait: bool) -> tuple[int, bool]:
    while True:
        with suppress(FileExistsError):
            os.mkdir(file.parent)
        try:
            descriptor = os.open(file, LOCK_FILE, 0o666)
        except FileNotFoundError:  # the folder was removed just now
            continue
        ours = _take(descriptor, fcntl.LOCK_EX, wait)
        if not ours or os.fstat(descriptor).st_nlink:
            return descriptor, ours
        os.close(descriptor)  # who had the lock removed the file, and another may have made it anew


def _take(descriptor: int, kind: int, wait: bool) -> bool:
    try:
        fcntl.flock(descriptor, kind | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
