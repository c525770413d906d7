"""Scores as tables: in the terminal, and as the JSON, CSV and LaTeX that papers and scripts take."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geo3d.data_tools.benchmarks.protocol import Protocol, Scores
from geo3d.data_tools.benchmarks.results.card import plain_scores

LATEX_SIGNS = {"\\": r"\textbackslash{}", **{sign: f"\\{sign}" for sign in "&%$#_{}"}}


def overall_rows(scores: Scores) -> list[tuple[str, ...]]:
    """The overall scores, after a row of heads."""
    return [("score", "value"), *((name, shown(value)) for name, value in scores.overall.items())]


def class_rows(scores: Scores) -> list[tuple[str, ...]]:
    """The scores of each class, after a row of heads; empty where the protocol has none."""
    if not scores.classes:
        return []
    rows = [
        (label, *(shown(values[i]) for values in scores.by_class.values())) for i, label in enumerate(scores.classes)
    ]
    return [("class", *scores.by_class), *rows]


def print_table(title: str, rows: Sequence[Sequence[str]], left: int = 1, least_width: int = 80) -> None:
    """A table in the terminal: a row of heads, then the others; all columns but the `left` first ones to the right.

    Where the output is no terminal, or a narrow one, it is `least_width` columns wide.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for i, name in enumerate(rows[0]):
        table.add_column(Text(name), justify="left" if i < left else "right")
    for row in rows[1:]:
        table.add_row(*map(Text, row))
    console = Console(highlight=False, width=max(Console().width, least_width))
    console.print(Text(f"\n{title}", style="bold"))
    console.print(table)


def write_json(path: Path, protocol: Protocol, scores: Scores, scenes: dict[str, Scores]) -> None:
    """``scores.json``: overall, by class, confusion, curves, and the overall scores of each scene."""
    made: dict[str, Any] = {"protocol": protocol.name, **plain_scores(scores)}
    if scores.confusion is not None:
        made["confusion"] = {"columns": list(scores.confused_with), "counts": scores.confusion.tolist()}
    made["curves"] = [
        {
            "title": curve.title,
            "across": curve.across,
            "up": curve.up,
            "lines": {name: [_listed(x), _listed(y)] for name, (x, y) in curve.lines.items()},
        }
        for curve in scores.curves
    ]
    made["scenes"] = {name: plain_scores(one)["overall"] for name, one in scenes.items()}
    path.write_text(json.dumps(made, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def write_csv(path: Path, scores: Scores) -> None:
    """``scores.csv``: one score a line, with the class it is of, or ``overall``, and all its digits."""
    with open(path, "w", newline="", encoding="utf-8", errors="backslashreplace") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("class", "score", "value"))
        rows.writerows(("overall", name, repr(float(value))) for name, value in scores.overall.items())
        for name, values in scores.by_class.items():
            rows.writerows((label, name, _digits(value)) for label, value in zip(scores.classes, values, strict=True))


def write_latex(path: Path, scores: Scores) -> None:
    """``rows.tex``: a row of the overall scores, then one for each column of the classes, with their names above."""
    lines = [latex_row(("", *scores.overall)), latex_row(("ours", *map(shown, scores.overall.values())))]
    if scores.classes:
        lines += ["", latex_row(("", *scores.classes))]
        lines += [latex_row((name, *map(shown, values))) for name, values in scores.by_class.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="backslashreplace")


def shown(value: Any) -> str:
    """A number for a person: counts whole, others with four digits after the point, a dash where there is none.

    Below 0.01 it is four digits from the first that is not 0, or squared distances would look like 0.
    """
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, int):
        return f"{number:,}"
    if not math.isfinite(number):
        return "-"
    return f"{number:.4g}" if 0 < abs(number) < 0.01 else f"{number:.4f}"


def latex_row(cells: Sequence[str]) -> str:
    """A row of a tabular."""
    return " & ".join("".join(LATEX_SIGNS.get(sign, sign) for sign in cell) for cell in cells) + r" \\"


def _digits(value: Any) -> str:
    number = value.item() if hasattr(value, "item") else value
    return repr(number)


def _listed(values: Sequence[float]) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values]
