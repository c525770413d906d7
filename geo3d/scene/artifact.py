"""Store and load any artifact: one folder with ``tensors.safetensors`` and ``artifact.json``.

The bytes depend on nothing but the artifact and what made it: no times, no host paths. A field that is a path becomes a
symbolic link in the folder, a relative one to a folder around it. Importing this file does not import torch, so that
asking what is stored stays quick.
"""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any, get_type_hints

import xxhash

from geo3d.errors import InputError

SCHEMA = 1
"""Version of the folder's layout."""
_TENSORS, _FIELDS = "tensors.safetensors", "artifact.json"


def store(artifact: Any, folder: Path, made_by: dict[str, Any] | None = None) -> None:
    """Write a dataclass of tensors and plain values into an empty folder, with a record of what made it."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file
    from torch import Tensor

    values = {field.name: getattr(artifact, field.name) for field in dataclasses.fields(artifact)}
    tensors, storages = {}, set()
    for name, value in values.items():
        if isinstance(value, Tensor):
            shares = value.untyped_storage().data_ptr() in storages  # which safetensors refuses
            tensors[name] = value.contiguous().clone() if shares else value.contiguous()
            storages.add(value.untyped_storage().data_ptr())
    paths = {name: value for name, value in values.items() if isinstance(value, Path)}
    plain = {name: _plain(values[name]) for name in values.keys() - tensors.keys() - paths.keys()}
    try:
        save_file(tensors, folder / _TENSORS)
    except SafetensorError as error:  # how the disk's refusals come out of it
        raise OSError(f"{folder / _TENSORS}: {error}") from error
    for name, path in paths.items():
        inside = folder.absolute().is_relative_to(path.absolute())  # then both can move
        os.symlink(os.path.relpath(path, folder) if inside else path.absolute(), folder / name)
    record = {"kind": type(artifact).__name__, "schema": SCHEMA, "fields": plain, "made_by": made_by or {}}
    record["checksums"] = {_TENSORS: checksum(folder / _TENSORS), _FIELDS: _checksum_of(record)}
    (folder / _FIELDS).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load(folder: Path) -> Any:
    """Read an artifact back, its tensors mapped from the file and read when touched; raises InputError if damaged."""
    import pydantic
    from safetensors.torch import load_file

    from geo3d.scene import kinds

    problem = damage(folder)
    if problem:
        raise InputError(f"{folder} is damaged: {problem}")
    record = read_record(folder)
    kind, tensors = getattr(kinds, record["kind"]), load_file(folder / _TENSORS)
    hints, values = get_type_hints(kind), dict[str, Any](tensors)
    for field in dataclasses.fields(kind):
        if (folder / field.name).is_symlink():
            values[field.name] = Path(os.path.normpath(folder.absolute() / os.readlink(folder / field.name)))
        elif field.name not in values and (field.name in record["fields"] or not _may_be_missing(field)):
            value = record["fields"][field.name]
            values[field.name] = (
                None if value is None else pydantic.TypeAdapter(hints[field.name]).validate_python(value)
            )
    return kind(**values)


def _may_be_missing(field: dataclasses.Field) -> bool:
    """Whether a field has a default, which then stands for what was stored before there was the field."""
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def damage(folder: Path) -> str | None:
    """Say what is wrong with a stored artifact; None if all its bytes are those that were written."""
    try:
        record = read_record(folder)
        sums = record.pop("checksums")
        if sums[_FIELDS] != _checksum_of(record):
            return f"{_FIELDS} does not match its checksum"
        if record["schema"] != SCHEMA:
            return f"its layout is version {record['schema']}, this program reads {SCHEMA}"
        if sums[_TENSORS] != checksum(folder / _TENSORS):
            return f"{_TENSORS} does not match its checksum"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{_FIELDS} or {_TENSORS} cannot be read ({type(error).__name__}: {error})"
    return None


def read_record(folder: Path) -> dict[str, Any]:
    """Kind, schema, plain fields, checksums and what made it, without touching the tensors."""
    return json.loads((folder / _FIELDS).read_text(encoding="utf-8"))


def read_shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each stored tensor, from the file's header."""
    with open(folder / _TENSORS, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return {name: tuple(entry["shape"]) for name, entry in header.items()}


def checksum(file: Path) -> str:
    """XXH3 of a file: finds damage, not malice."""
    digest = xxhash.xxh3_128()
    with open(file, "rb") as opened:
        while chunk := opened.read(1 << 22):
            digest.update(chunk)
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"an artifact holds tensors, paths and plain values, not {type(value).__name__}")


def _checksum_of(record: dict[str, Any]) -> str:
    return xxhash.xxh3_128(json.dumps(record, sort_keys=True).encode()).hexdigest()
