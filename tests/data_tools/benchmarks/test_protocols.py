"""The list of protocols is complete, and says what it must."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.benchmarks import comparing
from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.protocols import PROTOCOLS, find_protocol
from tests.official.record import FIGURES

README = Path(__file__).parents[3] / "README.md"


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_explains_its_choices_and_where_they_are_defined(name: str):
    protocol = find_protocol(name)
    assert protocol.name == name
    assert protocol.version >= 1
    assert protocol.sources
    said = " ".join(what for what, _ in protocol.explained)
    assert len(protocol.explained) >= 5
    assert "missing" in said
    assert all(what and how for what, how in protocol.explained)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_the_readme_counts_the_fixtures_that_were_run(name: str):
    row = re.search(rf"^\| `{name}` \|.*\|([^|]*)\|$", README.read_text(), re.MULTILINE)
    assert row is not None
    modules = [importlib.import_module(f"tests.official.{file.stem}") for file in FIGURES.glob("*.json")]
    count = sum(len(module.FIXTURES) for module in modules if name == module.PROTOCOL)
    assert row[1].strip() == (str(count) if count else "")
    assert count or "open" in row[0]


def test_every_protocol_file_is_listed():
    folder = Path(importlib.import_module("geo3d.data_tools.benchmarks").__path__[0])
    files = {file for file in folder.rglob("*.py") if "\nPROTOCOL = " in file.read_text()}
    assert {f"{file.parent.name}.{file.stem}" for file in files} == set(PROTOCOLS.values())


@pytest.mark.parametrize("name", [name for name in PROTOCOLS if find_protocol(name).adds_up])
def test_what_adds_up_scores_the_same_as_its_sum(name: str, tmp_path: Path):
    modules = [importlib.import_module(f"tests.official.{file.stem}") for file in FIGURES.glob("*.json")]
    module = next(module for module in modules if name == module.PROTOCOL)
    predictions, truths = tmp_path / "pred", tmp_path / "truth"
    for folder in (predictions, truths):
        folder.mkdir()
    module.write(module.FIXTURES[0], predictions, truths)
    protocol, choices = find_protocol(name), Choices()
    scenes = find_scenes(protocol, predictions, truths, choices)
    tallies = [tally for tally in (protocol.count(scene, choices) for scene in scenes) if tally is not None]
    assert len(tallies) > 1
    often = np.array([2, 0, *[1] * (len(tallies) - 2)])
    places = np.repeat(np.arange(len(tallies)), often)
    (summed,) = comparing._resampler(tallies, adds_up=True)(places)
    wanted = protocol.score([tallies[place] for place in places], choices).overall
    assert protocol.score([summed], choices).overall == pytest.approx(wanted, nan_ok=True)


@pytest.mark.parametrize("name", [name for name in PROTOCOLS if find_protocol(name).picture])
def test_a_picture_is_explained(name: str):
    assert find_protocol(name).pictured.endswith(".")
