"""More furniture that no other class names: what rolls or stands about in a household."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.joinery import block, legs
from geo3d.data_tools.rooms.furniture.making.parts import bucket, side_strip, tube
from geo3d.data_tools.rooms.furniture.making.upholstery import plastic
from geo3d.data_tools.rooms.furniture.storage.books import fill
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

OTHER = "otherfurniture"
RUBBER = Material((34, 34, 36))


def _wheel(shape: Shape, x: float, y: float, radius: float, wide: float = 0.025) -> None:
    """A wheel that rolls forward, on the floor."""
    shape.rod((x - wide / 2, y, radius), (x + wide / 2, y, radius), radius, RUBBER, sides=16)
    shape.rod((x - wide, y, radius), (x + wide, y, radius), radius * 0.3, Material((170, 170, 172)), sides=8)


def trolley(draw: Draw) -> Model:
    """A serving trolley: two or three trays between steel posts, on castors."""
    metal, wide, deep = draw.metal(), draw.between(0.4, 0.75), draw.between(0.3, 0.45)
    rows, height = draw.whole(2, 3), draw.between(0.7, 0.88)
    other, x, y = Shape("household.trolley", OTHER), wide / 2, deep / 2
    tray = plastic(draw) if draw.chance(0.5) else draw.wood()
    for sx in (-1, 1):
        for sy in (-1, 1):
            at = (sx * (x - 0.012), sy * (y - 0.012))
            other.rod((*at, 0.05), (*at, height), 0.01, metal, sides=8)
            _wheel(other, *at, 0.028, 0.018)
    for row in range(rows):
        z = 0.12 + row * (height - 0.2) / (rows - 1)
        block(other, (-x, -y, z), (x, y, z + 0.014), tray)
        for side in (-1, 1):
            other.box((side * (x - 0.005), 0, z + 0.03), (0.01, deep, 0.06), tray)
            other.box((0, side * (y - 0.005), z + 0.03), (wide, 0.01, 0.06), tray)
        room = (height - 0.2) / (rows - 1) - 0.03 if row < rows - 1 else 0.4
        fill(other, draw, (-x + 0.025, -y + 0.025), (x - 0.025, y - 0.025), z + 0.014, room, 0.3)
    return other.finish()


def stroller(draw: Draw) -> Model:
    """A buggy: a sling of a seat and a hood in a frame of tube, a basket below."""
    metal, cloth, wide = draw.metal(), draw.cloth(), draw.between(0.44, 0.52)
    other, x, big = Shape("household.stroller", OTHER), wide / 2, draw.between(0.09, 0.14)
    for side in (-x, x):
        tube(other, [(side, 0.55, 1.02), (side, 0.4, 0.98), (side, -0.38, 0.12)], 0.012, metal)
        tube(other, [(side, 0.3, big), (side, 0.02, 0.55)], 0.012, metal)
        _wheel(other, side, 0.3, big)
        _wheel(other, side, -0.38, 0.08)
        other.rod((side, -0.38, 0.08), (side, -0.36, 0.16), 0.012, metal, sides=8)
    other.rod((-x, 0.55, 1.02), (x, 0.55, 1.02), 0.014, RUBBER)
    for y, z in ((0.3, big), (0.0, 0.55), (-0.33, 0.17)):
        other.rod((-x, y, z), (x, y, z), 0.01, metal, sides=8)
    profile = [(-0.34, 0.22), (-0.32, 0.42), (-0.2, 0.48), (0.02, 0.46), (0.12, 0.58), (0.28, 0.94)]
    bucket(other, profile, [wide - 0.03] * 6, 0.08, 0.02, cloth)
    arc = [(-0.06, 0.9), (0.0, 1.06), (0.14, 1.13), (0.28, 1.08), (0.33, 0.94)]
    side_strip(other, arc, 0.018, -x - 0.01, x + 0.01, draw.cloth() if draw.chance(0.5) else cloth)
    for side in (-x, x):
        for end in (arc[0], arc[2]):
            other.rod((side, 0.3, 0.9), (side, *end), 0.009, metal, sides=6)
    block(other, (-x + 0.01, -0.22, big + 0.04), (x - 0.01, 0.24, big + 0.16), Material((52, 52, 55)))
    for side in (-x, x):
        other.rod((side * 0.97, 0.2, big + 0.1), (side, 0.2, big + 0.13), 0.01, metal, sides=6)
    return other.finish()


def ironing_board(draw: Draw) -> Model:
    """A padded board with a nose on crossed legs, an iron on it or not."""
    metal, cloth, long = draw.metal(), draw.cloth(), draw.between(1.15, 1.3)
    other, height, half = Shape("household.ironing_board", OTHER), draw.between(0.84, 0.94), draw.between(0.15, 0.2)
    turns = np.linspace(-np.pi / 2, np.pi / 2, 11)
    nose = [(long / 4 * (1 + np.cos(turn)), half * np.sin(turn)) for turn in turns]
    outline = [(-long / 2, -half), *nose, (-long / 2, half)]
    other.prism(outline, height - 0.03, height, cloth)
    for y, start, end in ((0.05, -0.42, 0.3), (-0.05, 0.42, -0.3)):
        for side in (-1, 1):
            other.rod(
                (start, y + side * 0.1, 0.012), (end, y * 0.5 + side * 0.05, height - 0.02), 0.011, metal, sides=8
            )
        other.rod((start, y - 0.17, 0.012), (start, y + 0.17, 0.012), 0.012, metal, sides=8)
    crossing = 0.012 + 0.42 / 0.72 * (height - 0.032)
    other.rod((0.0, -0.14, crossing), (0.0, 0.14, crossing), 0.008, metal, sides=6)
    other.top((-long / 2 + 0.03, -half + 0.02), (long / 4, half - 0.02), height, 0.5)
    return other.finish()


def exercise_bike(draw: Draw) -> Model:
    """A flywheel in a case between two feet, a saddle, a handlebar with a screen."""
    metal, case = draw.metal(), plastic(draw)
    other, saddle, bar = Shape("household.exercise_bike", OTHER), draw.between(0.8, 0.95), draw.between(1.05, 1.2)
    for y in (-0.45, 0.45):
        other.rod((-0.25, y, 0.035), (0.25, y, 0.035), 0.035, metal)
    other.rod((0, -0.45, 0.06), (0, 0.45, 0.06), 0.03, metal)
    other.rod((-0.05, -0.22, 0.36), (0.05, -0.22, 0.36), 0.26, case, sides=24)
    other.rod((0, -0.32, 0.06), (0, -0.2, bar), 0.03, metal)
    other.rod((0, 0.15, 0.06), (0, 0.22, saddle - 0.02), 0.025, metal)
    other.rod((0, 0.2, 0.3), (0, -0.2, 0.3), 0.025, metal)
    other.cushion((0, 0.22, saddle), (0.2, 0.28, 0.08), RUBBER, 2.6)
    line = [(-0.22, 0.0, bar + 0.04), (-0.2, -0.2, bar + 0.04), (0.2, -0.2, bar + 0.04), (0.22, 0.0, bar + 0.04)]
    tube(other, line, 0.014, RUBBER)
    other.rod((0, -0.2, bar - 0.02), (0, -0.2, bar + 0.06), 0.025, metal)
    other.box((0, -0.2, bar + 0.1), (0.2, 0.03, 0.14), RUBBER, tilt=-0.4)
    for side, up in ((-1, 0.1), (1, -0.1)):
        other.rod((0, -0.05, 0.33), (side * 0.09, -0.05, 0.33), 0.02, metal, sides=8)
        other.rod((side * 0.09, -0.05, 0.33), (side * 0.09, -0.05 + up, 0.33 - up), 0.013, metal, sides=8)
        other.box((side * 0.13, -0.05 + up, 0.33 - up), (0.1, 0.09, 0.025), RUBBER)
    return other.finish()


def easel(draw: Draw) -> Model:
    """A painter's easel on three legs with a canvas on its ledge."""
    wood, height = draw.wood(), draw.between(1.5, 1.8)
    other, ledge = Shape("household.easel", OTHER), draw.between(0.6, 0.8)
    slope = 0.2
    for side in (-1, 1):
        tube(other, [(side * 0.36, -0.2, 0), (side * 0.06, slope * height - 0.2, height)], 0.016, wood)
    other.rod((0, 0.42, 0), (0, slope * height - 0.2, height - 0.06), 0.016, wood)
    for z in (ledge, height - 0.08):
        other.box((0, slope * z - 0.2, z), (0.56 * (1 - z / height) + 0.2, 0.03, 0.05), wood)
    other.box((0, slope * ledge - 0.25, ledge), (0.5, 0.1, 0.02), wood)
    wide, tall = draw.between(0.4, 0.8), draw.between(0.4, height - ledge - 0.1)
    colour = draw.colour((0.1, 0.7), (0.4, 0.95))
    picture = Material(colour, draw.colour(), "photo", 0.8)
    middle = (0, slope * (ledge + tall / 2) - 0.235, ledge + 0.005 + tall / 2)
    other.box(middle, (wide, 0.02, tall), picture, tilt=0.19, label="picture")
    return other.finish()


