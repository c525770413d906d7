"""Rugs and mats, 8 to 16 mm thick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import stack
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def bordered(draw: Draw) -> Model:
    """A woven rectangle with a border of another cloth."""
    rug, wide, deep = Shape("rugs.bordered", "floor mat"), draw.between(1.2, 3.0), draw.between(0.8, 2.0)
    thick, border = draw.between(0.008, 0.013), draw.between(0.06, 0.25)
    rug.box((0, 0, thick / 2), (wide, deep, thick), draw.cloth())
    rug.box((0, 0, thick / 2 + 0.001), (wide - 2 * border, deep - 2 * border, thick), draw.cloth())
    return rug.finish()


def round_or_oval(draw: Draw) -> Model:
    """A circle or an oval, in rings."""
    rug, wide = Shape("rugs.round_or_oval", "floor mat"), draw.between(0.8, 2.2)
    deep, cloths = wide * draw.one_of((1.0, 1.0, 0.65)), (draw.cloth(), draw.cloth())
    for i in range(draw.whole(1, 4)):
        share, thick = 1 - 0.22 * i, 0.008 + 0.001 * i
        stack(
            rug, [(share * wide, share * deep, 0, 0), (share * wide, share * deep, 0, thick)], cloths[i % 2], count=40
        )
    return rug.finish()


def fringed(draw: Draw) -> Model:
    """A long narrow carpet with fringes at its ends."""
    rug, wide, deep = Shape("rugs.fringed", "floor mat"), draw.between(1.2, 2.8), draw.between(0.55, 0.9)
    rug.box((0, 0, 0.005), (wide, deep, 0.01), draw.cloth())
    yarn, count = Material(draw.shade((225, 215, 190))), round(deep / 0.03)
    for i in range(count):
        y = deep * ((i + 0.5) / count - 0.5)
        for side in (-1, 1):
            rug.box((side * (wide / 2 + 0.03), y, 0.004), (0.08, 0.012, 0.008), yarn)
    return rug.finish()


def shaggy(draw: Draw) -> Model:
    """A hide or a deep pile whose outline is wavy."""
    rug = Shape("rugs.shaggy", "floor mat")
    wide, deep, phase = draw.between(0.8, 2.0), draw.between(0.6, 1.4), draw.between(0, 6)
    angles = np.arange(64) * np.pi / 32
    reach = 1 + 0.1 * np.sin(3 * angles + phase) + 0.07 * np.sin(5 * angles - phase)
    outline = np.column_stack([wide / 2 * np.cos(angles), deep / 2 * np.sin(angles)]) * reach[:, None]
    colour = draw.shade(draw.one_of(((240, 236, 226), (200, 180, 150), (90, 70, 55), (120, 120, 122))))
    pile = Material(colour, draw.shade(colour, 0.3), "carpet", 0.4)
    rug.loft(
        [np.column_stack([share * outline, np.full(64, z)]) for share, z in ((1, 0), (1, 0.006), (0.97, 0.015))], pile
    )
    return rug.finish()


def bath_mat(draw: Draw) -> Model:
    """A small mat of cloth with a hem, or a grating of slats."""
    rug, wide, deep = Shape("rugs.bath_mat", "floor mat"), draw.between(0.5, 0.9), draw.between(0.4, 0.6)
    if draw.chance(0.5):
        rug.box((0, 0, 0.005), (wide, deep, 0.01), draw.cloth())
        rug.box((0, 0, 0.006), (wide - 0.06, deep - 0.06, 0.012), draw.cloth())
        return rug.finish()
    wood = draw.wood()
    for i in range(8):
        rug.box((wide * ((i + 0.5) / 8 - 0.5), 0, 0.0105), (wide / 8 - 0.02, deep, 0.009), wood)
    for y in (-0.35 * deep, 0.35 * deep):
        rug.box((0, y, 0.004), (wide - 0.02, 0.04, 0.008), wood)
    return rug.finish()


RUGS = (bordered, round_or_oval, fringed, shaggy, bath_mat)
