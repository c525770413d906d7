"""Config values from a dataclass's defaults, a TOML file and the command line, each over the one before.

A config is a class under ``@settings``; the docstring under a field is its help.
"""

import dataclasses
import difflib
import functools
import tomllib
from pathlib import Path
from typing import Any, TypeVar, dataclass_transform, get_type_hints

import pydantic
import pydantic.dataclasses

from geo3d.errors import InputError

C = TypeVar("C")


@dataclass_transform(frozen_default=True, field_specifiers=(pydantic.Field,))
def settings(cls: type[C]) -> type[C]:
    """Make a frozen dataclass that checks types and bounds, and raises InputError for what is not allowed."""
    made: Any = pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))(cls)
    fill = made.__init__

    @functools.wraps(fill)
    def fill_or_explain(self: Any, *args: Any, **values: Any) -> None:
        try:
            fill(self, *args, **values)
        except pydantic.ValidationError as error:
            raise InputError(explain(error)) from error

    made.__init__ = fill_or_explain
    return made


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
    if first["type"] == "missing":
        return f"{where} is missing"
    message = first["msg"].removeprefix("Value error, ")
    return f"{where} = {first['input']!r} is not allowed: {message[0].lower()}{message[1:]}"


def _check_keys(kind: type, values: dict[str, Any], origin: str, prefix: str) -> None:
    fields = get_type_hints(kind)
    for key, value in values.items():
        if key not in fields:
            closest = difflib.get_close_matches(key, fields, 1, cutoff=0.5)
            hint = f"; did you mean {prefix}{closest[0]}?" if closest else ""
            valid = ", ".join(prefix + name for name in fields)
            raise InputError(f"{origin}: unknown key {prefix}{key}{hint} (valid: {valid})")
        inner = fields[key]
        if isinstance(inner, type) and dataclasses.is_dataclass(inner):
            if not isinstance(value, dict):
                raise InputError(f"{origin}: {prefix}{key} must be a table with keys, not {value!r}")
            _check_keys(inner, value, origin, f"{prefix}{key}.")
