"""Radiators: they stand on feet or on their pipes, close to a wall behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.joinery import block
from geo3d.data_tools.rooms.furniture.making.parts import rounded, side_board
from geo3d.data_tools.rooms.furniture.making.upholstery import padded
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

OTHER = "otherfurniture"


def _pipes(radiator: Shape, white: Material, places: tuple[float, ...], y: float, top: float) -> None:
    """Pipes that come out of the floor, and a valve on the last."""
    for x in places:
        radiator.rod((x, y, 0), (x, y, top), 0.009, white, sides=8)
    x = places[-1]
    radiator.rod((x, y, top - 0.05), (x, y - 0.07, top - 0.05), 0.018, Material((225, 225, 222)), sides=10)


def flat(draw: Draw) -> Model:
    """A panel with upright grooves, or two with fins between them under a grille."""
    white, wide, tall = draw.ceramic(), draw.between(0.5, 1.8), draw.between(0.3, 0.6)
    low, deep = draw.between(0.1, 0.16), draw.between(0.06, 0.12)
    radiator, x, y = Shape("radiators.flat", OTHER), wide / 2, deep / 2
    block(radiator, (-x, -y, low), (x, -y + 0.02, low + tall), white)
    block(radiator, (-x, y - 0.02, low), (x, y, low + tall), white)
    step = draw.between(0.035, 0.06)
    for at in np.arange(-x + step, x - step / 2, step):
        block(
            radiator, (at - step * 0.3, -y - 0.008, low + 0.03), (at + step * 0.3, -y + 0.005, low + tall - 0.03), white
        )
    for at in np.linspace(-x + 0.03, x - 0.03, round(wide / 0.1)):
        block(radiator, (at - 0.005, -y + 0.01, low + 0.02), (at + 0.005, y - 0.01, low + tall - 0.01), white)
    block(radiator, (-x, -y, low + tall - 0.01), (x, y, low + tall + 0.005), white)
    _pipes(radiator, white, (-x + 0.05, x - 0.05), 0.0, low + 0.1)
    return radiator.finish()


def ribbed(draw: Draw) -> Model:
    """Columns of cast iron in a row on feet."""
    iron, count, step = draw.paint(), draw.whole(5, 20), draw.between(0.048, 0.062)
    tall, deep, low = draw.between(0.45, 0.85), draw.between(0.11, 0.2), draw.between(0.06, 0.1)
    radiator, columns = Shape("radiators.ribbed", OTHER), draw.whole(2, 3)
    for i in range(count):
        x = (i + 0.5 - count / 2) * step
        for y in np.linspace(-deep / 2 + 0.02, deep / 2 - 0.02, columns):
            radiator.rod((x, y, low + 0.03), (x, y, low + tall - 0.03), 0.018, iron, sides=6)
        for z in (low + 0.035, low + tall - 0.035):
            outline = [(y, z + up) for y, up in rounded(deep, 0.07, 4.0, 10)]
            side_board(radiator, outline, x - step / 2, x + step / 2 + 0.001, iron)
    for side in (-1, 1):
        x = side * (count - 1) / 2 * step
        for y in (-deep / 2 + 0.03, deep / 2 - 0.03):
            radiator.rod((x, y, 0), (x, y, low + 0.03), 0.014, iron, end_radius=0.02, sides=8)
    edge = count / 2 * step
    radiator.rod((edge - 0.01, 0, low + 0.035), (edge + 0.05, 0, low + 0.035), 0.012, iron, sides=8)
    _pipes(radiator, iron, (edge + 0.045,), 0.0, low + 0.06)
    return radiator.finish()


def laddered(draw: Draw) -> Model:
    """A bathroom's ladder of thin tubes between two uprights, on their pipes."""
    white, wide = (draw.ceramic() if draw.chance(0.6) else draw.metal()), draw.between(0.42, 0.62)
    tall, low = draw.between(0.9, 1.6), draw.between(0.1, 0.4)
    radiator, x, y = Shape("radiators.laddered", OTHER), wide / 2 - 0.015, 0.0
    for side in (-x, x):
        radiator.rod((side, y, low), (side, y, low + tall), 0.018, white, sides=10)
    z, run = low + 0.05, 0
    while z < low + tall - 0.03:
        radiator.rod((-x, y - 0.006, z), (x, y - 0.006, z), 0.011, white, sides=8)
        run += 1
        z += 0.045 if run % 5 else 0.13
    _pipes(radiator, white, (-x, x), y, low + 0.02)
    if draw.chance(0.5):
        at, long, cloth = low + tall - 0.14, draw.between(0.3, 0.5), draw.cloth()
        block(radiator, (-x + 0.06, -0.034, at - long), (x - 0.06, -0.014, at), cloth, "towel")
    return radiator.finish()


