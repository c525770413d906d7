"""Wash basins, which reach down to the floor by a foot, a cabinet, legs or their pipes; backs at the largest y."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.kitchen_and_bath.kitchen_fittings import tap
from geo3d.data_tools.rooms.furniture.kitchen_and_bath.kitchen_parts import (
    Field,
    Hole,
    framed_front,
    slab_front,
    worktop,
)
from geo3d.data_tools.rooms.furniture.making.forms import add, basin, stack, stone, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

CHROME = Material((200, 203, 207))


def pedestal(draw: Draw) -> Model:
    """A rounded basin on a ceramic column."""
    sink, white, height = Shape("basins.pedestal", "sink"), draw.ceramic(), draw.between(0.8, 0.88)
    width, deep = draw.between(0.5, 0.65), draw.between(0.4, 0.5)
    _rounded(sink, width, deep, height, white, draw.one_of((2.5, 3.0, 5.0)))
    foot = [(0.24, 0.22, 0.0), (0.2, 0.18, 0.06), (0.15, 0.14, 0.4), (0.19, 0.18, height - 0.15)]
    stack(sink, [(w, d, -0.45 * deep, z) for w, d, z in foot], white, 3, count=16)
    tap(sink, draw, 0, -0.05, height, CHROME, 0.11)
    return sink.finish()


def wall_hung(draw: Draw) -> Model:
    """A basin on the wall with its trap and pipes beneath."""
    sink, white, height = Shape("basins.wall_hung", "sink"), draw.ceramic(), draw.between(0.8, 0.88)
    width, deep = draw.between(0.36, 0.6), draw.between(0.3, 0.46)
    _rounded(sink, width, deep, height, white, draw.one_of((2.5, 8.0)))
    y = -0.5 * deep
    tube(sink, [(0, y, height - 0.1), (0, y, height - 0.28)], 0.018, CHROME)
    sink.rod((0, y, height - 0.34), (0, y, height - 0.24), 0.035, CHROME)
    tube(sink, [(0, y, height - 0.28), (0, -0.03, height - 0.28), (0, -0.03, 0)], 0.018, CHROME)
    tap(sink, draw, 0, -0.045, height, CHROME, 0.1)
    return sink.finish()


def vanity(draw: Draw) -> Model:
    """A cabinet with doors or drawers under a basin let into its top."""
    sink, white, metal = Shape("basins.vanity", "sink"), draw.ceramic(), draw.metal()
    width, deep, height = draw.between(0.6, 1.2), draw.between(0.45, 0.55), draw.between(0.8, 0.88)
    wood, low = draw.wood(), height - 0.03
    face = Field(-width / 2, width / 2, 0.1, low, 0.03 - deep)
    for at in (face.left + 0.009, face.right - 0.009):
        sink.box((at, face.face / 2, (0.5 + low) / 2), (0.018, -face.face, low - 0.5), wood, label="cabinet")
    for at in (face.face + 0.009, -0.009):
        sink.box((0, at, (0.5 + low) / 2), (width, 0.018, low - 0.5), wood, label="cabinet")
    sink.box((0, face.face / 2, 0.3), (width, -face.face, 0.42), wood, label="cabinet")
    sink.box((0, face.face / 2, 0.05), (width - 0.06, -face.face - 0.06, 0.1), metal, label="cabinet")
    fronts, make = Shape("", "cabinet"), draw.one_of((slab_front, framed_front))
    front = make(wood, metal, draw.one_of(("knob", "bar")))
    for part in face.columns(2) if draw.chance(0.6) else face.rows((1, 1)):
        front(fronts, part, "door" if part.high == face.high and part.low == face.low else "drawer")
    add(sink, fronts.finish(moved=False))
    hole = Hole(-0.22, 0.22, 0.1 - deep, -0.13)
    worktop(sink, (-width / 2, width / 2), deep, (low, height), stone(draw), hole)
    middle = (0.0, (hole.front + hole.back) / 2)
    basin(sink, middle, (0.44, hole.back - hole.front, 0.15), height + 0.004, white, 12, 0.02)
    tap(sink, draw, 0, -0.06, height, CHROME, 0.13)
    return sink.finish()


def vessel(draw: Draw) -> Model:
    """A bowl that stands on a slab over an open frame or a drawer."""
    sink, white, wood = Shape("basins.vessel", "sink"), draw.ceramic(), draw.wood()
    width, deep, height = draw.between(0.6, 1.1), draw.between(0.42, 0.52), draw.between(0.74, 0.82)
    sink.box((0, -deep / 2, height - 0.025), (width, deep, 0.05), wood, label="counter")
    for x in (0.025 - width / 2, width / 2 - 0.025):
        for y in (-0.03, 0.03 - deep):
            sink.box((x, y, height / 2 - 0.02), (0.04, 0.04, height - 0.04), wood, label="cabinet")
    shelf = draw.between(0.15, 0.5)
    sink.box((0, -deep / 2, shelf), (width - 0.02, deep - 0.04, 0.02), wood, label="cabinet")
    inner = (width / 2 - 0.06, 0.08 - deep, -0.07)
    sink.top((-inner[0], inner[1]), (inner[0], inner[2]), shelf + 0.01, min(0.2, height - shelf - 0.08))
    round_, at = draw.between(0.36, 0.42), draw.between(-0.5, 0.5) * (width - 0.5)
    square = draw.one_of((2.0, 2.0, 6.0))
    basin(sink, (at, -deep / 2 - 0.02), (round_, round_ * 0.9, 0.14), height + 0.139, white, square, 0.014)
    tap(sink, draw, at, -0.035, height, CHROME, 0.14)
    return sink.finish()


def trough(draw: Draw) -> Model:
    """A long deep laundry sink on a frame of tubes, with one or two taps."""
    sink, metal = Shape("basins.trough", "sink"), draw.metal()
    coat = draw.ceramic() if draw.chance(0.6) else metal
    width, deep, height = draw.between(0.6, 1.2), draw.between(0.42, 0.52), draw.between(0.82, 0.9)
    basin(sink, (0, -deep / 2), (width, deep, draw.between(0.2, 0.3)), height, coat, 16, 0.025)
    sink.box((0, -0.012, height + 0.06), (width, 0.024, 0.16), coat)
    for x in (-0.4 * width, 0.4 * width):
        for y in (-0.08, 0.08 - deep):
            tube(sink, [(x, y, 0), (x, y, height - 0.16)], 0.016, metal)
        tube(sink, [(x, -0.08, 0.15), (x, 0.08 - deep, 0.15)], 0.012, metal)
    taps = (0.0,) if width < 0.9 else (-0.25 * width, 0.25 * width)
    for x in taps:
        tube(sink, [(x, -0.02, height + 0.1), (x, -0.16, height + 0.12), (x, -0.17, height + 0.08)], 0.012, CHROME)
        sink.box((x, -0.06, height + 0.135), (0.06, 0.016, 0.03), CHROME)
    return sink.finish()


def console(draw: Draw) -> Model:
    """A flat ceramic slab with a square hollow on chrome legs, a rail for towels in front."""
    sink, white, height = Shape("basins.console", "sink"), draw.ceramic(), draw.between(0.82, 0.88)
    width, deep = draw.between(0.6, 0.9), draw.between(0.44, 0.5)
    hole = Hole(-0.2, 0.2, 0.07 - deep, -0.13)
    for x in (0.03 - width / 2, width / 2 - 0.03):
        tube(sink, [(x, 0.03 - deep, 0), (x, 0.03 - deep, height - 0.05)], 0.014, CHROME)
        tube(sink, [(x, 0.03 - deep, 0.55), (x, 0.0, 0.55)], 0.01, CHROME)
    tube(sink, [(0.03 - width / 2, 0.03 - deep, 0.55), (width / 2 - 0.03, 0.03 - deep, 0.55)], 0.01, CHROME)
    worktop(sink, (-width / 2, width / 2), deep, (height - 0.06, height), white, hole, label="sink")
    basin(
        sink, (0, (hole.front + hole.back) / 2), (0.41, hole.back - hole.front + 0.01, 0.15), height - 0.004, white, 14
    )
    tap(sink, draw, 0, -0.06, height, CHROME, 0.12)
    return sink.finish()


def _rounded(sink: Shape, width: float, deep: float, height: float, white: Material, square: float) -> None:
    """A basin narrower beneath, with a rear ledge for the tap."""
    y, wall = -deep / 2, 0.03
    inner = (width - 2 * wall, deep - 0.13, y - 0.035)
    profile = [
        (0.45 * width, 0.45 * deep, y + 0.05, height - 0.17),
        (0.9 * width, 0.9 * deep, y, height - 0.1),
        (width, deep, y, height),
        (*inner, height),
        (0.85 * inner[0], 0.85 * inner[1], inner[2], height - 0.08),
        (0.3 * inner[0], 0.3 * inner[1], inner[2], height - 0.11),
    ]
    stack(sink, profile, white, square, count=28)


WASH_BASINS = (pedestal, wall_hung, vanity, vessel, trough, console)
