"""What furniture is bent, turned and cut from: tubes, shells, boards sawn to an outline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.model import Model, Shape, Triple

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.draw import Material

Line = Sequence[tuple[float, float]]
FROM_THE_SIDE = np.array([(0.0, 0, 1), (1, 0, 0), (0, 1, 0)])
"""Turns what is drawn in x and y, and reaches along z, to what is drawn in y and z and reaches along x."""
FROM_THE_FRONT = np.array([(1.0, 0, 0), (0, 0, -1), (0, 1, 0)])
"""Turns it to what is drawn in x and z and reaches along -y."""


MIRRORED = np.diag((-1.0, 1.0, 1.0))
"""Left becomes right."""


def rotation(turn: float = 0.0, tilt: float = 0.0) -> NDArray[np.float64]:
    """First `tilt` about x, the top away from the front, then `turn` about z, counter-clockwise from above."""
    cos, sin = np.cos(tilt), np.sin(tilt)
    tilted = np.array([(1, 0, 0), (0, cos, sin), (0, -sin, cos)])
    cos, sin = np.cos(turn), np.sin(turn)
    return np.array([(cos, -sin, 0), (sin, cos, 0), (0, 0, 1)]) @ tilted


def place(shape: Shape, part: Shape, rotated: NDArray[np.float64], at: Triple = (0.0, 0.0, 0.0)) -> None:
    """Add the solids of a part, rotated (or reflected) about its origin and moved there."""
    model = part.finish(moved=False)
    for faces, material, label in _alike(model):
        used, renumbered = np.unique(faces if np.linalg.det(rotated) > 0 else faces[:, ::-1], return_inverse=True)
        shape.solid(model.vertices[used] @ rotated.T + at, renumbered.reshape(-1, 3), material, label)


def _alike(model: Model) -> list[tuple[NDArray[np.int32], Material, str]]:
    looks = list(zip(model.face_materials.tolist(), model.face_labels.tolist(), strict=True))
    return [
        (model.faces[[look == each for look in looks]], model.materials[each[0]], model.labels[each[1]])
        for each in dict.fromkeys(looks)
    ]


def side_board(shape: Shape, outline: Line, low: float, high: float, material: Material, label: str = "") -> None:
    """A convex outline in y and z, counter-clockwise seen from the right, between two x."""
    shape.loft([_at(outline, x) @ FROM_THE_SIDE.T for x in (low, high)], material, label)


def front_board(shape: Shape, outline: Line, low: float, high: float, material: Material, label: str = "") -> None:
    """A convex outline in x and z, counter-clockwise seen from the front, between two y."""
    shape.loft([_at(outline, -y) @ FROM_THE_FRONT.T for y in (high, low)], material, label)


def _at(outline: Line, height: float) -> NDArray[np.float64]:
    """The outline as points in space."""
    return np.column_stack([np.array(outline), np.full(len(outline), height)])


def side_strip(
    shape: Shape, line: Line, thickness: float, low: float, high: float, material: Material, label: str = ""
) -> None:
    """A bent board: a line in y and z, thick by `thickness`, between two x."""
    part = Shape("", shape.label)
    part.sheet(line, thickness, low, high, material, label)
    place(shape, part, FROM_THE_SIDE)


def smooth(line: Sequence[Sequence[float]], times: int = 2) -> NDArray[np.float64]:
    """The line with its corners cut at quarters again and again (Chaikin 1974); its ends stay."""
    points = np.array(line, dtype=np.float64)
    for _ in range(times):
        cuts = np.stack([0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]], axis=1)
        points = np.concatenate([points[:1], cuts.reshape(-1, points.shape[1])[1:-1], points[-1:]])
    return points


def tube(
    shape: Shape,
    points: Sequence[Sequence[float]] | NDArray,
    radius: float,
    material: Material,
    sides: int = 8,
    bend: float = 0.05,
    label: str = "",
) -> None:
    """A round tube along points [point, 3], bent from `bend` before each corner on; the ends may meet in a hoop."""
    path = _bent(np.array(points, dtype=np.float64), bend) if bend else np.array(points, dtype=np.float64)
    steps = np.diff(path, axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    along = np.concatenate([steps[:1], steps[:-1] + steps[1:], steps[-1:]])
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along[0], (0.0, 1.0, 0.0) if abs(along[0, 1]) < 0.9 else (1.0, 0.0, 0.0))
    angles = np.arange(sides) * 2 * np.pi / sides
    rings = []
    for middle, axis in zip(path, along, strict=True):
        side = side - (side @ axis) * axis
        side /= np.linalg.norm(side)
        ring = np.outer(np.cos(angles), side) + np.outer(np.sin(angles), np.cross(axis, side))
        rings.append(middle + radius * ring)
    shape.loft(rings, material, label)


def _bent(path: NDArray[np.float64], bend: float) -> NDArray[np.float64]:
    """Corners become parabolas of four points."""
    points = [path[0]]
    for before, corner, after in zip(path, path[1:], path[2:], strict=False):
        start, end = (
            corner + (other - corner) * min(bend / np.linalg.norm(other - corner), 0.45) for other in (before, after)
        )
        for t in (0.0, 1 / 3, 2 / 3, 1.0):
            points.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
    return np.array([*points, path[-1]])


def hoop(shape: Shape, middle: Triple, radius: float, thick: float, material: Material, sides: int = 24) -> None:
    """A level ring of round tube."""
    angles = np.linspace(0, 2 * np.pi, sides + 1)
    circle = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(sides + 1)])
    tube(shape, middle + radius * circle, thick, material, sides=6, bend=0)


def shell(shape: Shape, grid: NDArray, thickness: float, material: Material, label: str = "") -> None:
    """A thin solid about a grid of points [row, column, 3]."""
    across = np.cross(np.gradient(grid, axis=0), np.gradient(grid, axis=1))
    across *= thickness / 2 / np.linalg.norm(across, axis=2, keepdims=True)
    vertices = np.concatenate([(grid + across).reshape(-1, 3), (grid - across).reshape(-1, 3)])
    shape.solid(vertices, _between(grid.shape), material, label)


def mound(shape: Shape, grid: NDArray, floor: float, material: Material, label: str = "") -> None:
    """A solid between points [row, column, 3] above `floor` and that level; rows follow x, columns y."""
    lower = grid.copy()
    lower[..., 2] = floor
    shape.solid(np.concatenate([grid.reshape(-1, 3), lower.reshape(-1, 3)]), _between(grid.shape), material, label)


def _between(grid: tuple[int, ...]) -> NDArray[np.int64]:
    """Faces around two grids [row, column], of which row to column turns counter-clockwise on the first."""
    n, number = grid[0] * grid[1], np.arange(grid[0] * grid[1]).reshape(grid[:2])
    quads = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], axis=2).reshape(-1, 4)
    rim = np.concatenate([number[:, 0], number[-1, 1:], number[-2::-1, -1], number[0, -2:0:-1]])
    after = np.roll(rim, -1)
    quads = np.concatenate([quads, quads[:, ::-1] + n, np.column_stack([after, rim, rim + n, after + n])])
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def bucket(
    shape: Shape,
    profile: Line,
    widths: Sequence[float],
    curl: float,
    thickness: float,
    material: Material,
    columns: int = 9,
) -> None:
    """A moulded seat: a profile in y and z from its front edge to its head, as wide there as given.

    Its sides rise by `curl` towards who sits in it, but not at its front edge.
    """
    line = smooth(np.column_stack([np.array(profile), widths]).tolist())
    along = np.gradient(line[:, :2], axis=0)
    inward = np.column_stack([-along[:, 1], along[:, 0]]) / np.linalg.norm(along, axis=1, keepdims=True)
    across = np.linspace(-1, 1, columns)
    rise = curl * np.abs(across) ** 3 * np.linspace(0, 3, len(line)).clip(0, 1)[:, None]
    grid = np.empty((len(line), columns, 3))
    grid[..., 0] = line[:, 2:] / 2 * across
    grid[..., 1:] = line[:, None, :2] + inward[:, None] * rise[..., None]
    shell(shape, grid, thickness, material)


def rounded(wide: float, deep: float, squareness: float = 2.0, sides: int = 32) -> list[tuple[float, float]]:
    """A superellipse: 2 is an ellipse, larger is nearer to a rectangle."""
    angles = np.arange(sides) * 2 * np.pi / sides
    cos, sin, power = np.cos(angles), np.sin(angles), 2 / squareness
    x = np.sign(cos) * np.abs(cos) ** power * wide / 2
    y = np.sign(sin) * np.abs(sin) ** power * deep / 2
    return list(zip(x.tolist(), y.tolist(), strict=True))


def rectangle(low: tuple[float, float], high: tuple[float, float], lean: float = 0.0) -> list[tuple[float, float]]:
    """Its corners, counter-clockwise; `lean` turns it clockwise about its low corner, in radians."""
    (x, z), (wide, high_) = low, np.subtract(high, low)
    cos, sin = np.cos(lean), np.sin(lean)
    return [(x + cos * a + sin * b, z + cos * b - sin * a) for a, b in ((0, 0), (wide, 0), (wide, high_), (0, high_))]
