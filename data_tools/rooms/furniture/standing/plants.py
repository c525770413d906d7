"""Plants in pots that stand on floors."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Draw, Material
from geo3d.data_tools.rooms.furniture.making.forms import add, basin, leaves
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.model import Triple

SOIL = Material((62, 46, 36), (84, 64, 48), "speckles", 0.2)
BARK = Material((120, 94, 68), (90, 70, 50), "wood", 0.3)
LEAF = 0.008
"""Thickness of a leaf, in metres."""


def rubber_plant(draw: Draw) -> Model:
    """One or more stems with broad oval leaves all the way up."""
    plant, high = Shape("plants.rubber_plant", "otherprop"), draw.between(0.8, 1.8)
    green, pot = leaves(draw), _pot(plant, draw, 0.16)
    for stem in range(draw.whole(1, 3)):
        lean = (draw.between(-0.12, 0.12), draw.between(-0.12, 0.12))
        top = high * (1 - 0.2 * stem)
        plant.rod((0.3 * lean[0], 0.3 * lean[1], pot - 0.05), (*lean, top), 0.012, BARK, 0.008, 6)
        count = round((top - pot) / 0.07)
        for i in range(count):
            share = (i + 1) / count
            out = 0.3 + 0.7 * (share * (top - pot) + 0.05) / (top - pot + 0.05)
            foot = (lean[0] * out, lean[1] * out, pot + (top - pot) * share)
            _leaf(plant, foot, 2.4 * i + stem, draw.between(0.2, 0.9), draw.between(0.18, 0.28), 0.1, green)
    return plant.finish()


def palm(draw: Draw) -> Model:
    """Arching fronds with two rows of narrow leaflets."""
    plant, high = Shape("plants.palm", "otherprop"), draw.between(1.1, 1.9)
    green, pot = leaves(draw), _pot(plant, draw, 0.17)
    fronds = draw.whole(6, 9)
    for i in range(fronds):
        turn, reach = 2.4 * i + draw.between(-0.2, 0.2), draw.between(0.25, 0.5) * high
        top = high * draw.between(0.7, 1.0)
        ways = np.linspace(0, 1, 9)
        out, up = reach * ways**2, pot - 0.03 + (top - pot) * np.sin(ways * 2.0) / np.sin(1.571)
        line = np.column_stack([0.02 * np.cos(turn) + out * np.cos(turn), 0.02 * np.sin(turn) + out * np.sin(turn), up])
        for start, end in zip(line[::2], line[2::2], strict=False):
            plant.rod(_triple(start), _triple(end), 0.007, green, 0.006, 4)
        for k in range(3, 9):
            for side in (-1, 1):
                long = 0.24 * (1 - 0.5 * (k - 3) / 6)
                _leaf(plant, _triple(line[k]), turn + side * 1.0, 0.1, long, 0.035, green)
    return plant.finish()


def snake_plant(draw: Draw) -> Model:
    """Stiff upright blades from the soil."""
    plant, high = Shape("plants.snake_plant", "otherprop"), draw.between(0.45, 0.9)
    green, radius = leaves(draw), draw.between(0.11, 0.16)
    pot = _pot(plant, draw, radius)
    for i in range(draw.whole(8, 16)):
        turn, out = 2.4 * i, 0.75 * radius * np.sqrt((i + 0.5) / 16)
        foot = (out * np.cos(turn), out * np.sin(turn), pot - 0.05)
        _leaf(plant, foot, turn, draw.between(1.25, 1.5), (high - pot) * draw.between(0.6, 1.0) + 0.05, 0.06, green)
    return plant.finish()


def dragon_tree(draw: Draw) -> Model:
    """Bare canes of different heights, each with a tuft of long hanging leaves."""
    plant, high = Shape("plants.dragon_tree", "otherprop"), draw.between(0.9, 1.7)
    green, pot = leaves(draw), _pot(plant, draw, 0.16)
    for cane in range(draw.whole(1, 3)):
        x, y = 0.07 * np.cos(2.1 * cane), 0.07 * np.sin(2.1 * cane)
        top = high * (0.8, 0.55, 0.35)[cane] + 0.1
        plant.rod((x, y, pot - 0.05), (x, y, top), 0.022, BARK, 0.018, 8)
        for i in range(18):
            rise = 1.2 - 1.5 * (i % 6) / 6
            _leaf(plant, (x, y, top - 0.01), 2.4 * i, rise, draw.between(0.28, 0.42), 0.035, green, droop=0.5)
    return plant.finish()


def monstera(draw: Draw) -> Model:
    """A few big leaves on long stalks that spread from the soil."""
    plant, high = Shape("plants.monstera", "otherprop"), draw.between(0.7, 1.2)
    green, pot = leaves(draw), _pot(plant, draw, 0.18)
    for i in range(draw.whole(8, 14)):
        turn, top = 2.4 * i, pot + (high - pot) * draw.between(0.35, 1.0)
        out = draw.between(0.12, 0.35)
        tip = (out * np.cos(turn), out * np.sin(turn), top)
        plant.rod((0.3 * tip[0], 0.3 * tip[1], pot - 0.03), tip, 0.006, green, sides=5)
        _leaf(plant, tip, turn, draw.between(-0.3, 0.3), draw.between(0.25, 0.36), draw.between(0.2, 0.28), green)
    return plant.finish()


def little_tree(draw: Draw) -> Model:
    """A weeping fig: a trunk under foliage that is clipped to a ball, or free on its branches."""
    plant, high = Shape("plants.little_tree", "otherprop"), draw.between(1.2, 1.9)
    green, pot = leaves(draw), _pot(plant, draw, 0.18)
    crown = draw.between(0.4, 0.6) * high / 1.5
    middle = high - crown / 2
    plant.rod((0, 0, pot - 0.05), (0, 0, middle), 0.02, BARK, 0.014, 8)
    if draw.chance(0.4):
        plant.cushion((0, 0, middle), (0.94 * crown, 0.94 * crown, 0.94 * crown), green, 2, detail=8)
        for i in range(90):
            x, y, z = _around(i, 90, 0.45 * crown)
            _leaf(plant, (x, y, middle + z), 2.4 * i, draw.between(-0.6, 0.5), 0.1, 0.05, green, sides=4)
        return plant.finish()
    for i in range(16):
        tip = np.array(_around(i, 16, draw.between(0.35, 0.5) * crown))
        plant.rod((0, 0, middle - 0.2 * crown), (tip[0], tip[1], middle + tip[2]), 0.008, BARK, 0.005, 4)
        for share in np.linspace(0.35, 1, 8):
            foot = (tip[0] * share, tip[1] * share, middle - 0.2 * crown + (tip[2] + 0.2 * crown) * share)
            _leaf(plant, foot, 13 * share + i, draw.between(-0.7, 0.4), 0.12, 0.055, green, sides=4)
    return plant.finish()


def cactus(draw: Draw) -> Model:
    """Ribbed columns with arms."""
    plant, high = Shape("plants.cactus", "otherprop"), draw.between(0.5, 1.4)
    green, pot, thick = leaves(draw), _pot(plant, draw, 0.13), draw.between(0.05, 0.09)
    _column(plant, (0.0, 0.0), pot - 0.05, high, thick, green)
    for i in range(draw.whole(0, 3)):
        turn, at = 2.2 * i + draw.between(0, 0.5), pot + (high - pot) * draw.between(0.25, 0.5)
        x, y = 2.4 * thick * np.cos(turn), 2.4 * thick * np.sin(turn)
        plant.rod((0, 0, at), (x, y, at + 0.04), 0.55 * thick, green, sides=8)
        _column(plant, (x, y), at, at + draw.between(0.15, 0.35), 0.6 * thick, green)
    return plant.finish()


def fern(draw: Draw) -> Model:
    """A rosette of drooping fronds on a stand of legs."""
    plant, wood = Shape("plants.fern", "otherprop"), draw.wood()
    green, stand = leaves(draw), draw.between(0.3, 0.7)
    for i in range(3):
        turn = 2 * np.pi * i / 3
        plant.rod(
            (0.17 * np.cos(turn), 0.17 * np.sin(turn), 0),
            (0.09 * np.cos(turn), 0.09 * np.sin(turn), stand),
            0.012,
            wood,
            sides=6,
        )
    plant.rod((0, 0, stand - 0.02), (0, 0, stand), 0.14, wood, sides=16)
    pot = _pot(plant, draw, 0.12, stand)
    for i in range(draw.whole(24, 34)):
        rise = 1.3 - 1.2 * (i % 9) / 9
        foot = (0.03 * np.cos(2.4 * i), 0.03 * np.sin(2.4 * i), pot - 0.02)
        _leaf(plant, foot, 2.4 * i, rise, draw.between(0.3, 0.48), 0.06, green, droop=0.7)
    return plant.finish()


def _pot(plant: Shape, draw: Draw, radius: float, low: float = 0.0) -> float:
    """A pot with soil, round, square or bulging; the soil's height."""
    coat = Material(draw.one_of(((180, 100, 68), (238, 236, 230), (60, 62, 66), (150, 150, 148), (70, 100, 120))))
    high, square = draw.between(1.4, 2.2) * radius, draw.one_of((2.0, 2.0, 2.0, 10.0))
    basin(plant, (0, 0), (2 * radius, 2 * radius, high), low + high, coat, square, 0.012)
    soil = low + 0.88 * high
    plant.rod((0, 0, soil - 0.04), (0, 0, soil), 0.9 * radius, SOIL, sides=16)
    return soil


