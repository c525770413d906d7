"""What kitchens are put together from; x runs along the wall, the wall is at y = 0."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Draw, Material
from geo3d.data_tools.rooms.furniture.making.forms import bar_handle, lattice, spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo3d.data_tools.rooms.model import Shape

    Front = Callable[[Shape, "Field", str], None]
    """Draws what closes a field: a `drawer`, a `door`, or a door of a cabinet that is `hung` on a wall."""

BLACK = Material((24, 24, 26))


@dataclass(frozen=True)
class Field:
    """A rectangle of a cabinet's face."""

    left: float
    right: float
    low: float
    high: float
    face: float
    """y of the face it lies on."""

    @property
    def middle(self) -> tuple[float, float]:
        """Its x and z."""
        return (self.left + self.right) / 2, (self.low + self.high) / 2

    def rows(self, shares: tuple[float, ...]) -> list[Field]:
        """Parts of it from below, by their shares of its height."""
        edges = [self.low + (self.high - self.low) * sum(shares[:i]) / sum(shares) for i in range(len(shares) + 1)]
        return [Field(self.left, self.right, a, b, self.face) for a, b in pairwise(edges)]

    def columns(self, count: int) -> list[Field]:
        """Equal parts of it from the left."""
        parts = spread(count, self.left, self.right)
        return [Field(x - wide / 2, x + wide / 2, self.low, self.high, self.face) for x, wide in parts]


def slab_front(material: Material, metal: Material, handle: str) -> Front:
    """A plain board with a `bar`, a `knob`, a `cup`, or `none`."""

    def front(shape: Shape, field: Field, kind: str) -> None:
        x, z = field.middle
        size = (field.right - field.left - 0.004, 0.018, field.high - field.low - 0.004)
        shape.box((x, field.face - 0.009, z), size, material)
        pull(shape, field, field.face - 0.018, kind, metal, handle)

    return front


def framed_front(material: Material, metal: Material, handle: str, filling: Material | None = None) -> Front:
    """Stiles and rails around a recessed panel, or around a pane."""

    def front(shape: Shape, field: Field, kind: str) -> None:
        x, z = field.middle
        width, height = field.right - field.left - 0.004, field.high - field.low - 0.004
        bar = min(0.065, 0.3 * height)
        shape.box((x, field.face - 0.006, z), (width - bar, 0.012, height - bar), filling or material)
        lattice(shape, (x, field.face - 0.01, z), (width, 0.02, height), bar, material)
        pull(shape, field, field.face - 0.018, kind, metal, handle)

    return front


def grip_front(material: Material, shadow: Material) -> Front:
    """A plain board whose upper edge leaves a dark channel to grip."""

    def front(shape: Shape, field: Field, kind: str) -> None:
        x, z = field.middle
        width, height = field.right - field.left - 0.004, field.high - field.low
        shape.box((x, field.face - 0.009, z - 0.014), (width, 0.018, height - 0.03), material)
        shape.box((x, field.face - 0.002, field.high - 0.014), (width, 0.008, 0.028), shadow)

    return front


def pull(shape: Shape, field: Field, y: float, kind: str, metal: Material, handle: str) -> None:
    """A handle on a front whose surface is at `y`: a drawer's in its middle, a door's near a corner."""
    x, z = field.middle
    if kind != "drawer":
        x, z = field.right - 0.045, field.low + 0.1 if kind == "hung" else field.high - 0.1
    if handle == "bar" and kind == "drawer":
        half = min(0.1, 0.3 * (field.right - field.left))
        bar_handle(shape, (x - half, y, z), (x + half, y, z), metal)
    elif handle == "bar":
        bar_handle(shape, (x, y, z - 0.08), (x, y, z + 0.06), metal)
    elif handle == "knob":
        shape.rod((x, y + 0.004, z), (x, y - 0.022, z), 0.007, metal, 0.015, 6)
    elif handle == "cup":
        shape.cushion((x, y - 0.006, z), (0.09, 0.035, 0.035), metal, 3, detail=3)


