"""Say what a scan holds and what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import tyro

from geo3d.data_tools.inspection.inspect_scan import inspect_scan
from geo3d.data_tools.inspection.summary import FORMAT, as_table
from geo3d.errors import InputError, SomeFailedError
from geo3d.progress import say
from geo3d.scene.publish import published_file

FILE = "inspection.json"


def inspect(
    scan: Annotated[Path, tyro.conf.Positional],
    *,
    out: Path | None = None,
    format: str = "auto",
    frames: str = ":",
    strict: bool = False,
) -> None:
    """Say what a scan holds, what is wrong with it, which frames are better left out, and what would repair it.

    The scan itself is left as it is. With --strict the exit code is 1 where there are errors; it is 0 otherwise.

    Args:
        scan: Folder of a scan, or its file, in one of the formats that `geo3d formats` lists.
        out: File or folder for inspection.json; without it, the current folder, unless that is the scan's.
        format: Scan format: auto, or a name that `geo3d formats` lists.
        frames: Frames to look at, as start:stop:step in order of name.
        strict: Exit with 1 where there are errors.
    """
    file = _target(scan, out)
    inspection = inspect_scan(scan, format, frames)
    with published_file(file) as aside:
        aside.write_text(json.dumps(inspection, indent=1) + "\n", encoding="utf-8")
    print(as_table(inspection))
    if inspection["skip"]:
        say(f"geo3d scan-to-mesh {scan} --skip {file} leaves these frames out")
    say(f"{file} has it all")
    errors = sum(finding["level"] == "error" for finding in inspection["findings"])
    if strict and errors:
        raise SomeFailedError(f"{scan} has {errors} error{'s' * (errors > 1)}")


def _target(scan: Path, out: Path | None) -> Path:
    """The file to write; raises InputError where it is somebody else's, or in the scan without being asked."""
    folder = scan if scan.is_dir() else scan.parent
    if out is None and scan.is_dir() and Path.cwd().is_relative_to(folder.absolute().resolve()):
        raise InputError(f"the current folder is in the scan {scan}; say with --out where {FILE} goes")
    file = Path(FILE) if out is None else out / FILE if out.is_dir() else out
    if not file.parent.is_dir():
        raise InputError(f"{file.parent} is not there; give --out a file in a folder that is, or such a folder")
    if file.exists() and not _is_ours(file):
        raise InputError(f"{file} is no inspection that geo3d wrote; give --out another file")
    return file


def _is_ours(file: Path) -> bool:
    try:
        return json.loads(file.read_text(encoding="utf-8"))["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError):
        return False
