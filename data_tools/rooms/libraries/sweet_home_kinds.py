"""What the pieces of Sweet Home 3D's libraries are to the generator: a kind, and the NYU40 class of its label.

The English names follow a few habits, so patterns say most; what they get wrong is named by its id. What does not
stand in rooms, what hangs from ceilings, built-in kitchen units that are two classes in one (a sink in its cabinet),
and what is thinner than a scan sees are nothing.
"""

from __future__ import annotations

import re

from geo3d.data_tools.rooms.kinds import LABELS

NOTHING = ""
PATTERNS: tuple[tuple[str, str], ...] = (
    ("(characters|vehicles|staircases|exterior)/.*", NOTHING),
    (".*/.*(garage|elevator|railing|vanity|corner cabinet).*", NOTHING),
    (".*/.*shutter", NOTHING),
    ("doors and windows/.*window.*", "window"),
    ("doors and windows/.*door.*", "door"),
    (".*/window blinds?", "blinds"),
    (".*/curtains?", "curtain"),
    (".*/shower curtain", "shower_curtain"),
    (".*/toilets?( unit)?", "toilet"),
    (".*/(washbasin|small lavatory)", "wash_basin"),
    ("bathroom/.*bath(tub)?", "bathtub"),
    (".*/towel rack", "towel"),
    (".*/.*(bathmat|rug|carpet|doormat)", "rug"),
    (".*/.*(refrigerator|fridge)", "refrigerator"),
    (".*/(glass door|upper|small upper) cabinet", "wall_cabinet"),
    (".*/.*wheelchair", "other"),
    (".*/(office|swivel) chair|office/chair", "office_chair"),
    (".*/.*armchair.*", "armchair"),
    (".*/(.* )?stool|.*/bar chair", "stool"),
    (".*/.*(chair|class seat).*", "chair"),
    (".*/.*(sofa|couch).*", "sofa"),
    ("bedroom/.*(bed|crib)", "bed"),
    (".*/(bedside table|night ?stand)", "night_stand"),
    (".*/(dresser.*|chest|changing table|dressing table)", "dresser"),
    (".*/(coffee|children) table", "coffee_table"),
    ("office/.*(desk|table).*|.*/.*desk", "desk"),
    (".*/table tennis.*", NOTHING),
    (".*/.*table( with tablecloth)?", "dining_table"),
    (".*/(full )?bookcase|.*/shelves|.*/vertical shelves", "bookshelf"),
    (".*/tv stand|.*/filing cabinet|kitchen/.*(drawers|lower) cabinet|kitchen/island", "cabinet"),
    (".*/(wardrobe|cupboard|television cabinet)", "wardrobe"),
    (".*/radiator", "radiator"),
    (".*/(dustbin|recycling bin|bullet trash can)", "bin"),
    (".*/wall flat tv", "television"),
    (".*/(tv|tv 16:9)", "table_clutter:television"),
    (".*/white board", "other:whiteboard"),
    ("lights/(little lamp|lamp|pedestal vase lamp|japanese lantern)", "table_clutter:lamp"),
    ("lights/desk lamp", "desk_clutter:lamp"),
    (".*/(frame .*)", "table_clutter:picture"),
    (".*/(apple imac.*)", "desk_clutter:television"),
    (".*/(laptop|apple ibook|(wireless )?phone|.*printer.*|letter tray|penbox|stapler|keyboard)", "desk_clutter"),
    (".*/(table fan|rigged fan|clock|.*camera|medicine .*|thermometer|radio|video projector)", "desk_clutter"),
    (".*/(newspaper|calendar)", "desk_clutter:paper"),
    (".*/book", "desk_clutter:books"),
    (".*/(vase|ashtray|hashtray|candle|chessboard|sushi tray|flowers|tulips|cactus|orchids|bamboo)", "table_clutter"),
    (".*/(little plant|succulent plant|bonsai tree|white lily|gift|rubik's cube|apples|bowl with .*)", "table_clutter"),
    (".*/(cup|coffee cup|teapot|creamer|sugar|birthday cake|cup cake|plate, .*|.*stereo.*|mp3 .*)", "table_clutter"),
    (".*/(dvd player|playstation|puzzle|wood toy|car model|toy train|doll|.*glass)", "table_clutter"),
    ("kitchen/(.*bottle|bowl|boiler|blender|mixer|toaster|microwave|.*pan|.*jar|pottery|milk)", "kitchen_clutter"),
    ("kitchen/(coffee .*|.*kettle|.*kitchen scale|bread.*|butter|oil servers|plastic cup|tray)", "kitchen_clutter"),
    ("kitchen/(cooker|deep fryer|sandwich maker|small oven|spice tower|squeezer|utensils pot)", "kitchen_clutter"),
    ("kitchen/(knife stand|paper towel holder|stone grill.*|salt shaker|chopping board|hamburger)", "kitchen_clutter"),
    ("kitchen/(roasted chicken|french fries)", "kitchen_clutter"),
    (".*/(indoor plant|decorative plant|plant|spathiphyllum|yucca|spider plant|ficus|christmas tree)", "floor_plant"),
    (".*/(.*cardboard box|crate)", "floor_clutter:box"),
    (".*/(backpack|handbag|suitcase|briefcase)", "floor_clutter:bag"),
    (".*/(sneakers|.*shoes|mocassin|slippers|bootie|folded clothes)", "floor_clutter:clothes"),
    (".*/(speaker|.*guitar|teddy bear|rocking horse|.*ball|clothes basket|shopping basket)", "floor_clutter"),
    (".*/(doll house|fire ?extinguisher|extinguisher)", "floor_clutter"),
    (".*/(.*piano|.*bench|.*washing machine|dryer machine|water cooler|large stove|safe|puff)", "other"),
    (".*/(clothes rack|clothes horse|screen|fireplace|indoor bike|treadmill|workbench|trunck)", "other"),
    (".*/(pool|football) table|.*/flipper|.*/step ladder", "other"),
    (".*/chest freezer", "other:refrigerator"),
)
"""Of ``category/name`` in lower case, the first that is all of it; a kind, and after a colon a label not its own."""

