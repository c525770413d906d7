"""A piece of furniture: closed solids with materials and labels, in a frame of its own.

x is to its right, y away from its front, z up, in metres; it stands on z = 0 with the middle of its footprint at the
origin. What hangs on a wall has its back at the largest y.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.draw import Material

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Top:
    """A level surface that smaller things may stand on, in the model's frame, in metres."""

    low: tuple[float, float]
    """Smallest x and y."""
    high: tuple[float, float]
    """Largest x and y."""
    height: float
    """z of the surface."""
    room_above: float
    """Height of the free space over it."""


@dataclass(frozen=True)
class Model:
    """What a builder or a library gives."""

    name: str
    """Of its builder or of its entry in a library."""
    vertices: NDArray[np.float64]
    """[vertex, 3], metres."""
    faces: NDArray[np.int32]
    """[face, 3], counter-clockwise from outside; each solid is closed, and solids may overlap."""
    uv: NDArray[np.float32]
    """[face, corner, 2]: where in its material's texture each corner lies; one tile is 1."""
    materials: tuple[Material, ...]
    """What surfaces look like."""
    face_materials: NDArray[np.int32]
    """[face], rows of ``materials``."""
    labels: tuple[str, ...]
    """NYU40 classes; each is an object of its own (a bed and its pillows)."""
    face_labels: NDArray[np.int32]
    """[face], rows of ``labels``."""
    tops: tuple[Top, ...] = ()
    """Where smaller things may stand."""

    @property
    def size(self) -> NDArray[np.float64]:
        """Extent along x, y and z, in metres."""
        return self.vertices.max(axis=0) - self.vertices.min(axis=0)

    def stretched(self, factors: Triple) -> Model:
        """Longer or shorter along its axes by factors above 0; patterns and pictures stretch with it."""
        x, y, z = factors
        tops = [
            Top(
                (top.low[0] * x, top.low[1] * y), (top.high[0] * x, top.high[1] * y), top.height * z, top.room_above * z
            )
            for top in self.tops
        ]
        return replace(self, vertices=self.vertices * factors, tops=tuple(tops))


