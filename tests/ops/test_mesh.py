"""Mesh ops against known shapes and slow loops."""

import itertools

import numpy as np
import pytest
import torch
import trimesh
from torch import Tensor

from geo3d.ops.mesh import (
    _add_normals_reference_,
    _keep_faces_reference,
    connected_parts,
    corners,
    face_normals,
    keep_vertices,
    vertex_normals,
    vertices_of_large_parts,
)


def octahedron() -> tuple[Tensor, Tensor]:
    """Corners at distance 1 along the axes, faces counter-clockwise seen from outside."""
    vertices = torch.eye(3, dtype=torch.float64).repeat(2, 1) * torch.tensor([1.0] * 3 + [-1.0] * 3)[:, None].double()
    faces = []
    for a, b, c in itertools.product([0, 3], [1, 4], [2, 5]):
        turned = [(a, b, c), (a, c, b)][((a > 0) + (b > 1) + (c > 2)) % 2]
        faces.append(turned)
    return vertices, torch.tensor(faces).int()


def parts_by_union(faces: Tensor, count: int) -> list[int]:
    """For each vertex the lowest vertex that edges join it to."""
    lowest = list(range(count))
    for _ in range(count):
        for face in faces.tolist():
            least = min(lowest[corner] for corner in face)
            for corner in face:
                lowest[corner] = least
    return lowest


def random_faces(vertices: int, faces: int, seed: int) -> Tensor:
    return torch.randint(vertices, (faces, 3), generator=torch.Generator().manual_seed(seed)).int()


def test_a_face_normal_is_twice_its_area_towards_the_counter_clockwise_side():
    vertices = torch.tensor([[0.0, 0, 5], [2, 0, 5], [0, 3, 5]])
    assert face_normals(vertices, torch.tensor([[0, 1, 2], [0, 2, 1]])).tolist() == [[0, 0, 6], [0, 0, -6]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_an_octahedrons_normals_point_along_its_corners(dtype: torch.dtype):
    vertices, faces = octahedron()
    torch.testing.assert_close(vertex_normals(vertices.to(dtype), faces), vertices.to(dtype))


def test_vertex_normals_weigh_faces_by_area():
    vertices = torch.tensor([[0.0, 0, 0], [2, 0, 0], [0, 1, 0], [0, 0, 3]]).double()
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])  # areas 1 and 1.5, towards z and x
    normal = np.array([1.5, 0, 1.0]) / np.hypot(1.5, 1.0)
    assert vertex_normals(vertices, faces)[0].tolist() == pytest.approx(normal.tolist())


def test_vertices_without_area_around_them_have_no_normal():
    vertices = torch.tensor([[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [9, 9, 9]])
    assert not vertex_normals(vertices, torch.tensor([[0, 1, 2]])).any()


def test_tiny_triangles_still_have_unit_normals():
    vertices, faces = octahedron()
    torch.testing.assert_close(vertex_normals(vertices * 1e-9, faces), vertices)


def test_vertex_normals_agree_with_trimesh_on_a_sphere():
    ball = trimesh.creation.icosphere(subdivisions=2)
    ours = vertex_normals(torch.from_numpy(np.array(ball.vertices)), torch.from_numpy(np.array(ball.faces)))
    assert float((ours * torch.from_numpy(np.array(ball.vertices))).sum(dim=1).min()) > 0.999


@pytest.mark.parametrize(("vertices", "faces"), [(30, 8), (60, 25), (10, 0), (1, 0), (0, 0)])
def test_parts_are_those_of_a_slow_union(vertices: int, faces: int):
    joined = random_faces(vertices, faces, vertices) if faces else torch.zeros(0, 3).int()
    parts, wanted = connected_parts(joined, vertices).tolist(), parts_by_union(joined, vertices)
    assert len(parts) == vertices
    assert len(set(zip(parts, wanted, strict=True))) == len(set(parts)) == len(set(wanted))


def test_large_parts_are_those_whose_area_reaches_the_least():
    vertices, faces = octahedron()  # of area 4 sqrt 3
    sizes = [1.0, 2.0, 0.5]
    clouds = torch.cat([size * vertices + 10 * i for i, size in enumerate(sizes)])
    all_faces = torch.cat([faces + 6 * i for i in range(3)])
    for least in (0.0, 1.0, 4.0, 10.0, 100.0):
        marked = vertices_of_large_parts(clouds, all_faces, least).reshape(3, 6)
        assert marked.tolist() == [[4 * 3**0.5 * size**2 >= least] * 6 for size in sizes]


def test_a_vertex_of_no_face_is_a_part_without_area():
    vertices = torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [9, 9, 9]])
    assert vertices_of_large_parts(vertices, torch.tensor([[0, 1, 2]]), 0.5).tolist() == [True] * 3 + [False]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 1.0])
def test_kept_faces_are_those_with_three_kept_corners_at_the_same_places(share: float):
    faces = random_faces(40, 100, 3)
    places = torch.rand(40, 3, generator=torch.Generator().manual_seed(4))
    keep = torch.rand(40, generator=torch.Generator().manual_seed(5)) < share
    rows, kept = keep_vertices(keep, faces)
    assert rows.tolist() == [i for i in range(40) if keep[i]]
    wanted = [places[face.long()].tolist() for face in faces if all(keep[corner] for corner in face.tolist())]
    assert places[rows][kept.long()].tolist() == wanted
    assert kept.dtype == faces.dtype


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("vertices", "faces"), [(1, 0), (7, 3), (50, 200)])
def test_kernels_and_references_agree(dtype: torch.dtype, vertices: int, faces: int):
    positions = torch.randn(vertices, 3, generator=torch.Generator().manual_seed(1)).to(dtype)
    triangles, keep = random_faces(vertices, faces, 2), torch.arange(vertices) % 5 != 1
    sums = torch.zeros_like(positions)
    _add_normals_reference_(positions, triangles, sums)
    wanted = torch.nn.functional.normalize(sums, dim=1, eps=1e-30)
    torch.testing.assert_close(vertex_normals(positions, triangles), wanted, rtol=1e-4, atol=1e-4)
    number = (keep.cumsum(0) - 1).int()
    assert torch.equal(keep_vertices(keep, triangles)[1], _keep_faces_reference(keep, number, triangles))
    assert set(corners(triangles, vertices).nonzero()[:, 0].tolist()) == set(triangles.reshape(-1).tolist())
