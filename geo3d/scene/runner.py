"""Run stages into an output folder, each only if what it depends on has changed; no geometry in here.

``OUT/.store/<key>/`` holds the artifacts, ``OUT/2_volume`` is a link to one of them. A stage is called with its inputs
and its config by name, and what it returns is published at once, so that a run can be killed at any point.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from geo3d.errors import InputError
from geo3d.progress import say
from geo3d.scene.artifact import checksum, damage, load, read_record, read_shapes, store
from geo3d.scene.key import changes, ingredients, key_of, library_versions
from geo3d.scene.memory import peak_memory, reset_peak_memory
from geo3d.scene.publish import leftovers, locked, publish_link, published_file, published_folder
from geo3d.scene.source import Source

T = TypeVar("T")


@dataclass(frozen=True)
class Made(Generic[T]):
    """An artifact by its key, loaded only when asked for."""

    key: str
    folder: Path

    def load(self) -> T:
        """Read it."""
        return load(self.folder)

    def field(self, name: str) -> Any:
        """Read one plain value, without the tensors."""
        return read_record(self.folder)["fields"][name]

    def shape(self, name: str) -> tuple[int, ...]:
        """Read one tensor's shape, without the tensor."""
        return read_shapes(self.folder)[name]


@dataclass(frozen=True)
class StageRecord:
    """What happened to one stage, for ``run.json``."""

    name: str
    key: str
    state: str
    """``run`` or ``reused``; in a dry run ``would run`` or ``would be reused``."""
    reason: str
    seconds: float
    peak_memory: int | None
    """Largest resident memory of the process while the stage ran, in bytes; None if it did not."""


@dataclass
class Runner:
    """Runs stages into one output folder; make it with :func:`open_runner`."""

    out: Path
    dry_run: bool
    records: list[StageRecord] = field(default_factory=list)
    exports: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """Where the artifacts lie."""
        return self.out / ".store"

    @property
    def hashes(self) -> Path:
        """Where :func:`geo3d.scene.source.hash_files` remembers."""
        return self.store / "hashes.json"

    def run(self, stage: Callable[..., T], config: Any, name: str, **inputs: Made[Any] | Source) -> Made[T]:
        """Make ``stage(**inputs, config=config)``, or find it made, and let ``OUT/name`` link to it."""
        made_by = ingredients(stage, config, {key: value.key for key, value in inputs.items()})
        made: Made[T] = Made(key_of(made_by), self.store / key_of(made_by))
        started, peak = time.monotonic(), None
        if self.dry_run:
            reason = self._why(made, name, made_by)
            self._record(name, made, "would run" if reason else "would be reused", reason or "unchanged", started, None)
            return made
        lock = self.store / f"{made.key}.lock"
        with locked(lock, wait=False) as free:
            if not free:
                say(f"{name}: another process is making it; waiting")
        with locked(lock):
            reason = self._why(made, name, made_by)
            if reason:
                say(f"{name}: {reason}")
                reset_peak_memory()
                values = {key: value.load() if isinstance(value, Made) else value for key, value in inputs.items()}
                artifact = stage(**values, config=config)
                del values
                with published_folder(made.folder) as aside:
                    store(artifact, aside, made_by)
                peak = peak_memory()
        for key, value in inputs.items():
            if isinstance(value, Source):  # the same files may have moved
                publish_link(made.folder / key, value.root.absolute())
            else:
                _follow_links(value.folder, made.folder)
        publish_link(self.out / name, made.folder)
        self._record(name, made, "run" if reason else "reused", reason or "unchanged", started, peak)
        return made

    def export(self, made: Made[Any], name: str, write: Callable[[Any, Path], None], form: str = "") -> None:
        """Write ``OUT/name`` from an artifact with ``write(artifact, path)``, unless it is there and still true.

        `form` says what else the file depends on.
        """
        file = self.out / name
        known = self.exports.get(name)
        if self.dry_run or (file.exists() and known == {"key": made.key, "form": form, "checksum": checksum(file)}):
            return
        with published_file(file) as aside:
            write(made.load(), aside)
        self.exports[name] = {"key": made.key, "form": form, "checksum": checksum(file)}
        say(f"{name}: written")

    def drop_other_links(self) -> None:
        """Remove links of earlier runs with other stages; the store keeps what they led to until it is cleaned."""
        names = {record.name for record in self.records}
        for link in () if self.dry_run else list(self.out.iterdir()):
            if link.is_symlink() and link.name not in names:
                link.unlink(missing_ok=True)

    def write_summary(self, config: Any) -> None:
        """Write ``OUT/run.json``: config, versions, stages, and which artifact each export shows."""
        if self.dry_run:
            return
        summary = {
            "config": asdict(config),
            "versions": library_versions(),
            "stages": [asdict(record) for record in self.records],
            "exports": self.exports,
        }
        with published_file(self.out / "run.json") as aside:
            aside.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")

    def _why(self, made: Made[Any], name: str, made_by: dict[str, Any]) -> str | None:
        """Say why the stage has to run; None if its artifact is there and whole."""
        if made.folder.exists():
            problem = damage(made.folder)
            return f"made again, because {problem}" if problem else None
        try:
            return changes(read_record(self.out / name)["made_by"], made_by)
        except (OSError, ValueError, KeyError):
            return "not made yet"

    def _record(self, name: str, made: Made[Any], state: str, reason: str, start: float, peak: int | None) -> None:
        seconds = round(time.monotonic() - start, 3)
        self.records.append(StageRecord(name, made.key, state, reason, seconds, peak))
        cost = f", {seconds:.1f} s, {peak / 2**20:.0f} MiB" if peak else ""
        say(f"{name}: {state}{cost}" + (f" ({reason})" if self.dry_run else ""))


