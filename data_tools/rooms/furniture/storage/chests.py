"""Dressers, which are chests of drawers, and the small ones beside a bed; drawers open to the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.beds_and_tables.tables import board_top
from geo3d.data_tools.rooms.furniture.making.joinery import (
    BOARD,
    Trim,
    block,
    carcass,
    doors,
    drawers,
    front,
    legs,
    trim,
)
from geo3d.data_tools.rooms.furniture.making.parts import front_board, rounded, tube
from geo3d.data_tools.rooms.furniture.storage.books import fill
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

MIRROR = Material((196, 206, 212))


def tall(draw: Draw) -> Model:
    """One column of wide drawers, or a pair of small ones on top, on a plinth or on feet."""
    wood, wide, deep = draw.wood(), draw.between(0.6, 0.95), draw.between(0.4, 0.5)
    foot, height = draw.between(0.03, 0.15), draw.between(0.8, 1.25)
    chest, look, x, y = Shape("chests.tall", "dresser"), trim(draw, wood), wide / 2, deep / 2
    block(chest, (-x + 0.005, -y + 0.03, foot), (x - 0.005, y, height - 0.018), wood)
    block(chest, (-x, -y + 0.01, height - 0.02), (x, y, height), wood)
    legs(chest, (wide - 0.03, deep - 0.08), foot + 0.01, 0.05, wood, square=draw.chance(0.5), foot=0.7)
    split = height - 0.03 - (0.18 if draw.chance(0.5) else 0.0)
    drawers(chest, (-x + 0.01, foot + 0.01), (x - 0.01, split), -y + 0.03, draw.whole(3, 5), look)
    if split < height - 0.1:
        for low, high in ((-x + 0.01, 0.0), (0.0, x - 0.01)):
            front(chest, (low, split), (high, height - 0.025), -y + 0.03, look)
    chest.top((-x + 0.01, -y + 0.02), (x - 0.01, y - 0.01), height)
    return chest.finish()


def double(draw: Draw) -> Model:
    """Two columns of drawers side by side on legs."""
    wood, wide, deep = draw.wood(), draw.between(1.2, 1.7), draw.between(0.42, 0.52)
    foot, height = draw.between(0.08, 0.2), draw.between(0.72, 0.95)
    chest, look, x, y = Shape("chests.double", "dresser"), trim(draw, wood), wide / 2, deep / 2
    block(chest, (-x, -y + 0.02, foot), (x, y, height), wood)
    legs(chest, (wide - 0.06, deep - 0.06), foot + 0.01, 0.045, wood, splay=draw.one_of((0.0, 0.04)), foot=0.6)
    rows = draw.whole(3, 4)
    for low, high in ((-x + 0.012, 0.0), (0.0, x - 0.012)):
        drawers(chest, (low, foot + 0.012), (high, height - 0.015), -y + 0.02, rows, look)
    chest.top((-x + 0.01, -y + 0.03), (x - 0.01, y - 0.01), height)
    return chest.finish()


def vanity(draw: Draw) -> Model:
    """A dressing table: drawers at both sides of the knees, an upright mirror on its rear."""
    wood, wide, deep = draw.wood(), draw.between(0.9, 1.3), draw.between(0.4, 0.5)
    chest, height, look = Shape("chests.vanity", "dresser"), draw.between(0.72, 0.78), trim(draw, wood)
    x, y, column = wide / 2, deep / 2, draw.between(0.24, 0.32)
    block(chest, (-x, -y, height - 0.02), (x, y, height), wood)
    low = draw.one_of((0.06, 0.4))
    for start in (-x + 0.01, x - 0.01 - column):
        block(chest, (start, -y + 0.03, low), (start + column, y - 0.01, height - 0.02), wood)
        drawers(chest, (start, low), (start + column, height - 0.02), -y + 0.03, draw.whole(2, 3), look)
        legs(chest, (column, deep - 0.06), low + 0.01, 0.035, wood, middle=(start + column / 2, 0.01))
    block(chest, (-x + column, y - 0.03, height - 0.2), (x - column, y - 0.012, height - 0.015), wood)
    half, up = draw.between(0.22, 0.34), draw.between(0.5, 0.75)
    squareness = draw.one_of((2.0, 8.0))
    for scale, front_y, back_y, look_ in ((1.0, y - 0.03, y - 0.008, wood), (0.9, y - 0.034, y - 0.012, MIRROR)):
        outline = [(a, b + height + up / 2 - 0.004) for a, b in rounded(2 * half * scale, up * scale, squareness, 28)]
        front_board(chest, outline, front_y, back_y, look_)
    block(chest, (-half * 0.5, y - 0.04, height - 0.002), (half * 0.5, y - 0.002, height + 0.03), wood)
    chest.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.05), height)
    return chest.finish()


def campaign(draw: Draw) -> Model:
    """A chest in two halves with brass corners and handles let in, one wide drawer above another."""
    wood, brass, wide = draw.wood(), Material(draw.shade((181, 148, 82))), draw.between(0.75, 1.0)
    deep, height, foot = draw.between(0.42, 0.5), draw.between(0.85, 1.05), draw.between(0.06, 0.12)
    chest, x, y, middle = Shape("chests.campaign", "dresser"), wide / 2, deep / 2, (height + foot) / 2
    look = Trim(wood, brass, "cup", False)
    for low, high in ((foot, middle - 0.006), (middle + 0.006, height)):
        block(chest, (-x, -y + 0.02, low), (x, y, high), wood)
        drawers(chest, (-x + 0.01, low + 0.01), (x - 0.01, high - 0.01), -y + 0.02, 2, look)
        for sx in (-1, 1):
            for z in (low, high - 0.05):
                start, end = sorted((sx * (x + 0.003), sx * (x - 0.05)))
                block(chest, (start, -y - 0.003, z + 0.002), (end, -y + 0.06, z + 0.048), brass)
    block(chest, (-x + 0.02, -y + 0.04, middle - 0.01), (x - 0.02, y - 0.02, middle + 0.01), wood)
    legs(chest, (wide - 0.04, deep - 0.06), foot + 0.01, 0.06, wood, foot=0.7)
    chest.top((-x + 0.01, -y + 0.07), (x - 0.01, y - 0.01), height)
    return chest.finish()


def boxed(draw: Draw) -> Model:
    """A night stand of two or three drawers."""
    wood, wide, deep = draw.wood(), draw.between(0.36, 0.55), draw.between(0.34, 0.44)
    foot, height = draw.between(0.02, 0.2), draw.between(0.45, 0.65)
    stand, look, x, y = Shape("chests.boxed", "night stand"), trim(draw, wood), wide / 2, deep / 2
    block(stand, (-x, -y + 0.02, foot), (x, y, height), wood)
    legs(stand, (wide - 0.03, deep - 0.06), foot + 0.01, 0.035, wood, foot=0.7, splay=min(0.03, foot / 4))
    drawers(stand, (-x, foot + 0.005), (x, height - 0.012), -y + 0.02, draw.whole(2, 3), look)
    stand.top((-x + 0.01, -y + 0.03), (x - 0.01, y - 0.01), height)
    return stand.finish()


def open_shelf(draw: Draw) -> Model:
    """A night stand with a drawer above an open room for books."""
    wood, wide, deep = draw.wood(), draw.between(0.38, 0.55), draw.between(0.34, 0.42)
    low, height = draw.between(0.08, 0.2), draw.between(0.48, 0.62)
    stand, look, x, y = Shape("chests.open_shelf", "night stand"), trim(draw, wood), wide / 2, deep / 2
    carcass(stand, (-x, -y, low), (x, y, height), wood)
    legs(stand, (wide - 0.02, deep - 0.02), low + 0.01, 0.03, draw.metal() if draw.chance(0.4) else wood, square=True)
    split = height - draw.between(0.13, 0.18)
    block(stand, (-x + 0.01, -y + 0.02, split), (x - 0.01, y - 0.005, height - 0.01), wood)
    front(stand, (-x + BOARD, split), (x - BOARD, height - BOARD), -y + 0.02, look)
    fill(stand, draw, (-x + 0.02, -y + 0.01), (x - 0.02, y - 0.015), low + BOARD, split - low - BOARD - 0.005, 0.6)
    stand.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.01), height)
    return stand.finish()


def round_table(draw: Draw) -> Model:
    """A small round table with a drum or a ring of a shelf, as a night stand."""
    wood, across, height = draw.wood(), draw.between(0.36, 0.5), draw.between(0.48, 0.62)
    stand, metal = Shape("chests.round_table", "night stand"), draw.metal()
    board_top(stand, (across, across), height, 0.02, wood, 2.0)
    reach = across * 0.3
    legs(stand, (2 * reach, 2 * reach), height - 0.01, 0.02, metal, splay=0.02)
    if draw.chance(0.5):
        stand.lathe((0, 0, height), [(across * 0.46, -0.16), (across * 0.46, -0.015)], wood, sides=28)
    else:
        low = draw.between(0.14, 0.22)
        stand.lathe((0, 0, low), [(across * 0.48, -0.016), (across * 0.48, 0.0)], wood, sides=28)
    return stand.finish()


def cupboard(draw: Draw) -> Model:
    """A night stand with one door, a gallery round its board, on turned legs."""
    wood, wide, deep = draw.wood(), draw.between(0.36, 0.48), draw.between(0.32, 0.4)
    low, height = draw.between(0.14, 0.26), draw.between(0.56, 0.7)
    stand, look, x, y = Shape("chests.cupboard", "night stand"), trim(draw, wood, 0.8), wide / 2, deep / 2
    block(stand, (-x + 0.01, -y + 0.03, low), (x - 0.01, y - 0.005, height - 0.015), wood)
    legs(stand, (wide - 0.03, deep - 0.06), low + 0.01, 0.04, wood, foot=0.5)
    block(stand, (-x, -y, height - 0.018), (x, y, height), wood)
    doors(stand, (-x + 0.01, low), (x - 0.01, height - 0.02), -y + 0.03, 1, look)
    rise = draw.between(0.02, 0.06)
    block(stand, (-x, y - 0.01, height - 0.005), (x, y, height + rise), wood)
    for side in (-x, x - 0.01):
        block(stand, (side, -y + 0.08, height - 0.005), (side + 0.01, y - 0.002, height + rise), wood)
    stand.top((-x + 0.015, -y + 0.01), (x - 0.015, y - 0.015), height)
    return stand.finish()


def cube(draw: Draw) -> Model:
    """Steel tube bent to a C around a mattress' edge, or a cube of boards without a front."""
    wood, metal, wide = draw.wood(), draw.metal(), draw.between(0.36, 0.46)
    stand, height, half = Shape("chests.cube", "night stand"), draw.between(0.45, 0.6), wide / 2
    if draw.chance(0.5):
        for y in (-half + 0.02, half - 0.02):
            tube(
                stand,
                [(half, y, 0.012), (-half, y, 0.012), (-half, y, height - 0.025), (half, y, height - 0.025)],
                0.012,
                metal,
            )
        for z in (0.012, height - 0.025):
            stand.rod((-half + 0.05, -half + 0.02, z), (-half + 0.05, half - 0.02, z), 0.01, metal, sides=8)
        block(stand, (-half, -half, height - 0.018), (half, half, height), wood)
    else:
        carcass(stand, (-half, -half, 0), (half, half, height), wood, 0.022)
        middle = height * draw.between(0.4, 0.65)
        block(stand, (-half + 0.01, -half + 0.01, middle), (half - 0.01, half - 0.005, middle + 0.018), wood)
        fill(stand, draw, (-half + 0.03, -half + 0.01), (half - 0.03, half - 0.02), 0.022, middle - 0.03, 0.6)
        inside = (half - 0.03, half - 0.02)
        fill(stand, draw, (-inside[0], -half + 0.02), inside, middle + 0.018, height - middle - 0.045, 0.4)
    stand.top((-half + 0.01, -half + 0.01), (half - 0.01, half - 0.01), height)
    return stand.finish()


DRESSERS = (tall, double, vanity, campaign)
NIGHT_STANDS = (boxed, open_shelf, round_table, cupboard, cube)