class Shape:
    """Solids put together one by one; :meth:`finish` makes the model."""

    def __init__(self, name: str, label: str) -> None:
        self.name, self.label = name, label
        self._vertices: list[NDArray[np.float64]] = []
        self._faces: list[NDArray[np.int64]] = []
        self._looks: list[tuple[Material, str]] = []
        self._tops: list[Top] = []

    def box(self, middle: Triple, size: Triple, material: Material, tilt: float = 0.0, label: str = "") -> None:
        """A box about its middle; `tilt` turns it about its own x axis, its top away from the front, in radians."""
        corners = BOX_CORNERS * np.array(size) / 2
        cos, sin = np.cos(tilt), np.sin(tilt)
        y, z = corners[:, 1].copy(), corners[:, 2].copy()
        corners[:, 1], corners[:, 2] = cos * y + sin * z, cos * z - sin * y
        self.solid(corners + middle, BOX_FACES, material, label)

    def rod(
        self,
        start: Triple,
        end: Triple,
        radius: float,
        material: Material,
        end_radius: float | None = None,
        sides: int = 12,
        label: str = "",
    ) -> None:
        """A cylinder between two points, or with `end_radius` a truncated cone."""
        axis = np.subtract(end, start)
        x, y, z = axis = axis / np.linalg.norm(axis)
        side = np.array((-z, 0.0, x) if abs(y) < 0.9 else (0.0, z, -y))
        side /= np.linalg.norm(side)
        u, v, w = side
        up = np.array((y * w - z * v, z * u - x * w, x * v - y * u))
        angles = (np.arange(sides) * 2 * np.pi / sides)[:, None]
        ring = np.cos(angles) * side + np.sin(angles) * up
        wide = radius if end_radius is None else end_radius
        self.loft([start + radius * ring, end + wide * ring], material, label)

    def lathe(
        self,
        middle: Triple,
        profile: Sequence[tuple[float, float]],
        material: Material,
        stretch: tuple[float, float] = (1.0, 1.0),
        sides: int = 20,
        label: str = "",
    ) -> None:
        """A solid of revolution about the vertical through `middle`: (radius, height) from its foot, outside, on.

        The profile may come back down inside, which makes a bowl. `stretch` makes ellipses of its circles.
        """
        angles = np.arange(sides) * 2 * np.pi / sides
        circle = np.stack([np.cos(angles) * stretch[0], np.sin(angles) * stretch[1], np.zeros(sides)], axis=1)
        self.loft([np.add(middle, radius * circle + (0, 0, z)) for radius, z in profile], material, label)

    def prism(
        self, outline: Sequence[tuple[float, float]], low: float, high: float, material: Material, label: str = ""
    ) -> None:
        """A convex outline in x and y, counter-clockwise from above, between two heights."""
        flat = np.array(outline)
        rings = [np.column_stack([flat, np.full(len(flat), z)]) for z in (low, high)]
        self.loft(rings, material, label)

    def cushion(
        self,
        middle: Triple,
        size: Triple,
        material: Material,
        squareness: float = 4.0,
        label: str = "",
        detail: int = 10,
    ) -> None:
        """A superellipsoid about its middle: 2 is an ellipsoid, larger is nearer to a box."""
        half, power = np.array(size) / 2, 2 / squareness
        angles = np.arange(2 * detail) * np.pi / detail
        rings = []
        for rise in np.linspace(-np.pi / 2, np.pi / 2, detail + 1):
            wide = _signed_power(np.cos(rise), power)
            rings.append(
                middle
                + half
                * np.column_stack(
                    [
                        wide * _signed_power(np.cos(angles), power),
                        wide * _signed_power(np.sin(angles), power),
                        np.full(2 * detail, _signed_power(np.sin(rise), power)),
                    ]
                )
            )
        self.loft(rings[1:-1], material, label, (rings[0][0], rings[-1][0]))

    def sheet(
        self,
        line: Sequence[tuple[float, float]],
        thickness: float,
        low: float,
        high: float,
        material: Material,
        label: str = "",
    ) -> None:
        """A curtain: a line in x and y, thick by `thickness`, between two heights."""
        path = np.array(line, dtype=np.float64)
        along = np.gradient(path, axis=0)
        across = np.column_stack([-along[:, 1], along[:, 0]]) / np.linalg.norm(along, axis=1, keepdims=True)
        left, right = path + across * thickness / 2, path - across * thickness / 2
        n = len(path)
        flat = np.concatenate([right, left])
        vertices = np.concatenate([np.column_stack([flat, np.full(2 * n, z)]) for z in (low, high)])
        i = np.arange(n - 1)
        walls = [(i, i + 1, i + 1 + 2 * n, i + 2 * n), (i + 1 + n, i + n, i + 3 * n, i + 1 + 3 * n)]
        lids = [(i, i + n, i + 1 + n, i + 1), (i + 2 * n, i + 1 + 2 * n, i + 1 + 3 * n, i + 3 * n)]
        ends = [([n], [0], [2 * n], [3 * n]), ([n - 1], [2 * n - 1], [4 * n - 1], [3 * n - 1])]
        quads = np.concatenate([np.column_stack([np.asarray(part) for part in quad]) for quad in walls + lids + ends])
        self.solid(vertices, _halved(quads), material, label)

    def loft(
        self,
        rings: Sequence[NDArray],
        material: Material,
        label: str = "",
        tips: tuple[NDArray, NDArray] | None = None,
    ) -> None:
        """Rings of as many points each, counter-clockwise from above, joined from the foot on; both ends are closed."""
        n, count = len(rings[0]), len(rings)
        i, next_ = np.arange(n), (np.arange(n) + 1) % n
        quads = np.concatenate(
            [np.column_stack([i, next_, next_ + n, i + n]) + n * ring for ring in range(count - 1)]
            or [np.zeros((0, 4), int)]
        )
        ends = tips or (np.mean(rings[0], axis=0), np.mean(rings[-1], axis=0))
        first, last = n * count, n * count + 1
        fans = [
            np.column_stack([next_, i, np.full(n, first)]),
            np.column_stack([i + n * (count - 1), next_ + n * (count - 1), np.full(n, last)]),
        ]
        self.solid(np.concatenate([*rings, ends]), np.concatenate([_halved(quads), *fans]), material, label)

    def solid(self, vertices: NDArray, faces: NDArray, material: Material, label: str = "") -> None:
        """Any closed mesh, counter-clockwise from outside."""
        self._vertices.append(np.asarray(vertices, dtype=np.float64))
        self._faces.append(np.asarray(faces))
        self._looks.append((material, label or self.label))

    def top(self, low: tuple[float, float], high: tuple[float, float], height: float, room_above: float = 2.0) -> None:
        """Smaller things may stand here, in the frame the solids are given in."""
        self._tops.append(Top(low, high, height, room_above))

    def finish(self, moved: bool = True) -> Model:
        """The model, moved (unless told otherwise) onto z = 0 with the middle of its footprint at the origin."""
        counts = [len(part) for part in self._faces]
        starts = np.cumsum([0, *(len(part) for part in self._vertices)])
        vertices = np.concatenate(self._vertices)
        faces = np.concatenate([part + start for part, start in zip(self._faces, starts, strict=False)])
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        x, y, z = shift = np.array([*(low + high)[:2] / 2, low[2]]) * moved
        materials = tuple(dict.fromkeys(material for material, _ in self._looks))
        labels = tuple(dict.fromkeys(label for _, label in self._looks))
        face_materials = np.repeat([materials.index(material) for material, _ in self._looks], counts)
        tiles = np.array([material.tile for material in materials])[face_materials]
        return Model(
            name=self.name,
            vertices=vertices - shift,
            faces=faces.astype(np.int32),
            uv=_box_mapped(vertices[faces]) / tiles[:, None, None].astype(np.float32),
            materials=materials,
            face_materials=face_materials.astype(np.int32),
            labels=labels,
            face_labels=np.repeat([labels.index(label) for _, label in self._looks], counts).astype(np.int32),
            tops=tuple(
                Top((t.low[0] - x, t.low[1] - y), (t.high[0] - x, t.high[1] - y), t.height - z, t.room_above)
                for t in self._tops
            ),
        )


BOX_CORNERS = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
BOX_FACES = np.array(
    [
        *((0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5)),
        *((0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6)),
        *((0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3)),
    ]
)
"""Of corners in the order of their x, then y, then z."""


def _halved(quads: NDArray) -> NDArray:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _signed_power(values: NDArray | float, power: float) -> NDArray:
    return np.sign(values) * np.abs(values) ** power


def _box_mapped(corners: NDArray[np.float64]) -> NDArray[np.float32]:
    """Each face seen along the axis that it faces most: [face, corner, 2], in metres."""
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    axes = np.array([[1, 2], [0, 2], [0, 1]])[np.abs(across).argmax(axis=1)]
    return np.take_along_axis(corners, np.repeat(axes[:, None], 3, axis=1), axis=2).astype(np.float32)
