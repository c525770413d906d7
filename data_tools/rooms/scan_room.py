"""Scan a made scene: a camera carried through it, a depth camera's errors, and the files of the plain layout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools import plain
from geo3d.progress import track

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.arrange.stock import Models
    from geo3d.data_tools.rooms.description import SceneDescription
    from geo3d.scene.kinds import ModelledScene

DEPTH_UNIT = 0.001
FOCAL = 0.82
"""Focal length over the image's width: a Kinect's."""


def write_room_scan(
    scene: ModelledScene,
    description: SceneDescription,
    models: Models,
    folder: Path,
    frames: int,
    noise: float,
    size: tuple[int, int],
) -> None:
    """Write `frames` colour and depth images of `size` (height, width) and their ``scan.json``.

    `noise` scales the errors of both cameras: 0 is none.
    """
    import numpy as np
    import torch
    from PIL import Image

    from geo3d.data_tools.cameras.paths import handheld
    from geo3d.data_tools.cameras.sensors import camera_colour, structured_light
    from geo3d.data_tools.cameras.walk import in_boxes
    from geo3d.data_tools.rooms.views import view_scene
    from geo3d.ops.camera import pixel_grid, unproject

    height, width = size
    intrinsics = np.array([[FOCAL * width, 0, (width - 1) / 2], [0, FOCAL * width, (height - 1) / 2], [0, 0, 1]])
    camera = torch.from_numpy(intrinsics)
    rays = unproject(pixel_grid(height, width), torch.ones(size).double(), camera)
    rays = torch.nn.functional.normalize(rays, dim=2).float()
    for name in ("colour", "depth"):
        (folder / name).mkdir(parents=True)
    blocked = in_boxes(furniture_boxes(description, models))
    path, listed = handheld(description, frames, description.seed, blocked), []
    for i, world_from_camera in track(enumerate(path), "scan", len(path), "frames"):
        transform = torch.from_numpy(np.ascontiguousarray(world_from_camera))
        view = view_scene(scene, transform.inverse(), camera, size, samples=1)
        cosines = -(view.normals * (rays @ transform[:3, :3].T.float())).sum(dim=2)
        random = np.random.default_rng([description.seed, i])
        brightness = view.colour.float().mean(dim=2) / 255
        depth = structured_light(view.depth.numpy(), cosines.numpy(), brightness.numpy(), random, noise)
        colour = camera_colour(view.colour.numpy(), random, noise)
        names = {"colour": f"colour/{i:05}.jpg", "depth": f"depth/{i:05}.png"}
        Image.fromarray(colour).save(folder / names["colour"], quality=92)
        counts = np.round(depth / DEPTH_UNIT).astype(np.uint16)
        Image.fromarray(counts).save(folder / names["depth"], compress_level=1)
        listed.append(names | {"world_from_camera": world_from_camera.tolist()})
    plain.write_index(folder, DEPTH_UNIT, (0, 0, 1), intrinsics.tolist(), listed)


def furniture_boxes(description: SceneDescription, models: Models) -> NDArray:
    """World boxes [box, 2, 3] about the solids of everything that a camera must not be carried through.

    Doors are left out: one that stands open would otherwise close its opening.
    """
    import numpy as np

    from geo3d.data_tools.rooms.arrange.solid_boxes import solid_boxes
    from geo3d.data_tools.rooms.arrange.stock import build
    from geo3d.data_tools.rooms.description import direction

    found = [np.zeros((0, 2, 3))]
    for thing in description.things:
        if thing.kind not in ("door", "window"):
            cos, sin = direction(thing.yaw)
            turn = np.array([(cos, sin, 0), (-sin, cos, 0), (0, 0, 1)])
            boxes = solid_boxes(build(thing, models))
            middle, half = boxes.mean(axis=1) @ turn + thing.position, (boxes[:, 1] - boxes[:, 0]) / 2 @ np.abs(turn)
            found.append(np.stack([middle - half, middle + half], axis=1))
    return np.concatenate(found)
