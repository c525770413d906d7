"""Furniture of plain boxes in usual sizes, quick to make: what tests of floor plans and placement furnish with."""

from geo3d.data_tools.rooms.draw import Draw, Material
from geo3d.data_tools.rooms.model import Model, Shape

GREY = Material((150, 150, 150))
FRAME = 0.05
RANGES = {
    "stool": ((0.32, 0.4), (0.32, 0.4), (0.45, 0.65), "chair"),
    "armchair": ((0.7, 0.95), (0.7, 0.9), (0.75, 1.0), "chair"),
    "night_stand": ((0.38, 0.55), (0.35, 0.45), (0.45, 0.6), "night stand"),
    "bookshelf": ((0.6, 1.3), (0.25, 0.38), (1.2, 2.1), "bookshelf"),
    "cabinet": ((0.8, 1.8), (0.38, 0.5), (0.5, 0.95), "cabinet"),
    "wardrobe": ((0.9, 2.0), (0.55, 0.65), (1.85, 2.2), "cabinet"),
    "dresser": ((0.8, 1.4), (0.42, 0.52), (0.75, 1.1), "dresser"),
    "other": ((0.35, 1.1), (0.3, 0.5), (0.4, 1.5), "otherfurniture"),
    "radiator": ((0.5, 1.2), (0.08, 0.12), (0.45, 0.65), "otherfurniture"),
    "bin": ((0.2, 0.35), (0.2, 0.3), (0.28, 0.6), "otherprop"),
    "picture": ((0.25, 1.0), (0.02, 0.04), (0.25, 0.9), "picture"),
    "whiteboard": ((1.0, 2.0), (0.02, 0.05), (0.9, 1.2), "whiteboard"),
    "mirror": ((0.4, 0.9), (0.02, 0.04), (0.5, 1.6), "mirror"),
    "wall_shelf": ((0.5, 1.2), (0.2, 0.3), (0.03, 0.05), "shelves"),
    "wall_relief": ((0.3, 2.0), (0.03, 0.4), (0.9, 2.4), "wall"),
    "television": ((0.8, 1.5), (0.05, 0.1), (0.5, 0.85), "television"),
    "refrigerator": ((0.55, 0.9), (0.58, 0.7), (1.3, 1.95), "refrigerator"),
    "wash_basin": ((0.45, 0.9), (0.4, 0.55), (0.82, 0.9), "sink"),
    "toilet": ((0.35, 0.42), (0.55, 0.72), (0.4, 0.85), "toilet"),
    "bathtub": ((1.5, 1.8), (0.7, 0.8), (0.5, 0.6), "bathtub"),
    "towel": ((0.3, 0.7), (0.06, 0.1), (0.4, 0.8), "towel"),
    "floor_plant": ((0.25, 0.6), (0.25, 0.6), (0.5, 1.6), "otherprop"),
    "floor_lamp": ((0.28, 0.45), (0.28, 0.45), (1.3, 1.7), "lamp"),
    "rug": ((0.8, 2.4), (0.6, 1.7), (0.008, 0.015), "floor mat"),
    "floor_clutter": ((0.2, 0.5), (0.15, 0.45), (0.1, 0.5), "box"),
    "table_clutter": ((0.06, 0.25), (0.06, 0.25), (0.05, 0.3), "otherprop"),
    "kitchen_clutter": ((0.06, 0.35), (0.06, 0.3), (0.08, 0.35), "otherprop"),
}
"""Width, depth, height and label of what is one box."""
TOPPED = ("night_stand", "bookshelf", "cabinet", "dresser", "wash_basin", "wall_shelf")
FITTED_BOXES = {
    "curtain": ((0.12, 0.2), (2.15, 2.4), "curtain"),
    "shower_curtain": ((0.08, 0.1), (1.8, 2.0), "shower curtain"),
    "kitchen_line": ((0.58, 0.65), (0.85, 0.95), "counter"),
    "wall_cabinet": ((0.32, 0.38), (0.6, 0.8), "cabinet"),
    "blinds": ((0.04, 0.06), (1.0, 1.5), "blinds"),
}
"""Depth, height and label of what is as wide as asked for."""


def _box(kind: str):
    wide, deep, high, label = RANGES[kind]

    def builder(draw: Draw) -> Model:
        shape = Shape(f"stand_ins.{kind}", label)
        size = draw.between(*wide), draw.between(*deep), draw.between(*high)
        shape.box((0, 0, size[2] / 2), size, GREY)
        if kind in TOPPED:
            shape.top((-size[0] / 2, -size[1] / 2), (size[0] / 2, size[1] / 2), size[2], 0.4)
        return shape.finish()

    builder.name = f"stand_ins.{kind}"
    return builder


def _fitted_box(kind: str):
    deep, high, label = FITTED_BOXES[kind]

    def builder(draw: Draw, width: float) -> Model:
        shape = Shape(f"stand_ins.{kind}", label)
        depth, height = draw.between(*deep), draw.between(*high)
        shape.box((0, 0, height / 2), (width, depth, height), GREY)
        if kind == "kitchen_line":
            shape.top((-width / 2, -depth / 2), (width / 2, depth / 2), height, 0.5)
        return shape.finish()

    builder.name = f"stand_ins.{kind}"
    return builder


def chair(draw: Draw) -> Model:
    return _seat(draw, "chair", (0.38, 0.48), (0.8, 1.05))


