"""From seeds to furnished scenes with every ground truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro
from pydantic import Field

from geo3d.config import settings
from geo3d.data_tools.rooms.libraries.attribution import gather_credits
from geo3d.errors import InputError, SomeFailedError
from geo3d.progress import say, track
from geo3d.scene.jobs import Job, run_jobs
from geo3d.scene.publish import published_file, published_folder

if TYPE_CHECKING:
    from geo3d.data_tools.rooms.libraries.library import LibraryModel

SETTINGS = "rooms.json"


@settings
class MakeRoomsConfig:
    """Everything that can be set."""

    count: Annotated[int, Field(ge=1)] = 10
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
    volumes: bool = True
    """Write signed distance volumes at 4.7, 9.4, 18.8 and 5 cm."""
    truncation: Annotated[float, Field(gt=0)] = 3.0
    """Of the volumes, in voxels."""
    frames: Annotated[int, Field(ge=0)] = 0
    """RGB-D frames of a hand-held scan of each scene, in the plain layout; 0 is no scan."""
    noise: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Errors of the scan's cameras, as a multiple of a structured-light camera's."""
    height: Annotated[int, Field(ge=24)] = 480
    """Height of the scan's images, in pixels."""
    width: Annotated[int, Field(ge=32)] = 640
    """Width of the scan's images, in pixels."""
    sheet: bool = True
    """Write a contact sheet of each scene."""


def make_rooms(
    out: Annotated[Path, tyro.conf.Positional],
    config: Annotated[MakeRoomsConfig, tyro.conf.arg(name="")] = MakeRoomsConfig(),  # noqa: B008 - frozen
    *,
    jobs: int = 1,
) -> None:
    """Make furnished scenes of one to four rooms, each in a folder of its own.

    A scene that is there already is left as it is; a killed call goes on where it was.

    Args:
        out: Folder for the scenes; new, empty or of an earlier call with the same settings.
        config: Everything that can be set.
        jobs: Processes that make scenes at the same time.
    """
    if jobs < 1:
        raise InputError(f"--jobs {jobs} does nothing; 1 or more are allowed")
    library = _library(config)
    _claim(out, config, library)
    seeds = [seed for seed in range(config.seed, config.seed + config.count) if not _folder(out, config, seed).exists()]
    try:
        _make_all(out, config, library, seeds, jobs)
    finally:
        if out.is_dir():
            gather_credits(out)
    say(f"{out}: {config.count} scenes, {len(seeds)} of them new")


def _library(config: MakeRoomsConfig) -> tuple[LibraryModel, ...]:
    if not config.libraries:
        return ()
    from geo3d.data_tools.rooms.libraries.library import open_libraries

    return open_libraries(config.libraries)


def _make_all(
    out: Path, config: MakeRoomsConfig, library: tuple[LibraryModel, ...], seeds: list[int], jobs: int
) -> None:
    if jobs == 1 or len(seeds) < 2:
        make_some(out, config, seeds, library)
        return
    shares = [seeds[i::jobs] for i in range(jobs) if seeds[i::jobs]]
    listed = [
        Job(f"rooms{i}", make_some, {"out": out, "config": config, "seeds": share, "library": library})
        for i, share in enumerate(shares)
    ]
    failed = [outcome for outcome in run_jobs(listed, jobs, out / "logs", label="rooms") if outcome.error]
    if failed:
        said = "; ".join(f"{outcome.name}: {outcome.error}" for outcome in failed)
        raise SomeFailedError(f"{len(failed)} of {len(shares)} processes failed ({said}); what they made stays")


def make_some(out: Path, config: MakeRoomsConfig, seeds: list[int], library: tuple[LibraryModel, ...] = ()) -> None:
    """Make the scenes of some seeds, one after the other, with these models of libraries."""
    from geo3d.data_tools.rooms.catalogue import builders_of
    from geo3d.data_tools.rooms.libraries.library import unusable
    from geo3d.data_tools.rooms.place import describe
    from geo3d.data_tools.rooms.write_room import RoomFiles, write_room

    models, size = builders_of(config.split, library, config.library_share), (config.height, config.width)
    files = RoomFiles(config.volumes, config.truncation, config.frames, config.noise, size, config.sheet)
    for seed in track(seeds, "rooms", len(seeds), "scenes"):
        with published_folder(_folder(out, config, seed)) as aside:
            write_room(describe(seed, config.split, models, config.uses), models, aside, files)
    if unusable:
        say(f"{len(unusable)} models of libraries could not be used")


def _folder(out: Path, config: MakeRoomsConfig, seed: int) -> Path:
    return out / f"{config.split}_{seed:06}"


def _claim(out: Path, config: MakeRoomsConfig, library: tuple[LibraryModel, ...]) -> None:
    """Write what each scene is made with, or see that it is the same; how many and which seeds may differ."""
    names = ("uses", "volumes", "truncation", "frames", "noise", "height", "width", "sheet")
    wanted = json.loads(json.dumps({name: getattr(config, name) for name in names}))
    if library:
        wanted["libraries"] = {model.library.name: model.library.sha256 for model in library}
        wanted["library_share"] = config.library_share
    plan = out / SETTINGS
    if out.exists() and not (out.is_dir() and (plan.exists() or not any(out.iterdir()))):
        raise InputError(f"{out} holds files that are not of make-rooms; give a new or empty folder")
    if plan.exists() and json.loads(plan.read_text(encoding="utf-8")) != wanted:
        raise InputError(f"{out} holds scenes made with other settings ({plan}); give those, or another folder")
    out.mkdir(parents=True, exist_ok=True)
    with published_file(plan) as aside:
        aside.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
