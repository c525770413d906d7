"""A made scene to a folder: its description, labelled mesh, objects, distance volumes, scan and contact sheet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.mesh_files import write_ply
from geo3d.data_tools.rooms.arrange.stock import library_models_of
from geo3d.data_tools.rooms.build import build_scene
from geo3d.data_tools.rooms.description import SceneDescription, to_json
from geo3d.data_tools.rooms.libraries.attribution import write_scene_credits
from geo3d.data_tools.rooms.scan_room import write_room_scan
from geo3d.data_tools.rooms.sheet import draw_sheet
from geo3d.data_tools.semantic_files import write_objects, write_semantic_ply

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.data_tools.rooms.arrange.stock import Models
    from geo3d.scene.kinds import DistanceVolume, ModelledScene, SemanticMesh

VOXEL_SIZES = (0.047, 0.094, 0.188, 0.05)
"""Metres: the three levels of ScanComplete (Dai et al. 2018), and ScanNet's 5 cm."""
MARGIN = 0.3
"""Metres of a volume around the scene."""


@dataclass(frozen=True)
class RoomFiles:
    """What is written beside the description, mesh and objects."""

    volumes: bool
    """Signed distance volumes at :data:`VOXEL_SIZES`."""
    truncation: float
    """Of the volumes, in voxels."""
    frames: int
    """Of the scan; 0 is no scan."""
    noise: float
    """Of the scan, as a multiple of a structured-light camera's."""
    size: tuple[int, int]
    """Height and width of the scan's images."""
    sheet: bool
    """A contact sheet."""


def write_room(description: SceneDescription, models: Models, folder: Path, files: RoomFiles) -> None:
    """Write all files of a scene into an empty folder."""
    from geo3d.scene.artifact import store

    scene = build_scene(description, models)
    mesh = labelled_mesh(scene)
    if used := library_models_of(description.things, models):
        write_scene_credits([(model.library, model.credit) for model in used], folder)
    (folder / "description.json").write_text(to_json(description) + "\n", encoding="utf-8")
    write_ply(mesh, folder / "mesh.ply")
    write_semantic_ply(mesh, folder / "semantic.ply")
    write_objects(mesh, folder / "objects.json")
    if files.volumes:
        (folder / "volumes").mkdir()
        for voxel_size in VOXEL_SIZES:
            volume = distance_volume(scene, voxel_size, files.truncation * voxel_size)
            aside = folder / "volumes" / f"{1000 * voxel_size:03.0f}mm"
            aside.mkdir()
            store(volume, aside, {"voxel_size": voxel_size})
    if files.frames:
        write_room_scan(scene, description, models, folder / "scan", files.frames, files.noise, files.size)
    if files.sheet:
        draw_sheet(scene, description).save(folder / "sheet.png")


def labelled_mesh(scene: ModelledScene) -> SemanticMesh:
    """The scene as a semantic mesh: objects share no vertices, so that the labels of faces are those of vertices.

    Vertices have their material's mean colour; objects are instances from 1 on.
    """
    import torch

    from geo3d.ops.mesh import vertex_normals
    from geo3d.scene.kinds import SemanticMesh

    corners, faces = scene.faces.long().reshape(-1), len(scene.vertices)
    objects, materials = torch.zeros(faces, dtype=torch.int32), torch.zeros(faces, dtype=torch.int32)
    objects[corners] = scene.face_objects.repeat_interleave(3)
    materials[corners] = scene.face_materials.repeat_interleave(3)
    colours = _mean_colours(scene)
    labels = scene.object_labels[objects.long()]
    return SemanticMesh(
        vertices=scene.vertices,
        faces=scene.faces,
        normals=vertex_normals(scene.vertices, scene.faces),
        colours=colours[materials.long()],
        labels=labels,
        confidence=torch.ones(faces),
        probabilities=torch.nn.functional.one_hot(labels.long(), len(scene.classes)).float(),
        instances=objects + 1,
        classes=scene.classes,
        up=torch.tensor([0.0, 0.0, 1.0]),
    )


def _mean_colours(scene: ModelledScene) -> Tensor:
    """[material, 3]: of its pattern's two colours, times the mean of its picture."""
    import torch

    shown = scene.masks.float().mean(dim=(1, 2))[scene.patterns.long(), None] / 255
    colours = scene.colours + shown * (scene.seconds.float() - scene.colours)
    counts = scene.picture_sizes.long().prod(dim=1).tolist()
    means = [texels.float().mean(dim=0) / 255 for texels in scene.texels.split(counts)]
    for picture, mean in enumerate(means):
        colours[scene.pictures == picture] *= mean
    return colours.round().to(torch.uint8)


def distance_volume(scene: ModelledScene, voxel_size: float, truncation: float) -> DistanceVolume:
    """Signed distances of the whole scene, which no scan could see; voxel (0, 0, 0) lies on a multiple of the size."""
    import torch

    from geo3d.ops.distance import mesh_distance_volume
    from geo3d.scene.kinds import DistanceVolume

    low = ((scene.vertices.amin(dim=0) - MARGIN) / voxel_size).floor()
    high = ((scene.vertices.amax(dim=0) + MARGIN) / voxel_size).ceil()
    x, y, z = (int(side) + 1 for side in high - low)
    origin, up = low.double() * voxel_size, torch.tensor([0.0, 0.0, 1.0])
    distance = mesh_distance_volume(scene.vertices, scene.faces, origin, voxel_size, (x, y, z), truncation)
    return DistanceVolume(distance, origin, voxel_size, truncation, up)
