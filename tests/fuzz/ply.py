"""Inputs for the reader of PLY point clouds: ``python -m tests.fuzz.ply --seconds 600``."""

import tempfile
from pathlib import Path

from tests.fuzz.loop import instrument, main

if __name__ == "__main__":
    instrument(["geo3d.data_tools.clouds"])

from tests.data_tools.clouds.writers import some_points, write_ply
from tests.fuzz.clouds import attempt_on, bound_memory

FOLDER = Path(tempfile.gettempdir()) / "geo3d-fuzz-ply"


def attempt(data: bytes) -> None:
    """Read it as a file."""
    attempt_on(FOLDER / "a.ply", data)


def seeds() -> list[bytes]:
    """Small files of each kind."""
    file, made = Path(tempfile.mkdtemp()) / "seed.ply", []
    for form in ("ascii", "binary_little_endian", "binary_big_endian"):
        for before in ("", "element camera 1\nproperty float a\n"):
            write_ply(file, form, *some_points(3), before=before)
            made.append(file.read_bytes())
    return made


if __name__ == "__main__":
    bound_memory()
    main("ply", attempt, seeds())
