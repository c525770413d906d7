"""Methods side by side: in the terminal, and as JSON, CSV and LaTeX."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path

from geo3d.data_tools.benchmarks.comparing import Compared
from geo3d.data_tools.benchmarks.protocol import Protocol
from geo3d.data_tools.benchmarks.results.tables import latex_row, print_table, shown
from geo3d.scene.publish import published_file

LEAST_WIDTH = 120
"""Columns of text that the table needs; where the output is no terminal there is no width to go by."""


def print_comparison(protocol: Protocol, compared: Sequence[Compared], scenes: int, resamples: int) -> None:
    """A row for each score and method."""
    head = ("score", "method", "value", "between", "less the first", "between", "above it")
    title = f"{protocol.name}: {scenes} scenes, 95 % of {resamples} paired resamples"
    if protocol.lower_is_better:
        title += f"; {compared[0].score}: lower is better"
    print_table(title, [head, *((one.score, *_cells(one)) for one in compared)], left=2, least_width=LEAST_WIDTH)


def write_comparison(out: Path, protocol: Protocol, compared: Sequence[Compared], resamples: int, seed: int) -> None:
    """``comparison.json``, ``comparison.csv`` and ``comparison.tex``."""
    rows = [{key: _plain(value) for key, value in dataclasses.asdict(one).items()} for one in compared]
    made = {"protocol": protocol.name, "resamples": resamples, "seed": seed, "rows": rows}
    with published_file(out / "comparison.json") as aside:
        aside.write_text(json.dumps(made, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    with published_file(out / "comparison.csv") as aside, open(aside, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("score", "method", "value", "low", "high", "difference", "low", "high", "above first"))
        for one in compared:
            figures = (one.value, *one.between, one.difference, *one.difference_between, one.above_first)
            writer.writerow((one.score, one.method, *map(repr, figures)))
    with published_file(out / "comparison.tex") as aside:
        aside.write_text("".join(latex_row((one.score, *_cells(one))) + "\n" for one in compared), encoding="utf-8")


def _cells(one: Compared) -> tuple[str, ...]:
    low, high = (shown(end) for end in one.between)
    less, more = (shown(end) for end in one.difference_between)
    share = f"{100 * one.above_first:.1f} %" if math.isfinite(one.above_first) else "-"
    if one.first:
        return (one.method, shown(one.value), f"{low} to {high}", "", "", "")
    return (one.method, shown(one.value), f"{low} to {high}", shown(one.difference), f"{less} to {more}", share)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
