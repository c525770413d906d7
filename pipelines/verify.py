"""Compute the numbers of a card again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from geo3d.config import make_config
from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import count_scenes
from geo3d.data_tools.benchmarks.protocols import find_protocol
from geo3d.data_tools.benchmarks.results.card import circumstances, differences, make_card, read_card
from geo3d.errors import InputError, SomeFailedError
from geo3d.progress import say

MOST_LINES = 20
"""Differences that are listed; the rest are counted."""


def verify(card: Annotated[Path, tyro.conf.Positional], *, pred: Path | None = None, truth: Path | None = None) -> None:
    """Compute every number on a card again from the same files, and say equal, or what differs.

    Args:
        card: A card.json that geo3d benchmark wrote.
        pred: Folder of the predictions, where it is not the one that the card names.
        truth: Folder of the truth, likewise.
    """
    old = read_card(card)
    protocol = find_protocol(old["protocol"]["name"])
    choices = make_config(Choices, old["choices"], str(card))
    predictions, truths = (
        pred or card.parent / old["predictions"]["folder"],
        truth or card.parent / old["truth"]["folder"],
    )
    counted = count_scenes(protocol, protocol.find(predictions, truths), choices, None)
    tallies = [one.tally for one in counted if one.tally is not None]
    if not tallies:
        raise InputError(f"{predictions} has no prediction for any scene of {truths}")
    new = make_card(protocol, choices, counted, protocol.score(tallies, choices), predictions, truths, card.parent)
    other, because = differences(old, new), circumstances(old, new)
    for line in because:
        say(f"other than on the card: {line}")
    for line in other[:MOST_LINES]:
        say(line)
    if len(other) > MOST_LINES:
        say(f"and {len(other) - MOST_LINES} more")
    if other:
        raise SomeFailedError(f"{card} differs in {len(other)} places from what its files give now")
    files = sum(len(old[part]["files"]) for part in ("predictions", "truth"))
    say(f"equal: every number of {card}, from {files} files with the same bytes")
