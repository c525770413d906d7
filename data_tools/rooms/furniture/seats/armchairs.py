"""Armchairs and other seats to lean back in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.making.joinery import legs
from geo3d.data_tools.rooms.furniture.making.parts import (
    bucket,
    hoop,
    place,
    rotation,
    shell,
    side_board,
    side_strip,
    smooth,
    tube,
)
from geo3d.data_tools.rooms.furniture.making.upholstery import covering, padded, pillow, rattan
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def club(draw: Draw) -> Model:
    """A square block of leather or cloth: slab arms as high as the back, or lower, and one seat cushion."""
    cover, wide, deep = covering(draw), draw.between(0.78, 0.95), draw.between(0.78, 0.92)
    seat, back, arm = draw.between(0.4, 0.46), draw.between(0.72, 0.86), draw.between(0.12, 0.2)
    height, foot = draw.between(0.55, 0.7), draw.between(0.04, 0.14)
    chair = Shape("armchairs.club", "chair")
    legs(chair, (wide - 0.06, deep - 0.06), foot + 0.03, 0.05, draw.wood(), square=draw.chance(0.5), foot=0.6)
    padded(chair, (0, 0, (foot + seat - 0.12) / 2), (wide - 0.1, deep - 0.04, seat - 0.12 - foot), cover, 0.02)
    for side in (-1, 1):
        middle = (side * (wide - arm) / 2, -0.01, (foot + height) / 2)
        padded(chair, middle, (arm, deep - 0.02, height - foot), cover, draw.between(0.03, 0.06))
    padded(chair, (0, -0.06, seat - 0.07), (wide - 2 * arm + 0.01, deep - 0.2, 0.16), cover, 0.04, crown=0.03)
    padded(chair, (0, deep / 2 - 0.08, (foot + back) / 2), (wide - 0.02, 0.16, back - foot), cover, 0.05)
    padded(chair, (0, deep / 2 - 0.2, (seat + back) / 2), (wide - 2 * arm, 0.16, back - seat), cover, 0.06, tilt=0.15)
    if draw.chance(0.4):
        pillow(chair, (0.02, deep / 2 - 0.3, seat + 0.18), (0.42, 0.13, 0.4), draw.cloth(), tilt=0.3)
    return chair.finish()


def wing(draw: Draw) -> Model:
    """A fireside chair: a high back with wings, rolled arms, turned legs."""
    cover, wood, wide = covering(draw), draw.wood(), draw.between(0.7, 0.8)
    seat, back, deep = draw.between(0.44, 0.49), draw.between(1.0, 1.15), draw.between(0.72, 0.8)
    low, y = draw.between(0.16, 0.24), deep / 2
    chair = Shape("armchairs.wing", "chair")
    legs(chair, (wide - 0.04, deep - 0.06), low + 0.04, 0.05, wood, foot=0.5, splay=0.02)
    padded(chair, (0, 0, (low + seat - 0.08) / 2), (wide - 0.02, deep - 0.04, seat - 0.08 - low), cover, 0.02)
    padded(chair, (0, -0.06, seat - 0.05), (wide - 0.2, deep - 0.16, 0.13), cover, 0.05, crown=0.03)
    padded(
        chair, (0, y - 0.1, (seat + back) / 2 - 0.03), (wide - 0.1, 0.14, back - seat + 0.04), cover, 0.05, tilt=0.12
    )
    for side in (-1, 1):
        x = side * (wide / 2 - 0.05)
        padded(chair, (x, -0.03, (low + seat + 0.14) / 2), (0.08, deep - 0.1, seat + 0.14 - low), cover, 0.03)
        chair.rod((x, -y + 0.03, seat + 0.15), (x, y - 0.08, seat + 0.15), 0.06, cover)
        outline = [(y - 0.28, seat + 0.12), (y - 0.02, seat + 0.12), (y + 0.05, back - 0.08), (y - 0.16, back - 0.08)]
        side_board(chair, outline, x - 0.03, x + 0.03, cover)
    return chair.finish()


def tub(draw: Draw) -> Model:
    """A round seat in a wall that runs from arm to arm in one curve."""
    cover, wide = covering(draw), draw.between(0.68, 0.82)
    seat, back, low = draw.between(0.4, 0.45), draw.between(0.68, 0.8), draw.between(0.08, 0.2)
    chair = Shape("armchairs.tub", "chair")
    radius, thick = wide / 2 - 0.05, draw.between(0.06, 0.1)
    legs(chair, (wide * 0.7, wide * 0.7), low + 0.03, 0.04, draw.wood(), foot=0.6, splay=draw.between(0, 0.04))
    chair.lathe((0, 0, low), [(radius - 0.02, 0), (radius - 0.02, seat - low - 0.08)], cover)
    cushion = [(radius - 0.08, -0.09), (radius - 0.04, -0.06), (radius - 0.04, -0.02), (radius - 0.09, 0.01)]
    chair.lathe((0, -0.02, seat), cushion, cover)
    sweep = np.linspace(-0.25 * np.pi, 1.25 * np.pi, 25)
    across, inward = np.stack([np.cos(sweep), np.sin(sweep)]), np.linspace(0, 1, 6)
    height = low + (back - low) * (0.86 + 0.14 * np.sin(sweep)) if draw.chance(0.5) else np.full(25, back)
    rows = inward[:, None] * (height - low - 0.01) + low + 0.01
    flare = (radius + draw.between(0.0, 0.06) * inward)[:, None]
    grid = np.stack([flare * across[0], flare * across[1], rows], axis=2)
    shell(chair, grid, thick, cover)
    return chair.finish()


def framed(draw: Draw) -> Model:
    """An open wooden frame with sloping rear legs and flat arms; two loose cushions in it."""
    wood, cover, wide = draw.wood(), covering(draw), draw.between(0.66, 0.76)
    seat, arm, back = draw.between(0.3, 0.36), draw.between(0.52, 0.58), draw.between(0.72, 0.86)
    chair = Shape("armchairs.framed", "chair")
    x, tilt = wide / 2 - 0.02, draw.between(0.3, 0.45)
    y = 0.14 + 0.1
    for side in (-x, x):
        chair.rod((side, -0.34, 0), (side, -0.3, arm), 0.014, wood, end_radius=0.022)
        chair.rod((side, 0.36, 0), (side, 0.2, arm), 0.014, wood, end_radius=0.022)
        side_strip(
            chair, [(-0.38, arm), (-0.1, arm + 0.01), (0.3, arm - 0.01)], 0.022, side - 0.035, side + 0.035, wood
        )
        chair.box((side * 0.97, 0, seat - 0.06), (0.025, 0.62, 0.05), wood, tilt=0.1)
    for at, z in ((-0.3, seat - 0.03), (0.26, seat - 0.09)):
        chair.box((0, at, z), (2 * x, 0.025, 0.05), wood)
    for a in np.linspace(-0.96, 0.96, draw.whole(4, 8)):
        chair.box(
            (a * x, y + tilt * (back - seat) / 2, (seat + back) / 2 - 0.06),
            (0.03, 0.02, back - seat + 0.04),
            wood,
            tilt,
        )
    chair.box((0, y + tilt * (back - seat - 0.08), back - 0.09), (2 * x, 0.03, 0.06), wood, tilt=tilt)
    chair.rod((-x, 0.26, arm - 0.03), (x, 0.26, arm - 0.03), 0.014, wood)
    padded(chair, (0, -0.04, seat), (wide - 0.08, 0.58, 0.12), cover, 0.04, tilt=0.1, crown=0.02)
    middle = (0, y - 0.06 + tilt * (back - seat) / 2, (seat + back) / 2 + 0.03)
    padded(chair, middle, (wide - 0.1, 0.1, back - seat), cover, 0.04, tilt=tilt)
    return chair.finish()


def springy(draw: Draw) -> Model:
    """Two bent strips of plywood carry a long cushion that runs from the knees to the head."""
    wood, cover, wide = draw.wood(), covering(draw), draw.between(0.64, 0.7)
    back, seat = draw.between(0.92, 1.04), draw.between(0.38, 0.43)
    chair = Shape("armchairs.springy", "chair")
    runner = smooth([(0.3, 0.015), (-0.36, 0.015), (-0.43, 0.3), (-0.36, 0.56), (0.02, 0.58), (0.18, 0.5)], 3)
    spring = smooth([(-0.38, seat - 0.02), (0.0, seat - 0.09), (0.16, seat - 0.1), (0.26, 0.5), (0.46, back)], 2)
    for side in (-1, 1):
        x = side * (wide / 2 - 0.03)
        side_strip(chair, runner.tolist(), 0.022, x - 0.03, x + 0.03, wood)
        side_strip(chair, spring.tolist(), 0.02, x - 0.055, x + 0.015, wood)
    for y, z in ((0.2, 0.02), (-0.2, seat - 0.06), (0.17, 0.4)):
        chair.box((0, y, z), (wide - 0.03, 0.05, 0.025), wood)
    cushion = [(y - 0.02, z + 0.045) for y, z in spring.tolist()]
    bucket(chair, cushion, [wide - 0.1] * len(cushion), 0.015, draw.between(0.06, 0.09), cover, columns=5)
    return chair.finish()


def rocker(draw: Draw) -> Model:
    """A rocking chair of turned posts on two runners."""
    wood, wide = draw.wood(), draw.between(0.54, 0.62)
    seat, back, arm = draw.between(0.4, 0.44), draw.between(1.0, 1.12), draw.between(0.62, 0.66)
    chair = Shape("armchairs.rocker", "chair")
    x = wide / 2 - 0.03
    runner = [(y, 0.014 + 0.28 * y * y) for y in np.linspace(-0.44, 0.5, 13)]
    for side in (-x, x):
        side_strip(chair, runner, 0.028, side - 0.02, side + 0.02, wood)
        chair.rod((side, -0.24, 0.02), (side, -0.22, arm), 0.018, wood)
        tube(chair, [(side, 0.24, 0.02), (side, 0.22, seat), (side * 0.95, 0.36, back)], 0.018, wood)
        chair.box((side, 0.01, arm + 0.01), (0.07, 0.56, 0.022), wood)
        for z in (0.16, 0.26):
            chair.rod((side, -0.23, z), (side, 0.23, z), 0.011, wood, sides=8)
    for y, z in ((-0.235, 0.2), (-0.235, 0.3), (0.23, 0.22)):
        chair.rod((-x, y, z), (x, y, z), 0.011, wood, sides=8)
    padded(chair, (0, 0, seat - 0.02), (wide - 0.02, 0.5, 0.045), rattan(draw) if draw.chance(0.5) else wood, 0.015)
    for a in np.linspace(-0.75, 0.75, draw.whole(4, 8)):
        chair.rod((a * x, 0.22, seat - 0.02), (a * x * 0.95, 0.34, back - 0.08), 0.01, wood, sides=8)
    bow = [(a * x * 0.97, 0.345 + 0.01 * (1 - a * a)) for a in np.linspace(-1, 1, 7)]
    chair.sheet(bow, 0.02, back - 0.14, back - 0.01, wood)
    if draw.chance(0.5):
        padded(chair, (0, -0.01, seat + 0.02), (wide - 0.1, 0.42, 0.06), draw.cloth(), 0.028)
    return chair.finish()


def papasan(draw: Draw) -> Model:
    """A deep round bowl with a fat cushion on a waisted foot of cane."""
    cane, radius, depth = rattan(draw), draw.between(0.46, 0.54), draw.between(0.18, 0.24)
    rise = draw.between(0.26, 0.34)
    chair = Shape("armchairs.papasan", "chair")
    for a in np.arange(10) * np.pi / 5:
        cos, sin = np.cos(a), np.sin(a)
        waist = [(r * cos, r * sin, z) for r, z in ((0.3, 0.0), (0.2, 0.5 * rise), (0.3, rise + 0.02))]
        tube(chair, waist, 0.011, cane, sides=6)
    for r, z in ((0.3, 0.012), (0.22, 0.5 * rise), (0.3, rise)):
        hoop(chair, (0, 0, z), r, 0.012, cane)
    bowl, inside = _dish(radius, depth), _dish(radius - 0.03, depth - 0.02)
    part = Shape("", "chair")
    part.lathe((0, 0, 0), [*bowl, *((r, z + 0.012) for r, z in bowl[::-1])], cane, sides=24)
    puffed = [(r * 0.94, z + 0.13 - 0.05 * r) for r, z in inside[::-1]]
    part.lathe((0, 0, 0.008), [*inside, *puffed], covering(draw))
    # The bowl rolls in the foot's upper ring about the middle of its curvature, to open to the front.
    rotated, curvature = rotation(tilt=-draw.between(0.2, 0.45)), radius**2 / (2 * depth)
    height = rise + 0.01 + np.sqrt(curvature**2 - 0.3**2)
    y, z = np.array((0, height)) - curvature * rotated[1:, 2]
    place(chair, part, rotated, (0.0, float(y), float(z)))
    return chair.finish()


def _dish(radius: float, depth: float) -> list[tuple[float, float]]:
    """Radius and height of a parabola from its middle to its rim."""
    return [(radius * share, depth * share**2) for share in (0.02, 0.3, 0.55, 0.75, 0.9, 1.0)]


def beanbag(draw: Draw) -> Model:
    """A sack of beads with a dent for a seat and a slumped back."""
    cover, wide, tall = covering(draw), draw.between(0.75, 0.95), draw.between(0.65, 0.85)
    chair = Shape("armchairs.beanbag", "chair")
    angles, dent = np.arange(24) * np.pi / 12, draw.between(0.45, 0.65)
    wobble = 1 + 0.03 * np.sin(3 * angles + draw.between(0, 6)) + 0.02 * np.sin(5 * angles + draw.between(0, 6))
    rings = []
    for share, out in ((0.0, 0.8), (0.05, 0.95), (0.2, 1.0), (0.45, 0.95), (0.7, 0.75), (0.88, 0.5), (0.97, 0.25)):
        x, y = (wobble * out * wide / 2 * trig(angles) for trig in (np.cos, np.sin))
        # What is high slides to the rear, and its front sinks in.
        height = share * tall * (1 - dent * (share * (1 - 2 * y / wide) / 1.2).clip(0, 1))
        rings.append(np.stack([x, y + 0.34 * wide * share**1.5, height], axis=1))
    chair.loft(rings, cover)
    return chair.finish()


ARMCHAIRS = (club, wing, tub, framed, springy, rocker, papasan, beanbag)