def pet_bed(draw: Draw) -> Model:
    """A ring of padding round a cushion, for a dog or a cat."""
    cover, wide = draw.cloth(), draw.between(0.5, 0.95)
    other, fat = Shape("household.pet_bed", OTHER), draw.between(0.05, 0.08)
    angles, stretch = np.linspace(0.0, 2 * np.pi, 29), draw.between(0.7, 1.0)
    reach = wide / 2 - fat
    ring = np.column_stack([reach * np.cos(angles), stretch * reach * np.sin(angles), np.full(29, fat)])
    tube(other, ring, fat, cover, sides=10, bend=0)
    other.cushion((0, 0, 0.05), (2 * reach, 2 * stretch * reach, 0.1), draw.cloth(), 2.5)
    return other.finish()


def plant_stand(draw: Draw) -> Model:
    """Boards like steps at two or three heights, for pots."""
    wood, wide, rows = draw.wood(), draw.between(0.5, 0.9), draw.whole(2, 3)
    other, deep, step = Shape("household.plant_stand", OTHER), draw.between(0.2, 0.26), draw.between(0.2, 0.28)
    x, y = wide / 2, rows * deep / 2
    for row in range(rows):
        z, front = (row + 1) * step, -y + row * deep
        block(other, (-x, front + 0.008, z - 0.018), (x, front + deep - 0.008, z), wood)
        legs(other, (wide - 0.04, deep - 0.03), z - 0.01, 0.03, wood, square=True, middle=(0.0, front + deep / 2))
        for side in (-x + 0.035, x - 0.035):
            other.box((side, front + deep / 2, z - 0.035), (0.02, deep, 0.04), wood)
        other.top((-x + 0.01, front + 0.01), (x - 0.01, front + deep - 0.015), z, 0.6)
    return other.finish()


HOUSEHOLD = (trolley, stroller, ironing_board, exercise_bike, easel, pet_bed, plant_stand)
