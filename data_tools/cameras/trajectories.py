"""Trajectories that others wrote: text files of ``world_from_camera``, a camera a line or a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ALLOWED = (
    "lines of 8 numbers (timestamp tx ty tz qx qy qz qw, as TUM writes them), "
    "or 4x4 matrices as lines of 4 or of 16 numbers"
)

FARTHEST = 1e9
"""Metres from the world's origin, where float64 still tells a micrometre."""


def read_trajectory(path: Path) -> NDArray[np.float64]:
    """``world_from_camera`` [frame, 4, 4], metres, x right, y down, z forward, from a TUM file or one of matrices.

    Empty lines and what follows a # are left out, and so are TUM's timestamps. Raises InputError where a line has
    another count of numbers, a transform is not rigid, or a camera is FARTHEST away.
    """
    rows = _rows(path)
    if rows.shape[1] == 8:
        transforms = _from_quaternions(path, rows)
    elif rows.shape[1] == 16 or len(rows) % 4 == 0:
        transforms = rows.reshape(-1, 4, 4)
    else:
        raise InputError(f"{path} has {len(rows)} lines of 4 numbers, which make no whole 4x4 matrices")
    for number, transform in enumerate(transforms):
        axes = transform[:3, :3]
        bent = np.abs(axes.T @ axes - np.eye(3)).max() > 1e-3 or np.linalg.det(axes) < 0
        if bent or np.abs(transform[3] - [0, 0, 0, 1]).max() > 1e-6:
            raise InputError(f"{path} has a transform, number {number + 1}, that is not rigid with a last row 0 0 0 1")
    far = np.flatnonzero(np.abs(transforms[:, :3, 3]).max(axis=1) > FARTHEST)
    if len(far):
        raise InputError(f"{path} has a camera, number {far[0] + 1}, more than {FARTHEST:g} m from the world's origin")
    return transforms


def _rows(path: Path) -> NDArray[np.float64]:
    """The numbers of each line, as many in each."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}") from error
    rows = []
    for number, line in enumerate(lines, 1):
        words = line.split("#")[0].split()
        try:
            rows += [[float(word) for word in words]] if words else []
        except ValueError as error:
            raise InputError(f"{path} has in line {number} what is no number; allowed are {ALLOWED}") from error
        if words and (len(words) not in (4, 8, 16) or len(words) != len(rows[0])):
            raise InputError(f"{path} has {len(words)} numbers in line {number}; allowed are {ALLOWED}")
    if not rows:
        raise InputError(f"{path} has no numbers; allowed are {ALLOWED}")
    if not np.isfinite(rows).all():
        raise InputError(f"{path} has numbers that are not finite; allowed are {ALLOWED}")
    return np.array(rows)


def _from_quaternions(path: Path, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(rows[:, 4:], axis=1)
    wrong = np.flatnonzero(np.abs(lengths - 1) > 0.01)
    if len(wrong):
        raise InputError(f"{path} has a quaternion, number {wrong[0] + 1}, of length {lengths[wrong[0]]:.3g} and not 1")
    x, y, z, w = rows[:, 4:].T / lengths
    transforms = np.tile(np.eye(4), (len(rows), 1, 1))
    transforms[:, :3, 0] = np.stack([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)], axis=1)
    transforms[:, :3, 1] = np.stack([2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)], axis=1)
    transforms[:, :3, 2] = np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], axis=1)
    transforms[:, :3, 3] = rows[:, 1:4]
    return transforms
