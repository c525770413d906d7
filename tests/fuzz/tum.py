"""Inputs for the reader of TUM's lists and trajectories: ``python -m tests.fuzz.tum --seconds 600``."""

import tempfile
from pathlib import Path

from tests.fuzz.loop import instrument, main

if __name__ == "__main__":
    instrument(["geo3d.data_tools", "geo3d.metrics.association"])

from geo3d.data_tools.scans.formats import find_scan
from geo3d.scene.frames import read_frame
from tests.data_tools.scans.writers import transforms, write_tum

FOLDER = Path(tempfile.gettempdir()) / "geo3d-fuzz-tum"
FILES = "rgb.txt", "depth.txt", "groundtruth.txt", "camera-intrinsics.txt"
BETWEEN = b"\x1e"
"""Parts an input into the files."""


def attempt(data: bytes) -> None:
    """List, read, and decode the first frames; the images are always there."""
    if not FOLDER.exists():
        FOLDER.mkdir()
        write_tum(FOLDER, transforms(5))
    for name, content in zip(FILES, (data.split(BETWEEN, 3) + [b""] * 3)[:4], strict=True):
        (FOLDER / name).write_bytes(content)
    found = find_scan(FOLDER, "tum", ":", None)
    scan = found.format.read(found.source(FOLDER / "no folder" / "hashes.json"), None)
    for row in range(min(len(scan.depth), 3)):
        read_frame(scan, row)


def seeds() -> list[bytes]:
    """Files that are whole, with and without a camera a frame."""
    found = []
    for last in ([], [None]):
        with tempfile.TemporaryDirectory() as folder:
            write_tum(Path(folder), [*transforms(5 - len(last)), *last])
            found.append(BETWEEN.join((Path(folder) / name).read_bytes() for name in FILES))
    return found


if __name__ == "__main__":
    main("tum", attempt, seeds())
