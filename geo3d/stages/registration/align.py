"""How one view lies to another: features or a guess to begin with, then the surfaces, then a check that can say no.

The parts are Open3D's and OpenCV's; ours is the order, and the check.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.stages.registration.libraries import open3d
from geo3d.stages.registration.views import CELL, View, cloud_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_POINTS = 150
"""Cells of depth that a view needs."""
LEAST_MATCHES = 5
"""Features that agree on a motion."""
REACH = 0.05
"""Metres at which features, and at the end surfaces, still belong together."""
FIRM = 0.005
"""Resistance to the motion that surfaces resist least, below which, as of a wall along itself, they leave it open."""
OF_FEATURES, SETTLING = 0.25, 5
"""Weight of a feature beside that of a cell of surface, and how often both are weighed."""
OVERLAP, AGREEING, CONTRADICTING = 0.2, 0.8, 0.08
"""A step's least share of points in view of the other, of those on its surface, and its most in front of that."""
ALIKE, PLAIN = 0.75, 6.0
"""A step's least correlation of greys, and the least deviation of greys, of 255, that can be correlated."""
ALLOWED = 0.02
"""Metres that depths of one surface may differ by, at no distance; twice as many at a metre, and so on."""


@dataclass(frozen=True, eq=False)
class Step:
    """From a view to another."""

    target_from_source: NDArray[np.float64]
    """[4, 4], rigid, metres."""
    information: NDArray[np.float64]
    """[6, 6], what holds it in the target's space: turns about x, y, z, then ways along them."""
    overlap: float
    """Share of the points that the other view looks at, the lower of both ways."""
    agreeing: float
    """Share of those that lie on the other's surface."""
    contradicting: float
    """Share of those that lie in front of it, where the other sees through them: the higher of both ways."""
    likeness: float
    """Correlation of what both look like where they see the same surface; 1 where there is nothing to see."""

    @property
    def holds(self) -> bool:
        """Whether it is to be believed."""
        return (
            self.overlap >= OVERLAP
            and self.agreeing >= AGREEING
            and self.contradicting <= CONTRADICTING
            and self.likeness >= ALIKE
        )


def align(source: View, target: View, guess: NDArray[np.float64] | None, by_shape: bool = False) -> Step | None:
    """The first motion that holds, of those that features, the `guess` and (`by_shape`) forms begin; None: none does.

    Both views need LEAST_POINTS.
    """
    clouds = cloud_of(source), cloud_of(target)
    matched = by_features(source, target)
    for start in _starts(clouds, matched, guess, by_shape):
        motion = _refined(clouds, start, matched)
        step = None if motion is None else _judged(source, target, clouds, motion, matched)
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
        return motion if _firmness(clouds, pairs) > FIRM else None
    slid = not matched.bear_out(motion, REACH)
    motion = _settled(clouds, matched, start if slid else motion)
    return motion if matched.bear_out(motion, 2 * REACH) else None


def _settled(clouds: tuple[Any, Any], matched: Matched, motion: NDArray[np.float64]) -> NDArray[np.float64]:
    """The motion on which surfaces and features agree best: surfaces that can slide leave it to features how far.

    Gauss-Newton with Tukey's weights on distances along normals and between features.
    """
    points, onto, normals = (np.asarray(part) for part in (clouds[0].points, clouds[1].points, clouds[1].normals))
    for _ in range(SETTLING):
        met = open3d().pipelines.registration.evaluate_registration(*clouds, REACH, motion)
        pairs = np.asarray(met.correspondence_set)
        moved, ends = (part @ motion[:3, :3].T + motion[:3, 3] for part in (points[pairs[:, 0]], matched.source))
        facing = normals[pairs[:, 1]]
        rows = np.concatenate([_ways(moved, facing), *(_ways(ends, axis) for axis in np.eye(3))])
        left = np.concatenate([((onto[pairs[:, 1]] - moved) * facing).sum(axis=1), *(matched.target - ends).T])
        of_features = OF_FEATURES * _tukey(matched.apart(motion), 2 * REACH)
        weights = np.concatenate([_tukey(left[: len(pairs)], REACH), *(of_features,) * 3])
        held = rows.T @ (weights[:, None] * rows) + 1e-6 * np.eye(6)
        motion = _small(np.linalg.solve(held, rows.T @ (weights * left))) @ motion
    return motion


