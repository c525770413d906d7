"""The 11 classes of semantic scene completion (Song et al. 2017), and what of SUNCG's and NYU40's falls into each."""

from __future__ import annotations

CLASSES = ("ceiling", "floor", "wall", "window", "chair", "bed", "sofa", "table", "tv", "furniture", "objects")
"""A label is the place in this list, from 1 on; 0 is empty."""
OBJECTS = "objects"

OF_SUNCG = (
    *("ceiling", "floor", "wall", "window", "objects", "chair", "bed", "sofa", "table", "table", "furniture"),
    *("furniture", "furniture", "objects", "objects", "tv", "table", *["objects"] * 9, "furniture", "furniture"),
    *("objects", "table", "furniture", "objects", "tv", "objects", "objects", "objects"),
)
"""The class of each of SUNCG's 36 labels, of 1 on."""

OF_NYU40 = {
    **{name: name for name in ("ceiling", "floor", "wall", "window", "chair", "bed", "sofa", "table")},
    "floor mat": "floor",
    "blinds": "window",
    "curtain": "window",
    "desk": "table",
    "television": "tv",
    **dict.fromkeys(("cabinet", "bookshelf", "counter", "shelves", "dresser", "night stand"), "furniture"),
    **dict.fromkeys(("toilet", "bathtub", "otherfurniture"), "furniture"),
}
"""The class of those of NYU40's labels that are no ``objects``."""


def class_of(name: str) -> str:
    """The class of a label of NYU40."""
    return OF_NYU40.get(name, OBJECTS)
