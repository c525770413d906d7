"""Whiteboards, mirrors and televisions on walls: each has its back at the largest y."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import QUARTER, add, hoop, lattice, spread, stack, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def framed_board(draw: Draw) -> Model:
    """Aluminium edges, a tray with pens and a sponge."""
    board, white, metal = Shape("screens.framed_board", "whiteboard"), _white(draw), draw.metal()
    width, height = draw.between(0.9, 2.4), draw.between(0.6, 1.2)
    board.box((0, -0.008, height / 2), (width - 0.02, 0.016, height - 0.02), white)
    lattice(board, (0, -0.011, height / 2), (width, 0.022, height), 0.022, metal)
    tray, at = draw.between(0.3, 0.9) * width, draw.between(-0.1, 0.1) * 0.1 * width
    board.box((at, -0.05, 0.01), (tray, 0.08, 0.012), metal)
    for i in range(draw.whole(1, 4)):
        x = at - tray / 2 + (i + 0.5) * tray / 5
        board.rod((x, -0.06, 0.023), (x + 0.11 * tray, -0.06, 0.023), 0.008, Material(draw.colour()), sides=8)
    board.box((at + 0.35 * tray, -0.055, 0.03), (0.12 * tray, 0.05, 0.03), draw.paint())
    return board.finish()


def glass_board(draw: Draw) -> Model:
    """A frameless pane that stands off the wall on four bolts."""
    board, metal = Shape("screens.glass_board", "whiteboard"), draw.metal()
    width, height = draw.between(0.6, 1.8), draw.between(0.6, 1.2)
    board.box((0, -0.03, height / 2), (width, 0.01, height), _white(draw))
    for x in (0.06 - width / 2, width / 2 - 0.06):
        for z in (0.06, height - 0.06):
            board.rod((x, -0.042, z), (x, 0, z), 0.012, metal, sides=10)
    return board.finish()


def folding_board(draw: Draw) -> Model:
    """A middle board with two wings, each at an angle to the wall."""
    board, metal, white = Shape("screens.folding_board", "whiteboard"), draw.metal(), _white(draw)
    width, height, angle = draw.between(0.9, 1.4), draw.between(0.8, 1.1), draw.between(0.0, 1.2)
    _panel(board, (0, -0.012, height / 2), width, height, metal, white)
    wing = Shape(board.name, "whiteboard")
    _panel(wing, (width / 4, 0, height / 2), width / 2, height, metal, white)
    part = wing.finish(moved=False)
    add(board, part, (width / 2, -0.015, 0), -angle)
    add(board, part, (-width / 2, -0.015, 0), np.pi + angle)
    return board.finish()


def sliding_boards(draw: Draw) -> Model:
    """Two boards, one in front of the other, on upright rails."""
    board, metal, white = Shape("screens.sliding_boards", "whiteboard"), draw.metal(), _white(draw)
    width, height, rail = draw.between(1.4, 2.2), draw.between(0.8, 1.0), draw.between(1.5, 1.8)
    for x in (-width / 2, width / 2):
        board.box((x, -0.05, rail / 2), (0.05, 0.1, rail), metal)
    for y in (-0.03, -0.07):
        _panel(board, (0, y, height / 2 + draw.between(0, rail - height)), width, height, metal, white)
    return board.finish()


def framed_mirror(draw: Draw) -> Model:
    """A rectangle in a broad frame."""
    mirror, wide, high = Shape("screens.framed_mirror", "mirror"), draw.between(0.4, 1.0), draw.between(0.5, 1.5)
    bar = draw.between(0.02, 0.09)
    mirror.box((0, -0.008, high / 2), (wide - bar, 0.012, high - bar), _silver(draw))
    lattice(mirror, (0, -0.014, high / 2), (wide, 0.028, high), bar, draw.wood())
    return mirror.finish()


def round_mirror(draw: Draw) -> Model:
    """A round or oval one with a narrow rim."""
    mirror, flat, wide = Shape("screens.round_mirror", "mirror"), Shape("", "mirror"), draw.between(0.4, 0.8)
    high = wide * draw.one_of((1.0, 1.3, 1.5))
    stack(flat, [(wide - 0.02, high - 0.02, 0, 0), (wide - 0.02, high - 0.02, 0, 0.012)], _silver(draw), count=32)
    rim = [
        (wide, high, 0, 0),
        (wide, high, 0, 0.022),
        (wide - 0.04, high - 0.04, 0, 0.022),
        (wide - 0.04, high - 0.04, 0, 0),
    ]
    hoop(flat, rim, draw.metal(), count=32)
    add(mirror, flat.finish(), tip=QUARTER)
    return mirror.finish()


def cabinet_mirror(draw: Draw) -> Model:
    """Mirrored doors of a shallow cupboard under a strip lamp."""
    mirror, wide, high = Shape("screens.cabinet_mirror", "mirror"), draw.between(0.5, 1.0), draw.between(0.5, 0.75)
    deep, silver, doors = draw.between(0.1, 0.16), _silver(draw), draw.whole(2, 3)
    mirror.box((0, -deep / 2, high / 2), (wide, deep, high), draw.paint(), label="cabinet")
    for i in range(doors):
        mirror.box(((i + 0.5) / doors * wide - wide / 2, -deep, high / 2), (wide / doors - 0.006, 0.02, high), silver)
    lamp = Material((250, 246, 232))
    mirror.box((0, -deep / 2 - 0.03, high + 0.02), (0.6 * wide, 0.06, 0.045), lamp, label="lamp")
    return mirror.finish()


def arched_mirror(draw: Draw) -> Model:
    """An upright pane with a half round head and bars like a window's."""
    mirror, metal, flat = Shape("screens.arched_mirror", "mirror"), draw.metal(), Shape("", "mirror")
    wide, high = draw.between(0.5, 0.8), draw.between(1.0, 1.6)
    arch = [(wide / 2 * np.cos(a), high - wide / 2 + wide / 2 * np.sin(a)) for a in np.linspace(0, np.pi, 13)]
    outline = [(-wide / 2, 0.0), (wide / 2, 0.0), *arch]
    flat.prism(outline, 0, 0.012, _silver(draw))
    tube(flat, [(x, y, 0.01) for x, y in [*outline, outline[0]]], 0.012, metal)
    if draw.chance(0.6):
        tube(flat, [(0, 0, 0.012), (0, high, 0.012)], 0.008, metal)
        tube(flat, [(-wide / 2, high - wide / 2, 0.012), (wide / 2, high - wide / 2, 0.012)], 0.008, metal)
    add(mirror, flat.finish(), tip=QUARTER)
    return mirror.finish()


