"""What a scene is furnished from: the builders of one split, and the pieces they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.rooms.arrange.solid_boxes import solid_boxes
from geo3d.data_tools.rooms.draw import Draw
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.description import Thing
    from geo3d.data_tools.rooms.model import Model

Builder = Callable[..., "Model"]
"""`builder(draw)`, or `builder(draw, width)` for kinds that are FITTED."""
Models = Mapping[str, Sequence[Builder]]
"""Kind -> the builders that a split may use."""
FITTED = frozenset({"blinds", "curtain", "kitchen_line", "wall_cabinet", "shower_curtain"})
"""Kinds that are made as wide as the gap they are for."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A model that is to be placed, and what describes it."""

    kind: str
    builder: str
    seed: int
    width: float | None
    model: Model
    boxes: NDArray[np.float64]
    """[box, 2, 3], the space it takes, in its own frame."""
    size: tuple[float, float, float]
    """Extent along its x, y and z."""

    @property
    def back(self) -> float:
        """Largest y: what touches a wall."""
        return float(self.boxes[:, 1, 1].max())

    @property
    def front(self) -> float:
        """Smallest y."""
        return float(self.boxes[:, 0, 1].min())


def builder_name(builder: Any) -> str:
    """`module.function`, or the `name` of a builder that has one."""
    return getattr(builder, "name", None) or f"{builder.__module__.rsplit('.', 1)[-1]}.{builder.__name__}"


def build(thing: Thing, models: Models) -> Model:
    """The model of a described thing."""
    for builder in models.get(thing.kind, ()):
        if builder_name(builder) == thing.builder:
            return _made(builder, thing.seed, thing.width)
    raise InputError(f"no builder of kind {thing.kind} is called {thing.builder}")


def _made(builder: Builder, seed: int, width: float | None) -> Model:
    return builder(Draw(seed)) if width is None else builder(Draw(seed), width)


class Stock:
    """Makes pieces of any kind that there are builders for."""

    def __init__(self, models: Models) -> None:
        self.models = models

    def piece(self, kind: str, draw: Draw, width: float | None = None) -> Piece | None:
        """A new piece of this kind; None where there is no builder."""
        builders = self.models.get(kind, ())
        if not builders:
            return None
        builder, seed = draw.one_of(builders), draw.seed()
        model = _made(builder, seed, width if kind in FITTED else None)
        boxes = solid_boxes(model)
        wide, deep, tall = (round(float(side), 4) for side in model.size)
        return Piece(
            kind, builder_name(builder), seed, width if kind in FITTED else None, model, boxes, (wide, deep, tall)
        )

    def smallest(self, kind: str, draw: Draw, width: float, tries: int = 4) -> Piece | None:
        """A piece at most this wide, if one of the first few is."""
        for _ in range(tries):
            piece = self.piece(kind, draw)
            if piece is None or piece.size[0] <= width:
                return piece
        return None
