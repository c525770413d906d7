"""A folder whose format is known and whose listing fails: what its images alone tell."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from geo3d.data_tools.inspection.findings import Finding, counted
from geo3d.errors import InputError
from geo3d.progress import track

IMAGES = {".jpg", ".jpeg", ".png", ".pgm", ".ppm", ".tif", ".tiff"}


def inspect_images(folder: Path, refusal: str) -> list[Finding]:
    """Why the format refuses the folder, how many images of which size lie in it, and which cannot be read."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGES and path.is_file())
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        sizes = list(track(pool.map(_size, paths), "inspect", total=len(paths), unit="images"))
    found = [Finding("error", "refused", f"it cannot be read: {refusal.removeprefix(f'{folder}/')}")]
    kinds = Counter(zip((str(path.parent.relative_to(folder)) for path in paths), sizes, strict=True))
    for (inside, size), count in sorted(kinds.items(), key=str):
        if size is not None:
            told = f"{inside} has {counted(count, 'image/images')} of {size[1]}x{size[0]}"
            found.append(Finding("note", "images", told))
    broken = [str(path.relative_to(folder)) for path, size in zip(paths, sizes, strict=True) if size is None]
    if broken:
        told = f"{counted(len(broken), 'image/images')} cannot be read, the first of them {broken[0]}"
        found.insert(1, Finding("error", "unreadable", told))
    return found


def _size(path: Path) -> tuple[int, int] | None:
    """Of an image that can be decoded."""
    from geo3d.scene.codecs import CODECS
    from geo3d.scene.kinds import Encoded

    try:
        height, width, *_ = CODECS["image"](path, Encoded(path.name, ""), (0, 0), 1).shape
    except InputError:
        return None
    return height, width
