"""Config values from a dataclass's defaults, a TOML file and the command line, each over the one before.

A config is a frozen pydantic dataclass made with ``config=STRICT``; the docstring under a field is its help.
"""

import dataclasses
import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import pydantic

from geo3d.errors import InputError

STRICT = pydantic.ConfigDict(extra="forbid")
"""Unknown keys are errors; values are checked against the fields' types and bounds."""

C = TypeVar("C")


def read_config(kind: type[C], file: Path) -> C:
    """Fill a config from a TOML file; raises InputError naming the file, the key and what is allowed."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}); give a TOML file") from error
    except ValueError as error:
        raise InputError(f"{file} is not a TOML file: {error}") from error
    return make_config(kind, values, str(file))


def make_config(kind: type[C], values: dict[str, Any], origin: str) -> C:
    """Fill a config from nested dictionaries; `origin` is named in errors."""
    _check_keys(kind, values, origin, "")
    try:
        return pydantic.TypeAdapter(kind).validate_python(values)
    except pydantic.ValidationError as error:
        raise InputError(f"{origin}: {explain(error)}") from error


def explain(error: pydantic.ValidationError) -> str:
    """The first thing wrong, as one sentence."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or error.title
    message = first["msg"].removeprefix("Value error, ")
    return f"{where} = {first['input']!r} is not allowed: {message[0].lower()}{message[1:]}"


def _check_keys(kind: type, values: dict[str, Any], origin: str, prefix: str) -> None:
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for key, value in values.items():
        if key not in fields:
            closest = difflib.get_close_matches(key, fields, 1, cutoff=0.5)
            hint = f"; did you mean {prefix}{closest[0]}?" if closest else ""
            valid = ", ".join(prefix + name for name in fields)
            raise InputError(f"{origin}: unknown key {prefix}{key}{hint} (valid: {valid})")
        inner = fields[key].type
        if isinstance(inner, type) and dataclasses.is_dataclass(inner):
            if not isinstance(value, dict):
                raise InputError(f"{origin}: {prefix}{key} must be a table with keys, not {value!r}")
            _check_keys(inner, value, origin, f"{prefix}{key}.")
