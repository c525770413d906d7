"""Doors: frames as wide, high and deep as the opening, with leaves that are shut or ajar, towards the front.

The middle of the frame's foot is at the origin, whatever sticks out of the wall.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.furniture.making.forms import add, glass, lattice, spread, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo3d.data_tools.rooms.draw import Draw, Material

    Leaf = Callable[[Shape, float, float], None]
    """Draws a leaf of a width and a height: its hinge stands on the origin, it reaches along x, its middle is y = 0."""

THICK = 0.04
"""Of a leaf."""


def flush(draw: Draw) -> Model:
    """A smooth slab, sometimes with a spy window or a metal plate at its foot."""
    slab, pane, handle = draw.wood(), glass(draw), draw.metal()
    window, plate = draw.chance(0.3), draw.chance(0.3)

    def leaf(part: Shape, width: float, height: float) -> None:
        part.box((width / 2, 0, height / 2), (width, THICK, height), slab)
        if window:
            part.box((width / 2, 0, height - 0.4), (0.2, THICK + 0.016, 0.4), pane)
        if plate:
            part.box((width / 2, 0, 0.12), (width - 0.1, THICK + 0.016, 0.2), handle)
        _lever(part, width - 0.06, handle)

    return _hung(draw, "doors.flush", leaf)


def panelled(draw: Draw) -> Model:
    """Stiles and rails around recessed panels."""
    wood, handle = draw.wood(), draw.metal()
    columns, rows, bar = draw.whole(1, 2), draw.whole(2, 4), draw.between(0.09, 0.13)

    def leaf(part: Shape, width: float, height: float) -> None:
        part.box((width / 2, 0, height / 2), (width - bar, 0.014, height - bar), wood)
        lattice(part, (width / 2, 0, height / 2), (width, THICK, height), bar, wood, columns, rows)
        _knob(part, width - bar / 2, handle)

    return _hung(draw, "doors.panelled", leaf)


def glazed(draw: Draw) -> Model:
    """A glass pane in a frame, or small panes between bars."""
    wood, pane, handle = draw.wood(), glass(draw), draw.metal()
    columns, rows = draw.one_of(((1, 1), (2, 4), (2, 5), (3, 5), (1, 3)))

    def leaf(part: Shape, width: float, height: float) -> None:
        part.box((width / 2, 0, height / 2), (width - 0.1, 0.012, height - 0.1), pane)
        lattice(part, (width / 2, 0, height / 2), (width, THICK, height), 0.1, wood, columns, rows, thin=0.03)
        part.box((width / 2, 0, 0.14), (width - 0.1, THICK, 0.28), wood)
        _lever(part, width - 0.05, handle)

    return _hung(draw, "doors.glazed", leaf)


def planked(draw: Draw) -> Model:
    """Upright boards nailed on two or three battens, with a slanting brace."""
    wood, iron = draw.wood(), draw.metal()
    boards, battens = draw.whole(5, 8), draw.whole(2, 3)

    def leaf(part: Shape, width: float, height: float) -> None:
        for x, extent in spread(boards, 0, width):
            part.box((x, 0, height / 2), (extent - 0.006, 0.025, height), wood)
        for z, _ in spread(battens, 0, height):
            part.box((width / 2, 0.02, z), (width - 0.04, 0.02, 0.12), wood)
            part.box((0.2, -0.015, z), (0.4, 0.01, 0.04), iron)
        part.rod(
            (0.1, 0.02, height / 2 / battens), (width - 0.1, 0.02, height * (1 - 0.5 / battens)), 0.03, wood, sides=4
        )
        _knob(part, width - 0.08, iron)

    return _hung(draw, "doors.planked", leaf)


def louvred(draw: Draw) -> Model:
    """Slanting slats in a frame."""
    wood, handle, fields = draw.wood(), draw.metal(), draw.whole(1, 2)

    def leaf(part: Shape, width: float, height: float) -> None:
        lattice(part, (width / 2, 0, height / 2), (width, THICK, height), 0.08, wood, 1, fields)
        for z, _ in spread(round(height / 0.07), 0.09, height - 0.09):
            part.box((width / 2, 0, z), (width - 0.15, 0.008, 0.07), wood, tilt=0.5)
        _knob(part, width - 0.04, handle)

    return _hung(draw, "doors.louvred", leaf, (0.6, 0.85))


def double(draw: Draw) -> Model:
    """Two leaves that meet in the middle, panelled below and glazed or panelled above."""
    wood, handle = draw.wood(), draw.metal()
    upper, rows = (glass(draw) if draw.chance(0.6) else wood), draw.whole(1, 4)
    door, width, height, depth, bar = _frame(draw, "doors.double", (1.2, 1.7), wood)
    wide = width / 2 - bar
    leaf = Shape(door.name, "door")
    foot = 0.35 * height
    leaf.box((wide / 2, 0, (foot + height) / 2 - 0.04), (wide - 0.08, 0.012, height - foot), upper)
    leaf.box((wide / 2, 0, foot / 2), (wide - 0.08, 0.02, foot), wood)
    lattice(leaf, (wide / 2, 0, foot / 2), (wide, THICK, foot), 0.09, wood)
    lattice(
        leaf, (wide / 2, 0, (foot + height - 0.09) / 2), (wide, THICK, height - foot + 0.09), 0.09, wood, 1, rows, 0.03
    )
    _lever(leaf, wide - 0.05, handle)
    part = leaf.finish(moved=False)
    ajar = draw.between(0.3, 1.5) if draw.chance(0.4) else 0.0
    add(door, part, (-wide, THICK / 2 - depth / 2, 0.006), -ajar)
    add(door, part, (wide, THICK / 2 - depth / 2, 0.006), 3.1416)
    return door.finish(moved=False)


def sliding(draw: Draw) -> Model:
    """Two large panes, one behind the other's track, pushed together as far as it happens."""
    metal, pane = draw.metal(), glass(draw)
    door, width, height, depth, bar = _frame(draw, "doors.sliding", (1.4, 2.2), metal)
    door.box((0, 0, 0.01), (width, depth, 0.02), metal)
    wide = width / 2 - bar + 0.04
    free = width - 2 * bar - wide
    for y, x in ((-0.025, -free / 2), (0.025, free * (0.5 - (draw.random.random() if draw.chance(0.5) else 0.0)))):
        door.box((x, y, height / 2), (wide - 0.08, 0.012, height - 0.08), pane)
        lattice(door, (x, y, height / 2), (wide, THICK, height - 0.01), 0.06, metal)
    door.box((-free / 2 + wide / 2 - 0.03, -0.055, 1.0), (0.025, 0.03, 0.25), metal)
    return door.finish(moved=False)


