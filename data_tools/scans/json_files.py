"""JSON that programs of others write: what is needed of it, checked; what else it holds is left alone."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from geo3d.errors import InputError

MOST_BYTES = 1 << 28


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file; raises InputError where there is none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES >> 20} MiB")
        return json_object(path.read_bytes(), path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a JSON file: {error}") from error


def json_object(content: bytes, path: Path) -> dict[str, Any]:
    """The object in bytes that come from `path`; raises InputError where there is none."""
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise InputError(f"{path} must hold a JSON object, not {type(values).__name__}")
    return values


def number(values: dict[str, Any], name: str, path: Path, default: float | None = None) -> float:
    """A finite number; raises InputError where it is another, or is missing and has no default."""
    value = values.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{path} has {name} = {value!r}; it must be a number")
    return float(value)


def numbers(value: Any, shape: tuple[int, ...], name: str, path: Path) -> np.ndarray:
    """Nested lists as float64; -1 in `shape` is any count. Raises InputError where the shape is another."""
    try:
        found = np.array(value, np.float64)
        if found.ndim != len(shape) or any(s not in (-1, n) for s, n in zip(shape, found.shape, strict=True)):
            raise ValueError(f"it is {list(found.shape)}")
    except (ValueError, TypeError, OverflowError) as error:
        wanted = "x".join("n" if n < 0 else str(n) for n in shape)
        raise InputError(f"{path} must have {wanted} numbers as {name}: {error}") from error
    return found
