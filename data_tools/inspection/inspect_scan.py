"""Inspect a folder, also one that its reader refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from geo3d.data_tools.inspection.checks import inspect_facts
from geo3d.data_tools.inspection.gather import TOLD_NOTHING, ScanFacts, gather
from geo3d.data_tools.inspection.loose import inspect_images
from geo3d.data_tools.inspection.misread import AS_GIVEN
from geo3d.data_tools.inspection.summary import as_json
from geo3d.data_tools.scans.formats import FORMATS, find_scan, refusing_format
from geo3d.errors import InputError


def inspect_scan(scan: Path, format: str = "auto", frames: str = ":") -> dict[str, Any]:
    """What ``inspection.json`` holds; raises InputError where there is no scan."""
    try:
        found = find_scan(scan, format, frames, None)
    except InputError as error:
        name = refusing_format(scan, format)
        if name is None or not scan.is_dir():
            raise
        return as_json(scan.absolute().name, name, _nothing(), inspect_images(scan, str(error)))
    name = next(name for name, module in FORMATS.items() if module is found.format)
    facts = gather(found.folder, found.format, found.listing)
    return as_json(scan.absolute().name, name, facts, inspect_facts(facts))


def _nothing() -> ScanFacts:
    return ScanFacts(
        files=(),
        unpaired=(),
        told=TOLD_NOTHING,
        located=True,
        frames=(),
        believed=AS_GIVEN,
        placed=(),
        world_from_camera=np.zeros((0, 4, 4)),
        errors={},
        points=np.zeros((0, 3)),
        disagreement=lambda first, second: 1.0,
        refusal_without=lambda rows: None,
    )
