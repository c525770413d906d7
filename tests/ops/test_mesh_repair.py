"""Holes are closed and faces made fewer, beside trimesh, slow loops and spheres."""

import numpy as np
import pytest
import torch
import trimesh
from torch import Tensor

from geo3d.ops.distance import distance_to_mesh
from geo3d.ops.mesh_repair import close_holes, mean_of_rims, rim_edges, short_rims, simplified, simplified_within


def ball(level: int = 3) -> tuple[Tensor, Tensor]:
    made = trimesh.creation.icosphere(level)
    return torch.from_numpy(np.array(made.vertices)), torch.from_numpy(np.array(made.faces)).int()


def pierced(centres: list[list[float]], radius: float) -> tuple[Tensor, Tensor]:
    """A unit sphere without the faces of which a corner lies near one of the centres."""
    vertices, faces = ball()
    near = torch.cdist(vertices, torch.tensor(centres).double()).amin(dim=1) < radius
    return vertices, faces[~near[faces.long()].any(dim=1)]


def whole(vertices: Tensor, faces: Tensor, longest: float) -> trimesh.Trimesh:
    middles, fans, *_ = close_holes(vertices, faces, longest)
    parts = torch.cat([vertices, middles]).numpy(), torch.cat([faces, fans]).numpy()
    return trimesh.Trimesh(*parts, process=False, validate=False)


def test_rims_are_the_edges_of_one_face():
    vertices, faces = pierced([[0.0, 0, 1]], 0.3)
    counts = {}
    for a, b, c in faces.tolist():
        for edge in ((a, b), (b, c), (c, a)):
            counts[tuple(sorted(edge))] = [*counts.get(tuple(sorted(edge)), []), edge]
    wanted = {edges[0] for edges in counts.values() if len(edges) == 1}
    assert len(wanted) > 5
    assert {tuple(edge) for edge in rim_edges(faces, len(vertices)).tolist()} == wanted
    assert len(rim_edges(ball()[1], len(vertices))) == 0


def test_a_sphere_with_holes_is_whole_again():
    made = whole(*pierced([[0.0, 0, 1], [1.0, 0, 0], [-1.0, 0, 0]], 0.25), 3.0)
    assert made.is_watertight
    assert made.is_winding_consistent
    assert made.volume == pytest.approx(4 / 3 * np.pi, rel=0.03)


def test_a_middle_is_the_mean_of_its_rim():
    vertices, faces = pierced([[0.0, 0, 1], [0.0, 0, -1]], 0.4)
    middles, _, edges, rim = close_holes(vertices, faces, 5.0)
    assert len(middles) == 2
    for number, middle in enumerate(middles):
        around = vertices[edges[rim == number].reshape(-1).unique()]
        torch.testing.assert_close(middle, around.mean(dim=0))
        assert float(around[:, 2].abs().min()) > 0.8
    heights = mean_of_rims(vertices[:, 2:], edges, rim, 2)
    torch.testing.assert_close(heights, middles[:, 2:])


def test_only_holes_that_are_short_enough_are_closed():
    vertices, faces = pierced([[0.0, 0, 1]], 0.7)
    small = torch.cdist(vertices, torch.tensor([[0.0, 0, -1]]).double())[:, 0] < 0.2
    faces = faces[~small[faces.long()].any(dim=1)]
    edges, rim, count = short_rims(vertices, faces, 100.0)
    lengths = (
        torch.zeros(count).double().index_add_(0, rim, (vertices[edges[:, 0]] - vertices[edges[:, 1]]).norm(dim=1))
    )
    assert count == 2
    low, high = lengths.sort().values.tolist()
    assert short_rims(vertices, faces, low * 0.99)[2] == 0
    assert short_rims(vertices, faces, low * 1.01)[2] == 1
    assert short_rims(vertices, faces, high * 1.01)[2] == 2
    assert not whole(vertices, faces, low * 1.01).is_watertight


def test_rims_that_touch_are_left_alone():
    """Two holes of one triangle each that share a corner, and one that shares none."""
    vertices, faces = ball(2)
    corner = int(faces[0, 0])
    around = (faces == corner).any(dim=1).nonzero()[:, 0]
    first = around[0]
    apart = next(row for row in around.tolist() if len(set(faces[row].tolist()) & set(faces[first].tolist())) == 1)
    alone = (~torch.isin(faces, faces[torch.tensor([int(first), apart])]).any(dim=1)).nonzero()[0, 0]
    keep = torch.ones(len(faces), dtype=torch.bool)
    keep[[int(first), apart, int(alone)]] = False
    edges, _, count = short_rims(vertices, faces[keep], 100.0)
    assert count == 1
    assert set(edges.reshape(-1).tolist()) == set(faces[alone].tolist())


@pytest.mark.parametrize("longest", [0.5, 100.0])
def test_a_whole_mesh_and_an_empty_one_have_no_holes(longest: float):
    assert len(close_holes(*ball(), longest)[0]) == 0
    assert len(close_holes(torch.zeros(0, 3).double(), torch.zeros(0, 3).int(), longest)[0]) == 0


@pytest.mark.parametrize("count", [100, 500])
def test_about_so_many_faces_are_left(count: int):
    vertices, faces = ball(4)
    kept, joined = simplified(vertices, faces, count)
    assert 0.9 * count <= len(joined) <= count
    assert joined.dtype == faces.dtype
    assert float((kept.norm(dim=1) - 1).abs().max()) < 0.1


@pytest.mark.parametrize("error", [0.003, 0.02])
def test_no_vertex_is_farther_than_the_error_and_fewer_faces_would_be(error: float):
    vertices, faces = ball(4)
    kept, joined = simplified_within(vertices, faces, error)
    assert len(joined) < len(faces) / 2
    assert float(distance_to_mesh(vertices.float(), kept, joined)[0].max()) <= error
    coarser = simplified(vertices, faces, len(joined) // 2)
    assert float(distance_to_mesh(vertices.float(), *coarser)[0].max()) > error


def test_an_error_that_nothing_meets_leaves_all():
    vertices, faces = ball(2)
    kept, joined = simplified_within(vertices, faces, 1e-9)
    assert torch.equal(joined, faces)
    assert torch.equal(kept, vertices.float())
