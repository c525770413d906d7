"""From a scan to a mesh."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro
from pydantic import Field

from geo3d.config import settings
from geo3d.data_tools.mesh_files import write_glb, write_ply
from geo3d.data_tools.scan_formats import find_scan
from geo3d.progress import say, track
from geo3d.scene.runner import Made, open_runner
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.mesh import MeshConfig, extract_mesh

if TYPE_CHECKING:
    from geo3d.scene.kinds import TriangleMesh


EXPORTS = {"mesh.ply": write_ply, "mesh.glb": write_glb}


@settings
class ReadConfig:
    """Which part of a scan to take."""

    format: str = "auto"
    """Scan format: auto, 7scenes, hololens, plain or redwood."""
    frames: str = ":"
    """Frames to take, as start:stop:step in order of name; 0:600:5 takes every fifth of the first 600."""
    crop: tuple[float, float, float, float, float, float] | None = None
    """World box to keep, in metres: lowest x y z, then highest x y z."""


@settings
class ScanToMeshConfig:
    """Everything that can be set."""

    read: Annotated[ReadConfig, tyro.conf.arg(name="")] = Field(default_factory=ReadConfig)
    fuse: FuseConfig = Field(default_factory=FuseConfig)
    mesh: MeshConfig = Field(default_factory=MeshConfig)


def scan_to_mesh(
    scan: Annotated[Path, tyro.conf.Positional],
    out: Path,
    config: Annotated[ScanToMeshConfig, tyro.conf.arg(name="")] = ScanToMeshConfig(),  # noqa: B008 - frozen
    *,
    dry_run: bool = False,
) -> Made[TriangleMesh]:
    """Turn a scan into a mesh with colours and normals.

    Only what has changed since the last run into the same folder is made again.

    Args:
        scan: Folder of a scan, in one of the formats that `geo3d formats` lists.
        out: Folder for the output; new, empty or of an earlier run.
        config: Everything that can be set.
        dry_run: Only say what would run, what would be reused, and why.

    Returns:
        The mesh, which ``.load()`` reads; in a dry run it may not be there.
    """
    found = find_scan(scan, config.read.format, config.read.frames, config.read.crop)
    with open_runner(out, dry_run) as runner:
        frames = runner.run(found.format.read, None, "1_scan", source=found.source(runner.hashes))
        volume = runner.run(fuse, config.fuse, "2_volume", scan=frames)
        mesh = runner.run(extract_mesh, config.mesh, "3_mesh", volume=volume)
        for name, write in track(EXPORTS.items(), "files", len(EXPORTS), "files"):
            runner.export(mesh, name, write)
        runner.write_summary(config)
        if not dry_run:
            _tell(frames, mesh, out)
    return mesh


def _tell(frames: Made, mesh: Made, out: Path) -> None:
    skipped = frames.field("skipped")
    for name, reason in skipped[:5]:
        say(f"skipped {name}: {reason}")
    if len(skipped) > 5:
        say(f"skipped {len(skipped)} frames in all; 1_scan/artifact.json lists them")
    say(f"{out / 'mesh.ply'}: {mesh.shape('vertices')[0]:,} vertices, {mesh.shape('faces')[0]:,} faces")
