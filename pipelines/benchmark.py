"""From stored predictions and stored truth to scores."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import Counted, count_scenes, find_scenes
from geo3d.data_tools.benchmarks.protocol import Protocol, Scores
from geo3d.data_tools.benchmarks.protocols import PROTOCOLS, find_protocol
from geo3d.data_tools.benchmarks.results.card import make_card
from geo3d.data_tools.benchmarks.results.report import write_report
from geo3d.data_tools.benchmarks.results.tables import (
    class_rows,
    overall_rows,
    print_table,
    write_csv,
    write_json,
    write_latex,
)
from geo3d.errors import InputError
from geo3d.progress import say, track
from geo3d.scene.claim import claimed
from geo3d.scene.publish import leftovers, locked_in_passing, published_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CARD, SETTINGS, KEPT = "card.json", "settings.json", "scenes"


def benchmark(
    protocol: Annotated[str, tyro.conf.Positional] = "",
    pred: Path | None = None,
    truth: Path | None = None,
    out: Path | None = None,
    config: Annotated[Choices, tyro.conf.arg(name="")] = Choices(),  # noqa: B008 - frozen
    *,
    explain: bool = False,
    jobs: int | None = None,
    pictures: int = 24,
) -> Scores | None:
    """Score stored predictions against stored truth, as a benchmark's protocol says.

    Args:
        protocol: The protocol's name; without one they are listed.
        pred: Folder of the predictions.
        truth: Folder of the truth.
        out: Folder for the output; new, empty or of an earlier call with the same protocol and choices.
        config: Everything that can be chosen.
        explain: Only print what the protocol chooses, and where that is defined.
        jobs: Scenes to count at the same time; by default as many as there are cores.
        pictures: Scenes to show in the report: half of them the worst, half the best.

    Returns:
        The scores; None where the protocol was only explained.
    """
    if not protocol:
        raise InputError(f"give a protocol; there are {', '.join(PROTOCOLS)} (--explain says what one does)")
    chosen = find_protocol(protocol)
    if explain:
        _explain(chosen)
        return None
    if pred is None or truth is None or out is None:
        raise InputError(f"{protocol} needs --pred, --truth and --out, or --explain")
    if (jobs is not None and jobs < 1) or pictures < 0:
        raise InputError(f"--jobs {jobs}, --pictures {pictures}: 1 or more jobs, 0 or more pictures are allowed")
    scenes = find_scenes(chosen, pred, truth, config)
    settings = {"protocol": protocol, "choices": dataclasses.asdict(config)}
    with claimed(out, SETTINGS, settings, "geo3d benchmark"), _alone_in(out):
        counted = count_scenes(chosen, scenes, config, out / KEPT, jobs)
        scores = chosen.score([one.tally for one in counted if one.tally is not None], config)
        card = make_card(chosen, config, counted, scores, pred, truth, out)
        _write(out, chosen, config, counted, scores, card, pictures)
    _tell(chosen, scores, out)
    return scores


def _write(
    out: Path,
    protocol: Protocol,
    choices: Choices,
    counted: Sequence[Counted],
    scores: Scores,
    card: dict,
    pictures: int,
) -> None:
    alone = {one.scene.name: protocol.score([one.tally], choices) for one in counted if one.tally is not None}
    ranked = _ranked(alone, protocol.lower_is_better)
    (out / CARD).unlink(missing_ok=True)  # a card that is there is of the scores beside it, wherever a call is killed
    half = (pictures + 1) // 2
    shown = ranked if len(ranked) <= pictures else [*ranked[:half], *ranked[len(ranked) - pictures // 2 :]]
    drawn = _drawn(protocol, choices, counted, {name for name, _ in shown})
    with published_file(out / "scores.json") as aside:
        write_json(aside, protocol, scores, alone)
    with published_file(out / "scores.csv") as aside:
        write_csv(aside, scores)
    with published_file(out / "rows.tex") as aside:
        write_latex(aside, scores)
    with published_file(out / "report.html") as aside:
        write_report(aside, protocol, scores, shown, drawn, card)
    with published_file(out / CARD) as aside:
        aside.write_text(json.dumps(card, indent=1, allow_nan=False) + "\n", encoding="utf-8")


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Raise InputError where another call is writing to the folder: of two methods it would hold parts of both."""
    with locked_in_passing(out / "lock", wait=False) as ours:
        if not ours:
            raise InputError(f"another call is writing to {out}; wait for its end, or give another folder")
        for leftover in leftovers(out / KEPT):
            leftover.unlink(missing_ok=True)
        yield


def _ranked(scenes: dict[str, Scores], lower_is_better: bool) -> list[tuple[str, Scores]]:
    """The worst first; scenes without a score come last."""

    def place(item: tuple[str, Scores]) -> tuple[bool, float]:
        value = next(iter(item[1].overall.values()))
        return math.isnan(value), -value if lower_is_better else value

    return sorted(scenes.items(), key=place)


def _drawn(
    protocol: Protocol, choices: Choices, counted: Sequence[Counted], names: set[str]
) -> dict[str, NDArray[np.uint8]]:
    draw, wanted = protocol.picture, [one.scene for one in counted if one.scene.name in names and one.scene.prediction]
    if draw is None:
        return {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = track(pool.map(lambda scene: draw(scene, choices), wanted), "draw", len(wanted), "scenes")
        return {scene.name: picture for scene, picture in zip(wanted, made, strict=True) if picture is not None}


def _explain(protocol: Protocol) -> None:
    rows = [("about", "choice"), *protocol.explained, ("defined in", "; ".join(protocol.sources))]
    print_table(f"{protocol.name}, version {protocol.version}: {protocol.title}", rows, left=2)


def _tell(protocol: Protocol, scores: Scores, out: Path) -> None:
    if scores.classes:
        print_table("by class", class_rows(scores))
    print_table(protocol.title, overall_rows(scores))
    for note in scores.notes:
        say(f"note: {note}")
    say(f"{out / 'report.html'} shows it all; {out / CARD} is what geo3d verify takes")
