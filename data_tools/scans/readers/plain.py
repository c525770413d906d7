"""Our own plain layout, for a user's own frames and for the built-in room: images, and one ``scan.json``.

.. code-block:: json

    {"format": "geo3d-scan", "version": 1, "depth_unit": 0.001, "up": [0, 0, 1],
     "intrinsics": [[525, 0, 319.5], [0, 525, 239.5], [0, 0, 1]],
     "frames": [{"colour": "colour/0.jpg", "depth": "depth/0.png", "world_from_camera": [[1, 0, 0, 0], "..."]}]}

Depth is 16-bit PNG, ``depth_unit`` metres a count, 0 where there is none. ``up`` and ``colour_intrinsics`` may be left
out. A frame's ``world_from_camera`` may be null: it is skipped, or where all are null, the path is found. Cameras look
along +z, x right, y down.

Frames may have ``"labels": "labels/0.png"``, an 8- or 16-bit image of the colour's or the depth's size whose values are
places in the scan's ``"classes": ["wall", "floor"]``, and any other none; or the values that ``label_ids``, as long as
``classes``, lists: for each class one, or a list of them. They may have ``"probabilities": "probabilities/0.npy"`` (or
.npz with one array), [class, height, width], instead.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from geo3d.config import make_config, settings
from geo3d.data_tools.scans.assemble import Camera, LabelSet, assemble
from geo3d.data_tools.scans.listing import FrameFiles, Listing
from geo3d.errors import InputError
from geo3d.scene.publish import published_file

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "scan.json with depth_unit, intrinsics and frames (colour, depth, world_from_camera)"
INDEX = "scan.json"


Row3 = tuple[float, float, float]
Row4 = tuple[float, float, float, float]
Matrix3 = tuple[Row3, Row3, Row3]
LabelId = Annotated[int, Field(ge=0, lt=1 << 16)]


@settings
class PlainFrame:
    """One frame of ``scan.json``."""

    colour: str
    depth: str
    world_from_camera: tuple[Row4, Row4, Row4, Row4] | None = None
    labels: str | None = None
    probabilities: str | None = None


@settings
class PlainScan:
    """What ``scan.json`` holds."""

    format: Literal["geo3d-scan"]
    version: Literal[1]
    depth_unit: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    intrinsics: Matrix3
    frames: tuple[PlainFrame, ...]
    colour_intrinsics: Matrix3 | None = None
    up: Row3 | None = None
    classes: Annotated[tuple[str, ...], Field(max_length=255)] = ()
    label_ids: tuple[LabelId | tuple[LabelId, ...], ...] = ()


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    if not (folder / INDEX).exists():
        return None
    frames, skipped, listed = [], [], _index(folder).frames
    for row, frame in enumerate(listed):
        names = (frame.colour, frame.depth, frame.labels, frame.probabilities)
        missing = [name for name in names if name is not None and not (folder / name).exists()]
        if missing:
            skipped.append((frame.colour, f"no {missing[0]}"))
        else:
            files = FrameFiles(frame.colour, frame.depth, row, labels=frame.labels, probabilities=frame.probabilities)
            frames.append(files)
    located = any(frame.world_from_camera is not None for frame in listed)
    return Listing(tuple(frames), (INDEX,), tuple(skipped), located)


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    scan = _index(source.root)
    listed = [scan.frames[f["row"]].world_from_camera for f in source.listing["frames"]]
    return assemble(
        source,
        [None if matrix is None else np.array(matrix) for matrix in listed],
        Camera(np.array(scan.intrinsics)),
        None if scan.colour_intrinsics is None else Camera(np.array(scan.colour_intrinsics)),
        depth_unit=scan.depth_unit,
        up=scan.up,
        label_set=LabelSet(scan.classes, _ids(scan)),
    )


def _index(folder: Path) -> PlainScan:
    path = folder / INDEX
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not a JSON file: {error}") from error
    if not isinstance(values, dict):
        raise InputError(f"{path} must hold an object with the keys format, version, depth_unit, intrinsics and frames")
    scan = make_config(PlainScan, values, str(path))
    ids = [value for values in _ids(scan) for value in values]
    if scan.label_ids and not (len(scan.label_ids) == len(scan.classes) and len(set(ids)) == len(ids)):
        wanted = f"one entry, of ids that no other has, for each of its {len(scan.classes)} classes"
        raise InputError(f"{path} has label_ids that are not {wanted}")
    if not scan.classes and any(frame.labels or frame.probabilities for frame in scan.frames):
        raise InputError(f"{path} has frames with labels and no classes; give their names")
    return scan


def _ids(scan: PlainScan) -> tuple[tuple[int, ...], ...]:
    """Those of each class."""
    return tuple((entry,) if isinstance(entry, int) else entry for entry in scan.label_ids)


def write_index(
    folder: Path,
    depth_unit: float,
    up: tuple[float, float, float],
    intrinsics: list,
    frames: list[dict],
    classes: tuple[str, ...] = (),
) -> None:
    """Write ``scan.json``, the last file of a scan: a folder that has it is whole."""
    index = {"format": "geo3d-scan", "version": 1, "depth_unit": depth_unit, "up": list(up)}
    if classes:
        index["classes"] = list(classes)
    with published_file(folder / INDEX) as aside:
        aside.write_text(json.dumps(index | {"intrinsics": intrinsics, "frames": frames}), encoding="utf-8")
