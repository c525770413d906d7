"""Chairs of steel, wire and plastic: the front of each is where one's knees are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.making.joinery import legs
from geo3d.data_tools.rooms.furniture.making.parts import bucket, smooth, tube
from geo3d.data_tools.rooms.furniture.making.upholstery import covering, padded, plastic
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def cantilever(draw: Draw) -> Model:
    """A bent steel tube carries seat and back, with nothing under the seat's rear."""
    metal, cloth = draw.metal(), covering(draw)
    wide, deep, seat = draw.between(0.44, 0.54), draw.between(0.42, 0.5), draw.between(0.44, 0.48)
    back, radius, lean = draw.between(0.8, 0.95), draw.between(0.01, 0.014), draw.between(0.05, 0.1)
    x, y = wide / 2 - radius, deep / 2
    side = [(y + 0.02, radius), (-y, radius), (-y, seat), (y, seat - 0.03), (y + lean, back)]
    chair = Shape("metal_chairs.cantilever", "chair")
    for at in (-x, x):
        tube(chair, [(at, *point) for point in side], radius, metal, bend=0.08)
    for point in (side[0], (-y * 0.5, seat - 0.01), (y * 0.6, seat - 0.025)):
        chair.rod((-x, *point), (x, *point), radius * 0.9, metal, sides=8)
    padded(chair, (0, -0.01, seat), (wide - 0.03, deep - 0.06, 0.045), cloth, 0.02)
    tall = (back - seat) * draw.between(0.5, 0.8)
    z = back - tall / 2 - 0.01
    tilt = float(np.arctan2(lean, back - seat))
    middle = (0, y + lean * (z - seat) / (back - seat) - 0.006, z)
    padded(chair, middle, (wide - 0.03, 0.035, tall), cloth, 0.015, tilt=tilt)
    return chair.finish()


SEAT = ((-0.22, -0.05), (-0.215, 0.0), (-0.08, -0.015), (0.1, -0.03), (0.19, -0.01), (0.22, 0.07), (0.26, 0.25))
"""A seated back's outline in y and z: from below the front edge of a seat at z = 0 to the small of the back."""


def moulded(draw: Draw) -> Model:
    """A plastic shell on four splayed wooden legs, or on a sledge of steel rod."""
    shell, wide, seat = plastic(draw), draw.between(0.42, 0.48), draw.between(0.44, 0.47)
    chair = Shape("metal_chairs.moulded", "chair")
    profile = [(y, z + seat) for y, z in SEAT] + [(0.3, seat + draw.between(0.34, 0.4))]
    widths = [wide * share for share in (0.8, 0.88, 1.0, 1.0, 1.0, 1.0, 0.95, 0.8)]
    bucket(chair, profile, widths, draw.between(0.03, 0.1), 0.012, shell)
    chair.box((0, 0.02, seat - 0.035), (0.26, 0.26, 0.03), draw.metal())
    if draw.chance(0.5):
        legs(chair, (0.26, 0.26), seat - 0.03, 0.03, draw.wood(), splay=0.1, foot=0.6, middle=(0, 0.02))
    else:
        metal = draw.metal()
        for x in (-0.11, 0.11):
            line = [(x, -0.1, seat - 0.03), (x * 1.9, -0.17, 0.01), (x * 1.9, 0.22, 0.01), (x, 0.1, seat - 0.03)]
            tube(chair, line, 0.008, metal)
    return chair.finish()


def monobloc(draw: Draw) -> Model:
    """A stacking garden chair in one piece: four flaring legs, arms, upright slots in its back."""
    shell, wide, seat = plastic(draw), draw.between(0.5, 0.56), draw.between(0.4, 0.44)
    back, arm = draw.between(0.78, 0.88), draw.between(0.62, 0.67)
    chair = Shape("metal_chairs.monobloc", "chair")
    bucket(chair, [(y, z + seat) for y, z in SEAT[:5]], [wide * 0.8] * 5, 0.02, 0.012, shell)
    x = wide / 2 - 0.03
    for side in (-x, x):
        chair.rod((side * 1.08, -0.27, 0), (side, -0.21, arm), 0.026, shell, sides=6)
        chair.rod((side * 1.08, 0.3, 0), (side * 0.92, 0.2, seat + 0.03), 0.026, shell, sides=6)
        chair.rod((side * 0.92, 0.19, seat), (side * 0.85, 0.31, back), 0.024, shell, sides=6)
        tube(chair, [(side, -0.23, arm), (side * 1.02, 0.0, arm + 0.015), (side * 0.9, 0.25, arm + 0.01)], 0.024, shell)
        chair.box((side * 0.9, 0, seat - 0.02), (0.06, 0.46, 0.04), shell)
    bow = [(a * 0.85 * x, 0.31 + 0.04 * (1 - a * a)) for a in np.linspace(-1, 1, 7)]
    chair.sheet(bow, 0.02, back - 0.08, back, shell)
    count = draw.whole(3, 7)
    for a in np.linspace(-0.75, 0.75, count):
        low, high = (a * 0.8 * x, 0.19, seat - 0.025), (a * 0.85 * x, 0.31 + 0.04 * (1 - a * a), back - 0.06)
        chair.rod(low, high, 0.7 * x / count, shell, end_radius=0.6 * x / count, sides=4)
    return chair.finish()


