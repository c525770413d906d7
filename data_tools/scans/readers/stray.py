"""Stray Scanner's recordings (strayrobots/scanner, docs/format.md): ARKit on phones with a lidar.

Colour is a video whose n-th frame belongs to the n-th row of ``odometry.csv`` (also where an edit list hides the first:
the app gives it a time before the start, DatasetEncoder.swift). A row gives the camera in the world by place and
quaternion; the app turns ARKit's camera by half a turn about x before it writes (OdometryEncoder.swift), so that the
axes are ours. The world is ARKit's, y against gravity. ``camera_matrix.csv`` counts from the corner of the video's
frames (ARKit's convention); depth, 16-bit PNG in millimetres, is of the same view. Where ``confidence/`` is there
(0 low, 1 medium, 2 high), depth of low confidence is dropped.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble
from geo3d.data_tools.scans.conventions import from_quaternion, pinhole, resized
from geo3d.data_tools.scans.listing import FrameFiles, Listing, images
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "rgb.mp4, depth/, odometry.csv and camera_matrix.csv; confidence/ if there (Stray Scanner)"
VIDEO, PATH, CAMERA = "rgb.mp4", "odometry.csv", "camera_matrix.csv"
PLACE, QUATERNION, OWN_CAMERA = ("x", "y", "z"), ("qx", "qy", "qz", "qw"), ("fx", "fy", "cx", "cy")
MOST_BYTES = 1 << 28


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    if not all((folder / name).exists() for name in (VIDEO, PATH, CAMERA)) or not (folder / "depth").is_dir():
        return None
    from geo3d.scene.video import open_video

    shown = len(open_video(folder / VIDEO))
    depth, confidence = _by_stem(folder, "depth"), _by_stem(folder, "confidence")
    frames, skipped = [], []
    for row, entry in enumerate(_rows(folder / PATH)):
        name = entry["frame"]
        reason = (
            f"{VIDEO} has {shown} frames"
            if row >= shown
            else f"no depth/{name}.png"
            if name not in depth
            else f"no confidence/{name}.png"
            if confidence and name not in confidence
            else None
        )
        if reason:
            skipped.append((f"{VIDEO} frame {row}", reason))
        else:
            frames.append(FrameFiles(VIDEO, depth[name], row, colour_part=(row, 1), confidence=confidence.get(name)))
    return Listing(tuple(frames), (CAMERA, PATH), tuple(skipped))


def _by_stem(folder: Path, name: str) -> dict[str, str]:
    return {path.stem: str(path.relative_to(folder)) for path in images(folder / name)}


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    from geo3d.scene.codecs import image_size
    from geo3d.scene.video import open_video

    size, files = open_video(source.root / VIDEO).size, source.listing["frames"]
    rows = _rows(source.root / PATH)
    listed = [rows[file["row"]] for file in files]
    colour = _intrinsics(source.root / CAMERA)
    if listed and all(name in listed[0] for name in OWN_CAMERA):
        colour = np.array([pinhole(*_numbers(row, OWN_CAMERA, source.root / PATH)) for row in listed])
    depth_size = image_size(source.root / files[0]["depth"]) if files else size
    return assemble(
        source,
        [_transform(row, source.root / PATH) for row in listed],
        Camera(resized(colour, size, depth_size, source.root)),
        Camera(colour, "video", size),
        up=(0.0, 1.0, 0.0),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    """Each row by the names in the first line."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES >> 20} MiB")
        text = io.StringIO(path.read_text(encoding="utf-8"))
        rows = list(csv.DictReader(text, skipinitialspace=True, restval="", restkey=""))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    missing = [name for name in ("frame", *PLACE, *QUATERNION) if rows and name not in rows[0]]
    if missing or not rows:
        wanted = ", ".join(("timestamp", "frame", *PLACE, *QUATERNION))
        raise InputError(f"{path} must begin with a line of names ({wanted}), and have a row a frame")
    return rows


def _numbers(row: dict[str, str], names: tuple[str, ...], path: Path) -> list[float]:
    try:
        return [float(row[name]) for name in names]
    except ValueError as error:
        raise InputError(f"{path} has a row whose {', '.join(names)} are no numbers: {error}") from error


def _transform(row: dict[str, str], path: Path) -> np.ndarray | None:
    if not any(row[name] for name in (*PLACE, *QUATERNION)):
        return None
    return from_quaternion(np.array(_numbers(row, QUATERNION, path)), np.array(_numbers(row, PLACE, path)))


def _intrinsics(path: Path) -> np.ndarray:
    """[3, 3] of the video, as ours."""
    try:
        rows = path.read_text(encoding="utf-8").replace(",", " ").split()
        matrix = np.array(rows, np.float64).reshape(3, 3)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} must hold 3x3 numbers, separated by commas: {error}") from error
    matrix[:2, 2] -= 0.5
    return matrix
