"""Kitchen lines as wide as asked for: base cabinets, one worktop with a sink in a hole of it, a stove, tops.

Their backs are at the largest y; a line too short for a stove has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.furniture.kitchen_and_bath.kitchen_fittings import (
    STOVE,
    bowl,
    ceramic_hob,
    cooker,
    dishwasher,
    gas_hob,
    oven,
    tap,
)
from geo3d.data_tools.rooms.furniture.kitchen_and_bath.kitchen_parts import (
    BLACK,
    Field,
    Hole,
    Plan,
    carcass,
    framed_front,
    grip_front,
    plan,
    slab_front,
    worktop,
)
from geo3d.data_tools.rooms.furniture.making.forms import basin, spread, stone, tiles, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw, Material
    from geo3d.data_tools.rooms.furniture.kitchen_and_bath.kitchen_parts import Front

FOLDED_STEEL = 0.015
"""Thickness of a steel worktop, in metres."""


def modular(draw: Draw, width: float) -> Model:
    """Plain boards with handles, a steel sink laid in from above, a ceramic hob over an oven."""
    kitchen, metal = Shape("kitchens.modular", "cabinet"), draw.metal()
    line = plan(draw, width, ("drawers", "doors", "dishwasher"), draw.between(0.028, 0.04), 0.1)
    coat = draw.wood() if draw.chance(0.4) else draw.paint()
    front = slab_front(coat, metal, draw.one_of(("bar", "knob")))
    _cabinets(kitchen, line, front, coat if draw.chance(0.5) else draw.ceramic(), metal)
    top = draw.wood() if draw.chance(0.4) else stone(draw)
    _sink(kitchen, draw, line, top, metal, rim=0.02, busy=_hob(kitchen, line))
    return kitchen.finish()


def farmhouse(draw: Draw, width: float) -> Model:
    """Framed fronts with knobs or cups, a deep ceramic sink that shows its front, a cooker between the cabinets."""
    kitchen, metal, paint = Shape("kitchens.farmhouse", "cabinet"), draw.metal(), draw.paint()
    line = plan(draw, width, ("drawers", "doors", "doors"), draw.between(0.035, 0.05), 0.1)
    front = framed_front(paint, metal, draw.one_of(("knob", "cup")))
    top, ceramic = draw.wood() if draw.chance(0.7) else stone(draw), draw.ceramic()
    stove, sink = line.field("stove"), line.field("sink")
    for role, field in zip(line.roles, line.fields, strict=True):
        if role == "stove":
            cooker(kitchen, draw, field, line.depth, line.height, draw.paint())
        elif role == "sink":
            low = Field(field.left, field.right, field.low, line.height - 0.27, field.face)
            carcass(kitchen, low, paint, paint)
            for part in low.columns(2):
                front(kitchen, part, "door")
        else:
            _cabinet(kitchen, role, field, front, paint, paint, metal)
    assert sink is not None
    hole = Hole(sink.left + 0.01, sink.right - 0.01, -line.depth, -0.12)
    for span in _around(line, stove):
        inside = hole if span[0] < hole.left < span[1] else None
        worktop(kitchen, span, line.depth, (line.height - line.thick, line.height), top, inside)
    middle, size = ((hole.left + hole.right) / 2, (hole.front + hole.back) / 2), hole.right - hole.left
    basin(kitchen, middle, (size, hole.back - hole.front, 0.27), line.height - 0.006, ceramic, 30, 0.025, "sink")
    tap(kitchen, draw, middle[0], -0.06, line.height, metal)
    return kitchen.finish()


def handleless(draw: Draw, width: float) -> Model:
    """Fronts with channels to grip, a thin stone top with a splashback, a sink hung beneath it, in one or two parts."""
    kitchen, metal, paint = Shape("kitchens.handleless", "cabinet"), draw.metal(), draw.paint()
    line = plan(draw, width, ("drawers", "drawers", "doors", "dishwasher"), 0.02, 0.12)
    slab = stone(draw)
    _cabinets(kitchen, line, grip_front(paint, BLACK), paint, metal)
    hole = _sink(kitchen, draw, line, slab, metal, rim=-0.01, busy=_hob(kitchen, line))
    high = draw.one_of((0.05, 0.1, 0.5))
    kitchen.box((0, -0.006, line.height + high / 2), (width, 0.012, high), slab, label="counter")
    if draw.chance(0.5):
        middle = (hole.left + hole.right) / 2
        size = (0.012, 0.9 * (hole.back - hole.front), 0.13)
        kitchen.box((middle, (hole.front + hole.back) / 2, line.height - 0.1), size, metal, label="sink")
    return kitchen.finish()


def open_bench(draw: Draw, width: float) -> Model:
    """A slab on square legs with open shelves beneath, a sink let in, two hot plates that stand on it."""
    kitchen, wood, metal = Shape("kitchens.open_bench", "cabinet"), draw.wood(), draw.metal()
    line = plan(draw, width, ("shelf",), draw.between(0.04, 0.06), 0.12)
    low, leg = line.height - line.thick, 0.05
    for x in (leg / 2 - width / 2, width / 2 - leg / 2):
        for y in (-0.03, 0.04 - line.depth):
            kitchen.box((x, y, low / 2), (leg, leg, low), wood)
    for z, free in ((0.14, 0.25), (0.46, 0.15)) if draw.chance(0.6) else ((0.2, 0.15),):
        kitchen.box((0, -line.depth / 2, z), (width - 0.02, line.depth - 0.05, 0.025), wood)
        inner = (width / 2 - 0.06, 0.08 - line.depth, -0.07)
        kitchen.top((-inner[0], inner[1]), (inner[0], inner[2]), z + 0.0125, free)
    for x in [x for x, _ in spread(len(line.roles), -width / 2, width / 2)][:-1]:
        kitchen.box((x + width / len(line.roles) / 2, -0.02, low / 2), (0.03, 0.02, low), wood)
    stove = line.field("stove")
    busy = None
    if stove is not None:
        (x, _), wide = stove.middle, min(0.52, stove.right - stove.left - 0.06)
        busy = (x - wide / 2 - 0.02, x + wide / 2 + 0.02)
        kitchen.box((x, -line.depth / 2, line.height + 0.035), (wide, 0.3, 0.07), metal, label=STOVE)
        for at in (x - wide / 4, x + wide / 4):
            foot = (at, -line.depth / 2, line.height + 0.06)
            kitchen.rod(foot, (*foot[:2], line.height + 0.082), 0.085, BLACK, sides=16, label=STOVE)
    _sink(kitchen, draw, line, wood, draw.ceramic(), rim=0.025, busy=busy)
    return kitchen.finish()


def steel_bench(draw: Draw, width: float) -> Model:
    """A restaurant's steel table on tubes, the sink folded from the same sheet, a cooker beside."""
    kitchen, metal = Shape("kitchens.steel_bench", "cabinet"), draw.metal()
    line = plan(draw, width, ("shelf",), FOLDED_STEEL, 0.15)
    stove, sink = line.field("stove"), line.field("sink")
    assert sink is not None
    hole = Hole(sink.left + 0.07, sink.right - 0.07, 0.08 - line.depth, -0.12)
    for left, right in _around(line, stove):
        for x in (left + 0.03, right - 0.03):
            for y in (-0.04, 0.04 - line.depth):
                tube(kitchen, [(x, y, 0), (x, y, line.height - 0.01)], 0.019, metal)
        kitchen.box(((left + right) / 2, -line.depth / 2, 0.25), (right - left - 0.04, line.depth - 0.06, 0.03), metal)
        kitchen.top((left + 0.06, 0.08 - line.depth), (right - 0.06, -0.08), 0.265, 0.3)
        inside = hole if left < hole.left < right else None
        worktop(kitchen, (left, right), line.depth, (line.height - FOLDED_STEEL, line.height), metal, inside)
        edge = ((left + right) / 2, 0.01 - line.depth, line.height - 0.025)
        kitchen.box(edge, (right - left, 0.02, 0.05), metal, label="counter")
        back = ((left + right) / 2, -0.006, line.height + 0.045)
        kitchen.box(back, (right - left, 0.012, 0.1), metal, label="counter")
    if stove is not None:
        cooker(kitchen, draw, stove, line.depth, line.height, metal)
    bowl(kitchen, hole, line.height, 0.22, metal, -0.01)
    tap(kitchen, draw, (hole.left + hole.right) / 2, -0.07, line.height, metal)
    return kitchen.finish()


