"""Point clouds and meshes on their way to labels: what scan-to-mesh does with them instead of fusing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo3d.data_tools.clouds.formats import FORMATS, Y_UP, FoundSurface
from geo3d.data_tools.mesh_files import read_mesh
from geo3d.errors import InputError
from geo3d.progress import say
from geo3d.scene.runner import Made, Runner
from geo3d.stages.cloud import orient, sample_mesh
from geo3d.stages.cloud_grid import cloud_grid
from geo3d.stages.implicit import implicit
from geo3d.stages.mesh import extract_mesh
from geo3d.stages.segment import segment, segment_points
from geo3d.stages.segment_learned import segment_learned
from geo3d.stages.weights import find_weights

if TYPE_CHECKING:
    from geo3d.pipelines.scan_to_mesh import ScanToMeshConfig
    from geo3d.scene.kinds import TriangleMesh, VoxelLabels


def label_surface(
    runner: Runner, surface: FoundSurface, config: ScanToMeshConfig
) -> tuple[Made[TriangleMesh], Made[VoxelLabels]]:
    """The mesh of a point cloud, or the one that is given, and the labels of the voxels that it passes through."""
    _refuse_options_of_scans(surface, config)
    source, options = surface.source(runner.hashes), config.cloud
    if surface.is_mesh:
        if options.up is None and surface.file.suffix.lower() in Y_UP:
            options = replace(options, up=(0.0, 1.0, 0.0))
        mesh = runner.run(read_mesh, None, "3_mesh", source=source)
        points = runner.run(sample_mesh, options, "2_points", mesh=mesh)
    else:
        cloud = runner.run(FORMATS[surface.format].read, None, "1_cloud", source=source)
        points = runner.run(orient, options, "2_points", cloud=cloud)
        volume = runner.run(implicit, options, "2_volume", cloud=points)
        mesh = runner.run(extract_mesh, config.mesh, "3_mesh", volume=volume)
        _tell_shift(cloud, runner)
    if config.segment.method == "learned":
        seen = runner.run(cloud_grid, config.scan_grid, "2_scanned", cloud=points)
        weights = find_weights(config.label_weights, runner.hashes)
        return mesh, runner.run(segment_learned, config.segment, "4_labels", scanned=seen, weights=weights)
    if surface.is_mesh:
        return mesh, runner.run(segment_points, config.segment, "4_labels", cloud=points)
    return mesh, runner.run(segment, config.segment, "4_labels", volume=volume)


def _refuse_options_of_scans(surface: FoundSurface, config: ScanToMeshConfig) -> None:
    what = f"{surface.file} is a {'mesh' if surface.is_mesh else 'point cloud'}"
    if config.read.frames != ":":
        raise InputError(f"--frames {config.read.frames} takes frames of a scan, and {what}, which has none")
    if config.complete.method != "off":
        raise InputError(f"--complete {config.complete.method} needs a scan's views to know what was seen, and {what}")


def _tell_shift(cloud: Made, runner: Runner) -> None:
    shift = () if runner.dry_run else cloud.field("shift")
    if any(shift):
        named = " ".join(f"{metres:.0f}" for metres in shift)
        say(f"what is written lies {named} m nearer to the origin than the file, which is too far away for float32")
