"""Several methods side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from geo3d.config import make_config
from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.comparing import Compared, Method, compare_methods
from geo3d.data_tools.benchmarks.counting import kept_tally
from geo3d.data_tools.benchmarks.protocols import find_protocol
from geo3d.data_tools.benchmarks.results.card import read_card
from geo3d.data_tools.benchmarks.results.comparison import print_comparison, write_comparison
from geo3d.errors import InputError
from geo3d.pipelines.benchmark import CARD, KEPT
from geo3d.progress import say


def compare(
    runs: Annotated[tuple[Path, ...], tyro.conf.Positional],
    *,
    out: Path | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> list[Compared]:
    """Put methods side by side, with paired bootstrap intervals over scenes.

    Args:
        runs: Output folders of geo3d benchmark, of one protocol, the same choices and the same truth.
        out: Folder for comparison.json, comparison.csv and comparison.tex.
        resamples: How often the scenes are drawn again, with replacement.
        seed: Of the draws.

    Returns:
        A row for each method and overall score.
    """
    if len(runs) < 2:
        raise InputError("give two output folders of geo3d benchmark or more")
    if resamples < 1 or seed < 0:
        raise InputError(
            f"--resamples {resamples}, --seed {seed}: 1 or more resamples and a seed from 0 on are allowed"
        )
    methods = _methods(runs)
    first = read_card(runs[0] / CARD)
    protocol, choices = find_protocol(first["protocol"]["name"]), make_config(Choices, first["choices"], str(runs[0]))
    compared = compare_methods(protocol, choices, methods, resamples, seed)
    print_comparison(protocol, compared, len(methods[0].tallies), resamples)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_comparison(out, protocol, compared, resamples, seed)
        say(f"{out}: comparison.json, comparison.csv, comparison.tex")
    return compared


def _methods(runs: Sequence[Path]) -> list[Method]:
    cards = [read_card(run / CARD) for run in runs]
    for run, card in zip(runs[1:], cards[1:], strict=True):
        _same(runs[0], cards[0], run, card)
    methods = []
    for name, run, card in zip(_names(runs), runs, cards, strict=True):
        tallies = {scene: kept_tally(run / KEPT, scene, key) for scene, key in card["scenes"].items()}
        gone = [scene for scene, tally in tallies.items() if tally is None]
        if gone:
            raise InputError(
                f"{run} has no counts of {gone[0]} ({len(gone)} scenes in all: missing predictions, or an older run); "
                "run geo3d benchmark into it again with all scenes"
            )
        methods.append(Method(name, [tally for tally in tallies.values() if tally is not None]))
    return methods


def _same(first: Path, card: dict[str, Any], run: Path, other: dict[str, Any]) -> None:
    """Raise InputError where two cards are not of the same benchmark."""
    for what in ("protocol", "choices"):
        if card[what] != other[what]:
            here, there = json.dumps(card[what]), json.dumps(other[what])
            raise InputError(f"{run} has another {what} than {first} ({there} and {here}); compare like with like")
    if card["truth"]["files"] != other["truth"]["files"] or list(card["scenes"]) != list(other["scenes"]):
        raise InputError(f"{run} was scored against other truth than {first}; compare like with like")


def _names(runs: Sequence[Path]) -> list[str]:
    """The folders' names; their paths where those are not all different."""
    names = [run.absolute().name for run in runs]
    return names if len(set(names)) == len(names) else [str(run) for run in runs]
