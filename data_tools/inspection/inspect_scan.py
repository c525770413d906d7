"""Inspect a folder, also one that its reader refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geo3d.data_tools.inspection.checks import inspect_facts
from geo3d.data_tools.inspection.gather import gather
from geo3d.data_tools.inspection.summary import as_json
from geo3d.data_tools.scans.formats import FORMATS, find_scan


def inspect_scan(scan: Path, format: str = "auto", frames: str = ":") -> dict[str, Any]:
    """What ``inspection.json`` holds; raises InputError where there is no scan."""
    found = find_scan(scan, format, frames, None)
    name = next(name for name, module in FORMATS.items() if module is found.format)
    facts = gather(found.folder, found.format, found.listing)
    return as_json(scan.absolute().name, name, facts, inspect_facts(facts))
