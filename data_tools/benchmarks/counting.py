"""Counting scenes: in threads, each once; what was counted is kept, so that a killed run goes on."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene
from geo3d.data_tools.benchmarks.protocols import module_of
from geo3d.errors import InputError
from geo3d.progress import track
from geo3d.scene.key import code_reached_from, key_of, library_versions
from geo3d.scene.publish import published_file

if TYPE_CHECKING:
    from geo3d.data_tools.benchmarks.protocol import Tally

LONGEST = 200
"""Bytes of a scene's name that its file can have for a name as it is; file systems allow 255, a process id included."""


@dataclass(frozen=True)
class Counted:
    """A scene that was counted."""

    scene: Scene
    tally: Tally | None
    """None: the protocol leaves it out."""
    hashes: dict[Path, str]
    """SHA-256 of each of its files, of those of the prediction first."""
    key: str
    """Of what the tally depends on: files, choices, code, versions."""


def find_scenes(protocol: Protocol, predictions: Path, truths: Path, choices: Choices) -> list[Scene]:
    """The scenes of a benchmark; raises InputError where one has no prediction and `choices` do not allow it."""
    scenes = protocol.find(predictions, truths)
    missing = [scene.name for scene in scenes if not scene.prediction]
    if missing and not choices.allow_missing:
        raise InputError(
            f"{predictions} has no prediction for {len(missing)} of {len(scenes)} scenes ({', '.join(missing[:3])}"
            f"{', ...' if len(missing) > 3 else ''}); add them, or give --allow-missing"
        )
    if len(missing) == len(scenes):
        raise InputError(f"{predictions} has no prediction for any of {len(scenes)} scenes of {truths}")
    return scenes


def count_scenes(
    protocol: Protocol, scenes: Sequence[Scene], choices: Choices, kept: Path | None, jobs: int | None = None
) -> list[Counted]:
    """Count every scene, or take what lies in the folder `kept` of the same files, choices and code."""
    made_by = {
        "protocol": [protocol.name, protocol.version],
        "choices": dataclasses.asdict(choices),
        "versions": library_versions(),
        "code": code_reached_from(module_of(protocol.name)),
    }

    def count(scene: Scene) -> Counted:
        hashes = {file: sha256_of(file) for file in (*scene.prediction, *scene.truth)}
        key = key_of(made_by | {"files": [[file.name, digest] for file, digest in hashes.items()]})
        tally = None if kept is None else kept_tally(kept, scene.name, key)
        if tally is None:
            tally = protocol.count(scene, choices)
            if kept is not None and tally is not None:
                _keep(kept, scene.name, key, tally)
        return Counted(scene, tally, hashes, key)

    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        return list(track(pool.map(count, scenes), "count", len(scenes), "scenes"))


def sha256_of(file: Path) -> str:
    """Of a file's bytes; raises InputError naming it."""
    try:
        with open(file, "rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror})") from error


def kept_tally(kept: Path, scene: str, key: str) -> Tally | None:
    """A scene's tally that was kept under the same key; None where there is none, or it is damaged."""
    import zipfile

    import numpy as np

    try:
        with np.load(_place(kept, scene), allow_pickle=False) as stored:
            if str(stored["_key"]) != key:
                return None
            return {name: stored[name] for name in stored.files if name != "_key"}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _keep(kept: Path, scene: str, key: str, tally: Tally) -> None:
    import numpy as np

    kept.mkdir(exist_ok=True)
    with published_file(_place(kept, scene)) as aside, open(aside, "wb") as file:
        np.savez_compressed(file, allow_pickle=False, **tally, _key=np.array(key))


def _place(kept: Path, scene: str) -> Path:
    """A file of its own for every name, which may have slashes, or be as long as a file's name can be."""
    name = scene.replace("/", "__")
    if name != scene or len(os.fsencode(name)) > LONGEST:
        name = f"{name[:40]}-{hashlib.sha256(os.fsencode(scene)).hexdigest()[:16]}"
    return kept / f"{name}.npz"
