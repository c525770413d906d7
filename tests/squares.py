"""Three squares with labels and colours, and cameras that look at them: a scan and its meshes, made by hand."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from geo3d.scene.kinds import Encoded, RgbdScan, SemanticMesh, TriangleMesh
from tests.scenes import looking_at

SIDE = 12
SQUARES = {
    "floor": ((-1.5, -1.5, 0.0), (3.0, 0, 0), (0, 3.0, 0)),
    "wall": ((-1.5, 1.5, 0.3), (3.0, 0, 0), (0, 0, 1.7)),
    "table": ((-0.5, -0.5, 0.7), (1.0, 0, 0), (0, 1.0, 0)),
}
"""A corner and two sides, in metres; they face where the first side turns to the second."""
CLASSES = ("wall", "floor", "ceiling", "table")
OF_CLASS = {"floor": (152, 223, 138), "wall": (174, 199, 232), "table": (255, 152, 150)}
"""ScanNet's colours."""
AS_SEEN = {"floor": (90, 60, 30), "wall": (200, 30, 40), "table": (20, 90, 180)}
YELLOW = (250, 240, 20)


def square(corner: tuple, along: tuple, across: tuple) -> tuple[torch.Tensor, torch.Tensor]:
    """A grid of SIDE x SIDE vertices."""
    steps = torch.linspace(0, 1, SIDE)
    first, second = torch.meshgrid(steps, steps, indexing="ij")
    vertices = torch.tensor(corner) + first[..., None] * torch.tensor(along) + second[..., None] * torch.tensor(across)
    rows = torch.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    a, b, c, d = rows[:-1, :-1], rows[1:, :-1], rows[1:, 1:], rows[:-1, 1:]
    faces = torch.cat([torch.stack(corners, dim=-1).reshape(-1, 3) for corners in ((a, b, c), (a, c, d))])
    return vertices.reshape(-1, 3).float(), faces.int()


def _labelled_squares() -> SemanticMesh:
    parts = [square(*sides) for sides in SQUARES.values()]
    labels = torch.tensor([CLASSES.index(name) for name in SQUARES]).repeat_interleave(SIDE * SIDE).byte()
    return SemanticMesh(
        vertices=torch.cat([vertices for vertices, _ in parts]),
        faces=torch.cat([faces + i * SIDE * SIDE for i, (_, faces) in enumerate(parts)]).int(),
        normals=None,
        colours=torch.tensor(list(AS_SEEN.values())).repeat_interleave(SIDE * SIDE, dim=0).byte(),
        labels=labels,
        confidence=torch.ones(len(labels)),
        probabilities=torch.nn.functional.one_hot(labels.long(), len(CLASSES)).float(),
        instances=(labels == CLASSES.index("table")).int(),
        classes=CLASSES,
        up=torch.tensor([0.0, 0.0, 1.0]),
    )


LABELLED = _labelled_squares()
"""The squares as one mesh; the table is an object."""
COLOURED = TriangleMesh(LABELLED.vertices, LABELLED.faces, None, LABELLED.colours)


def scan_of_squares(folder: Path) -> RgbdScan:
    """A hundred cameras in a row, which all took one picture, plain yellow."""
    Image.fromarray(np.full((24, 32, 3), YELLOW, np.uint8)).save(folder / "colour.png")
    Image.fromarray(np.full((24, 32), 1000, np.uint16)).save(folder / "depth.png")
    eyes = [np.array([x, -1.4, 1.6]) for x in np.linspace(-1, 1, 100)]
    intrinsics = torch.tensor([[30.0, 0, 15.5], [0, 30.0, 11.5], [0, 0, 1]]).repeat(len(eyes), 1, 1)
    return RgbdScan(
        source=folder,
        colour=(Encoded("colour.png", ""),) * len(eyes),
        depth=(Encoded("depth.png", ""),) * len(eyes),
        world_from_camera=torch.from_numpy(np.stack([looking_at(eye, np.zeros(3)) for eye in eyes])),
        intrinsics=intrinsics,
        colour_intrinsics=intrinsics,
        depth_size=(24, 32),
        colour_size=(24, 32),
        depth_unit=0.001,
        depth_none=(),
        up=None,
        crop=None,
        skipped=(),
    )