def _ways(points: NDArray[np.float64], directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """[point, 6], how far points go in directions for a turn about x, y, z, then for a way along them."""
    return np.c_[np.cross(points, directions), np.broadcast_to(directions, points.shape)]


def _tukey(distances: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    return np.clip(1 - (distances / reach) ** 2, 0, 1) ** 2


def _small(change: NDArray[Any]) -> NDArray[np.float64]:
    """The rigid motion of a turn (axis times angle) and a way."""
    from scipy.spatial.transform import Rotation

    motion = np.eye(4)
    motion[:3, :3], motion[:3, 3] = Rotation.from_rotvec(change[:3]).as_matrix(), change[3:]
    return motion


def _firmness(clouds: tuple[Any, Any], pairs: NDArray[np.int32]) -> float:
    """How much the surfaces resist the motion that they resist least, of 1 in all: 0 where they slide freely."""
    if len(pairs) < LEAST_POINTS:
        return 0.0
    points = np.asarray(clouds[1].points)[pairs[:, 1]]
    points = points - points.mean(axis=0)
    points /= np.sqrt((points**2).sum(axis=1).mean())
    resisted = _ways(points, np.asarray(clouds[1].normals)[pairs[:, 1]])
    return float(np.linalg.eigvalsh(resisted.T @ resisted / len(pairs))[0])


def _judged(
    source: View, target: View, clouds: tuple[Any, Any], motion: NDArray[np.float64], matched: Matched | None
) -> Step:
    there, back = _seen(source.points, target, motion), _seen(target.points, source, np.linalg.inv(motion))
    met = open3d().pipelines.registration.evaluate_registration(*clouds, REACH, motion)
    information = _information(clouds[1], np.asarray(met.correspondence_set), motion, matched)
    overlap, agreeing = (min(pair) for pair in zip(there[:2], back[:2], strict=True))
    return Step(motion, information, overlap, agreeing, max(there[2], back[2]), _likeness(source, target, motion))


def _information(
    target: Any, pairs: NDArray[np.int32], motion: NDArray[np.float64], matched: Matched | None
) -> NDArray[np.float64]:
    """How much the motion is held, about and along axes: by surfaces along their normals, by features in all ways.

    As Choi et al. 2015, equation 10, but that surfaces that can slide do not hold.
    """
    rows = [_ways(np.asarray(target.points)[pairs[:, 1]], np.asarray(target.normals)[pairs[:, 1]])]
    if matched is not None:
        ends = matched.target[matched.apart(motion) < REACH]
        rows += [math.sqrt(OF_FEATURES) * _ways(ends, axis) for axis in np.eye(3)]
    held = np.concatenate(rows)
    return held.T @ held


def _seen(points: NDArray[np.float32], view: View, view_from_points: NDArray[Any]) -> tuple[float, float, float]:
    """Shares of points in another view: where it has depth; of those, on its surface, and in front of it."""
    depth, ahead, _ = _at(points, view, view_from_points)
    measured = depth > 0
    count = max(1, int(measured.sum()))
    behind, allowed = (ahead - depth)[measured], ALLOWED * (1 + depth[measured])
    on = float((np.abs(behind) < allowed).sum()) / count
    return float(measured.mean()), on, float((behind < -2 * allowed).sum()) / count


def _likeness(source: View, target: View, motion: NDArray[np.float64]) -> float:
    """Correlation of what both views look like where they see the same surface; 1 where there is nothing to see."""
    depth, ahead, there = _at(source.points, target, motion)
    same = (depth > 0) & (np.abs(ahead - depth) < ALLOWED * (1 + depth))
    here = _at(source.points, source, np.eye(4))[2]
    shades = np.stack([here[same], there[same]]).astype(np.float64)
    if shades.shape[1] < 2 or min(shades.std(axis=1)) < PLAIN:
        return 1.0
    return float(np.corrcoef(*shades)[0, 1])


def _at(
    points: NDArray[np.float32], view: View, view_from_points: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Of points in a view [point]: its depth there (0 outside of it, or where it has none), theirs, and its grey."""
    moved = points @ view_from_points[:3, :3].T + view_from_points[:3, 3]
    ahead = np.maximum(moved[:, 2], 1e-6)
    column, row = np.rint((moved @ view.intrinsics.T)[:, :2] / ahead[:, None]).clip(-1, 1e6).astype(np.int64).T
    height, width = view.depth.shape
    inside = (moved[:, 2] > 0) & (row >= 0) & (row < height) & (column >= 0) & (column < width)
    row, column = row * inside, column * inside
    return np.where(inside, view.depth[row, column], 0), ahead, view.grey[row, column]
