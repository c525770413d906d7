"""Low tables before a sofa or beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.beds_and_tables.tables import GLASS, board_top
from geo3d.data_tools.rooms.furniture.making.joinery import block, carcass, drawers, legs, trim
from geo3d.data_tools.rooms.furniture.making.parts import rounded, tube
from geo3d.data_tools.rooms.furniture.making.upholstery import rattan
from geo3d.data_tools.rooms.furniture.storage.books import fill
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def two_boards(draw: Draw) -> Model:
    """Four square legs with a shelf for papers below the board."""
    wood, wide, deep = draw.wood(), draw.between(0.55, 1.2), draw.between(0.5, 0.65)
    height, low = draw.between(0.4, 0.5), draw.between(0.1, 0.18)
    table, leg = Shape("coffee_tables.two_boards", "table"), draw.between(0.035, 0.06)
    board_top(table, (wide, deep), height, 0.03, wood)
    legs(table, (wide - 0.02, deep - 0.02), height - 0.02, leg, wood, square=True)
    x, y = wide / 2 - 0.03, deep / 2 - 0.03
    block(table, (-x, -y, low - 0.018), (x, y, low), wood)
    inside = (wide / 2 - leg - 0.02, deep / 2 - leg - 0.02)
    fill(table, draw, (-inside[0], -inside[1]), inside, low, height - low - 0.04, 0.4)
    return table.finish()


def nest(draw: Draw) -> Model:
    """Two round tables of different height on thin legs, the lower half under the higher."""
    metal, wood, radius = draw.metal(), draw.wood(), draw.between(0.24, 0.36)
    table, high = Shape("coffee_tables.nest", "table"), draw.between(0.42, 0.5)
    low, other = high - draw.between(0.07, 0.12), radius * draw.between(0.75, 0.95)
    away = other + radius * draw.between(0.45, 0.8)
    shift = away / np.sqrt(2)
    for x, y, z, r in ((0.0, 0.0, high, radius), (shift, -shift, low, other)):
        table.lathe((x, y, z), [(r, -0.02), (r, 0.0)], wood, sides=32)
        for angle in np.arange(3) * 2 * np.pi / 3 + 2.2:
            foot = (x + 0.86 * r * np.cos(angle), y + 0.86 * r * np.sin(angle), 0.0)
            table.rod(foot, (foot[0], foot[1], z - 0.01), 0.011, metal, sides=8)
    half = radius * 0.69
    table.top((-half, -half), (half, half), high)
    return table.finish()


def glass_box(draw: Draw) -> Model:
    """A cage of square steel bar with a sheet of glass on top, and perhaps one below."""
    metal, wide, deep = draw.metal(), draw.between(0.7, 1.2), draw.between(0.5, 0.75)
    height, bar = draw.between(0.36, 0.46), draw.between(0.018, 0.03)
    table, x, y = Shape("coffee_tables.glass_box", "table"), (wide - bar) / 2, (deep - bar) / 2
    legs(table, (wide, deep), height - 0.01, bar, metal, square=True)
    for z in (bar / 2, height - 0.01 - bar / 2):
        for side in (-1, 1):
            table.box((side * x, 0, z), (bar, 2 * y, bar), metal)
            table.box((0, side * y, z), (2 * x, bar, bar), metal)
    board_top(table, (wide - 0.006, deep - 0.006), height, 0.012, GLASS)
    if draw.chance(0.5):
        block(table, (-x, -y, bar - 0.002), (x, y, bar + 0.008), GLASS)
        table.top((-x + bar, -y + bar), (x - bar, y - bar), bar + 0.008, height - 3 * bar - 0.02)
    return table.finish()


def chest(draw: Draw) -> Model:
    """A trunk with iron corners, or a block with drawers on both long sides."""
    wood, wide, deep = draw.wood(), draw.between(0.7, 1.1), draw.between(0.45, 0.65)
    height, look = draw.between(0.36, 0.46), trim(draw, wood)
    table, x, y = Shape("coffee_tables.chest", "table"), wide / 2, deep / 2
    block(table, (-x, -y, 0.04), (x, y, height), wood)
    legs(table, (wide - 0.04, deep - 0.04), 0.05, 0.05, look.metal, square=True)
    if draw.chance(0.5):
        drawers(table, (-x + 0.02, 0.06), (0.0, height - 0.02), -y, draw.whole(1, 2), look)
        drawers(table, (0.0, 0.06), (x - 0.02, height - 0.02), -y, draw.whole(1, 2), look)
    else:
        for side in (-0.6, 0.6):
            block(table, (side * x - 0.02, -y - 0.008, 0.045), (side * x + 0.02, y + 0.008, height - 0.003), look.metal)
        block(table, (-0.04, -y - 0.02, height - 0.12), (0.04, -y + 0.01, height - 0.06), look.metal)
    table.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.01), height)
    return table.finish()


def live_edge(draw: Draw) -> Model:
    """A slab of a trunk with its bark's edge, on hairpins."""
    wood, metal, wide = draw.wood(), draw.metal(), draw.between(0.8, 1.3)
    deep, height, thick = draw.between(0.45, 0.6), draw.between(0.38, 0.46), draw.between(0.035, 0.06)
    table, phase = Shape("coffee_tables.live_edge", "table"), draw.between(0, 6)
    outline = [
        (x * (1 + 0.01 * np.sin(7 * x + phase)), y * (1 + 0.07 * np.sin(5 * x + phase) + 0.03 * np.sin(13 * x)))
        for x, y in rounded(wide, deep * 0.9, 7.0, 48)
    ]
    table.prism(outline, height - thick, height, wood)
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = sx * wide * 0.36, sy * deep * 0.28
            line = [(x - 0.05, y, height - thick + 0.01), (x + sx * 0.06, y + sy * 0.04, 0.006)]
            tube(table, [*line, (x + 0.05, y + sy * 0.01, height - thick + 0.01)], 0.006, metal, sides=6, bend=0.02)
    x, y = wide * 0.42, deep * 0.34
    table.top((-x, -y), (x, y), height)
    return table.finish()


