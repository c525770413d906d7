"""Low cabinets: doors and drawers open to the front, and things stand on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.beds_and_tables.tables import GLASS
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
from geo3d.data_tools.rooms.furniture.making.upholstery import plastic, rattan
from geo3d.data_tools.rooms.furniture.storage.books import fill
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def _topped(cabinet: Shape, x: float, y: float, height: float, room: float = 2.0) -> None:
    """Its upper side between -x and x, -y and y is a top."""
    cabinet.top((-x + 0.01, -y + 0.01), (x - 0.01, y - 0.01), height, room)


def sideboard(draw: Draw) -> Model:
    """A long low case on splayed legs: sliding or hinged doors beside a column of drawers."""
    wood, wide, deep = draw.wood(), draw.between(1.2, 2.0), draw.between(0.38, 0.48)
    low, height = draw.between(0.12, 0.22), draw.between(0.68, 0.85)
    cabinet, look = Shape("cabinets.sideboard", "cabinet"), trim(draw, draw.wood() if draw.chance(0.3) else wood, 0.1)
    x, y, split = wide / 2, deep / 2, draw.between(-0.2, 0.2)
    block(cabinet, (-x, -y + 0.02, low), (x, y, height), wood)
    legs(cabinet, (wide - 0.2, deep - 0.08), low + 0.01, 0.04, wood, splay=0.05, foot=0.5)
    drawers(cabinet, (split - 0.25, low + 0.01), (split + 0.25, height - 0.015), -y + 0.02, draw.whole(3, 4), look)
    for start, end in ((-x + 0.015, split - 0.25), (split + 0.25, x - 0.015)):
        doors(cabinet, (start, low + 0.01), (end, height - 0.015), -y + 0.02, 1 if end - start < 0.6 else 2, look)
    _topped(cabinet, x, y - 0.02, height)
    return cabinet.finish()


def buffet(draw: Draw) -> Model:
    """Framed doors below a row of drawers, under a board that stands out, on a plinth."""
    wood, wide, deep = draw.wood(), draw.between(0.8, 1.5), draw.between(0.4, 0.5)
    height, plinth = draw.between(0.8, 0.95), draw.between(0.06, 0.12)
    cabinet, metal = Shape("cabinets.buffet", "cabinet"), draw.metal()
    x, y, columns = wide / 2, deep / 2, draw.whole(2, 3)
    look = Trim(wood, metal, draw.one_of(("knob", "cup", "bar")), True)
    block(cabinet, (-x + 0.02, -y + 0.04, plinth - 0.002), (x - 0.02, y, height - 0.03), wood)
    block(cabinet, (-x + 0.03, -y + 0.06, 0), (x - 0.03, y - 0.01, plinth), wood)
    block(cabinet, (-x, -y, height - 0.03), (x, y, height), draw.wood() if draw.chance(0.4) else wood)
    row = height - 0.04 - draw.between(0.14, 0.2)
    doors(cabinet, (-x + 0.03, plinth + 0.02), (x - 0.03, row), -y + 0.04, columns, look)
    step = (wide - 0.06) / columns
    for i in range(columns):
        front(cabinet, (-x + 0.03 + i * step, row), (-x + 0.03 + (i + 1) * step, height - 0.035), -y + 0.04, look)
    _topped(cabinet, x, y, height)
    return cabinet.finish()


def media(draw: Draw) -> Model:
    """A bench for a television: open rooms for boxes and books between drawers."""
    wood, wide, deep = draw.wood(), draw.between(1.0, 2.0), draw.between(0.36, 0.45)
    low, height = draw.one_of((0.0, 0.05, 0.14)), draw.between(0.38, 0.55)
    cabinet, look, columns = Shape("cabinets.media", "cabinet"), trim(draw, wood, 0.1), draw.whole(2, 4)
    x, y, step = wide / 2, deep / 2, wide / columns
    carcass(cabinet, (-x, -y, low), (x, y, height), wood)
    if low:
        legs(cabinet, (wide - 0.08, deep - 0.06), low + 0.01, 0.045, look.metal, square=draw.chance(0.5))
    closed = draw.whole(0, columns - 1)
    for i in range(columns):
        start = -x + i * step
        if i:
            block(cabinet, (start - 0.009, -y + 0.003, low + 0.01), (start + 0.009, y - 0.005, height - 0.01), wood)
        inside = (start + BOARD, start + step - BOARD)
        if i == closed:
            start, end = start + 0.008, start + step - 0.008
            block(cabinet, (start, -y + 0.02, low + 0.01), (end, y - 0.006, height - 0.01), wood)
            drawers(cabinet, (start, low + BOARD), (end, height - BOARD), -y + 0.02, 2, look)
            continue
        middle = (low + height) / 2
        rooms = [(low + BOARD, height - BOARD)]
        if height - low > 0.4 or draw.chance(0.4):
            block(cabinet, (start + 0.005, -y + 0.02, middle - 0.014), (start + step - 0.005, y - 0.005, middle), wood)
            rooms = [(low + BOARD, middle - 0.014), (middle, height - BOARD)]
        for floor, lid in rooms:
            fill(cabinet, draw, (inside[0], -y + 0.03), (inside[1], y - 0.015), floor, lid - floor - 0.002, 0.5)
    _topped(cabinet, x, y, height)
    return cabinet.finish()


def filing(draw: Draw) -> Model:
    """An office's steel cabinet with deep drawers, alone or two side by side, perhaps on wheels."""
    steel, columns, rows = draw.paint(), draw.whole(1, 2), draw.whole(2, 4)
    wide, deep, foot = draw.between(0.4, 0.48), draw.between(0.5, 0.62), draw.between(0.02, 0.06)
    cabinet, look = Shape("cabinets.filing", "cabinet"), Trim(steel, draw.metal(), draw.one_of(("bar", "cup")), False)
    x, y, height = columns * wide / 2, deep / 2, foot + rows * draw.between(0.29, 0.33)
    block(cabinet, (-x, -y + 0.02, foot), (x, y, height), steel)
    legs(cabinet, (2 * x - 0.04, deep - 0.08), foot + 0.01, 0.04, look.metal)
    for i in range(columns):
        start = -x + i * wide
        drawers(cabinet, (start + 0.01, foot + 0.01), (start + wide - 0.01, height - 0.02), -y + 0.02, rows, look)
        for row in range(rows):
            z = foot + 0.01 + (row + 0.8) * (height - foot - 0.03) / rows
            block(
                cabinet,
                (start + wide / 2 - 0.04, -y - 0.008, z),
                (start + wide / 2 + 0.04, -y + 0.006, z + 0.03),
                GLASS,
            )
    _topped(cabinet, x, y - 0.02, height)
    return cabinet.finish()


