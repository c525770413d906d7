"""Bins for waste paper, rubbish and washing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.joinery import block
from geo3d.data_tools.rooms.furniture.making.parts import hoop, rounded
from geo3d.data_tools.rooms.furniture.making.upholstery import padded, plastic, rattan
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

PROP = "otherprop"


def paper_basket(draw: Draw) -> Model:
    """An open bucket that gets wider upwards, with crumpled paper in it or not."""
    skin, radius, height = plastic(draw), draw.between(0.11, 0.16), draw.between(0.26, 0.36)
    bin_, foot = Shape("bins.paper_basket", PROP), draw.between(0.7, 0.95)
    stretch = (1.0, draw.one_of((1.0, 1.0, 0.7)))
    lip = height - 0.012
    outside = [(radius * foot, 0.0), (radius, lip), (radius + 0.006, lip), (radius + 0.006, height)]
    inside = [(radius - 0.008, height), (radius * foot - 0.01, 0.012)]
    bin_.lathe((0, 0, 0), [*outside, *inside], skin, stretch)
    for _ in range(draw.whole(0, 5)):
        size, angle = draw.between(0.06, 0.1), draw.between(0, 6.3)
        away = radius * foot * 0.4
        at = (away * np.cos(angle), stretch[1] * away * np.sin(angle), 0.01 + size * 0.48)
        bin_.cushion(at, (size, size, size), Material((238, 236, 230)), 2.4, "paper", 4)
    return bin_.finish()


def pedal(draw: Draw) -> Model:
    """A steel drum with a domed lid and a pedal at its foot."""
    steel, radius, height = draw.metal(), draw.between(0.1, 0.19), draw.between(0.28, 0.68)
    bin_, black = Shape("bins.pedal", PROP), Material((32, 32, 34))
    bin_.lathe((0, 0, 0), [(radius + 0.004, 0), (radius + 0.004, 0.03)], black)
    bin_.lathe((0, 0, 0), [(radius, 0.02), (radius, height)], steel, sides=24)
    dome = [(radius + 0.004, 0), (radius + 0.004, 0.02), (radius * 0.8, 0.045), (radius * 0.4, 0.06), (0.02, 0.065)]
    bin_.lathe((0, 0, height - 0.004), dome, steel if draw.chance(0.6) else black, sides=24)
    block(bin_, (-0.03, -radius - 0.05, 0.012), (0.03, -radius + 0.01, 0.024), black)
    block(bin_, (-0.04, radius - 0.02, height - 0.06), (0.04, radius + 0.02, height + 0.02), black)
    return bin_.finish()


def swing(draw: Draw) -> Model:
    """A tall box of plastic with a roof that swings."""
    skin, lid, wide = plastic(draw), plastic(draw), draw.between(0.26, 0.4)
    deep, height = wide * draw.between(0.6, 0.95), draw.between(0.4, 0.66)
    bin_ = Shape("bins.swing", PROP)
    ring = np.column_stack([*np.array(rounded(wide, deep, 7.0, 24)).T, np.zeros(24)])
    bin_.loft([ring * (0.8, 0.8, 1), np.add(ring, (0, 0, height))], skin)
    bin_.prism(rounded(wide + 0.015, deep + 0.015, 7.0, 24), height - 0.004, height + 0.03, lid)
    bin_.box((0, -deep * 0.22, height + 0.06), (wide * 0.8, deep * 0.5, 0.012), skin, tilt=-0.4)
    bin_.box((0, deep * 0.22, height + 0.06), (wide * 0.8, deep * 0.5, 0.012), skin, tilt=0.4)
    for side in (-1, 1):
        block(
            bin_,
            (side * wide * 0.41 - 0.01, -deep * 0.2, height),
            (side * wide * 0.41 + 0.01, deep * 0.2, height + 0.1),
            lid,
        )
    return bin_.finish()


def sorted_waste(draw: Draw) -> Model:
    """Two to four boxes side by side with flaps in different colours."""
    count, wide, deep = draw.whole(2, 4), draw.between(0.2, 0.3), draw.between(0.28, 0.4)
    height, grey = draw.between(0.4, 0.7), draw.paint()
    bin_ = Shape("bins.sorted_waste", PROP)
    for i in range(count):
        x = (i + 0.5 - count / 2) * wide
        colour = plastic(draw)
        padded(bin_, (x, 0, height / 2), (wide - 0.008, deep, height), grey, 0.02)
        block(
            bin_,
            (x - wide / 2 + 0.01, -deep / 2 + 0.02, height - 0.01),
            (x + wide / 2 - 0.01, deep / 2 - 0.02, height + 0.02),
            colour,
        )
        block(
            bin_,
            (x - wide * 0.3, -deep / 2 - 0.008, height * 0.55),
            (x + wide * 0.3, -deep / 2 + 0.01, height * 0.8),
            colour,
        )
    block(bin_, (-count * wide / 2 + 0.02, -deep * 0.4, 0.02), (count * wide / 2 - 0.02, deep * 0.4, 0.06), grey)
    return bin_.finish()


def hamper(draw: Draw) -> Model:
    """A basket for washing, of willow or cloth, with a lid or with washing showing."""
    skin, wide, height = (
        rattan(draw) if draw.chance(0.6) else draw.cloth(),
        draw.between(0.32, 0.5),
        draw.between(0.42, 0.65),
    )
    bin_, deep, squareness = Shape("bins.hamper", PROP), wide * draw.between(0.7, 1.0), draw.one_of((2.0, 6.0))
    ring = np.column_stack([*np.array(rounded(wide, deep, squareness, 28)).T, np.zeros(28)])
    low, high, thin = ring * (0.86, 0.86, 1), np.add(ring, (0, 0, height)), ring * (0.93, 0.93, 1) + (0, 0, height)
    bin_.loft([low, high, thin, low * 0.93 + (0, 0, 0.02)], skin)
    if draw.chance(0.5):
        bin_.prism(rounded(wide + 0.02, deep + 0.02, squareness, 28), height - 0.003, height + 0.03, skin)
        hoop(bin_, (0, 0, height + 0.032), 0.04, 0.008, skin)
    else:
        half = height / 2
        bin_.cushion((0, 0, half + 0.03), (wide * 0.88, deep * 0.88, height), draw.cloth(), 3, "clothes")
        for side in (-1, 1):
            middle = (side * wide * 0.2, 0.03, height + 0.01)
            bin_.cushion(middle, (wide * 0.45, deep * 0.5, 0.12), draw.cloth(), 2.5, "clothes", 6)
    return bin_.finish()


BINS = (paper_basket, pedal, swing, sorted_waste, hamper)
