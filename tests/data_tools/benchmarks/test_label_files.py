"""Labels from texts, arrays, meshes and our artifacts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh

from geo3d.data_tools.benchmarks.label_files import read_ids, read_ply
from geo3d.errors import InputError
from geo3d.scene.artifact import store
from geo3d.scene.kinds import SemanticMesh

IDS = np.array([5, 0, 40, 39])


def ply(file: Path, text: bool, attribute: str = "label") -> Path:
    mesh = trimesh.Trimesh(np.eye(4, 3), [[0, 1, 2], [1, 2, 3]], process=False)
    mesh.vertex_attributes[attribute] = IDS.astype(np.uint16)
    exported: Any = mesh.export(file_type="ply", encoding="ascii" if text else "binary")
    file.write_bytes(exported)
    return file


def test_ids_are_read_from_each_kind_of_file_whatever_its_name(tmp_path: Path):
    np.save(tmp_path / "a.npy", IDS.astype(np.uint8))
    (tmp_path / "a.npy").rename(tmp_path / "array")
    (tmp_path / "text").write_text("5\n0\n40\n39\n")
    (tmp_path / "windows").write_bytes(b"\xef\xbb\xbf5\r\n0\r\n40\r\n39\r\n")
    texts = tmp_path / "text", tmp_path / "windows"
    for file in (tmp_path / "array", *texts, ply(tmp_path / "a", True), ply(tmp_path / "b", False)):
        assert read_ids(file).tolist() == IDS.tolist()


def test_vertices_of_a_ply_are_read_with_their_labels(tmp_path: Path):
    for text in (True, False):
        vertex = read_ply(ply(tmp_path / "mesh.ply", text))["vertex"]
        assert np.array_equal(np.stack([vertex[axis] for axis in "xyz"], axis=1), np.eye(4, 3))


def test_a_mesh_artifact_gives_nyu40_ids(tmp_path: Path):
    vertices = torch.eye(4, 3)
    mesh = SemanticMesh(
        vertices=vertices,
        faces=torch.tensor([[0, 1, 2]]).int(),
        normals=None,
        colours=None,
        labels=torch.tensor([1, 0, 255, 1]).byte(),
        confidence=torch.ones(4),
        probabilities=torch.ones(4, 2) / 2,
        instances=torch.zeros(4).int(),
        classes=("wall", "chair"),
        up=torch.tensor([0.0, 0, 1]),
    )
    store(mesh, tmp_path)
    assert read_ids(tmp_path / "artifact.json").tolist() == [5, 1, 0, 5]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"5\nx\n", "line 2: 'x' is not a whole number"),
        (b"5\n\n", "line 2: ''"),
        (b"5\n99999999999999999999\n", "line 2"),
        (b"\x93NUMPY", "cannot be read as a NumPy array"),
    ],
)
def test_what_is_no_list_of_ids_is_refused(tmp_path: Path, content: bytes, said: str):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_ids(tmp_path / "file")


def test_a_mesh_without_labels_and_arrays_of_another_kind_are_refused(tmp_path: Path):
    with pytest.raises(
        InputError, match="has no property label of its vertices, which is needed \\(it has x, y, z, lab"
    ):
        read_ids(ply(tmp_path / "mesh.ply", False, "labels"))
    for array, said in ((np.ones((2, 2), int), "has the shape"), (np.ones(2), "holds float64")):
        np.save(tmp_path / "a.npy", array)
        with pytest.raises(InputError, match=said):
            read_ids(tmp_path / "a.npy")
