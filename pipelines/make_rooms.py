"""From seeds to furnished scenes with every ground truth."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import tyro
from pydantic import Field

from geo3d.config import settings
from geo3d.data_tools.rendered.frames import WRITERS, gather_frames
from geo3d.data_tools.rendered.images import ImagesConfig
from geo3d.data_tools.rendered.paths import PathConfig, camera_path
from geo3d.data_tools.rendered.scene_sources import LoadedScene, SceneSource, load_scene
from geo3d.data_tools.rooms.libraries.attribution import gather_credits
from geo3d.data_tools.rooms.volumes import VOXEL_SIZES, VoxelSizes
from geo3d.errors import InputError
from geo3d.pipelines.render_scene import write_frames
from geo3d.pipelines.rooms_config import RoomsConfig, claimed_of, furniture_of, sources_of
from geo3d.pipelines.scene_folders import Work, make_scenes, refuse_failed
from geo3d.progress import say
from geo3d.scene.claim import claimed
from geo3d.stages.render import RenderConfig

SETTINGS = "rooms.json"


@settings
class MakeRoomsConfig:
    """Everything that can be set."""

    rooms: Annotated[RoomsConfig, tyro.conf.arg(name="")] = Field(default_factory=lambda: RoomsConfig(count=10))
    volumes: bool = True
    """Write signed distance and label volumes."""
    voxel_sizes: VoxelSizes = VOXEL_SIZES
    """Of the volumes, in metres."""
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
    if not config.rooms.count:
        raise InputError("--count 0 makes nothing; 1 or more are allowed")
    furniture = furniture_of(config.rooms)
    names = ("volumes", "voxel_sizes", "truncation", "frames", "noise", "height", "width", "sheet")
    shared = claimed_of(config.rooms, furniture) | {name: getattr(config, name) for name in names}
    sources = sources_of(config.rooms, furniture)
    with claimed(out, SETTINGS, shared, "geo3d make-rooms"):
        left = [source for source in sources if not (out / source.name).exists()]
        try:
            said = make_scenes(left, out, Work(make_room_scene, {"config": config}), jobs)
        finally:
            gather_credits(out)
        refuse_failed(sources, out, said, "made")
    say(f"{out}: {len(sources)} scenes, {len(left)} of them new")


def make_room_scene(source: SceneSource, folder: Path, config: MakeRoomsConfig) -> None:
    """Make one scene, all its files, from its beginning."""
    from geo3d.data_tools.rendered.ground_truth import write_scene, write_volumes
    from geo3d.data_tools.rooms.sheet import draw_sheet

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    loaded = load_scene(source)
    write_scene(loaded, folder)
    if config.volumes:
        write_volumes(loaded.scene, folder, config.voxel_sizes, config.truncation)
    if config.frames:
        _write_scan(loaded, source, folder / "scan", config)
    if config.sheet and loaded.description is not None:
        draw_sheet(loaded.scene, loaded.description).save(folder / "sheet.png")


def _write_scan(loaded: LoadedScene, source: SceneSource, folder: Path, config: MakeRoomsConfig) -> None:
    path = PathConfig(frames=config.frames, height=config.height, width=config.width)
    cameras = camera_path(loaded, path, None, source.name, source.seed)
    images = ImagesConfig(channels=("colour", "depth"))
    folder.mkdir()
    files = write_frames(loaded.scene, cameras, folder, images, RenderConfig(samples=1), config.noise, source.seed)
    WRITERS["plain"].write(gather_frames(loaded.scene, cameras, folder, files, images.depth_unit), folder)
