"""A scan as one file of ScanNet's."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import tyro

from geo3d.data_tools.scans.formats import find_scan
from geo3d.errors import InputError
from geo3d.progress import say


def export_sens(
    scan: Annotated[Path, tyro.conf.Positional],
    out: Annotated[Path, tyro.conf.Positional],
    format: str = "auto",
    frames: str = ":",
) -> None:
    """Write a scan as a .sens file, which ScanNet's tools and many others read.

    Args:
        scan: Folder or file of a scan, in one of the formats that `geo3d formats` lists.
        out: The file to write, named .sens.
        format: Scan format: auto, or a name that `geo3d formats` lists.
        frames: Frames to take, as start:stop:step in order of name.
    """
    from geo3d.data_tools.scans.write_sens import write_sens

    if out.suffix != ".sens" or not out.parent.is_dir():
        raise InputError(f"{out} cannot be written; give a name that ends in .sens, in a folder that is there")
    found = find_scan(scan, format, frames, None)
    with tempfile.TemporaryDirectory() as memory:
        read = found.format.read(found.source(Path(memory) / "hashes.json"), None)
    write_sens(read, out)
    say(f"{out}: {len(read.depth)} frames, {out.stat().st_size / 2**20:.1f} MiB")
