from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh

from geo3d.data_tools.benchmarks.surfaces.surface_files import read_surface
from geo3d.errors import InputError
from geo3d.scene.artifact import store
from geo3d.scene.kinds import PointCloud, TriangleMesh, VoxelLabels
from tests.point_files import write_points

POINTS = np.array([[0.1, 0.2, 0.3], [1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]])
NORMALS = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, -1]])
FACES = np.array([[0, 1, 2], [0, 2, 3]])


@pytest.mark.parametrize("suffix", ["ply", "off", "obj", "stl", "glb"])
def test_meshes_of_any_format_keep_their_faces(suffix: str, tmp_path: Path):
    trimesh.Trimesh(POINTS, FACES, process=False).export(tmp_path / f"mesh.{suffix}")
    surface = read_surface(tmp_path / f"mesh.{suffix}")
    assert np.allclose(surface.points[surface.faces], POINTS[FACES], atol=1e-7)


def test_double_precision_is_kept(tmp_path: Path):
    write_points(tmp_path / "a.ply", POINTS / 3)
    assert np.array_equal(read_surface(tmp_path / "a.ply").points, POINTS / 3)


def test_points_come_from_text_arrays_and_ply_with_their_normals(tmp_path: Path):
    lines = "# x y z\n\n" + "".join(" ".join(map(repr, row)) + "\n" for row in np.hstack([POINTS, NORMALS]).tolist())
    (tmp_path / "a.xyz").write_text(lines)
    (tmp_path / "a.xyzn").write_text(lines)
    np.save(tmp_path / "a.npy", POINTS.astype(np.float32))
    np.savez(tmp_path / "a.npz", points=POINTS, normals=NORMALS)
    head = "ply\nformat ascii 1.0\nelement vertex 4\n" + "".join(
        f"property double {p}\n" for p in ["x", "y", "z", "nx", "ny", "nz"]
    )
    (tmp_path / "a.ply").write_text(head + "end_header\n" + lines.split("\n\n")[1])
    for name in ("a.xyz", "a.xyzn", "a.npy", "a.npz", "a.ply"):
        surface = read_surface(tmp_path / name)
        assert np.allclose(surface.points, POINTS)
        assert len(surface.faces) == 0
        if name in ("a.xyzn", "a.npz", "a.ply"):
            assert surface.normals is not None
            assert np.array_equal(surface.normals, NORMALS)
        else:
            assert surface.normals is None


def test_artifacts_are_read_by_their_kind(tmp_path: Path):
    points, faces = torch.from_numpy(POINTS).float(), torch.from_numpy(FACES).int()
    made = (TriangleMesh(points, faces, None, None), PointCloud(points, torch.from_numpy(NORMALS).float(), None))
    for i, artifact in enumerate(made):
        (tmp_path / str(i)).mkdir()
        store(artifact, tmp_path / str(i))
    mesh, cloud = (read_surface(tmp_path / str(i) / "artifact.json") for i in range(2))
    assert np.array_equal(mesh.faces, FACES)
    assert len(cloud.faces) == 0
    assert cloud.normals is not None
    assert np.array_equal(cloud.points, mesh.points)
    voxels = VoxelLabels(torch.zeros(1, 3).int(), torch.ones(1, 1), ("wall",), points[0], 0.1, points[0])
    (tmp_path / "voxels").mkdir()
    store(voxels, tmp_path / "voxels")
    with pytest.raises(InputError, match="is a VoxelLabels; a TriangleMesh or PointCloud is needed"):
        read_surface(tmp_path / "voxels" / "artifact.json")


@pytest.mark.parametrize("suffix", ["ply", "off", "obj", "xyz", "npy", "npz"])
def test_files_with_nothing_in_them_are_empty_surfaces(suffix: str, tmp_path: Path):
    file = tmp_path / f"a.{suffix}"
    head = "ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nproperty float y\nproperty float z\nend_header\n"
    if suffix == "npy":
        np.save(file, np.zeros((0, 3)))
    elif suffix == "npz":
        np.savez(file, points=np.zeros((0, 3)))
    else:
        file.write_text({"ply": head, "off": "OFF\n0 0 0\n"}.get(suffix, ""))
    assert read_surface(file).points.shape == (0, 3)


@pytest.mark.parametrize("value", ["nan", "inf", "1e300"])
@pytest.mark.parametrize("suffix", ["xyz", "off", "ply"])
def test_a_vertex_that_is_nowhere_is_named_with_its_file(value: str, suffix: str, tmp_path: Path):
    file = tmp_path / f"bad.{suffix}"
    points = POINTS.copy()
    points[2, 1] = float(value)
    if suffix == "ply":
        write_points(file, points)
    else:
        rows = "".join(" ".join(map(repr, row)) + "\n" for row in points.tolist())
        file.write_text(rows if suffix == "xyz" else f"OFF\n4 1 0\n{rows}3 0 1 2\n")
    with pytest.raises(InputError, match=rf"bad\.{suffix}: vertex 2 is at"):
        read_surface(file)


def test_damaged_files_are_named_with_what_is_wrong(tmp_path: Path):
    def refused(name: str, content: bytes, said: str) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=said) as caught:
            read_surface(tmp_path / name)
        assert name in str(caught.value)

    refused("a.xyz", b"0 0 1\n0 zero 1\n", "line 2: '0 zero 1' is not numbers")
    refused("b.xyz", b"0 0 1\n\n0 1\n", "line 3 has 2 numbers; 3 are needed")
    refused("c.xyz", b"0 0 1 7\n0 0 1\n", "line 2 has 3 numbers; 4 are needed")
    refused("d.ply", b"ply\nformat ascii 1.0\nelement vertex 9\nproperty float x\nend_header\n0\n", "cannot be read")
    refused("e.npz", b"PK\x03\x04 not a zip", "cannot be read as named NumPy arrays")
    refused("f.npy", b"\x93NUMPY\x01\x00broken", "cannot be read as a NumPy array")
    refused("g.off", b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n", "face")
    np.save(tmp_path / "h.npy", np.zeros((4, 2)))
    with pytest.raises(InputError, match=r"h\.npy holds float64 of the shape \(4, 2\)"):
        read_surface(tmp_path / "h.npy")
    np.savez(tmp_path / "i.npz", vertices=POINTS)
    with pytest.raises(InputError, match=r"i\.npz has no array points"):
        read_surface(tmp_path / "i.npz")
    np.savez(tmp_path / "j.npz", points=POINTS, normals=NORMALS[:2])
    with pytest.raises(InputError, match=r"j\.npz has 4 points and normals of the shape \(2, 3\)"):
        read_surface(tmp_path / "j.npz")
    with pytest.raises(InputError, match=r"none\.ply cannot be read"):
        read_surface(tmp_path / "none.ply")


@pytest.mark.parametrize("points", [np.array([["1", "x", "3"]]), POINTS * 1j])
def test_arrays_of_what_are_no_real_numbers_are_refused(points: np.ndarray, tmp_path: Path):
    np.savez(tmp_path / "a.npz", points=points)
    with pytest.raises(InputError, match=r"a\.npz holds .*; real numbers are needed"):
        read_surface(tmp_path / "a.npz")
