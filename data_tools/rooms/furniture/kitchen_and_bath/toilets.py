"""Toilets: their backs are at the largest y, their bowls to the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import QUARTER, add, hoop, stack, tiles, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

CHROME = Material((200, 203, 207))
RIM = 0.4
"""Height of a bowl, in metres."""


def close_coupled(draw: Draw) -> Model:
    """A bowl on a narrow foot with its cistern on its rear."""
    toilet, white = Shape("toilets.close_coupled", "toilet"), draw.ceramic()
    deep, wide = draw.between(0.62, 0.7), draw.between(0.34, 0.38)
    front, tank = -deep, draw.between(0.3, 0.4)
    _bowl(toilet, wide, front, 0.2, white, foot=0.22)
    toilet.box((0, -0.12, 0.37), (0.24, 0.22, 0.06), white)
    stack(toilet, [(wide, 0.17, -0.095, RIM), (wide + 0.04, 0.19, -0.095, RIM + tank)], white, 8)
    stack(toilet, [(wide + 0.06, 0.21, -0.1, RIM + tank), (wide + 0.06, 0.21, -0.1, RIM + tank + 0.03)], white, 8)
    if draw.chance(0.5):
        toilet.rod((0, -0.1, RIM + tank + 0.02), (0, -0.1, RIM + tank + 0.038), 0.025, CHROME)
    else:
        tube(toilet, [(-0.12, -0.17, RIM + tank - 0.06), (-0.12, -0.215, RIM + tank - 0.06)], 0.01, CHROME)
        toilet.box((-0.09, -0.215, RIM + tank - 0.065), (0.08, 0.012, 0.02), CHROME)
    _seat(toilet, draw, wide, front, 0.2)
    return toilet.finish()


def wall_hung(draw: Draw) -> Model:
    """A bowl that floats in front of a boxed cistern with a flush plate; the box gives a ledge."""
    toilet, white = Shape("toilets.wall_hung", "toilet"), draw.ceramic()
    box, high, width = draw.between(0.15, 0.22), draw.between(0.9, 1.2), draw.between(0.5, 1.0)
    toilet.box((0, -box / 2, high / 2), (width, box, high), tiles(draw), label="wall")
    toilet.top((0.02 - width / 2, 0.02 - box), (width / 2 - 0.02, -0.02), high, 0.6)
    toilet.box((0, -box, 0.85 * high), (0.24, 0.024, 0.16), draw.metal())
    wide, deep, square = draw.between(0.34, 0.38), draw.between(0.48, 0.56), draw.one_of((2.4, 3.5))
    front = -box - deep
    rings = [(0.45, 0.14), (0.75, 0.2), (1.0, RIM - 0.05), (1.0, RIM)]
    body = [
        (share * wide, (0.5 + share / 2) * deep, -box - (0.5 + share / 2) * deep / 2 + 0.005, z) for share, z in rings
    ]
    stack(toilet, body + _hollow(wide, deep, -box - deep / 2), white, square, count=28)
    toilet.box((0, -box - 0.06, RIM - 0.11), (wide * 0.85, 0.13, 0.2), white)
    _seat(toilet, draw, wide, front, box + 0.05, square)
    return toilet.finish()


def high_cistern(draw: Draw) -> Model:
    """The old kind: a cistern high on the wall, a long pipe and a chain."""
    toilet, white = Shape("toilets.high_cistern", "toilet"), draw.ceramic()
    wide, deep, low = draw.between(0.35, 0.38), draw.between(0.52, 0.58), draw.between(1.5, 1.75)
    front, coat = -deep, draw.wood() if draw.chance(0.4) else white
    _bowl(toilet, wide, front, 0.06, white, foot=0.24)
    toilet.box((0, -0.1, low + 0.15), (0.46, 0.2, 0.3), coat)
    toilet.box((0, -0.1, low + 0.31), (0.5, 0.22, 0.025), coat)
    tube(toilet, [(0, -0.04, RIM - 0.1), (0, -0.04, low + 0.02)], 0.018, CHROME)
    tube(toilet, [(0.2, -0.1, low + 0.2), (0.27, -0.1, low + 0.2), (0.27, -0.1, low - 0.5)], 0.005, CHROME)
    toilet.rod((0.27, -0.1, low - 0.6), (0.27, -0.1, low - 0.5), 0.016, coat, 0.01, 8)
    _seat(toilet, draw, wide, front, 0.1)
    return toilet.finish()


def one_piece(draw: Draw) -> Model:
    """A body without seams down to the floor, a low sloping cistern."""
    toilet, white = Shape("toilets.one_piece", "toilet"), draw.ceramic()
    wide, deep, high = draw.between(0.36, 0.4), draw.between(0.68, 0.75), draw.between(0.55, 0.7)
    body = [(0.68 * wide, 0.86 * deep, -0.43 * deep, 0.0), (0.72 * wide, 0.88 * deep, -0.44 * deep, 0.2)]
    body += [(wide, deep, -deep / 2, RIM - 0.03), (wide, deep, -deep / 2, RIM)]
    stack(toilet, body + _hollow(wide, deep - 0.22, -deep / 2 - 0.11), white, 2.8, count=32)
    tank = [(wide, 0.24, -0.12, RIM - 0.05), (0.96 * wide, 0.2, -0.1, high), (0.9 * wide, 0.17, -0.09, high + 0.025)]
    stack(toilet, tank, white, 5)
    toilet.rod((0, -0.09, high + 0.02), (0, -0.09, high + 0.034), 0.025, CHROME)
    _seat(toilet, draw, wide, -deep, 0.2, 2.8)
    return toilet.finish()


def squared(draw: Draw) -> Model:
    """An angular bowl back to the wall, under a cistern as wide as itself."""
    toilet, white = Shape("toilets.squared", "toilet"), draw.ceramic()
    wide, deep, high = draw.between(0.34, 0.38), draw.between(0.6, 0.66), draw.between(0.75, 0.85)
    body = [
        (0.85 * wide, 0.94 * deep, -0.47 * deep, 0),
        (wide, deep, -deep / 2, RIM - 0.02),
        (wide, deep, -deep / 2, RIM),
    ]
    stack(toilet, body + _hollow(wide, deep - 0.18, -deep / 2 - 0.09), white, 7, count=32)
    toilet.box((0, -0.08, (RIM - 0.02 + high) / 2), (wide, 0.16, high - RIM + 0.02), white)
    toilet.box((0, -0.085, high + 0.012), (wide + 0.02, 0.17, 0.03), white)
    for x in (-0.018, 0.018):
        toilet.box((x, -0.085, high + 0.03), (0.03, 0.04, 0.012), CHROME)
    _seat(toilet, draw, wide, -deep, 0.17, 7)
    return toilet.finish()


def _bowl(toilet: Shape, wide: float, front: float, rear: float, white: Material, foot: float) -> None:
    """A bowl between two y that swells out of a foot."""
    deep = -rear - front
    y = (front - rear) / 2
    back = [(foot, 0.7 * deep + 0.1, y + 0.06, 0), (0.9 * foot, 0.6 * deep + 0.1, y + 0.06, 0.16)]
    body = [*back, (0.8 * wide, 0.85 * deep, y, 0.28), (wide, deep, y, RIM - 0.03), (wide, deep, y, RIM)]
    stack(toilet, body + _hollow(wide, deep, y), white, 2.3, count=28)
    toilet.box((0, -rear / 2 - 0.04, 0.2), (0.8 * foot, rear + 0.08, 0.3), white)


def _hollow(wide: float, deep: float, y: float) -> list[tuple[float, float, float, float]]:
    """The inside of a bowl, from its rim down."""
    return [
        (wide - 0.08, deep - 0.1, y, RIM),
        (0.62 * wide, 0.62 * deep, y, RIM - 0.12),
        (0.25 * wide, 0.25 * deep, y, RIM - 0.2),
    ]


def _seat(toilet: Shape, draw: Draw, wide: float, front: float, rear: float, square: float = 2.3) -> None:
    """A seat on the rim, with its lid down or leaning back."""
    deep, look = -rear - front, draw.ceramic() if draw.chance(0.75) else draw.wood()
    y, up = (front - rear) / 2, draw.chance(0.35)
    outside = [(wide, deep, y, RIM - 0.002), (wide, deep, y, RIM + 0.02)]
    inside = [(wide - 0.11, deep - 0.15, y, RIM + 0.016), (wide - 0.11, deep - 0.15, y, RIM - 0.002)]
    hoop(toilet, outside + inside, look, square, count=28)
    lid = Shape("", "toilet")
    stack(
        lid,
        [(wide, deep, -deep / 2, 0), (wide, deep, -deep / 2, 0.014), (0.9 * wide, 0.9 * deep, -deep / 2, 0.02)],
        look,
        square,
    )
    add(toilet, lid.finish(moved=False), (0, -rear, RIM + 0.018), tip=-QUARTER + 0.06 if up else 0.0)
    for x in (-0.07, 0.07):
        toilet.rod((x - 0.015, -rear, RIM + 0.012), (x + 0.015, -rear, RIM + 0.012), 0.014, CHROME, sides=8)


TOILETS = (close_coupled, wall_hung, high_cistern, one_piece, squared)