def vitrine(draw: Draw) -> Model:
    """A case with panes in its doors, and crockery behind them."""
    wood, wide, deep = draw.wood(), draw.between(0.7, 1.1), draw.between(0.34, 0.44)
    height, low, rows = draw.between(1.1, 1.9), draw.between(0.08, 0.3), draw.whole(3, 4)
    cabinet, x, y = Shape("cabinets.vitrine", "cabinet"), wide / 2, deep / 2
    carcass(cabinet, (-x, -y + 0.02, low), (x, y, height), wood)
    legs(cabinet, (wide - 0.02, deep - 0.06), low + 0.01, 0.045, wood, square=draw.chance(0.5))
    step = (height - low - BOARD) / rows
    for row in range(1, rows):
        floor = low + row * step
        block(cabinet, (-x + 0.01, -y + 0.03, floor), (x - 0.01, y - 0.004, floor + 0.016), wood)
    frame = 0.05
    for start, end in ((-x, 0.0), (0.0, x)):
        low_z, high_z = low + 0.01, height - 0.01
        for at in (start + 0.002, end - frame - 0.002):
            block(cabinet, (at, -y, low_z), (at + frame, -y + 0.022, high_z), wood)
        for z in (*np.linspace(low_z, high_z - frame, draw.whole(2, 4)),):
            block(cabinet, (start + frame, -y, z), (end - frame, -y + 0.022, z + frame), wood)
        block(cabinet, (start + 0.02, -y + 0.006, low_z + 0.01), (end - 0.02, -y + 0.014, high_z - 0.01), GLASS)
    metal = draw.metal()
    for side in (-0.03, 0.03):
        cabinet.rod(
            (side, -y + 0.01, (low + height) / 2), (side, -y - 0.025, (low + height) / 2), 0.012, metal, sides=8
        )
    _topped(cabinet, x, y - 0.02, height, 0.5)
    return cabinet.finish()


