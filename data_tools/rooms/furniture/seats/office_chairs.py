"""Chairs that turn: a seat on a column over a star of wheels, facing its front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.parts import bucket, hoop, tube
from geo3d.data_tools.rooms.furniture.making.upholstery import covering, leather, padded, plastic
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def _star(chair: Shape, draw: Draw, height: float, arms: int = 5, wheels: bool = True) -> Material:
    """The foot and the column up to `height`; gives its material."""
    metal, radius = draw.metal(), draw.between(0.28, 0.33)
    turned, foot = draw.between(0, 1), 0.05 if wheels else 0.015
    chair.rod((0, 0, foot), (0, 0, height - 0.12), 0.03, metal)
    chair.rod((0, 0, height - 0.16), (0, 0, height), 0.015, metal)
    for arm in range(arms):
        angle = turned + arm * 2 * np.pi / arms
        x, y = radius * np.cos(angle), radius * np.sin(angle)
        chair.rod((0, 0, foot + 0.05), (x, y, foot + 0.015), 0.026, metal, end_radius=0.015, sides=6)
        if wheels:
            across = (0.02 * np.cos(angle + 1), 0.02 * np.sin(angle + 1))
            start, end = (x - across[0], y - across[1], 0.028), (x + across[0], y + across[1], 0.028)
            chair.rod(start, end, 0.028, Material((30, 30, 32)), sides=10)
            chair.rod((x, y, 0.02), (x, y, foot + 0.015), 0.008, metal, sides=6)
        else:
            chair.rod((x, y, 0), (x, y, foot + 0.015), 0.02, metal, sides=8)
    return metal


def _arms(chair: Shape, draw: Draw, wide: float, seat: float, frame: Material) -> None:
    """Two pads on posts, on a bar below the seat."""
    height, x = seat + draw.between(0.17, 0.24), wide / 2 + 0.045
    chair.box((0, 0.04, seat - 0.06), (2 * x, 0.06, 0.02), frame)
    for side in (-x, x):
        chair.box((side, 0.04, (seat - 0.07 + height) / 2), (0.025, 0.06, height - seat + 0.07), frame)
        padded(chair, (side, 0.0, height), (0.08, 0.26, 0.035), Material((35, 35, 37)), 0.015)


def task(draw: Draw) -> Model:
    """A padded seat, and a net stretched in a frame on a spine, perhaps with arms and a headrest."""
    seat, wide, tall = draw.between(0.45, 0.54), draw.between(0.46, 0.52), draw.between(0.48, 0.6)
    chair = Shape("office_chairs.task", "chair")
    frame = _star(chair, draw, seat - 0.05)
    net = Material((48, 48, 50), (90, 90, 92), "woven", 0.02) if draw.chance(0.6) else draw.cloth()
    padded(chair, (0, -0.01, seat - 0.03), (wide, 0.48, 0.07), draw.cloth(), 0.03)
    low, y = seat + 0.08, 0.22
    tube(chair, [(0, 0.05, seat - 0.07), (0, y + 0.07, seat - 0.07), (0, y + 0.1, low + tall * 0.5)], 0.018, frame)
    profile = [(y + 0.03, low), (y, low + 0.3 * tall), (y + 0.05, low + 0.7 * tall), (y + 0.09, low + tall)]
    widths = [wide * share for share in (0.75, 0.95, 0.92, 0.75)]
    bucket(chair, profile, widths, 0.035, 0.012, net, columns=7)
    chair.box((0, y + 0.05, low + tall * 0.42), (wide * 0.3, 0.07, 0.06), frame)
    if draw.chance(0.75):
        _arms(chair, draw, wide, seat, frame)
    if draw.chance(0.35):
        chair.rod((0, y + 0.08, low + tall * 0.9), (0, y + 0.1, low + tall + 0.12), 0.012, frame)
        padded(chair, (0, y + 0.08, low + tall + 0.13), (0.28, 0.05, 0.12), net, 0.025)
    return chair.finish()


def executive(draw: Draw) -> Model:
    """A high back of fat leather cushions between padded arms."""
    cover, seat, wide = leather(draw), draw.between(0.48, 0.55), draw.between(0.5, 0.56)
    tall, lean = draw.between(0.62, 0.75), draw.between(0.1, 0.2)
    chair = Shape("office_chairs.executive", "chair")
    frame = _star(chair, draw, seat - 0.08)
    padded(chair, (0, 0, seat - 0.06), (wide, 0.5, 0.12), cover, 0.05, crown=0.02)
    padded(chair, (0, 0.25 + lean * tall / 2, seat + tall / 2 - 0.06), (wide, 0.07, tall), cover, 0.03, tilt=lean)
    rolls = draw.whole(2, 4)
    for i in range(rolls):
        step = (tall - 0.04) / rolls
        z = seat + (i + 0.5) * step
        padded(chair, (0, 0.2 + lean * (z - seat + 0.02), z), (wide * 0.86, 0.09, step), cover, 0.04, tilt=lean)
    height = seat + draw.between(0.16, 0.22)
    for side in (-1, 1):
        x = side * (wide / 2 + 0.015)
        front = [(x, -0.16, seat - 0.08), (x * 1.1, -0.2, height - 0.02), (x, 0.26, height)]
        tube(chair, front, 0.02, frame)
        padded(chair, (x * 1.03, -0.02, height + 0.005), (0.075, 0.3, 0.045), cover, 0.02)
    return chair.finish()


def typist(draw: Draw) -> Model:
    """A small seat and a small kidney of a back on a bent flat bar."""
    cover, seat, wide = covering(draw), draw.between(0.43, 0.52), draw.between(0.4, 0.46)
    rise, tall = draw.between(0.2, 0.3), draw.between(0.2, 0.34)
    chair = Shape("office_chairs.typist", "chair")
    frame = _star(chair, draw, seat - 0.05)
    padded(chair, (0, 0, seat - 0.03), (wide, 0.42, 0.065), cover, 0.03, crown=0.01)
    chair.box((0, 0.15, seat - 0.068), (0.06, 0.36, 0.014), frame)
    chair.box((0, 0.32, seat + (rise + tall * 0.5) / 2 - 0.04), (0.06, 0.014, rise + tall * 0.5 + 0.06), frame)
    line = [(a * wide / 2, 0.3 - 0.05 * a * a) for a in np.linspace(-1, 1, 9)]
    chair.sheet(line, 0.045, seat + rise, seat + rise + tall, cover)
    return chair.finish()


def conference(draw: Draw) -> Model:
    """A moulded or padded shell with low sides on four gliders or five wheels."""
    shell, seat, wide = plastic(draw) if draw.chance(0.5) else covering(draw), draw.between(0.44, 0.48), 0.52
    chair = Shape("office_chairs.conference", "chair")
    wheels = draw.chance(0.5)
    metal = _star(chair, draw, seat - 0.05, 5 if wheels else 4, wheels)
    chair.rod((0, 0, seat - 0.07), (0, 0, seat - 0.02), 0.1, metal)
    back = draw.between(0.34, 0.5)
    profile = [(-0.24, -0.04), (-0.22, 0), (0, -0.015), (0.13, -0.02), (0.24, 0.08), (0.27, 0.6 * back), (0.3, back)]
    widths = [wide * share for share in (0.85, 0.95, 1, 1.05, 1.1, 1.05, 0.8)]
    thick = draw.between(0.014, 0.03)
    bucket(chair, [(y, z + seat) for y, z in profile], widths, draw.between(0.04, 0.09), thick, shell)
    return chair.finish()


def racing(draw: Draw) -> Model:
    """A gaming chair: a bucket seat with wings, stripes of a second colour, two loose cushions."""
    black, seat, wide = Material((28, 28, 30)), draw.between(0.46, 0.54), draw.between(0.36, 0.42)
    bright, tall = Material(draw.colour((0.6, 0.9), (0.5, 0.95))), draw.between(0.76, 0.86)
    chair = Shape("office_chairs.racing", "chair")
    frame = _star(chair, draw, seat - 0.06)
    padded(chair, (0, -0.02, seat - 0.04), (wide, 0.5, 0.09), black, 0.03)
    padded(chair, (0, 0.27, seat + tall / 2 - 0.04), (wide * 0.9, 0.08, tall), black, 0.03, tilt=0.12)
    for side in (-1, 1):
        padded(chair, (side * (wide / 2 + 0.02), -0.02, seat - 0.01), (0.08, 0.48, 0.1), bright, 0.03)
        middle = (side * wide * 0.5, 0.245, seat + 0.42 * tall)
        padded(chair, middle, (0.09, 0.12, tall * 0.6), bright, 0.03, tilt=0.12)
        padded(chair, (side * wide * 0.42, 0.3, seat + 0.83 * tall), (0.07, 0.1, tall * 0.18), bright, 0.03, tilt=0.12)
    padded(chair, (0, 0.25, seat + tall * 0.86), (wide * 0.6, 0.07, 0.13), bright, 0.03, tilt=0.12)
    padded(chair, (0, 0.19, seat + 0.14), (wide * 0.7, 0.09, 0.18), black, 0.04, tilt=0.12)
    _arms(chair, draw, wide + 0.1, seat, frame)
    return chair.finish()


def drafting(draw: Draw) -> Model:
    """A high stool for a counter or a drawing board: a ring for the feet, a short back."""
    cover, seat, wide = covering(draw), draw.between(0.6, 0.74), draw.between(0.4, 0.46)
    chair = Shape("office_chairs.drafting", "chair")
    metal = _star(chair, draw, seat - 0.05)
    ring = draw.between(0.18, 0.26)
    hoop(chair, (0, 0, ring), 0.22, 0.009, metal)
    for angle in (0.3, 0.3 + 2 * np.pi / 3, 0.3 + 4 * np.pi / 3):
        chair.rod((0, 0, ring), (0.22 * np.cos(angle), 0.22 * np.sin(angle), ring), 0.007, metal, sides=6)
    chair.lathe(
        (0, 0, seat - 0.06), [(wide / 2 - 0.03, 0), (wide / 2, 0.02), (wide / 2, 0.045), (wide / 2 - 0.03, 0.06)], cover
    )
    if draw.chance(0.7):
        tube(chair, [(0, 0, seat - 0.065), (0, 0.25, seat - 0.065), (0, 0.23, seat + 0.2)], 0.014, metal)
        padded(chair, (0, 0.21, seat + 0.2), (wide * 0.8, 0.05, 0.16), cover, 0.024)
    return chair.finish()


OFFICE_CHAIRS = (task, executive, typist, conference, racing, drafting)
