"""Cameras around a box."""

from itertools import product

import torch

from geo3d.ops.camera import project, transform
from geo3d.ops.orbit import orbit


def test_cameras_look_at_the_middle_from_all_sides_with_up_upwards_and_all_in_view():
    up = torch.tensor([1.0, 2.0, -0.5]) / torch.tensor([1.0, 2.0, -0.5]).norm()
    corners = torch.tensor(list(product((1.0, 5.0), (-2.0, 0.0), (0.0, 1.0))))
    cameras, intrinsics = orbit(corners, up, 30.0, (100, 200), 8)
    eyes = torch.stack([camera.inverse()[:3, 3] for camera in cameras])
    axis, middle = up.double(), torch.zeros(3).double()
    for camera in cameras:
        seen = transform(corners.double(), camera)
        pixels = project(seen, intrinsics)
        assert (seen[:, 2] > 0).all()
        assert pixels.min() >= 0
        assert pixels[:, 0].max() <= 199
        assert pixels[:, 1].max() <= 99
        raised = project(
            transform(torch.stack([middle, 0.1 * axis]) + torch.tensor([3.0, -1, 0.5]), camera), intrinsics
        )
        assert raised[1, 1] < raised[0, 1]
        assert (raised[:, 0] - 99.5).abs().max() < 20
    heights = eyes @ axis
    torch.testing.assert_close(heights, heights[:1].expand(8), atol=1e-5, rtol=0)
    steps = (eyes - eyes.roll(1, 0)).norm(dim=1)
    torch.testing.assert_close(steps, steps[:1].expand(8), atol=1e-5, rtol=0)
    assert steps[0] > 1
