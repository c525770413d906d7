"""Trajectories that others wrote: text files of ``world_from_camera``, a camera a line or a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

ALLOWED = (
    "lines of 8 numbers (timestamp tx ty tz qx qy qz qw, as TUM writes them), "
    "4x4 matrices as lines of 4, of 16 or, as KITTI has them, of 12, or Redwood's logs"
)
LOG = (3, 4, 4, 4, 4)
"""Numbers in the lines of one camera of a Redwood log; the first three are counts."""

FARTHEST = 1e9
"""Metres from the world's origin, where float64 still tells a micrometre."""


def read_trajectory(path: Path) -> NDArray[np.float64]:
    """``world_from_camera`` [frame, 4, 4], metres, x right, y down, z forward, from a file as TUM or others write it.

    Empty lines and what follows a # are left out. Raises InputError where a line has another count of numbers, a
    transform is not rigid, or a camera is FARTHEST away.
    """
    return read_stamped(path)[1]


def read_stamped(path: Path) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    """Like :func:`read_trajectory`, after the time stamps [frame] in seconds; None where the format has none."""
    rows = _rows(path)
    stamps = rows[:, 0] if rows.shape[1] == 8 else None
    if rows.shape[1] == 8:
        transforms = _from_quaternions(path, rows)
    elif rows.shape[1] == 12:
        last = np.broadcast_to([0.0, 0, 0, 1], (len(rows), 1, 4))
        transforms = np.concatenate([rows.reshape(-1, 3, 4), last], axis=1)
    elif rows.shape[1] == 16 or len(rows) % 4 == 0:
        transforms = rows.reshape(-1, 4, 4)
    else:
        raise InputError(f"{path} has {len(rows)} lines of 4 numbers, which make no whole 4x4 matrices")
    axes = np.clip(transforms[:, :3, :3], -2, 2)  # huge ones are no more rigid, and overflow
    bent = np.abs(axes.transpose(0, 2, 1) @ axes - np.eye(3)).max(axis=(1, 2)) > 1e-3
    odd = np.abs(transforms[:, 3] - [0, 0, 0, 1]).max(axis=1) > 1e-6
    wrong = np.flatnonzero(bent | odd | (np.linalg.det(axes) < 0))
    if len(wrong):
        raise InputError(f"{path} has a transform, number {wrong[0] + 1}, that is not rigid with a last row 0 0 0 1")
    far = np.flatnonzero(np.abs(transforms[:, :3, 3]).max(axis=1) > FARTHEST)
    if len(far):
        raise InputError(f"{path} has a camera, number {far[0] + 1}, more than {FARTHEST:g} m from the world's origin")
    return stamps, transforms


def write_trajectory(path: Path, stamps: Sequence[float], world_from_camera: NDArray[np.float64]) -> None:
    """Write transforms [frame, 4, 4] as TUM does: a line of time stamp, position and quaternion (x y z w) a frame."""
    from scipy.spatial.transform import Rotation

    quaternions = Rotation.from_matrix(world_from_camera[:, :3, :3]).as_quat()
    rows = np.concatenate([world_from_camera[:, :3, 3], quaternions], axis=1).tolist()
    lines = [" ".join(map(repr, [stamp, *row])) for stamp, row in zip(stamps, rows, strict=True)]
    path.write_text("\n".join(["# timestamp tx ty tz qx qy qz qw", *lines]) + "\n", encoding="utf-8")


def _rows(path: Path) -> NDArray[np.float64]:
    """The numbers of each line, as many in each; of a Redwood log those of its matrices."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}") from error
    rows: list[tuple[int, list[float]]] = []
    for number, line in enumerate(lines, 1):
        words = line.split("#")[0].split()
        try:
            rows += [(number, [float(word) for word in words])] if words else []
        except ValueError as error:
            raise InputError(f"{path} has in line {number} what is no number; allowed are {ALLOWED}") from error
    if not rows:
        raise InputError(f"{path} has no numbers; allowed are {ALLOWED}")
    if tuple(len(row) for _, row in rows) == LOG * (len(rows) // len(LOG)):
        rows = [row for at, row in enumerate(rows) if at % len(LOG)]
    for number, row in rows:
        if len(row) not in (4, 8, 12, 16) or len(row) != len(rows[0][1]):
            raise InputError(f"{path} has {len(row)} numbers in line {number}; allowed are {ALLOWED}")
    found = np.array([row for _, row in rows])
    if not np.isfinite(found).all():
        number = rows[np.flatnonzero(~np.isfinite(found).all(axis=1))[0]][0]
        raise InputError(f"{path} has numbers in line {number} that are not finite; allowed are {ALLOWED}")
    return found


def _from_quaternions(path: Path, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(np.clip(rows[:, 4:], -1e9, 1e9), axis=1)  # huge ones overflow
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
