"""Bathtubs: long along x, with a real hollow; what leans on a wall has it at the largest y."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import basin, hoop, oval, stack, tiles, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.draw import Draw

CHROME = Material((200, 203, 207))


def alcove(draw: Draw) -> Model:
    """A rectangle between walls with a flat apron."""
    tub, white, (length, deep, high) = Shape("bathtubs.alcove", "bathtub"), draw.ceramic(), _size(draw)
    rim, square = draw.between(0.06, 0.09), draw.one_of((5.0, 8.0))
    _slab(tub, length, deep, high, rim, white)
    basin(
        tub, (0, 0), (length - 2 * rim + 0.03, deep - 2 * rim + 0.03, high - 0.06), high + 0.006, white, square, 0.016
    )
    for x in (-1, 1):
        tub.box((x * (length - 0.05) / 2, 0, high / 2 - 0.02), (0.05, deep, high - 0.04), white)
    tub.box((0, 0.03 - deep / 2, high / 2 - 0.02), (length, 0.03, high - 0.04), white)
    _spout(tub, draw, -length / 2 + 0.02, high)
    return tub.finish()


def tiled(draw: Draw) -> Model:
    """A tub let into a tiled block, with a ledge at its head or along the wall."""
    tub, tile, (length, deep, high) = Shape("bathtubs.tiled", "bathtub"), tiles(draw), _size(draw)
    head, ledge = draw.between(0.1, 0.3), draw.between(0.03, 0.15)
    left, right, front, back = -length / 2, length / 2 + head, -deep / 2 - 0.05, deep / 2 + ledge
    middle, wide = (left + right) / 2, right - left
    tub.box((middle, front + 0.04, high / 2), (wide, 0.08, high), tile)
    tub.box((middle, (back + deep / 2 - 0.03) / 2, high / 2), (wide, back - deep / 2 + 0.03, high), tile)
    tub.box((left + 0.03, 0, high / 2), (0.06, deep + 0.02, high), tile)
    tub.box(((right + length / 2 - 0.04) / 2, 0, high / 2), (head + 0.04, deep + 0.02, high), tile)
    basin(tub, (0, -0.01), (length - 0.04, deep - 0.02, high - 0.05), high + 0.01, draw.ceramic(), 6, 0.03)
    if head > 0.2:
        tub.top((length / 2 + 0.02, 0.02 - deep / 2), (right - 0.02, deep / 2 - 0.02), high, 0.8)
    _spout(tub, draw, left + 0.03, high)
    return tub.finish()


def freestanding(draw: Draw) -> Model:
    """An oval shell that stands on its own, its rim level or rising to one end, with a tap beside it."""
    tub = Shape("bathtubs.freestanding", "bathtub")
    coat = draw.ceramic() if draw.chance(0.7) else Material(draw.colour((0.1, 0.5), (0.2, 0.8)))
    length, deep, high = draw.between(1.5, 1.8), draw.between(0.7, 0.82), draw.between(0.52, 0.62)
    rise, square = draw.one_of((0.0, 0.0, 0.12)), draw.one_of((2.3, 3.0, 4.0))
    shell = [(0.72, 0.0, 0.0), (0.84, 0.3, 0.0), (1.0, 1.0, rise)]
    inside = [(0.93, 1.0, rise), (0.8, 0.45, 0.0), (0.6, 0.16, 0.0)]
    rings = [
        _tipped(share * length, share * deep, part * high, lift, length, square) for share, part, lift in shell + inside
    ]
    tub.loft(rings, coat)
    if draw.chance(0.5):
        x, y = draw.between(-0.3, 0.3), deep / 2 + 0.06
        tube(tub, [(x, y, 0), (x, y, 0.95), (x, y - 0.2, 0.95), (x, y - 0.2, 0.9)], 0.015, CHROME)
        tub.rod((x, y, 0), (x, y, 0.02), 0.06, CHROME)
    return tub.finish()


def clawfoot(draw: Draw) -> Model:
    """A rounded tub with a rolled rim on four cast feet."""
    tub, white, metal = Shape("bathtubs.clawfoot", "bathtub"), draw.ceramic(), draw.metal()
    coat = white if draw.chance(0.5) else Material(draw.colour((0.1, 0.6), (0.15, 0.7)))
    length, deep, high, low = draw.between(1.4, 1.75), draw.between(0.68, 0.78), draw.between(0.56, 0.64), 0.12
    wall = [(0.7, low), (0.86, low + 0.08), (0.93, low + 0.25), (0.95, high - 0.02)]
    hollow = [(0.9, high - 0.02), (0.86, low + 0.27), (0.8, low + 0.12), (0.62, low + 0.04)]
    stack(tub, [(s * length, s * deep, 0, z) for s, z in wall + hollow], coat, 2.7, count=32)
    rim = [(0.93, high - 0.03), (1.0, high - 0.03), (1.0, high), (0.93, high + 0.01), (0.89, high - 0.01)]
    hoop(tub, [(s * length, s * deep, 0, z) for s, z in rim], white, 2.7, count=32)
    for x in (-0.27 * length, 0.27 * length):
        for y in (-0.26 * deep, 0.26 * deep):
            tube(tub, [(x, y, low + 0.06), (1.12 * x, 1.2 * y, 0.09)], 0.03, metal)
            tub.rod((1.12 * x, 1.2 * y, 0), (1.12 * x, 1.2 * y, 0.1), 0.04, metal, 0.028, 8)
    return tub.finish()


def corner(draw: Draw) -> Model:
    """A five-sided or rounded tub for a corner, with a seat and a broad rim."""
    tub, white = Shape("bathtubs.corner", "bathtub"), draw.ceramic()
    edge, high = draw.between(1.2, 1.45), draw.between(0.5, 0.6)
    cut = draw.between(0.35, 0.5) * edge
    angles = np.linspace(0, np.pi / 2, 7)
    bulge = draw.one_of((0.0, 0.5, 1.0))
    arc = [(-edge / 2 + cut * (1 - np.sin(a)), -edge / 2 + cut * (1 - np.cos(a))) for a in angles[::-1]]
    line = [(-edge / 2 + cut * t, -edge / 2 + cut * (1 - t)) for t in np.linspace(0, 1, 7)]
    front = [tuple(bulge * np.array(a) + (1 - bulge) * np.array(b)) for a, b in zip(arc, line, strict=True)]
    outline = _refined([*front, (edge / 2, -edge / 2), (edge / 2, edge / 2), (-edge / 2, edge / 2)])
    rings = [_level(outline, 0.96, 0), _level(outline, 1.0, high - 0.05), _level(outline, 1.0, high)]
    rings += [_level(outline, 0.8, high), _level(outline, 0.74, 0.5 * high), _level(outline, 0.6, 0.12)]
    tub.loft(rings, white)
    tub.cushion((0.25 * edge, 0.25 * edge, 0.35 * high), (0.42 * edge, 0.42 * edge, 0.5 * high), white, 6)
    tube(
        tub, [(0.43 * edge, 0, high - 0.02), (0.43 * edge, 0, high + 0.12), (0.3 * edge, 0, high + 0.1)], 0.014, CHROME
    )
    return tub.finish()


def soaking(draw: Draw) -> Model:
    """A short deep tub of staves in hoops, with a step."""
    tub, wood, metal = Shape("bathtubs.soaking", "bathtub"), draw.wood(), draw.metal()
    length, high = draw.between(1.1, 1.4), draw.between(0.6, 0.75)
    deep = length * draw.one_of((0.65, 0.8, 1.0))
    shell = [(0.92, 0.0), (1.0, high), (0.92, high), (0.85, 0.1)]
    stack(tub, [(s * length, s * deep, 0, z) for s, z in shell], wood, 2.2, count=36)
    for z in (0.2 * high, 0.75 * high):
        size = 0.925 + 0.08 * z / high
        ring = [
            (size, z - 0.015),
            (size + 0.012, z - 0.015),
            (size + 0.012, z + 0.015),
            (size, z + 0.015),
            (size - 0.02, z),
        ]
        hoop(tub, [(s * length, s * deep, 0, at) for s, at in ring], metal, 2.2, count=36)
    y = -deep / 2 - 0.12
    for x in (-0.2, 0.2):
        tub.box((x, y, 0.1), (0.025, 0.24, 0.2), wood)
    tub.box((0, y, 0.21), (0.5, 0.28, 0.025), wood)
    return tub.finish()


def _size(draw: Draw) -> tuple[float, float, float]:
    return draw.between(1.5, 1.8), draw.between(0.7, 0.8), draw.between(0.5, 0.6)


def _slab(tub: Shape, length: float, deep: float, high: float, rim: float, white: Material) -> None:
    """A rectangular rim around a rectangular opening."""
    for side in (-1, 1):
        tub.box((side * (length - rim) / 2, 0, high - 0.02), (rim, deep, 0.04), white)
        tub.box((0, side * (deep - rim) / 2, high - 0.02), (length - rim, rim, 0.04), white)
        for end in (-1, 1):
            corner = (end * (length / 2 - 1.6 * rim), side * (deep / 2 - 1.6 * rim), high - 0.022)
            tub.box(corner, (1.6 * rim, 1.6 * rim, 0.036), white)


def _spout(tub: Shape, draw: Draw, x: float, high: float) -> None:
    """A mixer at one end, with a shower on a pole now and then."""
    z = high + 0.1
    tube(tub, [(x, -0.08, z), (x, 0.08, z)], 0.02, CHROME)
    tube(tub, [(x, 0, high - 0.02), (x, 0, z), (x + 0.13, 0, z), (x + 0.14, 0, z - 0.04)], 0.014, CHROME)
    if draw.chance(0.5):
        tube(tub, [(x, 0, z), (x, 0, 1.95), (x + 0.12, 0, 1.97)], 0.01, CHROME)
        tub.rod((x + 0.12, 0, 1.96), (x + 0.16, 0, 1.92), 0.025, CHROME, 0.06)


def _tipped(length: float, deep: float, height: float, rise: float, whole: float, square: float) -> NDArray[np.float64]:
    """An oval whose right end is higher by `rise`."""
    flat = oval(length, deep, squareness=square, count=36)
    return np.column_stack([flat, height + rise * np.clip(flat[:, 0] / whole + 0.5, 0, 1) ** 2])


def _refined(outline: list[tuple[float, float]]) -> NDArray[np.float64]:
    """An outline with a point in the middle of each edge too."""
    points = np.array(outline)
    return np.stack([points, (points + np.roll(points, -1, axis=0)) / 2], axis=1).reshape(-1, 2)


def _level(outline: NDArray[np.float64], share: float, height: float) -> NDArray[np.float64]:
    return np.column_stack([share * outline, np.full(len(outline), height)])


BATHTUBS = (alcove, tiled, freestanding, clawfoot, corner, soaking)
