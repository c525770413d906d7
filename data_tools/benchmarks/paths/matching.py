"""A predicted and a true camera path, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Matched:
    """Frames that belong together, the prediction already moved to the truth."""

    times: NDArray[np.float64]
    """Seconds since the first, or its number where the files have no time stamps [frame]."""
    given: NDArray[np.float64]
    """Predicted ``world_from_camera`` [frame, 4, 4]; with scale, it is the positions that are scaled."""
    true: NDArray[np.float64]
    """True ``world_from_camera`` [frame, 4, 4]."""
    stamped: bool
    """Whether `times` are seconds."""
    share: float
    """Of the predicted frames, those that have a true one."""
    scale: float
    """What the prediction was multiplied with."""
    determined: bool
    """Whether the files determine the rotation that was chosen."""


def matched_paths(prediction: Path, truth: Path, choices: Choices) -> Matched:
    """Read both, pair up their frames, and align; raises InputError where nothing pairs up."""
    import numpy as np

    (stamps, given), (true_stamps, true) = read_path(prediction), read_path(truth)
    if stamps is not None and true_stamps is not None:
        pairs = _paired(true_stamps, stamps, choices)
        if not len(pairs):
            apart = choices.trajectory.most_apart
            raise InputError(f"{prediction} has no time stamp within {apart} s of one in {truth}")
        times = stamps[pairs[:, 1]] - stamps[pairs[0, 1]]
    elif len(given) != len(true):
        raise InputError(
            f"{prediction} has {len(given):,} frames and {truth} {len(true):,}; without time stamps in both, there "
            "must be as many"
        )
    else:
        pairs = np.tile(np.arange(len(true))[:, None], 2)
        times = np.arange(len(true), dtype=np.float64)
    share, stamped = len(np.unique(pairs[:, 1])) / len(given), stamps is not None and true_stamps is not None
    moved, scale, determined = _aligned(given[pairs[:, 1]], true[pairs[:, 0]], choices.trajectory.align)
    return Matched(times, moved, true[pairs[:, 0]], stamped, share, scale, determined)


def read_path(file: Path) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    """Time stamps, where there are any, and ``world_from_camera`` from a text or an artifact of ours with cameras."""
    from geo3d.data_tools.cameras.trajectories import read_stamped
    from geo3d.scene.artifact import load

    if file.name != "artifact.json":
        return read_stamped(file)
    cameras = getattr(load(file.parent), "world_from_camera", None)
    if cameras is None or not len(cameras):
        raise InputError(f"{file.parent} has no cameras; a CameraPath, RgbdScan or RenderedFrames is needed")
    return None, cameras.double().numpy()


def _paired(true: NDArray[np.float64], given: NDArray[np.float64], choices: Choices) -> NDArray[np.int64]:
    """Rows of the truth and of the prediction [pair, 2]."""
    from geo3d.metrics.association import closest_stamps_once, nearest_stamps

    pair = nearest_stamps if choices.reading == "compatible" else closest_stamps_once
    return pair(true, given, choices.trajectory.most_apart)


def _aligned(
    given: NDArray[np.float64], true: NDArray[np.float64], align: str
) -> tuple[NDArray[np.float64], float, bool]:
    """The prediction after alignment, its scale, and whether its rotation is determined."""
    import numpy as np

    from geo3d.metrics.alignment import umeyama

    if align == "none":
        return given, 1.0, True
    if align == "origin":
        return true[0] @ np.linalg.inv(given[0]) @ given, 1.0, True
    found = umeyama(given[:, :3, 3], true[:, :3, 3], with_scale=align == "sim3")
    moved = given.copy()
    moved[:, :3, :3] = found.rotation @ given[:, :3, :3]
    moved[:, :3, 3] = found.scale * given[:, :3, 3] @ found.rotation.T + found.translation
    return moved, found.scale, found.determined
