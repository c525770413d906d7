"""HoloLens recordings in the layout of deep-video-mvs (Duzceker et al. 2021).

Depth is 16-bit PNG in millimetres; row n of ``poses.txt`` is the camera-to-world matrix of the n-th image in order of
name (the numbers in the names skip), axes as ours. The device's world has its y axis against gravity.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.scans.assemble import Camera, assemble, read_numbers
from geo3d.data_tools.scans.listing import Listing, images, pair_by_stem
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "images/, depth/ and K.txt; poses.txt (16 numbers a row) if there"
_TRANSFORMS = "poses.txt"


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    colour = images(folder / "images")
    if not colour or not (folder / "K.txt").exists():
        return None
    if not (folder / _TRANSFORMS).exists():
        return pair_by_stem(folder, colour, images(folder / "depth"), ("K.txt",), located=False)
    rows = sum(1 for line in (folder / _TRANSFORMS).read_bytes().splitlines() if line.strip())
    if rows > len(colour):  # an image is lost, and nobody knows which row is whose
        raise InputError(f"{folder / _TRANSFORMS} has {rows} rows for {len(colour)} images; it must have one an image")
    return pair_by_stem(folder, colour, images(folder / "depth"), ("K.txt", _TRANSFORMS))


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    there = _TRANSFORMS in source.listing["shared"]
    rows = list(read_numbers(source.root / _TRANSFORMS, (-1, 4, 4))) if there else []
    transforms = [rows[f["row"]] if f["row"] < len(rows) else None for f in source.listing["frames"]]
    return assemble(source, transforms, Camera(read_numbers(source.root / "K.txt", (3, 3))), up=(0.0, 1.0, 0.0))
