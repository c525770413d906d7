"""How one view lies to another: features or a guess to begin with, then the surfaces, then a check that can say no.

The parts are Open3D's and OpenCV's; ours is the order, and the check.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.stages.registration.features import Matched, by_features
from geo3d.stages.registration.hold import firmness, settled
from geo3d.stages.registration.libraries import open3d
from geo3d.stages.registration.step import Step, judged
from geo3d.stages.registration.views import CELL, REACH, View, cloud_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRM = 0.005
"""Resistance to the motion that surfaces resist least, below which, as of a wall along itself, they leave it open."""


def align(source: View, target: View, guess: NDArray[np.float64] | None, by_shape: bool = False) -> Step | None:
    """The first motion that holds, of those that features, the `guess` and (`by_shape`) forms begin; None: none does.

    Both views need LEAST_POINTS.
    """
    clouds = cloud_of(source), cloud_of(target)
    matched = by_features(source, target)
    for start in _starts(clouds, matched, guess, by_shape):
        motion = _refined(clouds, start, matched)
        step = None if motion is None else judged(source, target, clouds, motion, matched)
        if step is not None and step.holds:
            return step
    return None


def _starts(
    clouds: tuple[Any, Any], matched: Matched | None, guess: NDArray[np.float64] | None, by_shape: bool
) -> Iterator[NDArray[np.float64]]:
    if matched is not None:
        yield matched.motion
    if guess is not None:
        yield guess
    if by_shape:
        yield _by_shape(*clouds)


def _refined(
    clouds: tuple[Any, Any], start: NDArray[np.float64], matched: Matched | None
) -> NDArray[np.float64] | None:
    """A start moved until the surfaces meet, and the features with them.

    None where features speak against what comes out, or where there are none and the surfaces alone leave it open.
    """
    registration = open3d().pipelines.registration
    motion, pairs = start, np.zeros((0, 2), np.int32)
    for reach in (3 * REACH, REACH):
        plane = registration.TransformationEstimationPointToPlane(registration.TukeyLoss(reach / 2))
        criteria = registration.ICPConvergenceCriteria(max_iteration=20)
        result = registration.registration_icp(*clouds, reach, motion, plane, criteria)
        motion, pairs = np.array(result.transformation), np.asarray(result.correspondence_set)
    if matched is None:
        return motion if firmness(clouds, pairs) > FIRM else None
    slid = not matched.bear_out(motion, REACH)
    motion = settled(clouds, matched, start if slid else motion)
    return motion if matched.bear_out(motion, 2 * REACH) else None


def _by_shape(source: Any, target: Any) -> NDArray[np.float64]:
    """The motion on which forms agree: FPFH (Rusu et al. 2009)."""
    registration = open3d().pipelines.registration

    near = open3d().geometry.KDTreeSearchParamHybrid(radius=5 * CELL, max_nn=100)
    forms = [registration.compute_fpfh_feature(cloud, near) for cloud in (source, target)]
    open3d().utility.random.seed(0)
    return np.array(
        registration.registration_ransac_based_on_feature_matching(
            source,
            target,
            *forms,
            mutual_filter=True,
            max_correspondence_distance=1.5 * CELL,
            estimation_method=registration.TransformationEstimationPointToPoint(),
            ransac_n=3,
            checkers=[registration.CorrespondenceCheckerBasedOnEdgeLength(0.9)],
            criteria=registration.RANSACConvergenceCriteria(50_000, 0.999),
        ).transformation
    )