def masonry(draw: Draw, width: float) -> Model:
    """Tiled walls under a tiled top, wooden doors or cloth between them, a gas hob."""
    kitchen, tile, metal = Shape("kitchens.masonry", "cabinet"), tiles(draw), draw.metal()
    line = plan(draw, width, ("open",), draw.between(0.06, 0.09), 0.08)
    pier, low, front = 0.07, line.height - line.thick, framed_front(draw.wood(), metal, "knob")
    cloth = draw.cloth() if draw.chance(0.35) else None
    edges = [field.left for field in line.fields] + [width / 2]
    for i, x in enumerate(edges):
        at = x + (pier / 2 if i == 0 else -pier / 2 if i == len(edges) - 1 else 0)
        kitchen.box((at, 0.01 - line.depth / 2, low / 2), (pier, line.depth - 0.02, low), tile)
    kitchen.box((0, -line.depth / 2 + 0.03, 0.04), (width - 0.02, line.depth - 0.06, 0.08), tile)
    for field in line.fields:
        inside = Field(field.left + pier / 2 - 0.004, field.right - pier / 2 + 0.004, field.low, field.high, field.face)
        if cloth is None:
            front(kitchen, inside, "door")
        else:
            steps = [inside.left + (inside.right - inside.left) * i / 20 for i in range(21)]
            kitchen.sheet([(x, field.face + 0.02 * (-1) ** i) for i, x in enumerate(steps)], 0.008, 0.1, low, cloth)
    stove, busy = line.field("stove"), None
    if stove is not None:
        x, wide = stove.middle[0], min(0.58, stove.right - stove.left)
        gas_hob(kitchen, x, -line.depth / 2, line.height, wide, metal)
        busy = (x - wide / 2 - 0.02, x + wide / 2 + 0.02)
    _sink(kitchen, draw, line, tile, draw.ceramic(), rim=0.03, busy=busy)
    return kitchen.finish()


