"""Pictures on walls: each has its back at the largest y."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import QUARTER, add, hoop, lattice, photo, spread, stack, tube
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw


def framed(draw: Draw) -> Model:
    """Frame, mount and image."""
    picture, (width, height) = Shape("pictures.framed", "picture"), _size(draw, 0.25, 1.1)
    _frame(picture, draw, 0, 0, width, height, draw.between(0.015, 0.06), draw.chance(0.6))
    return picture.finish()


def poster(draw: Draw) -> Model:
    """A sheet of paper without a frame, perhaps between two slats."""
    picture, (width, height) = Shape("pictures.poster", "picture"), _size(draw, 0.4, 1.0)
    picture.box((width / 2, -0.004, height / 2), (width, 0.008, height), _image(draw, width, height))
    if draw.chance(0.3):
        wood = draw.wood()
        for z in (0.0, height):
            picture.box((width / 2, -0.008, z), (width + 0.02, 0.016, 0.025), wood)
    return picture.finish()


def canvas(draw: Draw) -> Model:
    """A deep stretched canvas whose image runs around its edges."""
    picture, (width, height) = Shape("pictures.canvas", "picture"), _size(draw, 0.4, 1.5)
    deep = draw.between(0.02, 0.05)
    picture.box((width / 2, -deep / 2, height / 2), (width, deep, height), _image(draw, width, height))
    return picture.finish()


def triptych(draw: Draw) -> Model:
    """One image on three to five canvases beside each other, stepped or in line."""
    picture, (width, height) = Shape("pictures.triptych", "picture"), _size(draw, 0.9, 1.6)
    image, count, step = _image(draw, width, height), draw.whole(3, 5), draw.between(0, 0.12) * draw.whole(0, 1)
    for i, (x, extent) in enumerate(spread(count, 0, width)):
        lift = step * (count // 2 - abs(i - count // 2))
        picture.box((x, -0.015, height / 2), (extent - 0.03, 0.03, height - 0.2 + lift), image)
    return picture.finish()


def collage(draw: Draw) -> Model:
    """Many small frames in rows, each with its own width."""
    picture = Shape("pictures.collage", "picture")
    low = 0.0
    for _ in range(draw.whole(2, 3)):
        height, left = draw.between(0.2, 0.4), draw.between(0, 0.15)
        for _ in range(draw.whole(2, 4)):
            width, less = draw.between(0.18, 0.4), draw.between(0, 0.06)
            _frame(picture, draw, left, low, width, height - less, 0.018, draw.chance(0.5))
            left += width + 0.05
        low += height + 0.05
    return picture.finish()


def oval_portrait(draw: Draw) -> Model:
    """An image in an oval frame."""
    picture, width, flat = Shape("pictures.oval_portrait", "picture"), draw.between(0.25, 0.5), Shape("", "picture")
    height = width * draw.between(1.2, 1.5)
    stack(flat, [(width - 0.02, height - 0.02, 0, 0), (width - 0.02, height - 0.02, 0, 0.012)], photo(draw, height))
    inner = 2 * draw.between(0.03, 0.06)
    rim = [(width, height, 0, 0), (width, height, 0, 0.025), (width - inner, height - inner, 0, 0.015)]
    hoop(flat, [*rim, (width - inner, height - inner, 0, 0.0)], draw.wood())
    add(picture, flat.finish(), (width / 2, 0, height / 2), tip=QUARTER)
    return picture.finish()


def scroll(draw: Draw) -> Model:
    """A woven or painted hanging on a rod with a cord to a nail."""
    picture, (width, height) = Shape("pictures.scroll", "picture"), _size(draw, 0.3, 0.8)
    cloth, wood = draw.cloth() if draw.chance(0.5) else _image(draw, width, 1.5 * height), draw.wood()
    height *= 1.5
    picture.box((width / 2, -0.01, height / 2), (width, 0.008, height), cloth)
    for z in (0.0, height):
        tube(picture, [(-0.03, -0.012, z), (width + 0.03, -0.012, z)], 0.012, wood)
    tube(picture, [(0, -0.01, height), (width / 2, -0.006, height + 0.2), (width, -0.01, height)], 0.004, wood)
    return picture.finish()


def _size(draw: Draw, low: float, high: float) -> tuple[float, float]:
    """Upright, square or level; width and height."""
    long = draw.between(low, high)
    short = long * draw.one_of((0.62, 0.71, 0.75, 1.0))
    return (long, short) if draw.chance(0.6) else (short, min(long, 1.1))


def _image(draw: Draw, width: float, height: float) -> Material:
    """Fills an area from the origin on: a photograph, now and then a print of shapes."""
    if draw.chance(0.75):
        return photo(draw, max(width, height))
    colour = draw.colour()
    return Material(colour, draw.shade(colour, 0.5), draw.one_of(("stripes", "dots", "checks", "text")), 0.3 * width)


def _frame(
    picture: Shape, draw: Draw, left: float, low: float, width: float, height: float, bar: float, mount: bool
) -> None:
    """An image whose frame has its lower left corner there."""
    x, z, deep = left + width / 2, low + height / 2, draw.between(0.018, 0.035)
    inside = (width - bar, 0.01, height - bar)
    border = draw.between(0.12, 0.22) * min(width, height) if mount else 0.0
    if mount:
        picture.box((x, -0.005, z), inside, Material(draw.shade((242, 240, 232), 0.05)))
    image = (inside[0] - 2 * border, 0.014, inside[2] - 2 * border)
    picture.box((x, -0.007, z), image, _image(draw, width, height))
    lattice(picture, (x, -deep / 2, z), (width, deep, height), bar, draw.wood() if draw.chance(0.6) else draw.metal())


PICTURES = (framed, poster, canvas, triptych, collage, oval_portrait, scroll)
