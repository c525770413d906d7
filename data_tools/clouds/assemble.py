"""From what a format's file parsed to a PointCloud: what holds for every format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.errors import InputError
from geo3d.progress import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.ops.text_numbers import Table
    from geo3d.scene.kinds import PointCloud
    from geo3d.scene.source import Source

FARTHEST = 10_000.0
"""Metres from the world's origin, beyond which float32 loses the millimetre."""
GRID = 1000.0
"""Metres: the shifts of files that lie farther away are multiples of it, so that neighbouring tiles share one."""
WIDEST = 2 * FARTHEST - GRID
"""Metres along an axis: what can be shifted to lie within FARTHEST."""
OUTERMOST = 1e9
"""Metres from the origin of a file's world: float64 loses the millimetre far beyond, and no survey goes there."""
MOST_BARE = 0.1
"""Share of the points that may lack a normal; with more, all are estimated."""


@dataclass(frozen=True)
class Points:
    """What a file says of its points, in its own order."""

    places: NDArray[np.float64]
    """[point, 3], in the file's own world; not finite where there is no point."""
    normals: NDArray[np.float64] | None = None
    """[point, 3], of any length."""
    colours: NDArray[np.uint8] | None = None
    """[point, 3]."""
    viewpoint: tuple[float, ...] | None = None
    """Where they were seen from, in the file's own world."""
    up: tuple[float, float, float] | None = None
    """Where the format knows it."""


def file_of(source: Source) -> Path:
    """The file that a cloud is read from."""
    return source.root / source.listing["cloud"]


def assemble(source: Source, points: Points) -> PointCloud:
    """Leave out what is no point or lies outside of the crop, shift what lies too far away, and make normals unit.

    Raises InputError where no point is left, and where points lie more than 19 km apart, or a million
    kilometres from the origin.
    """
    import torch

    from geo3d.scene.kinds import PointCloud

    file, crop = file_of(source), source.listing["crop"]
    if len(points.places) == 0:
        raise InputError(f"{file} has no points")
    kept = np.asarray(np.isfinite(points.places).all(axis=1))
    if lost := int(len(kept) - kept.sum()):
        say(f"{file.name}: {lost:,} of {len(kept):,} points are not finite, and left out")
    if crop is not None:
        with np.errstate(invalid="ignore"):
            kept = kept & np.asarray(((points.places >= crop[:3]) & (points.places <= crop[3:])).all(axis=1))
    if not kept.any():
        raise InputError(f"{file} has no finite point" + ("" if crop is None else " in --crop"))
    normals, kept = _unit_normals(file, points.normals, kept)
    places = points.places[kept]
    shift = _shift(file, places)
    view = None if points.viewpoint is None else torch.from_numpy(np.array(points.viewpoint) - shift)
    return PointCloud(
        points=torch.from_numpy((places - shift).astype(np.float32)),
        normals=None if normals is None else torch.from_numpy(normals[kept].astype(np.float32)),
        colours=None if points.colours is None else torch.from_numpy(points.colours[kept]),
        viewpoint=view,
        up=None if points.up is None else torch.tensor(points.up, dtype=torch.float64),
        shift=(float(shift[0]), float(shift[1]), float(shift[2])),
    )


def _unit_normals(file: Path, normals: NDArray | None, kept: NDArray) -> tuple[NDArray | None, NDArray]:
    """Normals of length 1, and which points stay: without those that have none, where these are few."""
    if normals is None:
        return None, kept
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        unit = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    bare = kept & ~np.isfinite(unit).all(axis=1)
    if not bare.any():
        return unit, kept
    if bare.sum() > MOST_BARE * kept.sum():
        say(f"{file.name}: {int(bare.sum()):,} normals are none, so that all are estimated")
        return None, kept
    say(f"{file.name}: {int(bare.sum()):,} points have no normal, and are left out")
    return unit, kept & ~bare


def _shift(file: Path, places: NDArray) -> NDArray[np.float64]:
    """What is taken off so that all lies near the origin; 0 along axes where it does."""
    low, high = places.min(axis=0), places.max(axis=0)
    if (most := np.abs([low, high]).max()) > OUTERMOST:
        raise InputError(
            f"{file} lies {most:.4g} m from its origin; {OUTERMOST:g} m is the most, is it in other units?"
        )
    if (high - low).max() > WIDEST:
        wide = " x ".join(f"{side:.4g}" for side in high - low)
        raise InputError(f"{file} spans {wide} m; {WIDEST / 1000:g} km is the most, is it in other units?")
    far = np.maximum(np.abs(low), np.abs(high)) > FARTHEST
    return np.where(far, np.round((low + high) / 2 / GRID) * GRID, 0.0)


def doubles(values: NDArray) -> NDArray[np.float64]:
    """Numbers of any type; a NaN that is to be warned of (a signalling one) becomes one that is not."""
    with np.errstate(invalid="ignore"):
        return values.astype(np.float64)


def levels(values: NDArray) -> NDArray[np.uint8]:
    """Colours as 0 to 255, from such, from 16 bits, or from real numbers of 0 to 1."""
    if values.dtype == np.uint8:
        return values
    known = np.nan_to_num(doubles(values), nan=0.0)
    most = known.max(initial=0)
    if values.dtype.kind == "f" and most <= 1:
        return np.rint(known.clip(0, 1) * 255).astype(np.uint8)
    return (known / 257 if most > 255 else known).clip(0, 255).astype(np.uint8)


def read_bytes(file: Path, most: int | None = None) -> bytes:
    """A file's bytes, or its first; raises InputError where there are none to be had."""
    try:
        with open(file, "rb") as opened:
            return opened.read(-1 if most is None else most)
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror or error}); give a point cloud or mesh") from error


def checked_table(file: Path, table: Table, first_line: int = 1) -> NDArray[np.float64]:
    """Its numbers; raises InputError that names the bad line, counted from `first_line` on, where there is one."""
    if table.fault is not None:
        raise InputError(f"{file}, line {first_line + table.line}: {table.fault}")
    return table.rows
