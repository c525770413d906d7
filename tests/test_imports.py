"""Imports point down: a newcomer can read a folder knowing only those below it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "geo3d"
LEAVES = {"errors", "progress", "config"}
LEARNING = {"models", "nn", "batches", "tasks", "train", "learning", "catalogue", "weight_files", "metrics"}
MAY_IMPORT = {
    "errors": set(),
    "progress": set(),
    "config": {"errors"},
    "scene": LEAVES | {"kernels", "scene"},
    "kernels": set(),  # not even each other: numba's cache does not notice a change in another file
    "ops": LEAVES | {"kernels", "ops"},
    "metrics": LEAVES | {"ops", "metrics"},
    "nn": LEAVES | {"ops", "nn"},
    "models": LEAVES | {"ops", "nn", "models"},
    "catalogue": LEAVES,
    "weight_files": LEAVES | {"catalogue", "scene"},
    "batches": LEAVES | {"scene", "ops", "batches"},
    "tasks": LEAVES | {"models", "metrics", "ops", "tasks", "nn", "batches"},
    "learning": LEAVES | {"scene", "learning"},
    "train": LEAVES | {"scene", "ops", "learning"},
    "stages": LEAVES | {"scene", "ops", "stages"} | LEARNING,
    "data_tools": LEAVES | {"scene", "ops", "metrics", "data_tools"},
    "pipelines": LEAVES | {"scene", "stages", "data_tools", "pipelines"},
    "cli": LEAVES | {"pipelines"},
}


def modules() -> list[Path]:
    return sorted(path for part in (ROOT, *(p for p in ROOT.iterdir() if p.is_dir())) for path in part.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """First parts below geo3d that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("geo3d.")}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path):
    part = path.relative_to(ROOT).parts[0].removesuffix(".py")
    if part == "__init__":
        return
    assert imported(path) <= MAY_IMPORT[part]


def test_package_files_are_empty():
    assert [path for path in ROOT.rglob("__init__.py") if path.read_text().strip()] == []


def test_no_data_set_is_named_outside_data_tools():
    names = ("7scenes", "seven_scenes", "hololens", "redwood", "scannet", "kinect")
    parts = ("scene", "ops", "kernels", "stages")
    found = [path for path in modules() if path.relative_to(ROOT).parts[0] in parts]
    assert [path for path in found if any(name in path.read_text().lower() for name in names)] == []
