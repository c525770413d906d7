"""The libraries that registration stands on, imported when they are used; neither tells its types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any


def open3d() -> Any:
    """Open3D."""
    import open3d

    return open3d


def opencv() -> Any:
    """OpenCV."""
    import cv2

    return cv2


def missing() -> list[str]:
    """Names of those that are not installed."""
    return [name for name, module in (("open3d", "open3d"), ("opencv", "cv2")) if find_spec(module) is None]


@contextmanager
def quiet_and_alone() -> Iterator[None]:
    """Both with one thread, in which sums have the same order each time, and without words on standard output."""
    threads, others = open3d().utility.get_max_threads(), opencv().getNumThreads()
    open3d().utility.set_max_threads(1)
    opencv().setNumThreads(1)
    try:
        with open3d().utility.VerbosityContextManager(open3d().utility.VerbosityLevel.Error):
            yield
    finally:
        open3d().utility.set_max_threads(threads)
        opencv().setNumThreads(others)
