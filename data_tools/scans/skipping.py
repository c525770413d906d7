"""Frames to leave out of a scan: a list in a JSON file, as ``geo3d inspect`` writes it.

.. code-block:: json

    {"skip": [{"colour": "colour/7.jpg", "depth": "depth/7.png", "reason": "the colour image is black"}]}

A frame is known by both of its images, so that the list holds however the scan's frames are counted.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from geo3d.data_tools.scans.listing import FrameFiles, Listing, image_name
from geo3d.errors import InputError

Images = tuple[str, str]
"""Names of a frame's colour and depth image."""


def images_of(frame: FrameFiles) -> Images:
    """What a list knows a frame by."""
    colour = image_name(frame.colour, frame.colour_part, frame.row)
    return colour, image_name(frame.depth, frame.depth_part, frame.row)


def without(chosen: Listing, whole: Listing, skip: Path | None) -> Listing:
    """`chosen` without the frames that the file `skip` names, which are listed as skipped with its reasons.

    Raises InputError where the file is no such list, or names a frame that is none of the `whole` scan's.
    """
    if skip is None:
        return chosen
    reasons = _read(skip)
    unknown = reasons.keys() - {images_of(frame) for frame in whole.frames}
    if unknown:
        raise InputError(f"{skip} leaves out {' with '.join(min(unknown))}, which is no frame of this scan")
    kept = tuple(frame for frame in chosen.frames if images_of(frame) not in reasons)
    left_out = [(images[0], reasons[images]) for images in map(images_of, chosen.frames) if images in reasons]
    return dataclasses.replace(chosen, frames=kept, skipped=(*chosen.skipped, *left_out))


def _read(path: Path) -> dict[Images, str]:
    try:
        listed: Any = json.loads(path.read_text(encoding="utf-8"))["skip"]
        entries = [(entry["colour"], entry["depth"], entry["reason"]) for entry in listed]
        if not all(isinstance(text, str) for entry in entries for text in entry):
            raise TypeError("what is no text")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} lists no frames to leave out; it must hold skip, a list of objects with colour, depth and reason"
        ) from error
    return {(colour, depth): reason for colour, depth, reason in entries}