def office_chair(draw: Draw) -> Model:
    return _seat(draw, "office_chair", (0.55, 0.65), (0.9, 1.2))


def _seat(draw: Draw, kind: str, wide: tuple[float, float], high: tuple[float, float]) -> Model:
    shape, width, seat, back = (
        Shape(f"stand_ins.{kind}", "chair"),
        draw.between(*wide),
        draw.between(0.43, 0.48),
        draw.between(*high),
    )
    for x in (-1, 1):
        for y in (-1, 1):
            shape.box((x * (width / 2 - 0.02), y * (width / 2 - 0.02), seat / 2), (0.04, 0.04, seat), GREY)
    shape.box((0, 0, seat), (width, width, 0.04), GREY)
    shape.box((0, width / 2 - 0.02, (seat + back) / 2), (width, 0.04, back - seat), GREY)
    return shape.finish()


def dining_table(draw: Draw) -> Model:
    return _table(draw, "dining_table", "table", (0.8, 2.2), (0.75, 1.0), (0.72, 0.77))


def coffee_table(draw: Draw) -> Model:
    return _table(draw, "coffee_table", "table", (0.7, 1.2), (0.5, 0.7), (0.35, 0.5))


def desk(draw: Draw) -> Model:
    return _table(draw, "desk", "desk", (1.1, 1.8), (0.6, 0.8), (0.72, 0.76))


def _table(draw: Draw, kind: str, label: str, *size: tuple[float, float]) -> Model:
    shape, (wide, deep, high) = Shape(f"stand_ins.{kind}", label), (draw.between(*extent) for extent in size)
    for x in (-1, 1):
        for y in (-1, 1):
            shape.box((x * (wide / 2 - 0.03), y * (deep / 2 - 0.03), high / 2), (0.05, 0.05, high), GREY)
    shape.box((0, 0, high - 0.015), (wide, deep, 0.03), GREY)
    shape.top((-wide / 2, -deep / 2), (wide / 2, deep / 2), high)
    return shape.finish()


def sofa(draw: Draw) -> Model:
    shape, wide, deep = Shape("stand_ins.sofa", "sofa"), draw.between(1.5, 2.3), draw.between(0.8, 1.0)
    shape.box((0, 0, 0.22), (wide, deep, 0.44), GREY)
    shape.box((0, deep / 2 - 0.1, 0.6), (wide, 0.2, 0.4), GREY)
    return shape.finish()


def bed(draw: Draw) -> Model:
    shape, wide, long = Shape("stand_ins.bed", "bed"), draw.one_of((0.95, 1.3, 1.5, 1.7, 1.9)), draw.between(2.0, 2.2)
    shape.box((0, 0, 0.25), (wide, long, 0.5), GREY)
    shape.box((0, long / 2 - 0.03, 0.5), (wide, 0.06, 1.0), GREY)
    shape.box((0, long / 2 - 0.3, 0.55), (0.6, 0.4, 0.1), GREY, label="pillow")
    return shape.finish()


def door(draw: Draw) -> Model:
    """Its leaf, shut or wide open, reaches to the front from a frame whose middle is the origin."""
    wide, high, depth = draw.between(0.8, 1.0), draw.between(1.98, 2.1), draw.between(0.1, 0.18)
    return _framed("door", wide, high, depth, draw.chance(0.4), 0.0)


def window(draw: Draw) -> Model:
    """With a sill that sticks out."""
    wide, high, depth = draw.between(0.6, 1.8), draw.between(0.8, 1.5), draw.between(0.1, 0.16)
    return _framed("window", wide, high, depth, False, draw.one_of((0.02, 0.15)))


def _framed(kind: str, wide: float, high: float, depth: float, ajar: bool, sill: float) -> Model:
    shape = Shape(f"stand_ins.{kind}", kind)
    for x in (-1, 1):
        shape.box((x * (wide - FRAME) / 2, 0, high / 2), (FRAME, depth, high), GREY)
    shape.box((0, 0, high - FRAME / 2), (wide - FRAME, depth, FRAME), GREY)
    leaf = wide - 2 * FRAME
    if ajar:
        shape.box((FRAME - wide / 2 + 0.02, -depth / 2 - leaf / 2, high / 2), (0.04, leaf + 0.02, high - 0.12), GREY)
    else:
        shape.box((0, 0, high / 2), (leaf, 0.04, high - FRAME), GREY)
    if sill:
        shape.box((0, -sill / 2, 0.015), (wide, depth + sill, 0.03), GREY)
    return shape.finish(moved=False)


def desk_clutter(draw: Draw) -> Model:
    screen = draw.chance(0.3)
    shape = Shape("stand_ins.desk_clutter", "television" if screen else "otherprop")
    size = (0.5, 0.2, 0.45) if screen else (draw.between(0.05, 0.3), draw.between(0.05, 0.25), draw.between(0.02, 0.3))
    shape.box((0, 0, size[2] / 2), size, GREY)
    return shape.finish()


WRITTEN = (chair, office_chair, dining_table, coffee_table, desk, sofa, bed, door, window, desk_clutter)
MODELS = (
    {kind: (_box(kind),) for kind in RANGES}
    | {kind: (_fitted_box(kind),) for kind in FITTED_BOXES}
    | {builder.__name__: (builder,) for builder in WRITTEN}
)
"""Kind -> builders."""
