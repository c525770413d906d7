"""Meshes in folders named by kind become furniture of that kind; every fault is one sentence."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from trimesh.visual import ColorVisuals, TextureVisuals
from trimesh.visual.material import PBRMaterial

from geo3d.data_tools.rooms.libraries.labelled_folder import folder_models, read_folder_model
from geo3d.errors import InputError


def wedge() -> trimesh.Trimesh:
    """A slope that rises from its front, at y = 0, to a metre's height at y = 2; 3 wide from x = 5."""
    outline = [[5, 0, 0], [5, 2, 0], [5, 2, 1], [8, 0, 0], [8, 2, 0], [8, 2, 1]]
    faces = [[0, 2, 1], [3, 4, 5], [0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4], [0, 3, 5], [0, 5, 2]]
    return trimesh.Trimesh(outline, faces, process=False)


STANDING = {(x, y, z) for x in (-1.5, 1.5) for y, z in ((-1, 0), (1, 0), (1, 1))}


@pytest.mark.parametrize("ending", ["obj", "ply", "stl", "glb"])
def test_a_mesh_of_any_format_stands_at_the_origin_as_it_was_turned(tmp_path: Path, ending: str):
    (tmp_path / "sofa").mkdir()
    mesh = wedge()
    if ending == "glb":
        mesh.vertices = mesh.vertices[:, [0, 2, 1]] * [1, 1, -1]  # y up, front towards z
    mesh.export(tmp_path / "sofa" / f"wedge.{ending}")
    assert folder_models(tmp_path) == {"sofa": [tmp_path / "sofa" / f"wedge.{ending}"]}
    model = read_folder_model(tmp_path / "sofa" / f"wedge.{ending}")
    assert (model.name, model.labels) == (f"labelled_folder/sofa/wedge.{ending}", ("sofa",))
    assert {tuple(vertex) for vertex in model.vertices.round(6).tolist()} == STANDING
    closed = trimesh.Trimesh(model.vertices, model.faces, process=False)
    assert closed.is_watertight
    assert closed.volume == pytest.approx(3)


def test_colours_of_faces_and_of_materials_come_along(tmp_path: Path):
    (tmp_path / "chair").mkdir()
    mesh = wedge()
    mesh.visual = ColorVisuals(mesh, face_colors=[[255, 0, 0, 255]] * 2 + [[0, 0, 200, 255]] * 6)
    mesh.export(tmp_path / "chair" / "painted.ply")
    model = read_folder_model(tmp_path / "chair" / "painted.ply")
    ends = np.ptp(model.vertices[model.faces][..., 0], axis=1) < 1e-6
    shades = np.array([material.colour for material in model.materials])[model.face_materials]
    assert (shades[ends] == (255, 0, 0)).all()
    assert (shades[~ends] == (0, 0, 200)).all()

    material = PBRMaterial(baseColorFactor=[0.2158605, 0, 1, 1])
    mesh.visual = TextureVisuals(uv=np.zeros((6, 2)), material=material)
    mesh.export(tmp_path / "chair" / "linear.glb")
    (only,) = read_folder_model(tmp_path / "chair" / "linear.glb").materials
    np.testing.assert_allclose(only.colour, (127.5, 0, 255), atol=1)


def test_a_folder_without_models_or_that_is_not_there_is_one_sentence(tmp_path: Path):
    with pytest.raises(InputError, match="is not there; give a folder"):
        folder_models(tmp_path / "none")
    (tmp_path / "chair").mkdir()
    (tmp_path / "chair" / "notes.txt").write_text("none yet")
    with pytest.raises(InputError, match="has no models"):
        folder_models(tmp_path)


def test_an_unknown_kind_is_told_with_the_closest(tmp_path: Path):
    (tmp_path / "chairs").mkdir()
    wedge().export(tmp_path / "chairs" / "wedge.stl")
    with pytest.raises(InputError, match=r"chairs is not named by a kind; did you mean chair\?"):
        folder_models(tmp_path)
    with pytest.raises(InputError, match=r"did you mean chair\?"):
        read_folder_model(tmp_path / "chairs" / "wedge.stl")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("v 0 0 0\nv 1 0 0\nv nan 1 0\nf 1 2 3\n", "bad.obj has vertices that are not finite"),
        ("v 0 0 0\nv 1 0 0\nv 1 1 0\n", "bad.obj has no faces"),
        ("", "bad.obj"),
        ("v 0 0 0\nf 1 2 3\n", "bad.obj cannot be read as a model"),
    ],
)
def test_a_mesh_that_is_none_is_one_sentence(tmp_path: Path, content: str, words: str):
    (tmp_path / "bed").mkdir()
    (tmp_path / "bed" / "bad.obj").write_text(content)
    with pytest.raises(InputError, match=words):
        read_folder_model(tmp_path / "bed" / "bad.obj")


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path):
    with pytest.raises(InputError, match=r"gone\.obj cannot be read"):
        read_folder_model(tmp_path / "bed" / "gone.obj")
