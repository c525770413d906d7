"""Dining tables, as high as a desk, with room for knees on at least two sides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.joinery import apron, block, legs
from geo3d.data_tools.rooms.furniture.making.parts import rounded, side_board, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

GLASS = Material((206, 220, 220))


def board_top(
    table: Shape, size: tuple[float, float], height: float, thick: float, material: Material, squareness: float = 0.0
) -> None:
    """A table's board and the top on it; 0 is a rectangle, other squareness a superellipse."""
    wide, deep = size
    if squareness:
        table.prism(rounded(wide, deep, squareness, 40), height - thick, height, material)
    else:
        table.box((0, 0, height - thick / 2), (wide, deep, thick), material)
    # The largest rectangle in a superellipse that is as stretched as it.
    share = (0.5 ** (1 / squareness) if squareness else 1.0) * 0.98
    x, y = wide / 2 * share, deep / 2 * share
    table.top((-x, -y), (x, y), height)


def _size(draw: Draw, low: float = 1.1, high: float = 2.5) -> tuple[float, float]:
    return draw.between(low, high), draw.between(0.75, 1.05)


def legged(draw: Draw) -> Model:
    """Four legs in the corners, an apron between them, square or with rounded corners."""
    wood, (wide, deep), height = draw.wood(), _size(draw, 0.8), draw.between(0.72, 0.77)
    table, leg = Shape("tables.legged", "table"), draw.between(0.05, 0.09)
    thick, inset = draw.between(0.02, 0.045), draw.between(0.0, 0.06)
    top = draw.wood() if draw.chance(0.3) else wood
    board_top(table, (wide, deep), height, thick, top, draw.one_of((0.0, 0.0, 10.0)))
    inside = (wide - 2 * inset - 0.03, deep - 2 * inset - 0.03)
    legs(table, inside, height - thick / 2, leg, wood, square=draw.chance(0.6), foot=draw.between(0.5, 1.0))
    apron(table, (inside[0] - leg / 2, inside[1] - leg / 2), height - thick, draw.between(0.06, 0.1), wood)
    return table.finish()


def trestle(draw: Draw) -> Model:
    """Two crossed or A-shaped ends joined by a beam."""
    wood, (wide, deep), height = draw.wood(), _size(draw, 1.4), draw.between(0.73, 0.77)
    table, thick, beam = Shape("tables.trestle", "table"), draw.between(0.03, 0.055), draw.between(0.06, 0.09)
    board_top(table, (wide, deep), height, thick, wood)
    crossed, low, x = draw.chance(0.5), height - thick, wide / 2 - draw.between(0.2, 0.35)
    for side in (-x, x):
        for way in (-1, 1):
            head = way * deep * (-0.32 if crossed else 0.08)
            foot = way * deep * 0.36
            lean = float(np.arctan2(head - foot, low))
            middle = (side + 0.004 * way, (foot + head) / 2, low / 2)
            table.box(middle, (beam, beam, float(np.hypot(head - foot, low)) - 0.02), wood, tilt=lean)
        table.box((side, 0, low - 0.03), (beam, deep * 0.8, 0.06), wood)
    table.box((0, 0, low * (0.5 if crossed else 0.4)), (2 * x, 0.05, 0.09), wood)
    if not crossed:
        for side in (-x, x):
            table.box((side, 0, low * 0.4), (beam * 0.8, deep * 0.5, 0.05), wood)
    return table.finish()


