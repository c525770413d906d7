"""The report of a benchmark: one HTML file that opens from disk and asks the network for nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.benchmarks.protocol import Protocol, Scores
from geo3d.data_tools.benchmarks.results.charts import MOST_CELLS, MOST_LINES, bars, lines, matrix
from geo3d.data_tools.benchmarks.results.tables import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def write_report(
    path: Path,
    protocol: Protocol,
    scores: Scores,
    scenes: Sequence[tuple[str, Scores]],
    pictures: dict[str, NDArray[np.uint8]],
    card: dict[str, Any],
) -> None:
    """Write the page; `scenes` are in the order in which they are shown, `pictures` by the name of the scene."""
    page = Template((Path(__file__).parent / "report.html").read_text(encoding="utf-8"))
    main = next(iter(scores.overall))
    notes = "".join(f"<li>{escape(note)}</li>" for note in scores.notes)
    overall = _table(("score", "value"), [(escape(name), shown(value)) for name, value in scores.overall.items()])
    sections = (
        (
            "" if scores.curves else "all",
            "Scores",
            overall + (f"<h3>To know when quoting them</h3><ul>{notes}</ul>" if notes else ""),
        ),
        ("", "Curves", _curves(scores)),
        ("all", "Classes", _classes(scores)),
        ("all", "Confusion", _confusion(scores)),
        (
            "all",
            f"Scenes, from worst to best by {escape(main)}",
            f"<p>{escape(protocol.pictured)}</p>" * bool(pictures)
            + f'<div class="film">{"".join(_scene(name, one, pictures.get(name)) for name, one in scenes)}</div>',
        ),
        (
            "all",
            "What the protocol does",
            _table(("about", "choice"), [(escape(what), escape(how)) for what, how in protocol.explained]),
        ),
        ("all", "What these numbers are of", _card(protocol, card)),
    )
    better = " (lower is better)" if protocol.lower_is_better else ""
    parts = {
        "title": escape(protocol.title),
        "summary": f"{len(card['scenes'])} scenes; {escape(main)} {shown(scores.overall[main])}{better}",
        "sections": "\n".join(
            f'<section class="{wide}"><h2>{title}</h2>{body}</section>' for wide, title, body in sections if body
        ),
    }
    path.write_text(page.substitute(parts), encoding="utf-8", errors="xmlcharrefreplace")


def _card(protocol: Protocol, card: dict[str, Any]) -> str:
    rows = (
        ("protocol", f"{protocol.name}, version {protocol.version}"),
        ("choices", escape(json.dumps(card["choices"]))),
        ("defined in", escape("; ".join(protocol.sources))),
        ("geo3d", f"{card['code']['geo3d']}, code {card['code']['sha256'][:12]}"),
        ("environment", escape(", ".join(f"{key} {value}" for key, value in card["environment"].items()))),
        ("files", f"{len(card['predictions']['files'])} of predictions, {len(card['truth']['files'])} of truth"),
    )
    return _table(("", ""), rows)


def _classes(scores: Scores) -> str:
    if not scores.classes:
        return ""
    columns = scores.by_class
    first, values = next(iter(columns.items()))
    rows = [(escape(name), *(shown(column[i]) for column in columns.values())) for i, name in enumerate(scores.classes)]
    table = _table(("class", *map(escape, columns)), rows)
    chart = f"<div><h3>{escape(first)}</h3>{bars(scores.classes, list(values))}</div>"
    return f'<div class="beside">{chart}<div class="scroll">{table}</div></div>'


def _confusion(scores: Scores) -> str:
    if scores.confusion is None:
        return ""
    cut = f", of the {MOST_CELLS} most frequent classes" if len(scores.classes) > MOST_CELLS else ""
    table = matrix(scores.confusion, scores.classes, scores.confused_with)
    return f'<p>Percent of the row{cut}.</p><div class="wide">{table}</div>'


def _curves(scores: Scores) -> str:
    drawn = []
    for curve in scores.curves:
        cut = f" (the first {MOST_LINES} of {len(curve.lines)})" if len(curve.lines) > MOST_LINES else ""
        drawn.append(f"<h3>{escape(curve.title)}{cut}</h3>{lines(curve)}")
    return "".join(drawn)


def _scene(name: str, scores: Scores, picture: NDArray[np.uint8] | None) -> str:
    """A picture of the scene, or where its files do not say where things are, bars of its classes."""
    said = "; ".join(f"{escape(key)} {shown(value)}" for key, value in list(scores.overall.items())[:3])
    if picture is not None:
        image = f'<img alt="{escape(name)}" src="{_encoded(picture)}">'
    elif scores.classes:
        image = bars(scores.classes, list(next(iter(scores.by_class.values()))))
    else:
        image = bars(list(scores.overall), list(scores.overall.values()))
    return f"<figure>{image}<figcaption><b>{escape(name)}</b> {said}</figcaption></figure>"


def _encoded(picture: NDArray[np.uint8]) -> str:
    from geo3d.data_tools.png import encode_png

    return "data:image/png;base64," + base64.b64encode(encode_png(picture)).decode()


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines_of = [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows]
    return f"<table><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>{''.join(lines_of)}</table>"