def _cabinets(kitchen: Shape, line: Plan, front: Front, body: Material, metal: Material) -> None:
    for role, field in zip(line.roles, line.fields, strict=True):
        _cabinet(kitchen, role, field, front, body, BLACK, metal)


def _cabinet(
    kitchen: Shape, role: str, field: Field, front: Front, body: Material, kick: Material, metal: Material
) -> None:
    """One field of a line, with what closes it."""
    carcass(kitchen, field, body, kick, hollow=role == "sink")
    doors = 2 if field.right - field.left > 0.55 else 1
    if role == "stove":
        oven(kitchen, field, metal)
    elif role == "dishwasher":
        dishwasher(kitchen, field, metal)
    elif role == "drawers":
        for part in field.rows((2, 2, 1)):
            front(kitchen, part, "drawer")
    else:
        below, above = field.rows((3, 1))
        front(kitchen, above, "drawer")
        for part in below.columns(doors):
            front(kitchen, part, "door")


def _hob(kitchen: Shape, line: Plan) -> tuple[float, float] | None:
    """A ceramic hob over the stove; from where to where it lies."""
    stove = line.field("stove")
    if stove is None:
        return None
    x, wide = stove.middle[0], min(0.58, stove.right - stove.left)
    ceramic_hob(kitchen, x, -line.depth / 2, line.height, wide)
    return x - wide / 2 - 0.01, x + wide / 2 + 0.01


def _sink(
    kitchen: Shape,
    draw: Draw,
    line: Plan,
    top: Material,
    material: Material,
    rim: float,
    busy: tuple[float, float] | None,
) -> Hole:
    """The worktop with a hole, the sink in the hole, and a tap."""
    field = line.field("sink")
    assert field is not None
    hole = Hole(field.left + 0.05, field.right - 0.05, 0.09 - line.depth, -0.11)
    span, heights = (-line.width / 2, line.width / 2), (line.height - line.thick, line.height)
    worktop(kitchen, span, line.depth, heights, top, hole, busy)
    bowl(kitchen, hole, line.height, draw.between(0.16, 0.2), material, rim)
    tap(kitchen, draw, (hole.left + hole.right) / 2, -0.05, line.height, draw.metal())
    return hole


def _around(line: Plan, stove: Field | None) -> list[tuple[float, float]]:
    """What a cooker leaves of the line."""
    ends = (-line.width / 2, line.width / 2)
    parts = [ends] if stove is None else [(ends[0], stove.left), (stove.right, ends[1])]
    return [(left, right) for left, right in parts if right - left > 0.05]


KITCHEN_LINES = (modular, farmhouse, handleless, open_bench, steel_bench, masonry)
