"""What a scene is furnished from: the builders of one split, and the pieces they make."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.rooms.arrange.solid_boxes import solid_boxes
from geo3d.data_tools.rooms.description import UNSTRETCHED
from geo3d.data_tools.rooms.draw import Draw
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.description import Library, SceneDescription, Thing
    from geo3d.data_tools.rooms.model import Model, Triple

Builder = Callable[..., "Model"]
"""`builder(draw)`, or `builder(draw, width)` for kinds that are FITTED."""
Models = Mapping[str, Sequence[Builder]]
"""Kind -> the builders that a split may use, some of them :class:`Mixed`."""
FITTED = frozenset({"blinds", "curtain", "kitchen_line", "wall_cabinet", "shower_curtain"})
"""Kinds that are made as wide as the gap they are for."""
STRETCHED = frozenset(
    {
        *("chair", "office_chair", "armchair", "stool", "sofa", "bed", "night_stand", "dining_table", "coffee_table"),
        *("desk", "bookshelf", "cabinet", "wardrobe", "dresser", "other", "bin", "refrigerator", "wash_basin"),
        *("toilet", "bathtub", "floor_plant", "floor_lamp", "floor_clutter"),
    }
)
"""Kinds of which no piece need be as large as its builder or library gives it."""
TALLEST = 2.3
"""Metres that a stretched piece has at most, under the lowest ceilings."""


@dataclass(frozen=True)
class Mixed(Sequence[Builder]):
    """The builders of a kind and, drawn in their place this often, models of libraries.

    The latter are builders that always give the same model, or raise InputError where it cannot be used
    (:class:`geo3d.data_tools.rooms.libraries.library.LibraryModel`).
    """

    builders: tuple[Builder, ...]
    models: tuple[Builder, ...]
    share: float
    """In [0, 1]."""
    stretch: float = 0.0
    """How far from 1 a piece's factors along x, y and (half as far) z may be; for kinds that are STRETCHED."""

    def __len__(self) -> int:
        return len(self.builders) + len(self.models)

    def __getitem__(self, place: Any) -> Any:
        return (self.builders + self.models)[place]


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
    size: Triple
    """Extent along its x, y and z."""
    stretch: Triple = UNSTRETCHED
    """Factors that are in all of these."""

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
            return _made(builder, thing.seed, thing.width).stretched(thing.stretch)
    raise InputError(f"no builder of kind {thing.kind} is called {thing.builder}")


def library_models_of(things: Sequence[Thing], models: Models) -> list[Any]:
    """The models of libraries that are among the things."""
    names = {thing.builder for thing in things}
    return [model for model in _from_libraries(models) if model.name in names]


def libraries_of(things: Sequence[Thing], models: Models) -> tuple[Library, ...]:
    """The libraries that things came from, in the order of their names."""
    found = {model.library for model in library_models_of(things, models)}
    return tuple(sorted(found, key=lambda library: library.name))


def check_libraries(description: SceneDescription, models: Models) -> None:
    """Raise InputError unless the libraries that a scene was made from are those that `models` come from."""
    given = {model.library.name: model.library.sha256 for model in _from_libraries(models)}
    for library in description.libraries:
        if library.name not in given:
            raise InputError(f"the scene has furniture from {library.name}, which is not among its models")
        if library.sha256 != given[library.name]:
            raise InputError(
                f"the scene was made with another {library.name}: its SHA-256 is {library.sha256}, that of the one"
                f" given {given[library.name]}"
            )


def _from_libraries(models: Models) -> Iterator[Any]:
    for builders in models.values():
        if isinstance(builders, Mixed):
            yield from builders.models


def _made(builder: Any, seed: int, width: float | None) -> Model:
    return builder(Draw(seed)) if width is None else builder(Draw(seed), width)


@functools.lru_cache(maxsize=1000)
def _boxes_once(model: Any) -> NDArray[np.float64]:
    """Of a library's model, which is the same each time."""
    return solid_boxes(model(Draw(0)))


class Stock:
    """Makes pieces of any kind that there are builders for."""

    def __init__(self, models: Models) -> None:
        self.models = models

    def piece(self, kind: str, draw: Draw, width: float | None = None) -> Piece | None:
        """A new piece of this kind; None where there is no builder."""
        builders = self.models.get(kind, ())
        if not isinstance(builders, Mixed):
            return _built(kind, builders, draw, width)
        found = None
        if builders.models and draw.chance(builders.share):
            found = _from_library(kind, builders, draw)
        found = found or _built(kind, builders.builders, draw, width)
        return _stretched(found, builders.stretch, draw) if found and builders.stretch else found

    def smallest(self, kind: str, draw: Draw, width: float, tries: int = 4) -> Piece | None:
        """A piece at most this wide, if one of the first few is."""
        for _ in range(tries):
            piece = self.piece(kind, draw)
            if piece is None or piece.size[0] <= width:
                return piece
        return None


def _built(kind: str, builders: Sequence[Builder], draw: Draw, width: float | None) -> Piece | None:
    """A piece by one of the builders, where there is any."""
    if not builders:
        return None
    builder, seed = draw.one_of(builders), draw.seed()
    width = width if kind in FITTED else None
    model = _made(builder, seed, width)
    return _piece(kind, builder, seed, width, model, solid_boxes(model))


def _stretched(piece: Piece, most: float, draw: Draw) -> Piece:
    """The piece, longer or shorter along each of its axes; none gets higher than TALLEST."""
    x, y, z = (draw.between(1 - far, 1 + far) for far in (most, most, most / 2))
    wide, deep, tall = piece.size
    z = min(z, max(1.0, round(TALLEST / tall - 5e-4, 3)))
    size = round(wide * x, 4), round(deep * y, 4), round(tall * z, 4)
    factors = (x, y, z)
    return replace(piece, model=piece.model.stretched(factors), boxes=piece.boxes * factors, size=size, stretch=factors)


def _from_library(kind: str, mixed: Mixed, draw: Draw) -> Piece | None:
    """A piece from a library; None where the model that is drawn cannot be used."""
    model = draw.one_of(mixed.models)
    try:
        return _piece(kind, model, 0, None, _made(model, 0, None), _boxes_once(model))
    except InputError:
        return None


def _piece(
    kind: str, builder: Builder, seed: int, width: float | None, model: Model, boxes: NDArray[np.float64]
) -> Piece:
    wide, deep, tall = (round(float(side), 4) for side in model.size)
    return Piece(kind, builder_name(builder), seed, width, model, boxes, (wide, deep, tall))
