"""An output folder belongs to one set of settings: what is added to it later is made in the same way."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geo3d.errors import InputError
from geo3d.scene.publish import leftovers, published_file


@contextmanager
def claimed(out: Path, name: str, settings: dict[str, Any], command: str) -> Iterator[None]:
    """Write the settings that `out` is filled with to its file `name`, or see that they are the same.

    A folder that was new or empty is left so where an exception ends the block before there is anything else in it.
    Raises InputError for a folder of something else, or of other settings, naming what differs.
    """
    new, first = not out.exists(), not (out / name).exists()
    _claim(out, name, settings, command)
    try:
        yield
    except BaseException:
        if first and list(out.iterdir()) == [out / name]:
            (out / name).unlink()
            if new:
                out.rmdir()
        raise


def _claim(out: Path, name: str, settings: dict[str, Any], command: str) -> None:
    wanted, file = json.loads(json.dumps(settings)), out / name
    # in this order: another process may publish the file in between
    if out.exists() and not (out.is_dir() and (_is_empty(out) or file.exists())):
        raise InputError(f"{out} holds files that are not of {command}; give a new or empty folder")
    if file.exists():
        there = _read(file)
        other = [key for key in wanted.keys() | there.keys() if wanted.get(key) != there.get(key)]
        if other:
            raise InputError(
                f"{out} was made with other settings ({', '.join(sorted(other))}: see {file}); "
                "give those, or another folder"
            )
    out.mkdir(parents=True, exist_ok=True)
    with published_file(file) as aside:
        aside.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")


def _is_empty(folder: Path) -> bool:
    """Whether nothing is there but what another process is about to publish."""
    return not set(folder.iterdir()) - set(leftovers(folder))


def _read(file: Path) -> dict[str, Any]:
    try:
        there = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{file} cannot be read ({error}); give another folder") from error
    if not isinstance(there, dict):
        raise InputError(f"{file} cannot be read (it holds no settings); give another folder")
    return there
