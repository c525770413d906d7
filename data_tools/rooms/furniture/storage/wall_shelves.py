"""Shelves on walls, bare: what stands on their tops is put there later. Their backs are at the largest y."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.furniture.making.forms import spread, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw, Material


def floating(draw: Draw) -> Model:
    """One to four thick boards whose holders are hidden, stepped or in line."""
    shelf, wood, deep = Shape("wall_shelves.floating", "shelves"), draw.wood(), draw.between(0.15, 0.28)
    width, thick, gap, z = draw.between(0.5, 1.4), draw.between(0.02, 0.05), draw.between(0.25, 0.38), 0.0
    for i in range(draw.whole(1, 4)):
        x = draw.between(-0.2, 0.2) * width if i else 0.0
        _board(shelf, (x, z + thick / 2), (width, deep, thick), wood, gap - thick - 0.01)
        z += gap
    return shelf.finish()


def bracketed(draw: Draw) -> Model:
    """Boards on triangular brackets."""
    shelf, wood, metal = Shape("wall_shelves.bracketed", "shelves"), draw.wood(), draw.metal()
    width, deep, gap = draw.between(0.6, 1.5), draw.between(0.18, 0.3), draw.between(0.32, 0.42)
    for i in range(draw.whole(1, 3)):
        z = 0.16 + i * gap
        _board(shelf, (0, z + 0.011), (width, deep, 0.022), wood, gap - 0.2)
        for x in (-0.35 * width, 0.35 * width):
            shelf.box((x, -0.006, z - 0.08), (0.025, 0.012, 0.16), metal)
            shelf.box((x, -deep / 2, z - 0.006), (0.025, 0.85 * deep, 0.012), metal)
            tube(shelf, [(x, -0.01, z - 0.14), (x, -0.8 * deep, z - 0.01)], 0.008, metal)
    return shelf.finish()


def cubes(draw: Draw) -> Model:
    """Open boxes side by side or stepped."""
    shelf, wood, edge = Shape("wall_shelves.cubes", "shelves"), draw.wood(), draw.between(0.28, 0.38)
    deep, back = draw.between(0.18, 0.26), draw.chance(0.5)
    steps = draw.one_of(((0, 0), (0, 1, 0), (0, 0, 1), (0,), (1, 0, 1, 0)))
    for i, step in enumerate(steps):
        x, z = i * (edge - 0.015), step * 0.5 * edge
        for side in (-1, 1):
            shelf.box((x + side * (edge - 0.015) / 2, -deep / 2, z + edge / 2), (0.015, deep, edge), wood)
            shelf.box((x, -deep / 2, z + edge / 2 + side * (edge - 0.015) / 2), (edge, deep, 0.015), wood)
        if back:
            shelf.box((x, -0.005, z + edge / 2), (edge, 0.01, edge), wood)
        shelf.top((x - edge / 2 + 0.02, 0.01 - deep), (x + edge / 2 - 0.02, -0.02), z + 0.015, edge - 0.04)
    return shelf.finish()


def rails(draw: Draw) -> Model:
    """Slotted rails on the wall with boards on arms at many heights."""
    shelf, wood, metal = Shape("wall_shelves.rails", "shelves"), draw.wood(), draw.metal()
    bays, wide, height = draw.whole(1, 3), draw.between(0.6, 0.85), draw.between(1.0, 1.8)
    for i in range(bays + 1):
        shelf.box((i * wide, -0.008, height / 2), (0.025, 0.016, height), metal)
    for bay in range(bays):
        levels = draw.whole(2, 4)
        for z, gap in spread(levels, 0.0, height):
            deep, at = draw.between(0.18, 0.32), z - gap / 2 + 0.08
            _board(shelf, ((bay + 0.5) * wide, at), (wide - 0.03, deep, 0.02), wood, gap - 0.15)
            for x in (bay * wide + 0.02, (bay + 1) * wide - 0.02):
                shelf.box((x, -0.4 * deep, at - 0.025), (0.012, 0.8 * deep, 0.035), metal)
    return shelf.finish()


def ledges(draw: Draw) -> Model:
    """Narrow ledges with a lip in front, for pictures."""
    shelf, wood = Shape("wall_shelves.ledges", "shelves"), draw.wood()
    width, deep, gap = draw.between(0.6, 1.3), draw.between(0.1, 0.13), draw.between(0.35, 0.45)
    for i in range(draw.whole(1, 3)):
        z = i * gap
        shelf.box((0, -deep / 2, z + 0.007), (width, deep, 0.014), wood)
        shelf.box((0, -0.007, z + 0.03), (width, 0.014, 0.06), wood)
        shelf.box((0, 0.007 - deep, z + 0.02), (width, 0.014, 0.04), wood)
        shelf.top((0.01 - width / 2, 0.016 - deep), (width / 2 - 0.01, -0.016), z + 0.014, gap - 0.03)
    return shelf.finish()


def string(draw: Draw) -> Model:
    """Thin side ladders of wire that carry boards between them."""
    shelf, wood, metal = Shape("wall_shelves.string", "shelves"), draw.wood(), draw.metal()
    bays, wide, deep = draw.whole(1, 2), draw.between(0.55, 0.8), draw.between(0.2, 0.3)
    height, levels = draw.between(0.7, 1.1), draw.whole(2, 4)
    for i in range(bays + 1):
        x = i * wide
        for y in (-0.006, 0.006 - deep):
            tube(shelf, [(x, y, 0), (x, y, height)], 0.005, metal)
        for z, _ in spread(2 * levels + 1, 0, height):
            tube(shelf, [(x, -0.006, z), (x, 0.006 - deep, z)], 0.004, metal)
    for bay in range(bays):
        for z, gap in spread(levels, 0, height):
            _board(shelf, ((bay + 0.5) * wide, z - gap / 2 + 0.03), (wide, deep - 0.02, 0.018), wood, gap - 0.05)
    return shelf.finish()


def crate(draw: Draw) -> Model:
    """Rough slatted fruit crates hung with their mouths to the front."""
    shelf, wood, edge = Shape("wall_shelves.crate", "shelves"), draw.wood(), draw.between(0.3, 0.36)
    width, deep = draw.between(0.45, 0.55), draw.between(0.24, 0.3)
    for i in range(draw.whole(1, 2)):
        z = i * (edge + 0.01)
        for side in (-1, 1):
            shelf.box((side * (width / 2 - 0.008), -deep / 2, z + edge / 2), (0.016, deep, edge), wood)
        for y, extent in spread(3, -deep, 0):
            for at in (z + 0.006, z + edge - 0.006):
                shelf.box((0, y, at), (width, extent - 0.012, 0.012), wood)
        for at, extent in spread(3, z, z + edge):
            shelf.box((0, -0.006, at), (width, 0.012, extent - 0.02), wood)
        shelf.top((0.02 - width / 2, -deep * 0.64), (width / 2 - 0.02, -deep * 0.36), z + 0.012, edge - 0.04)
    return shelf.finish()


def _board(
    shelf: Shape,
    at: tuple[float, float],
    size: tuple[float, float, float],
    material: Material,
    room_above: float,
) -> None:
    """A board with its back at the wall and its middle at (x, z), and the top that it gives."""
    (x, z), (width, deep, thick) = at, size
    shelf.box((x, -deep / 2, z), size, material)
    low, high = (x + 0.02 - width / 2, 0.005 - deep), (x + width / 2 - 0.02, -0.02)
    shelf.top(low, high, z + thick / 2, max(room_above, 0.05))


WALL_SHELVES = (floating, bracketed, cubes, rails, ledges, string, crate)