def lockers(draw: Draw) -> Model:
    """Pressed steel lockers with louvres, in two or three columns, on legs."""
    steel, columns, foot = plastic(draw), draw.whole(2, 3), draw.between(0.08, 0.16)
    each, deep, height = draw.between(0.3, 0.42), draw.between(0.38, 0.48), draw.between(0.75, 1.3)
    cabinet, x, y = Shape("cabinets.lockers", "cabinet"), columns * each / 2, deep / 2
    block(cabinet, (-x, -y + 0.02, foot), (x, y, height), steel)
    legs(cabinet, (2 * x, deep - 0.04), foot + 0.01, 0.03, draw.metal(), square=True)
    look = Trim(steel, draw.metal(), "cup", False)
    rows = draw.whole(1, 2)
    step = (height - foot - 0.02) / rows
    for row in range(rows):
        low, high = foot + 0.01 + row * step, foot + 0.01 + (row + 1) * step
        doors(cabinet, (-x + 0.005, low), (x - 0.005, high), -y + 0.02, columns, look)
        for column in range(columns):
            middle = -x + (column + 0.5) * each
            for z in (high - 0.06, high - 0.085, high - 0.11):
                block(cabinet, (middle - 0.07, -y - 0.006, z), (middle + 0.07, -y + 0.006, z + 0.01), steel)
    _topped(cabinet, x, y - 0.02, height)
    return cabinet.finish()


def caned(draw: Draw) -> Model:
    """A cupboard whose framed doors hold panels of cane, on a steel stand."""
    wood, cane, wide = draw.wood(), rattan(draw), draw.between(0.8, 1.4)
    deep, low, height = draw.between(0.36, 0.44), draw.between(0.14, 0.3), draw.between(0.75, 1.0)
    cabinet, metal, x, y = Shape("cabinets.caned", "cabinet"), draw.metal(), wide / 2, deep / 2
    block(cabinet, (-x, -y + 0.02, low), (x, y, height), wood)
    legs(cabinet, (wide - 0.03, deep - 0.05), low, 0.025, metal, square=True)
    for side in (-1, 1):
        cabinet.box((0, side * (deep / 2 - 0.04), low - 0.012), (wide - 0.03, 0.025, 0.025), metal)
    columns = draw.whole(2, 4)
    doors(cabinet, (-x, low), (x, height), -y + 0.02, columns, Trim(wood, metal, "knob", True))
    step = wide / columns
    for i in range(columns):
        start = -x + i * step
        panel = (start + 0.055, -y + 0.006, low + 0.055), (start + step - 0.055, -y + 0.014, height - 0.055)
        block(cabinet, *panel, cane)
    _topped(cabinet, x, y - 0.02, height)
    return cabinet.finish()


def cart(draw: Draw) -> Model:
    """A carcass of plywood with bright plastic trays to pull out, on wheels."""
    wood, wide, deep = draw.wood(), draw.between(0.4, 1.0), draw.between(0.36, 0.46)
    cabinet, height, x, y = Shape("cabinets.cart", "cabinet"), draw.between(0.55, 0.9), wide / 2, deep / 2
    metal = draw.metal()
    carcass(cabinet, (-x, -y, 0.06), (x, y, height), wood)
    for sx in (-1, 1):
        for sy in (-1, 1):
            at = (sx * (x - 0.05), sy * (y - 0.05))
            cabinet.rod((at[0] - 0.012, at[1], 0.03), (at[0] + 0.012, at[1], 0.03), 0.03, Material((32, 32, 34)))
            cabinet.rod((*at, 0.03), (*at, 0.062), 0.01, metal, sides=8)
    columns, rows = max(1, round(wide / 0.4)), draw.whole(3, 5)
    trays = [plastic(draw) for _ in range(2)]
    step, rise = (wide - BOARD) / columns, (height - 0.06 - 2 * BOARD) / rows
    for i in range(columns):
        left = -x + BOARD + i * step
        if i:
            block(cabinet, (left - BOARD, -y + 0.004, 0.07), (left, y - 0.005, height - 0.01), wood)
        for row in range(rows):
            z = 0.06 + BOARD + row * rise
            out = draw.between(-0.004, 0.012)
            tray = draw.one_of(trays)
            block(cabinet, (left + 0.006, -y - out, z), (left + step - BOARD - 0.006, y - 0.02, z + rise * 0.8), tray)
            block(cabinet, (left, -y + 0.02, z + rise * 0.72), (left + step - BOARD, y - 0.02, z + rise * 0.8), tray)
    _topped(cabinet, x, y, height)
    return cabinet.finish()


CABINETS = (sideboard, buffet, media, filing, vitrine, lockers, caned, cart)
