"""Refrigerators; things may stand on those that are not too high."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import bar_handle, stack
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

DOOR = 0.06
"""Thickness of a door, in metres."""


def freezer_above(draw: Draw) -> Model:
    """A small door over a large one, handles that meet at the gap."""
    fridge, width, height = _body(draw, "refrigerators.freezer_above", (0.55, 0.75), (1.4, 1.75))
    coat, metal, split = _coat(draw), draw.metal(), draw.between(0.66, 0.74) * height
    _door(fridge, 0, width, 0.05, split, coat)
    _door(fridge, 0, width, split, height, coat)
    x = width / 2 - 0.05
    for low, high in ((split - 0.4, split - 0.04), (split + 0.04, split + 0.3)):
        bar_handle(fridge, (x, -DOOR, low), (x, -DOOR, high), metal, 0.04)
    return fridge.finish()


def freezer_below(draw: Draw) -> Model:
    """A tall door over a freezer's, gripped at their edges or by bars."""
    fridge, width, height = _body(draw, "refrigerators.freezer_below", (0.55, 0.7), (1.7, 2.0))
    coat, split = _coat(draw), draw.between(0.32, 0.42) * height
    _door(fridge, 0, width, 0.05, split, coat)
    _door(fridge, 0, width, split, height, coat)
    if draw.chance(0.6):
        metal, x = draw.metal(), 0.05 - width / 2
        bar_handle(fridge, (x, -DOOR, split + 0.05), (x, -DOOR, split + 0.45), metal, 0.04)
        bar_handle(fridge, (x, -DOOR, split - 0.4), (x, -DOOR, split - 0.05), metal, 0.04)
    else:
        fridge.box((0, -DOOR, split + 0.02), (0.9 * width, 0.016, 0.03), Material((60, 60, 62)))
    return fridge.finish()


def side_by_side(draw: Draw) -> Model:
    """Two tall doors, one with a dispenser."""
    fridge, width, height = _body(draw, "refrigerators.side_by_side", (0.88, 0.95), (1.7, 1.85))
    coat, metal, split = _coat(draw), draw.metal(), draw.between(-0.1, 0.0)
    for left, right, x in ((-width / 2, split, split - 0.04), (split, width / 2, split + 0.04)):
        _door(fridge, (left + right) / 2, right - left, 0.05, height, coat)
        bar_handle(fridge, (x, -DOOR, 0.5), (x, -DOOR, height - 0.25), metal, 0.045)
    if draw.chance(0.7):
        x = (split - width / 2) / 2 - 0.02
        fridge.box((x, -DOOR, 1.1), (0.22, 0.016, 0.38), Material((25, 25, 28)))
        fridge.box((x, -DOOR - 0.01, 0.93), (0.2, 0.04, 0.02), metal)
    return fridge.finish()


def french_doors(draw: Draw) -> Model:
    """Two doors above, one or two broad drawers below."""
    fridge, width, height = _body(draw, "refrigerators.french_doors", (0.85, 0.92), (1.7, 1.82))
    coat, metal, drawers = _coat(draw), draw.metal(), draw.whole(1, 2)
    split = 0.33 * height if drawers == 1 else 0.42 * height
    for side in (-1, 1):
        _door(fridge, side * width / 4, width / 2, split, height, coat)
        bar_handle(fridge, (side * 0.035, -DOOR, split + 0.08), (side * 0.035, -DOOR, height - 0.3), metal, 0.045)
    for i in range(drawers):
        low, high = (0.05 + (split - 0.05) * (i + k) / drawers for k in (0, 1))
        _door(fridge, 0, width, low, high, coat)
        bar_handle(fridge, (-0.35 * width, -DOOR, high - 0.07), (0.35 * width, -DOOR, high - 0.07), metal, 0.045)
    return fridge.finish()