def carcass(shape: Shape, field: Field, material: Material, kick: Material, hollow: bool = False) -> None:
    """A cabinet behind a face, on a recessed plinth; a hollow one is open inside, for a sink to hang in."""
    (x, _), width = field.middle, field.right - field.left
    y, shallow = field.face / 2, -field.face
    if field.low > 0.01:
        shape.box((x, y + 0.03, field.low / 2 + 0.002), (width, shallow - 0.06, field.low + 0.004), kick)
    top = field.low + 0.3 if hollow else field.high
    shape.box((x, y, (field.low + top) / 2), (width, shallow, top - field.low), material)
    if hollow:
        shape.box((x, field.face + 0.009, (top + field.high) / 2), (width, 0.018, field.high - top), material)
        shape.box((x, -0.009, (top + field.high) / 2), (width, 0.018, field.high - top), material)
        for side in (field.left + 0.008, field.right - 0.008):
            shape.box((side, y, (top + field.high) / 2), (0.016, shallow, field.high - top), material)


@dataclass(frozen=True)
class Hole:
    """Cut out of a worktop."""

    left: float
    right: float
    front: float
    back: float


def worktop(
    shape: Shape,
    span: tuple[float, float],
    depth: float,
    heights: tuple[float, float],
    material: Material,
    hole: Hole | None,
    busy: tuple[float, float] | None = None,
    label: str = "counter",
) -> None:
    """A slab between two x and two z, with a hole for a sink; its tops are beside that and what is `busy`."""
    (left, right), (low, high) = span, heights
    z, thick = (low + high) / 2, high - low
    if hole is None:
        shape.box(((left + right) / 2, -depth / 2, z), (right - left, depth, thick), material, label=label)
    else:
        for a, b in ((left, hole.left), (hole.right, right)):
            shape.box(((a + b) / 2, -depth / 2, z), (b - a, depth, thick), material, label=label)
        middle, wide = (hole.left + hole.right) / 2, hole.right - hole.left
        for a, b in ((-depth, hole.front), (hole.back, 0.0)):
            if b - a < 0.001:
                continue
            shape.box((middle, (a + b) / 2, z), (wide, b - a, thick), material, label=label)
    sink = None if hole is None else (hole.left - 0.03, hole.right + 0.03)
    taken = sorted(part for part in (sink, busy) if part is not None)
    for a, b in zip([left, *(end for _, end in taken)], [*(start for start, _ in taken), right], strict=True):
        if b - a > 0.12:
            shape.top((a + 0.01, 0.02 - depth), (b - 0.01, -0.03), high, 0.42)


@dataclass(frozen=True)
class Plan:
    """A line of cabinets under one worktop."""

    width: float
    depth: float
    height: float
    """Of the worktop's surface."""
    thick: float
    """Of the worktop."""
    plinth: float
    roles: tuple[str, ...]
    """Of equal fields from the left: `sink`, `stove`, and what else the kitchen has."""

    @property
    def fields(self) -> list[Field]:
        """The faces, in the order of their roles."""
        face = 0.035 - self.depth
        return Field(-self.width / 2, self.width / 2, self.plinth, self.height - self.thick, face).columns(
            len(self.roles)
        )

    def field(self, role: str) -> Field | None:
        """The first that has a role."""
        return self.fields[self.roles.index(role)] if role in self.roles else None


def plan(draw: Draw, width: float, others: tuple[str, ...], thick: float, plinth: float) -> Plan:
    """A sink, a stove away from it where there is room for one, and others."""
    count = max(1, round(width / 0.6))
    roles = [draw.one_of(others) for _ in range(count)]
    sink = draw.whole(0, count - 1)
    roles[sink] = "sink"
    far = [i for i in range(count) if abs(i - sink) >= 2] or [i for i in range(count) if i != sink]
    if far:
        roles[draw.one_of(far)] = "stove"
    return Plan(width, draw.between(0.58, 0.61), draw.between(0.86, 0.94), thick, plinth, tuple(roles))
