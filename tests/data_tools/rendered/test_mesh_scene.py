"""Mesh files of others, as they are rendered."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh
from PIL import Image
from trimesh.visual import TextureVisuals
from trimesh.visual.material import PBRMaterial

from geo3d.data_tools.rendered.ground_truth import labelled_mesh
from geo3d.data_tools.rendered.mesh_scene import read_mesh_scene, semantic_scene
from geo3d.data_tools.semantic_files import list_objects, write_semantic_ply
from geo3d.errors import InputError
from geo3d.ops.orbit import looking_at
from geo3d.progress import _says
from geo3d.scene.kinds import CameraPath, ModelledScene, SemanticMesh
from geo3d.stages.render import render_frame

SQUARE = "v -1 0 -1\nv 1 0 -1\nv 1 0 1\nv -1 0 1\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
FACES = "f 1/1 2/2 3/3\nf 1/1 3/3 4/4\n"


def seen_from_front(scene: ModelledScene) -> torch.Tensor:
    """Colours [40, 40, 3] of the square from x, z = -1 to 1 at y = 0, seen from -y, z up."""
    camera = looking_at(
        torch.tensor([0.0, -2.0, 0.0]).double(), torch.zeros(3).double(), torch.tensor([0.0, 0, 1]).double()
    )
    intrinsics = torch.tensor([[40.0, 0, 19.5], [0, 40.0, 19.5], [0, 0, 1]]).double()
    return render_frame(scene, CameraPath(camera.inverse()[None], intrinsics, (40, 40)), 0, 1).colour


def four_colours(path: Path) -> None:
    """Red and green above, blue and white below."""
    Image.fromarray(np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)).resize(
        (64, 64), Image.Resampling.NEAREST
    ).save(path)


@pytest.mark.parametrize("used", ["usemtl paper\n", ""])
def test_an_obj_shows_its_picture_the_right_way_up(tmp_path: Path, used: str):
    four_colours(tmp_path / "p.png")
    (tmp_path / "m.mtl").write_text("newmtl paper\nKd 0.2 0.2 0.2\nmap_Kd p.png\n")
    (tmp_path / "m.obj").write_text(f"mtllib m.mtl\n{SQUARE}{used}{FACES}")
    image = seen_from_front(read_mesh_scene(tmp_path / "m.obj"))
    assert image[10, 10].tolist() == [255, 0, 0]
    assert image[10, 30].tolist() == [0, 255, 0]
    assert image[30, 10].tolist() == [0, 0, 255]
    assert image[30, 30].tolist() == [255, 255, 255]


def test_a_picture_or_a_library_that_is_not_there_is_told_and_grey(tmp_path: Path):
    (tmp_path / "m.mtl").write_text("newmtl paper\nKd 1 0 0\nmap_Kd lost.png\n")
    (tmp_path / "m.obj").write_text(f"mtllib m.mtl\n{SQUARE}usemtl paper\n{FACES}")
    (tmp_path / "n.obj").write_text(f"mtllib lost.mtl\n{SQUARE}usemtl paper\n{FACES}")
    said: list[str] = []
    _says.append(said.append)
    try:
        for name in ("m.obj", "n.obj"):
            scene = read_mesh_scene(tmp_path / name)
            assert (scene.pictures == -1).all()
            assert len(scene.lights) == 3  # without colours, a shape shows by light
    finally:
        _says.remove(said.append)
    assert ["lost.png" in line or "lost.mtl" in line for line in said] == [True, True]


def test_colours_of_vertices_and_of_faces_are_shown_as_they_are(tmp_path: Path):
    plate: Any = trimesh.creation.box((2, 0.1, 2))
    plate.visual.vertex_colors = np.tile([10, 200, 90, 255], (8, 1))
    plate.export(tmp_path / "v.ply")
    other: Any = trimesh.creation.box((2, 0.1, 2))
    other.visual.face_colors = np.tile([200, 20, 90, 255], (12, 1))
    other.export(tmp_path / "f.ply")
    assert seen_from_front(read_mesh_scene(tmp_path / "v.ply"))[20, 20].tolist() == [10, 200, 90]
    assert seen_from_front(read_mesh_scene(tmp_path / "f.ply"))[20, 20].tolist() == [200, 20, 90]


def test_parts_of_a_glb_are_objects_where_their_nodes_put_them(tmp_path: Path):
    scene = trimesh.Scene()
    material = PBRMaterial(baseColorFactor=[255, 0, 0, 255])
    for name, x in (("Chair_01", 0.0), ("shower-curtain.2", 5.0), ("tablet", 9.0)):
        box: Any = trimesh.creation.box((1, 1, 1))
        box.visual = TextureVisuals(material=material)
        there = trimesh.transformations.translation_matrix([x, 0, 0])
        scene.add_geometry(box, node_name=name, geom_name=name, transform=there)
    scene.export(tmp_path / "s.glb")
    read = read_mesh_scene(tmp_path / "s.glb")
    assert [read.classes[label] if label < 40 else None for label in read.object_labels.tolist()] == [
        "chair",
        "shower curtain",
        None,
    ]
    for number, x in enumerate((0.0, 5.0, 9.0)):
        corners = read.vertices[read.faces[read.face_objects == number].long().unique()]
        torch.testing.assert_close(corners.mean(dim=0), torch.tensor([x, 0.0, 0.0]))
    assert read.up.tolist() == [0, 1, 0]
    assert (read.colours == torch.tensor([255, 0, 0])).all()
    assert read_mesh_scene(tmp_path / "s.glb", (0, 0, 2)).up.tolist() == [0, 0, 1]


def two_cubes() -> SemanticMesh:
    """A chair that is instance 3, and a wall without instance, of which one vertex has no label."""
    chair, wall = trimesh.creation.box((1, 1, 1)), trimesh.creation.box((4, 0.1, 4))
    vertices = torch.from_numpy(np.concatenate([chair.vertices, wall.vertices + np.array([0, 2, 0])])).float()
    labels = torch.tensor([1] * 8 + [0] * 8, dtype=torch.uint8)
    return SemanticMesh(
        vertices=vertices,
        faces=torch.from_numpy(np.concatenate([chair.faces, wall.faces + 8])).int(),
        normals=None,
        colours=torch.full((16, 3), 77, dtype=torch.uint8),
        labels=labels,
        confidence=torch.ones(16),
        probabilities=torch.nn.functional.one_hot(labels.long(), 2).float(),
        instances=torch.tensor([3] * 8 + [0] * 8).int(),
        classes=("wall", "chair"),
        up=torch.tensor([0.0, 0.0, 1.0]),
    )


def test_a_labelled_mesh_keeps_its_objects_as_artifact_and_as_file(tmp_path: Path):
    write_semantic_ply(two_cubes(), tmp_path / "semantic.ply")
    for scene in (semantic_scene(two_cubes()), read_mesh_scene(tmp_path / "semantic.ply")):
        names = [scene.classes[label] for label in scene.object_labels[scene.face_objects.long()].tolist()]
        assert names == ["chair"] * 12 + ["wall"] * 12
        assert len(scene.object_labels) == 2


def test_a_scene_without_labels_is_a_labelled_mesh_whose_objects_have_no_class(tmp_path: Path):
    trimesh.creation.box((1, 1, 1)).export(tmp_path / "b.ply")
    mesh = labelled_mesh(read_mesh_scene(tmp_path / "b.ply"))
    assert (mesh.labels == 255).all()
    assert (mesh.probabilities == 0).all()
    (only,) = list_objects(mesh)
    assert only["class"] is None
    assert sorted(only["box"]["size"]) == pytest.approx([1, 1, 1])


def test_what_is_no_mesh_to_see_is_refused_in_a_sentence(tmp_path: Path):
    properties = "".join(f"property float {axis}\n" for axis in "xyz")
    (tmp_path / "points.ply").write_text(f"ply\nformat ascii 1.0\nelement vertex 1\n{properties}end_header\n0 0 0\n")
    (tmp_path / "none.obj").write_text("v 0 0 0\n")
    (tmp_path / "rubbish.glb").write_bytes(b"no glTF at all")
    (tmp_path / "lost.obj").write_text("v 0 0 0\nv nan 0 0\nv 0 1 0\nf 1 2 3\n")
    (tmp_path / "range.off").write_text("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n")
    for name in ("points.ply", "none.obj", "rubbish.glb", "lost.obj", "range.off", "absent.ply"):
        with pytest.raises(InputError, match=name):
            read_mesh_scene(tmp_path / name)


def test_faces_without_area_and_turned_inside_out_are_seen_or_not_and_do_no_harm(tmp_path: Path):
    (tmp_path / "m.obj").write_text(f"{SQUARE}f 3 2 1\nf 4 3 1\nf 1 1 1\nf 1 2 1\n")
    image = seen_from_front(read_mesh_scene(tmp_path / "m.obj"))
    assert (image[5:35, 5:35].amin(dim=2) > 0).all()


def test_more_objects_than_images_of_instances_hold_are_refused(tmp_path: Path):
    count = 2**16
    corners = np.zeros(3 * count, [("xyz", "<f4", 3), ("label", "u1"), ("instance", "<i4")])
    corners["xyz"] = np.tile(np.eye(3), (count, 1))
    corners["instance"], corners["label"] = np.arange(1, count + 1).repeat(3), 5
    faces = np.zeros(count, [("sides", "u1"), ("rows", "<i4", 3)])
    faces["sides"], faces["rows"] = 3, np.arange(3 * count).reshape(-1, 3)
    axes = "".join(f"property float {axis}\n" for axis in "xyz")
    header = f"element vertex {3 * count}\n{axes}property uchar label\nproperty int instance\n"
    header += f"element face {count}\nproperty list uchar int vertex_indices\nend_header\n"
    start = f"ply\nformat binary_little_endian 1.0\n{header}".encode()
    (tmp_path / "many.ply").write_bytes(start + corners.tobytes() + faces.tobytes())
    with pytest.raises(InputError, match=r"65,536 objects; 65,535 fit"):
        read_mesh_scene(tmp_path / "many.ply")
