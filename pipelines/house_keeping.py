"""Small commands beside the pipelines."""

from pathlib import Path
from typing import Annotated

import tyro

from geo3d.data_tools.clouds import formats as surfaces
from geo3d.data_tools.scans.formats import FORMATS
from geo3d.progress import say
from geo3d.scene.runner import clean as clean_store


def clean(out: Annotated[Path, tyro.conf.Positional]) -> None:
    """Remove from an output folder what none of its links reaches any more.

    Args:
        out: Output folder of an earlier run.
    """
    freed = clean_store(out)
    say(f"{out}: {freed / 2**20:.1f} MiB freed")


def formats() -> None:
    """List the formats of scans, point clouds and meshes, and what each looks for."""
    looks_for = {name: module.LOOKS_FOR for name, module in (FORMATS | surfaces.FORMATS).items()}
    for name, what in (looks_for | {surfaces.MESH: surfaces.MESH_LOOKS_FOR}).items():
        print(f"{name:15} {what}")
