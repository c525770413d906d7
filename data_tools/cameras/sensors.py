"""What real cameras make of a scene: depth as a structured-light sensor of the first Kinect's kind gives it, colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANGE = 0.3, 6.0
"""Nearest and farthest depth that is measured, in metres."""
FOCAL, BASELINE = 585 / 640, 0.075
"""Focal length in image widths, and metres from the camera to the projector, which is along the camera's x axis."""
DISPARITY_STEP = 1 / 8
"""Pixels between two disparities that are told apart, in an image 640 pixels wide (Khoshelham and Elberink 2012)."""
LATERAL = 0.8
"""Standard deviation of where a pixel looks, in pixels (Nguyen et al. 2012, equation 1 without its small slope)."""
DRAWN = 4096
"""Numbers of a normal distribution that the pixels of one image pick theirs from: to draw each costs twice the time."""
GRAZING = np.cos(np.radians(80)), np.cos(np.radians(75))
"""Cosines of incidence below which nothing returns, and above which that never is the reason."""
DIM = 0.002, 0.01
"""Brightness by cosine by depth^-2 below which nothing returns, and above which that never is the reason."""
JUMP, LOST_AT_JUMP, LOST_ANYWHERE = 0.1, 0.5, 0.004
"""Step in depth that is an edge, as a share of the depth; shares of pixels lost at edges and everywhere."""
LEVELS = 256


def structured_light(
    depth: NDArray[np.float32],
    cosines: NDArray[np.float32],
    brightness: NDArray[np.float32],
    random: np.random.Generator,
    strength: float,
) -> NDArray[np.float32]:
    """Depth [height, width] in metres along z, 0 where there is none, as the sensor measures it.

    `cosines` are of the angles between the rays and the surfaces' normals, `brightness` is in [0, 1]. At a `strength`
    of 0 the sensor is perfect within its range. At 1 the noise along z has the standard deviation of Nguyen et al.
    2012, equation 2, of which the steps of the disparity are a part; what the projector cannot light is lost, and so is
    much of what is grazed, dark, far or at an edge.
    """
    depth = np.asarray(depth, np.float32)
    if strength == 0:
        return _in_range(depth)
    bits = np.frombuffer(random.bytes(6 * depth.size), np.uint16).reshape(3, *depth.shape)
    moved = _shifted(depth, bits[0], random, strength)
    # Nothing measured is far away, so that nothing below divides by it.
    known = moved + np.float32(1e3) * (moved <= 0)
    lost = _chance_of_loss(known, cosines, brightness) * np.float32(min(strength, 1) * 2**16)
    keep = (bits[1] >= lost) & ~_in_shadow(known, strength)
    step = known * known * np.float32(strength * DISPARITY_STEP / 640 / (FOCAL * BASELINE))
    # Rounding to steps has a variance of a twelfth of their square; the rest of the equation's is drawn.
    spread = np.float32(strength) * _axial(known, cosines)
    spread = np.sqrt(np.maximum(spread * spread - step * step * np.float32(1 / 12), 0))
    drawn = random.standard_normal(DRAWN, np.float32)
    measured = known + spread * drawn[bits[2] & np.uint16(DRAWN - 1)]
    return _in_range(_quantised(measured, strength) * keep)


def camera_colour(image: NDArray[np.uint8], random: np.random.Generator, strength: float) -> NDArray[np.uint8]:
    """An image [height, width, 3] with the exposure, tint, blur and noise of a small camera; the same at strength 0."""
    gain = np.exp(strength * random.normal(0, 0.12)) * np.exp(strength * random.normal(0, 0.03, 3))
    blurred = _blurred(image, round(min(strength, 1) * random.uniform(0, 64)))
    values = np.arange(LEVELS)[None, :, None] * gain[:, None, None]
    # Light arrives in grains, so that what is brighter is noisier, on top of the noise of reading it.
    spread = strength * np.sqrt(1.5**2 + 0.05 * values)
    noisy = values + spread * random.standard_normal(LEVELS)
    tables = noisy.clip(0, 255).round().astype(np.uint8).reshape(3, -1)
    grains = np.frombuffer(random.bytes(image.size), np.uint8).reshape(image.shape)
    rows = blurred << 8 | grains
    return np.stack([np.take(tables[i], rows[..., i]) for i in range(3)], axis=2)


