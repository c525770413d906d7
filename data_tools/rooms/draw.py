"""What the generator's random choices are made of: lengths, materials, colours."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Material:
    """What a surface looks like: a pattern of two colours, or a picture of a library's model."""

    colour: Colour
    """sRGB."""
    second: Colour | None = None
    """The pattern's other colour."""
    pattern: str = "plain"
    """One of :data:`geo3d.data_tools.rooms.textures.PATTERNS`."""
    tile: float = 0.5
    """Metres after which the pattern repeats."""
    picture: bytes | None = None
    """An encoded image in the place of a pattern."""


WOODS: tuple[Colour, ...] = (
    (181, 136, 99),
    (124, 84, 52),
    (218, 184, 140),
    (88, 60, 42),
    (202, 170, 130),
    (160, 118, 80),
    (192, 168, 138),
    (214, 200, 176),
)
GREYS: tuple[Colour, ...] = ((40, 40, 42), (90, 92, 95), (150, 152, 155), (200, 200, 200), (235, 235, 232))
WHITES: tuple[Colour, ...] = ((245, 244, 241), (247, 244, 236), (240, 234, 222), (232, 224, 210), (226, 222, 216))
"""White, cream and off-white, as most walls and lacquers are."""
MUTED: tuple[Colour, ...] = (
    *((196, 186, 172), (168, 158, 146), (128, 116, 104), (84, 74, 66), (222, 214, 200)),
    *((118, 124, 130), (74, 80, 88), (52, 60, 76), (150, 156, 148), (48, 46, 46)),
)
"""Beiges, browns, greys and a dark blue, as most upholstery is."""
HUES = (
    *((0.0, 0.06, 1.0), (0.05, 0.11, 1.0), (0.07, 0.13, 0.9), (0.09, 0.16, 0.8)),
    *((0.18, 0.42, 0.45), (0.45, 0.56, 0.55), (0.55, 0.66, 0.8), (0.0, 1.0, 0.6)),
)
"""Bands of hue, as parts of the circle from red to red, and how strong they get: warm ones, greens, blues, any."""


class Draw:
    """A seeded source of choices: the same seed gives the same choices on any machine."""

    def __init__(self, *seed: int) -> None:
        self.random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))

    def between(self, low: float, high: float) -> float:
        """A length, to the millimetre."""
        return round(low + (high - low) * self.random.random(), 3)

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both possible."""
        return int(self.random.integers(low, high + 1))

    def chance(self, probability: float) -> bool:
        """True this often."""
        return bool(self.random.random() < probability)

    def one_of(self, options: Sequence[T]) -> T:
        """Any of them, all as likely."""
        return options[int(self.random.integers(len(options)))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """All of them, in any order."""
        return [options[i] for i in self.random.permutation(len(options)).tolist()]

    def seed(self) -> int:
        """A seed for another one."""
        return int(self.random.integers(2**31))

    def colour(self, saturation: tuple[float, float] = (0.2, 0.8), value: tuple[float, float] = (0.3, 0.9)) -> Colour:
        """Warm hues and blues more often than others, and dull colours more often than strong ones."""
        low, high, strength = self.one_of(HUES)
        hue, share = low + (high - low) * self.random.random(), self.random.random()
        s, v = saturation[0] + (strength * saturation[1] - saturation[0]) * share * share, self.between(*value)
        return _bytes(colorsys.hsv_to_rgb(hue, s, v))

    def wood(self) -> Material:
        """Planks, or wood painted in one colour."""
        if self.chance(0.25):
            return self.paint()
        colour = self.shade(self.one_of(WOODS))
        return Material(colour, self.shade(colour, 0.12), "wood", self.between(0.3, 0.9))

    def paint(self) -> Material:
        """White or nearly, grey, or now and then a colour."""
        colours = self.one_of((WHITES, WHITES, GREYS, MUTED))
        return Material(self.shade(self.one_of(colours)) if self.chance(0.8) else self.colour((0.05, 0.5), (0.35, 0.9)))

    def metal(self) -> Material:
        """Grey, black or chrome."""
        return Material(self.shade(self.one_of(GREYS), 0.05))

    def cloth(self) -> Material:
        """Woven, striped, checked or plain, in any colour, more often a muted one."""
        colour = self.shade(self.one_of(MUTED), 0.15) if self.chance(0.45) else self.colour((0.05, 0.7), (0.15, 0.9))
        pattern = self.one_of(("woven", "woven", "woven", "stripes", "checks", "plain", "dots"))
        return Material(colour, self.shade(colour, 0.3), pattern, self.between(0.04, 0.3))

    def ceramic(self) -> Material:
        """White, or nearly."""
        return Material(self.shade((240, 240, 237), 0.05))

    def shade(self, colour: Colour, by: float = 0.1) -> Colour:
        """A colour a little lighter or darker."""
        factor = 1 + by * (2 * self.random.random() - 1)
        return _bytes([channel / 255 * factor for channel in colour])


def _bytes(colour: Sequence[float]) -> Colour:
    red, green, blue = (round(255 * min(max(channel, 0.0), 1.0)) for channel in colour)
    return red, green, blue
