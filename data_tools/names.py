"""Names for files and folders of others, for what is made of each."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from geo3d.errors import InputError


def names_apart(paths: Sequence[Path]) -> list[str]:
    """Each file's stem or folder's name, with as many of the folders above it as tell all apart.

    What only its ending tells apart is numbered. Raises InputError for what is given twice.
    """
    places = [Path(os.path.abspath(path)) for path in paths]  # the name of . is empty
    counts = Counter(places)
    for path, place in zip(paths, places, strict=True):
        if counts[place] > 1:
            raise InputError(f"{path} is given twice; give it once")
    parts = [(*place.parts[1:-1], (place.stem if place.is_file() else place.name) or "root") for place in places]
    for count in range(1, max(map(len, parts), default=1) + 1):
        names = ["-".join(part[-count:]) for part in parts]
        if len(set(names)) == len(names):
            return names
    return [f"{i:03}_{part[-1]}" for i, part in enumerate(parts)]  # a.ply beside a.obj
