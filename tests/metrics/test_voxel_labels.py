import numpy as np
import pytest

from geo3d.metrics.voxel_labels import (
    column_blocks,
    counts_by_class,
    first_in_cubes,
    first_in_numbered_cubes,
    inner_occupied_columns,
)


def test_columns_are_those_of_a_slow_loop():
    occupied = np.random.default_rng(0).random((3, 9, 8)) < 0.2
    found = inner_occupied_columns(occupied, 2)
    for y, x in np.ndindex(9, 8):
        assert found[y, x] == (2 <= y < 7 and 2 <= x < 6 and occupied[:, y, x].any())


@pytest.mark.parametrize("side", [0, 1, 30])
def test_a_grid_no_wider_than_its_borders_has_no_columns(side: int):
    assert not inner_occupied_columns(np.ones((2, side, 40), bool), 15).any()
    assert inner_occupied_columns(np.ones((2, 31, 40), bool), 15).sum() == 10


def test_the_first_point_of_each_cube_is_that_of_a_slow_loop():
    points = np.random.default_rng(0).uniform(-1, 1, (500, 3))
    seen = {}
    for i, point in enumerate(points):
        seen.setdefault(tuple(((point - points.min(axis=0)) // 0.3).astype(int)), i)
    assert first_in_cubes(points, 0.3).tolist() == sorted(seen.values())
    assert first_in_cubes(points[:0], 0.3).tolist() == []


def test_numbers_of_the_far_side_are_those_of_the_next_row():
    corners = np.array([[0.0, 0, 0], [0.05, 0.05, 0.05]])  # three cubes a side: numbers 0 to 3, three to a row
    far, next_row = [0.05, 0.01, 0.01], [0.0, 0.03, 0.01]  # (3, 1, 1) and (0, 2, 1): 3 + 3 + 9 and 0 + 6 + 9
    points = np.array([*corners, far, next_row])
    assert first_in_numbered_cubes(points, 0.02).tolist() == [0, 1, 2]
    assert first_in_cubes(points, 0.02).tolist() == [0, 1, 2, 3]


def test_numbered_cubes_hold_at_most_as_many_points_as_there_are():
    for points in (np.zeros((0, 3)), np.ones((4, 3)), np.array([[0.0, 0, 0], [0, 0, 1]])):
        assert len(first_in_numbered_cubes(points, 0.02)) == min(len(points), 1)  # flat clouds fall into one


def test_blocks_share_the_points_on_their_edges_and_leave_out_almost_empty_ones():
    ground = np.array([[x, 0.5, 0] for x in (0.0, 1.0, 1.4995, 1.5, 1.6, 2.9)])
    blocks = column_blocks(ground, 1.5, 0.001, 0.2, 0.01)
    assert [block.tolist() for block in blocks] == []  # no wider than nothing along y: ceil(0) squares
    points = np.concatenate([ground, [[0.0, 0.0, 1.0]]])
    blocks = column_blocks(points, 1.5, 0.001, 0.2, 0.01)
    assert [block.tolist() for block in blocks] == [[0, 1, 2, 3, 6], [2, 3, 4, 5]]
    assert len(column_blocks(points, 1.5, 0.001, 0.2, 0.9)) == 1  # of five around the second, four lie in it


def test_counts_are_those_of_a_slow_loop():
    truth, prediction = np.random.default_rng(0).integers(0, 4, (2, 50))
    found = counts_by_class(truth, prediction, 4)
    for label in range(4):
        assert found[:, label].tolist() == [(truth == label).sum(), ((truth == label) & (prediction == label)).sum()]
