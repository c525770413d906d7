"""Which voxels of a truncated distance volume count for scene completion, and how well occupied ones are found."""

import numpy as np
from jaxtyping import Bool, Float, Int


def visible_or_occluded(volume: Float[np.ndarray, "*grid"]) -> Bool[np.ndarray, "*grid"]:
    """Voxels near a surface, below 1 in size, and those of exactly -1, which lie deep behind one; NaN is neither."""
    return (np.abs(volume) < 1) | (volume == -1)


def occluded(volume: Float[np.ndarray, "*grid"]) -> Bool[np.ndarray, "*grid"]:
    """Voxels behind a surface: from -1, which counts, up to 0, which does not; NaN is none."""
    return (volume < 0) & (volume >= -1)


def occupancy_counts(truth: Int[np.ndarray, " place"], prediction: Int[np.ndarray, " place"]) -> tuple[int, int, int]:
    """Occupied places that are predicted so, predicted ones that are empty, and occupied ones that are missed."""
    true, given = truth > 0, prediction > 0
    return int((true & given).sum()), int((~true & given).sum()), int((true & ~given).sum())