def pedestal(draw: Draw) -> Model:
    """A round or oval board on one turned column with three or four feet."""
    wood, across, height = draw.wood(), draw.between(0.75, 1.3), draw.between(0.72, 0.77)
    table, wide = Shape("tables.pedestal", "table"), across + draw.one_of((0.0, 0.0, 0.3))
    board_top(table, (wide, across), height, draw.between(0.025, 0.04), wood, 2.0)
    fat = draw.between(0.04, 0.07)
    turned = [(fat, 0.1), (fat * 1.5, 0.2), (fat * 1.6, 0.3), (fat * 0.8, 0.42), (fat, 0.6), (fat * 2, height - 0.02)]
    table.lathe((0, 0, 0), turned, wood)
    count, start = draw.whole(3, 4), draw.between(0, 1)
    for i in range(count):
        angle = start + i * 2 * np.pi / count
        line = [(r * np.cos(angle), r * np.sin(angle), z) for r, z in ((0, 0.22), (0.2, 0.2), (across * 0.34, 0.03))]
        tube(table, line, 0.03, wood, bend=0.1)
    return table.finish()


def tulip(draw: Draw) -> Model:
    """A trumpet of cast metal under a thin board, often white or of marble."""
    table, across, height = Shape("tables.tulip", "table"), draw.between(0.7, 1.25), draw.between(0.71, 0.75)
    white, wide = draw.paint(), across * draw.one_of((1.0, 1.0, 1.5))
    top = white
    if draw.chance(0.5):
        colour = draw.colour((0.0, 0.1), (0.75, 0.95))
        top = Material(colour, draw.shade(colour, 0.4), "marble", 0.9)
    board_top(table, (wide, across), height, draw.between(0.018, 0.03), top, 2.0)
    foot = across * draw.between(0.22, 0.3)
    profile = [
        (foot, 0),
        (foot, 0.012),
        (foot * 0.5, 0.05),
        (0.06, 0.16),
        (0.04, 0.36),
        (0.06, 0.56),
        (0.2, height - 0.015),
    ]
    table.lathe((0, 0, 0), profile, white, stretch=(wide / across, 1.0), sides=28)
    return table.finish()


def skids(draw: Draw) -> Model:
    """A thick board on two frames of steel bar, square, or wider at the foot."""
    metal, (wide, deep), height = draw.metal(), _size(draw, 1.4, 2.6), draw.between(0.73, 0.77)
    table, thick, bar = Shape("tables.skids", "table"), draw.between(0.03, 0.06), draw.between(0.03, 0.09)
    board_top(table, (wide, deep), height, thick, draw.wood(), draw.one_of((0.0, 0.0, 8.0)))
    x, low, narrow = wide / 2 - draw.between(0.12, 0.3), height - thick, draw.one_of((1.0, 1.0, 0.6))
    foot, head = deep * 0.42, deep * 0.42 * narrow
    for side in (-x, x):
        table.box((side, 0, 0.0125), (bar, 2 * foot, 0.025), metal)
        table.box((side, 0, low - 0.0125), (bar, 2 * head, 0.025), metal)
        for way in (-1, 1):
            y0, y1 = way * (foot - 0.0125), way * (head - 0.0125)
            outline = [(y0 - 0.0125, 0), (y0 + 0.0125, 0), (y1 + 0.0125, low), (y1 - 0.0125, low)]
            side_board(table, outline, side - bar / 2, side + bar / 2, metal)
    if draw.chance(0.5):
        table.box((0, 0, low - 0.012), (2 * x, 0.05, 0.024), metal)
    return table.finish()


def farmhouse(draw: Draw) -> Model:
    """Planks between two end boards, on fat turned legs."""
    wood, (wide, deep), height = draw.wood(), _size(draw, 1.5, 2.4), draw.between(0.74, 0.78)
    table, thick, planks = Shape("tables.farmhouse", "table"), 0.04, draw.whole(4, 6)
    each, end = deep / planks, 0.12
    shades = (wood, replace(wood, colour=draw.shade(wood.colour)))
    for i in range(planks):
        middle = (0, (i + 0.5) * each - deep / 2, height - thick / 2)
        table.box(middle, (wide - 2 * end + 0.002, each, thick), shades[i % 2])
    for side in (-1, 1):
        table.box((side * (wide - end) / 2, 0, height - thick / 2), (end, deep, thick), wood)
    table.top((-wide / 2 + 0.01, -deep / 2 + 0.01), (wide / 2 - 0.01, deep / 2 - 0.01), height)
    x, y, fat = wide / 2 - 0.1, deep / 2 - 0.08, draw.between(0.036, 0.05)
    shares = ((0.6, 0.0), (0.75, 0.1), (0.5, 0.18), (0.95, 0.4), (0.55, 0.62), (0.8, 0.66), (0.8, 0.7))
    for at in ((-x, -y), (x, -y), (-x, y), (x, y)):
        table.lathe((*at, 0), [(fat * r, z * height) for r, z in shares], wood, sides=12)
        table.box((*at, 0.84 * height - thick / 2), (2 * fat, 2 * fat, 0.32 * height - thick), wood)
    apron(table, (2 * x + fat, 2 * y + fat), height - thick, 0.1, wood)
    return table.finish()


