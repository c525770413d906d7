"""Lamps that stand on floors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import bow, plastic, stack, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

LIGHT = Material((255, 247, 222))


def shaded(draw: Draw) -> Model:
    """A pole with a cloth shade on a round foot."""
    lamp, metal, high = Shape("lamps.shaded", "lamp"), draw.metal(), draw.between(1.4, 1.75)
    lamp.lathe((0, 0, 0), [(0.15, 0), (0.145, 0.02), (0.02, 0.035)], metal)
    lamp.rod((0, 0, 0.03), (0, 0, high - 0.05), 0.013, metal)
    _shade(lamp, draw, (0, 0, high - 0.28), draw.between(0.16, 0.24))
    return lamp.finish()


def tripod(draw: Draw) -> Model:
    """Three slanting legs that meet under a drum."""
    lamp, wood, high = Shape("lamps.tripod", "lamp"), draw.wood(), draw.between(1.3, 1.6)
    spread, meet = draw.between(0.22, 0.3), high - 0.3
    for i in range(3):
        angle = 2 * np.pi * i / 3 + np.pi / 6
        lamp.rod(
            (spread * np.cos(angle), spread * np.sin(angle), 0),
            (0.02 * np.cos(angle), 0.02 * np.sin(angle), meet),
            0.016,
            wood,
            sides=8,
        )
    lamp.rod((0, 0, meet - 0.03), (0, 0, high - 0.05), 0.03, draw.metal(), 0.012)
    _shade(lamp, draw, (0, 0, high - 0.3), draw.between(0.2, 0.27))
    return lamp.finish()


def arc(draw: Draw) -> Model:
    """A long bow from a stone block that hangs a dome over a sofa."""
    lamp, metal, high = Shape("lamps.arc", "lamp"), draw.metal(), draw.between(1.8, 2.1)
    reach = draw.between(0.9, 1.3)
    lamp.box((0, 0, 0.05), (0.28, 0.28, 0.1), Material((60, 60, 62), (110, 110, 112), "marble", 0.5))
    angles = np.linspace(0, 2.4, 13)
    line = [
        (
            reach / 1.74 * (1 - np.cos(a)),
            0.0,
            0.08 + (high - 0.08) * np.sin(a) ** 0.7 if a < 1.571 else high * (0.6 + 0.4 * np.sin(a)),
        )
        for a in angles
    ]
    tube(lamp, line, 0.013, metal)
    x, _, z = line[-1]
    lamp.lathe((x, 0, z - 0.16), [(0.17, 0), (0.15, 0.07), (0.06, 0.14), (0.02, 0.165)], metal)
    lamp.cushion((x, 0, z - 0.15), (0.1, 0.1, 0.1), LIGHT, 2, detail=5)
    return lamp.finish()


def uplighter(draw: Draw) -> Model:
    """A bowl of light on a tall pole, perhaps with a reading arm."""
    lamp, metal, high = Shape("lamps.uplighter", "lamp"), draw.metal(), draw.between(1.65, 1.85)
    lamp.lathe((0, 0, 0), [(0.14, 0), (0.13, 0.025), (0.02, 0.04)], metal)
    lamp.rod((0, 0, 0.03), (0, 0, high - 0.08), 0.014, metal)
    wide = draw.between(0.13, 0.2)
    lamp.lathe(
        (0, 0, high - 0.1), [(0.03, 0), (0.8 * wide, 0.05), (wide, 0.1), (wide - 0.012, 0.1), (0.03, 0.03)], LIGHT
    )
    if draw.chance(0.5):
        tube(lamp, [(0, 0, 0.7 * high), (0.15, -0.1, 0.75 * high), (0.3, -0.2, 0.7 * high)], 0.008, metal)
        lamp.rod((0.3, -0.2, 0.72 * high), (0.32, -0.21, 0.66 * high), 0.025, metal, 0.055)
    return lamp.finish()


def reading(draw: Draw) -> Model:
    """A jointed arm with a small reflector."""
    lamp, coat, high = Shape("lamps.reading", "lamp"), plastic(draw), draw.between(1.1, 1.4)
    lamp.rod((0, 0, 0), (0, 0, 0.025), 0.13, coat, sides=20)
    elbow = (0.0, 0.1, high)
    head = (0.0, -draw.between(0.25, 0.4), high + draw.between(0.0, 0.2))
    tube(lamp, [(0, 0, 0.02), (0, 0, 0.55 * high), elbow, head], 0.01, coat)
    lamp.cushion(elbow, (0.05, 0.05, 0.05), coat, 2, detail=5)
    x, y, z = head
    lamp.lathe((x, y, z - 0.13), [(0.1, 0), (0.07, 0.09), (0.03, 0.14), (0.012, 0.15)], coat)
    lamp.cushion((x, y, z - 0.12), (0.07, 0.07, 0.07), LIGHT, 2, detail=5)
    return lamp.finish()


def paper_column(draw: Draw) -> Model:
    """A square or round column of paper in a frame."""
    lamp, wood, high = Shape("lamps.paper_column", "lamp"), draw.wood(), draw.between(0.8, 1.4)
    wide = draw.between(0.2, 0.32)
    if draw.chance(0.5):
        lamp.box((0, 0, high / 2), (wide - 0.02, wide - 0.02, high - 0.04), LIGHT)
        for x in (-wide / 2, wide / 2):
            for y in (-wide / 2, wide / 2):
                lamp.box((x, y, high / 2), (0.024, 0.024, high), wood)
        for z in (0.06, high / 2, high - 0.03):
            lamp.box((0, 0, z), (wide, wide, 0.016), wood)
        return lamp.finish()
    rings = round(high / 0.09)
    profile = [
        (wide * (0.46 + 0.04 * (i % 2)), wide * (0.46 + 0.04 * (i % 2)), 0, 0.02 + (high - 0.02) * i / rings)
        for i in range(rings + 1)
    ]
    stack(lamp, [(2 * w, 2 * d, y, z) for w, d, y, z in profile], LIGHT)
    lamp.rod((0, 0, 0), (0, 0, 0.03), 0.45 * wide, wood, sides=20)
    return lamp.finish()


def globes(draw: Draw) -> Model:
    """Balls of glass on branches of a pole."""
    lamp, metal, high = Shape("lamps.globes", "lamp"), draw.metal(), draw.between(1.4, 1.7)
    lamp.rod((0, 0, 0), (0, 0, 0.03), 0.14, metal, sides=20)
    lamp.rod((0, 0, 0.02), (0, 0, high), 0.012, metal)
    size = draw.between(0.13, 0.2)
    for i in range(draw.whole(2, 5)):
        angle, z = 2.4 * i, high - 0.2 * i
        tip = (0.2 * np.cos(angle), 0.2 * np.sin(angle), z + 0.05)
        tube(lamp, bow((0, 0, z), tip, (0, 0, 0.03), 4), 0.008, metal)
        lamp.cushion((tip[0], tip[1], tip[2] + size / 2 - 0.005), (size, size, size), LIGHT, 2, detail=7)
    return lamp.finish()


def _shade(lamp: Shape, draw: Draw, at: tuple[float, float, float], wide: float) -> None:
    """A drum or cone, open below."""
    cloth = Material(draw.shade(draw.one_of(((238, 226, 200), (245, 243, 236), (120, 110, 100), (190, 150, 100)))))
    high, top = draw.between(0.2, 0.28), wide * draw.one_of((0.55, 0.8, 1.0))
    lamp.lathe(at, [(0.02, 0.9 * high), (wide - 0.012, 0), (wide, 0), (top, high), (0.02, high + 0.004)], cloth)


FLOOR_LAMPS = (shaded, tripod, arc, uplighter, reading, paper_column, globes)
