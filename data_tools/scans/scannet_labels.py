"""ScanNet's label images: ``label-filt/`` or ``label/``, or a scene's ``_2d-label-filt.zip`` or ``_2d-label.zip``.

``N.png`` belongs to frame N and has colour's size (or depth's) and 16-bit ids of ScanNet's own categories, 0 where
nothing was annotated. Which of NYU40's classes an id belongs to stands in ``scannetv2-labels.combined.tsv``, in the
columns ``id`` and ``nyu40id``, as ScanNet's convert_scannet_label_image.py reads them: many ids to one class. The table
is looked for in the scan's folder and in all above it. Filtered images come before others, a folder before a zip file.
"""

from __future__ import annotations

import csv
import os
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.labels.nyu40 import NYU40
from geo3d.data_tools.scans.assemble import LabelSet
from geo3d.data_tools.scans.listing import Listing, by_number, images
from geo3d.errors import InputError
from geo3d.progress import say

if TYPE_CHECKING:
    from geo3d.scene.source import Source

KINDS = "label-filt", "label"
TABLE = "scannetv2-labels.combined.tsv"
COLUMNS = "id", "nyu40id"
UNANNOTATED = 0
LOOKS_FOR = f"label-filt/N.png or *_2d-label-filt.zip with {TABLE}"

Image = tuple[str, tuple[int, int] | None]
"""File and the part of it."""


def with_labels(listing: Listing, folder: Path, numbers: Sequence[int], stem: str = "*") -> Listing:
    """The listing with the label images of its frames, which have these numbers; `stem` begins a zip file's name.

    Without the table, labels are left aside, and it is said.
    """
    labels = _label_images(folder, stem)
    if not any(number in labels for number in numbers):
        return listing
    place = folder.resolve()
    tables = (above / TABLE for above in (place, *place.parents))
    table = next((path for path in tables if path.is_file()), None)
    if table is None:
        say(f"{folder} has label images, which are left aside: {TABLE} is needed, in that folder or in one above it")
        return listing
    frames = []
    for frame, number in zip(listing.frames, numbers, strict=True):
        file, part = labels.get(number, (None, None))
        frames.append(replace(frame, labels=file, labels_part=part))
    return replace(listing, frames=tuple(frames), shared=(*listing.shared, os.path.relpath(table, place)))


def read_label_set(source: Source) -> LabelSet:
    """What ids mean, by the table that the scan was listed with; nothing where that is none."""
    tables = [name for name in source.listing["shared"] if os.path.basename(name) == TABLE]
    return _read_table(source.root / tables[0]) if tables else LabelSet()


def _label_images(folder: Path, stem: str) -> dict[int, Image]:
    """By the frame's number."""
    for kind in KINDS:
        found = by_number(images(folder / kind))
        if found and len(sorted(folder.glob("*.sens"))) < 2:  # else nobody knows of which recording they are
            return {number: (f"{kind}/{path.name}", None) for number, path in found.items()}
        packed = sorted(folder.glob(f"{stem}_2d-{kind}.zip"))
        if len(packed) > 1:
            raise InputError(f"{folder} has {', '.join(path.name for path in packed)}; allowed is one, of this scan")
        if packed:
            return _members(packed[0], kind)
    return {}


def _members(file: Path, kind: str) -> dict[int, Image]:
    try:
        with zipfile.ZipFile(file) as opened:
            members = opened.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise InputError(f"{file} is not a whole zip file: {error}") from error
    name = re.compile(rf"{kind}/(\d{{1,9}})\.png")
    named = [(found, member) for member in members if (found := name.fullmatch(member.filename))]
    return {int(found[1]): (file.name, (member.header_offset, member.compress_size)) for found, member in named}


def _read_table(path: Path) -> LabelSet:
    """NYU40's classes and the ids of each; an id of none of them, like 0, is no class."""
    class_of = {UNANNOTATED: 0}
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise InputError(f"{path} has no column {missing[0]}; needed are {' and '.join(COLUMNS)}, between tabs")
            for row in rows:
                value, number = _whole(row["id"], 1, 65535), _whole(row["nyu40id"], 0, len(NYU40))
                if value is None or number is None or class_of.setdefault(value, number) != number:
                    raise InputError(
                        f"{path}, line {rows.line_num}, has id = {row['id']!r}, nyu40id = {row['nyu40id']!r}; allowed "
                        f"are 1 to 65535, of one class each, and 0 to {len(NYU40)}"
                    )
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path} cannot be read as a table: {error}") from error
    ids = tuple(tuple(value for value, c in class_of.items() if c == place) for place in range(len(NYU40) + 1))
    return LabelSet(tuple(name for name, _ in NYU40), ids[1:], ids[0])


def _whole(text: str | None, least: int, most: int) -> int | None:
    """A whole number within bounds; None for anything else."""
    plain = text is not None and text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if plain and least <= int(text) <= most else None
