"""Sinks, taps and stoves of kitchens, in a frame whose wall is at y = 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.kitchen_and_bath.kitchen_parts import BLACK, Field, Hole
from geo3d.data_tools.rooms.furniture.making.forms import bar_handle, basin, bow, hoop, spread, tube

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw
    from geo3d.data_tools.rooms.model import Shape

STOVE = "otherfurniture"
"""The label of stoves, ovens and dishwashers."""


def bowl(shape: Shape, hole: Hole, top: float, deep: float, material: Material, rim: float) -> None:
    """A sink in a hole: `rim` is how far its edge lies over the worktop, negative for one hung beneath."""
    middle = ((hole.left + hole.right) / 2, (hole.front + hole.back) / 2)
    width, depth = hole.right - hole.left, hole.back - hole.front
    edge = top if rim > 0 else top - 0.012
    basin(shape, middle, (width, depth, deep), edge, material, 12, 0.01, "sink")
    if rim > 0:
        outer, inner = (width + 2 * rim, depth + 2 * rim), (width - 0.03, depth - 0.03)
        profile = [(*outer, middle[1], top - 0.002), (*outer, middle[1], top + 0.008), (*inner, middle[1], top + 0.006)]
        hoop(shape, [*profile, (*inner, middle[1], top - 0.004)], material, 12, middle[0], label="sink")
    shape.rod((*middle, top - deep - 0.02), (*middle, top - deep + 0.024), 0.03, BLACK, sides=12, label="sink")


def tap(shape: Shape, draw: Draw, x: float, y: float, foot: float, material: Material, reach: float = 0.2) -> None:
    """A swan neck, a bent arm or a bridge with two valves, its mouth to the front."""
    kind, high = draw.whole(0, 2), draw.between(0.2, 0.34)
    mouth = (x, y - reach, foot + 0.6 * high)
    if kind == 0:
        points = [(x, y, foot), *bow((x, y, foot + 0.6 * high), mouth, (0, 0, 0.4 * high), 8)]
    elif kind == 1:
        points = [(x, y, foot), (x, y, foot + 0.7 * high), (x, y - reach, foot + 0.8 * high), mouth]
    else:
        tube(shape, [(x - 0.09, y, foot + 0.05), (x + 0.09, y, foot + 0.05)], 0.012, material, "sink")
        for side in (x - 0.09, x + 0.09):
            tube(shape, [(side, y, foot), (side, y, foot + 0.09)], 0.014, material, "sink")
        points = [(x, y, foot + 0.05), (x, y, foot + high), (x, y - reach, foot + high), mouth]
    tube(shape, points, 0.011, material, "sink")
    shape.rod((x, y, foot - 0.004), (x, y, foot + 0.04), 0.022, material, sides=10, label="sink")
    tube(shape, [(x, y, foot + 0.03), (x + 0.07, y, foot + 0.05)], 0.007, material, "sink")


def oven(shape: Shape, field: Field, metal: Material) -> None:
    """A front with a window, a bar and a row of knobs."""
    x, z = field.middle
    width, height = field.right - field.left - 0.006, field.high - field.low - 0.006
    shape.box((x, field.face - 0.008, z), (width, 0.02, height), metal, label=STOVE)
    shape.box((x, field.face - 0.012, z - 0.08 * height), (0.8 * width, 0.02, 0.5 * height), BLACK, label=STOVE)
    _bar(shape, x, field.face - 0.018, field.low + 0.76 * height, 0.35 * width, metal)
    for at, _ in spread(5, field.left + 0.05, field.right - 0.05):
        high = field.high - 0.06
        shape.rod((at, field.face, high), (at, field.face - 0.04, high), 0.018, BLACK, sides=8, label=STOVE)


def dishwasher(shape: Shape, field: Field, metal: Material) -> None:
    """A plain door with a bar under a strip of buttons."""
    x, z = field.middle
    width = field.right - field.left - 0.006
    shape.box((x, field.face - 0.008, z - 0.06), (width, 0.02, field.high - field.low - 0.126), metal, label=STOVE)
    shape.box((x, field.face - 0.006, field.high - 0.06), (width, 0.016, 0.11), BLACK, label=STOVE)
    _bar(shape, x, field.face - 0.018, field.high - 0.16, 0.4 * width, metal)


def ceramic_hob(shape: Shape, x: float, y: float, top: float, width: float) -> None:
    """A black pane with four rings."""
    ring = Material((70, 70, 74))
    shape.box((x, y, top + 0.004), (width, 0.5, 0.012), BLACK, label=STOVE)
    for side, radius in ((-1, 0.085), (1, 0.07)):
        for dy in (-0.12, 0.12):
            profile = [(2 * radius, 2 * radius, y + dy, top + z) for z in (0.005, 0.014)]
            inner = [(2 * radius - 0.03, 2 * radius - 0.03, y + dy, top + z) for z in (0.014, 0.005)]
            hoop(shape, profile + inner, ring, x=x + side * width / 4, count=16, label=STOVE)


def gas_hob(shape: Shape, x: float, y: float, top: float, width: float, metal: Material) -> None:
    """Burners under iron grates on a metal tray, knobs in front."""
    shape.box((x, y, top + 0.004), (width, 0.5, 0.02), metal, label=STOVE)
    for at in (x - width / 4, x + width / 4):
        for dy in (-0.08, 0.14):
            shape.rod((at, y + dy, top), (at, y + dy, top + 0.03), 0.045, BLACK, 0.035, label=STOVE)
            shape.box((at, y + dy, top + 0.04), (0.2, 0.01, 0.01), BLACK, label=STOVE)
            shape.box((at, y + dy, top + 0.04), (0.01, 0.2, 0.01), BLACK, label=STOVE)
            for corner in (-0.095, 0.095):
                shape.box((at + corner, y + dy, top + 0.025), (0.01, 0.01, 0.04), BLACK, label=STOVE)
    for at, _ in spread(4, x - 0.35 * width, x + 0.35 * width):
        shape.rod((at, y - 0.22, top), (at, y - 0.22, top + 0.035), 0.016, BLACK, sides=8, label=STOVE)


def cooker(shape: Shape, draw: Draw, field: Field, depth: float, top: float, metal: Material) -> None:
    """A cooker that stands by itself: oven, drawer, hob, and perhaps a board behind."""
    x, _ = field.middle
    width = field.right - field.left - 0.008
    shape.box((x, field.face / 2, top / 2), (width, -field.face, top), metal, label=STOVE)
    low = Field(field.left, field.right, 0.05, 0.22, field.face)
    shape.box((x, field.face - 0.008, 0.13), (width - 0.006, 0.02, 0.16), metal, label=STOVE)
    oven(shape, Field(field.left, field.right, low.high, top - 0.02, field.face), metal)
    gas_hob(shape, x, -depth / 2 - 0.01, top, width, metal)
    if draw.chance(0.5):
        shape.box((x, -0.02, top + 0.07), (width, 0.04, 0.16), metal, label=STOVE)


def _bar(shape: Shape, x: float, y: float, height: float, half: float, metal: Material) -> None:
    bar_handle(shape, (x - half, y, height), (x + half, y, height), metal, label=STOVE)