BY_ID = {
    "Blend Swap CC-0#armchair": "chair",
    "Blend Swap CC-0#bookcase": "wardrobe",
    "Blend Swap CC-0#poolTable": "other",
    "Blend Swap CC-0#table_football": "other",
    "Blend Swap CC-0#ammoBox": "floor_clutter:box",
    "Blend Swap CC-0#box": "floor_clutter:box",
    "Blend Swap CC-0#towel2": "towel",
    "Blend Swap CC-0#lamp2": NOTHING,  # hangs from the ceiling
    "Blend Swap CC-0#knifeStandSwap": NOTHING,  # hangs on a wall
    "Blend Swap CC-0#pianoBench": "other",
    "Blend Swap CC-BY#abdominalBench": NOTHING,
    "Blend Swap CC-BY#armChair2": "armchair",
    "Blend Swap CC-BY#leaf_chair": "armchair",
    "Blend Swap CC-BY#arbolito": "table_clutter",
    "Blend Swap CC-BY#classSeat": "chair",
    "Blend Swap CC-BY#ballonFoot": "floor_clutter",
    "Blend Swap CC-BY#surveillanceCamera": NOTHING,
    "Blend Swap CC-BY#mp3Station": NOTHING,  # its parts float
    "Kator Legaz#screen-door": NOTHING,
    "Kator Legaz#cafe-chair": "chair",
    "Kator Legaz#cafe-table": "dining_table",
    "Kator Legaz#towel-rack": NOTHING,  # without a towel
    "Scopia#bathroom1": NOTHING,  # with a mirror over it
    "Scopia#box_room": "cabinet",
    "Scopia#office_box": "wardrobe",
    "Scopia#office_furniture1": "wardrobe",
    "Scopia#glass_table_office": "desk",
    "Scopia#desk_table": "desk",
    "Scopia#table-on-trestles": "desk",
    "Scopia#living_room_table": "coffee_table",
    "Scopia#living_lamp": "floor_lamp",
    "Scopia#farola1": NOTHING,
    "Scopia#vase5": "floor_plant",
    "Scopia#fireplace2": NOTHING,  # as high as a room
    "Scopia#stroller": "other",
    "Scopia#rattanArmchair": "armchair",
    "Scopia#rattanSofa": "sofa",
    "Scopia#rattanTable": "coffee_table",
    "Scopia#convertible-sofa-BZ-opened": "bed",
    "Scopia#com_bath3_toalla": "table_clutter:towel",
    "Scopia#step-ladder-wood": "other",
    "Scopia#bar_table": "dining_table",
}


def placement(identity: str, title: str, category: str) -> tuple[str, str] | None:
    """A piece's kind and label by its id in its catalogue, its English name and its category; None for nothing."""
    described = f"{category}/{title}".lower()
    found = (kind for pattern, kind in PATTERNS if re.fullmatch(pattern, described))
    kind, _, label = (BY_ID[identity] if identity in BY_ID else next(found, NOTHING)).partition(":")
    return (kind, label or LABELS[kind]) if kind else None
