"""Frames of videos are found by number, whoever asks in whatever order."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np
import pytest

from geo3d.errors import InputError
from geo3d.scene import video
from geo3d.scene.video import Video, open_video
from tests.data_tools.scans.view_writers import write_video

COUNT = 24
WAYS = {
    "key frames and frames between": ("libx264rgb", {"g": "7", "bf": "3"}),
    "one key frame": ("libx264rgb", {"g": "250", "bf": "0"}),
    "open groups of HEVC": ("libx265", {"x265-params": "keyint=15:log-level=none"}),
}


def write(path: Path, way: str = "one key frame", first: int = 0) -> Path:
    codec, options = WAYS[way]
    write_video(path, [np.full((32, 48, 3), 10 * number, np.uint8) for number in range(COUNT)], codec, first, **options)
    return path


def seen(found: Video, number: int) -> int:
    return round(found.frame(number).mean() / 10)


@pytest.mark.parametrize("first", [0, -1])
@pytest.mark.parametrize("way", WAYS)
def test_frames_are_found_in_any_order(tmp_path: Path, way: str, first: int):
    path = write(tmp_path / "a b ü.mp4", way, first)
    with av.open(str(path)) as file:
        assert sum(1 for _ in file.decode(video=0)) == COUNT + first  # what others see: the edit list hides one
    found = Video(path)
    assert (len(found), found.size) == (COUNT, (32, 48))
    asked = [*range(COUNT), *np.random.default_rng(0).permutation(COUNT).tolist(), 0, 23, 0, 1, 9, 10]
    assert [seen(found, number) for number in asked] == asked


def test_frames_in_order_are_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = Video(write(tmp_path / "a.mp4"))
    decoded = []
    real = found._file.decode
    monkeypatch.setattr(found, "_file", Counting(found._file, lambda: map(noted(decoded), real(found._stream))))
    for number in (*range(8), 9, 8, 12, 11, 20):
        assert seen(found, number) == number
    assert len(decoded) == 21


class Counting:
    """A file whose decoder is another."""

    def __init__(self, file, decode):
        self.seek, self.decode = file.seek, lambda stream: decode()


def noted(decoded: list):
    return lambda frame: decoded.append(1) or frame


def test_threads_that_ask_at_once_get_their_frames(tmp_path: Path):
    path = write(tmp_path / "a.mp4", "key frames and frames between")
    asked = list(range(COUNT)) * 3
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda number: seen(open_video(path), number), asked)) == asked


def test_a_video_that_changed_is_opened_again(tmp_path: Path):
    path = write(tmp_path / "a.mp4")
    assert seen(open_video(path), 3) == 3
    write_video(path, [np.full((32, 48, 3), 200, np.uint8)] * 5)
    assert (len(open_video(path)), seen(open_video(path), 3)) == (5, 20)


@pytest.mark.parametrize("how", ["empty", "text", "truncated", "sound", "gone", "huge"])
def test_a_file_that_is_no_video_is_named(tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch):
    path = write(tmp_path / "a.mp4")
    if how == "sound":
        with av.open(str(path), "w") as film:
            film.add_stream("aac", rate=44100)
            film.start_encoding()
    elif how == "gone":
        path.unlink()
    elif how == "huge":
        monkeypatch.setattr(video, "MOST_PIXELS", 1000)
    else:
        path.write_bytes({"empty": b"", "text": b"once upon", "truncated": path.read_bytes()[:900]}[how])
    with pytest.raises(InputError, match=r"a\.mp4 cannot be read") as caught:
        open_video(path).frame(0)
    assert "\n" not in str(caught.value)


def test_a_frame_that_is_not_there_or_is_damaged_is_named(tmp_path: Path):
    path = write(tmp_path / "a.mp4")
    with pytest.raises(InputError, match=r"a\.mp4 has 24 frames, and no frame 24"):
        open_video(path).frame(24)
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    content[start : start + 4000] = bytes(min(4000, len(content) - start))
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.mp4 cannot be read as a video"):
        open_video(path).frame(5)