def _in_range(depth: NDArray[np.float32]) -> NDArray[np.float32]:
    return depth * ((depth >= RANGE[0]) & (depth <= RANGE[1]))


def _shifted(
    depth: NDArray[np.float32], bits: NDArray[np.uint16], random: np.random.Generator, strength: float
) -> NDArray[np.float32]:
    """Each pixel looks a little beside itself, by one of the shifts that are drawn."""
    height, width = depth.shape
    shifts = np.rint(random.normal(0, LATERAL * strength, (2, DRAWN))).astype(np.int64)
    border = int(np.abs(shifts).max())
    padded = np.pad(depth, border, mode="edge")
    across = width + 2 * border
    offsets = shifts[0] * across + shifts[1]
    at = offsets[bits & np.uint16(DRAWN - 1)]
    at += np.arange(border, border + height)[:, None] * across
    at += np.arange(border, border + width)
    return padded.ravel()[at]


def _axial(depth: NDArray[np.float32], cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """Standard deviation along z in metres (Nguyen et al. 2012, equation 2)."""
    beyond = depth - np.float32(0.4)
    straight: Any = np.float32(0.0012) + np.float32(0.0019) * (beyond * beyond)
    # Past the angle at which nothing returns the equation grows without bounds.
    angle = np.arccos(np.clip(cosines, np.float32(GRAZING[0]), 1))
    ratio = angle / (np.float32(np.pi / 2) - angle)
    return straight + np.float32(0.0001) * ratio * ratio / np.sqrt(depth)


def _chance_of_loss(
    depth: NDArray[np.float32], cosines: NDArray[np.float32], brightness: NDArray[np.float32]
) -> NDArray[np.float32]:
    returned: Any = brightness * cosines / (depth * depth)
    lost = np.maximum(_ramp(cosines, *GRAZING), _ramp(returned, *DIM))
    np.maximum(lost, np.float32(LOST_ANYWHERE), out=lost)
    edges = np.flatnonzero(_edges(depth))
    lost.ravel()[edges] = np.maximum(lost.ravel()[edges], LOST_AT_JUMP)
    return lost


def _edges(depth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The pixels on both sides of a step in depth."""
    limit = np.float32(JUMP) * depth
    edges = np.zeros(depth.shape, bool)
    for before, after in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        jumps = np.abs(depth[after] - depth[before]) > limit[before]
        edges[before] |= jumps
        edges[after] |= jumps
    return edges


def _ramp(values: NDArray[np.float32], none: float, full: float) -> NDArray[np.float32]:
    """1 at `none` and below, 0 at `full` and above."""
    return np.clip((np.float32(full) - values) * np.float32(1 / (full - none)), 0, 1)


def _in_shadow(depth: NDArray[np.float32], strength: float) -> NDArray[np.bool_]:
    """Which pixels the projector, to the right of the camera, cannot light for something nearer on their right."""
    width = depth.shape[1]
    column = np.arange(width, dtype=np.float32) - np.float32(strength * FOCAL * BASELINE * width) / depth
    nearest = np.minimum.accumulate(column[:, ::-1], axis=1)[:, ::-1]
    # Noise alone puts neighbours in another order, by less than this.
    return column > nearest + np.float32(1.5)


def _quantised(depth: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """Depth whose disparity is a whole number of steps."""
    scale: Any = np.float32(FOCAL * BASELINE * 640 / (DISPARITY_STEP * strength))
    return scale / np.maximum(np.rint(scale / np.maximum(depth, np.float32(0.1))), 1)


def _blurred(image: NDArray[np.uint8], share: int) -> NDArray[np.uint16]:
    """Each pixel gives `share` of 256 parts to each of its neighbours, first across, then down."""
    blurred: Any = image.astype(np.uint16)
    for axis in (1, 0):
        padded = np.pad(blurred, [(1, 1) if i == axis else (0, 0) for i in range(3)], mode="edge")
        before, after = (padded[:-2], padded[2:]) if axis == 0 else (padded[:, :-2], padded[:, 2:])
        blurred = (share * (before + after) + (256 - 2 * share) * blurred) >> 8
    return blurred
