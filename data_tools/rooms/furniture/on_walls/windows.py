"""Windows: frames as wide and high as the opening, panes, and a sill that may stick out of the wall at the front.

The middle of the frame's foot is at the origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.furniture.making.forms import add, glass, lattice, spread, view
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw, Material

SILL = 0.03
"""Thickness of a sill, in metres."""


def casement(draw: Draw) -> Model:
    """Two or three leaves on hinges, one perhaps open towards the front."""
    leaves = draw.whole(1, 3)
    ajar = draw.between(0.3, 1.2) if draw.chance(0.25) else 0.0
    wide = (0.5 * leaves, 0.75 * leaves)
    window, width, height, depth, paint = _frame(draw, "windows.casement", wide, free=not ajar)
    pane, metal, panes = view(draw), draw.metal(), draw.one_of((1, 1, 2, 3))
    wide = width / leaves
    leaf = Shape(window.name, "window")
    _sash(leaf, (wide / 2, 0, height / 2), (wide, 0.05, height), paint, pane, rows=panes)
    leaf.box((wide - 0.03, -0.04, height / 2), (0.02, 0.035, 0.12), metal)
    part = leaf.finish(moved=False)
    for i in range(leaves):
        add(window, part, (i * wide - width / 2, -depth / 2 + 0.02, SILL), 0.0 if i else -ajar)
    return window.finish(moved=False)


def sash(draw: Draw) -> Model:
    """Two frames that slide up and down past each other."""
    window, width, height, _, paint = _frame(draw, "windows.sash", (0.6, 1.1))
    pane, columns, open_by = view(draw), draw.whole(1, 3), draw.between(0, 0.3) * draw.whole(0, 1)
    half = height / 2 + 0.025
    for y, z in ((0.022, SILL + height - half / 2), (-0.022, SILL + half / 2 + open_by)):
        _sash(window, (0, y, z), (width, 0.045, half), paint, pane, columns, draw.whole(1, 2))
    return window.finish(moved=False)


def fixed(draw: Draw) -> Model:
    """One pane behind a grid of slender bars."""
    window, width, height, _, paint = _frame(draw, "windows.fixed", (0.8, 2.2))
    size, middle = (width, 0.04, height), (0, 0, SILL + height / 2)
    _sash(window, middle, size, paint, view(draw), draw.whole(1, 5), draw.whole(1, 4), bar=0.03)
    return window.finish(moved=False)


def gliding(draw: Draw) -> Model:
    """Two metal frames in tracks, one in front of the other."""
    window, width, height, _, metal = _frame(draw, "windows.gliding", (1.2, 2.2))
    pane, wide = view(draw), width / 2 + 0.03
    slid = (width - wide) * (draw.between(0, 0.8) if draw.chance(0.3) else 0.0)
    for y, x in ((0.02, (width - wide) / 2), (-0.02, (wide - width) / 2 + slid)):
        _sash(window, (x, y, SILL + height / 2), (wide, 0.038, height), metal, pane, bar=0.04)
    return window.finish(moved=False)


def hopper(draw: Draw) -> Model:
    """A fixed pane under a flap that tilts into the room."""
    window, width, height, depth, paint = _frame(draw, "windows.hopper", (0.6, 1.2))
    pane, flap = view(draw), 0.3 * height
    _sash(window, (0, 0, SILL + (height - flap) / 2), (width, 0.05, height - flap), paint, pane)
    part = Shape(window.name, "window")
    _sash(part, (0, 0, flap / 2), (width, 0.045, flap), paint, pane)
    tilt = draw.between(0.05, 0.35) if draw.chance(0.5) else 0.0
    add(window, part.finish(moved=False), (0, 0.02 - depth / 2, SILL + height - flap), tip=tilt)
    return window.finish(moved=False)


def jalousie(draw: Draw) -> Model:
    """Glass slats one above the other, slanting."""
    window, width, height, _, _ = _frame(draw, "windows.jalousie", (0.5, 1.0))
    pane, tilt = glass(draw), draw.between(0.1, 0.9)
    for z, extent in spread(round(height / 0.11), SILL, SILL + height):
        window.box((0, 0, z), (width + 0.01, 0.01, extent + 0.02), pane, tilt=-tilt)
    return window.finish(moved=False)


def glass_blocks(draw: Draw) -> Model:
    """Thick blocks of glass in mortar."""
    window, width, height, _, mortar = _frame(draw, "windows.glass_blocks", (0.6, 1.2))
    pane, size = glass(draw), draw.between(0.19, 0.24)
    window.box((0, 0, SILL + height / 2), (width, 0.05, height), mortar)
    for x, wide in spread(round(width / size), -width / 2, width / 2):
        for z, high in spread(round(height / size), SILL, SILL + height):
            window.box((x, 0, z), (wide - 0.012, 0.08, high - 0.012), pane)
    return window.finish(moved=False)


def steel(draw: Draw) -> Model:
    """A workshop's grid of steel bars with a part that pivots about its middle."""
    window, width, height, _, metal = _frame(draw, "windows.steel", (1.2, 2.2))
    pane, columns = view(draw), draw.whole(3, 5)
    wide, high = width / columns, height / 2
    for x, _ in spread(columns, -width / 2, width / 2):
        _sash(window, (x, 0, SILL + height - high / 2), (wide, 0.03, high), metal, pane, bar=0.025)
    for i, (x, _) in enumerate(spread(columns, -width / 2, width / 2)):
        part = Shape(window.name, "window")
        _sash(part, (0, 0, 0), (wide, 0.03, high), metal, pane, bar=0.025)
        add(window, part.finish(moved=False), (x, 0, SILL + high / 2), tip=0.35 if i == columns // 2 else 0.0)
    return window.finish(moved=False)


def _frame(
    draw: Draw, name: str, wide: tuple[float, float], free: bool = True
) -> tuple[Shape, float, float, float, Material]:
    """A frame with a sill; the width and height inside it, the height from the sill on, its depth, its material."""
    width, height, depth = draw.between(*wide), draw.between(0.8, 1.5), draw.between(0.1, 0.16)
    bar, window = draw.between(0.04, 0.06), Shape(name, "window")
    paint = draw.ceramic() if draw.chance(0.5) else draw.wood()
    for side in (-1, 1):
        window.box((side * (width - bar) / 2, 0, height / 2), (bar, depth, height), paint)
    window.box((0, 0, height - bar / 2), (width - bar, depth, bar), paint)
    out = draw.one_of((0.02, 0.06, 0.15, 0.22))
    board = draw.wood() if draw.chance(0.3) else paint
    window.box((0, -out / 2, SILL / 2), (width, depth + out, SILL), board)
    if out > 0.1 and free:
        front = -depth / 2 - out
        window.top((-width / 2, front), (width / 2, -depth / 2 - 0.03), SILL, 0.25)
    return window, width - 2 * bar, height - bar - SILL, depth, paint


def _sash(
    window: Shape,
    middle: tuple[float, float, float],
    size: tuple[float, float, float],
    material: Material,
    pane: Material,
    columns: int = 1,
    rows: int = 1,
    bar: float = 0.05,
) -> None:
    width, _, height = size
    window.box(middle, (width - bar, 0.012, height - bar), pane)
    lattice(window, middle, size, bar, material, columns, rows, thin=0.022)


WINDOWS = (casement, sash, fixed, gliding, hopper, jalousie, glass_blocks, steel)
