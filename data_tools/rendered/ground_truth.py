"""What is known of a whole scene, as files: its labelled mesh, objects and volumes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.mesh_files import write_ply
from geo3d.data_tools.rooms.arrange.stock import library_models_of
from geo3d.data_tools.rooms.description import to_json
from geo3d.data_tools.rooms.libraries.attribution import write_scene_credits
from geo3d.data_tools.rooms.volumes import distance_volume, semantic_volume, volume_name
from geo3d.data_tools.semantic_files import write_objects, write_semantic_ply

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.data_tools.rendered.scene_sources import LoadedScene
    from geo3d.scene.kinds import DistanceVolume, ModelledScene, SemanticMesh


def write_scene(loaded: LoadedScene, folder: Path) -> None:
    """Write ``mesh.ply``, ``semantic.ply`` and ``objects.json``; of a made room its description and whom it owes."""
    mesh = labelled_mesh(loaded.scene)
    if loaded.description is not None and loaded.models is not None:
        (folder / "description.json").write_text(to_json(loaded.description) + "\n", encoding="utf-8")
        if used := library_models_of(loaded.description.things, loaded.models):
            write_scene_credits([(model.library, model.credit) for model in used], folder)
    write_ply(mesh, folder / "mesh.ply")
    write_semantic_ply(mesh, folder / "semantic.ply")
    write_objects(mesh, folder / "objects.json")


def write_volumes(
    scene: ModelledScene, folder: Path, voxel_sizes: Sequence[float], truncation: float
) -> list[DistanceVolume]:
    """Write ``volumes/SIZE/distance``, clipped to `truncation` voxels, and ``labels``; gives the distances."""
    volumes = [distance_volume(scene, voxel_size, truncation * voxel_size) for voxel_size in voxel_sizes]
    store_all(volumes, folder, "distance")
    store_all([semantic_volume(scene, volume) for volume in volumes], folder, "labels")
    return volumes


def store_all(volumes: Sequence[Any], folder: Path, what: str) -> None:
    """Write volumes to ``volumes/SIZE/WHAT``; sizes as in 047mm."""
    from geo3d.scene.artifact import store

    for volume in volumes:
        aside = folder / "volumes" / volume_name(volume.voxel_size) / what
        aside.mkdir(parents=True)
        store(volume, aside, {"voxel_size": volume.voxel_size})


def labelled_mesh(scene: ModelledScene) -> SemanticMesh:
    """The scene as a semantic mesh; objects are instances from 1 on.

    A vertex has the label and colour of its last face: made scenes' objects share none.
    """
    import torch

    from geo3d.ops.mesh import vertex_normals
    from geo3d.scene.kinds import SemanticMesh

    corners, count = scene.faces.long().reshape(-1), len(scene.vertices)
    objects, materials = torch.zeros(count, dtype=torch.int32), torch.zeros(count, dtype=torch.int32)
    objects[corners] = scene.face_objects.repeat_interleave(3)
    materials[corners] = scene.face_materials.repeat_interleave(3)
    colours = _mean_colours(scene)[materials.long()]
    if scene.vertex_colours is not None:
        colours = colours * scene.vertex_colours.float() / 255
    labels = scene.object_labels[objects.long()]
    known = labels < len(scene.classes)
    chances = torch.nn.functional.one_hot(labels.long() * known, len(scene.classes)).float() * known[:, None]
    return SemanticMesh(
        vertices=scene.vertices,
        faces=scene.faces,
        normals=vertex_normals(scene.vertices, scene.faces),
        colours=colours.round().to(torch.uint8),
        labels=labels,
        confidence=known.float(),
        probabilities=chances,
        instances=objects + 1,
        classes=scene.classes,
        up=scene.up,
    )


def _mean_colours(scene: ModelledScene) -> Tensor:
    """Of each material, [material, 3] in [0, 255]: its pattern's or picture's mean."""
    import torch

    shown = scene.masks.float().mean(dim=(1, 2))[scene.patterns.long(), None] / 255
    colours = scene.colours + shown * (scene.seconds.float() - scene.colours)
    if not len(scene.picture_sizes):
        return colours
    areas = scene.picture_sizes.prod(dim=1).tolist()
    means = torch.stack([part.float().mean(dim=0) for part in scene.texels.split(areas)])
    shades = torch.where((scene.pictures >= 0)[:, None], means[scene.pictures.clamp(min=0).long()], 255.0)
    return colours * shades / 255
