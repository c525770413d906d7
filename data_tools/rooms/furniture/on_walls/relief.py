"""What makes a wall uneven and is labelled wall: its back is at the largest y.

What reaches from floor to ceiling is 2.4 m high; its height may be stretched to the room's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import lattice, spread, stone, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

CEILING = 2.4
"""Of what reaches from floor to ceiling, in metres."""


def panelling(draw: Draw) -> Model:
    """Framed wooden panels at the foot of a wall, under a moulded rail."""
    wall, paint, fields = Shape("relief.panelling", "wall"), _paint(draw), draw.whole(2, 6)
    height, wide = draw.between(0.8, 1.3), draw.between(0.4, 0.7)
    width = fields * wide
    wall.box((0, -0.006, height / 2), (width, 0.012, height), paint)
    lattice(wall, (0, -0.014, height / 2), (width, 0.028, height), 0.09, paint, fields)
    wall.box((0, -0.022, height), (width, 0.044, 0.03), paint)
    wall.box((0, -0.018, 0.06), (width, 0.036, 0.12), paint)
    return wall.finish()


def boards(draw: Draw) -> Model:
    """Upright boards with gaps between them, to the hip or to the ceiling."""
    wall, wood, width = Shape("relief.boards", "wall"), draw.wood(), draw.between(1.0, 3.0)
    height = draw.one_of((1.1, CEILING))
    wall.box((0, -0.005, height / 2), (width, 0.01, height), wood)
    for x, extent in spread(round(width / draw.between(0.07, 0.15)), -width / 2, width / 2):
        wall.box((x, -0.014, height / 2), (extent - 0.016, 0.024, height), wood)
    wall.box((0, -0.02, height - 0.02), (width, 0.04, 0.04), wood)
    return wall.finish()


def pilaster(draw: Draw) -> Model:
    """A flat pillar with base and capital, plain or fluted."""
    wall, paint = Shape("relief.pilaster", "wall"), _paint(draw)
    width, deep, flutes = draw.between(0.2, 0.45), draw.between(0.06, 0.2), draw.one_of((0, 4, 6))
    wall.box((0, -deep / 2, CEILING / 2), (width, deep, CEILING), paint)
    for i, (low, high) in enumerate(
        ((0, 0.18), (CEILING - 0.16, CEILING), (CEILING - 0.2, CEILING - 0.17), (0.18, 0.21))
    ):
        out = 0.05 if i < 2 else 0.025
        wall.box((0, -(deep + out) / 2, (low + high) / 2), (width + 2 * out, deep + out, high - low), paint)
    for x, extent in spread(flutes, -0.42 * width, 0.42 * width) if flutes else ():
        tube(wall, [(x, -deep, 0.25), (x, -deep, CEILING - 0.25)], 0.32 * extent, paint)
    return wall.finish()


def pipes(draw: Draw) -> Model:
    """Heating pipes from floor to ceiling in clamps, one with a branch along the wall."""
    wall, count = Shape("relief.pipes", "wall"), draw.whole(1, 4)
    paint, x = _paint(draw), 0.0
    for _ in range(count):
        radius = draw.one_of((0.011, 0.014, 0.02, 0.055))
        tube(wall, [(x, -radius - 0.03, 0), (x, -radius - 0.03, CEILING)], radius, paint)
        for z in (0.3, 1.2, 2.1):
            wall.box((x, -(radius + 0.03) / 2, z), (0.02, radius + 0.03, 0.02), paint)
            tube(wall, [(x, -radius - 0.03, z - 0.012), (x, -radius - 0.03, z + 0.012)], radius + 0.008, paint)
        x += radius + draw.between(0.07, 0.12)
    end, low = draw.between(0.5, 1.6), draw.between(0.1, 0.3)
    tube(wall, [(0, -0.05, low), (end, -0.05, low), (end, 0, low)], 0.011, paint)
    return wall.finish()


def beam(draw: Draw) -> Model:
    """A heavy level beam with its consoles, as under a ceiling."""
    wall, wood, width = Shape("relief.beam", "wall"), draw.wood(), draw.between(1.5, 3.5)
    deep, high = draw.between(0.12, 0.3), draw.between(0.15, 0.3)
    wall.box((0, -deep / 2, high / 2 + 0.2), (width, deep, high), wood)
    for x in (-0.42 * width, 0.42 * width):
        wall.box((x, -0.3 * deep, 0.1), (0.12, 0.6 * deep, 0.22), wood)
    return wall.finish()


def chimney_breast(draw: Draw) -> Model:
    """A fireplace in a broad pier that reaches to the ceiling, with a mantel to put things on."""
    wall, plaster, slab = Shape("relief.chimney_breast", "wall"), _paint(draw), stone(draw)
    width, deep, mantel = draw.between(1.2, 1.7), draw.between(0.3, 0.45), draw.between(1.0, 1.25)
    mouth, high = draw.between(0.6, 0.8), draw.between(0.6, 0.75)
    brick, side = Material((150, 82, 62), (205, 200, 190), "bricks", 0.5), (width - mouth) / 2
    for x in (side / 2 - width / 2, width / 2 - side / 2):
        wall.box((x, -deep / 2, high / 2), (side, deep, high), plaster)
        wall.box((x + (-1 if x > 0 else 1) * (side / 2 - 0.07), -deep - 0.015, mantel / 2), (0.14, 0.07, mantel), slab)
    wall.box((0, -deep / 2, (high + CEILING) / 2), (width, deep, CEILING - high), plaster)
    wall.box((0, -0.02, high / 2), (mouth, 0.04, high), brick)
    wall.box((0, -deep - 0.01, high + 0.07), (mouth + 0.28, 0.06, 0.14), slab)
    ledge = 0.18
    wall.box((0, -deep - ledge / 2 + 0.01, mantel + 0.02), (mouth + 0.5, ledge, 0.04), slab)
    wall.top((-mouth / 2 - 0.22, 0.02 - deep - ledge), (mouth / 2 + 0.22, -deep - 0.005), mantel + 0.04, 0.8)
    return wall.finish()


def stonework(draw: Draw) -> Model:
    """Rough blocks in courses that stand out differently."""
    wall, width, height = Shape("relief.stonework", "wall"), draw.between(0.9, 2.0), draw.one_of((1.1, CEILING))
    looks, course = [stone(draw) for _ in range(3)], draw.between(0.15, 0.25)
    wall.box((0, -0.006, height / 2), (width, 0.012, height), looks[0])
    for z, high in spread(round(height / course), 0, height):
        for x, wide in spread(draw.whole(2, max(2, round(width / 0.35))), -width / 2, width / 2):
            out = draw.between(0.025, 0.07)
            wall.box((x, -out / 2, z), (wide - 0.012, out, high - 0.012), draw.one_of(looks))
    return wall.finish()


def duct(draw: Draw) -> Model:
    """Cable trunking with switches, sockets and a distribution box."""
    wall, paint, width = Shape("relief.duct", "wall"), _paint(draw), draw.between(1.0, 3.0)
    wall.box((0, -0.03, 0.35), (width, 0.06, 0.13), paint)
    for x, _ in spread(round(width / 0.5), -width / 2, width / 2):
        wall.box((x, -0.036, 0.35), (0.16, 0.06, 0.08), paint)
    at, high = draw.between(-0.4, 0.4) * width, draw.between(1.2, 1.7)
    wall.box((at, -0.02, high / 2), (0.05, 0.04, high), paint)
    wall.box((at, -0.05, high), (0.32, 0.1, 0.42), paint)
    wall.box((at, -0.054, high), (0.27, 0.1, 0.36), paint)
    wall.box((at, -0.02, 0.15), (0.05, 0.04, 0.3), paint)
    return wall.finish()


def _paint(draw: Draw) -> Material:
    """White more often than any other colour, as walls are."""
    return draw.ceramic() if draw.chance(0.6) else draw.paint()


RELIEFS = (panelling, boards, pilaster, pipes, beam, chimney_breast, stonework, duct)
