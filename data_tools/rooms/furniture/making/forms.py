"""Forms and materials that several fixtures are made of."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Colour, Draw, Material

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.model import Model, Shape, Triple

SKIES: tuple[Colour, ...] = ((226, 234, 242), (196, 216, 234), (240, 243, 244), (240, 243, 244), (52, 58, 68))
FROSTS: tuple[Colour, ...] = ((216, 222, 222), (196, 205, 206), (228, 230, 228), (150, 158, 160), (92, 98, 100))
GROUNDS: tuple[Colour, ...] = ((58, 74, 48), (84, 92, 70), (96, 90, 84), (120, 112, 102), (44, 52, 48))
"""What is below the sky: trees, fields, houses."""
PRINTS: tuple[tuple[Colour, Colour], ...] = (
    *(((30, 30, 32), (240, 240, 238)), ((66, 48, 36), (236, 222, 198)), ((46, 66, 44), (222, 232, 238))),
    *(((28, 52, 84), (226, 226, 214)), ((86, 46, 40), (240, 204, 150)), ((70, 84, 96), (236, 232, 226))),
)
"""Dark and light of pictures: black on white, sepia, woods, sea, evening, mist."""
QUARTER = np.pi / 2


def add(shape: Shape, part: Model, at: Triple = (0.0, 0.0, 0.0), turn: float = 0.0, tip: float = 0.0) -> None:
    """Put a model's solids, not its tops, into a shape: tipped about x, turned about z, then moved.

    Angles are counter-clockwise in radians: tipped by a quarter turn, what lay face up faces the front.
    """
    cos, sin = np.cos(tip), np.sin(tip)
    tipped = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    cos, sin = np.cos(turn), np.sin(turn)
    vertices = part.vertices @ (np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]) @ tipped).T + at
    for look, material in enumerate(part.materials):
        for row, label in enumerate(part.labels):
            faces = part.faces[(part.face_materials == look) & (part.face_labels == row)]
            used, rows = np.unique(faces, return_inverse=True)
            if len(faces):
                shape.solid(vertices[used], rows.reshape(-1, 3), material, label)


def tube(
    shape: Shape, points: Sequence[Triple], radius: float, material: Material, label: str = "", sides: int = 8
) -> None:
    """Rods one after the other."""
    for start, end in pairwise(points):
        shape.rod(start, end, radius, material, sides=sides, label=label)


def bow(start: Triple, end: Triple, bulge: Triple, steps: int = 6) -> list[Triple]:
    """Points of half an ellipse from one point to another, at its middle away from their line by `bulge`."""
    middle, half = np.add(start, end) / 2, np.subtract(end, start) / 2
    angles = np.linspace(-QUARTER, QUARTER, steps + 1)
    return [tuple(middle + np.sin(a) * half + np.cos(a) * np.array(bulge)) for a in angles]


def oval(
    width: float, depth: float, middle: tuple[float, float] = (0.0, 0.0), squareness: float = 2.0, count: int = 24
) -> NDArray[np.float64]:
    """A superellipse [count, 2], counter-clockwise: 2 is an ellipse, larger is nearer to a rectangle."""
    angles = np.arange(count) * 2 * np.pi / count
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    return np.sign(circle) * np.abs(circle) ** (2 / squareness) * (width / 2, depth / 2) + middle


def stack(
    shape: Shape,
    profile: Sequence[tuple[float, float, float, float]],
    material: Material,
    squareness: float = 2.0,
    x: float = 0.0,
    count: int = 24,
    label: str = "",
) -> None:
    """Ovals of (width, depth, y, height) joined from the foot on, outside; back down inside makes a vessel."""
    shape.loft(_ovals(profile, squareness, x, count), material, label)


def hoop(
    shape: Shape,
    profile: Sequence[tuple[float, float, float, float]],
    material: Material,
    squareness: float = 2.0,
    x: float = 0.0,
    count: int = 24,
    label: str = "",
) -> None:
    """A ring with a hole: ovals as for :func:`stack`, up outside and down inside, the last joined to the first."""
    rings = np.stack(_ovals(profile, squareness, x, count))
    rows = np.arange(rings.shape[0] * count).reshape(-1, count)
    above, after = np.roll(rows, -1, axis=0), np.roll(rows, -1, axis=1)
    halves = [(rows, after, np.roll(above, -1, axis=1)), (rows, np.roll(above, -1, axis=1), above)]
    faces = np.concatenate([np.stack(half, axis=2).reshape(-1, 3) for half in halves])
    shape.solid(rings.reshape(-1, 3), faces, material, label)


def basin(
    shape: Shape,
    middle: tuple[float, float],
    size: Triple,
    top: float,
    material: Material,
    squareness: float = 8.0,
    wall: float = 0.02,
    label: str = "",
) -> None:
    """An open vessel of a width, a depth and a height that reaches up to `top`, narrower at its foot."""
    (x, y), (width, depth, height) = middle, size
    profile = [
        (0.86 * width, 0.86 * depth, y, top - height),
        (width, depth, y, top),
        (width - 2 * wall, depth - 2 * wall, y, top),
        (0.84 * width - 2 * wall, 0.84 * depth - 2 * wall, y, top - height + wall),
    ]
    stack(shape, profile, material, squareness, x, label=label)


def lattice(
    shape: Shape,
    middle: Triple,
    size: Triple,
    bar: float,
    material: Material,
    columns: int = 1,
    rows: int = 1,
    thin: float | None = None,
    label: str = "",
) -> None:
    """An upright frame of bars in x and z about its middle, parted by bars (`thin` wide) into columns and rows."""
    (x, y, z), (width, depth, height) = middle, size
    for side in (-1, 1):
        shape.box((x + side * (width - bar) / 2, y, z), (bar, depth, height), material, label=label)
        shape.box((x, y, z + side * (height - bar) / 2), (width - bar, depth, bar), material, label=label)
    inner, thickness = thin or bar, 0.9 * depth
    for i in range(1, columns):
        at = x + (width - bar) * (i / columns - 0.5)
        shape.box((at, y, z), (inner, thickness, height - bar), material, label=label)
    for i in range(1, rows):
        at = z + (height - bar) * (i / rows - 0.5)
        shape.box((x, y, at), (width - bar, thickness, inner), material, label=label)


def bar_handle(
    shape: Shape, start: Triple, end: Triple, material: Material, out: float = 0.03, label: str = ""
) -> None:
    """A bar in front of a door, on two posts that reach into it."""
    front = [(x, y - out, z) for x, y, z in (start, end)]
    shape.rod(front[0], front[1], 0.006, material, sides=6, label=label)
    for share in (0.12, 0.88):
        foot, head = (tuple(np.add(a, share * np.subtract(b, a))) for a, b in ((start, end), front))
        shape.rod((foot[0], foot[1] + 0.008, foot[2]), head, 0.005, material, sides=4, label=label)


def spread(count: int, low: float, high: float) -> list[tuple[float, float]]:
    """As many equal parts of a length: the middle and the extent of each."""
    extent = (high - low) / count
    return [(low + (i + 0.5) * extent, extent) for i in range(count)]


def glass(draw: Draw) -> Material:
    """A frosted pane, or one before something dim."""
    return Material(draw.shade(draw.one_of(FROSTS), 0.06))


def view(draw: Draw) -> Material:
    """A window's pane: the sky, the night or what lies outside."""
    colour = draw.shade(draw.one_of(SKIES), 0.05)
    if draw.chance(0.4):
        return Material(draw.shade(draw.one_of(GROUNDS), 0.2), colour, "photo", draw.between(1.6, 2.4))
    return Material(colour)


