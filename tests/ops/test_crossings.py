import numpy as np
import pytest
import torch
import trimesh

from geo3d.ops.crossings import _crossings_reference, crossings_along_z


def crossed(points: np.ndarray, mesh: trimesh.Trimesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    faces = torch.from_numpy(np.array(mesh.faces, np.int64))
    made = crossings_along_z(torch.from_numpy(points), torch.from_numpy(np.array(mesh.vertices)), faces)
    return made[0].numpy(), made[1].numpy(), made[2].numpy()


def test_a_sphere_holds_what_is_nearer_to_its_middle_than_its_radius():
    sphere = trimesh.creation.icosphere(5, 1.0)
    points = np.random.default_rng(0).uniform(-1.2, 1.2, (5000, 3))
    away = np.linalg.norm(points, axis=1)
    clear = np.abs(away - 1) > 0.01
    winding, below, above = crossed(points, sphere)
    assert np.array_equal(winding[clear], (away < 1)[clear].astype(int))
    assert np.array_equal(below[clear] % 2, (away < 1)[clear].astype(int))
    assert np.array_equal((below + above)[clear] % 2, np.zeros(clear.sum()))
    sphere.invert()
    assert np.array_equal(crossed(points, sphere)[0][clear], -(away < 1)[clear].astype(int))


@pytest.mark.parametrize("threads", [1, 3])
def test_lines_through_edges_and_corners_count_right(threads: int):
    box = trimesh.creation.box((2, 2, 2))
    points = (np.indices((7, 7, 7)).reshape(3, -1).T - 3) * 0.5
    torch.set_num_threads(threads)
    try:
        winding, below, above = crossed(points, box)
    finally:
        torch.set_num_threads(1)
    inside, outside = (np.abs(points) < 1).all(axis=1), (np.abs(points) > 1).any(axis=1)
    assert (winding[inside] == 1).all()
    assert (winding[outside] == 0).all()
    assert ((below + above)[inside] == 2).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_kernel_counts_what_the_reference_counts(seed: int):
    random = np.random.default_rng(seed)
    vertices = torch.from_numpy(random.integers(-4, 5, (40, 3)).astype(float) / (1 + seed % 2))
    faces = torch.from_numpy(random.integers(0, 40, (60, 3)))
    points = torch.from_numpy(random.integers(-5, 6, (500, 3)).astype(float) / 2)
    made, wanted = crossings_along_z(points, vertices, faces), _crossings_reference(points, vertices[faces])
    for counted, slow in zip(made, wanted, strict=True):
        assert torch.equal(counted, slow)


def test_solids_in_one_another_wind_twice():
    outer, inner = trimesh.creation.box((2, 2, 2)), trimesh.creation.box((1, 1, 1))
    vertices = np.concatenate([outer.vertices, inner.vertices])
    both = trimesh.Trimesh(vertices, np.concatenate([outer.faces, inner.faces + 8]), process=False)
    points = np.array([[0.1, 0.2, 0.3], [0.1, 0.2, 0.8], [0.1, 0.2, 1.5]])
    winding, below, above = crossed(points, both)
    assert winding.tolist() == [2, 1, 0]
    assert (below.tolist(), above.tolist()) == ([2, 3, 4], [2, 1, 0])


def test_nothing_is_crossed_where_there_is_nothing():
    points = torch.zeros(4, 3)
    empty = crossings_along_z(points, torch.zeros(0, 3), torch.zeros(0, 3, dtype=torch.int64))
    assert [part.tolist() for part in empty] == [[0] * 4] * 3
    flat = crossings_along_z(points, torch.zeros(3, 3), torch.tensor([[0, 1, 2]]))
    assert [part.tolist() for part in flat] == [[0] * 4] * 3
    assert crossings_along_z(points[:0], torch.zeros(3, 3), torch.tensor([[0, 1, 2]]))[0].shape == (0,)


def test_points_and_vertices_that_are_nowhere_are_named():
    lost = torch.tensor([[0.0, 0, 0], [0, torch.nan, 0]])
    corner = torch.tensor([[0, 0, 0]])
    with pytest.raises(ValueError, match="point 1 is at"):
        crossings_along_z(lost, torch.zeros(1, 3), corner)
    with pytest.raises(ValueError, match="vertex 1 is at"):
        crossings_along_z(torch.zeros(1, 3), lost, corner)
