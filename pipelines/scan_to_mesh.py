"""From a scan to a labelled mesh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro
from pydantic import Field

from geo3d.config import settings
from geo3d.data_tools.cameras.trajectories import write_trajectory
from geo3d.data_tools.clouds.formats import find_surface
from geo3d.data_tools.mesh_files import find_mesh, read_mesh, turned, write_glb, write_ply, write_textured_glb
from geo3d.data_tools.report import write_report
from geo3d.data_tools.scans.formats import FoundScan, find_scan
from geo3d.data_tools.semantic_files import (
    write_instances,
    write_labels,
    write_objects,
    write_semantic_glb,
    write_semantic_ply,
)
from geo3d.errors import InputError
from geo3d.pipelines.surface_to_mesh import label_surface
from geo3d.progress import say, steps
from geo3d.scene.device import chosen_device
from geo3d.scene.runner import Made, Runner, open_runner
from geo3d.stages.cloud import CloudConfig
from geo3d.stages.complete import CompleteConfig, complete
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.label import LabelConfig, label
from geo3d.stages.mesh import MeshConfig, extract_mesh
from geo3d.stages.predict import predict
from geo3d.stages.register import RegisterConfig, register
from geo3d.stages.scan_grid import ScanGridConfig, scan_grid
from geo3d.stages.segment import SegmentConfig, segment
from geo3d.stages.segment_fused import segment_fused
from geo3d.stages.segment_learned import segment_learned
from geo3d.stages.texture import TextureConfig, check_size, texture
from geo3d.stages.weights import find_weights

if TYPE_CHECKING:
    from geo3d.data_tools.clouds.formats import FoundSurface
    from geo3d.scene.kinds import RgbdScan, SemanticMesh, TexturedMesh, TriangleMesh, VoxelLabels


MESH_FILES = {"mesh.ply": write_ply, "mesh.glb": write_glb}
SEMANTIC_FILES = {
    "semantic.ply": write_semantic_ply,
    "semantic.glb": write_semantic_glb,
    "labels.txt": write_labels,
    "objects.json": write_objects,
}
INSTANCES, TEXTURED, REPORT, TRAJECTORY = "instances.zip", "textured.glb", "report.html", "trajectory.txt"


@settings
class ReadConfig:
    """Which part of a scan to take."""

    format: str = "auto"
    """Scan format: auto, or a name that `geo3d formats` lists."""
    frames: str = ":"
    """Frames to take, as start:stop:step in order of name; 0:600:5 takes every fifth of the first 600."""
    crop: tuple[float, float, float, float, float, float] | None = None
    """World box to keep, in metres: lowest x y z, then highest x y z."""
    skip: str | None = None
    """File that lists frames to leave out, as `geo3d inspect` writes it; --frames counts them all the same."""


@settings
class ScanToMeshConfig:
    """Everything that can be set."""

    read: Annotated[ReadConfig, tyro.conf.arg(name="")] = Field(default_factory=ReadConfig)
    register: RegisterConfig = Field(default_factory=RegisterConfig)
    fuse: FuseConfig = Field(default_factory=FuseConfig)
    cloud: CloudConfig = Field(default_factory=CloudConfig)
    scan_grid: ScanGridConfig = Field(default_factory=ScanGridConfig)
    complete: CompleteConfig = Field(default_factory=CompleteConfig)
    completion_weights: str = "complete"
    """Weights that complete the scan: the name of shipped ones, or a .safetensors file that `geo3d train` made."""
    mesh: MeshConfig = Field(default_factory=MeshConfig)
    segment: SegmentConfig = Field(default_factory=SegmentConfig)
    label_weights: str = "segment"
    """Of the network that labels: a name of shipped weights, or a .safetensors file as `geo3d train` makes it."""
    label: LabelConfig = Field(default_factory=LabelConfig)
    texture: TextureConfig = Field(default_factory=TextureConfig)


def scan_to_mesh(
    scan: Annotated[Path, tyro.conf.Positional],
    out: Path,
    config: Annotated[ScanToMeshConfig, tyro.conf.arg(name="")] = ScanToMeshConfig(),  # noqa: B008 - frozen
    *,
    onto: Path | None = None,
    align_up: bool = False,
    dry_run: bool = False,
) -> Made[SemanticMesh]:
    """Turn a scan into a mesh with colours, normals and labels.

    Only what has changed since the last run into the same folder is made again.

    Args:
        scan: Folder of a scan, or a file of points or a mesh, in one of the formats that `geo3d formats` lists.
        out: Folder for the output; new, empty or of an earlier run.
        config: Everything that can be set.
        onto: Label the vertices of this mesh file, in their order, instead of those of the scan's own mesh.
        align_up: Turn what is written so that z is up; artifacts stay in the scan's world.
        dry_run: Only say what would run, what would be reused, and why.

    Returns:
        The labelled mesh, which ``.load()`` reads; in a dry run it may not be there.
    """
    surface = find_surface(scan, config.read.format, config.read.crop)
    if config.texture.size:
        check_size(config.texture.size)
    config = decided(config, views=surface is None)
    if surface is not None:
        return _of_surface(surface, out, config, onto=onto, align_up=align_up, dry_run=dry_run)
    skip = None if config.read.skip is None else Path(config.read.skip)
    found = find_scan(scan, config.read.format, config.read.frames, config.read.crop, skip)
    with open_runner(out, dry_run) as runner:
        frames = _located(runner, found, config.register)
        volume = fused = runner.run(fuse, config.fuse, "2_volume", scan=frames)
        networks = "learned" in (config.complete.method, config.segment.method)
        seen = runner.run(scan_grid, _grid_of(config), "2_scanned", scan=frames, volume=volume) if networks else None
        predicted = None
        if seen and config.complete.method == "learned":
            weights = find_weights(config.completion_weights, runner.hashes)
            predicted = runner.run(predict, None, "2_predicted", scanned=seen, weights=weights)
            given = {"scan": frames, "volume": volume, "scanned": seen, "predicted": predicted}
            volume = runner.run(complete, _as_meshed(config), "2_completed", **given)
        mesh = runner.run(extract_mesh, config.mesh, "3_mesh", volume=volume)
        if seen and config.segment.method == "learned":
            weights = find_weights(config.label_weights, runner.hashes)
            given = {"scanned": seen, "weights": weights} | ({"predicted": predicted} if predicted else {})
            voxels = runner.run(segment_learned, config.segment, "4_labels", **given)
        elif config.segment.method == "fused":
            voxels = runner.run(segment_fused, config.segment, "4_labels", volume=fused)
        else:
            voxels = runner.run(segment, config.segment, "4_labels", volume=volume)
        return _finish(runner, frames, mesh, voxels, config, scan.absolute().name, onto=onto, align_up=align_up)


def decided(config: ScanToMeshConfig, views: bool) -> ScanToMeshConfig:
    """The config with what `auto` stands for, on this machine and for a scan with views or without."""
    segment, complete = config.segment, config.complete
    fused = replace(config.fuse, device=chosen_device(config.fuse.device))
    mesh = replace(config.mesh, device=chosen_device(config.mesh.device))
    if segment.method == "auto":
        segment = replace(segment, method="learned" if views else "planar")
    if complete.method == "auto":
        complete = replace(complete, method="learned" if views else "off")
    return replace(config, segment=segment, complete=complete, fuse=fused, mesh=mesh)


def _of_surface(
    surface: FoundSurface, out: Path, config: ScanToMeshConfig, *, onto: Path | None, align_up: bool, dry_run: bool
) -> Made[SemanticMesh]:
    """The same of a point cloud or a mesh, which are not fused."""
    if config.texture.size:
        raise InputError(f"{surface.file} has no images; leave texture.size away")
    with open_runner(out, dry_run) as runner:
        mesh, voxels = label_surface(runner, surface, config)
        semantic = _finish(runner, None, mesh, voxels, config, surface.file.stem, onto=onto, align_up=align_up)
        runner.drop_other_links()
    return semantic


def _finish(
    runner: Runner,
    frames: Made[RgbdScan] | None,
    mesh: Made[TriangleMesh],
    voxels: Made[VoxelLabels],
    config: ScanToMeshConfig,
    scene: str,
    *,
    onto: Path | None,
    align_up: bool,
) -> Made[SemanticMesh]:
    """From labels of voxels to those of a mesh, and all that is written."""
    target = runner.run(read_mesh, None, "onto_mesh", source=find_mesh(onto, runner.hashes)) if onto else mesh
    semantic = runner.run(label, config.label, "5_semantic", mesh=target, labels=voxels)
    painted = None
    if config.texture.size and frames is not None:
        painted = runner.run(texture, config.texture, "6_textured", mesh=mesh, scan=frames)
    if not runner.dry_run:
        _write(runner, frames, mesh, semantic, painted, align_up, scene)
        runner.write_summary(config)
        _tell(frames, mesh, runner.out)
    return semantic


def _located(runner: Runner, found: FoundScan, config: RegisterConfig) -> Made[RgbdScan]:
    """The frames and where their cameras stood: as the scan's format says, or as their images do."""
    if config.method == "off" and not found.listing.located:
        raise InputError(f"{found.folder} does not say where its cameras stood; with register.method auto it is found")
    if config.method == "off" or (config.method == "auto" and found.listing.located):
        if not runner.dry_run:
            (runner.out / TRAJECTORY).unlink(missing_ok=True)  # of an earlier run that found another path
        return runner.run(found.format.read, None, "1_scan", source=found.source(runner.hashes))
    source = found.without_transforms().source(runner.hashes)
    frames = runner.run(found.format.read, None, "1_frames", source=source)
    located = runner.run(register, config, "1_scan", scan=frames)

    def write(scan: RgbdScan, path: Path) -> None:
        rows = {image: row for row, image in enumerate(frames.load().colour)}
        write_trajectory(path, [rows[image] for image in scan.colour], scan.world_from_camera.numpy())

    runner.export(located, TRAJECTORY, write)
    return located