def photo(draw: Draw, tile: float) -> Material:
    """A picture-like image that repeats after `tile` metres, from the shape's origin on."""
    if draw.chance(0.35):
        return Material(draw.colour((0.1, 0.9), (0.1, 0.6)), draw.colour((0.05, 0.7), (0.7, 0.98)), "photo", tile)
    dark, light = draw.one_of(PRINTS)
    return Material(draw.shade(dark, 0.3), draw.shade(light, 0.08), "photo", tile)


def plastic(draw: Draw) -> Material:
    """One strong or grey colour."""
    return Material(draw.colour((0.3, 0.95), (0.25, 0.95))) if draw.chance(0.5) else draw.metal()


def stone(draw: Draw) -> Material:
    """Marble, speckled granite or plain."""
    colour = draw.shade(draw.one_of(((235, 232, 226), (190, 185, 178), (70, 70, 72), (150, 130, 110))))
    pattern = draw.one_of(("marble", "speckles", "plain"))
    return Material(colour, draw.shade(colour, 0.3), pattern, draw.between(0.3, 0.9))


def tiles(draw: Draw) -> Material:
    """Ceramic tiles with joints."""
    colour = draw.shade((235, 235, 230)) if draw.chance(0.5) else draw.colour((0.1, 0.5), (0.5, 0.9))
    return Material(colour, (200, 198, 192), "tiles", draw.between(0.1, 0.3))


def leaves(draw: Draw) -> Material:
    """A green."""
    return Material(draw.shade(draw.one_of(((46, 92, 44), (70, 120, 58), (100, 140, 70), (60, 100, 80))), 0.15))


def _ovals(
    profile: Sequence[tuple[float, float, float, float]], squareness: float, x: float, count: int
) -> list[NDArray[np.float64]]:
    return [
        np.column_stack([oval(width, depth, (x, y), squareness, count), np.full(count, z)])
        for width, depth, y, z in profile
    ]