def boxed_in(draw: Draw) -> Model:
    """A cover of boards with slats or a grid before the heat, a shelf on top."""
    wood, wide, deep = draw.wood(), draw.between(0.8, 1.7), draw.between(0.18, 0.26)
    height, plinth = draw.between(0.7, 0.9), draw.between(0.08, 0.14)
    radiator, x, y = Shape("radiators.boxed_in", OTHER), wide / 2, deep / 2
    block(radiator, (-x - 0.02, -y - 0.02, height - 0.025), (x + 0.02, y, height), wood)
    for side in (-x, x - 0.06):
        block(radiator, (side, -y, 0), (side + 0.06, y - 0.002, height - 0.02), wood)
    for low, high in ((plinth, plinth + 0.08), (height - 0.12, height - 0.02)):
        block(radiator, (-x + 0.05, -y + 0.002, low), (x - 0.05, -y + 0.02, high), wood)
    if draw.chance(0.5):
        for at in np.arange(-x + 0.08, x - 0.07, 0.03):
            block(radiator, (at, -y + 0.004, plinth + 0.07), (at + 0.014, -y + 0.016, height - 0.11), wood)
    else:
        for z in np.arange(plinth + 0.1, height - 0.13, 0.035):
            radiator.box((0, -y + 0.012, z), (wide - 0.11, 0.01, 0.03), wood, tilt=0.4)
    block(radiator, (-x + 0.05, y - 0.03, plinth), (x - 0.05, y - 0.01, height - 0.02), Material((90, 88, 84)))
    radiator.top((-x - 0.01, -y - 0.01), (x + 0.01, y - 0.01), height, 0.5)
    return radiator.finish()


def oil_filled(draw: Draw) -> Model:
    """An electric heater: fins on two rods, a box with a knob, castors."""
    white, count, step = draw.paint(), draw.whole(6, 11), draw.between(0.036, 0.048)
    tall, deep = draw.between(0.46, 0.56), draw.between(0.13, 0.17)
    radiator, half = Shape("radiators.oil_filled", OTHER), count * step / 2
    for i in range(count):
        padded(radiator, ((i + 0.5) * step - half, 0, 0.08 + tall / 2), (0.014, deep, tall), white, 0.006)
    for z in (0.13, 0.03 + tall):
        radiator.rod((-half, 0, z), (half, 0, z), 0.03, white)
    block(radiator, (half - 0.005, -deep / 2, 0.08), (half + 0.1, deep / 2, 0.06 + tall), white)
    radiator.rod(
        (half + 0.05, -deep / 2 - 0.015, tall - 0.05),
        (half + 0.05, -deep / 2 + 0.01, tall - 0.05),
        0.025,
        Material((40, 40, 42)),
    )
    for x in (-half + 0.05, half - 0.01):
        radiator.box((x, 0, 0.074), (0.03, 0.26, 0.02), Material((50, 50, 52)))
        for y in (-0.12, 0.12):
            radiator.rod((x - 0.012, y, 0.028), (x + 0.012, y, 0.028), 0.028, Material((30, 30, 32)))
            radiator.rod((x, y, 0.028), (x, y, 0.07), 0.008, white, sides=6)
    return radiator.finish()


RADIATORS = (flat, ribbed, laddered, boxed_in, oil_filled)
