"""Inputs that fuzzers found, and some new ones, are taken or refused in a sentence."""

import random
from pathlib import Path

import pytest

from tests.fuzz import pcd, ply, sens, tum
from tests.fuzz.loop import FINDINGS, mutated, tried

TARGETS = {"sens": sens, "tum": tum, "ply": ply, "pcd": pcd}
KEPT = [path for name in TARGETS for path in sorted((FINDINGS / name).glob("[0-9a-f]*"))]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for target in TARGETS.values():
        monkeypatch.setattr(target, "FOLDER", tmp_path / "scan")


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name} {path.name}")
def test_what_was_found_stays_mended(path: Path):
    assert tried(TARGETS[path.parent.name].attempt, path.read_bytes()) is None


@pytest.mark.parametrize("name", TARGETS)
def test_mutations_of_good_files_are_taken_or_refused_in_a_sentence(name: str):
    dice, seeds = random.Random(1), TARGETS[name].seeds()
    for _ in range(60):
        data = mutated(dice, seeds)
        assert tried(TARGETS[name].attempt, data) is None, data


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_reach_the_end(name: str):
    """Otherwise what is mutated would all be refused at once."""
    TARGETS[name].attempt(TARGETS[name].seeds()[0])
