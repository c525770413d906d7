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
    (139, 90, 43),
    (222, 184, 135),
    (92, 58, 36),
    (205, 170, 125),
    (164, 116, 73),
)
GREYS: tuple[Colour, ...] = ((40, 40, 42), (90, 92, 95), (150, 152, 155), (200, 200, 200), (235, 235, 232))


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
        """Any hue."""
        hue, s, v = self.random.random(), self.between(*saturation), self.between(*value)
        return _bytes(colorsys.hsv_to_rgb(hue, s, v))

    def wood(self) -> Material:
        """Planks, or wood painted in one colour."""
        if self.chance(0.25):
            return self.paint()
        colour = self.shade(self.one_of(WOODS))
        return Material(colour, self.shade(colour, 0.12), "wood", self.between(0.3, 0.9))

    def paint(self) -> Material:
        """One light or grey colour."""
        return Material(self.shade(self.one_of(GREYS)) if self.chance(0.6) else self.colour((0.05, 0.5), (0.6, 0.97)))

    def metal(self) -> Material:
        """Grey, black or chrome."""
        return Material(self.shade(self.one_of(GREYS), 0.05))

    def cloth(self) -> Material:
        """Woven, striped, checked or plain, in any colour."""
        colour = self.colour((0.05, 0.7), (0.15, 0.95))
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
