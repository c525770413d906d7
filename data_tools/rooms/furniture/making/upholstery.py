"""What is soft: padding, cushions, quilts, and what they are covered with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import GREYS, WOODS, Draw, Material
from geo3d.data_tools.rooms.furniture.making.parts import place, rotation, shell
from geo3d.data_tools.rooms.model import Shape, Triple

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEATHERS = ((52, 38, 32), (96, 56, 36), (30, 30, 32), (140, 94, 62), (225, 218, 205), (110, 30, 32))


def leather(draw: Draw) -> Material:
    """Brown, black, cream or oxblood."""
    return Material(draw.shade(draw.one_of(LEATHERS)))


def covering(draw: Draw) -> Material:
    """Cloth or leather."""
    return leather(draw) if draw.chance(0.25) else draw.cloth()


def linen(draw: Draw) -> Material:
    """What sheets are made of: white or nearly, or any cloth."""
    if draw.chance(0.5):
        return draw.cloth()
    colour = draw.colour((0.0, 0.15), (0.82, 0.98))
    return Material(colour, draw.shade(colour, 0.12), draw.one_of(("plain", "stripes", "checks", "dots")), 0.2)


def plastic(draw: Draw) -> Material:
    """Bright, or grey."""
    return Material(draw.colour((0.4, 0.9), (0.35, 0.95)) if draw.chance(0.45) else draw.shade(draw.one_of(GREYS)))


def rattan(draw: Draw) -> Material:
    """Cane, rush or willow."""
    colour = draw.shade(draw.one_of(WOODS[:1] + WOODS[2:3] + WOODS[4:]), 0.15)
    return Material(colour, draw.shade(colour, 0.35), "woven", draw.between(0.02, 0.06))


def padded(
    shape: Shape,
    middle: Triple,
    size: Triple,
    material: Material,
    radius: float = 0.04,
    tilt: float = 0.0,
    crown: float = 0.0,
    label: str = "",
    turn: float = 0.0,
) -> None:
    """A box whose edges are rounded by `radius`; `crown` raises the middle of its upper side."""
    half = np.array(size) / 2
    radius = min(radius, 0.95 * float(half.min()))
    rings = []
    for angle in np.linspace(0, np.pi / 2, 3):
        outline = _round_corners(half[:2] - radius * (1 - np.sin(angle)), radius * np.sin(angle) + 1e-3)
        rings.append((outline, half[2] - radius * (1 - np.cos(angle))))
    levels = [(outline, -z) for outline, z in rings] + [(outline, z) for outline, z in rings[::-1]]
    rotated = rotation(turn, tilt)
    solid = [np.column_stack([outline, np.full(len(outline), z)]) @ rotated.T + middle for outline, z in levels]
    tips = (rotated @ (0, 0, -half[2]) + middle, rotated @ (0, 0, half[2] + crown) + middle)
    shape.loft(solid, material, label, tips)


def _round_corners(half: NDArray, radius: float) -> NDArray:
    """[12, 2]: a rectangle with corners of three points, counter-clockwise."""
    angles = np.linspace(0, np.pi / 2, 3)
    corners = []
    for quarter, (x, y) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        arc = np.column_stack([np.cos(angles + quarter * np.pi / 2), np.sin(angles + quarter * np.pi / 2)])
        corners.append((half - radius) * (x, y) + radius * arc)
    return np.concatenate(corners)


def pillow(
    shape: Shape, middle: Triple, size: Triple, material: Material, tilt: float = 0.0, turn: float = 0.0
) -> None:
    """A loose cushion, an object of its own; `size` before it is tilted and turned."""
    part = Shape("", "pillow")
    part.cushion((0, 0, 0), size, material, squareness=3.5, detail=8)
    place(shape, part, rotation(turn, tilt), middle)


def quilt(
    shape: Shape,
    draw: Draw,
    low: tuple[float, float],
    high: tuple[float, float],
    top: float,
    drop: float,
    material: Material,
    thickness: float = 0.03,
) -> None:
    """A cover that lies on `top` between two corners, hangs down on the left and the right, and is wrinkled."""
    half, middle = (high[0] - low[0]) / 2, (high[0] + low[0]) / 2
    fold = min(0.05, drop / 2)
    flat = np.linspace(-half + fold, half - fold, 11)
    line = [(-half, -drop), (-half, -fold), *((x, 0.0) for x in flat), (half, -fold), (half, -drop)]
    along = np.linspace(low[1], high[1], 11)
    grid = np.empty((len(along), len(line), 3))
    grid[..., 0], grid[..., 1] = [x + middle for x, _ in line], along[:, None]
    grid[..., 2] = top + thickness / 2 + np.array([z for _, z in line])
    waves = sum(
        np.sin(draw.between(2, 9) * grid[..., 0] + draw.between(2, 9) * grid[..., 1] + draw.between(0, 6))
        for _ in range(4)
    )
    grid[:, 2:-2, 2] += draw.between(0.004, 0.01) * (waves - np.min(waves))[:, 2:-2] / 2 - 0.003
    shell(shape, grid, thickness, material)
