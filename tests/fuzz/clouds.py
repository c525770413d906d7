"""What the fuzzers of point cloud readers share."""

import resource
from pathlib import Path

from geo3d.data_tools.clouds.assemble import FARTHEST
from geo3d.data_tools.clouds.formats import FORMATS, find_surface
from geo3d.scene.source import Source

MOST_MEMORY = 6 << 30
"""Bytes of address space: a count that is believed ends the run."""


def bound_memory() -> None:
    """For the rest of the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def attempt_on(file: Path, data: bytes) -> None:
    """Write and read the file, and check its points where it has some."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    found = find_surface(file, "auto", None)
    if found is None or found.is_mesh:
        return
    cloud = FORMATS[found.format].read(Source(file.parent, {"cloud": file.name, "crop": None}, {}), None)
    assert len(cloud.points)
    assert bool(cloud.points.isfinite().all())
    assert float(cloud.points.abs().max()) <= FARTHEST
    assert cloud.normals is None or bool((cloud.normals.norm(dim=1) - 1).abs().max() < 1e-3)
