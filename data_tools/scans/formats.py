"""Which scan formats there are, and which one a folder has."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from geo3d.data_tools.scans.listing import Listing
from geo3d.data_tools.scans.readers import (
    hololens,
    icl_nuim,
    icl_nuim_povray,
    nerfstudio,
    plain,
    polycam,
    record3d,
    redwood,
    replica,
    scannet,
    sens,
    seven_scenes,
    stray,
    tum,
)
from geo3d.data_tools.scans.skipping import without
from geo3d.errors import InputError
from geo3d.scene.source import Source, hash_files

FORMATS: dict[str, ModuleType] = {
    "7scenes": seven_scenes,
    "hololens": hololens,
    "icl-nuim": icl_nuim,
    "icl-nuim-povray": icl_nuim_povray,
    "plain": plain,
    "redwood": redwood,
    "nerfstudio": nerfstudio,
    "polycam": polycam,
    "record3d": record3d,
    "stray": stray,
    "replica": replica,
    "scannet": scannet,
    "sens": sens,
    "tum": tum,
}
"""By name: each has ``LOOKS_FOR``, ``read(source, config) -> RgbdScan``, and ``find(folder) -> Listing | None``.

Of a format that keeps a scan in one file, ``find_file(file)`` does the same; names are relative to the file's folder.
"""


@dataclass(frozen=True)
class FoundScan:
    """A folder's format and the frames to take from it."""

    folder: Path
    format: ModuleType
    listing: Listing
    crop: tuple[float, ...] | None

    def without_transforms(self) -> FoundScan:
        """The same, as if nothing said where the cameras stood."""
        return dataclasses.replace(self, listing=dataclasses.replace(self.listing, located=False))

    def source(self, memory: Path) -> Source:
        """Hash the files; `memory` is where hashes are remembered."""
        known = {"crop": self.crop, **dataclasses.asdict(self.listing)}
        return Source(self.folder, known, hash_files(self.folder, self.listing.files, memory))


def find_scan(
    scan: Path, format: str, frames: str, crop: tuple[float, ...] | None, skip: Path | None = None
) -> FoundScan:
    """Recognise a folder or file, and choose from its frames; nothing is read but names and headers.

    `format` is a name or ``auto``, `frames` a Python slice such as ``0:600:5``, `crop` six metres: the world box's
    lowest, then highest corner; `skip` a list of frames to leave out, as ``geo3d inspect`` writes it.
    """
    if not scan.exists():
        raise InputError(f"{scan} is not there; give the folder of a scan, or its file")
    name, listing = _recognise(scan, format)
    chosen = listing.frames[_slice(frames)]
    if listing.frames and not chosen:
        raise InputError(f"--frames {frames} takes none of the {len(listing.frames)} frames of {scan}")
    if crop is not None and not all(low < high for low, high in zip(crop[:3], crop[3:], strict=True)):
        raise InputError(f"--crop {' '.join(map(str, crop))} is empty; give the lowest x y z, then the highest")
    folder = scan if scan.is_dir() else scan.parent
    taken = without(dataclasses.replace(listing, frames=chosen), listing, skip)
    return FoundScan(folder, FORMATS[name], taken, crop)


def _recognise(scan: Path, format: str) -> tuple[str, Listing]:
    if format != "auto" and format not in FORMATS:
        raise InputError(f"--format {format} is not known; it is auto or one of {', '.join(FORMATS)}")
    without = []
    for name in FORMATS if format == "auto" else (format,):
        find = FORMATS[name].find if scan.is_dir() else getattr(FORMATS[name], "find_file", None)
        listing = find(scan) if find else None
        if listing is not None and listing.located:
            return name, listing
        without += [] if listing is None else [(name, listing)]
    if without:  # only now: a folder without one format's transforms may have another's
        return without[0]
    if format != "auto":
        raise InputError(f"{scan} is not in the format {format}, which looks for {FORMATS[format].LOOKS_FOR}")
    known = ", ".join(FORMATS)
    raise InputError(f"{scan} is in no format known here ({known}); `geo3d formats` says what each looks for")


def refusing_format(scan: Path, format: str) -> str | None:
    """Which format says that the folder or file is its own, and broken; None where none does."""
    for name in FORMATS if format == "auto" else (format,):
        find = getattr(FORMATS.get(name), "find" if scan.is_dir() else "find_file", None)
        try:
            if find and find(scan) is not None:
                return None
        except InputError:
            return name
    return None


def _slice(text: str) -> slice:
    try:
        parts = [int(part) if part else None for part in text.split(":")]
        if not 2 <= len(parts) <= 3 or (len(parts) == 3 and parts[2] is not None and parts[2] <= 0):
            raise ValueError(text)
    except ValueError:
        raise InputError(f"--frames {text} is no slice; give start:stop or start:stop:step, as in 0:600:5") from None
    return slice(*parts)
