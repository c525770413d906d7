"""The report: one HTML file that shows a labelled scan, opens from disk and asks the network for nothing."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from geo3d.data_tools.labels import nyu40
from geo3d.data_tools.mesh_files import thinned, turned
from geo3d.data_tools.semantic_files import class_areas, inferred_share, list_objects

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image
    from torch import Tensor

    from geo3d.scene.kinds import RgbdScan, SemanticMesh, TriangleMesh
    from geo3d.scene.runner import StageRecord

MOST_FACES = 120_000
"""Faces that a viewer shows: two such meshes, base64, are about 10 MB."""
THUMBNAILS = 8
OBSERVED, INFERRED = (150, 165, 180), (235, 120, 60)
"""RGB of surface that views saw, and of such as was inferred."""


def write_report(
    path: Path,
    scan: RgbdScan | None,
    mesh: TriangleMesh,
    semantic: SemanticMesh,
    stages: Sequence[StageRecord],
    title: str,
) -> None:
    """Write the page: `mesh` shows the scan's colours, `semantic` the labels, objects and areas.

    Without a scan, as of a point cloud, there are no frames to show.
    """
    page = Template((Path(__file__).parent / "report.html").read_text(encoding="utf-8"))
    shades = nyu40.shades(semantic.classes)[semantic.labels.numpy()]
    parts = {
        "title": escape(title),
        "summary": ("" if scan is None else f"{len(scan.depth)} frames, ")
        + f"{len(mesh.vertices):,} vertices, {len(mesh.faces):,} faces"
        + _said_of_inferred(semantic),
        "colour_viewer": _viewer(mesh, semantic.up, None if mesh.colours is None else mesh.colours.numpy()),
        "label_viewer": _viewer(semantic, semantic.up, shades),
        "plan": _plan(scan, semantic, semantic.up, shades),
        "inferred": _inferred(scan, semantic),
        "thumbnails": "<p>None: the input has no frames.</p>" if scan is None else _thumbnails(scan),
        "classes": _classes(semantic),
        "objects": _objects(semantic),
        "confidence": _histogram(semantic.confidence[semantic.labels != 255]),
        "stages": _table(
            ("stage", "", "seconds", "peak memory"),
            [
                (
                    stage.name,
                    stage.state,
                    f"{stage.seconds:.1f}",
                    "" if stage.peak_memory is None else f"{stage.peak_memory / 2**20:.0f} MiB",
                )
                for stage in stages
            ],
        ),
        "skipped": _table(("frame", "why"), [tuple(map(escape, row)) for row in scan.skipped])
        if scan is not None and scan.skipped
        else "<p>None.</p>",
    }
    path.write_text(page.substitute(parts), encoding="utf-8")


def _said_of_inferred(mesh: SemanticMesh) -> str:
    return "" if mesh.observed is None else f", {100 * inferred_share(mesh):.1f} % of the surface inferred"


def _inferred(scan: RgbdScan | None, mesh: SemanticMesh) -> str:
    """A section that shows from above which surface was seen and which was inferred; nothing where all was seen."""
    import numpy as np

    if mesh.observed is None:
        return ""
    shades = np.array([INFERRED, OBSERVED], np.uint8)[mesh.observed.numpy()]
    key = "".join(
        f'<i class="swatch" style="background:rgb{shade}"></i> {what} '
        for shade, what in ((OBSERVED, "observed"), (INFERRED, f"inferred: {100 * inferred_share(mesh):.1f} %"))
    )
    return f"<section><h2>What was inferred, from above</h2><p>{key}</p>{_plan(scan, mesh, mesh.up, shades)}</section>"


def _viewer(mesh: TriangleMesh | SemanticMesh, up: Tensor, shades: np.ndarray | None) -> str:
    """Trimesh's viewer as the value of an iframe's ``srcdoc``; the mesh is thinned out."""
    import numpy as np
    import trimesh
    from trimesh.viewer.notebook import scene_to_html

    shown = turned(mesh, up)
    vertices, faces, rows = thinned(shown.vertices.numpy(), shown.faces.numpy(), MOST_FACES)
    colours = None if shades is None else shades[rows]
    scene = trimesh.Scene(trimesh.Trimesh(vertices, faces, vertex_colors=colours, process=False))
    scene.set_camera(angles=(np.radians(50), 0, np.radians(30)), distance=1.1 * scene.scale)
    # glTF's default material is a metal, which the viewer's one lamp lights dimly
    return escape(scene_to_html(scene).replace("DirectionalLight(0xffffff,1.75)", "DirectionalLight(0xffffff,4.5)"))


def _plan(scan: RgbdScan | None, mesh: SemanticMesh, up: Tensor, shades: np.ndarray) -> str:
    """SVG from above: the labelled surface, the highest on top but for the ceiling, and the cameras' path."""
    import numpy as np
    from PIL import Image

    from geo3d.ops.camera import rotation_between

    turn = rotation_between(up, up.new_tensor([0, 0, 1])).numpy()
    points = mesh.vertices.numpy().astype(np.float64) @ turn.T
    path = np.zeros((0, 3)) if scan is None else scan.world_from_camera[:, :3, 3].double().numpy() @ turn.T
    around = np.concatenate([points, path])[:, :2]
    margin = min(0.2, 0.05 * float(np.ptp(around, axis=0).max()))
    low = around.min(0) - margin
    wide, deep = around.max(0) + margin - low
    scale = 600 / max(wide, deep)
    shown = mesh.labels.numpy() != (mesh.classes.index("ceiling") if "ceiling" in mesh.classes else 255)
    order = points[:, 2].argsort()[shown[points[:, 2].argsort()]]
    at = ((points[order, :2] - low) * scale).astype(int)
    height, width = int(deep * scale) + 3, int(wide * scale) + 3
    image = np.full((height, width, 3), 255, np.uint8)
    edges = points[mesh.faces[:, 0].numpy()] - points[mesh.faces[:, 1].numpy()]
    wide_dot = 1 + int(scale * np.median(np.linalg.norm(edges, axis=1))) if len(edges) else 2
    down, right = np.mgrid[:wide_dot, :wide_dot].reshape(2, -1)
    rows, columns = (height - 3 - at[:, 1:] + down).clip(0, height - 1), (at[:, :1] + right).clip(0, width - 1)
    image[rows.reshape(-1), columns.reshape(-1)] = shades[order].repeat(len(down), axis=0)  # the highest last
    line = " ".join(f"{x:.1f},{height - y:.1f}" for x, y in (path[:, :2] - low) * scale)
    chosen = _chosen(len(path))
    ticks = "".join(
        f'<circle cx="{x:.1f}" cy="{height - y:.1f}" r="4"/><text x="{x + 6:.1f}" y="{height - y:.1f}">{i}</text>'
        for i, (x, y) in zip(chosen, (path[chosen, :2] - low) * scale, strict=True)
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="The scan from above">'
        f'<image href="{_encoded(Image.fromarray(image), "PNG")}" width="{width}" height="{height}"/>'
        f'<polyline points="{line}"/>{ticks}<path class="scale" d="M10 {height - 10}h{scale:.1f}"/>'
        f'<text x="12" y="{height - 16}">1 m</text></svg>'
    )


