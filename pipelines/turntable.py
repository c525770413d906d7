"""From a labelled mesh to a film of it going round."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro
from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import say, track


@settings
class TurntableConfig:
    """Everything that can be set."""

    format: Literal["mp4", "gif"] = "mp4"
    """Kind of file; a GIF plays everywhere, and is several times as large."""
    seconds: Annotated[float, Field(gt=0)] = 6.0
    """How long one round takes."""
    rate: Annotated[int, Field(ge=1, le=60)] = 20
    """Frames a second."""
    height: Annotated[int, Field(ge=32, multiple_of=2)] = 480
    """Height of the film, and width of each of its two pictures, in pixels; even."""
    elevation: Annotated[float, Field(gt=-90, lt=90)] = 40.0
    """How high the camera looks down from, in degrees above the horizon."""


def turntable(
    out: Annotated[Path, tyro.conf.Positional],
    config: Annotated[TurntableConfig, tyro.conf.arg(name="")] = TurntableConfig(),  # noqa: B008 - frozen
) -> Path:
    """Film the mesh of a run going round, colours on the left and labels on the right.

    Walls are seen from inside only, so that one looks into the rooms.

    Args:
        out: Output folder of `geo3d scan-to-mesh`.
        config: Everything that can be set.

    Returns:
        The file: ``OUT/turntable.mp4`` or ``.gif``.
    """
    from geo3d.data_tools.films import go_round, write_film
    from geo3d.scene.artifact import load
    from geo3d.scene.publish import published_file

    for name in ("3_mesh", "5_semantic"):
        if not (out / name).exists():
            raise InputError(f"{out} has no {name}; give the output folder of a finished geo3d scan-to-mesh")
    mesh, semantic = load(out / "3_mesh"), load(out / "5_semantic")
    if not len(mesh.faces) or not len(semantic.faces):
        raise InputError(f"{out} holds a mesh without faces, of which there is nothing to see")
    file, count = out / f"turntable.{config.format}", max(2, round(config.seconds * config.rate))
    pictures = go_round(mesh, semantic, config.height, config.elevation, count)
    with published_file(file) as aside:
        write_film(track(pictures, "turntable", count, "frames"), aside, config.format, config.rate)
    say(f"{file}: {count} frames")
    return file
