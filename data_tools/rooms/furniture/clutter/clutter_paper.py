"""Books, paper and printed boxes that stand and lie on tables and desks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.furniture.making.forms import add, photo, plastic
from geo3d.data_tools.rooms.model import Model, Shape

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.draw import Draw

BLACK = Material((26, 26, 28))


def books_lying(draw: Draw) -> Model:
    """Two to six books on one another, each turned a little."""
    thing, z = Shape("clutter_paper.books_lying", "books"), 0.0
    for _ in range(draw.whole(2, 6)):
        book = Shape("", "books")
        wide, deep, thick = draw.between(0.13, 0.22), draw.between(0.18, 0.3), draw.between(0.012, 0.045)
        _book(book, draw, wide, deep, thick)
        add(thing, book.finish(), (0, 0, z), draw.between(-0.4, 0.4))
        z += thick
    return thing.finish()


def books_standing(draw: Draw) -> Model:
    """A short row of books between two bookends."""
    thing, x = Shape("clutter_paper.books_standing", "books"), 0.0
    deep = draw.between(0.14, 0.2)
    for _ in range(draw.whole(3, 9)):
        thick, high = draw.between(0.015, 0.045), draw.between(0.18, 0.29)
        cover = draw.colour((0.1, 0.8), (0.2, 0.9))
        spine = Material(cover, draw.shade((240, 235, 220)), "text", 0.2)
        thing.box((x + thick / 2, draw.between(-0.01, 0.01), high / 2), (thick - 0.001, deep, high), spine)
        x += thick
    metal = draw.metal()
    for end, side in ((0.0, -1), (x, 1)):
        thing.box((end + side * 0.004, 0, 0.07), (0.008, 0.1, 0.14), metal, label="otherprop")
        thing.box((end + side * 0.04, 0, 0.004), (0.08, 0.1, 0.008), metal, label="otherprop")
    return thing.finish()


def magazines(draw: Draw) -> Model:
    """An untidy pile of magazines or newspapers."""
    thing, z = Shape("clutter_paper.magazines", "paper"), 0.0
    for _ in range(draw.whole(1, 6)):
        sheet = Shape("", "paper")
        look = photo(draw, 0.3) if draw.chance(0.5) else Material((230, 228, 220), (60, 60, 60), "text", 0.15)
        sheet.box((0, 0, 0.004), (draw.between(0.2, 0.24), draw.between(0.27, 0.31), 0.008), look)
        add(thing, sheet.finish(), (draw.between(-0.02, 0.02), draw.between(-0.02, 0.02), z), draw.between(-0.5, 0.5))
        z += 0.008
    return thing.finish()


def board_game(draw: Draw) -> Model:
    """Flat printed boxes on one another."""
    thing, z = Shape("clutter_paper.board_game", "box"), 0.0
    wide, deep = draw.between(0.26, 0.4), draw.between(0.2, 0.3)
    for _ in range(draw.whole(1, 3)):
        thick = draw.between(0.03, 0.07)
        thing.box((draw.between(-0.02, 0.02), 0, z + thick / 2), (wide, deep, thick), photo(draw, 0.3))
        z += thick
        wide, deep = 0.9 * wide, 0.95 * deep
    return thing.finish()


def paper_stack(draw: Draw) -> Model:
    """Loose sheets, or a letter tray of several floors with paper."""
    thing = Shape("clutter_paper.paper_stack", "paper")
    page = Material((248, 247, 242), (70, 70, 75), "text", 0.21)
    if draw.chance(0.5):
        coat = plastic(draw)
        for i in range(draw.whole(2, 3)):
            z = 0.065 * i
            thing.box((0, 0, z + 0.004), (0.26, 0.33, 0.008), coat, label="otherprop")
            for x in (-0.126, 0.126):
                thing.box((x, 0, z + 0.035), (0.008, 0.33, 0.07), coat, label="otherprop")
            thick = draw.between(0.01, 0.03)
            thing.box((0, -0.01, z + 0.007 + thick / 2), (0.21, 0.297, thick), page)
        return thing.finish()
    z = 0.0
    for _ in range(draw.whole(1, 4)):
        sheet, thick = Shape("", "paper"), draw.between(0.008, 0.02)
        sheet.box((0, 0, thick / 2), (0.21, 0.297, thick), page)
        add(thing, sheet.finish(), (draw.between(-0.03, 0.03), draw.between(-0.03, 0.03), z), draw.between(-0.4, 0.4))
        z += thick
    return thing.finish()


def binders(draw: Draw) -> Model:
    """Upright files with finger holes, in a row."""
    thing, x = Shape("clutter_paper.binders", "books"), 0.0
    coat = Material(draw.colour(), (245, 245, 240), "text", 0.25)
    for _ in range(draw.whole(2, 6)):
        wide = draw.one_of((0.05, 0.075))
        look = coat if draw.chance(0.6) else Material(draw.colour(), (245, 245, 240), "text", 0.25)
        thing.box((x + wide / 2, 0, 0.16), (wide - 0.002, 0.285, 0.32), look)
        thing.rod((x + wide / 2, -0.135, 0.06), (x + wide / 2, -0.1465, 0.06), 0.014, BLACK, sides=10)
        x += wide
    return thing.finish()


def _book(book: Shape, draw: Draw, wide: float, deep: float, thick: float) -> None:
    """A lying book: covers and spine around pages."""
    cover = Material(draw.colour((0.1, 0.8), (0.2, 0.9)), (240, 235, 220), "text", 0.2)
    for z in (0.004, thick - 0.004) if thick > 0.02 else (thick / 2,):
        book.box((0, 0, z), (wide, deep, min(0.008, thick)), cover)
    book.box((0.004 - wide / 2, 0, thick / 2), (0.008, deep, thick), cover)
    book.box((0, 0, thick / 2), (wide - 0.01, deep - 0.012, thick - 0.002), Material((240, 236, 224)))