def under_counter(draw: Draw) -> Model:
    """A low one with one door and a worktop of its own."""
    fridge, width, height = _body(draw, "refrigerators.under_counter", (0.45, 0.6), (0.8, 0.87))
    coat = _coat(draw)
    _door(fridge, 0, width, 0.05, height - 0.03, coat)
    fridge.box((0, 0.26, height + 0.008), (width, 0.64, 0.03), draw.paint())
    fridge.top((0.03 - width / 2, -0.03), (width / 2 - 0.03, 0.55), height + 0.023, 0.6)
    if draw.chance(0.5):
        bar_handle(
            fridge, (width / 2 - 0.05, -DOOR, height - 0.3), (width / 2 - 0.05, -DOOR, height - 0.1), draw.metal()
        )
    else:
        fridge.box((0, -DOOR, height - 0.06), (0.8 * width, 0.016, 0.025), Material((60, 60, 62)))
    return fridge.finish()


def rounded(draw: Draw) -> Model:
    """The fifties': swollen edges, a heavy lever, chrome feet and lettering."""
    fridge, metal = Shape("refrigerators.rounded", "refrigerator"), Material((205, 207, 210))
    coat = Material(draw.colour((0.15, 0.6), (0.6, 0.95)))
    width, depth, height = draw.between(0.55, 0.65), draw.between(0.55, 0.65), draw.between(1.2, 1.6)
    low, body = 0.08, depth - DOOR
    for x in (-0.4 * width, 0.4 * width):
        for y in (0.08, body - 0.08):
            fridge.rod((x, y, 0), (x, y, low + 0.03), 0.02, metal, 0.03, 8)
    ends = [(0.92, low), (1.0, low + 0.05), (1.0, height - 0.12), (0.96, height - 0.04), (0.84, height)]
    stack(fridge, [(share * width, share * body, body / 2, z) for share, z in ends], coat, 7, count=32)
    split = draw.one_of((None, 0.7 * height))
    parts = [(low + 0.05, height - 0.1)] if split is None else [(low + 0.05, split), (split + 0.01, height - 0.1)]
    for a, b in parts:
        fridge.cushion((0, -0.01, (a + b) / 2), (0.94 * width, 0.12, b - a), coat, 9, detail=10)
        handle = (width / 2 - 0.08, -0.085, a + 0.6 * (b - a))
        fridge.box(handle, (0.04, 0.05, 0.16), metal)
    fridge.box((-0.1, -0.07, height - 0.25), (0.2, 0.016, 0.03), metal)
    return fridge.finish()


def _coat(draw: Draw) -> Material:
    """White, steel, black or a colour."""
    colours = ((238, 238, 236), (238, 238, 236), (228, 224, 212), (176, 178, 180), (150, 152, 155), (52, 53, 56))
    colour = draw.one_of(colours) if draw.chance(0.9) else draw.colour((0.3, 0.8), (0.4, 0.9))
    return Material(draw.shade(colour, 0.05))


def _body(draw: Draw, name: str, wide: tuple[float, float], high: tuple[float, float]) -> tuple[Shape, float, float]:
    """A cabinet on feet whose doors' backs are at y = 0; its width and height."""
    fridge, width, height, depth = (
        Shape(name, "refrigerator"),
        draw.between(*wide),
        draw.between(*high),
        draw.between(0.5, 0.6),
    )
    body = Material(draw.shade(draw.one_of(((225, 225, 222), (120, 122, 125), (60, 60, 62))), 0.05))
    fridge.box((0, depth / 2, 0.03 + (height - 0.03) / 2), (width, depth, height - 0.035), body)
    fridge.box((0, depth / 2 + 0.02, 0.02), (width - 0.06, depth - 0.1, 0.04), Material((30, 30, 32)))
    if 1.0 < height < 1.8:
        fridge.top((0.04 - width / 2, 0.04), (width / 2 - 0.04, depth - 0.04), height - 0.0025, 0.3)
    return fridge, width, height


def _door(fridge: Shape, x: float, width: float, low: float, high: float, coat: Material) -> None:
    fridge.box((x, -DOOR / 2, (low + high) / 2), (width - 0.006, DOOR + 0.004, high - low - 0.008), coat)


REFRIGERATORS = (freezer_above, freezer_below, side_by_side, french_doors, under_counter, rounded)