def flat_television(draw: Draw) -> Model:
    """A thin screen close to the wall with a box of connectors behind it."""
    television, width = Shape("screens.flat_television", "television"), draw.between(0.7, 1.6)
    _screen(television, draw, width, -0.04)
    television.box((width / 2, -0.02, 0.22 * width), (0.5 * width, 0.04, 0.3 * width), Material((30, 30, 32)))
    return television.finish()


def armed_television(draw: Draw) -> Model:
    """A screen on a jointed arm, tilted forward."""
    television, part, width = (
        Shape("screens.armed_television", "television"),
        Shape("", "television"),
        draw.between(0.6, 1.2),
    )
    black, middle = Material((28, 28, 30)), 0.28 * width
    _screen(part, draw, width, 0.0)
    part.box((width / 2, 0.02, middle), (0.22, 0.03, 0.2), black)
    out, turn = draw.between(0.18, 0.35), draw.between(-0.3, 0.3)
    part = part.finish()
    add(television, part, (0, -out, 0), turn, draw.between(0, 0.12))
    television.box((0, -0.01, middle), (0.12, 0.02, 0.3), black)
    for z in (middle - 0.06, middle + 0.06):
        tube(television, [(0, 0, z), (0.12, -out / 2, z), (0, 0.02 - out, z)], 0.014, black)
    return television.finish()


def sound_television(draw: Draw) -> Model:
    """A screen with a bar of loudspeakers under it on the wall."""
    television, width, low = (
        Shape("screens.sound_television", "television"),
        draw.between(0.9, 1.6),
        draw.between(0.06, 0.15),
    )
    _screen(television, draw, width, -0.03)
    television.box((width / 2, -0.015, 0.28 * width), (0.4 * width, 0.03, 0.4 * width), Material((30, 30, 32)))
    television.box(
        (width / 2, -0.045, -low - 0.035), (draw.between(0.6, 0.9) * width, 0.09, 0.07), Material((45, 45, 48))
    )
    return television.finish()


def panel_television(draw: Draw) -> Model:
    """A screen on a panel of upright wooden slats."""
    television, width = Shape("screens.panel_television", "television"), draw.between(0.8, 1.4)
    wood, high = draw.wood(), 0.56 * width + 0.2
    television.box((width / 2, -0.008, 0.28 * width), (width + 0.3, 0.016, high), wood, label="wall")
    for x, extent in spread(round((width + 0.3) / 0.06), -width / 2 - 0.15, width / 2 + 0.15):
        television.box((width / 2 + x, -0.02, 0.28 * width), (0.5 * extent, 0.02, high), wood, label="wall")
    _screen(television, draw, width, -0.025)
    return television.finish()


def _screen(shape: Shape, draw: Draw, width: float, back: float) -> None:
    """A screen 16 to 9 with its picture from the origin on and its back at y = `back`."""
    high, picture = 0.5625 * width, draw.chance(0.6)
    black = Material(draw.shade((22, 22, 24)))
    glass = Material((60, 80, 120), draw.colour(), "screen", width) if picture else Material((12, 12, 14))
    shape.box((width / 2, back - 0.018, high / 2), (width + 0.024, 0.034, high + 0.024), black)
    shape.box((width / 2, back - 0.024, high / 2), (width, 0.026, high), glass)


def _panel(
    shape: Shape, middle: tuple[float, float, float], width: float, height: float, metal: Material, white: Material
) -> None:
    shape.box(middle, (width - 0.02, 0.014, height - 0.02), white)
    lattice(shape, middle, (width, 0.022, height), 0.02, metal)


def _white(draw: Draw) -> Material:
    return Material(draw.shade((243, 244, 245), 0.04))


def _silver(draw: Draw) -> Material:
    return Material(draw.shade((188, 200, 208)), (226, 232, 236), "plain", 0.6)


WHITEBOARDS = (framed_board, glass_board, folding_board, sliding_boards)
MIRRORS = (framed_mirror, round_mirror, cabinet_mirror, arched_mirror)
TELEVISIONS = (flat_television, armed_television, sound_television, panel_television)