def tray(draw: Draw) -> Model:
    """A round or square tray with a rim on folding crossed legs."""
    wood, metal, wide = draw.wood(), draw.metal(), draw.between(0.42, 0.62)
    height, rim = draw.between(0.42, 0.56), draw.between(0.02, 0.05)
    table, half = Shape("coffee_tables.tray", "table"), wide / 2
    if draw.chance(0.5):
        profile = [
            (half - 0.02, 0),
            (half, 0.01),
            (half, rim),
            (half - 0.012, rim),
            (half - 0.03, 0.012),
            (0.01, 0.012),
        ]
        table.lathe((0, 0, height), profile, metal, sides=28)
        inside = (half - 0.03) * 0.69
    else:
        table.box((0, 0, height + 0.006), (wide, wide, 0.012), wood)
        for side in (-1, 1):
            table.box((side * (half - 0.006), 0, height + rim / 2), (0.012, wide, rim), wood)
            table.box((0, side * (half - 0.006), height + rim / 2), (wide - 0.024, 0.012, rim), wood)
        inside = half - 0.015
    table.top((-inside, -inside), (inside, inside), height + 0.012)
    x, y = half * 0.62, half * 0.7
    for side in (-x, x):
        for way in (-1, 1):
            table.rod(
                (side + 0.006 * way, way * y, 0), (side + 0.006 * way, -way * y, height + 0.004), 0.011, wood, sides=8
            )
    for way in (-1, 1):
        table.rod((-x, way * y, height - 0.006), (x, way * y, height - 0.006), 0.01, wood, sides=8)
    table.rod((-x, 0, height / 2), (x, 0, height / 2), 0.008, wood, sides=8)
    return table.finish()


def woven(draw: Draw) -> Model:
    """A drum or a box of cane with a lid or a glass on it."""
    cane, wide, height = rattan(draw), draw.between(0.5, 0.85), draw.between(0.36, 0.48)
    table = Shape("coffee_tables.woven", "table")
    deep, squareness = wide * draw.one_of((1.0, 1.0, 0.65)), draw.one_of((2.0, 5.0))
    table.prism(rounded(wide * 0.94, deep * 0.94, squareness, 32), 0.0, height - 0.015, cane)
    band = draw.wood()
    for z in (0.0, height * 0.5):
        table.prism(rounded(wide * 0.96, deep * 0.96, squareness, 32), z, z + 0.025, band)
    board_top(table, (wide, deep), height, 0.02, GLASS if draw.chance(0.4) else draw.wood(), squareness)
    return table.finish()


def open_box(draw: Draw) -> Model:
    """A low case, open through the front, on tapered legs; books and boxes inside."""
    wood, wide, deep = draw.wood(), draw.between(0.8, 1.2), draw.between(0.45, 0.6)
    height, low = draw.between(0.4, 0.5), draw.between(0.16, 0.22)
    table, x, y = Shape("coffee_tables.open_box", "table"), wide / 2, deep / 2
    carcass(table, (-x, -y, low), (x, y, height), wood)
    legs(table, (wide - 0.06, deep - 0.06), low + 0.01, 0.04, wood, splay=0.04, foot=0.5)
    middle = draw.between(-0.1, 0.1)
    block(table, (middle - 0.009, -y + 0.005, low + 0.01), (middle + 0.009, y - 0.005, height - 0.01), wood)
    for start, end in ((-x + 0.02, middle - 0.01), (middle + 0.01, x - 0.02)):
        fill(table, draw, (start, -y + 0.005), (end, y - 0.02), low + 0.018, height - low - 0.04, 0.5)
    table.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.01), height)
    return table.finish()


COFFEE_TABLES = (two_boards, nest, glass_box, chest, live_edge, tray, woven, open_box)