def _chosen(count: int) -> list[int]:
    """The frames that are shown, evenly over the scan."""
    if count == 0:
        return []
    return sorted({i * (count - 1) // max(THUMBNAILS - 1, 1) for i in range(THUMBNAILS)})


def _thumbnails(scan: RgbdScan) -> str:
    return "".join(
        f'<figure><img alt="frame {i}" src="{_thumbnail(scan, i)}"><figcaption>{i}</figcaption></figure>'
        for i in _chosen(len(scan.depth))
    )


def _thumbnail(scan: RgbdScan, row: int) -> str:
    from PIL import Image

    from geo3d.scene.frames import read_frame

    image = Image.fromarray(read_frame(scan, row).colour.numpy())
    image.thumbnail((240, 240))
    return _encoded(image, "JPEG")


def _encoded(image: Image.Image, kind: str) -> str:
    """A data URL."""
    buffer = io.BytesIO()
    image.save(buffer, format=kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _classes(mesh: SemanticMesh) -> str:
    """Legend with the surface of each class."""
    areas = class_areas(mesh)
    rows = [(nyu40.shade_of(name), name, float(areas[i])) for i, name in enumerate(mesh.classes)]
    rows = [row for row in rows if row[2] > 0]
    if areas[255] > 0:
        rows.append((nyu40.UNLABELLED, "not seen", float(areas[255])))
    return _table(
        ("", "class", "m<sup>2</sup>"),
        [(f'<i class="swatch" style="background:rgb{shade}"></i>', name, f"{area:.2f}") for shade, name, area in rows],
    )


def _objects(mesh: SemanticMesh) -> str:
    listed = list_objects(mesh)
    rows = [
        (
            str(thing["id"]),
            thing["class"],
            f"{thing['score']:.2f}",
            " x ".join(f"{side:.2f}" for side in thing["box"]["size"]),
            ", ".join(f"{place:.2f}" for place in thing["box"]["centre"]),
        )
        for thing in listed
    ]
    return _table(("", "class", "score", "size, m", "centre, m"), rows) if rows else "<p>None.</p>"


def _histogram(values: Tensor) -> str:
    """SVG of twenty bars between 0 and 1."""
    counts = values.float().histc(20, 0, 1)
    tall = (counts / counts.max().clamp(min=1) * 100).tolist()
    bars = "".join(
        f'<rect x="{20 * i + 1}" y="{100 - h:.1f}" width="18" height="{h:.1f}"/>' for i, h in enumerate(tall)
    )
    ticks = "".join(f'<text x="{400 * i / 4:.0f}" y="116">{i / 4:g}</text>' for i in range(5))
    return f'<svg viewBox="-10 -4 430 126" role="img" aria-label="Histogram of confidence">{bars}{ticks}</svg>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells are HTML."""
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f"<table><thead><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr></thead><tbody>{lines}</tbody></table>"
    )
