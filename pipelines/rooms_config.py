"""Which rooms to make: settings that two commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import tyro
from pydantic import Field

from geo3d.config import settings
from geo3d.data_tools.rendered.scene_sources import Furniture, SceneSource, made_rooms


@settings
class RoomsConfig:
    """Rooms to make."""

    count: Annotated[int, Field(ge=0)] = 0
    """Scenes to make."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the first scene; the next has the next."""
    split: Literal["train", "validation", "test"] = "train"
    """Which builders, library models and seeds to use; no two splits share one."""
    uses: tuple[Literal["living_room", "kitchen", "bedroom", "bathroom", "office"], ...] = ()
    """What the rooms of every scene are for, one to four; by default the seed decides."""
    libraries: Annotated[tuple[Path, ...], tyro.conf.arg(name="library")] = ()
    """Furniture that others made: Sweet Home 3D libraries (.sh3f) and folders of labelled meshes, FOLDER/KIND/NAME.obj
    (or .glb, .ply, .stl), whose LICENSE.txt is quoted in ATTRIBUTION.txt."""
    library_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How often a piece is from a library, where these have any of its kind."""
    stretch: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """How far from 1 the factors may be that make furniture wider or narrower, deeper or flatter, and (half as far)
    higher or lower than its builder or library gives it."""


def furniture_of(config: RoomsConfig) -> Furniture:
    """What rooms are furnished with beside the builders; opens the libraries."""
    if not config.libraries:
        return Furniture(stretch=config.stretch)
    from geo3d.data_tools.rooms.libraries.library import open_libraries

    return Furniture(open_libraries(config.libraries), config.library_share, config.stretch)


def sources_of(config: RoomsConfig, furniture: Furniture) -> list[SceneSource]:
    """The rooms, by name."""
    return made_rooms(config.count, config.seed, config.split, config.uses, furniture)


def claimed_of(config: RoomsConfig, furniture: Furniture) -> dict[str, Any]:
    """What all scenes of a folder share; how many they are and which seeds they have may differ."""
    claimed: dict[str, Any] = {"uses": list(config.uses)}
    if furniture.library:
        claimed["libraries"] = {model.library.name: model.library.sha256 for model in furniture.library}
        claimed["library_share"] = config.library_share
    if config.stretch:
        claimed["stretch"] = config.stretch
    return claimed
