"""Our scores are those of each benchmark's official code, which ``tests/official`` ran on the same fixtures.

Where the official code fails, ours refuses with a sentence, or scores and says in a note what the official code does.
"""

import importlib
import json
import math
from pathlib import Path
from typing import Any

import pytest

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.protocols import find_protocol
from geo3d.errors import InputError
from tests.official.record import FIGURES, plain

RECORDED = {file.stem: json.loads(file.read_text()) for file in sorted(FIGURES.glob("*.json"))}
CASES = [(name, fixture) for name, made in RECORDED.items() for fixture in made["figures"]]


@pytest.mark.parametrize(("name", "fixture"), CASES, ids=[f"{name}: {fixture}" for name, fixture in CASES])
def test_scores_are_the_official_ones(name: str, fixture: str, tmp_path: Path):
    module, wanted = importlib.import_module(f"tests.official.{name}"), RECORDED[name]["figures"][fixture]
    assert RECORDED[name]["commit"] == module.COMMIT
    scores = scored(module, fixture, tmp_path)
    if isinstance(wanted, dict) and "raises" in wanted:
        assert isinstance(scores, InputError) or any("official" in note for note in scores.notes), (wanted, scores)
    else:
        assert isinstance(scores, Scores), scores
        assert same(plain(module.ours(scores)), wanted) == []


def test_every_official_module_was_recorded():
    modules = {file.stem for file in FIGURES.parent.glob("*.py")} - {"__init__", "record"}
    assert modules == RECORDED.keys()
    for name, made in RECORDED.items():
        assert tuple(made["figures"]) == tuple(importlib.import_module(f"tests.official.{name}").FIXTURES)


def scored(module: Any, fixture: str, folder: Path) -> Scores | InputError:
    predictions, truths = folder / "pred", folder / "truth"
    predictions.mkdir()
    truths.mkdir()
    module.write(fixture, predictions, truths)
    protocol, usual = find_protocol(module.PROTOCOL), getattr(module, "CHOICES", Choices())
    choices = getattr(module, "CHOICES_OF", {}).get(fixture, usual)
    try:
        tallies = [protocol.count(scene, choices) for scene in find_scenes(protocol, predictions, truths, choices)]
        return protocol.score([tally for tally in tallies if tally is not None], choices)
    except InputError as error:
        return error


def same(ours: Any, wanted: Any, where: str = "") -> list[str]:
    """What differs by more than 1e-9 of 1, or of itself where it is larger."""
    if isinstance(wanted, dict):
        if not isinstance(ours, dict) or ours.keys() != wanted.keys():
            return [f"{where}: {ours} is not {wanted}"]
        return [line for key in wanted for line in same(ours[key], wanted[key], f"{where}/{key}")]
    if isinstance(wanted, list):
        if not isinstance(ours, list) or len(ours) != len(wanted):
            return [f"{where}: {ours} is not {wanted}"]
        return [line for i, (a, b) in enumerate(zip(ours, wanted, strict=True)) for line in same(a, b, f"{where}/{i}")]
    if isinstance(wanted, int | float) and isinstance(ours, int | float):
        return [] if math.isclose(ours, wanted, rel_tol=1e-9, abs_tol=1e-9) else [f"{where}: {ours} is not {wanted}"]
    return [] if ours == wanted else [f"{where}: {ours} is not {wanted}"]