def _leaf(
    plant: Shape,
    foot: Triple,
    turn: float,
    rise: float,
    length: float,
    width: float,
    material: Material,
    droop: float = 0.25,
    sides: int = 6,
) -> None:
    """A pointed blade from its foot on, rising by an angle and bending down by `droop` radians along its length."""
    steps = np.linspace(0, 1, sides // 2 + 1)
    angles = rise - 2 * droop * steps
    along, lift = np.zeros(len(steps)), np.zeros(len(steps))
    along[1:] = np.cumsum(np.cos(angles[1:])) * length / (len(steps) - 1)
    lift[1:] = np.cumsum(np.sin(angles[1:])) * length / (len(steps) - 1)
    half = width / 2 * np.sin(np.pi * (0.12 + 0.83 * steps))
    cos, sin = np.cos(turn), np.sin(turn)
    vertices = np.empty((2, 2, len(steps), 3))
    for i, sign in enumerate((-1, 1)):
        vertices[:, i, :, 0] = cos * along - sin * (sign * half) + foot[0]
        vertices[:, i, :, 1] = sin * along + cos * (sign * half) + foot[1]
        vertices[i, :, :, 2] = lift + sign * LEAF / 2 + foot[2]
    plant.solid(vertices.reshape(-1, 3), _blade_faces(len(steps)), material)


@cache
def _blade_faces(count: int) -> NDArray:
    """Of four lines of points: lower right, lower left, upper right, upper left, seen along the blade."""
    i = np.arange(count - 1)
    low_right, low_left, high_right, high_left = (i + count * k for k in range(4))
    strips = [(low_right, high_right), (high_right, high_left), (high_left, low_left), (low_left, low_right)]
    quads = [np.column_stack([a, a + 1, b + 1, b]) for a, b in strips]
    last = count - 1
    ends = np.array([[0, 2 * count, 3 * count, count], [last, last + count, last + 3 * count, last + 2 * count]])
    joined = np.concatenate([*quads, ends])
    return np.concatenate([joined[:, [0, 1, 2]], joined[:, [0, 2, 3]]])


def _around(row: int, count: int, radius: float) -> Triple:
    """One of many points spread over a sphere about the origin."""
    rise = np.arcsin(2 * (row + 0.5) / count - 1)
    out = radius * np.cos(rise)
    return float(out * np.cos(2.4 * row)), float(out * np.sin(2.4 * row)), float(radius * np.sin(rise))


def _column(plant: Shape, at: tuple[float, float], low: float, high: float, radius: float, material: Material) -> None:
    """An upright ribbed body with a rounded head."""
    angles = np.arange(24) * np.pi / 12
    ribs = np.column_stack([np.cos(angles), np.sin(angles)]) * (1 - 0.12 * (np.arange(24) % 2))[:, None]
    part = Shape("", "otherprop")
    levels = [
        (0.9, low),
        (1.0, (low + high) / 2),
        (0.95, high - 0.6 * radius),
        (0.6, high - 0.15 * radius),
        (0.2, high),
    ]
    part.loft([np.column_stack([ribs * share * radius + at, np.full(24, z)]) for share, z in levels], material)
    add(plant, part.finish(moved=False))


def _triple(point: NDArray) -> Triple:
    x, y, z = point.tolist()
    return x, y, z


FLOOR_PLANTS = (rubber_plant, palm, snake_plant, dragon_tree, monstera, little_tree, cactus, fern)
