"""An inspection as a table to read and as ``inspection.json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from geo3d.data_tools.inspection.cameras import field_of_view
from geo3d.data_tools.inspection.checks import frames_to_skip
from geo3d.data_tools.inspection.findings import Finding
from geo3d.data_tools.inspection.gather import ScanFacts
from geo3d.data_tools.inspection.images import common_size
from geo3d.data_tools.inspection.stamps import frame_rate
from geo3d.data_tools.scans.listing import FrameFiles
from geo3d.data_tools.scans.skipping import images_of

FORMAT, VERSION = "geo3d-inspection", 1
FEW = 4
"""Frames that a line of the table names; ``inspection.json`` has them all."""


def measure(facts: ScanFacts) -> dict[str, Any]:
    """The scan in numbers: plain values, metres, degrees, seconds; None where it is not known."""
    samples = np.concatenate([np.zeros(0, np.float32), *(frame.samples for frame in facts.frames)])
    shares = [frame.measured for frame in facts.frames if not frame.depth.fault]
    corners = np.percentile(facts.points, [1, 99], axis=0) if len(facts.points) else None
    positions = facts.world_from_camera[:, :3, 3]
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    return {
        "frames": len(facts.files),
        "frames_with_transform": len(facts.placed),
        "colour": _camera(facts, "colour"),
        "depth": _camera(facts, "depth"),
        "depth_unit": facts.told.depth_unit,
        "depth_percentiles": _by_percentile(samples),
        "share_with_depth": _rounded(np.mean(shares)) if shares else None,
        "extent": None if corners is None else _rounded(corners[1] - corners[0]),
        "path_length": _rounded(steps.sum()),
        "median_step": _rounded(np.median(steps)) if len(steps) else None,
        "frame_rate": frame_rate([frame.stamp for frame in facts.files]),
        "agreement": None if facts.believed.error is None else _rounded(facts.believed.error),
    }


def as_json(scan: str, format: str, facts: ScanFacts, findings: Sequence[Finding]) -> dict[str, Any]:
    """All of it; ``skip`` is what ``geo3d scan-to-mesh --skip`` reads."""
    names = names_of(facts.files)
    skip = []
    for row, reason in frames_to_skip(findings).items():
        colour, depth = images_of(facts.files[row])
        skip.append({"colour": colour, "depth": depth, "reason": reason})
    return {
        "format": FORMAT,
        "version": VERSION,
        "scan": scan,
        "scan_format": format,
        "scan_in_numbers": measure(facts),
        "findings": [asdict(one) | {"frames": [names[row] for row in one.frames]} for one in findings],
        "skip": skip,
    }


def as_table(inspection: dict[str, Any]) -> str:
    """Numbers, then findings with what would repair them."""
    known = inspection["scan_in_numbers"]
    lines = [f"{title:14} {value}" for title, value in _rows(inspection["scan_format"], known)]
    lines += ["", *(_found(finding) for finding in inspection["findings"])]
    counts = Counter(finding["level"] for finding in inspection["findings"])
    total = ", ".join(f"{count} {level}{'s' * (count > 1)}" for level, count in counts.items()) or "nothing wrong found"
    return "\n".join([*lines, f"{total}; {len(inspection['skip'])} of {known['frames']} frames on the skip-list"])


def names_of(files: Sequence[FrameFiles]) -> list[str]:
    """What to call each frame: its colour image, or where several share one, its depth image."""
    images = [images_of(frame) for frame in files]
    shared = Counter(colour for colour, _ in images)
    return [colour if shared[colour] == 1 else depth for colour, depth in images]


def _rows(format: str, known: dict[str, Any]) -> list[tuple[str, str]]:
    depths, share, extent = known["depth_percentiles"], known["share_with_depth"], known["extent"]
    rate, step, agreement = known["frame_rate"], known["median_step"], known["agreement"]
    return [
        ("format", format),
        ("frames", f"{known['frames']:,}, {known['frames_with_transform']:,} with a transform"),
        ("rate", "no time stamps" if rate is None else f"{rate:.3g} frames a second"),
        ("colour", _camera_line(known["colour"])),
        ("depth", f"{_camera_line(known['depth'])}; {known['depth_unit']:.6g} m a count"),
        (
            "depth range",
            "none" if depths is None else ", ".join(f"{p} %: {depth:.2f} m" for p, depth in depths.items()),
        ),
        ("measured", "nothing" if share is None else f"{share:.1%} of all pixels"),
        ("extent", "not known" if extent is None else " x ".join(f"{edge:.2f}" for edge in extent) + " m"),
        ("path", f"{known['path_length']:.2f} m" + (f", {step:.3g} m a frame" if step is not None else "")),
        ("agreement", "no frames overlap" if agreement is None else f"depths of neighbours differ by {agreement:.2%}"),
    ]


def _found(finding: dict[str, Any]) -> str:
    names = finding["frames"]
    further = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    listed = f" ({', '.join(names[:FEW])}{further})" if names else ""
    repair = f"\n        repair: {finding['repair']}" if finding["repair"] else ""
    return f"{finding['level']:7} {finding['check']}: {finding['sentence']}{listed}{repair}"


def _camera(facts: ScanFacts, kind: str) -> dict[str, Any]:
    camera = facts.told.colour if kind == "colour" else facts.told.depth
    matrix = camera.intrinsics if camera.intrinsics.ndim == 2 else camera.intrinsics[0]
    size = common_size(facts.frames, kind)
    if not np.isfinite(matrix).all():
        return {"size": size, "intrinsics": None, "field_of_view": None}
    view = None if size is None else _rounded(np.array(field_of_view(matrix, size)))
    return {"size": size, "intrinsics": matrix.tolist(), "field_of_view": view}


def _camera_line(camera: dict[str, Any]) -> str:
    size = f"{camera['size'][1]}x{camera['size'][0]}" if camera["size"] else "no image can be read"
    if camera["intrinsics"] is None:
        return f"{size}, intrinsics not known"
    (fx, _, cx), (_, fy, cy), _ = camera["intrinsics"]
    view = " x ".join(f"{angle:.0f}" for angle in camera["field_of_view"] or ())
    return f"{size}, f {fx:.1f} {fy:.1f}, c {cx:.1f} {cy:.1f}" + (f", {view} degrees" if view else "")


def _by_percentile(samples: np.ndarray) -> dict[str, float] | None:
    if not len(samples):
        return None
    return {str(p): _rounded(value) for p, value in zip((1, 50, 99), np.percentile(samples, (1, 50, 99)), strict=True)}


def _rounded(value: Any) -> Any:
    return np.round(np.asarray(value, np.float64), 4).tolist()