def fanlight(draw: Draw) -> Model:
    """A smooth leaf under a pane."""
    wood, pane, handle = draw.wood(), glass(draw), draw.metal()
    door, width, height, depth, bar = _frame(draw, "doors.fanlight", (0.8, 1.0), wood, (2.2, 2.35))
    over = draw.between(0.25, 0.4)
    door.box((0, 0, height - over), (width - bar, depth, bar), wood)
    door.box((0, 0, height - over / 2), (width - bar, 0.012, over), pane)
    leaf = Shape(door.name, "door")
    wide, high = width - 2 * bar, height - over - bar / 2
    leaf.box((wide / 2, 0, high / 2), (wide, THICK, high), wood)
    for z, extent in spread(draw.whole(2, 3), 0.1, high - 0.1):
        leaf.box((wide / 2, 0, z), (wide - 0.24, THICK + 0.016, extent - 0.12), wood)
    _lever(leaf, wide - 0.06, handle)
    _swing(draw, door, leaf, width / 2 - bar, depth)
    return door.finish(moved=False)


def _hung(draw: Draw, name: str, leaf: Leaf, wide: tuple[float, float] = (0.75, 1.0)) -> Model:
    door, width, height, depth, bar = _frame(draw, name, wide, draw.wood())
    part = Shape(name, "door")
    leaf(part, width - 2 * bar, height - 0.008)
    _swing(draw, door, part, width / 2 - bar, depth)
    return door.finish(moved=False)


def _frame(
    draw: Draw, name: str, wide: tuple[float, float], material: Material, high: tuple[float, float] = (1.97, 2.12)
) -> tuple[Shape, float, float, float, float]:
    """Jambs and a head; the opening's width, the height under the head, the wall's thickness, the jambs' width."""
    width, total, depth, bar = (
        draw.between(*wide),
        draw.between(*high),
        draw.between(0.1, 0.2),
        draw.between(0.035, 0.06),
    )
    door = Shape(name, "door")
    for side in (-1, 1):
        door.box((side * (width - bar) / 2, 0, total / 2), (bar, depth, total), material)
    door.box((0, 0, total - bar / 2), (width - bar, depth, bar), material)
    return door, width, total - bar, depth, bar


def _swing(draw: Draw, door: Shape, leaf: Shape, jamb: float, depth: float) -> None:
    """Hang a leaf left or right, shut or opened towards the front."""
    ajar = draw.between(0.15, 1.55) if draw.chance(0.4) else 0.0
    y, part = THICK / 2 - depth / 2, leaf.finish(moved=False)
    if draw.chance(0.5):
        add(door, part, (-jamb, y, 0.006), -ajar)
    else:
        add(door, part, (jamb, y, 0.006), 3.1416 + ajar)


def _lever(part: Shape, x: float, material: Material) -> None:
    for side in (-1, 1):
        y = side * (THICK / 2 + 0.045)
        tube(part, [(x, 0, 1.02), (x, y, 1.02), (x - 0.11, y, 1.02)], 0.009, material)
        part.box((x, side * (THICK / 2 + 0.002), 0.98), (0.035, 0.012, 0.2), material)


def _knob(part: Shape, x: float, material: Material) -> None:
    for side in (-1, 1):
        part.rod((x, 0, 1.0), (x, side * 0.06, 1.0), 0.01, material, sides=8)
        part.cushion((x, side * 0.065, 1.0), (0.055, 0.04, 0.055), material, squareness=2, detail=5)


DOORS = (flush, panelled, glazed, planked, louvred, double, sliding, fanlight)
