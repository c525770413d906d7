"""Cabinets on kitchen walls, as wide as asked for; their backs are at the largest y."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.furniture.kitchen_and_bath.kitchen_parts import (
    BLACK,
    Field,
    framed_front,
    grip_front,
    slab_front,
)
from geo3d.data_tools.rooms.furniture.making.forms import glass
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw, Material


def plain(draw: Draw, width: float) -> Model:
    """Smooth doors side by side."""
    cabinet, face = _box(draw, "wall_cabinets.plain", width, draw.ceramic())
    front = slab_front(
        draw.wood() if draw.chance(0.5) else draw.paint(), draw.metal(), draw.one_of(("bar", "knob", "none"))
    )
    for field in face.columns(max(1, round(width / 0.45))):
        front(cabinet, field, "hung")
    return cabinet.finish()


def framed(draw: Draw, width: float) -> Model:
    """Panelled doors under a moulding, some with panes."""
    paint, metal = draw.paint(), draw.metal()
    cabinet, face = _box(draw, "wall_cabinets.framed", width, paint)
    solid, pane = framed_front(paint, metal, "knob"), framed_front(paint, metal, "knob", glass(draw))
    for field in face.columns(max(1, round(width / 0.45))):
        (pane if draw.chance(0.35) else solid)(cabinet, field, "hung")
    cabinet.box((0, face.face / 2 - 0.012, face.high + 0.02), (width, 0.024 - face.face, 0.04), paint)
    return cabinet.finish()


def flaps(draw: Draw, width: float) -> Model:
    """Two rows of broad flaps with grips."""
    cabinet, face = _box(draw, "wall_cabinets.flaps", width, draw.ceramic())
    front = grip_front(draw.paint(), BLACK)
    upper = grip_front(draw.wood(), BLACK) if draw.chance(0.4) else front
    low, high = face.rows((1, 1))
    for row, closed in ((low, front), (high, upper)):
        for field in row.columns(max(1, round(width / 0.85))):
            closed(cabinet, field, "hung")
    return cabinet.finish()


def part_open(draw: Draw, width: float) -> Model:
    """Closed cabinets with open shelves between or beside them."""
    wood, cabinet, deep = draw.wood(), Shape("wall_cabinets.part_open", "cabinet"), draw.between(0.3, 0.36)
    face = Field(-width / 2, width / 2, 0, draw.between(0.6, 0.85), 0.02 - deep)
    front, fields = slab_front(draw.paint(), draw.metal(), "bar"), face.columns(max(2, round(width / 0.5)))
    hollow = draw.whole(0, len(fields) - 1)
    for i, field in enumerate(fields):
        if i == hollow:
            _shelves(cabinet, field, deep, wood)
        else:
            _body(cabinet, field, wood)
            front(cabinet, field, "hung")
    return cabinet.finish()


def hooded(draw: Draw, width: float) -> Model:
    """Cabinets on both sides of a hood with its chimney."""
    paint, metal, hood = draw.paint(), draw.metal(), min(0.6, 0.5 * width)
    cabinet, deep, high = Shape("wall_cabinets.hooded", "cabinet"), draw.between(0.32, 0.36), draw.between(0.6, 0.8)
    front = slab_front(draw.wood(), metal, draw.one_of(("bar", "knob")))
    at = draw.one_of((0.0, 0.0, 0.25, -0.25)) * (width - hood)
    for left, right in ((-width / 2, at - hood / 2), (at + hood / 2, width / 2)):
        side = Field(left, right, 0, high, 0.02 - deep)
        _body(cabinet, side, paint)
        for field in side.columns(max(1, round((right - left) / 0.45))):
            front(cabinet, field, "hung")
    outline = [(-hood / 2, -0.48), (hood / 2, -0.48), (hood / 2, 0.0), (-hood / 2, 0.0)]
    _funnel(cabinet, at, outline, metal)
    cabinet.box((at, -0.14, (0.25 + high) / 2), (0.28, 0.28, high - 0.25), metal, label="otherfurniture")
    return cabinet.finish()


def _box(draw: Draw, name: str, width: float, body: Material) -> tuple[Shape, Field]:
    """A closed body, and its face."""
    cabinet = Shape(name, "cabinet")
    face = Field(-width / 2, width / 2, 0, draw.between(0.55, 0.9), -draw.between(0.3, 0.36))
    _body(cabinet, face, body)
    return cabinet, face


def _body(cabinet: Shape, face: Field, body: Material) -> None:
    x, z = face.middle
    cabinet.box((x, face.face / 2, z), (face.right - face.left, -face.face, face.high - face.low), body)


def _shelves(cabinet: Shape, field: Field, deep: float, wood: Material) -> None:
    """Boards between two sides, open to the front."""
    (x, z), wide, high = field.middle, field.right - field.left, field.high
    for side in (field.left + 0.008, field.right - 0.008):
        cabinet.box((side, -deep / 2, z), (0.016, deep, high), wood)
    cabinet.box((x, -0.005, z), (wide, 0.01, high), wood)
    for level in (0.008, high / 2, high - 0.008):
        cabinet.box((x, -deep / 2, level), (wide, deep, 0.016), wood)
    for level in (0.016, high / 2 + 0.008):
        cabinet.top((field.left + 0.03, 0.01 - deep), (field.right - 0.03, -0.02), level, high / 2 - 0.04)


def _funnel(cabinet: Shape, at: float, outline: list[tuple[float, float]], metal: Material) -> None:
    """A hood: an upright rim, then four slanting sides."""
    rings = []
    for share, z in ((1.0, 0.0), (1.0, 0.06), (0.45, 0.26)):
        rings.append([(at + x * share, y * share, z) for x, y in outline])
    cabinet.loft([np.array(ring) for ring in rings], metal, "otherfurniture")


WALL_CABINETS = (plain, framed, flaps, part_open, hooded)
