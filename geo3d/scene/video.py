"""Frames of a video by their number, from a decoder that stays open."""

import math
import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from geo3d.errors import InputError

if TYPE_CHECKING:
    from av import VideoFrame

KEPT = min(os.cpu_count() or 1, 16) + 2
"""Decoded frames that are kept, since threads that take neighbours come in any order."""
MOST_PIXELS = 1 << 26
"""Of a frame."""


class Video:
    """A video that is open; frames are numbered from 0 in the order they are shown, hidden ones included.

    Frames asked for in order are decoded once, in order; only a jump over a key frame, or back, seeks.
    """

    def __init__(self, path: Path):
        import av

        self._path, self._lock, self._kept = path, Lock(), {}
        with self._told():
            # Some programs hide a first frame by an edit list, though it counts in what they write beside the video.
            self._file = av.open(str(path), options={"ignore_editlist": "1"})
            self._stream = self._file.streams.video[0]
            self._stream.thread_type = "AUTO"
            self.size = self._stream.height, self._stream.width
            if self.size[0] * self.size[1] > MOST_PIXELS:
                raise ValueError(f"its frames are {self.size[1]}x{self.size[0]}")
            packets = [(p.pts, p.dts or 0, p.is_keyframe) for p in self._file.demux(self._stream) if p.pts is not None]
        self._times = sorted(shown for shown, _, _ in packets)
        self._keys = sorted((shown, decoded) for shown, decoded, is_key in packets if is_key)
        self._next, self._decoded = len(self._times), iter(())

    def __len__(self) -> int:
        return len(self._times)

    def frame(self, number: int) -> np.ndarray:
        """RGB [height, width, 3], uint8; raises InputError where it cannot be decoded."""
        if number >= len(self):
            raise InputError(f"{self._path} has {len(self)} frames, and no frame {number}")
        with self._lock, self._told():
            found = self._kept.get(number) or self._decode(number)
        return found.to_ndarray(format="rgb24")

    def _decode(self, number: int) -> "VideoFrame":
        place = bisect_right(self._keys, (self._times[number], math.inf)) - 1
        key, decoded = self._keys[max(place, 0)]
        if self._next > number or key > self._times[self._next]:
            # MP4 finds it by the time of decoding
            self._file.seek(decoded, stream=self._stream)  # pyright: ignore[reportArgumentType]
            self._decoded = self._file.decode(self._stream)
        for frame in self._decoded:
            found = bisect_left(self._times, frame.pts or 0)
            self._next = found + 1
            self._kept[found] = frame
            if len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
            if found >= number:
                break
        if number not in self._kept:
            self._next = len(self._times)  # so that the next one seeks
            raise ValueError(f"frame {number} is damaged")
        return self._kept[number]

    @contextmanager
    def _told(self) -> Iterator[None]:
        from av.error import FFmpegError

        try:
            yield
        except (FFmpegError, OSError, ValueError, TypeError, IndexError) as error:
            reason = str(error).partition("\n")[0]
            raise InputError(f"{self._path} cannot be read as a video: {reason}") from error


def open_video(path: Path) -> Video:
    """The video at `path`; the last two stay open, until they change."""
    try:
        status = path.stat()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    return _opened(path, status.st_size, status.st_mtime_ns, os.getpid())


@lru_cache(maxsize=2)
def _opened(path: Path, size: int, changed: int, process: int) -> Video:
    """A process that was forked opens the file itself: the two would share the place in it."""
    return Video(path)
