"""The list of protocols is complete, and says what it must."""

import importlib
import re
from pathlib import Path

import pytest

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
