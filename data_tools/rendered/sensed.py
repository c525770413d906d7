"""What real cameras would make of a rendered view."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo3d.ops.render import View
    from geo3d.scene.kinds import CameraPath


def sensor(cameras: CameraPath, noise: float, seed: int) -> Callable[[View, int], View]:
    """A function of a view and its number in the path, which gives it the depth and colour of real cameras.

    `noise` scales the errors of a structured-light and a colour camera; at 0 the view stays as it is. The same number
    has the same errors, whatever was sensed before.
    """
    import numpy as np
    import torch

    from geo3d.data_tools.cameras.sensors import camera_colour, structured_light
    from geo3d.ops.camera import pixel_grid, unproject

    rays = unproject(pixel_grid(*cameras.size), torch.ones(cameras.size).double(), cameras.intrinsics.double())
    rays = torch.nn.functional.normalize(rays, dim=2).float()

    def sense(view: View, number: int) -> View:
        if noise == 0:
            return view
        world_from_camera = cameras.world_from_camera[number]
        cosines = -(view.normals * (rays @ world_from_camera[:3, :3].T.float())).sum(dim=2)
        random = np.random.default_rng([seed, number])
        brightness = view.colour.float().mean(dim=2) / 255
        depth = structured_light(view.depth.numpy(), cosines.numpy(), brightness.numpy(), random, noise)
        colour = camera_colour(view.colour.numpy(), random, noise)
        return dataclasses.replace(view, depth=torch.from_numpy(depth), colour=torch.from_numpy(colour))

    return sense
