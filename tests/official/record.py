"""Run a benchmark's official code on the fixtures, and keep its figures for the tests of parity.

    python -m tests.official.record scannet_semantic path/to/a/checkout/of/its/repository

A module here names the repository and the commit, writes the fixtures, runs the official code, whose text is taken from
that commit and never stored, and says which of our scores its figures are.
"""

import importlib
import json
import platform
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

FIGURES = Path(__file__).parent / "figures"


class Checkout:
    """The texts of a repository at one commit."""

    def __init__(self, folder: Path, commit: str) -> None:
        self.folder, self.commit = folder, commit

    def text(self, path: str) -> str:
        """A file's text."""
        show = ["git", "-C", str(self.folder), "show", f"{self.commit}:{path}"]
        return subprocess.run(show, check=True, capture_output=True).stdout.decode("utf-8", "replace")

    def extract(self, paths: list[str], folder: Path, python2: bool = False) -> None:
        """Write files by their own names into one folder, turned from Python 2 to 3 where they need it."""
        for path in paths:
            text = self.text(path)
            (folder / Path(path).name).write_text(_from_python2(text) if python2 else text)


def _from_python2(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from lib2to3 import refactor

        fixes = [f"lib2to3.fixes.fix_{name}" for name in ("dict", "except", "has_key", "print", "raise", "xrange")]
        turned = refactor.RefactoringTool(fixes).refactor_string(text.expandtabs(4) + "\n", "official")
    for name in ("bool", "int", "float", "object"):  # which NumPy 1.24 took away
        turned = str(turned).replace(f"np.{name})", f"{name})").replace(f"np.{name},", f"{name},")
    return str(turned)


def run_script(script: Path, *arguments: str) -> str:
    """What an official script prints; RuntimeError with its last line where it fails."""
    command = [sys.executable, "-W", "ignore", script.name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=script.parent)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return done.stdout


def plain(value: Any) -> Any:
    """Figures as JSON takes them; NaN becomes None."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(item) for item in value]
    number = value.item() if hasattr(value, "item") else value
    return None if isinstance(number, float) and np.isnan(number) else number


def record(name: str, folder: Path) -> None:
    """Write the figures of one module's official code."""
    module = importlib.import_module(f"tests.official.{name}")
    checkout, figures = Checkout(folder, module.COMMIT), {}
    for fixture in module.FIXTURES:
        with tempfile.TemporaryDirectory() as scratch:
            place = Path(scratch)
            (place / "pred").mkdir()
            (place / "truth").mkdir()
            (place / "code").mkdir()
            module.write(fixture, place / "pred", place / "truth")
            try:
                chosen = {"choices": module.CHOICES_OF[fixture]} if hasattr(module, "CHOICES_OF") else {}
                figures[fixture] = plain(module.official(checkout, place, **chosen))
            except Exception as error:
                figures[fixture] = {"raises": f"{type(error).__name__}: {error}".replace(scratch, "")[:200]}
    made = {
        "repository": f"https://github.com/{module.REPOSITORY}",
        "commit": module.COMMIT,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "figures": figures,
    }
    FIGURES.mkdir(exist_ok=True)
    (FIGURES / f"{name}.json").write_text(json.dumps(made, indent=1) + "\n")
    for fixture, found in figures.items():
        print(fixture, json.dumps(found)[:200])


if __name__ == "__main__":
    record(sys.argv[1], Path(sys.argv[2]))
