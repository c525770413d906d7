import numpy as np
import trimesh

from geo3d.metrics.surface_samples import doubled_normals, is_closed, sample_surface

SQUARE = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [3, 0, 5], [6, 0, 5], [3, 2, 5]])
FACES = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [1, 1, 2]])


def test_samples_are_as_dense_on_each_face_and_within_it():
    points, face = sample_surface(SQUARE, FACES, 40_000, (0,))
    assert np.bincount(face, minlength=4)[3] == 0  # a face without area gets none
    assert np.abs(np.bincount(face)[:3] / 40_000 - np.array([0.5, 0.5, 3.0]) / 4).max() < 0.01
    assert np.allclose(points[face == 2, 2], 5, rtol=1e-15)
    assert np.abs(points[face == 2][:, :2].mean(axis=0) - [4, 2 / 3]).max() < 0.02  # its middle
    on_square = points[face < 2]
    parts = np.histogram2d(on_square[:, 0], on_square[:, 1], bins=4, range=[[0, 1], [0, 1]])[0]
    assert np.abs(parts / len(on_square) - 1 / 16).max() < 0.01
    assert ((on_square[:, 0] >= on_square[:, 1] - 1e-12) == (face[face < 2] == 0)).all()


def test_a_seed_gives_the_same_points_and_another_one_others():
    first, again = sample_surface(SQUARE, FACES, 50, (1, 0))[0], sample_surface(SQUARE, FACES, 50, (1, 0))[0]
    assert np.array_equal(first, again)
    assert not np.isin(first[:, 0], sample_surface(SQUARE, FACES, 50, (1, 1))[0][:, 0]).any()


def test_what_has_no_area_has_no_samples():
    assert len(sample_surface(SQUARE, FACES[3:], 10, (0,))[0]) == 0
    assert len(sample_surface(SQUARE, FACES[:0], 10, (0,))[0]) == 0


def test_normals_are_twice_the_area_long_and_look_where_corners_run_counter_clockwise():
    assert doubled_normals(SQUARE[FACES]).tolist() == [[0, 0, 1], [0, 0, 1], [0, 0, 6], [0, 0, 0]]


def test_closed_is_what_every_edge_is_passed_both_ways_in():
    box = trimesh.creation.box()
    vertices, faces = np.array(box.vertices), np.array(box.faces)
    assert is_closed(vertices, faces)
    assert is_closed(vertices, faces[:, ::-1])
    assert not is_closed(vertices, faces[1:])
    assert not is_closed(vertices, np.concatenate([faces[:1, ::-1], faces[1:]]))
    assert is_closed(vertices[faces].reshape(-1, 3), np.arange(len(faces) * 3).reshape(-1, 3))  # every face on its own
    assert is_closed(vertices, np.concatenate([faces, [[0, 0, 1]]]))  # a face that is an edge closes and opens nothing
    assert not is_closed(vertices, faces[:0])
    assert not is_closed(SQUARE, FACES)