def glazed(draw: Draw) -> Model:
    """A sheet of glass on legs that meet in the middle, or on two blocks."""
    (wide, deep), height = _size(draw, 1.1, 2.0), draw.between(0.72, 0.76)
    table, thick = Shape("tables.glazed", "table"), draw.between(0.01, 0.015)
    board_top(table, (wide, deep), height, thick, GLASS, draw.one_of((0.0, 6.0, 2.0)))
    metal, reach = draw.metal(), 0.33
    if draw.chance(0.6):
        for way in (-1, 1):
            for side in (-1, 1):
                start = (side * wide * reach, way * deep * reach, 0)
                end = (-side * wide * reach * 0.6, -way * deep * reach * 0.6, height - thick - 0.008)
                table.rod(start, end, 0.022, metal)
    else:
        wood = draw.wood()
        for side in (-1, 1):
            x = side * wide * 0.26
            block(table, (x - 0.06, -deep * 0.3, 0), (x + 0.06, deep * 0.3, height - thick), wood)
        block(table, (-wide * 0.26, -0.03, 0.1), (wide * 0.26, 0.03, 0.2), wood)
    return table.finish()


def drop_leaf(draw: Draw) -> Model:
    """A narrow middle with drawers' room below; leaves at both sides that stand out, or one hangs."""
    wood, deep, height = draw.wood(), draw.between(0.75, 0.9), draw.between(0.73, 0.76)
    table, middle, leaf = Shape("tables.drop_leaf", "table"), draw.between(0.3, 0.6), draw.between(0.35, 0.5)
    left, right = draw.one_of(((True, True), (True, False), (False, True)))
    low, high = -middle / 2 - leaf * left, middle / 2 + leaf * right
    for start, end in ((low, -middle / 2), (-middle / 2, middle / 2), (middle / 2, high)):
        if end > start:
            block(table, (start, -deep / 2, height - 0.022), (end - 0.002, deep / 2, height), wood)
    for side, up in ((-1, left), (1, right)):
        x = side * (middle / 2 + 0.012)
        if up:
            table.rod((x, 0.2 * side, 0), (x, 0.2 * side, height - 0.01), 0.016, wood)
            leg = side * (middle / 2 + leaf * 0.75)
            table.box((leg, 0, (height - 0.02) / 2), (0.045, 0.045, height - 0.02), wood)
            table.box((side * (middle / 2 + leaf * 0.37), 0, height - 0.06), (leaf * 0.78, 0.03, 0.07), wood)
        else:
            x = side * (middle / 2 + 0.008)
            block(table, (x - 0.011, -deep / 2, height - leaf), (x + 0.011, deep / 2, height - 0.002), wood)
    legs(table, (middle - 0.02, deep - 0.06), height - 0.02, 0.05, wood, square=True)
    apron(table, (middle - 0.04, deep - 0.08), height - 0.02, 0.1, wood)
    table.top((low + 0.01, -deep / 2 + 0.01), (high - 0.01, deep / 2 - 0.01), height)
    return table.finish()


DINING_TABLES = (legged, trestle, pedestal, tulip, skids, farmhouse, glazed, drop_leaf)
