"""Pinhole cameras against closed forms."""

import math

import pytest
import torch

from geo3d.ops.camera import pixel_grid, project, transform, unproject

K = torch.tensor([[500.0, 0, 320], [0, 400, 240], [0, 0, 1]], dtype=torch.float64)


@pytest.mark.parametrize("batch", [(), (50,), (4, 0, 3), (2, 3, 4)])
def test_project_undoes_unproject(batch: tuple[int, ...]):
    torch.manual_seed(0)
    pixels, depth = torch.rand(*batch, 2).double() * 640, torch.rand(batch).double() * 5 + 0.1
    points = unproject(pixels, depth, K)
    assert points.shape == (*batch, 3)
    torch.testing.assert_close(points[..., 2], depth)
    torch.testing.assert_close(project(points, K), pixels)


def test_unproject_undoes_project_in_float32():
    torch.manual_seed(1)
    points = torch.rand(100, 3) + torch.tensor([0.0, 0.0, 0.5])
    torch.testing.assert_close(unproject(project(points, K.float()), points[:, 2], K.float()), points)


def test_points_project_as_similar_triangles_say():
    x, y, z = 0.3, -0.2, 2.0
    pixel = project(torch.tensor([x, y, z], dtype=torch.float64), K)
    assert pixel.tolist() == pytest.approx([500 * x / z + 320, 400 * y / z + 240])


def test_skew_moves_columns_by_rows():
    skewed = K.clone()
    skewed[0, 1] = 7.0
    point = torch.tensor([0.3, -0.2, 2.0], dtype=torch.float64)
    assert (project(point, skewed) - project(point, K)).tolist() == pytest.approx([7.0 * -0.2 / 2.0, 0])
    torch.testing.assert_close(unproject(project(point, skewed), point[2], skewed), point)


def test_a_quarter_turn_and_a_shift_move_points_as_they_should():
    matrix = torch.eye(4, dtype=torch.float64)
    matrix[:2, :2] = torch.tensor([[math.cos(math.pi / 2), -1], [1, math.cos(math.pi / 2)]])
    matrix[:3, 3] = torch.tensor([10.0, 20, 30])
    moved = transform(torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=torch.float64), matrix)
    wanted = torch.tensor([[10.0, 21, 30], [9, 20, 30], [10, 20, 31]], dtype=torch.float64)
    torch.testing.assert_close(moved, wanted)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_pixel_grid_holds_column_then_row(stride: int):
    grid = pixel_grid(5, 7, stride)
    assert grid.tolist() == [[[u, v] for u in range(0, 7, stride)] for v in range(0, 5, stride)]
