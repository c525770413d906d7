"""What registration keeps of a frame: its points with normals, features that are known again, and two small images.

About 0.5 MB a frame, of which only key frames stay. Arrays are numpy's, which OpenCV and Open3D take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.stages.registration.libraries import open3d, opencv

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.scene.frames import Frame

NEAR, FAR = 0.1, 4.0
"""Metres between which depth is used: beyond, a structured-light camera errs by centimetres."""
CELL = 0.05
"""Edge of the cells that a frame's points are averaged in, in metres."""
WIDTH, LOOKED_AT = 240, 640
"""Most pixels that the small images, and the image that features are looked for in, are wide."""
BLUR = 5
"""Pixels of the small images that are averaged in what they look like, since colour and depth may not lie exactly."""
LEAST_POINTS = 150
"""Cells of depth that a view needs."""
REACH = 0.05
"""Metres at which features, and at the end surfaces, still belong together."""
FEATURES, LEADING = 500, 64
"""Most features of a frame, and the strongest of them, by which frames of the same place are found."""


@dataclass(frozen=True, eq=False)
class View:
    """A frame as it is registered, in its camera's space."""

    points: NDArray[np.float32]
    """[point, 3], metres: the mean of each cell of CELL."""
    normals: NDArray[np.float32]
    """[point, 3], unit vectors towards the camera."""
    corners: NDArray[np.float32]
    """[feature, 3], where the features lie, strongest first, metres."""
    descriptors: NDArray[np.float32]
    """[feature, 128], unit vectors: the roots of SIFT's shares (Arandjelovic and Zisserman 2012)."""
    depth: NDArray[np.float32]
    """[height, width], metres, at most WIDTH wide; 0 = none."""
    grey: NDArray[np.uint8]
    """[height, width], of the same pixels, blurred: what the surroundings of each look like."""
    intrinsics: NDArray[np.float64]
    """[3, 3], of these images."""


def view_of(frame: Frame) -> View:
    """Reduce a frame to what is registered."""
    cv2 = opencv()
    colour = frame.colour.numpy()
    depth = frame.depth.numpy()
    depth = np.where((depth > NEAR) & (depth < FAR), depth, np.float32(0))
    of_depth, of_colour = frame.intrinsics.numpy(), frame.colour_intrinsics.numpy()
    shrink = min(1.0, LOOKED_AT / colour.shape[1])
    grey = cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    of_grey = _resized(of_colour, shrink)
    corners, descriptors = _features(grey, of_grey, depth, of_depth)
    points, normals = _surface(depth, of_depth)
    step = -(-depth.shape[1] // WIDTH)
    small = np.ascontiguousarray(depth[step // 2 :: step, step // 2 :: step])
    intrinsics = of_depth.copy()
    intrinsics[:2, 2] -= step // 2
    intrinsics[:2] /= step
    seen = _as_seen_at(grey, of_grey, intrinsics, small.shape)
    return View(points, normals, corners, descriptors, small, cv2.blur(seen, (BLUR, BLUR)), intrinsics)


def cloud_of(view: View) -> Any:
    """The points with their normals, as Open3D's."""
    cloud = open3d().geometry.PointCloud(open3d().utility.Vector3dVector(view.points.astype(np.float64)))
    cloud.normals = open3d().utility.Vector3dVector(view.normals.astype(np.float64))
    return cloud


def _resized(intrinsics: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Intrinsics of an image that was resized by averaging; the first pixel's centre is 0 in both."""
    resized = intrinsics.copy()
    resized[:2, 2] += 0.5
    resized[:2] *= factor
    resized[:2, 2] -= 0.5
    return resized


def _features(
    grey: NDArray[np.uint8], of_grey: NDArray[np.float64], depth: NDArray[np.float32], of_depth: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places and descriptors of the SIFT features that have depth."""
    cv2 = opencv()
    found, described = cv2.SIFT_create(FEATURES).detectAndCompute(grey, None)
    if not found:
        return np.zeros((0, 3), np.float32), np.zeros((0, 128), np.float32)
    order = np.argsort([-feature.response for feature in found], kind="stable")[:FEATURES]
    pixels = np.array([found[i].pt for i in order])
    rays = np.c_[(pixels - of_grey[:2, 2]) / of_grey[[0, 1], [0, 1]], np.ones(len(pixels))]
    column, row = np.rint(rays[:, :2] * of_depth[[0, 1], [0, 1]] + of_depth[:2, 2]).astype(np.int64).T
    inside = (row >= 0) & (row < depth.shape[0]) & (column >= 0) & (column < depth.shape[1])
    far = np.where(inside, depth[row * inside, column * inside], 0)
    shares = described[order] / np.maximum(described[order].sum(axis=1, keepdims=True), 1e-9)
    corners = rays * far[:, None]
    return corners[far > 0].astype(np.float32), np.sqrt(shares)[far > 0].astype(np.float32)


def _surface(
    depth: NDArray[np.float32], intrinsics: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    step = max(1, depth.shape[1] // 320)
    row, column = np.nonzero(depth[::step, ::step])
    far = depth[::step, ::step][row, column].astype(np.float64)
    pixels = step * np.stack([column, row], axis=1)
    points = np.c_[(pixels - intrinsics[:2, 2]) / intrinsics[[0, 1], [0, 1]], np.ones(len(far))] * far[:, None]
    cloud = open3d().geometry.PointCloud(open3d().utility.Vector3dVector(points)).voxel_down_sample(CELL)
    if len(cloud.points):
        cloud.estimate_normals(open3d().geometry.KDTreeSearchParamHybrid(radius=2.5 * CELL, max_nn=30))
        cloud.orient_normals_towards_camera_location()
    return np.asarray(cloud.points, np.float32).reshape(-1, 3), np.asarray(cloud.normals, np.float32).reshape(-1, 3)


def _as_seen_at(grey: Any, of_grey: NDArray[np.float64], intrinsics: NDArray[np.float64], size: tuple[int, ...]) -> Any:
    """A grey image resampled to the pixels of another camera of the same place and orientation."""
    cv2 = opencv()
    shrink = min(1.0, float(intrinsics[0, 0] / of_grey[0, 0]))
    grey = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    onto = (_resized(of_grey, shrink) @ np.linalg.inv(intrinsics))[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(grey, onto, (size[1], size[0]), flags=flags, borderMode=cv2.BORDER_REPLICATE)
