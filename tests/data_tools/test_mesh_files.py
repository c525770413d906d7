"""Mesh files of others as artifacts: parts, pictures, colours; and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh
from PIL import Image

from geo3d.data_tools.mesh_files import find_mesh, read_mesh
from geo3d.errors import InputError
from geo3d.scene.kinds import TriangleMesh


def read(file: Path) -> TriangleMesh:
    return read_mesh(find_mesh(file, file.parent / "none" / "memory"))


def test_parts_of_a_scene_lie_where_it_puts_them_with_their_colours(tmp_path):
    cube: Any = trimesh.creation.box()
    ball = trimesh.creation.icosphere(1)
    cube.visual.vertex_colors = [200, 10, 20, 255]
    scene = trimesh.Scene()
    moved = trimesh.transformations.translation_matrix([5, 0, 0])
    scene.add_geometry(ball, node_name="b", transform=moved)
    scene.add_geometry(cube, node_name="a")
    scene.export(tmp_path / "two.glb")
    mesh = read(tmp_path / "two.glb")
    assert len(mesh.vertices) == len(cube.vertices) + len(ball.vertices)
    assert float(mesh.vertices[len(cube.vertices) :, 0].mean()) == pytest.approx(5, abs=1e-6)
    assert int(mesh.faces.max()) == len(mesh.vertices) - 1
    assert mesh.colours is not None
    assert mesh.colours[0].tolist() == [200, 10, 20]
    assert mesh.colours[-1].tolist() == [255, 255, 255]


def test_a_mirrored_part_still_faces_outwards(tmp_path):
    scene = trimesh.Scene()
    scene.add_geometry(trimesh.creation.box(), transform=np.diag([-1.0, 1, 1, 1]))
    scene.export(tmp_path / "mirror.glb")
    mesh = read(tmp_path / "mirror.glb")
    assert trimesh.Trimesh(mesh.vertices.numpy(), mesh.faces.numpy(), process=False).volume == pytest.approx(1)


def test_pictures_become_colours_of_vertices(tmp_path):
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[0, :], picture[1, :] = (250, 0, 0), (0, 0, 250)  # the first row is on top, v = 1
    Image.fromarray(picture).resize((64, 64), Image.Resampling.NEAREST).save(tmp_path / "p.png")
    (tmp_path / "a.mtl").write_text("newmtl m\nKd 1 1 1\nmap_Kd p.png\n")
    corners = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0.1 0.1\nvt 0.9 0.1\nvt 0.9 0.9\nvt 0.1 0.9\n"
    (tmp_path / "a.obj").write_text(f"mtllib a.mtl\n{corners}usemtl m\nf 1/1 2/2 3/3\nf 1/1 3/3 4/4\n")
    mesh = read(tmp_path / "a.obj")
    assert mesh.colours is not None
    top = mesh.vertices[:, 1] > 0.5
    assert bool((mesh.colours[top] == torch.tensor([250, 0, 0])).all())
    assert bool((mesh.colours[~top] == torch.tensor([0, 0, 250])).all())
    (tmp_path / "p.png").unlink()
    assert len(read(tmp_path / "a.obj").faces) == 2


def test_colours_of_faces_become_those_of_their_corners(tmp_path):
    made: Any = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]], process=False)
    made.visual.face_colors = [[200, 0, 0, 255], [0, 100, 0, 255]]
    made.export(tmp_path / "a.ply")
    mesh = read(tmp_path / "a.ply")
    assert mesh.colours is not None
    assert mesh.colours.tolist() == [[100, 50, 0], [200, 0, 0], [100, 50, 0], [0, 100, 0]]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.obj", "", "no vertices|cannot be read"),
        ("a.obj", "v 0 0 nan\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "not finite"),
        ("a.obj", "v 0 0 1e30\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "beyond"),
        ("a.stl", "solid x\nendsolid x\n", "no vertices|cannot be read"),
        ("a.off", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 9\n", "not there|cannot be read"),
        ("a.glb", "glTF", "cannot be read"),
        (
            "a.ply",
            "ply\nformat ascii 1.0\nelement face 1\nproperty list uchar int v\nend_header\n3 0 1 2\n",
            "read|no ver",
        ),
    ],
)
def test_bad_files_are_one_sentence(tmp_path, name, content, said):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=said) as caught:
        read(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_all_real_meshes_are_read_or_refused_in_a_sentence(shared_data):
    count = 0
    for file in sorted((shared_data / "meshes").rglob("*")):
        if file.suffix.lower() in (".ply", ".obj", ".stl", ".off", ".glb"):
            mesh = read(file)
            count += 1
            assert file.name == "points_ascii.ply" or len(mesh.faces)
            assert bool(mesh.vertices.isfinite().all())
    assert count >= 12