def school(draw: Draw) -> Model:
    """A seat and a low back of plywood, riveted to a steel frame."""
    metal, wood, wide = draw.metal(), draw.wood(), draw.between(0.38, 0.42)
    seat, back = draw.between(0.43, 0.47), draw.between(0.76, 0.84)
    chair = Shape("metal_chairs.school", "chair")
    x, radius = wide / 2 - 0.02, 0.011
    for side in (-x, x):
        tube(chair, [(side * 1.1, -0.2, 0), (side, -0.17, seat - 0.02), (side, 0.19, seat - 0.03)], radius, metal)
        rear = [(side * 1.1, 0.24, 0), (side, 0.17, seat - 0.05), (side, 0.19, seat + 0.1), (side, 0.25, back - 0.05)]
        tube(chair, rear, radius, metal)
    for y in (-0.15, 0.17):
        chair.rod((-x, y, seat - 0.03), (x, y, seat - 0.03), radius, metal, sides=8)
    bucket(chair, [(-0.21, seat - 0.04), (-0.19, seat), (0, seat - 0.012), (0.17, seat)], [wide] * 4, 0.01, 0.014, wood)
    tall = draw.between(0.14, 0.24)
    line = [(a * (x + 0.02), 0.235 + 0.03 * (1 - a * a)) for a in np.linspace(-1, 1, 9)]
    chair.sheet(line, 0.014, back - tall, back, wood)
    return chair.finish()


def bistro(draw: Draw) -> Model:
    """Pressed steel: tapered legs, a flat seat, a back of two arms and a broad splat."""
    steel, wide = plastic(draw), draw.between(0.36, 0.44)
    seat, back = draw.between(0.43, 0.46), draw.between(0.8, 0.88)
    chair = Shape("metal_chairs.bistro", "chair")
    padded(chair, (0, 0, seat - 0.015), (wide, wide, 0.03), steel, 0.012)
    legs(chair, (wide - 0.04, wide - 0.04), seat - 0.01, 0.05, steel, splay=0.05, foot=0.5)
    half, y = wide / 2 - 0.01, wide / 2 - 0.03
    frame = [(-half, y, seat - 0.02), (-half, y + 0.08, back), (half, y + 0.08, back), (half, y, seat - 0.02)]
    tube(chair, frame, 0.012, steel, bend=0.12)
    tall, tilt = back - seat - 0.02, float(np.arctan2(0.08, back - seat))
    for at in (0.0,) if draw.chance(0.5) else (-wide / 4, 0.0, wide / 4):
        chair.box((at, y + 0.04, seat + tall / 2 - 0.008), (0.1 if at == 0 else 0.03, 0.008, tall), steel, tilt=tilt)
    reach = wide / 2 - 0.045 + 0.05 * (1 - 0.2 / seat)
    for side in (-reach, reach):
        chair.rod((side, reach, 0.2), (-side, -reach, 0.2), 0.006, steel, sides=6)
    return chair.finish()


def wire(draw: Draw) -> Model:
    """A net of welded wire bent to a seat, on a steel frame; perhaps with a pad."""
    metal, wide, seat = draw.metal(), draw.between(0.46, 0.54), draw.between(0.42, 0.46)
    chair = Shape("metal_chairs.wire", "chair")
    profile = smooth([(y, z + seat) for y, z in SEAT[1:]] + [(0.31, seat + draw.between(0.32, 0.4))], 1)
    for a in np.linspace(-1, 1, 9):
        lift = 0.05 * a * a
        tube(chair, [(a * wide / 2, y - 0.3 * lift, z + lift) for y, z in profile], 0.005, metal, sides=5, bend=0)
    for y, z in profile:
        across = [(a * wide / 2, y - 0.015 * a * a, z + 0.05 * a * a) for a in np.linspace(-1, 1, 7)]
        tube(chair, across, 0.005, metal, sides=5, bend=0)
    for x in (-0.16, 0.16):
        line = [(x, -0.12, seat - 0.015), (x * 1.35, -0.2, 0.01), (x * 1.35, 0.22, 0.01), (x, 0.1, seat - 0.02)]
        tube(chair, line, 0.008, metal)
    for y in (-0.12, 0.1):
        chair.rod((-0.17, y, seat - 0.015), (0.17, y, seat - 0.015), 0.008, metal, sides=8)
    if draw.chance(0.6):
        padded(chair, (0, -0.02, seat + 0.005), (wide * 0.75, 0.36, 0.035), covering(draw), 0.015)
    return chair.finish()


METAL_CHAIRS = (cantilever, moulded, monobloc, school, bistro, wire)
