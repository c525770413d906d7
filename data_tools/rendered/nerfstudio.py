"""``transforms.json`` of rendered frames, as nerfstudio (and instant-ngp) read it.

Their cameras look along -z with y up, and their pixel centres are at halves.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from geo3d.scene.kinds import RenderedFrames

NAME = "transforms.json"
PATHS = {"colour": "file_path", "depth": "depth_file_path", "normals": "normal_file_path"}
"""What nerfstudio calls the images that it knows."""


def write_transforms(frames: RenderedFrames, path: Path) -> None:
    """Write the index of images that lie beside it."""
    import torch

    height, width = frames.size
    focal, middle = frames.intrinsics.diagonal(), frames.intrinsics[:2, 2] + 0.5
    camera = {"camera_model": "OPENCV", "fl_x": float(focal[0]), "fl_y": float(focal[1])}
    camera |= {"cx": float(middle[0]), "cy": float(middle[1]), "w": width, "h": height}
    camera |= {"k1": 0.0, "k2": 0.0, "p1": 0.0, "p2": 0.0, "depth_unit_scale_factor": frames.depth_unit}
    camera |= {"up": frames.up.tolist()}  # which instant-ngp reads
    matrices = frames.world_from_camera.double() * torch.tensor([1.0, -1.0, -1.0, 1.0])  # its y and z axes turned round
    listed = []
    for number, matrix in enumerate(matrices.tolist()):
        files = {name: getattr(frames, channel) for channel, name in PATHS.items()}
        listed.append({name: images[number].file for name, images in files.items() if images})
        listed[-1]["transform_matrix"] = matrix
    path.write_text(json.dumps(camera | {"frames": listed}), encoding="utf-8")
