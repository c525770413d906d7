"""Cameras between the moments that a trajectory names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def transforms_at(
    times: NDArray[np.float64], stamps: NDArray[np.float64], transforms: NDArray[np.float64], widest: float
) -> list[NDArray[np.float64] | None]:
    """``world_from_camera`` [4, 4] at each of the times [time] in seconds, from that at stamps [stamp].

    Between its two neighbours in time, linear in position and on the shortest arc in rotation (Shoemake 1985); None
    before the first and after the last, and where the neighbours are more than `widest` seconds apart, unless a stamp
    is that very time. Of equal stamps the last counts.
    """
    stamps, from_end = np.unique(stamps[::-1], return_index=True)
    transforms = transforms[::-1][from_end]
    found: list[NDArray[np.float64] | None] = [None] * len(times)
    for i, time in enumerate(times.tolist()):
        after = int(np.searchsorted(stamps, time))
        if after == len(stamps):
            continue
        if stamps[after] == time:
            found[i] = transforms[after]
        elif after > 0 and float(stamps[after]) - float(stamps[after - 1]) <= widest:
            share = (time - stamps[after - 1]) / (stamps[after] - stamps[after - 1])
            found[i] = _between(transforms[after - 1], transforms[after], share)
    return found


def _between(first: NDArray[np.float64], second: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_matrix(first[:3, :3].T @ second[:3, :3]).as_rotvec()
    between = first.copy()
    between[:3, :3] = first[:3, :3] @ Rotation.from_rotvec(share * turn).as_matrix()
    between[:3, 3] = (1 - share) * first[:3, 3] + share * second[:3, 3]
    return between
