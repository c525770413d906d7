"""How densely a frame's pixels are looked at for blocks."""

import pytest
import torch

from geo3d.ops.fusion import Grid
from geo3d.scene.frames import Frame
from geo3d.stages.fuse_views import stride_of

K = torch.tensor([[500.0, 0, 32], [0, 400, 24], [0, 0, 1]], dtype=torch.float64)


def frame(farthest: float) -> Frame:
    depth = torch.zeros(48, 64)
    depth[10:20] = farthest / 2
    depth[30, 40] = farthest
    return Frame(torch.zeros(48, 64, 3).byte(), depth, torch.eye(4).double(), K, K)


@pytest.mark.parametrize(
    ("farthest", "max_depth", "voxel_size", "pixels"),
    [(4.0, 4.0, 0.01, 4), (4.0, 4.0, 0.005, 2), (4.0, 1000.0, 0.005, 2), (40.0, 2.0, 0.005, 4), (40.0, 40.0, 0.005, 1)],
)
def test_pixels_lie_at_most_half_a_block_apart(farthest: float, max_depth: float, voxel_size: float, pixels: int):
    grid = Grid(torch.zeros(3).double(), voxel_size, 8 * voxel_size)
    assert stride_of(frame(farthest), max_depth, grid) == pixels


def test_a_frame_without_depth_has_the_widest_stride():
    assert stride_of(frame(0.0), 4.0, Grid(torch.zeros(3).double(), 0.01, 0.08)) == 4
