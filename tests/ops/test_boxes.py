"""Boxes around boxes."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from geo3d.ops.boxes import upright_box
from geo3d.ops.camera import rotation_between


@pytest.mark.parametrize("seed", range(6))
def test_a_box_is_found_exactly(seed: int):
    random = np.random.default_rng(seed)
    world_from_box = torch.from_numpy(Rotation.random(rng=random).as_matrix())
    size, centre = torch.tensor([2.0, 0.7, 1.1]).double(), torch.from_numpy(random.normal(size=3) * 5)
    corners = (torch.cartesian_prod(*[torch.tensor([-0.5, 0.5]).double()] * 3)) * size
    inner = (torch.rand(200, 3, generator=torch.Generator().manual_seed(seed)).double() - 0.5) * size
    found_centre, axes, found = upright_box(
        torch.cat([corners, inner]) @ world_from_box.T + centre, world_from_box[:, 2].contiguous()
    )
    torch.testing.assert_close(found_centre, centre)
    torch.testing.assert_close(found[:2].sort().values, size[:2].sort().values)
    torch.testing.assert_close(found[2], size[2])
    torch.testing.assert_close(axes @ axes.T, torch.eye(3).double())
    assert float(torch.linalg.det(axes)) == pytest.approx(1)
    torch.testing.assert_close(axes[2], world_from_box[:, 2])


@pytest.mark.parametrize("count", [1, 2, 5])
def test_points_in_a_line_have_a_flat_box(count: int):
    points = torch.arange(count).double()[:, None] * torch.tensor([3.0, 4.0, 0.0]).double()
    _, _, size = upright_box(points, torch.tensor([0.0, 0, 1]).double())
    assert size.sort().values.tolist() == pytest.approx([0, 0, 5.0 * (count - 1)], abs=1e-9)


@pytest.mark.parametrize("target", [[0.0, 0, 1], [0.0, 0, -1], [0.6, 0, 0.8], [0.0, 1, 0]])
def test_a_rotation_takes_one_vector_to_the_other(target: list[float]):
    source, wanted = torch.tensor([0.0, 0, 1]).double(), torch.tensor(target).double()
    rotation = rotation_between(source, wanted)
    torch.testing.assert_close(rotation @ source, wanted)
    torch.testing.assert_close(rotation @ rotation.T, torch.eye(3).double())
    assert float(torch.linalg.det(rotation)) == pytest.approx(1)


def test_of_the_rectangles_along_hull_edges_the_smallest_is_taken():
    footprint = torch.tensor([[0.0, 0, 0], [4, 0, 0], [4, 1, 0], [3, 2, 0], [0, 2, 0]]).double()  # a corner cut off
    _, _, size = upright_box(footprint, torch.tensor([0.0, 0, 1]).double())
    assert size[:2].sort().values.tolist() == pytest.approx([2, 4])
