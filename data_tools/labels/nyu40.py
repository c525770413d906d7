"""NYU40: the label set of NYUv2 (Gupta et al. 2013) that ScanNet's benchmarks use, with ScanNet's colours.

An id is the place in this list, from 1 on; 0 is a vertex without a label.
"""

from __future__ import annotations

import colorsys
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNLABELLED = (0, 0, 0)

NYU40: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("wall", (174, 199, 232)),
    ("floor", (152, 223, 138)),
    ("cabinet", (31, 119, 180)),
    ("bed", (255, 187, 120)),
    ("chair", (188, 189, 34)),
    ("sofa", (140, 86, 75)),
    ("table", (255, 152, 150)),
    ("door", (214, 39, 40)),
    ("window", (197, 176, 213)),
    ("bookshelf", (148, 103, 189)),
    ("picture", (196, 156, 148)),
    ("counter", (23, 190, 207)),
    ("blinds", (178, 76, 76)),
    ("desk", (247, 182, 210)),
    ("shelves", (66, 188, 102)),
    ("curtain", (219, 219, 141)),
    ("dresser", (140, 57, 197)),
    ("pillow", (202, 185, 52)),
    ("mirror", (51, 176, 203)),
    ("floor mat", (200, 54, 131)),
    ("clothes", (92, 193, 61)),
    ("ceiling", (78, 71, 183)),
    ("books", (172, 114, 82)),
    ("refrigerator", (255, 127, 14)),
    ("television", (91, 163, 138)),
    ("paper", (153, 98, 156)),
    ("towel", (140, 153, 101)),
    ("shower curtain", (158, 218, 229)),
    ("box", (100, 125, 154)),
    ("whiteboard", (178, 127, 135)),
    ("person", (120, 185, 128)),
    ("night stand", (146, 111, 194)),
    ("toilet", (44, 160, 44)),
    ("sink", (112, 128, 144)),
    ("lamp", (96, 207, 209)),
    ("bathtub", (227, 119, 194)),
    ("bag", (213, 92, 176)),
    ("otherstructure", (94, 106, 211)),
    ("otherfurniture", (82, 84, 163)),
    ("otherprop", (100, 85, 144)),
)

IDS = {name: number for number, (name, _) in enumerate(NYU40, start=1)}
COLOURS = dict(NYU40)


def id_of(name: str) -> int:
    """The id of a class; one that NYU40 does not have is an otherprop."""
    return IDS.get(name, IDS["otherprop"])


def shade_of(name: str) -> tuple[int, int, int]:
    """RGB of a class; one that NYU40 does not have has a hue by its name."""
    if name in COLOURS:
        return COLOURS[name]
    hue = zlib.crc32(name.encode()) / 2**32
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.6, 0.85))
    return red, green, blue


def shades(classes: tuple[str, ...]) -> NDArray[np.uint8]:
    """RGB [256, 3] of each place in a label set; 255 and those it has not are black."""
    import numpy as np

    table = np.zeros((256, 3), np.uint8)
    table[: len(classes)] = [shade_of(name) for name in classes]
    return table
