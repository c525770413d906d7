"""Inputs for the reader of .sens files: ``python -m tests.fuzz.sens --seconds 600``."""

import tempfile
from pathlib import Path

from tests.fuzz.loop import instrument, main

if __name__ == "__main__":
    instrument(["geo3d.data_tools.scans", "geo3d.scene.codecs"])

from geo3d.data_tools.scans.formats import find_scan
from geo3d.data_tools.scans.sens_layout import SensHeader
from geo3d.data_tools.scans.write_sens import write_frames
from geo3d.scene.frames import read_frame
from tests.data_tools.scans.writers import K, transforms, write_sens

FOLDER = Path(tempfile.gettempdir()) / "geo3d-fuzz-sens"


def attempt(data: bytes) -> None:
    """List, read, and decode the first frames."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "a.sens").write_bytes(data)
    found = find_scan(FOLDER / "a.sens", "sens", ":", None)
    scan = found.format.read(found.source(FOLDER / "no folder" / "hashes.json"), None)
    for row in range(min(len(scan.depth), 3)):
        read_frame(scan, row)


def seeds() -> list[bytes]:
    """Small files of each kind."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        write_sens(Path(folder), [*transforms(3), None])
        found.append((Path(folder) / "a scan.sens").read_bytes())
        for colour in (0, 1, 2):
            header = SensHeader(K, K, colour, 0, (2, 3), (2, 2), 1000, 4)
            frames = [(matrix, b"\x89PNG" + bytes(14), bytes(8)) for matrix in transforms(4)]
            write_frames(Path(folder) / "b.sens", header, frames)
            found.append((Path(folder) / "b.sens").read_bytes())
    return found


if __name__ == "__main__":
    main("sens", attempt, seeds())