def _grid_of(config: ScanToMeshConfig) -> ScanGridConfig:
    """Depth that is not fused is not shown to networks, either, and what the mesh counts as seen is in it."""
    far = min(config.scan_grid.max_depth, config.fuse.max_depth)
    return replace(config.scan_grid, max_depth=far, min_weight=config.scan_grid.min_weight or config.mesh.min_weight)


def _as_meshed(config: ScanToMeshConfig) -> CompleteConfig:
    """What the mesh counts as seen is not filled."""
    return replace(config.complete, min_weight=config.complete.min_weight or config.mesh.min_weight)


def _write(
    runner: Runner,
    frames: Made[RgbdScan] | None,
    mesh: Made[TriangleMesh],
    semantic: Made[SemanticMesh],
    painted: Made[TexturedMesh] | None,
    align_up: bool,
    scene: str,
) -> None:
    def aligned(write: Callable[[Any, Path], None]) -> Callable[[Any, Path], None]:
        return lambda artifact, path: (
            write(turned(artifact, semantic.load().up), path) if align_up else write(artifact, path)
        )

    def instances(artifact: SemanticMesh, path: Path) -> None:
        write_instances(artifact, path, scene)

    files: list[tuple[Made[Any], str, Callable[[Any, Path], None]]] = [
        *((mesh, name, write) for name, write in MESH_FILES.items()),
        *((semantic, name, write) for name, write in SEMANTIC_FILES.items()),
        (semantic, INSTANCES, instances),
        *([(painted, TEXTURED, write_textured_glb)] if painted else []),
    ]

    def report(artifact: SemanticMesh, path: Path) -> None:
        write_report(path, frames.load() if frames else None, mesh.load(), artifact, runner.records, scene)

    with steps("write", len(files) + 1, "files") as done:
        for made, name, write in files:
            form = [f"z is up, of {semantic.key}"] * align_up + [f"scene {scene}"] * (name == INSTANCES)
            runner.export(made, name, aligned(write), ", ".join(form))
            done()
        runner.export(
            semantic, REPORT, report, f"scan {frames.key if frames else None}, mesh {mesh.key}, scene {scene}"
        )
        done()


def _tell(frames: Made | None, mesh: Made, out: Path) -> None:
    skipped = frames.field("skipped") if frames else ()
    for name, reason in skipped[:5]:
        say(f"skipped {name}: {reason}")
    if len(skipped) > 5:
        say(f"skipped {len(skipped)} frames in all; 1_scan/artifact.json lists them")
    say(f"{out / REPORT} shows it all")
    say(f"{out / 'mesh.ply'}: {mesh.shape('vertices')[0]:,} vertices, {mesh.shape('faces')[0]:,} faces")
