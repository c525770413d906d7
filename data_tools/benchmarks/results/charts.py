"""Charts as SVG: bars, lines, and a matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.protocol import Curve
from geo3d.data_tools.benchmarks.results.tables import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDE, HIGH, LEFT, FOOT = 520, 260, 76, 40
"""Pixels of a chart of lines, and of the room for its axes' numbers."""
ROW, NAMES, LEGEND = 20, 150, 150
"""Pixels of a bar's row, and of the room for its name and for that of a line."""
LETTER = 7
"""Pixels of most letters."""
INKS = ("#3b6fb6", "#d62728", "#2a9d5c", "#9467bd", "#e08a1e", "#17a2b8", "#7f7f7f", "#8c564b")
MOST_LINES, MOST_CELLS = 8, 60
"""Lines that can be told apart, and rows of a matrix that can be read."""


def bars(names: Sequence[str], values: Sequence[float]) -> str:
    """A bar a name, from 0 to 1 if the largest value is in the upper half of that, else to it."""
    largest = max((value for value in values if math.isfinite(value)), default=1) or 1
    top = 1 if 0.5 < largest <= 1 else largest
    rows = []
    for i, (name, value) in enumerate(zip(names, values, strict=True)):
        y, there = i * ROW, math.isfinite(value)
        long = (WIDE - NAMES - 70) * max(value, 0) / top if there else 0
        rows.append(
            f'<text x="{NAMES - 6}" y="{y + 14}" text-anchor="end">{_cut(name, NAMES)}</text>'
            f'<rect x="{NAMES}" y="{y + 3}" width="{long:.1f}" height="{ROW - 6}"/>'
            f'<text x="{NAMES + long + 5:.1f}" y="{y + 14}">{shown(value) if there else "none"}</text>'
        )
    return f'<svg viewBox="0 0 {WIDE} {ROW * len(rows) + 4}" style="max-height:none" role="img">{"".join(rows)}</svg>'


def lines(curve: Curve) -> str:
    """The first lines of a curve over common axes that begin at 0, with a legend."""
    drawn = list(curve.lines.items())[:MOST_LINES]
    right = max((float(x) for _, (xs, _) in drawn for x in xs if math.isfinite(x)), default=1) or 1
    top = max((float(y) for _, (_, ys) in drawn for y in ys if math.isfinite(y)), default=1) or 1
    parts = [_axes(curve, right, top)]
    for i, (name, (xs, ys)) in enumerate(drawn):
        pairs = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True) if math.isfinite(x) and math.isfinite(y)]
        points = " ".join(f"{_x(x / right):.1f},{_y(y / top):.1f}" for x, y in pairs)
        ink = INKS[i]
        parts.append(f'<polyline points="{points}" style="stroke:{ink}"/>')
        parts.append(f'<text x="{WIDE - LEGEND}" y="{16 + 15 * i}" style="fill:{ink}">{_cut(name, LEGEND)}</text>')
    return f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{escape(curve.title)}">{"".join(parts)}</svg>'


def matrix(counts: NDArray[np.int64], rows: Sequence[str], columns: Sequence[str]) -> str:
    """Shares of each row as shades of a table; the largest rows where there are many."""
    import numpy as np

    kept = np.sort(np.argsort(-counts.sum(1), kind="stable")[:MOST_CELLS])
    across = [*kept, *range(len(rows), len(columns))]
    shares = counts[kept][:, across] / np.maximum(counts[kept].sum(1, keepdims=True), 1)
    head = "".join(f"<th><span>{escape(str(columns[i]))}</span></th>" for i in across)
    body = "".join(
        f"<tr><th>{escape(str(rows[row]))}</th>{''.join(map(_cell, line))}</tr>"
        for row, line in zip(kept, shares.tolist(), strict=True)
    )
    return f'<table class="matrix"><tr><th>truth \\ prediction</th>{head}</tr>{body}</table>'


def _cell(share: float) -> str:
    shade = f"background:rgb(59 111 182 / {share:.3f})"
    return f'<td style="{shade}" title="{share:.4f}">{f"{100 * share:.0f}" if share >= 0.005 else ""}</td>'


def _cut(name: str, wide: int) -> str:
    """A name for an SVG, without its middle where it is too wide; the pointer shows all of it."""
    most = wide // LETTER
    kept = name if len(name) <= most else f"{name[: (most - 1) // 2]}…{name[-(most // 2) :]}"
    return f"{escape(kept)}<title>{escape(name)}</title>"


def _x(part: float) -> float:
    return LEFT + (WIDE - LEFT - LEGEND - 10) * part


def _y(part: float) -> float:
    return HIGH - FOOT - (HIGH - FOOT - 12) * part


def _axes(curve: Curve, right: float, top: float) -> str:
    ticks = []
    for part in (0, 0.25, 0.5, 0.75, 1):
        x, y = _x(part), _y(part)
        ticks.append(f'<path class="grid" d="M{x:.1f} {_y(0):.1f}V{_y(1):.1f}M{_x(0):.1f} {y:.1f}H{_x(1):.1f}"/>')
        ticks.append(f'<text x="{x:.1f}" y="{HIGH - FOOT + 15}" text-anchor="middle">{part * right:.3g}</text>')
        ticks.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{part * top:.3g}</text>')
    middle = (_x(0) + _x(1)) / 2
    ticks.append(f'<text x="{middle:.1f}" y="{HIGH - 6}" text-anchor="middle">{escape(curve.across)}</text>')
    turned = f'transform="rotate(-90 12 {HIGH / 2})" text-anchor="middle"'
    ticks.append(f'<text x="12" y="{HIGH / 2}" {turned}>{escape(curve.up)}</text>')
    return "".join(ticks)
