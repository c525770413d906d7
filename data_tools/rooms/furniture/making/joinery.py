"""What cabinets and tables are joined from: legs, carcasses, drawer fronts, doors, handles."""

from __future__ import annotations

from dataclasses import dataclass

from geo3d.data_tools.rooms.draw import Draw, Material
from geo3d.data_tools.rooms.model import Shape, Triple

BOARD = 0.018
"""Thickness of a board, in metres."""
GAP = 0.002
"""Between a front and its neighbour."""
GRIPS = ("knob", "bar", "cup", "none")


@dataclass(frozen=True)
class Trim:
    """How all fronts of one piece look."""

    material: Material
    metal: Material
    grip: str
    """One of :data:`GRIPS`."""
    framed: bool
    """A thin panel in a frame, not one board."""


def trim(draw: Draw, material: Material, framed: float = 0.3) -> Trim:
    """Any handle; fronts are framed this often."""
    return Trim(material, draw.metal(), draw.one_of(GRIPS), draw.chance(framed))


def legs(
    shape: Shape,
    size: tuple[float, float],
    height: float,
    thick: float,
    material: Material,
    splay: float = 0.0,
    foot: float = 1.0,
    square: bool = False,
    middle: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Four legs in the corners of a rectangle; they stand out by `splay` and taper to a share `foot`."""
    for x in (-1, 1):
        for y in (-1, 1):
            at = (middle[0] + x * (size[0] - thick) / 2, middle[1] + y * (size[1] - thick) / 2)
            if square:
                shape.box((*at, height / 2), (thick, thick, height), material)
            else:
                start = (at[0] + x * splay, at[1] + y * splay, 0.0)
                shape.rod(start, (*at, height), thick / 2 * foot, material, end_radius=thick / 2, sides=10)


def apron(
    shape: Shape, size: tuple[float, float], top: float, deep: float, material: Material, thick: float = 0.02
) -> None:
    """Four boards on edge along the sides of a rectangle, below `top`."""
    wide, long = size
    for side in (-1, 1):
        shape.box((0, side * (long - thick) / 2, top - deep / 2), (wide, thick, deep), material)
        shape.box((side * (wide - thick) / 2, 0, top - deep / 2), (thick, long, deep), material)


def block(shape: Shape, low: Triple, high: Triple, material: Material, label: str = "") -> None:
    """A box between two corners."""
    x, y, z = ((a + b) / 2 for a, b in zip(low, high, strict=True))
    wide, deep, tall = (b - a for a, b in zip(low, high, strict=True))
    shape.box((x, y, z), (wide, deep, tall), material, label=label)


def carcass(
    shape: Shape, low: Triple, high: Triple, material: Material, board: float = BOARD, back: Material | None = None
) -> None:
    """A case between two corners that is open to the front; its boards are `board` thick."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    block(shape, (x0, y0, z0), (x0 + board, y1, z1), material)
    block(shape, (x1 - board, y0, z0), (x1, y1, z1), material)
    block(shape, (x0 + board, y0, z0), (x1 - board, y1, z0 + board), material)
    block(shape, (x0 + board, y0, z1 - board), (x1 - board, y1, z1), material)
    block(shape, (x0 + board, y1 - 0.008, z0 + board), (x1 - board, y1, z1 - board), back or material)


def front(
    shape: Shape, low: tuple[float, float], high: tuple[float, float], y: float, look: Trim, hinge: str = ""
) -> None:
    """A front between two corners in x and z, before the plane at `y`.

    A drawer's handle is in its middle, a door's at the edge across from its `hinge`, left or right.
    """
    (x0, z0), (x1, z1) = (low[0] + GAP, low[1] + GAP), (high[0] - GAP, high[1] - GAP)
    rail = min(0.06, (x1 - x0) / 4, (z1 - z0) / 4)
    if look.framed:
        block(shape, (x0, y - BOARD / 2, z0), (x1, y, z1), look.material)
        for x in (x0, x1 - rail):
            block(shape, (x, y - BOARD, z0), (x + rail, y - BOARD / 3, z1), look.material)
        for z in (z0, z1 - rail):
            block(shape, (x0 + rail, y - BOARD, z), (x1 - rail, y - BOARD / 3, z + rail), look.material)
    else:
        block(shape, (x0, y - BOARD, z0), (x1, y, z1), look.material)
    x = {"": (x0 + x1) / 2, "left": x1 - rail / 2, "right": x0 + rail / 2}[hinge]
    z = (z0 + z1) / 2 if hinge or not look.framed else z1 - rail / 2
    _handle(shape, (x, y - BOARD, z), look, min(0.14, (z1 - z0 if hinge else x1 - x0) / 2), bool(hinge))


def _handle(shape: Shape, at: Triple, look: Trim, length: float, upright: bool) -> None:
    x, y, z = at
    if look.grip == "knob":
        shape.rod((x, y + 0.002, z), (x, y - 0.026, z), 0.006, look.metal, end_radius=0.014, sides=10)
    elif look.grip == "cup":
        half = (0.012, 0.04) if upright else (0.04, 0.012)
        block(shape, (x - half[0], y - 0.022, z - half[1]), (x + half[0], y + 0.002, z + half[1]), look.metal)
    elif look.grip == "bar":
        dx, dz = (0, length / 2) if upright else (length / 2, 0)
        shape.rod((x - dx, y - 0.028, z - dz), (x + dx, y - 0.028, z + dz), 0.006, look.metal, sides=8)
        for side in (-0.8, 0.8):
            shape.rod(
                (x + side * dx, y + 0.002, z + side * dz),
                (x + side * dx, y - 0.03, z + side * dz),
                *(0.005, look.metal),
                sides=6,
            )


def drawers(
    shape: Shape, low: tuple[float, float], high: tuple[float, float], y: float, count: int, look: Trim
) -> None:
    """Fronts of drawers above each other."""
    step = (high[1] - low[1]) / count
    for row in range(count):
        front(shape, (low[0], low[1] + row * step), (high[0], low[1] + (row + 1) * step), y, look)


def doors(shape: Shape, low: tuple[float, float], high: tuple[float, float], y: float, count: int, look: Trim) -> None:
    """Doors side by side, each pair opening from its middle; an odd last one opens from the left."""
    step = (high[0] - low[0]) / count
    for column in range(count):
        hinge = "left" if column % 2 == 0 and (count == 1 or column < count - 1) else "right"
        front(shape, (low[0] + column * step, low[1]), (low[0] + (column + 1) * step, high[1]), y, look, hinge)