@contextmanager
def open_runner(out: Path, dry_run: bool = False) -> Iterator[Runner]:
    """Open or make an output folder; raises InputError where it holds somebody else's files or is not writable."""
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; give a folder for the output")
    if out.is_dir() and not (out / ".store").is_dir() and any(out.iterdir()):
        found = min(path.name for path in out.iterdir())
        raise InputError(f"{out} holds files that geo3d did not make ({found}); give a new or empty folder")
    if dry_run:
        yield Runner(out, dry_run)
        return
    try:
        (out / ".store").mkdir(parents=True, exist_ok=True)
        with locked(out / ".store" / "lock", shared=True):
            yield Runner(out, dry_run, exports=_known_exports(out))
    except PermissionError as error:
        raise InputError(f"{error.filename or out} is not writable; give an output folder that is") from error


def clean(out: Path) -> int:
    """Remove from an output folder's store what no link in the folder reaches; the bytes freed."""
    if not (out / ".store").is_dir():
        raise InputError(f"{out} is no output folder of geo3d: it has no .store")
    with locked(out / ".store" / "lock", wait=False) as free:
        if not free:
            raise InputError(f"{out} is in use by a run that has not ended; clean it afterwards")
        kept = {Path(os.readlink(link)).name for link in out.iterdir() if link.is_symlink()} | {"lock", "hashes.json"}
        kept |= {f"{name}.lock" for name in kept}
        unreached = [path for path in (out / ".store").iterdir() if path.name not in kept] + leftovers(out)
        freed = sum(_size(path) for path in unreached)
        for path in unreached:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    return freed


def _follow_links(given: Path, made: Path) -> None:
    """Let an artifact's links lead where those of the same name of what it was made from do: files may have moved."""
    for link in given.iterdir() if given.is_dir() else ():
        if link.is_symlink() and (made / link.name).is_symlink():
            publish_link(made / link.name, Path(os.readlink(link)))


def _known_exports(out: Path) -> dict[str, dict[str, str]]:
    try:
        return json.loads((out / "run.json").read_text(encoding="utf-8"))["exports"]
    except (OSError, ValueError, KeyError):
        return {}


def _size(path: Path) -> int:
    files = [path] if not path.is_dir() or path.is_symlink() else list(path.iterdir())
    return sum(file.lstat().st_size for file in files)
