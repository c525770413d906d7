"""Inputs for the reader of PCD point clouds: ``python -m tests.fuzz.pcd --seconds 600``."""

import tempfile
from pathlib import Path

import numpy as np

from tests.fuzz.loop import instrument, main

if __name__ == "__main__":
    instrument(["geo3d.data_tools.clouds"])

from tests.data_tools.clouds.writers import some_points, write_pcd
from tests.fuzz.clouds import attempt_on, bound_memory

FOLDER = Path(tempfile.gettempdir()) / "geo3d-fuzz-pcd"


def attempt(data: bytes) -> None:
    """Read it as a file."""
    attempt_on(FOLDER / "a.pcd", data)


def seeds() -> list[bytes]:
    """Small files of each kind."""
    points, normals, colours = some_points(3)
    columns = [(axis, points[:, i].copy()) for i, axis in enumerate("xyz")]
    columns += [("rgb", np.arange(3, dtype=np.uint32)), ("_", colours)]
    columns += [(f"normal_{axis}", normals[:, i].copy()) for i, axis in enumerate("xyz")]
    file, made = Path(tempfile.mkdtemp()) / "seed.pcd", []
    for form in ("ascii", "binary", "binary_compressed"):
        write_pcd(file, form, columns, "1 2 3 1 0 0 0")
        made.append(file.read_bytes())
    return made


if __name__ == "__main__":
    bound_memory()
    main("pcd", attempt, seeds())
