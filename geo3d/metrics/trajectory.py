"""Errors of a camera path beside the true one: absolute, and of its steps (Sturm et al. 2012, section IV)."""

import numpy as np
from jaxtyping import Float64, Int64

STATISTICS = ("rmse", "mean", "median", "std", "min", "max")


def absolute_errors(
    given: Float64[np.ndarray, "frame 3"], true: Float64[np.ndarray, "frame 3"]
) -> Float64[np.ndarray, " frame"]:
    """Distance of each position to the true one, in metres; alignment is up to the caller."""
    return np.linalg.norm(given - true, axis=1)


def relative_errors(
    given: Float64[np.ndarray, "frame 4 4"], true: Float64[np.ndarray, "frame 4 4"], pairs: Int64[np.ndarray, "pair 2"]
) -> tuple[Float64[np.ndarray, " pair"], Float64[np.ndarray, " pair"]]:
    """How far each step between two frames is from the true one: metres, and radians (equation 3).

    Transforms are ``world_from_camera``.
    """
    from scipy.spatial.transform import Rotation

    step, true_step = (_inverse(path[pairs[:, 0]]) @ path[pairs[:, 1]] for path in (given, true))
    error = _inverse(true_step) @ step
    if not len(pairs):
        return np.zeros(0), np.zeros(0)
    return np.linalg.norm(error[:, :3, 3], axis=1), Rotation.from_matrix(error[:, :3, :3]).magnitude()


def pairs_by_frames(frames: int, delta: int, every: bool) -> Int64[np.ndarray, "pair 2"]:
    """Frames `delta` apart: from `every` frame on, or each pair from where the last one ended."""
    starts = np.arange(0, frames - delta, 1 if every else delta)
    return np.stack([starts, starts + delta], axis=1)


def pairs_by_distance(
    positions: Float64[np.ndarray, "frame 3"], delta: float, every: bool, tolerance: float = 0.1
) -> Int64[np.ndarray, "pair 2"]:
    """Frames about `delta` metres of path apart: from `every` frame on, or each pair from where the last one ended.

    From every frame on it is the frame that comes closest, unless it is off by more than the `tolerance`, a share of
    `delta`; otherwise the first that is at least so far.
    """
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    if not every:
        return _pairs_in_turn(steps, delta)
    along, pairs = np.concatenate([[0.0], np.cumsum(steps)]), []
    for start in range(len(along) - 1):
        off = np.abs(along[start + 1 :] - along[start] - delta)
        if off.min() <= delta * tolerance:
            pairs.append((start, start + 1 + int(off.argmin())))
    return np.array(pairs, np.int64).reshape(-1, 2)


def _pairs_in_turn(steps: Float64[np.ndarray, " step"], delta: float) -> Int64[np.ndarray, "pair 2"]:
    ends, passed = [0], 0.0
    for frame, step in enumerate(steps.tolist(), 1):
        passed += step
        if passed >= delta:
            ends.append(frame)
            passed = 0.0
    return np.stack([ends[:-1], ends[1:]], axis=1).astype(np.int64)


def statistics(errors: Float64[np.ndarray, " error"]) -> Float64[np.ndarray, "6"]:
    """The errors' STATISTICS, the standard deviation being that of the errors themselves; NaN where there are none."""
    if not len(errors):
        return np.full(len(STATISTICS), np.nan)
    rmse = np.sqrt((errors**2).mean())
    return np.array([rmse, errors.mean(), np.median(errors), errors.std(), errors.min(), errors.max()])


def _inverse(transforms: Float64[np.ndarray, "frame 4 4"]) -> Float64[np.ndarray, "frame 4 4"]:
    inverse = np.zeros_like(transforms)
    inverse[:, :3, :3] = transforms[:, :3, :3].transpose(0, 2, 1)
    inverse[:, :3, 3] = -np.einsum("fji,fj->fi", transforms[:, :3, :3], transforms[:, :3, 3])
    inverse[:, 3, 3] = 1
    return inverse
