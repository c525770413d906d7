"""Seats without arms, most without a back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.making.joinery import legs
from geo3d.data_tools.rooms.furniture.making.parts import hoop, place, rotation, rounded, side_strip, smooth, tube
from geo3d.data_tools.rooms.furniture.making.upholstery import covering, padded, plastic, rattan
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def milking(draw: Draw) -> Model:
    """A thick round board on three splayed legs."""
    wood, radius, seat = draw.wood(), draw.between(0.15, 0.2), draw.between(0.38, 0.5)
    stool, turned = Shape("stools.milking", "chair"), draw.between(0, 2)
    stool.lathe((0, 0, seat), [(radius - 0.008, -0.035), (radius, -0.027), (radius, -0.008), (radius - 0.008, 0)], wood)
    for third in range(3):
        angle = turned + third * 2 * np.pi / 3
        x, y = radius * np.cos(angle), radius * np.sin(angle)
        stool.rod((0.95 * x, 0.95 * y, 0), (0.6 * x, 0.6 * y, seat - 0.01), 0.012, wood, end_radius=0.018)
    if draw.chance(0.5):
        hoop(stool, (0, 0, seat * 0.35), 0.83 * radius, 0.008, wood)
    return stool.finish()


def bar(draw: Draw) -> Model:
    """A high stool of square steel bars with a rail for the feet, perhaps a low back."""
    metal, wide, seat = draw.metal(), draw.between(0.34, 0.42), draw.between(0.6, 0.78)
    stool, bar_ = Shape("stools.bar", "chair"), draw.between(0.02, 0.03)
    legs(stool, (wide, wide), seat - 0.02, bar_, metal, square=True)
    x, rail = (wide - bar_) / 2, draw.between(0.18, 0.3)
    for side in (-x, x):
        stool.box((side, 0, rail), (bar_, wide - bar_, bar_), metal)
        stool.box((0, side, rail + 0.03), (wide - bar_, bar_, bar_), metal)
    cover = covering(draw) if draw.chance(0.5) else draw.wood()
    padded(stool, (0, 0, seat - 0.005), (wide + 0.01, wide + 0.01, 0.05), cover, 0.015)
    if draw.chance(0.4):
        back = seat + draw.between(0.18, 0.3)
        for side in (-x, x):
            stool.box((side, x, (seat + back) / 2 - 0.02), (bar_, bar_, back - seat + 0.04), metal)
        stool.box((0, x - 0.005, back - 0.05), (wide, 0.035, 0.1), cover)
    return stool.finish()


def piston(draw: Draw) -> Model:
    """A chromed trumpet foot, a column, and a low moulded tub to sit in."""
    metal, cover, seat = draw.metal(), covering(draw), draw.between(0.62, 0.8)
    stool = Shape("stools.piston", "chair")
    stool.lathe((0, 0, 0), [(0.2, 0), (0.2, 0.008), (0.06, 0.035), (0.03, 0.07), (0.028, seat - 0.04)], metal)
    line = [
        (0.0, 0.0, 0.26),
        (-0.15, -0.02, 0.26),
        (-0.16, -0.2, 0.26),
        (0.16, -0.2, 0.26),
        (0.15, -0.02, 0.26),
        (0, 0, 0.26),
    ]
    tube(stool, line, 0.01, metal, bend=0.08)
    wide = draw.between(0.38, 0.44)
    stool.prism(rounded(wide, 0.38, 4.0), seat - 0.05, seat, cover)
    tall, sweep = draw.between(0.12, 0.3), np.linspace(-0.1 * np.pi, 1.1 * np.pi, 15)
    wall = np.column_stack([(wide / 2 - 0.015) * np.cos(sweep), 0.175 * np.sin(sweep)])
    stool.sheet(wall.tolist(), 0.03, seat - 0.05, seat + tall, cover)
    return stool.finish()


def tabouret(draw: Draw) -> Model:
    """Pressed steel with four flaring legs and a waist."""
    steel, wide, seat = plastic(draw), draw.between(0.28, 0.33), draw.between(0.44, 0.76)
    stool, foot = Shape("stools.tabouret", "chair"), draw.between(0.05, 0.09)
    padded(stool, (0, 0, seat - 0.02), (wide, wide, 0.04), steel, 0.018)
    legs(stool, (wide - 0.01, wide - 0.01), seat - 0.02, 0.055, steel, splay=foot, foot=0.55)
    half = (wide - 0.01 - 0.055) / 2
    for share in (0.35, 0.75):
        reach = half + foot * (1 - share)
        for side in (-reach, reach):
            stool.box((side, 0, share * seat), (0.01, 2 * reach, 0.03), steel)
            stool.box((0, side, share * seat), (2 * reach, 0.01, 0.03), steel)
    return stool.finish()


def stacking(draw: Draw) -> Model:
    """A round seat on legs of plywood bent under it."""
    wood, radius, seat = draw.wood(), draw.between(0.17, 0.2), draw.between(0.43, 0.66)
    top = draw.wood() if draw.chance(0.5) else wood
    stool = Shape("stools.stacking", "chair")
    stool.lathe((0, 0, seat), [(radius, -0.022), (radius, 0)], top, sides=28)
    reach, wide = radius - 0.012, draw.between(0.04, 0.06)
    line = smooth([(-reach, 0), (-reach, seat - 0.03), (-0.02, seat - 0.03)], 3)
    part = Shape("", "chair")
    side_strip(part, line.tolist(), 0.022, -wide / 2, wide / 2, wood)
    count = draw.whole(3, 4)
    for i in range(count):
        place(stool, part, rotation(turn=2 * np.pi * (i + 0.5) / count))
    if seat > 0.55:
        hoop(stool, (0, 0, 0.25), reach - 0.01, 0.009, draw.metal())
    return stool.finish()


def steps(draw: Draw) -> Model:
    """A stool of boards with a step in front, to sit on or to reach what is high."""
    wood, wide, seat = draw.wood(), draw.between(0.38, 0.44), draw.between(0.42, 0.5)
    stool, board, middle = Shape("stools.steps", "chair"), 0.02, seat / 2
    for side in (-1, 1):
        x = side * (wide / 2 - 0.035)
        stool.box((x, 0.09, (seat - board) / 2), (board, 0.2, seat - board), wood)
        stool.box((x, -0.12, (middle - board) / 2), (board, 0.24, middle - board), wood)
    stool.box((0, 0.08, seat - board / 2), (wide, 0.25, board), wood)
    stool.box((0, -0.135, middle - board / 2), (wide, 0.22, board), wood)
    stool.box((0, 0.17, seat * 0.7), (wide - 0.08, board, 0.08), wood)
    return stool.finish()


def drum(draw: Draw) -> Model:
    """A woven hourglass of cane, or a straight drum covered with cloth."""
    stool, radius, seat = Shape("stools.drum", "chair"), draw.between(0.18, 0.24), draw.between(0.4, 0.48)
    waist = draw.between(0.65, 1.0)
    profile = [(radius * (1 - (1 - waist) * np.sin(np.pi * t)), t * (seat - 0.03)) for t in np.linspace(0, 1, 7)]
    stool.lathe((0, 0, 0), profile, rattan(draw) if draw.chance(0.6) else draw.cloth(), sides=24)
    cushion = [(radius - 0.01, -0.035), (radius + 0.005, -0.025), (radius + 0.005, -0.01), (radius - 0.02, 0)]
    stool.lathe((0, 0, seat), cushion, covering(draw), sides=24)
    return stool.finish()


STOOLS = (milking, bar, piston, tabouret, stacking, steps, drum)
