"""What a stage's result depends on, as one key; and in words, what has changed.

A key covers the stage's name, its config, its inputs' keys, the numeric libraries' versions, and the code of every
geo3d module the stage reaches through imports (wherever in the file they stand). Comments and docstrings are not code.
"""

import ast
import dataclasses
import functools
import hashlib
import importlib.util
import inspect
import json
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

NUMERIC_LIBRARIES = ("llvmlite", "numba", "numpy", "pillow", "scipy", "torch")


def ingredients(stage: Callable[..., Any], config: Any, inputs: dict[str, str]) -> dict[str, Any]:
    """Everything the key of `stage` depends on, as plain values; `inputs` are the keys of its inputs."""
    return {
        "stage": f"{stage.__module__}.{stage.__qualname__}",
        "config": dataclasses.asdict(config) if config is not None else {},
        "inputs": inputs,
        "versions": library_versions(),
        "code": reached_code(stage),
    }


def key_of(made_by: dict[str, Any]) -> str:
    """SHA-256 of the ingredients."""
    return hashlib.sha256(json.dumps(made_by, sort_keys=True).encode()).hexdigest()


def changes(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Name the ingredients that differ, for a person."""
    named = [f"{key} {_short(a)} -> {_short(b)}" for key, a, b in _differing(old, new, "config")]
    named += [f"version of {key} {a} -> {b}" for key, a, b in _differing(old, new, "versions")]
    named += [f"code of {key}" for key, _, _ in _differing(old, new, "code")]
    named += [f"input {key}" for key, _, _ in _differing(old, new, "inputs")]
    if old.get("stage") != new["stage"]:
        named.append(f"stage {old.get('stage')} -> {new['stage']}")
    return ", ".join(named) + " changed" if named else "nothing changed"


@functools.cache
def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that compute."""
    return {"python": platform.python_version()} | {name: version(name) for name in NUMERIC_LIBRARIES}


def reached_code(stage: Callable[..., Any]) -> dict[str, str]:
    """A hash of the code of each module that `stage` reaches, its own and all of geo3d's, by name."""
    return _reached(stage.__module__, Path(inspect.getfile(stage)))


def code_reached_from(module: str) -> dict[str, str]:
    """A hash of the code of a geo3d module and of each that it reaches, by name."""
    file = _module_file(module)
    if file is None:
        raise ValueError(f"{module} is no module of geo3d")
    return _reached(module, file)


def _reached(name: str, file: Path) -> dict[str, str]:
    files, pending = {}, [(name, file)]
    while pending:
        name, file = pending.pop()
        files[name], imported = _code(file.read_bytes())
        found = [(module, _module_file(module)) for module in imported if module not in files]
        pending += [(module, path) for module, path in found if path is not None]
    return dict(sorted(files.items()))


@functools.lru_cache(maxsize=1024)
def _code(source: bytes) -> tuple[str, tuple[str, ...]]:
    """A hash of a module's code without its prose, and every name in geo3d that it may import."""
    tree, names = ast.parse(source), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        if isinstance(getattr(node, "body", None), list):
            node.body = [line for line in node.body if not _is_prose(line)] or [ast.Pass()]  # type: ignore[attr-defined]
    ours = tuple(name for name in names if name.split(".")[0] == "geo3d")
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), ours


@functools.cache
def _module_file(name: str) -> Path | None:
    """The file of a geo3d module; packages, whose files are empty, and names inside modules have none."""
    parent, _, _ = name.rpartition(".")
    if name.split(".")[0] != "geo3d" or (parent and _module_file(parent) is not None):
        return None
    spec = importlib.util.find_spec(name)
    is_file = spec is not None and spec.origin is not None and not spec.submodule_search_locations
    return Path(spec.origin) if is_file else None  # type: ignore[union-attr]


def _is_prose(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _differing(old: dict[str, Any], new: dict[str, Any], part: str) -> Iterator[tuple[str, Any, Any]]:
    before, after = old.get(part, {}), new[part]
    for key in sorted(before.keys() | after.keys()):
        if json.dumps(before.get(key)) != json.dumps(after.get(key)):  # what was stored has lists for tuples
            yield key, before.get(key), after.get(key)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < 40 else text[:36] + "..."
