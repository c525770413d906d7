"""From nothing to a scan: the built-in room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import tyro
from pydantic import Field

from geo3d.config import settings
from geo3d.data_tools.scans.readers import plain
from geo3d.errors import InputError
from geo3d.progress import say


@settings
class MakeRoomConfig:
    """Everything that can be set."""

    frames: Annotated[int, Field(ge=3)] = 120
    """RGB-D frames along the camera's path."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the camera's shake and of the noise."""
    noise: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Errors of the depth camera, as a multiple of a Kinect's."""
    height: Annotated[int, Field(ge=24)] = 480
    """Image height, in pixels."""
    width: Annotated[int, Field(ge=32)] = 640
    """Image width, in pixels."""


def make_room(
    out: Annotated[Path, tyro.conf.Positional],
    config: Annotated[MakeRoomConfig, tyro.conf.arg(name="")] = MakeRoomConfig(),  # noqa: B008 - frozen
) -> None:
    """Write the built-in scan: a furnished room of 5.0 x 4.2 x 2.6 m, seen by a noisy RGB-D camera.

    Nothing is done where the same scan lies already; a killed call goes on where it was.

    Args:
        out: Folder for the scan.
        config: Everything that can be set.
    """
    from geo3d.data_tools.room import furnish
    from geo3d.data_tools.room_scan import write_scan

    size = (config.height, config.width)
    wanted = {"frames": config.frames, "seed": config.seed, "noise": config.noise, "size": list(size)}
    plan = out / "room.json"
    if out.exists() and not (out.is_dir() and (plan.exists() or not any(out.iterdir()))):
        raise InputError(f"{out} holds files that are not of the built-in room; give a new or empty folder")
    if plan.exists() and json.loads(plan.read_text()) != wanted:
        raise InputError(f"{out} holds the room with other settings ({plan.read_text()}); give a new or empty folder")
    if (out / plain.INDEX).exists():
        say(f"{out}: the same scan is there already")
        return
    out.mkdir(parents=True, exist_ok=True)
    plan.write_text(json.dumps(wanted))
    write_scan(furnish(), out, config.frames, config.seed, config.noise, size)
    say(f"{out}: {config.frames} frames")
