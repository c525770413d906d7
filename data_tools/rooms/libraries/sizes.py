"""How large furniture of each kind is: what is far from it fits in no room, or looks like something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.arrange.stock import FITTED

if TYPE_CHECKING:
    from collections.abc import Sequence

Range = tuple[float, float]
SIZES: dict[str, tuple[Range, Range, Range]] = {
    "chair": ((0.33, 0.75), (0.35, 0.75), (0.65, 1.3)),
    "office_chair": ((0.4, 0.85), (0.4, 0.85), (0.75, 1.4)),
    "armchair": ((0.5, 1.3), (0.5, 1.1), (0.6, 1.3)),
    "stool": ((0.25, 0.6), (0.25, 0.6), (0.35, 0.9)),
    "sofa": ((1.1, 3.2), (0.6, 2.0), (0.5, 1.3)),
    "bed": ((0.65, 2.3), (1.2, 2.6), (0.3, 2.0)),
    "night_stand": ((0.25, 0.8), (0.25, 0.6), (0.3, 0.8)),
    "dining_table": ((0.6, 3.0), (0.55, 1.8), (0.65, 0.95)),
    "coffee_table": ((0.35, 1.7), (0.3, 1.2), (0.2, 0.65)),
    "desk": ((0.7, 2.4), (0.4, 1.3), (0.65, 1.6)),
    "bookshelf": ((0.3, 3.0), (0.15, 0.6), (0.6, 2.4)),
    "cabinet": ((0.3, 2.6), (0.25, 0.75), (0.35, 1.4)),
    "wardrobe": ((0.5, 3.0), (0.3, 0.8), (1.3, 2.4)),
    "dresser": ((0.5, 1.9), (0.3, 0.7), (0.6, 1.5)),
    "other": ((0.2, 2.0), (0.1, 1.4), (0.2, 2.0)),
    "radiator": ((0.3, 2.0), (0.04, 0.25), (0.25, 2.0)),
    "bin": ((0.12, 0.6), (0.12, 0.6), (0.18, 1.0)),
    "door": ((0.65, 2.0), (0.03, 0.5), (1.9, 2.35)),
    "window": ((0.4, 2.6), (0.03, 0.4), (0.4, 2.0)),
    "picture": ((0.1, 2.0), (0.005, 0.15), (0.1, 1.8)),
    "whiteboard": ((0.6, 2.6), (0.01, 0.2), (0.5, 1.6)),
    "mirror": ((0.2, 1.6), (0.005, 0.2), (0.2, 2.0)),
    "wall_shelf": ((0.2, 2.0), (0.08, 0.45), (0.01, 1.2)),
    "wall_relief": ((0.05, 4.0), (0.01, 0.6), (0.05, 2.4)),
    "television": ((0.4, 2.0), (0.02, 0.35), (0.3, 1.2)),
    "refrigerator": ((0.45, 1.1), (0.45, 1.0), (0.8, 2.1)),
    "wash_basin": ((0.3, 1.5), (0.25, 0.75), (0.7, 1.25)),
    "toilet": ((0.3, 0.6), (0.45, 0.9), (0.3, 1.2)),
    "bathtub": ((1.2, 2.0), (0.6, 1.7), (0.4, 0.9)),
    "towel": ((0.15, 1.0), (0.01, 0.25), (0.2, 1.2)),
    "table_clutter": ((0.02, 0.8), (0.02, 0.6), (0.01, 0.9)),
    "kitchen_clutter": ((0.02, 0.7), (0.02, 0.6), (0.01, 0.6)),
    "desk_clutter": ((0.02, 0.8), (0.02, 0.6), (0.01, 0.8)),
    "floor_plant": ((0.15, 1.3), (0.15, 1.3), (0.25, 2.2)),
    "floor_lamp": ((0.15, 0.9), (0.15, 0.9), (1.0, 2.1)),
    "rug": ((0.4, 3.0), (0.3, 3.0), (0.003, 0.03)),
    "floor_clutter": ((0.05, 1.1), (0.05, 0.8), (0.03, 1.6)),
}
"""Smallest and largest extent along x, y and z of every kind that is not made to measure, in metres."""


def misfit(kind: str, size: Sequence[float]) -> str:
    """Why something of this extent (x, y, z, in metres) is nothing of its kind; empty where it may be."""
    if kind in FITTED:
        return f"a {kind} is made to measure"
    for axis, side, (least, most) in zip(("wide", "deep", "high"), size, SIZES[kind], strict=True):
        if not least - 1e-6 <= side <= most + 1e-6:
            return f"a {kind} that is {side:.3g} m {axis} is not from {least:g} to {most:g} m"
    return ""
