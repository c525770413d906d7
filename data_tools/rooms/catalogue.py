"""Which builders make things of each kind, and which of them training, validation and test may use."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.arrange.stock import STRETCHED, Mixed
from geo3d.data_tools.rooms.furniture.beds_and_tables import beds, coffee_tables, desks, storied_beds, tables
from geo3d.data_tools.rooms.furniture.clutter import clutter_desk, clutter_floor, clutter_kitchen, clutter_table
from geo3d.data_tools.rooms.furniture.kitchen_and_bath import basins, bathtubs, kitchens, refrigerators, toilets
from geo3d.data_tools.rooms.furniture.on_walls import (
    curtains,
    doors,
    hangings,
    pictures,
    radiators,
    relief,
    screens,
    windows,
)
from geo3d.data_tools.rooms.furniture.seats import armchairs, chairs, metal_chairs, office_chairs, sofas, stools
from geo3d.data_tools.rooms.furniture.standing import bins, household, lamps, others, plants, rugs
from geo3d.data_tools.rooms.furniture.storage import (
    bookshelves,
    cabinets,
    chests,
    wall_cabinets,
    wall_shelves,
    wardrobes,
)
from geo3d.data_tools.rooms.split import SPLITS, split_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo3d.data_tools.rooms.arrange.stock import Builder, Models
    from geo3d.data_tools.rooms.libraries.library import LibraryModel

KINDS: Models = {
    "chair": chairs.CHAIRS + metal_chairs.METAL_CHAIRS,
    "office_chair": office_chairs.OFFICE_CHAIRS,
    "armchair": armchairs.ARMCHAIRS,
    "stool": stools.STOOLS,
    "sofa": sofas.SOFAS,
    "bed": beds.BEDS + storied_beds.STORIED_BEDS,
    "night_stand": chests.NIGHT_STANDS,
    "dining_table": tables.DINING_TABLES,
    "coffee_table": coffee_tables.COFFEE_TABLES,
    "desk": desks.DESKS,
    "bookshelf": bookshelves.BOOKSHELVES,
    "cabinet": cabinets.CABINETS,
    "wardrobe": wardrobes.WARDROBES,
    "dresser": chests.DRESSERS,
    "other": others.OTHERS + household.HOUSEHOLD,
    "radiator": radiators.RADIATORS,
    "bin": bins.BINS,
    "door": doors.DOORS,
    "window": windows.WINDOWS,
    "curtain": curtains.CURTAINS,
    "blinds": hangings.BLINDS,
    "picture": pictures.PICTURES,
    "whiteboard": screens.WHITEBOARDS,
    "mirror": screens.MIRRORS,
    "wall_shelf": wall_shelves.WALL_SHELVES,
    "wall_relief": relief.RELIEFS,
    "television": screens.TELEVISIONS,
    "kitchen_line": kitchens.KITCHEN_LINES,
    "wall_cabinet": wall_cabinets.WALL_CABINETS,
    "refrigerator": refrigerators.REFRIGERATORS,
    "wash_basin": basins.WASH_BASINS,
    "toilet": toilets.TOILETS,
    "bathtub": bathtubs.BATHTUBS,
    "shower_curtain": curtains.SHOWER_CURTAINS,
    "towel": hangings.TOWELS,
    "table_clutter": clutter_table.TABLE_CLUTTER,
    "kitchen_clutter": clutter_kitchen.KITCHEN_CLUTTER,
    "desk_clutter": clutter_desk.DESK_CLUTTER,
    "floor_plant": plants.FLOOR_PLANTS,
    "floor_lamp": lamps.FLOOR_LAMPS,
    "rug": rugs.RUGS,
    "floor_clutter": clutter_floor.FLOOR_CLUTTER,
}
"""Every builder, by the kind of what it makes."""


def builders_of(split: str, library: Sequence[LibraryModel] = (), share: float = 0.5, stretch: float = 0.0) -> Models:
    """The builders that a split may use: of each kind, one in five (and at least one) for validation and for test.

    Of the models of libraries that have a kind of theirs, each is in one split by its own name; this often (`share`) a
    piece is one of them, where there is any. Pieces of kinds that are STRETCHED differ from what builders and libraries
    give by factors of up to 1 + `stretch`.
    """
    mine: dict[str, list[LibraryModel]] = defaultdict(list)
    for model in library:
        if split_of(model.credit.model) == split:
            mine[model.kind].append(model)
    shares = {kind: _share(builders, split) for kind, builders in KINDS.items()}
    spread = {kind: stretch if kind in STRETCHED else 0.0 for kind in KINDS}
    return {
        kind: Mixed(own, tuple(mine[kind]), share, spread[kind]) if mine[kind] or spread[kind] else own
        for kind, own in shares.items()
    }


def _share(builders: Sequence[Builder], split: str) -> tuple[Builder, ...]:
    held = max(1, len(builders) // 5)
    parts = builders[: -2 * held], builders[-2 * held : -held], builders[-held:]
    return tuple(parts[SPLITS.index(split)])
