"""How one view lies to another: features or a guess to begin with, then the surfaces, then a check that can say no.

The parts are Open3D's and OpenCV's; ours is the order, and the check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.stages.registration.libraries import open3d
from geo3d.stages.registration.views import CELL, FAR, View, cloud_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_POINTS = 150
"""Cells of depth that a view needs."""
LEAST_MATCHES = 5
"""Features that agree on a motion."""
REACH = 0.05
"""Metres at which features, and at the end surfaces, still belong together."""
LOOSE, FIRM = 0.003, 0.02
"""Resistance to the motion that surfaces resist least: of less, as of a wall along itself, they do not fix it even
beside features; of more, they do without."""
OVERLAP, AGREEING, CONTRADICTING = 0.2, 0.8, 0.08
"""A step's least share of points in view of the other, of those on its surface, and its most in front of that."""


@dataclass(frozen=True, eq=False)
class Step:
    """From a view to another."""

    target_from_source: NDArray[np.float64]
    """[4, 4], rigid, metres."""
    information: NDArray[np.float64]
    """[6, 6], as Open3D's graphs weigh it."""
    overlap: float
    """Share of the points that the other view looks at, the lower of both ways."""
    agreeing: float
    """Share of those that lie on the other's surface."""
    contradicting: float
    """Share of those that lie in front of it, where the other sees through them: the higher of both ways."""

    @property
    def holds(self) -> bool:
        """Whether it is to be believed."""
        return self.overlap >= OVERLAP and self.agreeing >= AGREEING and self.contradicting <= CONTRADICTING


def align(source: View, target: View, guess: NDArray[np.float64] | None, by_shape: bool = False) -> Step | None:
    """The first motion that holds, of those that features, the `guess` and (`by_shape`) forms begin; None: none does.

    Both views need LEAST_POINTS.
    """
    clouds = cloud_of(source), cloud_of(target)
    matched = by_features(source, target)
    for start in _starts(clouds, matched, guess, by_shape):
        motion = _refined(source, target, clouds, start, matched)
        step = None if motion is None else _judged(source, target, clouds, motion)
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


@dataclass(frozen=True, eq=False)
class Matched:
    """Features of two views, and what they say of the motion between."""

    source: NDArray[np.float64]
    """[pair, 3]"""
    target: NDArray[np.float64]
    """[pair, 3]"""
    motion: NDArray[np.float64]
    """[4, 4], on which most agree."""
    agreeing: int
    """How many."""

    def bear_out(self, motion: NDArray[np.float64]) -> bool:
        """Whether at least half as many, and LEAST_MATCHES, agree on another motion, half as exactly."""
        return _agreeing(self.source, self.target, motion, 2 * REACH) >= max(LEAST_MATCHES, self.agreeing / 2)


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
    agreeing = _agreeing(*ends, motion, REACH)
    return Matched(*ends, motion, agreeing) if agreeing >= LEAST_MATCHES else None


def _agreeing(
    source: NDArray[np.float64], target: NDArray[np.float64], motion: NDArray[np.float64], reach: float
) -> int:
    moved = source @ motion[:3, :3].T + motion[:3, 3]
    return int((np.linalg.norm(moved - target, axis=1) < reach).sum())


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


def _refined(
    source: View, target: View, clouds: tuple[Any, Any], start: NDArray[np.float64], matched: Matched | None
) -> NDArray[np.float64] | None:
    """A start moved until the surfaces meet; where they can slide along each other, until the images do, too.

    None where features speak against what comes out, or there are none and the surfaces alone leave it open.
    """
    registration = open3d().pipelines.registration
    motion, pairs = start, np.zeros((0, 2), np.int32)
    for reach in (3 * REACH, REACH):
        plane = registration.TransformationEstimationPointToPlane(registration.TukeyLoss(reach / 2))
        criteria = registration.ICPConvergenceCriteria(max_iteration=20)
        result = registration.registration_icp(*clouds, reach, motion, plane, criteria)
        motion, pairs = np.array(result.transformation), np.asarray(result.correspondence_set)
    firmness = _firmness(clouds, pairs)
    if matched is None:
        return motion if firmness > FIRM else None
    if firmness > LOOSE and matched.bear_out(motion):
        return motion
    images = by_images(source, target, start)
    return images if images is not None and matched.bear_out(images) else None


def _firmness(clouds: tuple[Any, Any], pairs: NDArray[np.int32]) -> float:
    """How much the surfaces resist the motion that they resist least, of 1 in all: 0 where they slide freely."""
    if len(pairs) < LEAST_POINTS:
        return 0.0
    normals = np.asarray(clouds[1].normals)[pairs[:, 1]]
    points = np.asarray(clouds[1].points)[pairs[:, 1]]
    points = points - points.mean(axis=0)
    points /= np.sqrt((points**2).sum(axis=1).mean())
    resisted = np.c_[np.cross(points, normals), normals]
    return float(np.linalg.eigvalsh(resisted.T @ resisted / len(pairs))[0])


def by_images(source: View, target: View, start: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Dense odometry on colour and depth (Park et al. 2017); None where it finds no way."""
    odometry = open3d().t.pipelines.odometry

    steps = [odometry.OdometryConvergenceCriteria(count) for count in (10, 10, 5)]
    try:
        found = odometry.rgbd_odometry_multi_scale(
            _as_images(source),
            _as_images(target),
            open3d().core.Tensor(target.intrinsics),
            open3d().core.Tensor(start),
            1.0,
            FAR,
            steps,
            odometry.Method.Hybrid,
        )
    except RuntimeError:  # its equations have no one solution
        return None
    motion = found.transformation.numpy()
    return motion if np.isfinite(motion).all() else None


def _as_images(view: View) -> Any:
    grey = np.repeat(view.grey[..., None].astype(np.float32) / 255, 3, axis=2)
    image, tensor = open3d().t.geometry.Image, open3d().core.Tensor
    return open3d().t.geometry.RGBDImage(image(tensor(grey)), image(tensor(view.depth[..., None].copy())))


def _judged(source: View, target: View, clouds: tuple[Any, Any], motion: NDArray[np.float64]) -> Step:
    registration = open3d().pipelines.registration

    there, back = _seen(source.points, target, motion), _seen(target.points, source, np.linalg.inv(motion))
    information = registration.get_information_matrix_from_point_clouds(*clouds, REACH, motion)
    return Step(
        motion,
        np.array(information),
        min(there[0], back[0]),
        min(there[1], back[1]),
        max(there[2], back[2]),
    )


def _seen(
    points: NDArray[np.float32], view: View, view_from_points: NDArray[np.floating]
) -> tuple[float, float, float]:
    """Shares of points in another view: where it has depth; of those, on its surface, and in front of it."""
    moved = points @ view_from_points[:3, :3].T + view_from_points[:3, 3]
    ahead = np.maximum(moved[:, 2], 1e-6)
    column, row = np.rint((moved @ view.intrinsics.T)[:, :2] / ahead[:, None]).clip(-1, 1e6).astype(np.int64).T
    height, width = view.depth.shape
    inside = (moved[:, 2] > 0) & (row >= 0) & (row < height) & (column >= 0) & (column < width)
    depth = np.where(inside, view.depth[row * inside, column * inside], 0)
    measured = depth > 0
    count = max(1, int(measured.sum()))
    behind = (moved[:, 2] - depth)[measured]
    allowed = 0.02 + 0.02 * depth[measured]
    on = float((np.abs(behind) < allowed).sum()) / count
    return float(measured.mean()), on, float((behind < -2 * allowed).sum()) / count
