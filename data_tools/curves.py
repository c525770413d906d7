"""How a run of learning went, as a picture."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_curves(history: dict[str, Any], best: int, file: Path) -> None:
    """Draw losses and scores over steps as a PNG; `best` is the step whose weights were kept."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it tells when it looks for fonts
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), layout="constrained")
    losses, scores = figure.subplots(2, 1, sharex=True)
    _draw_losses(losses, history["losses"])
    _draw_scores(scores, history["scores"])
    for axes in (losses, scores):
        axes.axvline(best, color="grey", linestyle=":", linewidth=1)
        axes.grid(alpha=0.3)
    scores.set_xlabel("step (dotted: weights kept)")
    figure.savefig(file, format="png", dpi=120)


def _draw_losses(axes: Axes, losses: dict[str, list[float | None]]) -> None:
    positive = True
    for number, (part, values) in enumerate(losses.items()):
        there = [(step, value) for step, value in enumerate(values, start=1) if value is not None]
        positive &= all(value > 0 for _, value in there)
        axes.plot(*zip(*there, strict=True), color=f"C{number}", alpha=0.25, linewidth=0.8)
        axes.plot(*zip(*_smoothed(there), strict=True), color=f"C{number}", label=part)
    if positive:
        axes.set_yscale("log")
    axes.set_ylabel("loss")
    axes.legend()


def _smoothed(values: list[tuple[int, float]]) -> list[tuple[float, float]]:
    """Means over a fiftieth of the run each."""
    width = max(1, math.ceil(len(values) / 50))
    parts = [values[begin : begin + width] for begin in range(0, len(values), width)]
    return [(sum(step for step, _ in part) / len(part), sum(value for _, value in part) / len(part)) for part in parts]


def _draw_scores(axes: Axes, scores: list[dict[str, Any]]) -> None:
    """The score to choose by boldly, the others that lie within 0 and 1 beside it."""
    if not scores:
        return
    steps = [row["step"] for row in scores]
    for number, name in enumerate(name for name in scores[0] if name != "step"):
        values = [math.nan if row.get(name) is None else row[name] for row in scores]
        if number == 0 or all(0 <= value <= 1 or math.isnan(value) for value in values):
            axes.plot(steps, values, marker=".", label=name, linewidth=0.8 if number else 2.5)
    axes.set_ylabel("validation")
    axes.legend(fontsize="small", ncols=2)
