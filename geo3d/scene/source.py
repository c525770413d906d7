"""Files that a stage reads and that are nobody's artifact: named by their content, wherever they lie."""

import hashlib
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo3d.progress import track
from geo3d.scene.publish import published_file


@dataclass(frozen=True)
class Source:
    """A folder's files and how they are to be read."""

    root: Path
    """The folder; not part of the key."""
    listing: dict[str, Any]
    """What is read as what, with names relative to `root`; plain values."""
    sha256: dict[str, str]
    """By name relative to `root`."""

    @property
    def key(self) -> str:
        """The same for the same content in another place."""
        return hashlib.sha256(json.dumps([self.listing, self.sha256], sort_keys=True).encode()).hexdigest()


def hash_files(root: Path, names: Iterable[str], memory: Path) -> dict[str, str]:
    """SHA-256 of each file, by name.

    The file `memory` remembers them by path, size and time of change; it is not written where its folder is not there.
    """
    names = list(names)
    known = _remembered(memory)
    facts = {name: _fact(root / name) for name in names}
    new = [name for name in names if facts[name] not in known]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        digests = track(pool.map(lambda name: _sha256(root / name), new), "hash", total=len(new), unit="files")
        known |= dict(zip((facts[name] for name in new), list(digests), strict=True))
    if new and memory.parent.is_dir():
        with published_file(memory) as aside:
            aside.write_text(json.dumps(known, indent=0), encoding="utf-8")
    return {name: known[facts[name]] for name in names}


def _fact(path: Path) -> str:
    status = path.stat()
    return f"{path.absolute()} {status.st_size} {status.st_mtime_ns}"


def _remembered(memory: Path) -> dict[str, str]:
    try:
        return json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # nothing remembered, or not by us: hash again
        return {}


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
