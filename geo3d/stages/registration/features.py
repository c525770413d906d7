"""Features of two views that are the same, and the motion on which most of them agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo3d.stages.registration.libraries import open3d
from geo3d.stages.registration.views import REACH, View

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_MATCHES = 5
"""Features that agree on a motion."""


@dataclass(frozen=True, eq=False)
class Matched:
    """Features of two views, and what they say of the motion between."""

    source: NDArray[np.float64]
    """[pair, 3]"""
    target: NDArray[np.float64]
    """[pair, 3]"""
    motion: NDArray[np.float64]
    """[4, 4], on which most agree."""

    def apart(self, motion: NDArray[np.float64]) -> NDArray[np.float64]:
        """[pair], metres between them under a motion."""
        return np.linalg.norm(self.source @ motion[:3, :3].T + motion[:3, 3] - self.target, axis=1)

    def bear_out(self, motion: NDArray[np.float64], reach: float) -> bool:
        """Whether LEAST_MATCHES, and half of those that agree on their own motion, agree on another within `reach`."""
        most = int((self.apart(self.motion) < REACH).sum())
        return int((self.apart(motion) < reach).sum()) >= max(LEAST_MATCHES, most / 2)


def by_features(source: View, target: View) -> Matched | None:
    """The motion on which most matched features agree; None where fewer than LEAST_MATCHES do."""
    registration = open3d().pipelines.registration
    pairs = _matches(source.descriptors, target.descriptors)
    if len(pairs) < LEAST_MATCHES:
        return None
    ends = source.corners[pairs[:, 0]].astype(np.float64), target.corners[pairs[:, 1]].astype(np.float64)
    open3d().utility.random.seed(0)
    motion = np.array(
        registration.registration_ransac_based_on_correspondence(
            *(open3d().geometry.PointCloud(open3d().utility.Vector3dVector(end)) for end in ends),
            open3d().utility.Vector2iVector(np.repeat(np.arange(len(pairs), dtype=np.int32)[:, None], 2, axis=1)),
            REACH,
            registration.TransformationEstimationPointToPoint(),
            ransac_n=3,
            checkers=[registration.CorrespondenceCheckerBasedOnEdgeLength(0.9)],
            criteria=registration.RANSACConvergenceCriteria(20_000, 0.999),
        ).transformation
    )
    matched = Matched(*ends, motion)
    return matched if matched.bear_out(motion, REACH) else None


def _matches(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.int32]:
    """[pair, 2], nearest descriptors where the second nearest is clearly farther (Lowe 2004, section 7.1)."""
    if min(len(a), len(b)) < LEAST_MATCHES:
        return np.zeros((0, 2), np.int32)
    alike = a @ b.T
    nearest = alike.argmax(axis=1)
    best = alike[np.arange(len(a)), nearest]
    alike[np.arange(len(a)), nearest] = -1
    clear = 1 - best < 0.8**2 * (1 - alike.max(axis=1))  # squared distances of unit vectors are 2 - 2 times this
    return np.stack([np.flatnonzero(clear), nearest[clear]], axis=1).astype(np.int32)
